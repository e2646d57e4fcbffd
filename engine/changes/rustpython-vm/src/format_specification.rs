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
    /// What is raised if nothing else is wrong.
    impossible: Option<Impossible>,
}

/// What numbers in a specification cannot be had.
enum Impossible {
    Width,
    Precision,
}

/// Takes numbers out that cannot be had: what the value is refused for is told first.
fn take_impossible(parsed: &mut FormatSpec, is_text: bool, vm: &VirtualMachine) -> Option<Impossible> {
    let is_wide = |width: usize| width > 1 << 20 && (i32::try_from(width).is_err() || vm.lacks_room(2 * width));
    let mut found = None;
    if parsed.take_width_if(is_wide) {
        found = Some(Impossible::Width);
    }
    // A text is cut at any precision.
    if !is_text && parsed.take_precision_if(|precision| i32::try_from(precision).is_err()) {
        found = Some(Impossible::Precision);
    }
    found
}

impl<'a> Specification<'a> {
    /// The specification for a number.
    pub(crate) fn new(object: &'a PyObject, text: &'a Py<PyStr>, vm: &VirtualMachine) -> PyResult<Self> {
        let text = text.as_wtf8();
        Self::parse(object, text, StandIn::for_texts(text, text), false, vm)
    }

    /// The specification for a text, whose surrogates are hidden as well.
    pub(crate) fn with(
        object: &'a PyObject,
        text: &'a Wtf8,
        stand_in: StandIn,
        vm: &VirtualMachine,
    ) -> PyResult<Self> {
        Self::parse(object, text, stand_in, true, vm)
    }

    fn parse(
        object: &'a PyObject,
        text: &'a Wtf8,
        stand_in: StandIn,
        is_text: bool,
        vm: &VirtualMachine,
    ) -> PyResult<Self> {
        match FormatSpec::parse(&*stand_in.hide(text)) {
            Ok(mut parsed) => {
                let impossible = take_impossible(&mut parsed, is_text, vm);
                Ok(Self { text, object, stand_in, parsed, impossible })
            }
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
            Ok(result) => match self.impossible {
                None => Ok(self.stand_in.show(result)),
                Some(Impossible::Width) => Err(vm.no_memory_error()),
                Some(Impossible::Precision) => Err(vm.new_value_error("precision too big")),
            },
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
