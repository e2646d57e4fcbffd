//! Calls of Python functions that need no native frame of their own: the loop of the frame that calls
//! goes on with the frame that is called, and comes back.

use super::{
    ExecutingFrame, ExecutionResult, Flatten, FrameLocals, FrameResult, InterpreterFrame,
    exec_iframe,
    fast::{self, Stopped},
    trampoline_handle_exception,
};
use crate::{
    AsObject, Py, PyObject, PyObjectRef, PyRef, PyResult, PyStackRef, VirtualMachine,
    builtins::{
        PyBaseExceptionRef, PyDict, PyStr, PyTuple, PyType,
        function::{PyBoundMethod, PyFunction, binding::Plan, vectorcall_function},
    },
    bytecode::CodeFlags,
    function::ArgMapping,
    types::{AllocFunc, PyTypeFlags, fn_addr},
    vm::IframeEntryState,
};
use core::{
    ptr::NonNull,
    sync::atomic::Ordering::{Acquire, Relaxed},
};
use rustpython_common::atomic::Radium;

/// How a frame came to run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entered {
    /// Native code runs it, and gets what it returns.
    Natively,
    /// The loop of the frame before it runs it, in that one's place. Like the next, it has a count of
    /// its function.
    ByCall,
    /// The same for the `__init__` of an object, which lies on the stack of the frame before it.
    ByInit,
    /// The loop of a frame with a `for` runs it, a generator's, which is counted.
    ByFor {
        /// Who owned the frame before ([`super::FrameOwner`]).
        owner: i8,
    },
    /// The same for a frame that awaits a coroutine, or yields from a generator.
    BySend {
        /// As above.
        owner: i8,
    },
}

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
        self.flatten != Flatten::Nothing
            && !function.is_generator_like()
            && !vm.use_tracing.get()
            && vm.datastack_has_space(function.frame_size())
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
        vm.set_pending_tailcall(Self::frame_of(&function, fill, vm));
        vm.set_pending_tailcall_owner(function);
    }

    /// The frame of a function whose parameters `fill` puts in their places. The function must live
    /// until the frame has ended.
    #[inline]
    fn frame_of<'a>(
        function: &PyObject,
        fill: impl FnOnce(&Py<PyFunction>, &mut [Option<PyObjectRef>]),
        vm: &VirtualMachine,
    ) -> &'a mut InterpreterFrame {
        let Some(function) = function.downcast_ref::<PyFunction>() else {
            unreachable!("only functions are entered");
        };
        // SAFETY: the function lives until the frame has ended.
        let frame = unsafe { InterpreterFrame::of_function(function, vm) };
        if !function.code.flags.contains(CodeFlags::NEWLOCALS) {
            let globals = ArgMapping::from_dict_exact(function.globals.clone());
            frame.locals = FrameLocals::with_locals(globals);
        }
        fill(function, frame.localsplus.fastlocals_mut());
        frame
    }

    /// Goes on with `frame`, which was made for a call of `function` in this one.
    #[inline]
    pub(super) fn switch_to(
        &mut self,
        function: PyObjectRef,
        frame: &mut InterpreterFrame,
        vm: &VirtualMachine,
    ) {
        debug_assert!(core::ptr::eq(frame.func_obj, &*function));
        // The frame has that count now.
        let _ = function.into_raw();
        if frame.entered == Entered::Natively {
            frame.entered = Entered::ByCall;
        }
        frame.saved_exception = vm.link_entered(frame);
        let frame: *mut InterpreterFrame = frame;
        // SAFETY: the frame lies on the data stack until it has ended, and nobody else runs it.
        *self = exec_iframe(unsafe { &mut *frame }, Flatten::CallAndGenResume);
    }

    /// How this frame came to run.
    #[inline(always)]
    pub(super) fn entered(&self) -> Entered {
        self.iframe().entered
    }

    /// Ends this frame, which was entered by another, and goes on with that one.
    #[inline]
    pub(super) fn leave(&mut self, vm: &VirtualMachine) {
        let frame = self.iframe.cast_mut();
        // SAFETY: it was made by `frame_of`, and runs here; the one that it was entered from waits in
        // this loop, and lives longer.
        unsafe {
            let caller = (*frame).previous().cast_mut();
            let saved = (*frame).saved_exception.take();
            vm.unlink_entered(IframeEntryState {
                iframe_ptr: frame,
                old_chain: caller,
                saved_exc: saved,
                save_exc: self.code.has_exc_handling,
            });
            let function = NonNull::new((*frame).func_obj.cast_mut());
            *self = exec_iframe(&mut *caller, Flatten::CallAndGenResume);
            if let Some((base, size)) = (*frame).release_datastack_frame() {
                vm.datastack_pop_frame(base, size);
            }
            // It was counted when the frame was entered.
            drop(function.map(|function| PyObjectRef::from_raw(function)));
        }
    }

    /// Runs this frame and those that are entered from it, until it has ended or waits.
    pub(super) fn run(&mut self, vm: &VirtualMachine) -> PyResult<ExecutionResult> {
        let mut result = self.run_on(vm);
        loop {
            if let Ok(ExecutionResult::TailCall) = result {
                let function = vm.take_pending_tailcall_owner();
                // SAFETY: it was put on the data stack just now.
                self.switch_to(function, unsafe { &mut *vm.take_pending_tailcall() }, vm);
                result = self.run_on(vm);
                continue;
            }
            let must_be_none = match self.entered() {
                Entered::Natively => return result,
                Entered::ByCall => false,
                Entered::ByInit => true,
                Entered::ByFor { owner } => {
                    result = self.run_after_generator(owner, result, vm);
                    continue;
                }
                Entered::BySend { owner } => {
                    result = self.run_after_awaited(owner, result, vm);
                    continue;
                }
            };
            self.leave(vm);
            result = match result {
                Ok(ExecutionResult::Return(value)) if must_be_none && !vm.is_none(&value) => {
                    let exception = init_returned(&value, vm);
                    drop(value);
                    self.raise_here(exception, vm)
                }
                Ok(ExecutionResult::Return(value)) => {
                    if !must_be_none {
                        self.push_value(value);
                    }
                    self.run_on(vm)
                }
                Ok(_) => unreachable!("functions return"),
                Err(exception) => self.raise_here(exception, vm),
            };
        }
    }

    /// Runs this frame from where it is. What needs nothing out of the ordinary never comes to the big
    /// loop.
    #[inline(always)]
    pub(super) fn run_on(&mut self, vm: &VirtualMachine) -> PyResult<ExecutionResult> {
        let index = self.lasti() as usize;
        if vm.use_tracing.get()
            || vm.eval_breaker_tripped()
            || !fast::is_fast(self.code.instructions.read_op(index).into())
        {
            return self.run_one(vm, None);
        }
        match self.run_fast(index, vm) {
            Stopped::Before { index, .. } => {
                self.lasti.store(index as u32, Relaxed);
                self.run_one(vm, None)
            }
            Stopped::Raised { index, exception } => {
                self.lasti.store(index as u32, Relaxed);
                self.run_one(vm, Some(exception))
            }
            Stopped::Ended(result) => Ok(result),
        }
    }

    /// Raises what came out of the call that this frame waits for, and goes on if it is caught here.
    ///
    /// It is dropped before the frame goes on: what a `__del__` calls must not come between a call that
    /// the frame prepares and [`Self::run`], which enters it.
    pub(super) fn raise_here(
        &mut self,
        exception: PyBaseExceptionRef,
        vm: &VirtualMachine,
    ) -> PyResult<ExecutionResult> {
        // SAFETY: this is the only one to run the frame; `self` is not used meanwhile.
        let frame = unsafe { &mut *self.iframe.cast_mut() };
        let handled = trampoline_handle_exception(frame, &exception, vm)?;
        drop(exception);
        match handled {
            Some(result) => Ok(result),
            None => self.run_on(vm),
        }
    }

    /// Enters the function that lies on the stack with its `count` arguments, the first of them where
    /// an instance is if there is one; if it is the `__init__` of `made`, that is what the call will
    /// give. The last of `defaults` are for the parameters that are left. [`Self::may_enter`] must have
    /// allowed it.
    #[inline]
    pub(super) fn enter_from_stack(
        &mut self,
        count: usize,
        has_instance: bool,
        made: Option<PyObjectRef>,
        defaults: Option<&PyTuple>,
        vm: &VirtualMachine,
    ) {
        let depth = self.localsplus.stack_len();
        let function = depth - count - 2;
        let given = if has_instance { count + 1 } else { count };
        let first = depth - given;
        let stack = self.localsplus.stack_slice_mut().as_mut_ptr();
        // SAFETY: the compiler made sure that they lie there, the function below its arguments.
        let callable = unsafe { (*stack.add(function)).take() };
        let Some(callable) = callable.map(PyStackRef::to_pyobj) else {
            unreachable!("a function lies below its arguments");
        };
        let frame = Self::frame_of(
            &callable,
            |function, places| {
                debug_assert!(given <= places.len());
                for at in 0..given {
                    // SAFETY: as above. A function has a place for each argument that it may be entered
                    // with, and nothing is there yet.
                    unsafe {
                        let argument = (*stack.add(first + at)).take();
                        let argument = argument.map(PyStackRef::to_pyobj);
                        core::ptr::write(places.as_mut_ptr().add(at), argument);
                    }
                }
                if let Some(defaults) = defaults {
                    let all = function.code.arg_count as usize;
                    let left = &defaults.as_slice()[defaults.as_slice().len() + given - all..];
                    for (place, default) in places[given..all].iter_mut().zip(left) {
                        *place = Some(default.clone());
                    }
                }
            },
            vm,
        );
        // Nothing is left in those places.
        self.localsplus.stack_top = function as u32;
        if let Some(made) = made {
            frame.entered = Entered::ByInit;
            self.push_value(made);
        }
        self.switch_to(callable, frame, vm);
    }

    /// Takes the topmost `count` values off the stack, in a list with room for just them.
    #[inline]
    pub(super) fn take_values(&mut self, count: usize) -> Vec<PyObjectRef> {
        let first = self.localsplus.stack_len() - count;
        let mut values = Vec::with_capacity(count);
        self.move_to(first, &mut values);
        values
    }

    /// Moves the values from `first` on off the stack, to the end of a list that has room for them; one
    /// that is missing is left out.
    #[inline(always)]
    pub(super) fn move_to(&mut self, first: usize, values: &mut Vec<PyObjectRef>) {
        let depth = self.localsplus.stack_len();
        assert!(first <= depth && values.capacity() - values.len() >= depth - first);
        let stack = self.localsplus.stack_slice_mut().as_mut_ptr();
        // SAFETY: they lie there, and there is room for them.
        unsafe {
            for at in first..depth {
                if let Some(value) = (*stack.add(at)).take() {
                    values.as_mut_ptr().add(values.len()).write(value.to_pyobj());
                    values.set_len(values.len() + 1);
                }
            }
        }
        // Nothing is left in those places.
        self.localsplus.stack_top = first as u32;
    }

    /// Enters a function whose `arguments`, of which the last have `names`, go where `plan` says.
    pub(super) fn enter_planned(
        &mut self,
        function: PyObjectRef,
        plan: Plan,
        arguments: Vec<PyObjectRef>,
        names: &[PyObjectRef],
        vm: &VirtualMachine,
    ) {
        let frame =
            Self::frame_of(&function, |it, places| plan.fill(it, places, arguments, names, vm), vm);
        self.switch_to(function, frame, vm);
    }

    /// Enters the function that gets a property of `owner`.
    #[inline]
    pub(super) fn enter_getter(
        &mut self,
        getter: PyObjectRef,
        owner: PyObjectRef,
        vm: &VirtualMachine,
    ) {
        let frame = Self::frame_of(&getter, |_, places| places[0] = Some(owner), vm);
        self.switch_to(getter, frame, vm);
    }

    /// The `__getitem__` for the element of `owner` that is loaded at `index`, if it may be entered.
    #[inline]
    pub(super) fn getitem(
        &self,
        index: usize,
        owner: &PyObject,
        vm: &VirtualMachine,
    ) -> Option<PyObjectRef> {
        self.version_of(index, owner)?;
        let (getter, version) = owner.class().get_cached_getitem_for_specialization()?;
        let may_enter = getter.func_version() == version
            && getter.has_exact_argcount(2)
            && self.may_enter(&getter, vm);
        may_enter.then(|| getter.into())
    }

    /// Enters a `__getitem__`.
    #[inline]
    pub(super) fn enter_getitem(
        &mut self,
        getter: PyObjectRef,
        owner: PyObjectRef,
        key: PyObjectRef,
        vm: &VirtualMachine,
    ) {
        let fill = |_: &Py<PyFunction>, places: &mut [Option<PyObjectRef>]| {
            places[0] = Some(owner);
            places[1] = Some(key);
        };
        let frame = Self::frame_of(&getter, fill, vm);
        self.switch_to(getter, frame, vm);
    }

    /// Whether the specialised call at `index`, with `count` arguments, may enter `callable`.
    #[inline]
    pub(super) fn may_call(
        &self,
        index: usize,
        callable: &PyObject,
        count: usize,
        vm: &VirtualMachine,
    ) -> bool {
        let version = self.cached_u32(index + 2);
        callable.downcast_ref_if_exact::<PyFunction>(vm).is_some_and(|function| {
            version != 0
                && function.func_version() == version
                && function.has_exact_argcount(count as u32)
                && !function.is_jitted()
                && self.may_enter(function, vm)
        })
    }

    /// Whether a call with `count` arguments that was specialised for one function may enter `callable`, another
    /// that takes just so many.
    #[inline]
    pub(super) fn may_call_another(
        &self,
        callable: &PyObject,
        count: usize,
        vm: &VirtualMachine,
    ) -> bool {
        callable.downcast_ref_if_exact::<PyFunction>(vm).is_some_and(|function| {
            function.can_specialize_call(count as u32)
                && !function.is_jitted()
                && self.may_enter(function, vm)
        })
    }

    /// A new object of `class`, and its `__init__`, which the call at `index` with `count` arguments
    /// may enter.
    #[inline]
    pub(super) fn make(
        &self,
        index: usize,
        class: &PyObject,
        count: usize,
        vm: &VirtualMachine,
    ) -> Option<(PyObjectRef, PyObjectRef)> {
        let class = class.downcast_ref::<PyType>()?;
        let version = self.cached_u32(index + 2);
        let (init, init_version) = class.get_cached_init_for_specialization(version)?;
        let may_enter = init.func_version() == init_version
            && init.has_exact_argcount(count as u32 + 1)
            && self.may_enter(&init, vm);
        let make = class.slots().alloc.load().filter(|_| may_enter)?;
        // What it raises, the big loop will raise again.
        Some((init.into(), make(class.to_owned(), 0, vm).ok()?))
    }

    /// The function that gets the property of `owner` which is loaded at `index`, if it may be entered.
    #[inline]
    pub(super) fn getter(
        &self,
        index: usize,
        owner: &PyObject,
        vm: &VirtualMachine,
    ) -> Option<PyObjectRef> {
        let version = self.version_of(index, owner)?;
        let getter = self.try_read_cached_descriptor(index + 1, version)?;
        let function = getter.downcast_ref_if_exact::<PyFunction>(vm)?;
        (function.can_specialize_call(1) && self.may_enter(function, vm)).then_some(getter)
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

    /// Calls a Python function or method with the tuple of arguments, and the dict of those with names,
    /// that lie above it; none where anything else is there.
    pub(super) fn call_unpacked(&mut self, vm: &VirtualMachine) -> Option<FrameResult> {
        let depth = self.localsplus.stack_len();
        let at = |place: usize| self.localsplus.stack_index(place);
        let positional =
            at(depth - 2)?.as_object().downcast_ref_if_exact::<PyTuple>(vm)?.as_slice();
        let callable = at(depth - 4)?.as_object();
        let bound = callable.downcast_ref_if_exact::<PyBoundMethod>(vm);
        let function = bound.map_or(callable, |bound| bound.function_obj());
        function.downcast_ref_if_exact::<PyFunction>(vm)?;
        let mut arguments = Vec::with_capacity(positional.len() + 4);
        arguments.extend(bound.map(|bound| bound.self_obj().to_owned()));
        arguments.extend(at(depth - 3).map(|instance| instance.as_object().to_owned()));
        if bound.is_some() && at(depth - 3).is_some() {
            return None;
        }
        arguments.extend_from_slice(positional);
        let mut names = Vec::new();
        if let Some(named) = at(depth - 1) {
            let named = named.as_object().downcast_ref_if_exact::<PyDict>(vm)?;
            for (name, value) in named.items_vec() {
                name.downcast_ref_if_exact::<PyStr>(vm)?;
                names.push(name);
                arguments.push(value);
            }
        }
        let function = function.to_owned();
        // They may end here, and whatever runs then finds the stack as it is.
        for _ in 0..4 {
            drop(self.pop_stackref_opt());
        }
        Some(self.call_function(function, arguments, &names, vm))
    }

    /// Calls a class, or whatever else is no function, with `arguments`, of which the last have `names`.
    pub(super) fn call_class(
        &mut self,
        callable: PyObjectRef,
        mut arguments: Vec<PyObjectRef>,
        names: &[PyObjectRef],
        vm: &VirtualMachine,
    ) -> FrameResult {
        let given = arguments.len() - names.len();
        if let Some(class) = callable.downcast_ref::<PyType>()
            && let Some((init, make)) = init_of(class, vm)
            && self.may_enter(&init, vm)
            && let Some(plan) = Plan::new(&init, given + 1, names, vm)
        {
            let made = make(class.to_owned(), 0, vm)?;
            arguments.insert(0, made.clone());
            self.push_value(made);
            let init: PyObjectRef = init.into();
            let frame =
                Self::frame_of(&init, |it, places| plan.fill(it, places, arguments, names, vm), vm);
            frame.entered = Entered::ByInit;
            vm.set_pending_tailcall(frame);
            vm.set_pending_tailcall_owner(init);
            return Ok(Some(ExecutionResult::TailCall));
        }
        let names = (!names.is_empty()).then_some(names);
        let value = callable.vectorcall(arguments, given, names, vm)?;
        self.push_value(value);
        Ok(None)
    }
}

/// The `__init__` of a class, and what makes its objects, if nothing else happens where it is called.
fn init_of(class: &Py<PyType>, vm: &VirtualMachine) -> Option<(PyRef<PyFunction>, AllocFunc)> {
    let slots = class.slots();
    if !class.class().is(vm.ctx.types.type_type) || !slots.flags.has_feature(PyTypeFlags::HEAPTYPE)
    {
        return None;
    }
    let version = class.tp_version_tag().load(Acquire);
    if let Some((init, init_version)) = class.get_cached_init_for_specialization(version) {
        return (init.func_version() == init_version).then_some((init, slots.alloc.load()?));
    }
    // The version comes first: a `__new__` that is set meanwhile changes it.
    let version = class.version_for_specialization(vm);
    let object = vm.ctx.types.object_type.slots();
    let is_plain = fn_addr(slots.new.load()?) == fn_addr(object.new.load()?)
        && fn_addr(slots.alloc.load()?) == fn_addr(object.alloc.load()?);
    let init = class.get_attr(identifier!(vm, __init__)).filter(|_| is_plain)?;
    let init = init.downcast_exact::<PyFunction>(vm).ok()?.into_pyref();
    let is_kept =
        !init.is_generator_like() && class.cache_init_for_specialization(init.clone(), version, vm);
    is_kept.then_some((init, slots.alloc.load()?))
}
