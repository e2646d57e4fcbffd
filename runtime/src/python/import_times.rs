//! How long each import takes while a function is loaded.

use super::{CodePaths, Ended, Entry, Interpreter, module};
use crate::contract::{Dialect, Handler};
use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, function::FuncArgs};
use serde::{Deserialize, Serialize};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// The import of one module that was not imported yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportTime {
    pub module: String,
    /// How many imports it is part of: 0 where the handler's module asks for it.
    pub depth: u32,
    /// Without the imports that are part of it.
    pub own: Duration,
    /// With them.
    pub cumulated: Duration,
    /// Whether it ended in an exception. The function may have caught it.
    pub failed: bool,
}

impl Interpreter {
    /// As [`Self::load`], and tells of each import that was part of it, in the order in which they
    /// began. Modules that the interpreter has imported already take no time and are left out. Of a
    /// handler of Lambda's it tells none.
    pub fn load_timed(
        &self,
        code: CodePaths,
        handler: &Handler,
        dialect: Dialect,
    ) -> (Ended<Entry>, Vec<ImportTime>) {
        let times = Arc::new(Mutex::new(Times::default()));
        let loaded = self.load_by(code, handler, dialect, |entry, name, vm| {
            // As `-X importtime` does, the timing is around the one function that every import
            // comes to.
            let original = watch(&times, vm)?;
            let module = module::import(entry, name, vm);
            importlib(vm)?.set_attr(FIND_AND_LOAD, original, vm)?;
            module
        });
        let imports = std::mem::take(&mut lock(&times).imports);
        (loaded, imports)
    }
}

/// The function of `importlib` that imports what is not in `sys.modules`.
const FIND_AND_LOAD: &str = "_find_and_load";

/// The imports so far, and those that have not ended.
struct Times {
    imports: Vec<ImportTime>,
    /// Places in `imports`, the outermost first.
    running: Vec<usize>,
    /// Other threads' imports are no part of the tree.
    thread: std::thread::ThreadId,
}

impl Default for Times {
    fn default() -> Self {
        Self { imports: Vec::new(), running: Vec::new(), thread: std::thread::current().id() }
    }
}

impl Times {
    /// An import begins; gives its place.
    fn begin(&mut self, module: String) -> usize {
        let place = self.imports.len();
        let depth = u32::try_from(self.running.len()).unwrap_or(u32::MAX);
        let (own, cumulated) = Default::default();
        self.imports.push(ImportTime { module, depth, own, cumulated, failed: false });
        self.running.push(place);
        place
    }

    /// The import at `place` took so long.
    fn end(&mut self, place: usize, took: Duration, failed: bool) {
        self.running.pop();
        let import = &mut self.imports[place];
        import.cumulated = took;
        // Until here, `own` holds what its parts took.
        import.own = took.saturating_sub(import.own);
        import.failed = failed;
        if let Some(outer) = self.running.last() {
            self.imports[*outer].own += took;
        }
    }
}

/// Has each import noted in `times`. Gives the function that was there before.
fn watch(times: &Arc<Mutex<Times>>, vm: &VirtualMachine) -> PyResult {
    let importlib = importlib(vm)?;
    let original = importlib.get_attr(FIND_AND_LOAD, vm)?;
    let (times, inner) = (Arc::clone(times), original.clone());
    let timed = vm.new_function(FIND_AND_LOAD, move |arguments: FuncArgs, vm: &VirtualMachine| {
        import(&times, &inner, arguments, vm)
    });
    importlib.set_attr(FIND_AND_LOAD, timed, vm)?;
    Ok(original)
}

fn importlib(vm: &VirtualMachine) -> PyResult {
    vm.import("_frozen_importlib", 0)
}

fn import(
    times: &Mutex<Times>,
    original: &PyObjectRef,
    arguments: FuncArgs,
    vm: &VirtualMachine,
) -> PyResult {
    let Some(name) = arguments.args.first() else { return original.call(arguments, vm) };
    let modules = vm.sys_module.get_attr("modules", vm)?;
    let is_imported = modules.get_item(&**name, vm).is_ok_and(|module| !vm.is_none(&module));
    if is_imported || lock(times).thread != std::thread::current().id() {
        return original.call(arguments, vm);
    }
    let module = name.str(vm)?.to_string();
    let place = lock(times).begin(module);
    let begun = Instant::now();
    let result = original.call(arguments, vm);
    lock(times).end(place, begun.elapsed(), result.is_err());
    result
}

fn lock(times: &Mutex<Times>) -> MutexGuard<'_, Times> {
    times.lock().unwrap_or_else(PoisonError::into_inner)
}
