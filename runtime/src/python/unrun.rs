//! What can be said of Python code that is not run, and without an interpreter.

use krait_stdlib_shims::library_modules as modules;
use rustpython_vm::compiler::{CompileError, CompileOpts, Mode, ParseError, compile, told};

/// The names of the standard library's modules, and whether each is native: no file replaces it
/// then.
pub fn library_modules() -> Vec<(String, bool)> {
    modules()
}

/// What is wrong with a module's source, as CPython tells it: the line and the column from 1, and
/// the exception.
pub fn syntax_error(source: &str) -> Option<(usize, usize, String)> {
    let error = compile(source, Mode::Exec, "", CompileOpts::default()).err()?;
    Some(match error {
        CompileError::Parse(ParseError { told: Some(told), .. }) => {
            let kind = match told.kind {
                told::Kind::Syntax => "SyntaxError",
                told::Kind::Indentation => "IndentationError",
                told::Kind::Tab => "TabError",
            };
            let column = usize::try_from(told.offset).unwrap_or(1).max(1);
            (told.line, column, format!("{kind}: {}", told.message))
        }
        error => {
            let (line, column) = error.python_location();
            (line.max(1), column.max(1), format!("SyntaxError: {error}"))
        }
    })
}
