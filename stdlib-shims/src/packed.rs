//! The frozen library of a WebAssembly module. It is compressed to make the download small, and
//! unpacked in parts when a module is imported.
//!
//! The engine's table of frozen modules cannot be changed later. It holds a stand-in for the code
//! of each module. An import gets the real code from a function in place of
//! `_imp.get_frozen_object`. A part stays unpacked, because the next import is often from the same
//! part.

#![forbid(unsafe_code)]

use rustpython_vm::{
    PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyCode, PyUtf8StrRef},
    frozen::{FrozenLib, FrozenModule},
    function::OptionalArg,
};
use std::{
    cell::RefCell,
    collections::{BTreeMap, btree_map::Entry},
};

// PARTS: the first module's name and the content of each part, in order of name.
// MODULES: the names of all modules, and whether they are packages.
include!(concat!(env!("OUT_DIR"), "/packed.rs"));

thread_local! {
    /// The parts that are unpacked, by their number.
    static UNPACKED: RefCell<BTreeMap<usize, Vec<u8>>> = const { RefCell::new(BTreeMap::new()) };
    /// The engine's own `_imp.get_frozen_object`.
    static ENGINES_OWN: RefCell<Option<PyObjectRef>> = const { RefCell::new(None) };
}

/// The packed modules for the engine's table. `library` has the stand-in code.
pub(crate) fn stand_ins(
    library: &'static FrozenLib,
) -> impl Iterator<Item = (&'static str, FrozenModule)> {
    let stand_in = library.decode().find(|(name, _)| *name == "_krait_packed");
    stand_in.into_iter().flat_map(|(_, stand_in)| {
        MODULES
            .iter()
            .map(move |(name, package)| (*name, FrozenModule { package: *package, ..stand_in }))
    })
}

/// From now on, imports find the packed modules.
///
/// # Errors
/// When the engine has no `_imp`, or not as it was.
pub fn unpack_on_import(vm: &VirtualMachine) -> PyResult<()> {
    let imports = vm.import("_imp", 0)?;
    ENGINES_OWN.set(Some(imports.get_attr("get_frozen_object", vm)?));
    let function = vm.new_function("get_frozen_object", get_frozen_object);
    imports.set_attr("get_frozen_object", function, vm)
}

/// Frees the memory of the unpacked parts.
pub fn forget_unpacked() {
    UNPACKED.take();
}

fn get_frozen_object(
    name: PyUtf8StrRef,
    data: OptionalArg<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<PyObjectRef> {
    let data = data.into_option().filter(|data| !vm.is_none(data));
    if data.is_none()
        && let Some(code) = code_of(name.as_str(), vm)?
    {
        return Ok(code);
    }
    match ENGINES_OWN.with_borrow(Option::clone) {
        Some(function) => function.call((name, vm.unwrap_or_none(data)), vm),
        None => Err(vm.new_runtime_error("frozen modules are not set up")),
    }
}

/// A packed module's code; none for another name.
fn code_of(name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
    let after = PARTS.partition_point(|(first, _)| *first <= name);
    let Some(part) = after.checked_sub(1) else { return Ok(None) };
    UNPACKED.with_borrow_mut(|unpacked| {
        let bytes = match unpacked.entry(part) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) => {
                entry.insert(xz::decode_all(PARTS[part].1).map_err(|error| {
                    vm.new_runtime_error(format!("the library is damaged: {error}"))
                })?)
            }
        };
        let library = FrozenLib::from_ref(bytes.as_slice());
        let module = library.decode().find(|(each, _)| *each == name);
        Ok(module.map(|(_, module)| PyCode::new_ref_from_frozen(vm, module.code).into()))
    })
}
