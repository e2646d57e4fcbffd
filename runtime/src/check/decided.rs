//! Tests whose result is known before a program runs: of the version, the system, and of whether
//! it is a type checker that reads.

use super::library::Target;
use ruff_python_ast::{BoolOp, CmpOp, Expr, Number, UnaryOp};

/// The result of a test, where it is known.
pub(super) fn decided(test: &Expr, target: Target) -> Option<bool> {
    match test {
        Expr::BooleanLiteral(literal) => Some(literal.value),
        Expr::NumberLiteral(_) => int(test).map(|number| number != 0),
        Expr::Name(name) => named(&name.id),
        Expr::Attribute(attribute) => named(&attribute.attr),
        Expr::UnaryOp(not) if not.op == UnaryOp::Not => {
            decided(&not.operand, target).map(|result| !result)
        }
        Expr::BoolOp(operation) => {
            let ends = operation.op == BoolOp::Or;
            let results = operation.values.iter().map(|value| decided(value, target));
            let all: Vec<_> = results.collect();
            if all.contains(&Some(ends)) {
                return Some(ends);
            }
            all.iter().all(Option::is_some).then_some(!ends)
        }
        Expr::Compare(comparison) => match (&*comparison.ops, &*comparison.comparators) {
            ([operator], [right]) => compared(&comparison.left, *operator, right, target),
            _ => None,
        },
        Expr::Call(call) => {
            // sys.platform.startswith("win")
            let Expr::Attribute(method) = &*call.func else { return None };
            let text = system(&method.value)?;
            let [Expr::StringLiteral(start)] = &*call.arguments.args else { return None };
            (method.attr.as_str() == "startswith").then(|| text.starts_with(start.value.to_str()))
        }
        _ => None,
    }
}

fn named(name: &str) -> Option<bool> {
    match name {
        "TYPE_CHECKING" | "MYPY" | "PY2" => Some(false),
        "PY3" => Some(true),
        _ => None,
    }
}

fn compared(left: &Expr, operator: CmpOp, right: &Expr, target: Target) -> Option<bool> {
    let equal = |is_equal: bool| match operator {
        CmpOp::Eq => Some(is_equal),
        CmpOp::NotEq => Some(!is_equal),
        _ => None,
    };
    if let Expr::StringLiteral(right) = right {
        let right = right.value.to_str();
        if let Some(text) = system(left) {
            return equal(text == right);
        }
        if is_name(left, "__name__") && right == "__main__" {
            return equal(false);
        }
        return None;
    }
    let (version, length) = version(left, target)?;
    let wanted: Vec<i64> = match right {
        Expr::Tuple(tuple) => tuple.elts.iter().map(int).collect::<Option<_>>()?,
        _ => vec![int(right)?],
    };
    // A part that is cut off is longer than any that is written: (3, 14) is less than (3, 14, 1).
    let length = length.unwrap_or(5);
    let order = version.iter().take(length).copied().cmp(wanted.iter().copied());
    Some(match operator {
        CmpOp::Eq => order.is_eq(),
        CmpOp::NotEq => order.is_ne(),
        CmpOp::Lt => order.is_lt(),
        CmpOp::LtE => order.is_le(),
        CmpOp::Gt => order.is_gt(),
        CmpOp::GtE => order.is_ge(),
        _ => return None,
    })
}

/// The parts of the target's version that an expression means, and how many of them.
fn version(expression: &Expr, target: Target) -> Option<(Vec<i64>, Option<usize>)> {
    let minor = i64::from(target.minor());
    let all = vec![3, minor, 99, 0, 0];
    match expression {
        _ if is_name(expression, "version_info") => Some((all, None)),
        Expr::Attribute(part) if is_name(&part.value, "version_info") => match part.attr.as_str() {
            "major" => Some((vec![3], None)),
            "minor" => Some((vec![minor], None)),
            _ => None,
        },
        Expr::Subscript(part) if is_name(&part.value, "version_info") => match &*part.slice {
            Expr::Slice(slice) if slice.lower.is_none() && slice.step.is_none() => {
                let upper = usize::try_from(int(slice.upper.as_deref()?)?).ok()?;
                Some((all, Some(upper)))
            }
            index => Some((vec![*all.get(usize::try_from(int(index)?).ok()?)?], None)),
        },
        _ => None,
    }
}

/// What names the platform's system.
fn system(expression: &Expr) -> Option<&'static str> {
    let Expr::Attribute(attribute) = expression else { return None };
    let Expr::Name(module) = &*attribute.value else { return None };
    match (module.id.as_str(), attribute.attr.as_str()) {
        ("sys", "platform") => Some("linux"),
        ("os", "name") => Some("posix"),
        _ => None,
    }
}

/// Whether it is a name, or an attribute of some module of that name.
fn is_name(expression: &Expr, wanted: &str) -> bool {
    match expression {
        Expr::Name(name) => name.id.as_str() == wanted,
        Expr::Attribute(attribute) => attribute.attr.as_str() == wanted,
        _ => false,
    }
}

fn int(expression: &Expr) -> Option<i64> {
    match expression {
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(number) => number.as_i64(),
            _ => None,
        },
        _ => None,
    }
}
