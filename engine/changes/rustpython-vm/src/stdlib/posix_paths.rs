//! Paths as texts: `os.path.normpath` and `os.path.splitroot`.

use crate::{
    PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBytes, PyStr},
    common::wtf8::Wtf8,
};

/// The path without empty parts, without `.`, and without `..` where it can do without.
pub(crate) fn normpath(path: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let path = text_of("_path_normpath", path, vm)?;
    if let Some(bytes) = path.downcast_ref::<PyBytes>() {
        return Ok(vm.ctx.new_bytes(normalized(bytes.as_bytes())).into());
    }
    let text = path.downcast_ref::<PyStr>().map(|text| text.as_bytes());
    Ok(text_from(&normalized(text.unwrap_or_default()), vm))
}

/// The drive, which is empty, the slashes at the start that are a root, and the rest.
pub(crate) fn splitroot(path: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let path = text_of("_path_splitroot_ex", path, vm)?;
    let parts: [PyObjectRef; 3] = if let Some(bytes) = path.downcast_ref::<PyBytes>() {
        let (root, rest) = split(bytes.as_bytes());
        [&b""[..], root, rest].map(|part| vm.ctx.new_bytes(part.to_vec()).into())
    } else {
        let text = path.downcast_ref::<PyStr>().map(|text| text.as_bytes());
        let (root, rest) = split(text.unwrap_or_default());
        [&b""[..], root, rest].map(|part| text_from(part, vm))
    };
    Ok(vm.ctx.new_tuple(parts.to_vec()).into())
}

/// A text or bytes: themselves, or what `__fspath__` gives.
fn text_of(function: &str, path: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let is_text = |path: &PyObjectRef| {
        path.downcast_ref::<PyStr>().is_some() || path.downcast_ref::<PyBytes>().is_some()
    };
    if is_text(&path) {
        return Ok(path);
    }
    let kind = path.class().slot_name().to_string();
    let Some(method) = vm.get_method(path, identifier!(vm, __fspath__)) else {
        return Err(vm.new_type_error(format!(
            "{function}: path should be string, bytes or os.PathLike, not {kind}"
        )));
    };
    let given = method?.call((), vm)?;
    if is_text(&given) {
        return Ok(given);
    }
    let other = given.class().slot_name().to_string();
    Err(vm.new_type_error(format!(
        "expected {kind}.__fspath__() to return str or bytes, not {other}"
    )))
}

fn text_from(bytes: &[u8], vm: &VirtualMachine) -> PyObjectRef {
    vm.ctx.new_str(Wtf8::from_bytes(bytes).unwrap_or_default().to_owned()).into()
}

fn split(path: &[u8]) -> (&[u8], &[u8]) {
    let slashes = path.iter().take_while(|byte| **byte == b'/').count();
    // Two slashes mean something of their own; three and more are one.
    path.split_at(if slashes == 2 { 2 } else { slashes.min(1) })
}

fn normalized(path: &[u8]) -> Vec<u8> {
    let (root, rest) = split(path);
    let mut parts: Vec<&[u8]> = Vec::new();
    for part in rest.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." if root.is_empty() && parts.last().is_none_or(|last| *last == b"..") => {
                parts.push(part);
            }
            b".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    let path = [root, parts.join(&b'/').as_slice()].concat();
    if path.is_empty() { b".".to_vec() } else { path }
}
