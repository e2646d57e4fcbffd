//! Which path an expression is, where that is known before a program runs.

use ruff_python_ast::{
    Expr, ExprContext, FStringPart, InterpolatedStringElement, Operator, Parameter, Stmt,
    visitor::{self, Visitor},
};
use std::{collections::HashMap, path::Path};

/// What stands for the folder of the function's code, which is also the working folder.
pub(super) const CODE: &str = "/var/user";
/// What stands for text that is not known.
const UNKNOWN: char = '\u{fffd}';

/// The texts of a file's names that are given a value once, and of its expressions.
pub(super) struct Paths {
    /// Where the file is, as the platform sees it.
    file: String,
    values: HashMap<String, Option<String>>,
}

impl Paths {
    /// `inside` is the file's path from the code's folder.
    pub(super) fn of(statements: &[Stmt], inside: &Path) -> Self {
        let file = format!("{CODE}/{}", inside.to_string_lossy());
        let mut names = Names { stores: HashMap::new(), given: Vec::new() };
        names.visit_body(statements);
        let mut paths = Self { file, values: HashMap::new() };
        for (name, value) in names.given {
            if names.stores.get(name) == Some(&1) {
                let text = paths.text(value);
                paths.values.insert(name.to_owned(), text);
            }
        }
        paths
    }

    /// The absolute path that an expression means on the platform.
    pub(super) fn path(&self, expression: &Expr) -> Option<String> {
        let text = self.text(expression)?;
        if text.is_empty() || text.starts_with(UNKNOWN) || text.contains("://") {
            return None;
        }
        Some(normal(&if text.starts_with('/') { text } else { format!("{CODE}/{text}") }))
    }

    /// The text of an expression; parts of it may be [`UNKNOWN`].
    fn text(&self, expression: &Expr) -> Option<String> {
        match expression {
            Expr::StringLiteral(literal) => Some(literal.value.to_str().to_owned()),
            Expr::Name(name) if name.id.as_str() == "__file__" => Some(self.file.clone()),
            Expr::Name(name) => self.values.get(name.id.as_str())?.clone(),
            Expr::FString(text) => {
                let mut joined = String::new();
                for part in text.value.iter() {
                    match part {
                        FStringPart::Literal(literal) => joined += literal.as_str(),
                        FStringPart::FString(text) => {
                            for element in text.elements.iter() {
                                joined += &match element {
                                    InterpolatedStringElement::Literal(literal) => {
                                        literal.value.to_string()
                                    }
                                    InterpolatedStringElement::Interpolation(value) => {
                                        self.text(&value.expression).unwrap_or(UNKNOWN.to_string())
                                    }
                                };
                            }
                        }
                    }
                }
                Some(joined)
            }
            Expr::BinOp(operation) => {
                let left = self.text(&operation.left)?;
                let right = self.text(&operation.right).unwrap_or(UNKNOWN.to_string());
                match operation.op {
                    Operator::Add => Some(left + &right),
                    Operator::Div => Some(join(&left, &right)),
                    Operator::Mod => Some(left.replace('%', &UNKNOWN.to_string())),
                    _ => None,
                }
            }
            Expr::Attribute(attribute) if attribute.attr.as_str() == "parent" => {
                Some(parent(&self.text(&attribute.value)?))
            }
            Expr::Subscript(subscript) => match &*subscript.value {
                // Path(__file__).parents[0]
                Expr::Attribute(attribute) if attribute.attr.as_str() == "parents" => {
                    let Expr::NumberLiteral(number) = &*subscript.slice else { return None };
                    let ruff_python_ast::Number::Int(number) = &number.value else { return None };
                    let text = self.text(&attribute.value)?;
                    Some((0..=number.as_u8()?).fold(text, |path, _| parent(&path)))
                }
                _ => None,
            },
            Expr::Call(call) => {
                let arguments = &*call.arguments.args;
                let function = match &*call.func {
                    Expr::Name(name) => name.id.as_str(),
                    Expr::Attribute(attribute) => attribute.attr.as_str(),
                    _ => return None,
                };
                match (function, arguments) {
                    ("getcwd" | "cwd", []) => Some(CODE.to_owned()),
                    ("resolve" | "absolute" | "as_posix", []) => match &*call.func {
                        Expr::Attribute(method) => self.text(&method.value),
                        _ => None,
                    },
                    ("Path" | "PurePath" | "str" | "abspath" | "realpath" | "normpath", [only]) => {
                        self.text(only)
                    }
                    ("dirname", [only]) => Some(parent(&self.text(only)?)),
                    ("join" | "joinpath" | "Path", [_, ..]) => {
                        let mut joined = match (&*call.func, function) {
                            (Expr::Attribute(method), "joinpath") => self.text(&method.value)?,
                            // Of a text, such as ",".join(names).
                            (Expr::Attribute(method), "join") if !is_os_path(&method.value) => {
                                return None;
                            }
                            _ => String::new(),
                        };
                        for argument in arguments {
                            let text = self.text(argument).unwrap_or(UNKNOWN.to_string());
                            joined = if joined.is_empty() { text } else { join(&joined, &text) };
                        }
                        Some(joined)
                    }
                    _ => None,
                }
            }
            _ => None,
        }
    }
}

fn is_os_path(expression: &Expr) -> bool {
    match expression {
        Expr::Name(name) => matches!(name.id.as_str(), "path" | "osp" | "op"),
        Expr::Attribute(attribute) => attribute.attr.as_str() == "path",
        _ => false,
    }
}

fn join(left: &str, right: &str) -> String {
    if right.starts_with('/') { right.to_owned() } else { format!("{left}/{right}") }
}

fn parent(path: &str) -> String {
    path.rsplit_once('/').map_or(String::new(), |(parent, _)| parent.to_owned())
}

/// Without `.`, and `..` with what is before it.
fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// Which names are given values, and how often.
struct Names<'a> {
    stores: HashMap<&'a str, usize>,
    given: Vec<(&'a str, &'a Expr)>,
}

impl<'a> Visitor<'a> for Names<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::Assign(assignment) = statement
            && let [Expr::Name(name)] = assignment.targets.as_slice()
        {
            self.given.push((name.id.as_str(), &assignment.value));
        }
        visitor::walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Name(name) = expression
            && name.ctx != ExprContext::Load
        {
            *self.stores.entry(name.id.as_str()).or_default() += 1;
        }
        visitor::walk_expr(self, expression);
    }

    fn visit_parameter(&mut self, parameter: &'a Parameter) {
        *self.stores.entry(parameter.name.as_str()).or_default() += 1;
        visitor::walk_parameter(self, parameter);
    }
}
