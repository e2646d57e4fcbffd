//! What greenlet's stand-in gives from thread to thread: each of its greenlets runs in a thread of its own, and what
//! they do is done as if in one.

#![forbid(unsafe_code)]

use rustpython_vm::{Context, builtins::PyModuleDef};

/// The module.
pub(crate) fn module_def(context: &Context) -> &'static PyModuleDef {
    _greenlet_threads::module_def(context)
}

#[rustpython_vm::pymodule(name = "_krait_stand_ins._greenlet_threads")]
mod _greenlet_threads {
    use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine};

    /// What this thread has: asyncio's loop and task that run in it, and its context. The loop and the task are taken
    /// from it.
    type Had = (Option<PyObjectRef>, Option<PyObjectRef>, Option<PyObjectRef>);

    /// The context that this thread is in, or None.
    #[pyfunction]
    fn context(vm: &VirtualMachine) -> Option<PyObjectRef> {
        vm.context_stack.borrow().last().cloned()
    }

    /// Ends this thread's turn; gives what it had.
    #[pyfunction]
    fn leave(vm: &VirtualMachine) -> Had {
        let running = vm.asyncio_running_loop.borrow_mut().take();
        let task = vm.asyncio_running_task.borrow_mut().take();
        (running, task, context(vm))
    }

    /// Begins this thread's turn, with another's loop and task, and a context of its own.
    #[pyfunction]
    fn resume(
        running: Option<PyObjectRef>,
        task: Option<PyObjectRef>,
        context: Option<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        if let Some(context) = &context {
            let class = vm.import("_contextvars", 0)?.get_attr("Context", vm)?;
            if !context.class().is(&class) {
                return Err(
                    vm.new_type_error("greenlet context must be a contextvars.Context or None")
                );
            }
        }
        let before = (
            vm.asyncio_running_loop.replace(running),
            vm.asyncio_running_task.replace(task),
            replace(context, vm),
        );
        // What ends here may run code, which may ask for what was replaced.
        drop(before);
        Ok(())
    }

    /// Puts a context in the place of the innermost one; gives what was there.
    fn replace(context: Option<PyObjectRef>, vm: &VirtualMachine) -> Option<PyObjectRef> {
        let mut contexts = vm.context_stack.borrow_mut();
        let before = contexts.pop();
        contexts.extend(context);
        before
    }
}
