//! The work that is done ahead of time for a snapshot, and what a process must do again after it.

use super::{CodePaths, Ended, Interpreter, code_memory, shelf, time_zone};
use crate::contract::{Dialect, Handler};
use indexmap::IndexMap;
use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine, builtins::PyDict};
use std::{fs, io, ops::Range, path::Path};

/// The modules that are imported ahead of time, with all that they import: by a count over
/// 1356 functions of public repositories (benches/imports), those that one in a hundred
/// imports, less zipfile and pathlib, which no longer fit; and what the clients of clouds
/// import. What the interpreter has built in costs nothing here.
const MODULES: &[&str] = &[
    "json",
    "os",
    "logging",
    "datetime",
    "time",
    "typing",
    "re",
    "urllib",
    "base64",
    "uuid",
    "sys",
    "random",
    "urllib.parse",
    "__future__",
    "traceback",
    "decimal",
    "io",
    "hashlib",
    "urllib.request",
    "collections",
    "tempfile",
    "subprocess",
    "math",
    "concurrent.futures",
    "threading",
    "enum",
    "functools",
    "hmac",
    "ast",
    "gzip",
    "csv",
    "string",
    "dataclasses",
    "email",
    "abc",
    "http",
    "shutil",
    "urllib.error",
    "importlib",
    "asyncio",
    "copy",
    "email.utils",
    "contextlib",
    "secrets",
    "socket",
    "ssl",
    "http.client",
    "queue",
    "calendar",
    "locale",
    "textwrap",
    "types",
    "concurrent.futures.thread",
    "_strptime",
];

/// How many of them. A WebAssembly module, which users download, has only the first few.
const SHELVED: usize = if cfg!(target_family = "wasm") { 5 } else { MODULES.len() };

/// What krait itself imports: for the stack trace of a failure, and to run a program.
const OWN: &[&str] = if cfg!(unix) {
    &["_krait_traceback", "_krait_program", "site", "runpy", "linecache", "importlib.machinery"]
} else {
    &["_krait_traceback"]
};

impl Interpreter {
    /// Imports `modules`, or the usual modules if it is empty, and puts them on the shelf. Then
    /// hides all live objects from the garbage collector. Returns the places of the location
    /// tables, which need not be kept: [`super::fill_location_tables`] makes them again.
    ///
    /// # Errors
    /// The message of the exception that an import of one of `modules` raised.
    pub fn warm_up(&self, modules: &[String]) -> Result<Vec<Range<usize>>, String> {
        self.engine.enter(|vm| {
            warm_up(modules, vm).map_err(|error| {
                let mut text = String::new();
                let _ = vm.write_exception(&mut text, &error);
                text.trim_end().lines().last().unwrap_or_default().to_owned()
            })
        })
    }

    /// Loads and runs a function that does nothing, until code and caches no longer change. In the
    /// first runs the engine rewrites code and fills caches, each time on a page that a process
    /// with a snapshot would have to copy. The function's code is written to `folder`, which is
    /// empty.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn rehearse(&self, folder: &Path, times: usize) -> io::Result<()> {
        let handler = Handler::default();
        fs::write(folder.join(format!("{}.py", handler.module)), REHEARSED)?;
        let code = CodePaths { code: folder.to_path_buf(), layers: Vec::new() };
        let environment = IndexMap::from([("KEY".to_owned(), "value".to_owned())]);
        for _ in 0..times {
            self.wake(&environment);
            if let Ended::Well(entry) = self.load(code.clone(), &handler, Dialect::Scf)
                && let Ok(arguments) = self.read(br#"{"key": [1, 2.5, null]}"#, b"{}")
            {
                self.invoke(&entry, arguments);
            }
            self.engine
                .enter(|vm| forget(&handler, vm))
                .map_err(|()| io::Error::other("Python"))?;
        }
        Ok(())
    }

    /// Tells the interpreter about the process that it wakes up in: its environment and (libc's)
    /// time zone. Seeds its random generators again.
    pub fn wake(&self, environment: &IndexMap<String, String>) {
        rand::rng().reseed().unwrap_or_default();
        self.engine.enter(|vm| {
            let woken =
                set_environment(bytes_of(environment), vm).and_then(|()| time_zone::tzset(vm));
            if let Err(error) = woken {
                vm.print_exception(&error);
            }
        });
    }

    /// Seeds the random generators again in an interpreter that has loaded a function and was
    /// forked since, as `os.fork` does for Python code.
    #[cfg(unix)]
    pub fn wake_after_fork(&self) {
        rand::rng().reseed().unwrap_or_default();
        self.engine.enter(|vm| {
            let told: Vec<PyObjectRef> = vm.state.after_forkers_child.lock().clone();
            for each in told {
                if let Err(error) = each.call((), vm) {
                    vm.print_exception(&error);
                }
            }
        });
    }
}

const REHEARSED: &str = "\
def main_handler(event, context):
    print('rehearsed')
    return {'key': event['key']}
";

/// Undoes what loading a function leaves in the interpreter.
fn forget(handler: &Handler, vm: &VirtualMachine) -> Result<(), ()> {
    let forget = || -> PyResult<()> {
        let modules = vm.sys_module.get_attr("modules", vm)?;
        modules.del_item(handler.module.as_str(), vm)?;
        vm.sys_module.set_attr("path", vm.ctx.new_list(Vec::new()), vm)?;
        let known = vm.sys_module.get_attr("path_importer_cache", vm)?;
        vm.call_method(&known, "clear", ())?;
        set_environment(std::iter::empty(), vm)
    };
    forget().map_err(|error| vm.print_exception(&error))
}

fn warm_up(modules: &[String], vm: &VirtualMachine) -> PyResult<Vec<Range<usize>>> {
    if modules.is_empty() {
        shelf::fill(&[&MODULES[..SHELVED], OWN].concat(), vm)?;
    } else {
        shelf::fill(modules, vm)?;
    }
    #[cfg(target_family = "wasm")]
    krait_stdlib_shims::forget_unpacked();
    let collector = vm.import("gc", 0)?;
    vm.call_method(&collector, "collect", ())?;
    let tables = code_memory::note_all(shelf::holds, vm)?;
    #[cfg(target_family = "wasm")]
    code_memory::clear_all();
    vm.call_method(&collector, "freeze", ())?;
    Ok(tables)
}

/// `posix.environ`, which `os.environ` holds on to.
pub(super) fn set_environment(
    environment: impl Iterator<Item = (Vec<u8>, Vec<u8>)>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let environ = vm.import("posix", 0)?.get_attr("environ", vm)?;
    let Some(entries) = environ.downcast_ref::<PyDict>() else { return Ok(()) };
    entries.clear();
    for (key, value) in environment {
        let bytes = |text: Vec<u8>| -> PyObjectRef { vm.ctx.new_bytes(text).into() };
        entries.set_item(bytes(key).as_object(), bytes(value), vm)?;
    }
    Ok(())
}

pub(super) fn bytes_of(
    environment: &IndexMap<String, String>,
) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    let bytes = |text: &String| text.as_bytes().to_vec();
    environment.iter().map(move |(key, value)| (bytes(key), bytes(value)))
}
