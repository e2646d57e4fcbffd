//! A function that is loaded when it is packed, so that its modules are in a snapshot: what must be known of
//! it then, and what each process must do that goes on from there.

use super::{CodePaths, Ended, Entry, Interpreter, shelf, time_zone, warm};
use crate::contract::{Dialect, Handler};
use indexmap::IndexMap;
use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, TryFromObject, VirtualMachine,
    builtins::{PyBytesRef, PyStrRef, PyTupleRef},
};

/// A variable of an environment: its name, and its value if it is there.
pub type Variable = (Vec<u8>, Option<Vec<u8>>);

/// A loaded function in a snapshot.
pub struct Kept {
    pub entry: Entry,
    /// What it printed while it was loaded.
    pub output: Vec<u8>,
    /// The variables that it set or, without a value, removed.
    pub changed: Vec<Variable>,
    /// Called to find out again what modules know of their process.
    pub wake: Option<PyObjectRef>,
}

/// What was seen while a function was loaded.
#[derive(Debug, Default)]
pub struct Seen {
    /// The variables of its environment that were read, with their values; without one, those that were not
    /// there.
    pub read: Vec<Variable>,
    /// Whether all were read.
    pub read_all: bool,
    /// The variables that the function set or removed.
    pub changed: Vec<Variable>,
    /// Names in the function's modules that hold texts, numbers or times, and what they hold.
    pub held: Vec<(String, String)>,
    /// See [`Kept::wake`].
    pub wake: Option<PyObjectRef>,
}

impl Interpreter {
    /// Loads a function for a snapshot. Nothing in the interpreter is random then, unless the function asked
    /// the kernel for it. `begin` is called where the interpreter is ready for it. Where nothing is seen, the
    /// function must not be kept.
    pub fn load_to_keep(
        &self,
        environment: &[(String, String)],
        code: &CodePaths,
        handler: &Handler,
        begin: fn(),
    ) -> (Ended<Entry>, Option<Seen>) {
        /// More objects than there can be.
        const NEVER: u32 = u32::MAX;
        let collector = self.engine.enter(|vm| vm.state.clone());
        let usual = collector.gc.get_threshold().0;
        // A collection looks at the clock. What that leaves on the stack gets into padding of objects, and differs.
        collector.gc.set_threshold(NEVER, None, None);
        let watching = self.engine.enter(|vm| {
            let watch = || -> PyResult {
                let bytes = |text: &String| text.as_bytes().to_vec();
                let variables = environment.iter().map(|(key, value)| (bytes(key), bytes(value)));
                warm::set_environment(variables, vm)?;
                time_zone::tzset(vm)?;
                let helper = vm.import("_krait_kept", 0)?;
                let os = shelf::module("os").unwrap_or_else(|| vm.ctx.none());
                vm.call_method(&helper, "watch", (os,))?;
                Ok(helper)
            };
            watch().map_err(|error| vm.print_exception(&error))
        });
        begin();
        let ended = self.load(code.clone(), handler, Dialect::Scf);
        if collector.gc.get_threshold().0 == NEVER {
            collector.gc.set_threshold(usual, None, None);
        }
        let seen = self.engine.enter(|vm| {
            let settled = settle(&watching.ok()?, code, vm);
            settled.map_err(|error| vm.print_exception(&error)).ok()
        });
        (ended, seen)
    }

    /// Tells an interpreter with a function from a snapshot about its process: see
    /// [`Interpreter::wake`]. What the function changed of its environment stays changed.
    pub fn wake_kept(&self, environment: &IndexMap<String, String>, kept: &Kept) {
        rand::rng().reseed().unwrap_or_default();
        self.engine.enter(|vm| {
            let mut variables: IndexMap<_, _> = warm::bytes_of(environment).collect();
            for (key, value) in &kept.changed {
                match value {
                    Some(value) => variables.insert(key.clone(), value.clone()),
                    None => variables.shift_remove(key),
                };
            }
            let woken = warm::set_environment(variables.into_iter(), vm)
                .and_then(|()| time_zone::tzset(vm))
                .and_then(|()| {
                    kept.wake.as_ref().map_or(Ok(()), |wake| wake.call((), vm).map(drop))
                });
            if let Err(error) = woken {
                vm.print_exception(&error);
            }
        });
        // A module is never forked.
        #[cfg(unix)]
        self.wake_after_fork();
    }
}

/// Ends the watching, and gives what was seen. Then hides all live objects from the garbage collector.
fn settle(helper: &PyObjectRef, code: &CodePaths, vm: &VirtualMachine) -> PyResult<Seen> {
    let folders = std::iter::once(&code.code).chain(&code.layers);
    let folders = folders.map(|folder| vm.ctx.new_str(folder.to_string_lossy().as_ref()).into());
    let folders = vm.ctx.new_list(folders.collect());
    let told: PyTupleRef = vm.call_method(helper, "settle", (folders,))?.try_into_value(vm)?;
    shelf::forget_folders();
    let [read, read_all, changed, held, wake] = told.as_slice() else {
        return Err(vm.new_value_error("not what is expected"));
    };
    let seen = Seen {
        read: pairs(read, vm)?,
        read_all: read_all.clone().try_to_bool(vm)?,
        changed: pairs(changed, vm)?,
        held: list(held, vm, |(name, value): (PyStrRef, PyStrRef)| {
            (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
        })?,
        wake: Some(wake.clone()),
    };
    drop(told);
    let collector = vm.import("gc", 0)?;
    vm.call_method(&collector, "collect", ())?;
    vm.call_method(&collector, "freeze", ())?;
    wipe_freed_numbers(vm);
    for generation in &vm.state.gc.generations {
        // How long collections took is never the same.
        generation.update_stats(0, 0, 0, -generation.stats().duration);
    }
    Ok(seen)
}

/// The engine keeps the memory of some freed numbers for others, with their values: process numbers, times. And it
/// keeps it in the order in which they were freed.
fn wipe_freed_numbers(vm: &VirtualMachine) {
    /// More than it keeps of a type.
    const FREED: usize = 200;
    let numbers =
        |_| -> [PyObjectRef; 2] { [vm.ctx.new_int(i64::MAX).into(), vm.ctx.new_float(1e9).into()] };
    let mut numbers: Vec<PyObjectRef> = (0..FREED).flat_map(numbers).collect();
    numbers.sort_unstable_by_key(|number| number.get_id());
    drop(numbers);
}

/// A list of keys with values, or none.
fn pairs(list_of: &PyObjectRef, vm: &VirtualMachine) -> PyResult<Vec<Variable>> {
    list(list_of, vm, |(key, value): (PyBytesRef, Option<PyBytesRef>)| {
        (key.as_bytes().to_vec(), value.map(|value| value.as_bytes().to_vec()))
    })
}

fn list<A: TryFromObject, B: TryFromObject, T>(
    list_of: &PyObjectRef,
    vm: &VirtualMachine,
    each: impl Fn((A, B)) -> T,
) -> PyResult<Vec<T>> {
    let tuples: Vec<PyTupleRef> = list_of.clone().try_into_value(vm)?;
    tuples
        .iter()
        .map(|pair| {
            let [one, other] = pair.as_slice() else {
                return Err(vm.new_value_error("no pair"));
            };
            Ok(each((one.clone().try_into_value(vm)?, other.clone().try_into_value(vm)?)))
        })
        .collect()
}
