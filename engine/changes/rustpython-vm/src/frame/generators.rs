//! Generators that a `for` asks for values, and coroutines that are awaited first: the loop of the frame
//! that asks goes on in the generator's frame, and comes back with what it yields or returns.
//!
//! Not so once the process has had a second thread, which may run the same generator, nor while
//! somebody watches. Of a chain of generators that wait for each other only the last runs: its value goes
//! to whom the first one works for, and the others are found where their `SEND` left them.

use super::{
    ExecutingFrame, ExecutionResult, Flatten, calls::Entered, exec_iframe, misses,
    yield_from_delegate,
};
use crate::{
    PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyCoroutine, PyGenerator, function::PyFunction},
    bytecode::{Instruction, Label},
    coroutine::{Coro, FlatResume, as_builtin_coro, flat_resume_exit},
    protocol::PyIterReturn,
};
use core::sync::atomic::Ordering::Relaxed;
use rustpython_common::atomic::Radium;

impl ExecutingFrame<'_> {
    /// Calls the function that lies below `count` arguments, if that makes a generator or a coroutine: then
    /// nothing is entered. The call at `index` was specialised for it. Says whether it did.
    pub(super) fn make_generator(&mut self, index: usize, count: u32, vm: &VirtualMachine) -> bool {
        let version = self.cached_u32(index + 2);
        let depth = self.localsplus.stack_len();
        let instance = depth - count as usize - 1;
        let has_instance = self.localsplus.stack_index(instance).is_some();
        let may_call = self
            .nth_value(count + 1)
            .downcast_ref_if_exact::<PyFunction>(vm)
            .is_some_and(|function| {
                version != 0
                    && function.func_version() == version
                    && function.is_generator_like()
                    && function.has_exact_argcount(count + u32::from(has_instance))
            });
        if !may_call || vm.use_tracing.get() || self.specialization_call_recursion_guard(vm) {
            return false;
        }
        let stack = &mut *self.localsplus;
        let mut take = |at| {
            let Some(value) = stack.stack_index_mut(at).take() else {
                unreachable!("a call has its function and its arguments on the stack");
            };
            value.to_pyobj()
        };
        let callable = take(instance - 1);
        let Some(function) = callable.downcast_ref::<PyFunction>() else {
            unreachable!("it was one just now");
        };
        let first = instance + usize::from(!has_instance);
        let generator = function.make_generator_exact_args((first..depth).map(take), vm);
        // Nothing is left in those places.
        self.localsplus.stack_top = (instance - 1) as u32;
        self.push_value(generator);
        true
    }

    /// Goes on in the generator that is the topmost value, if it can be entered; says whether it was.
    /// This frame waits at its `FOR_ITER`.
    pub(super) fn enter_generator(&mut self, vm: &VirtualMachine) -> bool {
        let iterator = self.top_value();
        let Some(generator) = iterator.downcast_ref_if_exact::<PyGenerator>(vm) else {
            return false;
        };
        if !self.may_resume(generator.as_coro(), vm) {
            return false;
        }
        let generator = iterator.to_owned();
        self.resume_here(generator, |owner| Entered::ByFor { owner }, vm);
        true
    }

    /// Goes on in the coroutine or generator below the topmost value, None, if it can be entered; says
    /// whether it was. This frame waits at its `SEND`, without that None.
    pub(super) fn enter_awaited(&mut self, vm: &VirtualMachine) -> bool {
        let receiver = self.nth_value(1);
        let awaited = if let Some(coroutine) = receiver.downcast_ref_if_exact::<PyCoroutine>(vm) {
            coroutine.as_coro()
        } else if let Some(generator) = receiver.downcast_ref_if_exact::<PyGenerator>(vm) {
            generator.as_coro()
        } else {
            return false;
        };
        if !vm.is_none(self.top_value()) || !self.may_resume(awaited, vm) {
            return false;
        }
        let receiver = receiver.to_owned();
        self.pop_stackref();
        self.resume_here(receiver, |owner| Entered::BySend { owner }, vm);
        true
    }

    /// Whether `generator` can be entered.
    fn may_resume(&self, generator: &Coro, vm: &VirtualMachine) -> bool {
        self.flatten != Flatten::Nothing
            && !misses::had_threads()
            && !vm.use_tracing.get()
            && vm.state.monitoring_events.load() == 0
            && !generator.running()
            && !generator.closed()
            && !self.specialization_call_recursion_guard(vm)
            && !vm.check_c_stack_overflow()
    }

    /// Goes on in `generator`, which this frame waits for, or in the last of those that it waits for itself.
    /// [`Self::may_resume`] must have allowed it.
    fn resume_here(
        &mut self,
        mut generator: PyObjectRef,
        entered: impl FnOnce(i8) -> Entered,
        vm: &VirtualMachine,
    ) {
        let mut entered = Some(entered);
        loop {
            let (state, has_begun) = FlatResume::begin(generator, vm);
            // SAFETY: the generator is claimed: nobody else runs its frame, and it lives until it is left.
            let frame = unsafe { &mut *state.iframe_ptr() };
            let owner = state.into_owner();
            frame.entered = match entered.take() {
                Some(entered) => entered(owner),
                None => Entered::BySend { owner },
            };
            if has_begun
                && let Some((awaited, place)) = yield_from_delegate(frame, vm)
                && as_builtin_coro(&awaited).is_some_and(|awaited| self.may_resume(awaited, vm))
            {
                // It waits behind its `SEND`, which has a cache, before the `YIELD_VALUE`.
                frame.lasti.store(place.resumed_at - 2, Relaxed);
                generator = awaited;
                continue;
            }
            if has_begun {
                frame.localsplus.push_stack(vm.ctx.none());
            }
            *self = exec_iframe(frame, Flatten::CallAndGenResume);
            return;
        }
    }

    /// Leaves this frame of a generator, which yields, for the one that asked it.
    fn leave_yielding(&mut self, owner: i8, vm: &VirtualMachine) {
        // The frame outlives what its stack may have borrowed.
        self.localsplus.promote_stack();
        let frame = self.iframe.cast_mut();
        // SAFETY: as below.
        let state = unsafe {
            (*frame).entered = Entered::Natively;
            *self = exec_iframe(&mut *(*frame).previous().cast_mut(), Flatten::CallAndGenResume);
            let generator: *const PyObject = self.top_value();
            FlatResume::of_owner(&*generator, owner)
        };
        state.wait(vm);
    }

    /// Whether this frame of a generator waits at a `SEND` of a `yield from` or `await`, and whoever entered
    /// it may be given what comes there without it.
    fn passes_on(&self, vm: &VirtualMachine) -> Option<i8> {
        let (Entered::ByFor { owner } | Entered::BySend { owner }) = self.entered() else {
            return None;
        };
        let at = self.lasti() as usize + 1;
        let instructions = &self.code.instructions;
        let passes = matches!(instructions.get(at - 2)?.op, Instruction::SendGen)
            && instructions.get(at).is_some_and(|unit| {
                matches!(unit.op, Instruction::YieldValue { .. }) && u8::from(unit.arg) >= 1
            })
            && !vm.use_tracing.get()
            && vm.state.monitoring_events.load() == 0;
        passes.then_some(owner)
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
            *self = exec_iframe(&mut *(*frame).previous().cast_mut(), Flatten::CallAndGenResume);
            let generator: *const PyObject = self.top_value();
            FlatResume::of_owner(&*generator, owner)
        };
        flat_resume_exit(state, result, vm)
    }

    /// Gives `value`, which this generator yields, to the `for` that asked, or to the frame that awaits it.
    pub(super) fn yield_to_for(&mut self, owner: i8, value: PyObjectRef, vm: &VirtualMachine) {
        self.leave_yielding(owner, vm);
        while let Some(owner) = self.passes_on(vm) {
            // Behind its `YIELD_VALUE`.
            self.update_lasti(|at| *at += 2);
            self.leave_yielding(owner, vm);
        }
        self.push_value(value);
        // Behind the instruction's cache.
        self.update_lasti(|at| *at += 1);
    }

    /// Goes on behind the loop of the `for` that asked this generator, which returned `value`.
    pub(super) fn return_to_for(&mut self, owner: i8, value: PyObjectRef, vm: &VirtualMachine) {
        let given = self.leave_generator(owner, Ok(ExecutionResult::Return(value)), vm);
        if vm.use_tracing.get() || vm.state.monitoring_events.load() != 0 {
            // Somebody has begun to watch. Asked again, the generator says that it has ended.
            self.update_lasti(|at| *at -= 1);
        } else {
            self.for_iter_jump_on_exhausted(self.behind_the_wait());
        }
        drop(given);
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
            Err(exception) => self.raise_here(exception, vm),
        }
    }

    /// Goes on in the frame that awaits this coroutine, which returned `value`.
    pub(super) fn return_to_send(&mut self, owner: i8, value: PyObjectRef, vm: &VirtualMachine) {
        let given = self.leave_generator(owner, Ok(ExecutionResult::Return(value)), vm);
        let Ok(PyIterReturn::StopIteration(value)) = given else {
            unreachable!("what is returned arrives");
        };
        self.push_value(vm.unwrap_or_none(value));
        self.jump_behind_send();
    }

    /// Goes on in the frame that awaits after the coroutine has given `result`.
    pub(super) fn run_after_awaited(
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
            Ok(given) => {
                let PyIterReturn::StopIteration(value) = given else {
                    unreachable!("it yielded nothing");
                };
                // Somebody may have begun to watch meanwhile.
                if vm.use_tracing.get() && self.trace_is_set(vm) {
                    let stop = vm.new_stop_iteration(value.clone());
                    if let Err(exception) = self.fire_exception_trace(&stop, vm) {
                        return self.raise_here(exception, vm);
                    }
                }
                self.push_value(vm.unwrap_or_none(value));
                self.jump_behind_send();
                self.run_on(vm)
            }
            Err(exception) => self.raise_here(exception, vm),
        }
    }

    /// Goes on where the `SEND` that this frame waits at leads after the last value.
    fn jump_behind_send(&mut self) {
        self.jump(self.behind_the_wait());
    }

    /// Where the `FOR_ITER` or `SEND` that this frame waits at leads after the last value. The small loop
    /// entered it: it has no part of its argument before it.
    fn behind_the_wait(&self) -> Label {
        let wait = self.code.instructions.read_arg(self.lasti() as usize - 1);
        Label::from_u32(self.lasti() + 1 + u32::from(u8::from(wait)))
    }
}
