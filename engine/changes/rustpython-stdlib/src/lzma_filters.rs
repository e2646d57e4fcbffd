//! Filters as Python gives them: mappings of an id and options. What is no option of the filter, or no
//! number that liblzma takes, is an error.

use rustpython_common::compression::lzma::{self as backend, FilterSpec};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyStr},
};

/// A number without a sign, up to `most`, which is the largest of C's `kind`.
///
/// # Errors
/// When it is none.
pub(super) fn number(
    value: &PyObject,
    kind: &str,
    most: u64,
    vm: &VirtualMachine,
) -> PyResult<u64> {
    let value = value.try_index(vm)?;
    if value.as_bigint() < &0.into() {
        return Err(vm.new_value_error("Cannot convert negative int"));
    }
    let number = u64::try_from(value.as_bigint()).ok().filter(|number| *number <= most);
    number.ok_or_else(|| vm.new_overflow_error(format!("Python int too large for C {kind}")))
}

/// As [`number`], of 32 bits.
pub(super) fn number_32(value: &PyObject, vm: &VirtualMachine) -> PyResult<u32> {
    number(value, "uint32_t", u32::MAX.into(), vm).map(|number| number as u32)
}

/// A preset that liblzma has.
pub(super) fn preset(value: &PyObject, vm: &VirtualMachine) -> PyResult<u32> {
    number_32(value, vm)
}

/// A mapping's value, if it has one.
fn item(spec: &PyObject, key: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    match spec.get_item(key, vm) {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.fast_isinstance(vm.ctx.exceptions.key_error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The option of a filter that a name stands for.
fn option<'a>(parsed: &'a mut FilterSpec, name: &str) -> Option<&'a mut Option<u32>> {
    let is_lzma = matches!(parsed.id, backend::FILTER_LZMA1 | backend::FILTER_LZMA2);
    match name {
        "dict_size" if is_lzma => Some(&mut parsed.dict_size),
        "lc" if is_lzma => Some(&mut parsed.lc),
        "lp" if is_lzma => Some(&mut parsed.lp),
        "pb" if is_lzma => Some(&mut parsed.pb),
        "mode" if is_lzma => Some(&mut parsed.mode),
        "nice_len" if is_lzma => Some(&mut parsed.nice_len),
        "mf" if is_lzma => Some(&mut parsed.mf),
        "depth" if is_lzma => Some(&mut parsed.depth),
        "dist" if parsed.id == backend::FILTER_DELTA => Some(&mut parsed.dist),
        "start_offset" if !is_lzma && parsed.id != backend::FILTER_DELTA => {
            Some(&mut parsed.start_offset)
        }
        _ => None,
    }
}

/// A filter.
///
/// # Errors
/// When it is none.
pub(super) fn parse(spec: &PyObject, vm: &VirtualMachine) -> PyResult<FilterSpec> {
    if spec.class().get_attr(vm.ctx.intern_str("__getitem__")).is_none() {
        return Err(vm.new_type_error("Filter specifier must be a dict or dict-like object"));
    }
    let id = item(spec, "id", vm)?
        .ok_or_else(|| vm.new_value_error("Filter specifier must have an \"id\" entry"))?;
    let id = number(&id, "lzma_vli", u64::MAX, vm)?;
    let mut parsed = FilterSpec { id, ..FilterSpec::default() };
    let kind = match id {
        backend::FILTER_LZMA1 | backend::FILTER_LZMA2 => {
            if let Some(given) = item(spec, "preset", vm)? {
                let given = preset(&given, vm)?;
                if !backend::is_preset(given) {
                    let message = format!("Invalid compression preset: {given}");
                    return Err(super::new_lzma_error(message, vm));
                }
                parsed.preset = Some(given);
            }
            "LZMA"
        }
        backend::FILTER_DELTA => "delta",
        backend::FILTER_X86
        | backend::FILTER_POWERPC
        | backend::FILTER_IA64
        | backend::FILTER_ARM
        | backend::FILTER_ARMTHUMB
        | backend::FILTER_SPARC => "BCJ",
        _ => return Err(vm.new_value_error(format!("Invalid filter ID: {id}"))),
    };
    let wrong = || vm.new_value_error(format!("Invalid filter specifier for {kind} filter"));
    let options = spec.downcast_ref::<PyDict>().ok_or_else(wrong)?.to_owned();
    for (name, value) in options {
        let name = name.downcast_ref::<PyStr>().and_then(|name| name.to_str()).ok_or_else(wrong)?;
        if name == "id" || name == "preset" && kind == "LZMA" {
            continue;
        }
        let place = option(&mut parsed, name).ok_or_else(wrong)?;
        *place = Some(number_32(&value, vm).map_err(|_| wrong())?);
    }
    Ok(parsed)
}
