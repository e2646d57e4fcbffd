//! The exception for an error of syntax, as CPython tells it.

use super::{
    VirtualMachine,
    compile::{CompileWarningError, SyntaxErrorReplacement},
};
use crate::{
    AsObject, PyObjectRef, PyResult,
    builtins::{PyBaseExceptionRef, PyTypeRef},
    compiler::{self, Mode, core::SourceFileBuilder},
    exceptions::types::PySyntaxError,
    warn,
};
use rustpython_compiler::told::{self, As, Kind, Told};

pub(crate) fn syntax_error(
    vm: &VirtualMachine,
    told: &Told,
    filename: &str,
    source: Option<&str>,
) -> PyBaseExceptionRef {
    let exceptions = &vm.ctx.exceptions;
    let class: PyTypeRef = match told.kind {
        Kind::Syntax => exceptions.syntax_error,
        Kind::Indentation => exceptions.indentation_error,
        Kind::Tab => exceptions.tab_error,
    }
    .to_owned();
    let error: PyBaseExceptionRef = vm
        .new_payload_exception::<PySyntaxError>(
            class,
            vec![vm.ctx.new_str(told.message.as_str()).into()].into(),
        )
        .expect("a syntax error of a message can always be made")
        .upcast();
    let text = told
        .of_module
        .then(|| vm.program_text(filename, told.line))
        .flatten()
        .unwrap_or_else(|| told.text.clone());
    let mut attributes: Vec<(&str, PyObjectRef)> = vec![
        ("lineno", vm.ctx.new_int(told.line).into()),
        ("offset", vm.ctx.new_int(told.offset).into()),
        ("end_lineno", vm.ctx.new_int(told.end_line).into()),
        ("end_offset", vm.ctx.new_int(told.end_offset).into()),
        ("text", vm.ctx.new_str(text).into()),
        ("filename", vm.ctx.new_str(filename).into()),
    ];
    // `traceback` looks for misspelt keywords in the whole source.
    if let Some(source) = source {
        let whole = vec![
            vm.ctx.new_int(0).into(),
            vm.ctx.new_int(0).into(),
            vm.ctx.new_str(source).into(),
        ];
        attributes.push(("_metadata", vm.ctx.new_tuple(whole).into()));
    }
    for (name, value) in attributes {
        // Attributes of an exception that is not seen yet can always be set.
        let _ = error.as_object().set_attr(name, value, vm);
    }
    give_details(vm, &error);
    error
}

/// Whether CPython's table of symbols, or its reading of `from __future__`, would tell of the error.
pub(super) fn is_of_symbols(error: &compiler::CompileError) -> bool {
    use compiler::codegen::error::CodegenErrorType as Of;
    let compiler::CompileError::Codegen(error) = error else {
        return false;
    };
    match &error.error {
        Of::InvalidAwait
        | Of::InvalidAsyncFor
        | Of::InvalidAsyncWith
        | Of::InvalidAsyncComprehension
        | Of::InvalidFuturePlacement
        | Of::InvalidFutureFeature(_)
        | Of::InvalidFutureBraces
        | Of::ForbiddenName => true,
        Of::SyntaxError(message) => !OF_THE_COMPILER.iter().any(|part| message.contains(part)),
        _ => false,
    }
}

/// Parts of the messages that come from the compiler itself.
const OF_THE_COMPILER: [&str; 8] = [
    "too many statically nested blocks",
    "non-default type parameter",
    "default 'except:' must be last",
    "pattern",
    "starred assignment target",
    "unpacking cannot be used in",
    "keyword argument repeated",
    "invalid syntax",
];

/// Makes an error's arguments its message and where it is, as `SyntaxError` takes them. So its `repr`
/// and its pickle tell the place, too.
pub(super) fn give_details(vm: &VirtualMachine, error: &PyBaseExceptionRef) {
    let read = |name: &'static str| error.as_object().get_attr(name, vm);
    let details = ["filename", "lineno", "offset", "text", "end_lineno", "end_offset"].map(read);
    let details: PyResult<Vec<_>> = details.into_iter().collect();
    if let (Ok(message), Ok(details)) = (read("msg"), details) {
        let arguments = vm.ctx.new_tuple(vec![message, vm.ctx.new_tuple(details).into()]);
        // Arguments can always be set.
        let _ = error.as_object().set_attr("args", arguments, vm);
    }
}

/// Warns of what CPython's tokenizer and parser warn of.
pub(super) fn warn(
    vm: &VirtualMachine,
    source: &str,
    filename: &str,
    mode: Mode,
) -> Result<(), CompileWarningError> {
    let mut warnings = told::warnings(source);
    if warnings.is_empty() {
        return Ok(());
    }
    let (parser_mode, read_as) = match mode {
        Mode::Exec | Mode::BlockExpr => (ruff_python_parser::Mode::Module, As::Module),
        Mode::Single => (ruff_python_parser::Mode::Module, As::Interactive),
        Mode::Eval => (ruff_python_parser::Mode::Expression, As::Expression),
    };
    let file = SourceFileBuilder::new(filename, source).finish();
    if compiler::pre_parse_source_error(&file).is_err()
        || ruff_python_parser::parse(source, parser_mode.into()).is_err()
    {
        warnings = told::warnings_before_error(source, read_as);
    }
    for warning in warnings {
        warn::warn_explicit(
            Some(vm.ctx.exceptions.syntax_warning.to_owned()),
            vm.ctx.new_str(warning.message.as_str()).into(),
            vm.ctx.new_str(filename),
            warning.line,
            None,
            vm.ctx.none(),
            None,
            None,
            vm,
        )
        .map_err(|exception| {
            // An escape has two places; a number's error is at its last digit.
            let (message, offset, end_offset) = match warning.error {
                Some(message) => (message, warning.offset, warning.offset + 2),
                None => (warning.message, warning.offset - 1, warning.offset - 1),
            };
            let replacement = Some(SyntaxErrorReplacement { message, end_offset });
            let (filename, lineno) = (filename.to_owned(), warning.line);
            CompileWarningError { exception, filename, lineno, offset, replacement }
        })?;
    }
    Ok(())
}
