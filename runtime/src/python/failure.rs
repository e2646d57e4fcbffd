//! Exceptions to the text of a stack trace (docs/contract.md §2.1).

use super::CodePaths;
use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStr},
};

/// The text `traceback.format_exc()` would give, with the code's folder shown as
/// `/var/user` and a layer's as `/opt`, without frames of the runtime, without carets and
/// without a newline at its end.
pub(super) fn stack_trace(
    error: PyBaseExceptionRef,
    code: &CodePaths,
    vm: &VirtualMachine,
) -> String {
    // The formatter is Python code, which a handler may have broken (an emptied sys.modules, a
    // replaced builtin). The engine's own formatter needs no Python.
    formatted(error.clone(), code, vm).unwrap_or_else(|_| {
        let mut text = String::new();
        if vm.write_exception(&mut text, &error).is_err() {
            text.push_str(&error.class().name());
        }
        let shown = shown_places(code).fold(text, |text, (folder, shown)| {
            text.replace(&format!("{folder}/"), &format!("{shown}/"))
        });
        shown.trim_end_matches('\n').to_owned()
    })
}

fn formatted(error: PyBaseExceptionRef, code: &CodePaths, vm: &VirtualMachine) -> PyResult<String> {
    let places: Vec<PyObjectRef> = shown_places(code)
        .map(|(folder, shown)| vm.new_tuple((folder, shown.to_owned())).into())
        .collect();
    let formatter = vm.import("_krait_traceback", 0)?;
    let places = vm.ctx.new_list(places);
    let text = vm.call_method(&formatter, "format", (error, places))?;
    match text.downcast_ref::<PyStr>() {
        Some(text) => Ok(text.to_string_lossy().into_owned()),
        None => Err(vm.new_type_error("the stack trace is not a str")),
    }
}

/// The folders of the code on this machine, and their paths on the platform.
fn shown_places(code: &CodePaths) -> impl Iterator<Item = (String, &'static str)> {
    let layers = code.layers.iter().map(|layer| (layer, "/opt"));
    std::iter::once((&code.code, "/var/user"))
        .chain(layers)
        .map(|(folder, shown)| (folder.to_string_lossy().trim_end_matches('/').to_owned(), shown))
}
