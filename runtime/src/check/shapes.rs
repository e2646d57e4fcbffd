//! Statements and calls that mean something for imports, by their shape.

use ruff_python_ast::{
    Expr,
    visitor::{self, Visitor},
};
use ruff_text_size::TextSize;

/// Exceptions that an import which fails is not.
const OTHERS: [&str; 14] = [
    "AttributeError",
    "AssertionError",
    "FileNotFoundError",
    "IOError",
    "IndexError",
    "KeyError",
    "LookupError",
    "NameError",
    "NotImplementedError",
    "OSError",
    "RuntimeError",
    "SyntaxError",
    "TypeError",
    "ValueError",
];

/// Calls that import by name, and that add to `sys.path`.
pub(super) struct Calls<'a> {
    pub imported: Vec<(&'a str, TextSize)>,
    pub added: Vec<&'a Expr>,
}

impl<'a> Visitor<'a> for Calls<'a> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Call(call) = expression {
            let arguments = &*call.arguments.args;
            let called = match &*call.func {
                Expr::Name(name) => name.id.as_str(),
                Expr::Attribute(attribute) if is_search_path(&attribute.value) => {
                    self.added.extend(arguments.last());
                    ""
                }
                Expr::Attribute(attribute) => attribute.attr.as_str(),
                _ => "",
            };
            match (called, arguments) {
                ("addsitedir", [folder]) => self.added.push(folder),
                ("import_module" | "__import__", [Expr::StringLiteral(name), ..]) => {
                    let name = name.value.to_str();
                    if !name.is_empty() && !name.starts_with('.') {
                        self.imported.push((name, call.range_start));
                    }
                }
                _ => {}
            }
        }
        visitor::walk_expr(self, expression);
    }
}

/// Whether an `except` of this catches an import that fails. What is not known does.
pub(super) fn catches(exception: &Expr) -> bool {
    match exception {
        Expr::Tuple(tuple) => tuple.elts.iter().any(catches),
        Expr::Name(name) => !OTHERS.contains(&name.id.as_str()),
        _ => true,
    }
}

pub(super) fn is_suppression(expression: &Expr) -> bool {
    let Expr::Call(call) = expression else { return false };
    let name = match &*call.func {
        Expr::Name(name) => name.id.as_str(),
        Expr::Attribute(attribute) => attribute.attr.as_str(),
        _ => return false,
    };
    name == "suppress" && call.arguments.args.iter().any(catches)
}

pub(super) fn is_search_path(expression: &Expr) -> bool {
    let Expr::Attribute(attribute) = expression else { return false };
    let Expr::Name(module) = &*attribute.value else { return false };
    attribute.attr.as_str() == "path" && module.id.as_str() == "sys"
}

pub(super) fn is_exit(expression: &Expr) -> bool {
    let Expr::Call(call) = expression else { return false };
    match &*call.func {
        Expr::Name(name) => matches!(name.id.as_str(), "exit" | "quit"),
        Expr::Attribute(attribute) => {
            attribute.attr.as_str() == "exit"
                && matches!(&*attribute.value, Expr::Name(name) if name.id.as_str() == "sys")
        }
        _ => false,
    }
}
