//! Writes to the code's folder, which the platform gives for reading only (docs/contract.md §1.3);
//! and what only an API gateway's event has.

use super::{
    Kind,
    decided::decided,
    imports::{Certainty, Told},
    library::Target,
    paths::{self, Paths},
    source::Source,
};
use ruff_python_ast::{
    Expr, ExprCall, Stmt,
    visitor::{self, Visitor},
};
use std::path::Path;

/// Keys that the event of an API gateway has, and that of a function URL has not (§8.1, §8.2).
const OF_GATEWAY: [&str; 4] =
    ["headerParameters", "pathParameters", "queryStringParameters", "requestContext"];

/// What one of the function's own files does; `code` is the code's folder.
pub(super) fn check(source: &Source, code: &Path, target: Target) -> Vec<Told> {
    let inside = source.path.strip_prefix(code).unwrap_or(&source.path);
    let paths = Paths::of(&source.statements, inside);
    // Relative paths are another folder's then.
    let moves = source.mentions("chdir(");
    let mut uses = Uses { source, code, target, paths, moves, told: Vec::new(), gateway: false };
    uses.visit_body(&source.statements);
    uses.told
}

struct Uses<'a> {
    source: &'a Source,
    code: &'a Path,
    target: Target,
    paths: Paths,
    moves: bool,
    told: Vec<Told>,
    /// Whether a key of the gateway's was met.
    gateway: bool,
}

impl<'a> Visitor<'a> for Uses<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::If(choice) = statement
            && decided(&choice.test, self.target) == Some(false)
        {
            for clause in &choice.elif_else_clauses {
                self.visit_body(&clause.body);
            }
            return;
        }
        visitor::walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Call(call) => {
                if let Some(written) = written(call) {
                    self.write(written, call);
                }
            }
            Expr::Subscript(subscript) => {
                if let (Expr::Name(event), Expr::StringLiteral(key)) =
                    (&*subscript.value, &*subscript.slice)
                    && event.id.as_str() == "event"
                    && OF_GATEWAY.contains(&key.value.to_str())
                    && !self.gateway
                {
                    self.gateway = true;
                    let key = key.value.to_str();
                    self.told.push(Told {
                        certainty: Certainty::Guarded,
                        position: self.source.start(subscript),
                        kind: Kind::Trigger,
                        text: format!(
                            "event[\"{key}\"] is the API gateway's, which is no more; the event \
                             of a function URL has no such key"
                        ),
                        tip: Some("krait events function-url".to_owned()),
                    });
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, expression);
    }
}

impl Uses<'_> {
    fn write(&mut self, written: &Expr, call: &ExprCall) {
        let Some(path) = self.paths.path(written) else { return };
        let Some(inside) = path.strip_prefix(paths::CODE) else { return };
        let inside = inside.trim_start_matches('/');
        let makes_folder = matches!(&*call.func, Expr::Attribute(attribute)
            if matches!(attribute.attr.as_str(), "makedirs" | "mkdir"));
        // What is there already is not made.
        if (self.moves && !source_says(written, self.source))
            || inside.is_empty()
            || (makes_folder && self.code.join(inside).is_dir())
        {
            return;
        }
        let shown = inside.replace('\u{fffd}', "...");
        self.told.push(Told {
            certainty: Certainty::Perhaps,
            position: self.source.position(call.range_start),
            kind: Kind::Write,
            text: format!(
                "{shown} is written to the code's folder, which is read-only on the platform"
            ),
            tip: Some(format!("write to /tmp/{}", shown.rsplit('/').next().unwrap_or(&shown))),
        });
    }
}

/// Whether a path comes from `__file__`, and not from the working folder.
fn source_says(written: &Expr, source: &Source) -> bool {
    struct Found(bool);
    impl Visitor<'_> for Found {
        fn visit_expr(&mut self, expression: &Expr) {
            self.0 |= matches!(expression, Expr::Name(name) if name.id.as_str() == "__file__");
            visitor::walk_expr(self, expression);
        }
    }
    let mut found = Found(false);
    found.visit_expr(written);
    found.0 && source.mentions("__file__")
}

/// The path that a call writes to, if it does.
fn written(call: &ExprCall) -> Option<&Expr> {
    let arguments = &*call.arguments.args;
    let keyword = |name: &str| {
        let mut keywords = call.arguments.keywords.iter();
        let found =
            keywords.find(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg.as_str() == name));
        found.map(|keyword| &keyword.value)
    };
    let writes = |mode: Option<&Expr>| matches!(mode, Some(Expr::StringLiteral(mode)) if mode.value.to_str().contains(['w', 'a', 'x', '+']));
    let opened = |position: usize| writes(arguments.get(position).or_else(|| keyword("mode")));
    match &*call.func {
        Expr::Name(name) => match name.id.as_str() {
            "open" | "ZipFile" => arguments.first().filter(|_| opened(1)),
            "makedirs" | "FileHandler" | "RotatingFileHandler" | "TimedRotatingFileHandler" => {
                arguments.first().or_else(|| keyword("filename"))
            }
            "urlretrieve" | "copyfile" => arguments.get(1),
            _ => None,
        },
        Expr::Attribute(attribute) => match attribute.attr.as_str() {
            "open" => match &*attribute.value {
                Expr::Name(module)
                    if matches!(
                        module.id.as_str(),
                        "io" | "codecs" | "gzip" | "bz2" | "lzma" | "tarfile"
                    ) =>
                {
                    arguments.first().filter(|_| opened(1))
                }
                // A method of a path's.
                path => opened(0).then_some(path),
            },
            "ZipFile" => arguments.first().filter(|_| opened(1)),
            "write_text" | "write_bytes" | "touch" => Some(&attribute.value),
            "mkdir" | "makedirs" => match &*attribute.value {
                Expr::Name(module) if module.id.as_str() == "os" => arguments.first(),
                path => Some(path),
            },
            "basicConfig" => keyword("filename"),
            "FileHandler" | "RotatingFileHandler" | "TimedRotatingFileHandler" => {
                arguments.first().or_else(|| keyword("filename"))
            }
            "urlretrieve" | "copyfile" => arguments.get(1),
            _ => None,
        },
        _ => None,
    }
}
