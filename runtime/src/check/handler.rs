//! The handler's function, and its parameters.

use super::{
    Kind,
    imports::{Certainty, Told},
    source::Source,
};
use ruff_python_ast::{
    Expr, ExprContext, Parameters, Stmt, StmtFunctionDef,
    visitor::{self, Visitor},
};

/// What is wrong with the handler's function in its module.
pub(super) fn check(source: &Source, function: &str) -> Option<Told> {
    let mut names = Names { all: Vec::new(), functions: Vec::new(), open: false };
    names.visit_body(&source.statements);
    let told = |position, text, tip| {
        Some(Told { certainty: Certainty::Certain, position, kind: Kind::Handler, text, tip })
    };
    if !names.all.contains(&function) {
        if names.open || source.mentions("globals()") || source.mentions("__getattr__") {
            return None;
        }
        let callables: Vec<_> =
            names.functions.iter().map(|function| function.name.as_str()).collect();
        let text = format!("it has no function {function}, which the handler names");
        return told((1, 1), text, remedy(source, &names.all, &callables, function));
    }
    // The last definition is the one that is called; a name may be bound otherwise, too.
    let found = names.functions.iter().rev().find(|each| each.name.as_str() == function)?;
    if names.all.iter().filter(|name| **name == function).count() > 1
        || !found.decorator_list.is_empty()
    {
        return None;
    }
    let position = source.start(&found.name);
    if found.is_async {
        let tip = format!("def {function}(event, context): return asyncio.run(...)");
        let text = format!("{function} is async: its answer is a coroutine, which is not JSON");
        return told(position, text, Some(tip));
    }
    let wrong = parameters(&found.parameters)?;
    let tip = format!("def {function}(event, context):");
    told(position, format!("{function} {wrong}"), Some(tip))
}

/// What helps where the handler's function is missing.
fn remedy(source: &Source, names: &[&str], callables: &[&str], function: &str) -> Option<String> {
    if let Some(app) = ["app", "application"].into_iter().find(|app| names.contains(app)) {
        let asynchronous = ["FastAPI", "Starlette", "Quart"];
        let is_asgi = asynchronous.iter().any(|framework| source.mentions(framework));
        let module = if is_asgi { "asgi" } else { "wsgi" };
        return Some(format!("import krait.{module}; {function} = krait.{module}.handler({app})"));
    }
    let likely = ["main_handler", "handler", "lambda_handler", "main"];
    let likely = likely.into_iter().find(|name| callables.contains(name));
    let file = source.path.file_stem().unwrap_or_default().to_string_lossy();
    likely.or(callables.first().copied()).map(|name| format!("--handler {file}.{name}"))
}

/// Why a function cannot be called with an event and a context.
fn parameters(parameters: &Parameters) -> Option<String> {
    let positional = || parameters.posonlyargs.iter().chain(&parameters.args);
    let needed = positional().filter(|parameter| parameter.default.is_none()).count();
    let most = positional().count();
    if needed > 2 {
        return Some(format!("takes {needed} arguments, but is called with 2"));
    }
    if most < 2 && parameters.vararg.is_none() {
        return Some(format!(
            "takes {most} argument{}, but is called with 2",
            if most == 1 { "" } else { "s" }
        ));
    }
    let mut keywords = parameters.kwonlyargs.iter();
    let keyword = keywords.find(|parameter| parameter.default.is_none())?;
    Some(format!("needs the keyword {}, which no call gives", keyword.parameter.name.as_str()))
}

/// The names that a module's top level binds, classes' bodies aside.
struct Names<'a> {
    all: Vec<&'a str>,
    functions: Vec<&'a StmtFunctionDef>,
    /// Whether there can be others.
    open: bool,
}

impl<'a> Visitor<'a> for Names<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.all.push(function.name.as_str());
                self.functions.push(function);
                // It can bind names of the module's.
                self.open |= function.body.iter().any(|each| matches!(each, Stmt::Global(_)));
            }
            Stmt::ClassDef(class) => self.all.push(class.name.as_str()),
            Stmt::Import(import) => {
                for alias in &import.names {
                    let first = alias.name.split('.').next().unwrap_or_default();
                    self.all.push(alias.asname.as_ref().map_or(first, |name| name.as_str()));
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    self.open |= alias.name.as_str() == "*";
                    self.all.push(alias.asname.as_ref().unwrap_or(&alias.name).as_str());
                }
            }
            _ => visitor::walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Name(name) = expression
            && name.ctx == ExprContext::Store
        {
            self.all.push(name.id.as_str());
        }
        visitor::walk_expr(self, expression);
    }
}
