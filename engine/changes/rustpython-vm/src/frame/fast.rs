//! The instructions that run most and need least, in a loop of their own.
//!
//! What they need stays in registers here, which it does not in the loop that knows every
//! instruction. Whatever is out of the ordinary (a name without a value, a number beyond 64 bits, an
//! iterator at its end, a signal) is left to that loop: [`ExecutingFrame::run_fast`] stops before
//! the instruction. What calls native code is done beside it (`aside.rs`).

mod begin;
mod elements;
mod numbers;
mod stack;

pub(super) use begin::is_fast;
pub(super) use elements::{character, element};
pub(super) use numbers::small_int;

use super::{ExecutingFrame, ExecutionResult, aside::Aside, calls::Entered};
use crate::{
    AsObject, PyObject, PyObjectRef, PyStackRef, VirtualMachine,
    builtins::{
        PyBaseExceptionRef, PyList, PyStr, PyTuple, PyType, function::PyCell,
        range::PyRangeIterator,
    },
    bytecode::{CodeUnits, Instruction},
    dict_inner::Put,
    function::PyMethodFlags,
};
use core::sync::atomic::Ordering::{Acquire, Relaxed};
use elements::{behind_loop, is_instance, length, next_element, replace_element};
use numbers::{calculated, calculated_float, compared, float, put_float, put_int};
use rustpython_common::atomic::Radium;
use stack::{Stack, borrowed, owned, to_stack_ref};

/// Why the loop here stopped.
pub(super) enum Stopped {
    /// The instruction at `index` is for the big loop. Signals are to be looked for before it, if the
    /// one before it called.
    Before { index: usize, called: bool },
    /// The instruction at `index` raised an exception.
    Raised { index: usize, exception: PyBaseExceptionRef },
    /// The frame, which native code runs, gives a value.
    Ended(ExecutionResult),
}

impl ExecutingFrame<'_> {
    /// Runs what can be run here, from `index` on. This may be another frame in the end, which was
    /// called, or which called.
    /// There is no part of an argument before `index`, and nobody watches each instruction.
    #[inline(never)]
    pub(super) fn run_fast(&mut self, mut index: usize, vm: &VirtualMachine) -> Stopped {
        let mut units = self.code.instructions.units_ptr();
        let mut lasti = self.lasti;
        let true_value = borrowed(vm.ctx.true_value.as_object()) & !1;
        let false_value = borrowed(vm.ctx.false_value.as_object()) & !1;
        let mut stack = Stack::of(self.localsplus);

        // What is taken off may be the last count of an object whose end runs Python code, which may
        // look at this frame: by then the frame must be as it says.
        macro_rules! release {
            ($value:expr) => {{
                let value: usize = $value;
                if value & 1 == 0 {
                    self.localsplus.stack_top = stack.depth();
                    // SAFETY: the value was taken off the stack just now.
                    drop(unsafe { to_stack_ref(value) });
                }
            }};
        }
        macro_rules! store {
            ($local:expr, $value:expr) => {{
                // SAFETY: the value was taken off the stack just now.
                let value = unsafe { to_stack_ref($value) }.map(PyStackRef::to_pyobj);
                let value = value.map_or(0, owned);
                // SAFETY: the compiler gave this instruction a local variable of the code.
                let was = unsafe { core::mem::replace(&mut *stack.locals.add($local), value) };
                release!(was);
            }};
        }
        // Goes on in another frame, after `$switch` to it.
        macro_rules! elsewhere {
            ($caches:expr, $switch:expr) => {{
                lasti.store((index + 1 + $caches) as u32, Relaxed);
                self.localsplus.stack_top = stack.depth();
                $switch;
                units = self.code.instructions.units_ptr();
                lasti = self.lasti;
                index = lasti.load(Relaxed) as usize;
                stack = Stack::of(self.localsplus);
            }};
        }
        // Goes on after a truth value was found, at the jump that asks for it if that is next.
        macro_rules! truth {
            ($caches:expr, $value:expr) => {{
                let value: bool = $value;
                let next = index + 1 + $caches;
                // SAFETY: an instruction follows one that leaves a value.
                let unit = unsafe { CodeUnits::read_unit_from(units, next) };
                let jumps_on = match unit.op {
                    Instruction::PopJumpIfFalse { .. } => Some(false),
                    Instruction::PopJumpIfTrue { .. } => Some(true),
                    _ => None,
                };
                index = match jumps_on {
                    Some(on) if on == value => next + 2 + usize::from(u8::from(unit.arg)),
                    Some(_) => next + 2,
                    None => {
                        // SAFETY: the operands made room.
                        let object = if value { true_value } else { false_value };
                        unsafe { stack.push(object | 1) };
                        next
                    }
                };
            }};
        }

        // Has the instruction done beside the loop.
        macro_rules! aside {
            ($unit:expr) => {{
                self.localsplus.stack_top = stack.depth();
                match self.aside($unit.op, index, $unit.arg, vm) {
                    Ok(Aside::Left) => break,
                    Ok(Aside::Done { called }) => {
                        index = lasti.load(Relaxed) as usize;
                        // What was called may have asked to be told of each instruction.
                        if vm.use_tracing.get() || called && vm.eval_breaker_tripped() {
                            return Stopped::Before { index, called };
                        }
                        stack = Stack::of(self.localsplus);
                    }
                    Err(exception) => return Stopped::Raised { index, exception },
                }
            }};
        }

        // Goes on behind a call of native code, which `$call` is.
        macro_rules! native {
            ($op:expr, $call:expr) => {{
                self.localsplus.stack_top = stack.depth();
                match $call {
                    Ok(true) => {
                        index += 1 + $op.cache_entries();
                        if vm.use_tracing.get() || vm.eval_breaker_tripped() {
                            return Stopped::Before { index, called: true };
                        }
                        stack = Stack::of(self.localsplus);
                    }
                    Ok(false) => break,
                    Err(exception) => return Stopped::Raised { index, exception },
                }
            }};
        }

        // Goes on after a call that may have put another frame in hand.
        macro_rules! outcome {
            ($op:expr, $call:expr) => {{
                self.localsplus.stack_top = stack.depth();
                let caches = $op.cache_entries();
                match $call {
                    None => break,
                    Some(Ok(None)) => {
                        index += 1 + caches;
                        if vm.use_tracing.get() || vm.eval_breaker_tripped() {
                            return Stopped::Before { index, called: true };
                        }
                        stack = Stack::of(self.localsplus);
                    }
                    Some(Ok(Some(_))) => {
                        stack = Stack::of(self.localsplus);
                        let function = vm.take_pending_tailcall_owner();
                        // SAFETY: it was put on the data stack just now.
                        let frame = unsafe { &mut *vm.take_pending_tailcall() };
                        elsewhere!(caches, self.switch_to(function, frame, vm));
                    }
                    Some(Err(exception)) => return Stopped::Raised { index, exception },
                }
            }};
        }

        loop {
            lasti.store(index as u32 + 1, Relaxed);
            // SAFETY: `index` is where the code's own flow leads.
            let unit = unsafe { CodeUnits::read_unit_from(units, index) };
            let arg = usize::from(u8::from(unit.arg));
            // SAFETY, for all of `stack` below: the compiler made sure that there are as many values
            // and as much room as each instruction needs. A value stays where it is until it is popped.
            match unit.op {
                Instruction::LoadFastBorrow { .. } => unsafe {
                    let value = *stack.locals.add(arg);
                    if value == 0 {
                        break;
                    }
                    stack.push(value | 1);
                    index += 1;
                },
                Instruction::LoadFastBorrowLoadFastBorrow { .. } => unsafe {
                    let (first, second) =
                        (*stack.locals.add(arg >> 4), *stack.locals.add(arg & 15));
                    if first == 0 || second == 0 {
                        break;
                    }
                    stack.push(first | 1);
                    stack.push(second | 1);
                    index += 1;
                },
                Instruction::LoadFast { .. } | Instruction::LoadFastCheck { .. } => unsafe {
                    let value = *stack.locals.add(arg);
                    if value == 0 {
                        break;
                    }
                    stack.push(owned((*(value as *const PyObject)).to_owned()));
                    index += 1;
                },
                Instruction::LoadFastAndClear { .. } => unsafe {
                    let value = core::mem::replace(&mut *stack.locals.add(arg), 0);
                    stack.push(value);
                    index += 1;
                },
                Instruction::LoadFastLoadFast { .. } => unsafe {
                    let (first, second) =
                        (*stack.locals.add(arg >> 4), *stack.locals.add(arg & 15));
                    if first == 0 || second == 0 {
                        break;
                    }
                    stack.push(owned((*(first as *const PyObject)).to_owned()));
                    stack.push(owned((*(second as *const PyObject)).to_owned()));
                    index += 1;
                },
                Instruction::StoreFast { .. } => {
                    let value = unsafe { stack.pop() };
                    store!(arg, value);
                    index += 1;
                }
                Instruction::StoreFastStoreFast { .. } => {
                    let value = unsafe { stack.pop() };
                    store!(arg >> 4, value);
                    let value = unsafe { stack.pop() };
                    store!(arg & 15, value);
                    index += 1;
                }
                Instruction::StoreFastLoadFast { .. } => unsafe {
                    let value = stack.pop();
                    store!(arg >> 4, value);
                    let value = *stack.locals.add(arg & 15);
                    let value = if value == 0 {
                        0
                    } else {
                        owned((*(value as *const PyObject)).to_owned())
                    };
                    stack.push(value);
                    index += 1;
                },
                Instruction::LoadConstMortal | Instruction::LoadConstImmortal => {
                    let value: PyObjectRef =
                        self.code.constants[(arg as u32).into()].clone().into();
                    unsafe { stack.push(owned(value)) };
                    index += 1;
                }
                Instruction::LoadSmallInt { .. } => unsafe {
                    stack.push(borrowed(vm.ctx.cached_int(arg as i32).as_object()));
                    index += 1;
                },
                Instruction::PopTop | Instruction::EndFor | Instruction::PopIter => {
                    let value = unsafe { stack.pop() };
                    index += 1;
                    if value != 0 {
                        release!(value);
                    }
                }
                Instruction::DeleteFast { .. } => {
                    // SAFETY: as for what stores.
                    let value = unsafe { core::mem::replace(&mut *stack.locals.add(arg), 0) };
                    if value == 0 {
                        break;
                    }
                    release!(value);
                    index += 1;
                }
                Instruction::PushNull => unsafe {
                    stack.push(0);
                    index += 1;
                },
                Instruction::Copy { .. } => unsafe {
                    let value = *stack.top.sub(arg);
                    if value == 0 {
                        break;
                    }
                    stack.push(owned(stack.peek(arg).to_owned()));
                    index += 1;
                },
                Instruction::Swap { .. } => unsafe {
                    core::ptr::swap(stack.top.sub(1), stack.top.sub(arg));
                    index += 1;
                },
                Instruction::NotTaken | Instruction::Nop => index += 1,
                Instruction::JumpForward { .. } => index += 1 + arg,
                Instruction::JumpBackwardNoInterrupt { .. } => {
                    if vm.use_tracing.get() {
                        break;
                    }
                    index = index + 1 - arg;
                }
                Instruction::JumpBackwardNoJit | Instruction::JumpBackwardJit => {
                    if vm.eval_breaker_tripped() || vm.use_tracing.get() {
                        break;
                    }
                    index = index + 2 - arg;
                }
                Instruction::PopJumpIfFalse { .. } | Instruction::PopJumpIfTrue { .. } => {
                    let value = unsafe { *stack.top.sub(1) } & !1;
                    if value != true_value && value != false_value {
                        break;
                    }
                    // They live for ever: nothing is given back.
                    unsafe { stack.pop() };
                    let on = matches!(unit.op, Instruction::PopJumpIfTrue { .. });
                    index += if (value == true_value) == on { 2 + arg } else { 2 };
                }
                Instruction::PopJumpIfNone { .. } | Instruction::PopJumpIfNotNone { .. } => {
                    let value = unsafe { stack.pop() };
                    let is_none = value & !1 == borrowed(vm.ctx.none.as_object()) & !1;
                    let on = matches!(unit.op, Instruction::PopJumpIfNone { .. });
                    index += if is_none == on { 2 + arg } else { 2 };
                    release!(value);
                }
                // In long functions, most jumps lead far.
                Instruction::ExtendedArg => {
                    // SAFETY: an instruction follows a part of its argument.
                    let next = unsafe { CodeUnits::read_unit_from(units, index + 1) };
                    let arg = arg << 8 | usize::from(u8::from(next.arg));
                    match next.op {
                        Instruction::PopJumpIfFalse { .. } | Instruction::PopJumpIfTrue { .. } => {
                            let value = unsafe { *stack.top.sub(1) } & !1;
                            if value != true_value && value != false_value {
                                break;
                            }
                            unsafe { stack.pop() };
                            let on = matches!(next.op, Instruction::PopJumpIfTrue { .. });
                            index += if (value == true_value) == on { 3 + arg } else { 3 };
                        }
                        Instruction::PopJumpIfNone { .. }
                        | Instruction::PopJumpIfNotNone { .. } => {
                            let value = unsafe { stack.pop() };
                            let is_none = value & !1 == borrowed(vm.ctx.none.as_object()) & !1;
                            let on = matches!(next.op, Instruction::PopJumpIfNone { .. });
                            index += if is_none == on { 3 + arg } else { 3 };
                            release!(value);
                        }
                        Instruction::JumpForward { .. } => index += 2 + arg,
                        Instruction::JumpBackwardNoJit | Instruction::JumpBackwardJit => {
                            if vm.eval_breaker_tripped() || vm.use_tracing.get() {
                                break;
                            }
                            index = index + 3 - arg;
                        }
                        Instruction::ForIterList | Instruction::ForIterTuple => {
                            let iterator = unsafe { stack.peek(1) };
                            let Some(value) = next_element(iterator, vm) else { break };
                            if let Some(value) = value {
                                unsafe { stack.push(owned(value)) };
                                index += 3;
                            } else {
                                index = unsafe { behind_loop(units, index + 3 + arg) };
                            }
                        }
                        _ => break,
                    }
                }
                Instruction::IsOp { .. } => {
                    let (second, first) = unsafe { (stack.pop(), stack.pop()) };
                    let same = (first & !1 == second & !1) != (arg == 1);
                    release!(second);
                    release!(first);
                    truth!(0, same);
                }
                Instruction::UnaryNot => {
                    let value = unsafe { *stack.top.sub(1) } & !1;
                    if value != true_value && value != false_value {
                        break;
                    }
                    unsafe { stack.pop() };
                    truth!(0, value == false_value);
                }
                Instruction::ToBoolBool => {
                    let value = unsafe { *stack.top.sub(1) } & !1;
                    if value != true_value && value != false_value {
                        break;
                    }
                    unsafe { stack.pop() };
                    truth!(3, value == true_value);
                }
                Instruction::ToBoolInt => {
                    let Some(number) = small_int(unsafe { stack.peek(1) }, vm) else { break };
                    let value = unsafe { stack.pop() };
                    release!(value);
                    truth!(3, number != 0);
                }
                Instruction::ToBoolNone => {
                    let none = borrowed(vm.ctx.none.as_object()) & !1;
                    if unsafe { *stack.top.sub(1) } & !1 != none {
                        break;
                    }
                    let value = unsafe { stack.pop() };
                    release!(value);
                    truth!(3, false);
                }
                Instruction::ToBoolStr | Instruction::ToBoolList => {
                    let object = unsafe { stack.peek(1) };
                    let value = if let Some(text) = object.downcast_ref_if_exact::<PyStr>(vm) {
                        !text.is_empty()
                    } else if let Some(list) = object.downcast_ref_if_exact::<PyList>(vm) {
                        !list.borrow_vec().is_empty()
                    } else {
                        break;
                    };
                    let object = unsafe { stack.pop() };
                    release!(object);
                    truth!(3, value);
                }
                Instruction::ToBoolAlwaysTrue => {
                    if self.version_of(index, unsafe { stack.peek(1) }).is_none() {
                        break;
                    }
                    let object = unsafe { stack.pop() };
                    release!(object);
                    truth!(3, true);
                }
                Instruction::CompareOp { .. } => {
                    let (first, second) = unsafe { (stack.peek(2), stack.peek(1)) };
                    // One float: two numbers of a kind have instructions of their own.
                    let mixed = float(first, vm).is_some() != float(second, vm).is_some();
                    let value = if mixed { compared(arg, first, second, vm) } else { None };
                    let Some(value) = value else {
                        aside!(unit);
                        continue;
                    };
                    let (second, first) = unsafe { (stack.pop(), stack.pop()) };
                    release!(second);
                    release!(first);
                    truth!(1, value);
                }
                Instruction::CompareOpInt | Instruction::CompareOpFloat => {
                    let (first, second) = unsafe { (stack.peek(2), stack.peek(1)) };
                    let Some(value) = compared(arg, first, second, vm) else { break };
                    let (second, first) = unsafe { (stack.pop(), stack.pop()) };
                    release!(second);
                    release!(first);
                    truth!(1, value);
                }
                Instruction::BinaryOpAddInt
                | Instruction::BinaryOpSubtractInt
                | Instruction::BinaryOpMultiplyInt
                | Instruction::BinaryOpExtend
                | Instruction::BinaryOp { .. } => {
                    let (first, second) = unsafe { (stack.peek(2), stack.peek(1)) };
                    let numbers = small_int(first, vm).zip(small_int(second, vm));
                    if let Some(value) = numbers.and_then(|(a, b)| calculated(unit.arg, a, b)) {
                        let second = unsafe { stack.pop() };
                        // SAFETY: it is the only one of the stack's that is taken in hand.
                        unsafe { put_int(&mut *stack.top.sub(1), value, &vm.ctx) };
                        release!(second);
                        index += 6;
                        continue;
                    }
                    let is_general = matches!(unit.op, Instruction::BinaryOp { .. });
                    if let Some(value) = calculated_float(unit.arg, first, second, is_general, vm) {
                        let is_float = float(first, vm).is_some();
                        let second = unsafe { stack.pop() };
                        if is_float {
                            // SAFETY: as above.
                            unsafe { put_float(&mut *stack.top.sub(1), value, &vm.ctx) };
                        } else {
                            let first = unsafe { stack.pop() };
                            unsafe { stack.push(owned(vm.ctx.new_float(value).into())) };
                            release!(first);
                        }
                        release!(second);
                        index += 6;
                        continue;
                    }
                    if is_general {
                        aside!(unit);
                        continue;
                    }
                    break;
                }
                Instruction::BinaryOpAddFloat
                | Instruction::BinaryOpSubtractFloat
                | Instruction::BinaryOpMultiplyFloat => {
                    let (first, second) = unsafe { (stack.peek(2), stack.peek(1)) };
                    let (Some(a), Some(b)) = (float(first, vm), float(second, vm)) else {
                        break;
                    };
                    let value = match unit.op {
                        Instruction::BinaryOpAddFloat => a + b,
                        Instruction::BinaryOpSubtractFloat => a - b,
                        _ => a * b,
                    };
                    let second = unsafe { stack.pop() };
                    // SAFETY: as for ints.
                    unsafe { put_float(&mut *stack.top.sub(1), value, &vm.ctx) };
                    release!(second);
                    index += 6;
                }
                Instruction::BinaryOpSubscrListInt
                | Instruction::BinaryOpSubscrTupleInt
                | Instruction::BinaryOpSubscrStrInt => {
                    let (sequence, at) = unsafe { (stack.peek(2), stack.peek(1)) };
                    let value = element(sequence, at, vm).or_else(|| character(sequence, at, vm));
                    let Some(value) = value else { break };
                    let (at, sequence) = unsafe { (stack.pop(), stack.pop()) };
                    unsafe { stack.push(owned(value)) };
                    release!(at);
                    release!(sequence);
                    index += 6;
                }
                Instruction::StoreSubscrListInt => {
                    let (list, at) = unsafe { (stack.peek(2), stack.peek(1)) };
                    // SAFETY: it is not used again unless it is taken off below.
                    let value = unsafe { *stack.top.sub(3) };
                    let Some(was) = (unsafe { replace_element(list, at, value, vm) }) else {
                        break;
                    };
                    // The list has that value now.
                    let (at, list, _) = unsafe { (stack.pop(), stack.pop(), stack.pop()) };
                    release!(owned(was));
                    release!(at);
                    release!(list);
                    index += 2;
                }
                Instruction::BinaryOpSubscrGetitem => {
                    let Some(getter) = self.getitem(index, unsafe { stack.peek(2) }, vm) else {
                        break;
                    };
                    let (key, owner) = unsafe { (stack.pop(), stack.pop()) };
                    // SAFETY: they were taken off the stack just now.
                    let (Some(key), Some(owner)) =
                        (unsafe { (to_stack_ref(key), to_stack_ref(owner)) })
                    else {
                        unreachable!("the compiler left values there");
                    };
                    let (owner, key) = (owner.to_pyobj(), key.to_pyobj());
                    elsewhere!(5, self.enter_getitem(getter, owner, key, vm));
                }
                Instruction::CallType1 => {
                    let (callable, instance) = unsafe { (stack.peek(3), *stack.top.sub(2)) };
                    if arg != 1 || instance != 0 || !callable.is(vm.ctx.types.type_type) {
                        break;
                    }
                    let class = unsafe { stack.peek(1) }.class().to_owned();
                    let (object, _, callable) = unsafe { (stack.pop(), stack.pop(), stack.pop()) };
                    unsafe { stack.push(owned(class.into())) };
                    release!(object);
                    release!(callable);
                    index += 4;
                }
                Instruction::CallLen => {
                    let (callable, instance) = unsafe { (stack.peek(3), *stack.top.sub(2)) };
                    let is_len = vm.callable_cache.len.as_ref().is_some_and(|it| callable.is(it));
                    let found = if is_len && arg == 1 && instance == 0 {
                        length(unsafe { stack.peek(1) }, vm)
                    } else {
                        None
                    };
                    let Some(length) = found else {
                        aside!(unit);
                        continue;
                    };
                    let (object, _, callable) = unsafe { (stack.pop(), stack.pop(), stack.pop()) };
                    unsafe {
                        stack.push(0);
                        put_int(&mut *stack.top.sub(1), length as i64, &vm.ctx);
                    }
                    release!(object);
                    release!(callable);
                    index += 4;
                }
                Instruction::CallIsinstance => {
                    let instance = unsafe { *stack.top.sub(arg + 1) };
                    let callable = unsafe { stack.peek(arg + 2) };
                    let cached = vm.callable_cache.isinstance.as_ref();
                    let is_it = cached.is_some_and(|it| callable.is(it));
                    let found = if is_it && arg == 2 && instance == 0 {
                        unsafe { is_instance(stack.peek(2), stack.peek(1), vm) }
                    } else {
                        None
                    };
                    let Some(found) = found else {
                        aside!(unit);
                        continue;
                    };
                    let (class, object) = unsafe { (stack.pop(), stack.pop()) };
                    let (_, callable) = unsafe { (stack.pop(), stack.pop()) };
                    release!(class);
                    release!(object);
                    release!(callable);
                    truth!(3, found);
                }
                Instruction::CallListAppend => {
                    let (callable, list) = unsafe { (stack.peek(3), *stack.top.sub(2)) };
                    let is_append =
                        vm.callable_cache.list_append.as_ref().is_some_and(|it| callable.is(it));
                    if !is_append || list == 0 || arg != 1 {
                        break;
                    }
                    let Some(list) = unsafe { stack.peek(2) }.downcast_ref::<PyList>() else {
                        break;
                    };
                    let value = unsafe { stack.pop() };
                    // SAFETY: it was taken off the stack just now.
                    if let Some(value) = unsafe { to_stack_ref(value) } {
                        list.append(value.to_pyobj());
                    }
                    let (list, callable) = unsafe { (stack.pop(), stack.pop()) };
                    release!(list);
                    release!(callable);
                    // The POP_TOP that follows would take what was not put there.
                    index += 5;
                }
                Instruction::CallPyExactArgs => {
                    let callable = unsafe { stack.peek(arg + 2) };
                    let has_instance = unsafe { *stack.top.sub(arg + 1) } != 0;
                    if !self.may_call(index, callable, arg + usize::from(has_instance), vm) {
                        aside!(unit);
                        continue;
                    }
                    elsewhere!(3, self.enter_from_stack(arg, has_instance, None, None, vm));
                }
                Instruction::CallBoundMethodExactArgs => {
                    self.localsplus.stack_top = stack.depth();
                    if !self.unbind(index, arg, vm) {
                        break;
                    }
                    if self.may_call(index, unsafe { stack.peek(arg + 2) }, arg + 1, vm) {
                        elsewhere!(3, self.enter_from_stack(arg, true, None, None, vm));
                    } else if self.make_generator(index, arg as u32, vm) {
                        stack = Stack::of(self.localsplus);
                        index += 4;
                    } else {
                        break;
                    }
                }
                Instruction::CallBoundMethodGeneral => {
                    self.localsplus.stack_top = stack.depth();
                    if !self.unbind(index, arg, vm) {
                        break;
                    }
                    elsewhere!(
                        3,
                        if !self.enter_general(index, arg, false, vm) {
                            break;
                        }
                    );
                }
                Instruction::CallKwBoundMethod => {
                    self.localsplus.stack_top = stack.depth();
                    if !self.unbind(index, arg + 1, vm) {
                        break;
                    }
                    elsewhere!(
                        3,
                        if !self.enter_general(index, arg, true, vm) {
                            break;
                        }
                    );
                }
                Instruction::CallFunctionEx => outcome!(unit.op, self.call_unpacked(vm)),
                Instruction::CallKwNonPy => outcome!(unit.op, self.call_with_names(arg, vm)),
                Instruction::CallNonPyGeneral => {
                    if unsafe { stack.peek(arg + 2) }.downcast_ref::<PyType>().is_none() {
                        aside!(unit);
                        continue;
                    }
                    outcome!(unit.op, {
                        let (class, arguments) = self.take_call_args(arg);
                        Some(self.call_class(class, arguments, &[], vm))
                    });
                }
                Instruction::CallAllocAndEnterInit => {
                    let class = unsafe { stack.peek(arg + 2) };
                    let has_instance = unsafe { *stack.top.sub(arg + 1) } != 0;
                    if has_instance {
                        break;
                    }
                    let Some((init, made)) = self.make(index, class, arg, vm) else { break };
                    let class = unsafe {
                        *stack.top.sub(arg + 1) = owned(made.clone());
                        core::mem::replace(&mut *stack.top.sub(arg + 2), owned(init))
                    };
                    elsewhere!(3, self.enter_from_stack(arg, true, Some(made), None, vm));
                    // SAFETY: it was taken off the stack just now. The new object has another count.
                    drop(unsafe { to_stack_ref(class) });
                }
                Instruction::LoadAttrProperty => {
                    let Some(getter) = self.getter(index, unsafe { stack.peek(1) }, vm) else {
                        break;
                    };
                    // SAFETY: it is taken off the stack.
                    let Some(owner) = (unsafe { to_stack_ref(stack.pop()) }) else { break };
                    elsewhere!(9, self.enter_getter(getter, owner.to_pyobj(), vm));
                }
                Instruction::ReturnValue => {
                    let value = unsafe { stack.peek(1) };
                    let must_be_none = match self.entered() {
                        Entered::Natively if !vm.use_tracing.get() => {
                            self.localsplus.stack_top = stack.depth();
                            let value = self.pop_value();
                            return Stopped::Ended(ExecutionResult::Return(value));
                        }
                        Entered::BySend { owner } if !vm.use_tracing.get() => {
                            // SAFETY: it is taken off the stack.
                            let value = unsafe { to_stack_ref(stack.pop()) };
                            let Some(value) = value.map(PyStackRef::to_pyobj) else {
                                unreachable!("a value is returned");
                            };
                            elsewhere!(0, self.return_to_send(owner, value, vm));
                            continue;
                        }
                        Entered::ByFor { owner } if !vm.use_tracing.get() => {
                            // SAFETY: it is taken off the stack.
                            let value = unsafe { to_stack_ref(stack.pop()) };
                            let Some(value) = value.map(PyStackRef::to_pyobj) else {
                                unreachable!("a value is returned");
                            };
                            elsewhere!(0, self.return_to_for(owner, value, vm));
                            continue;
                        }
                        Entered::Natively | Entered::ByFor { .. } | Entered::BySend { .. } => {
                            break;
                        }
                        Entered::ByCall => false,
                        Entered::ByInit => true,
                    };
                    if must_be_none && !vm.is_none(value) || vm.use_tracing.get() {
                        break;
                    }
                    // SAFETY: it is taken off the stack.
                    let value = unsafe { to_stack_ref(stack.pop()) }.map(PyStackRef::to_pyobj);
                    elsewhere!(0, self.leave(vm));
                    if !must_be_none {
                        unsafe { stack.push(value.map_or(0, owned)) };
                    }
                }
                Instruction::ReturnGenerator => {
                    unsafe { stack.push(borrowed(vm.ctx.none.as_object())) };
                    index += 1;
                }
                Instruction::EndSend => {
                    let (value, receiver) = unsafe { (stack.pop(), stack.pop()) };
                    unsafe { stack.push(value) };
                    release!(receiver);
                    index += 1;
                }
                Instruction::SendGen => {
                    elsewhere!(
                        0,
                        if !self.enter_awaited(vm) {
                            break;
                        }
                    );
                }
                Instruction::ForIterGen => {
                    elsewhere!(
                        0,
                        if !self.enter_generator(vm) {
                            break;
                        }
                    );
                }
                Instruction::YieldValue { .. } => {
                    if vm.use_tracing.get() || self.monitoring_mask != 0 {
                        break;
                    }
                    let owner = match self.entered() {
                        Entered::ByFor { owner } | Entered::BySend { owner } => owner,
                        Entered::Natively => {
                            self.localsplus.stack_top = stack.depth();
                            // The frame outlives what its stack may have borrowed.
                            self.localsplus.promote_stack();
                            let value = self.pop_value();
                            return Stopped::Ended(ExecutionResult::Yield(value));
                        }
                        _ => break,
                    };
                    // SAFETY: it is taken off the stack.
                    let Some(value) = (unsafe { to_stack_ref(stack.pop()) }) else { break };
                    elsewhere!(0, self.yield_to_for(owner, value.to_pyobj(), vm));
                }
                Instruction::Resume { .. } | Instruction::ResumeCheck => {
                    let is_ready = self.code.quickened.load(Relaxed)
                        && self.code.instrumentation_version.load(Acquire)
                            == vm.state.instrumentation_version.load(Acquire);
                    if !is_ready || vm.use_tracing.get() || vm.eval_breaker_tripped() {
                        break;
                    }
                    self.call_traced = true;
                    index += 1;
                }
                Instruction::CopyFreeVars { .. } => {
                    // They came with the frame, all or none. SAFETY: they are the last of the local variables.
                    if arg == 0 || unsafe { *stack.base.sub(arg) } == 0 {
                        break;
                    }
                    index += 1;
                }
                Instruction::LoadDeref { .. } => {
                    // SAFETY: what the instruction names is a cell, and stays one.
                    let Some(cell) = (unsafe { stack.local(arg) }) else { break };
                    let Some(cell) = cell.downcast_ref::<PyCell>() else { break };
                    let Some(value) = cell.get() else { break };
                    unsafe { stack.push(owned(value)) };
                    index += 1;
                }
                Instruction::LoadGlobalModule | Instruction::LoadGlobalBuiltin => {
                    let Some(value) = self.global(unit.op, index, vm) else { break };
                    unsafe { stack.push(owned(value)) };
                    if arg & 1 != 0 {
                        unsafe { stack.push(0) };
                    }
                    index += 5;
                }
                Instruction::ForIterRange => {
                    let Some(range) =
                        unsafe { stack.peek(1) }.downcast_ref_if_exact::<PyRangeIterator>(vm)
                    else {
                        break;
                    };
                    let Some(value) = range.fast_next() else {
                        index = unsafe { behind_loop(units, index + 2 + arg) };
                        continue;
                    };
                    unsafe {
                        stack.push(0);
                        put_int(&mut *stack.top.sub(1), value as i64, &vm.ctx);
                    }
                    index += 2;
                }
                Instruction::ForIterList | Instruction::ForIterTuple => {
                    let Some(value) = next_element(unsafe { stack.peek(1) }, vm) else { break };
                    if let Some(value) = value {
                        unsafe { stack.push(owned(value)) };
                        index += 2;
                    } else {
                        index = unsafe { behind_loop(units, index + 2 + arg) };
                    }
                }
                Instruction::ForIter { .. } => {
                    self.localsplus.stack_top = stack.depth();
                    match self.iterate(index, arg as u32, vm) {
                        Ok(next) => {
                            index = next;
                            if vm.use_tracing.get() {
                                return Stopped::Before { index, called: false };
                            }
                            stack = Stack::of(self.localsplus);
                        }
                        Err(exception) => return Stopped::Raised { index, exception },
                    }
                }
                Instruction::LoadAttrModule => {
                    let name = self.code.names[arg >> 1];
                    let owner = unsafe { stack.peek(1) };
                    let Some(value) = self.module_attribute(index, name, owner, vm) else { break };
                    let owner = unsafe { stack.pop() };
                    unsafe { stack.push(owned(value)) };
                    if arg & 1 != 0 {
                        unsafe { stack.push(0) };
                    }
                    release!(owner);
                    index += 10;
                }
                Instruction::LoadAttrClass | Instruction::LoadAttrClassWithMetaclassCheck => {
                    let owner = unsafe { stack.peek(1) };
                    let Some(value) = self.class_attribute(unit.op, index, owner) else { break };
                    let owner = unsafe { stack.pop() };
                    unsafe { stack.push(owned(value)) };
                    if arg & 1 != 0 {
                        unsafe { stack.push(0) };
                    }
                    release!(owner);
                    index += 10;
                }
                Instruction::LoadAttrMethodNoDict
                | Instruction::LoadAttrMethodWithValues
                | Instruction::LoadAttrNondescriptorNoDict
                | Instruction::LoadAttrNondescriptorWithValues
                | Instruction::LoadAttrSlot
                | Instruction::LoadAttrWithHint => {
                    let name = self.code.names[arg >> 1];
                    let owner = unsafe { stack.peek(1) };
                    let Some(value) = self.attribute(unit.op, index, name, owner, vm) else {
                        break;
                    };
                    let binds = matches!(
                        unit.op,
                        Instruction::LoadAttrMethodNoDict | Instruction::LoadAttrMethodWithValues
                    );
                    let owner = unsafe { stack.pop() };
                    unsafe { stack.push(owned(value)) };
                    if binds {
                        unsafe { stack.push(owner) };
                    } else {
                        if arg & 1 != 0 {
                            unsafe { stack.push(0) };
                        }
                        release!(owner);
                    }
                    index += 10;
                }
                Instruction::StoreAttrInstanceValue | Instruction::StoreAttrWithHint => {
                    let owner = unsafe { stack.peek(1) };
                    let Some((dict, at)) = self.stored_in(index, owner) else { break };
                    let (owner, value) = unsafe { (stack.pop(), stack.pop()) };
                    // SAFETY: it was taken off the stack just now.
                    let Some(value) = (unsafe { to_stack_ref(value) }) else { break };
                    match dict.put_at(self.code.names[arg], at, value.to_pyobj(), vm) {
                        Put::Replaced(was) => {
                            release!(owned(was));
                            release!(owner);
                        }
                        Put::Added(place) => {
                            if let Ok(place) = u16::try_from(place)
                                && place != at
                            {
                                self.place_is(index, place);
                            }
                            release!(owner);
                        }
                        Put::Left(value) => {
                            // SAFETY: they lay there before.
                            unsafe {
                                stack.push(owned(value));
                                stack.push(owner);
                            }
                            aside!(unit);
                            continue;
                        }
                    }
                    index += 5;
                }
                Instruction::StoreAttrSlot => {
                    let owner = unsafe { stack.peek(1) };
                    if self.version_of(index, owner).is_none() {
                        break;
                    }
                    let at = self.code.instructions.read_cache_u16(index + 4) as i16;
                    let (owner, value) = unsafe { (stack.pop(), stack.pop()) };
                    self.localsplus.stack_top = stack.depth();
                    // SAFETY: both were taken off the stack just now.
                    unsafe {
                        let value = to_stack_ref(value).map(PyStackRef::to_pyobj);
                        if let Some(owner) = to_stack_ref(owner) {
                            owner.as_object().set_slot(at.into(), value);
                        }
                    }
                    index += 5;
                }
                Instruction::BuildTuple { .. } => {
                    self.localsplus.stack_top = stack.depth();
                    let values = self.take_values(arg);
                    let tuple = vm.ctx.new_tuple(values);
                    stack = Stack::of(self.localsplus);
                    unsafe { stack.push(owned(tuple.into())) };
                    index += 1;
                }
                Instruction::FormatSimple => {
                    if unsafe { stack.peek(1) }.downcast_ref_if_exact::<PyStr>(vm).is_none() {
                        break;
                    }
                    index += 1;
                }
                Instruction::CallPyGeneral => {
                    elsewhere!(
                        3,
                        if !self.enter_general(index, arg, false, vm) {
                            break;
                        }
                    );
                }
                Instruction::CallKwPy => {
                    elsewhere!(
                        3,
                        if !self.enter_general(index, arg, true, vm) {
                            break;
                        }
                    );
                }
                Instruction::ListAppend { .. } => unsafe {
                    let Some(list) = stack.peek(arg + 1).downcast_ref::<PyList>() else {
                        break;
                    };
                    if let Some(value) = to_stack_ref(stack.pop()) {
                        list.append(value.to_pyobj());
                    }
                    index += 1;
                },
                Instruction::UnpackSequenceTwoTuple => unsafe {
                    let Some(tuple) = stack.peek(1).downcast_ref_if_exact::<PyTuple>(vm) else {
                        break;
                    };
                    let [first, second] = tuple.as_slice() else { break };
                    let (first, second) = (first.clone(), second.clone());
                    let tuple = stack.pop();
                    stack.push(owned(second));
                    stack.push(owned(first));
                    release!(tuple);
                    index += 2;
                },
                Instruction::CallMethodDescriptorNoargs => {
                    let takes = (PyMethodFlags::NOARGS, Some(0));
                    native!(unit.op, self.call_native_method(arg as u32, takes.0, takes.1, vm));
                }
                Instruction::CallMethodDescriptorO => {
                    let takes = (PyMethodFlags::O, Some(1));
                    native!(unit.op, self.call_native_method(arg as u32, takes.0, takes.1, vm));
                }
                Instruction::CallMethodDescriptorFast => {
                    let takes = PyMethodFlags::FASTCALL;
                    native!(unit.op, self.call_native_method(arg as u32, takes, None, vm));
                }
                Instruction::CallBuiltinO => {
                    let takes = PyMethodFlags::O;
                    native!(unit.op, self.call_native_function(arg as u32, takes, vm));
                }
                Instruction::CallBuiltinFast => {
                    let takes = PyMethodFlags::FASTCALL;
                    native!(unit.op, self.call_native_function(arg as u32, takes, vm));
                }
                _ if begin::is_aside(unit.op.into()) => aside!(unit),
                _ => break,
            }
        }
        self.localsplus.stack_top = stack.depth();
        Stopped::Before { index, called: false }
    }
}
