//! What `_asyncio` knows of all its tasks: those that are not done, and those that run.

use crate::common::lock::PyMutex;
use crate::vm::{
    AsObject, PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyCoroutine, PyGenerator, PyWeak},
    protocol::{PyIter, PyIterReturn},
};
use std::collections::HashMap;

/// Tasks that are not done, by their address. An entry whose task is gone tells nothing.
type Waiting = HashMap<usize, PyRef<PyWeak>, rapidhash::quality::RandomState>;

rustpython_common::static_cell! {
    static WAITING: PyMutex<Waiting>;
    /// For each loop that is inside of a task, in whatever thread: the loop and the task.
    static RUNNING: PyMutex<Vec<(PyObjectRef, PyObjectRef)>>;
}

fn waiting() -> &'static PyMutex<Waiting> {
    WAITING.get_or_init(Default::default)
}

fn running() -> &'static PyMutex<Vec<(PyObjectRef, PyObjectRef)>> {
    RUNNING.get_or_init(Default::default)
}

/// Counts a task among those that are not done.
pub(crate) fn enlist(task: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let weak = task.downgrade(None, vm)?;
    let mut waiting = waiting().lock();
    // A task may end here for good, which comes back for the lock.
    let mut alive = Vec::new();
    if waiting.len() == waiting.capacity() {
        waiting.retain(|_, weak| {
            let task = weak.upgrade();
            let is_alive = task.is_some();
            alive.extend(task);
            is_alive
        });
    }
    let before = waiting.insert(task.get_id(), weak);
    drop(waiting);
    drop((before, alive));
    Ok(())
}

/// Counts a task no more among those that are not done.
pub(crate) fn delist(task: &PyObject) {
    let removed = waiting().lock().remove(&task.get_id());
    drop(removed);
}

/// The tasks that are not done.
pub(crate) fn enlisted() -> Vec<PyObjectRef> {
    let weak: Vec<_> = waiting().lock().values().cloned().collect();
    weak.iter().filter_map(|weak| weak.upgrade()).collect()
}

/// Notes that a loop runs a task, or none.
pub(crate) fn note_running(loop_: &PyObject, task: Option<PyObjectRef>) {
    let mut running = running().lock();
    let place = running.iter().position(|(each, _)| each.is(loop_));
    let before = match (place, task) {
        (Some(place), None) => Some(running.swap_remove(place)),
        (Some(place), Some(task)) => {
            Some(core::mem::replace(&mut running[place], (loop_.to_owned(), task)))
        }
        (None, Some(task)) => {
            running.push((loop_.to_owned(), task));
            None
        }
        (None, None) => None,
    };
    drop(running);
    drop(before);
}

/// The task that a loop runs, in whatever thread.
pub(crate) fn task_of(loop_: &PyObject) -> Option<PyObjectRef> {
    let running = running().lock();
    running.iter().find(|(each, _)| each.is(loop_)).map(|(_, task)| task.clone())
}

/// Forgets what other threads ran: a forked child has none of them.
pub(crate) fn forget_running() {
    let forgotten = core::mem::take(&mut *running().lock());
    drop(forgotten);
}

/// Runs a coroutine to its next `yield`, or to its end, as `PyIter_Send` does with None.
pub(crate) fn send_none(coro: &PyObject, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
    if let Some(exact) = coro.downcast_ref::<PyCoroutine>() {
        return exact.as_coro().send(coro, vm.ctx.none(), vm);
    }
    if let Some(exact) = coro.downcast_ref::<PyGenerator>() {
        return exact.as_coro().send(coro, vm.ctx.none(), vm);
    }
    if PyIter::check(coro) {
        return PyIter::new(coro).next(vm);
    }
    PyIterReturn::from_pyresult(vm.call_method(coro, "send", (vm.ctx.none(),)), vm)
}

/// `loop.call_soon(callback, argument, context=context)`.
pub(crate) fn call_soon(
    loop_: &PyObject,
    callback: PyObjectRef,
    argument: Option<PyObjectRef>,
    context: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    with_context(loop_, "call_soon", callback, argument, context, vm)
}

/// `future.add_done_callback(callback, context=context)`.
pub(crate) fn add_done_callback(
    future: &PyObject,
    callback: PyObjectRef,
    context: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    with_context(future, "add_done_callback", callback, None, context, vm)
}

fn with_context(
    object: &PyObject,
    method: &str,
    callback: PyObjectRef,
    argument: Option<PyObjectRef>,
    context: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<()> {
    let mut arguments = Vec::with_capacity(4);
    arguments.push(callback);
    arguments.extend(argument);
    let positional = arguments.len();
    let named: Option<[PyObjectRef; 1]> = context.map(|context| {
        arguments.push(context);
        [vm.ctx.intern_str("context").to_owned().into()]
    });
    let names = named.as_ref().map(|named| &named[..]);
    vm.call_method_vector(object, vm.ctx.intern_str(method), arguments, positional, names).map(drop)
}

/// Whether an object is of exactly this class.
pub(crate) fn is_exactly<T: crate::vm::PyPayload>(object: &PyObject, vm: &VirtualMachine) -> bool {
    object.class().is(T::class(&vm.ctx))
}
