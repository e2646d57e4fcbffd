//! Modules that were imported ahead of time, and are set aside until they are imported.
//!
//! A function must find `sys.modules` as in a process that has just started, and its own files must
//! win over the standard library's. So the modules that a snapshot imported lie on a shelf. An
//! import that finds nothing in `sys.modules` looks here first. It takes the module, with all that
//! the module's own import brought along, unless a file or a finder of the function's could supply
//! another one.

use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyList, PyStr, PyStrRef, PyTuple},
};
use std::{
    collections::{HashMap, HashSet},
    fs,
    path::Path,
    sync::{Mutex, OnceLock, PoisonError},
    time::SystemTime,
};

static SHELF: OnceLock<Shelf> = OnceLock::new();

/// See [`after_waking`].
static AFTER_WAKING: OnceLock<fn()> = OnceLock::new();

/// From here on, `work` is called each time that a module has read again what it reads from its process, such as
/// random numbers. Only the first call counts.
#[cfg(unix)]
pub(crate) fn after_waking(work: fn()) {
    // A second call would give the same.
    let _ = AFTER_WAKING.set(work);
}

struct Shelf {
    /// What an import does without a shelf: `importlib._bootstrap._find_and_load`.
    find_and_load: PyObjectRef,
    modules: HashMap<String, Shelved>,
    /// The first parts of their names.
    names: HashSet<String>,
    state: Mutex<ShelfState>,
}

// SAFETY: a WebAssembly module has one thread.
#[cfg(target_family = "wasm")]
unsafe impl Send for Shelf {}
// SAFETY: as above.
#[cfg(target_family = "wasm")]
unsafe impl Sync for Shelf {}

struct Shelved {
    module: PyObjectRef,
    /// The modules that its import brings along, including itself.
    brought: Vec<String>,
    /// Called to read again what the module read from the process that imported it.
    wake: Option<PyObjectRef>,
}

#[derive(Default)]
struct ShelfState {
    /// The modules that were taken off the shelf.
    taken: HashSet<String>,
    /// No module is taken any more, because a file of the function's has the name of one.
    hidden: bool,
    /// The finders that existed before the function's code ran.
    finders: Vec<PyObjectRef>,
    /// The folders known to hold no such file, and when they last changed.
    looked_at: Vec<(String, SystemTime)>,
}

/// Imports modules and puts them on the shelf, with all that they import.
pub(super) fn fill(names: &[impl AsRef<str>], vm: &VirtualMachine) -> PyResult<()> {
    let names = names.iter().map(|name| vm.ctx.new_str(name.as_ref()).into()).collect();
    let filler = vm.import("_krait_shelf", 0)?;
    let shelved = vm.call_method(&filler, "fill", (vm.ctx.new_list(names),))?;
    let mut modules = HashMap::new();
    if let Some(shelved) = shelved.downcast_ref::<PyList>() {
        for entry in shelved.borrow_vec().iter() {
            let Some([name, module, brought, wake]) =
                entry.downcast_ref::<PyTuple>().map(|entry| entry.as_slice())
            else {
                continue;
            };
            let brought: Vec<PyStrRef> = brought.clone().try_into_value(vm)?;
            let brought = brought.iter().map(|each| each.to_string_lossy().into_owned()).collect();
            let wake = (!vm.is_none(wake)).then(|| wake.clone());
            let name: PyStrRef = name.clone().try_into_value(vm)?;
            let shelved = Shelved { module: module.clone(), brought, wake };
            modules.insert(name.to_string_lossy().into_owned(), shelved);
        }
    }
    let first_part = |name: &String| name.split('.').next().unwrap_or_default().to_owned();
    let bootstrap = vm.import("_frozen_importlib", 0)?;
    let shelf = Shelf {
        find_and_load: bootstrap.get_attr("_find_and_load", vm)?,
        names: modules.keys().map(first_part).collect(),
        modules,
        state: Mutex::default(),
    };
    if SHELF.set(shelf).is_ok() {
        let function = vm.new_function("_find_and_load", find_and_load);
        bootstrap.set_attr("_find_and_load", function, vm)?;
    }
    Ok(())
}

/// Whether a module is on the shelf, or was.
pub(super) fn holds(name: &str) -> bool {
    SHELF.get().is_some_and(|shelf| shelf.modules.contains_key(name))
}

/// A module that is on the shelf, or was.
pub(super) fn module(name: &str) -> Option<PyObjectRef> {
    Some(SHELF.get()?.modules.get(name)?.module.clone())
}

/// Forgets what was seen of the machine's folders.
pub(super) fn forget_folders() {
    if let Some(shelf) = SHELF.get() {
        let mut state = shelf.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.looked_at = Vec::new();
    }
}

/// Notes the finders before the function's code runs.
pub(super) fn note_finders(vm: &VirtualMachine) -> PyResult<()> {
    if let Some(shelf) = SHELF.get() {
        let finders = finders(vm)?;
        shelf.state.lock().unwrap_or_else(PoisonError::into_inner).finders = finders;
    }
    Ok(())
}

fn find_and_load(name: PyStrRef, import: PyObjectRef, vm: &VirtualMachine) -> PyResult {
    let Some(shelf) = SHELF.get() else { return Err(vm.new_import_error("no shelf", name)) };
    match shelf.take(&name.to_string_lossy(), vm)? {
        Some(module) => Ok(module),
        None => shelf.find_and_load.call((name, import), vm),
    }
}

impl Shelf {
    /// Takes a module off the shelf, with what it brings along; none if it is not there, or may not
    /// be taken.
    fn take(&self, name: &str, vm: &VirtualMachine) -> PyResult<Option<PyObjectRef>> {
        let Some(shelved) = self.modules.get(name) else { return Ok(None) };
        let taken: Vec<_> = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if state.taken.contains(name) || !self.is_open(&mut state, vm)? {
                return Ok(None);
            }
            let brought = shelved.brought.iter();
            brought.filter(|each| state.taken.insert((*each).clone())).collect()
        };
        #[cfg(target_family = "wasm")]
        super::code_memory::make_tables(&taken);
        let modules = vm.sys_module.get_attr("modules", vm)?;
        let entries = taken.iter().filter_map(|name| Some((*name, self.modules.get(*name)?)));
        for (name, shelved) in entries.clone() {
            modules.set_item(name.as_str(), shelved.module.clone(), vm)?;
        }
        for (name, shelved) in entries {
            if let Some((parent, child)) = name.rsplit_once('.') {
                let parent = modules.get_item(parent, vm)?;
                parent.set_attr(vm.ctx.intern_str(child), shelved.module.clone(), vm)?;
            }
            if let Some(wake) = &shelved.wake {
                wake.call((shelved.module.clone(),), vm)?;
                if let Some(work) = AFTER_WAKING.get() {
                    work();
                }
            }
        }
        Ok(Some(shelved.module.clone()))
    }

    /// Whether no file and no finder of the function's comes before the shelf.
    fn is_open(&self, state: &mut ShelfState, vm: &VirtualMachine) -> PyResult<bool> {
        let finders = finders(vm)?;
        let same = finders.len() == state.finders.len()
            && finders.iter().zip(&state.finders).all(|(one, other)| one.is(other));
        if state.hidden || !same {
            return Ok(false);
        }
        let path = vm.sys_module.get_attr("path", vm)?;
        let Some(path) = path.downcast_ref::<PyList>() else { return Ok(false) };
        for (at, folder) in path.borrow_vec().iter().enumerate() {
            let Some(folder) = folder.downcast_ref::<PyStr>() else { continue };
            let folder = folder.to_string_lossy();
            // As the finder for files does, by the time of the folder's last change.
            let place = Path::new(if folder.is_empty() { "." } else { &*folder });
            let changed = fs::metadata(place).and_then(|about| about.modified());
            let Ok(changed) = changed else { continue };
            if state.looked_at.get(at).is_some_and(|known| *known == (folder.to_string(), changed))
            {
                continue;
            }
            if self.is_named_in(place) {
                state.hidden = true;
                return Ok(false);
            }
            state.looked_at.truncate(at);
            state.looked_at.push((folder.into_owned(), changed));
        }
        Ok(true)
    }

    /// Whether a folder may have a file with the name of a module on the shelf. True for what
    /// cannot be listed, such as a zip.
    fn is_named_in(&self, folder: &Path) -> bool {
        let Ok(mut entries) = fs::read_dir(folder) else { return true };
        entries.any(|entry| {
            let name = entry.map(|entry| entry.file_name()).unwrap_or_default();
            let name = name.to_string_lossy();
            self.names.contains(name.split('.').next().unwrap_or_default())
        })
    }
}

fn finders(vm: &VirtualMachine) -> PyResult<Vec<PyObjectRef>> {
    let finders = vm.sys_module.get_attr("meta_path", vm)?;
    Ok(finders.downcast_ref::<PyList>().map_or_else(Vec::new, |list| list.borrow_vec().to_vec()))
}
