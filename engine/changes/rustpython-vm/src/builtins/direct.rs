//! Methods that are called without a list of their arguments.

#[path = "direct/containers.rs"]
mod containers;
#[path = "direct/texts.rs"]
mod texts;

use crate::{PyObject, PyObjectRef, PyResult, VirtualMachine, builtins::PyStr};

/// What a method of `instance` gives with at most two arguments; none, with nothing done, where the usual
/// way is to be gone: with other types, or other numbers of arguments.
pub(crate) type Direct = fn(
    instance: &PyObject,
    first: Option<&PyObject>,
    second: Option<&PyObject>,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>>;

/// The method of `class` with that name, if it is called often, and does little.
pub(crate) fn of(class: &str, name: &str) -> Option<Direct> {
    let class = class.rsplit('.').next()?;
    Some(match (class, name) {
        ("StringIO", "write") => write_to_string,
        ("TextIOWrapper", "write") => write_to_file,
        ("Match", "group") => crate::stdlib::_sre::group_at_once,
        _ => return texts::of(class, name).or_else(|| containers::of(class, name)),
    })
}

/// `StringIO.write`, at the end.
fn write_to_string(
    stream: &PyObject,
    text: Option<&PyObject>,
    more: Option<&PyObject>,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    let text = text.filter(|_| more.is_none());
    let text = text.and_then(|text| text.downcast_ref_if_exact::<PyStr>(vm));
    Ok(text.and_then(|text| crate::stdlib::_io::write_at_end(stream, text, vm)))
}

fn write_to_file(
    stream: &PyObject,
    text: Option<&PyObject>,
    more: Option<&PyObject>,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    match (text, more) {
        (Some(text), None) => crate::stdlib::_io::write_to_stream(stream, text, vm),
        _ => Ok(None),
    }
}
