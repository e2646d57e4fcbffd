//! Calls of Python functions that need no native frame of their own: the trampoline enters them.

use super::{ExecutingFrame, ExecutionResult, Flatten, FrameLocals, FrameResult, InterpreterFrame};
use crate::{
    AsObject, Py, PyObject, PyObjectRef, PyStackRef, VirtualMachine,
    builtins::{
        PyBaseExceptionRef,
        function::{PyFunction, binding::Plan, vectorcall_function},
    },
    bytecode::CodeFlags,
    function::ArgMapping,
};

/// The exception for an `__init__` that returned `value`, which is not None.
#[cold]
pub(crate) fn init_returned(value: &PyObject, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let class = value.class();
    let name = class.name();
    let exception = vm.new_type_error(format!("__init__() should return None, not '{name:.200}'"));
    vm.contextualize_exception(&exception);
    exception
}

impl ExecutingFrame<'_> {
    /// Whether a frame of `function` may be entered in this one's place, to come back later.
    #[inline]
    pub(super) fn may_enter(&self, function: &Py<PyFunction>, vm: &VirtualMachine) -> bool {
        self.flatten == Flatten::CallAndGenResume
            && !function.is_generator_like()
            && !vm.use_tracing.get()
            && self.specialization_has_datastack_space_for_func(vm, function)
            && !self.specialization_call_recursion_guard(vm)
    }

    /// Has the frame of a function entered whose parameters `fill` puts in their places.
    /// [`Self::may_enter`] must have allowed it.
    #[inline]
    pub(super) fn enter(
        function: PyObjectRef,
        fill: impl FnOnce(&Py<PyFunction>, &mut [Option<PyObjectRef>]),
        vm: &VirtualMachine,
    ) {
        {
            let Some(function) = function.downcast_ref::<PyFunction>() else {
                unreachable!("only functions are entered");
            };
            let locals = if function.code.flags.contains(CodeFlags::NEWLOCALS) {
                FrameLocals::lazy()
            } else {
                FrameLocals::with_locals(ArgMapping::from_dict_exact(function.globals.clone()))
            };
            // SAFETY: the function lives until the frame has ended: it is handed over below.
            let frame = unsafe {
                InterpreterFrame::new_on_datastack(
                    &function.code,
                    &function.globals,
                    &function.builtins,
                    Some(function.as_object()),
                    locals,
                    function.closure.as_ref().map_or(&[], |cells| cells.as_slice()),
                    vm,
                )
            };
            fill(function, frame.localsplus.fastlocals_mut());
            vm.set_pending_tailcall(frame);
        }
        vm.set_pending_tailcall_owner(function);
    }

    /// The same with the function and its `count` arguments on the stack, the first of them where an
    /// instance is if there is one. They are popped.
    pub(super) fn enter_from_stack(
        &mut self,
        count: usize,
        has_instance: bool,
        vm: &VirtualMachine,
    ) {
        let depth = self.localsplus.stack_len();
        let function = depth - count - 2;
        let first = function + if has_instance { 1 } else { 2 };
        let Some(callable) = self.localsplus.stack_index_mut(function).take() else {
            unreachable!("a function lies below its arguments");
        };
        let stack = &mut *self.localsplus;
        Self::enter(
            callable.to_pyobj(),
            |_, places| {
                for (place, at) in places.iter_mut().zip(first..depth) {
                    *place = stack.stack_index_mut(at).take().map(PyStackRef::to_pyobj);
                }
            },
            vm,
        );
        // Nothing is left in those places.
        self.localsplus.stack_top = function as u32;
    }

    /// The same with `first` and the `rest` topmost values of the stack, which are popped.
    pub(super) fn enter_with_arguments(
        &mut self,
        function: PyObjectRef,
        first: PyObjectRef,
        rest: usize,
        vm: &VirtualMachine,
    ) {
        let mut arguments = super::CallArgBuffer::new(rest);
        for (place, argument) in arguments.slots().iter_mut().zip(self.pop_multiple(rest)) {
            *place = Some(argument);
        }
        Self::enter(
            function,
            |_, places| {
                places[0] = Some(first);
                for (place, argument) in places[1..].iter_mut().zip(arguments.slots()) {
                    *place = argument.take();
                }
            },
            vm,
        );
    }

    /// Calls a Python function with `arguments`, of which the last have `names`.
    pub(super) fn call_function(
        &mut self,
        function: PyObjectRef,
        arguments: Vec<PyObjectRef>,
        names: &[PyObjectRef],
        vm: &VirtualMachine,
    ) -> FrameResult {
        let given = arguments.len() - names.len();
        if let Some(callee) = function.downcast_ref::<PyFunction>()
            && self.may_enter(callee, vm)
            && let Some(plan) = Plan::new(callee, given, names, vm)
        {
            Self::enter(
                function,
                |callee, places| plan.fill(callee, places, arguments, names, vm),
                vm,
            );
            return Ok(Some(ExecutionResult::TailCall));
        }
        let value = vectorcall_function(&function, arguments, given, Some(names), vm)?;
        self.push_value(value);
        Ok(None)
    }
}
