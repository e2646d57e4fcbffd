//! Generators that a `for` asks for values: the loop of the frame that asks goes on in the generator's
//! frame, and comes back with what it yields.
//!
//! Not so once the process has had a second thread, which may run the same generator, nor while
//! somebody watches. A generator that waits for another is left to the trampoline, which has such
//! chains run without their links.

use super::{
    ExecutingFrame, ExecutionResult, Flatten, calls::Entered, exec_iframe, is_delegating, misses,
};
use crate::{
    PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::PyGenerator,
    coroutine::{FlatEnter, FlatResume, flat_resume_enter, flat_resume_exit},
    protocol::PyIterReturn,
};

impl ExecutingFrame<'_> {
    /// Goes on in the generator that is the topmost value, if it can be entered; says whether it was.
    /// This frame waits at its `FOR_ITER`.
    pub(super) fn enter_generator(&mut self, vm: &VirtualMachine) -> bool {
        let iterator = self.top_value();
        let Some(generator) = iterator.downcast_ref_if_exact::<PyGenerator>(vm) else {
            return false;
        };
        let generator = generator.as_coro();
        if self.flatten == Flatten::Nothing
            || misses::had_threads()
            || vm.use_tracing.get()
            || vm.state.monitoring_events.load() != 0
            || generator.running()
            || generator.closed()
            || is_delegating(generator)
            || self.specialization_call_recursion_guard(vm)
            || vm.check_c_stack_overflow()
        {
            return false;
        }
        let entered = flat_resume_enter(iterator.to_owned(), vm.ctx.none(), vm);
        let Ok(FlatEnter::Entered { state, value }) = entered else {
            return false;
        };
        // SAFETY: the generator is claimed: nobody else runs its frame, and it lives until it is left.
        let frame = unsafe { &mut *state.iframe_ptr() };
        if let Some(value) = value {
            frame.localsplus.push_stack(value);
        }
        frame.entered = Entered::ByFor { owner: state.into_owner() };
        *self = exec_iframe(frame, Flatten::CallAndGenResume, vm);
        true
    }

    /// Leaves this frame of a generator, which gave `result`, for the one with the `for`.
    fn leave_generator(
        &mut self,
        owner: i8,
        result: PyResult<ExecutionResult>,
        vm: &VirtualMachine,
    ) -> PyResult<PyIterReturn> {
        let frame = self.iframe.cast_mut();
        // SAFETY: the frame was entered from the one before it, which waits in this loop, and has the
        // generator on its stack.
        let state = unsafe {
            (*frame).entered = Entered::Natively;
            *self =
                exec_iframe(&mut *(*frame).previous().cast_mut(), Flatten::CallAndGenResume, vm);
            let generator: *const PyObject = self.top_value();
            FlatResume::of_owner(&*generator, owner)
        };
        flat_resume_exit(state, result, vm)
    }

    /// Gives `value`, which this generator yields, to the `for` that asked.
    pub(super) fn yield_to_for(&mut self, owner: i8, value: PyObjectRef, vm: &VirtualMachine) {
        // The frame outlives what its stack may have borrowed.
        self.localsplus.promote_stack();
        let given = self.leave_generator(owner, Ok(ExecutionResult::Yield(value)), vm);
        let Ok(PyIterReturn::Return(value)) = given else {
            unreachable!("what is yielded arrives");
        };
        self.push_value(value);
        // Behind the instruction's cache.
        self.update_lasti(|at| *at += 1);
    }

    /// Goes on in the frame with the `for` after the generator has given `result`.
    pub(super) fn run_after_generator(
        &mut self,
        owner: i8,
        result: PyResult<ExecutionResult>,
        vm: &VirtualMachine,
    ) -> PyResult<ExecutionResult> {
        if let Ok(ExecutionResult::Yield(value)) = result {
            self.yield_to_for(owner, value, vm);
            return self.run_on(vm);
        }
        match self.leave_generator(owner, result, vm) {
            Ok(_) => {
                // Asked again, it says that it has ended.
                self.update_lasti(|at| *at -= 1);
                self.run_on(vm)
            }
            Err(exception) => self.raise_here(&exception, vm),
        }
    }
}
