//! Specifications of formats, with what they are for: an error tells both.

use crate::{
    AsObject, Py, PyObject, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStr, pystr::StandIn},
    common::{
        format::{FormatSpec, FormatSpecError},
        wtf8::{Wtf8, Wtf8Buf},
    },
    convert::IntoPyException,
};

pub(crate) struct Specification<'a> {
    text: &'a Wtf8,
    object: &'a PyObject,
    stand_in: StandIn,
    pub(crate) parsed: FormatSpec,
}

impl<'a> Specification<'a> {
    /// The specification for a number.
    pub(crate) fn new(object: &'a PyObject, text: &'a Py<PyStr>, vm: &VirtualMachine) -> PyResult<Self> {
        let text = text.as_wtf8();
        Self::with(object, text, StandIn::for_texts(text, text), vm)
    }

    /// The specification for a text, whose surrogates are hidden as well.
    pub(crate) fn with(
        object: &'a PyObject,
        text: &'a Wtf8,
        stand_in: StandIn,
        vm: &VirtualMachine,
    ) -> PyResult<Self> {
        match FormatSpec::parse(&*stand_in.hide(text)) {
            Ok(parsed) => Ok(Self { text, object, stand_in, parsed }),
            Err(error) => Err(raised(error, object, text, &stand_in, vm)),
        }
    }

    /// What was formatted, or what is wrong with the specification.
    pub(crate) fn finish(
        self,
        result: Result<String, FormatSpecError>,
        vm: &VirtualMachine,
    ) -> PyResult<Wtf8Buf> {
        match result {
            Ok(result) => Ok(self.stand_in.show(result)),
            Err(error) => Err(raised(error, self.object, self.text, &self.stand_in, vm)),
        }
    }
}

fn raised(
    error: FormatSpecError,
    object: &PyObject,
    text: &Wtf8,
    stand_in: &StandIn,
    vm: &VirtualMachine,
) -> PyBaseExceptionRef {
    let code = |code: char| match code {
        '!'..='~' => code.to_string(),
        _ => {
            let code = stand_in.show(code.to_string()).code_points().next();
            format!("\\x{:x}", code.map_or(0, |code| code.to_u32()))
        }
    };
    match error {
        FormatSpecError::InvalidFormatSpecifier => {
            let mut told = Wtf8Buf::from_string("Invalid format specifier '".to_owned());
            told.push_wtf8(text);
            told.push_str(&format!("' for object of type '{}'", object.class().slot_name()));
            vm.new_value_error(told)
        }
        FormatSpecError::UnknownFormatCode(unknown, _) => vm.new_value_error(format!(
            "Unknown format code '{}' for object of type '{}'",
            code(unknown),
            object.class().slot_name()
        )),
        FormatSpecError::UnspecifiedFormat(one, other) => {
            vm.new_value_error(format!("Cannot specify '{one}' with '{}'.", code(other)))
        }
        _ => error.into_pyexception(vm),
    }
}
