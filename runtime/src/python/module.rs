//! Finding and importing the handler's module (docs/contract.md §1.2, §1.3).

use super::shelf;
use crate::contract::Handler;
use rustpython_vm::{
    PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyList, PyStr},
    function::IntoPyNativeFn,
};
use std::path::{Path, PathBuf};

/// Where a function's code lies on this machine.
#[derive(Debug, Clone)]
pub struct CodePaths {
    /// The folder the platform shows as `/var/user`.
    pub code: PathBuf,
    /// The folders the platform shows as `/opt`, in the order they are searched.
    pub layers: Vec<PathBuf>,
}

/// The file a handler's module is in, and how it is imported.
pub(super) enum EntryFile {
    /// Imported by its path under its own name, as the platform does.
    File(PathBuf),
    /// Imported from a zip, as any module is.
    InZip,
    /// Imported by its dotted name, so that the packages around it are packages.
    Dotted,
}

/// Sets `sys.path` to the code's folder and the layers, in that order. The user's files win over
/// the standard library's, as on the platform.
pub(super) fn set_search_path(code: &CodePaths, vm: &VirtualMachine) -> PyResult<()> {
    let folders = std::iter::once(&code.code).chain(&code.layers);
    let path = folders.map(|folder| vm.ctx.new_str(folder.to_string_lossy().as_ref()).into());
    vm.sys_module.set_attr("path", vm.ctx.new_list(path.collect()), vm)?;
    search_files_before_frozen_modules(vm)?;
    shelf::note_finders(vm)
}

/// The handler's entry file, or none where it is missing.
pub(super) fn find_entry(code: &CodePaths, handler: &Handler) -> Option<EntryFile> {
    let base = code.code.join(handler.entry_path());
    if code.code.is_file() {
        return Some(EntryFile::InZip);
    }
    let package = base.join("__init__.py");
    let file = base.with_file_name(format!("{}.py", base.file_name()?.to_str()?));
    let found = [file, package].into_iter().find(|path| path.is_file())?;
    Some(if handler.module.contains('.') { EntryFile::Dotted } else { EntryFile::File(found) })
}

/// Imports the entry file as `name`, which is its `__name__` and its key in `sys.modules`.
pub(super) fn import(entry: &EntryFile, name: &str, vm: &VirtualMachine) -> PyResult {
    match entry {
        EntryFile::Dotted | EntryFile::InZip => {
            vm.import(vm.ctx.intern_str(name), 0)?;
            vm.sys_module.get_attr("modules", vm)?.get_item(name, vm)
        }
        EntryFile::File(path) => import_file(path, name, vm),
    }
}

fn import_file(path: &Path, name: &str, vm: &VirtualMachine) -> PyResult {
    let bootstrap = vm.import("_frozen_importlib", 0)?;
    let external = vm.import("_frozen_importlib_external", 0)?;
    let location = path.to_string_lossy();
    let spec = vm.call_method(
        &external,
        "spec_from_file_location",
        (name.to_owned(), location.as_ref().to_owned()),
    )?;
    vm.call_method(&bootstrap, "_load", (spec,))
}

/// The engine looks for frozen modules before files. On the platform it is the other way round: the
/// standard library is files at the end of the path.
pub(super) fn search_files_before_frozen_modules(vm: &VirtualMachine) -> PyResult<()> {
    let meta_path = vm.sys_module.get_attr("meta_path", vm)?;
    let Some(finders) = meta_path.downcast_ref::<PyList>() else {
        return Ok(());
    };
    let mut finders = finders.borrow_vec_mut();
    let is_frozen = |finder: &PyObjectRef| {
        finder.get_attr("__name__", vm).is_ok_and(|name| {
            name.downcast_ref::<PyStr>().is_some_and(|name| name.as_bytes() == b"FrozenImporter")
        })
    };
    if let Some(position) = finders.iter().position(is_frozen) {
        let frozen = finders.remove(position);
        finders.push(frozen);
    }
    Ok(())
}

/// Puts a function into a module, as one of the module's own.
pub(super) fn put_function<Kind>(
    module: &PyObject,
    name: &'static str,
    function: impl IntoPyNativeFn<Kind>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let function: PyObjectRef = vm.new_function_of(module, name, function).into();
    function.set_attr("__module__", module.get_attr("__name__", vm)?, vm)?;
    module.set_attr(name, function, vm)
}
