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
    bytecode::{CodeUnit, CodeUnits, Instruction},
    dict_inner::Put,
    function::PyMethodFlags,
};
use core::sync::atomic::Ordering::{Acquire, Relaxed};
use elements::{behind_loop, is_instance, length, next_element, replace_element};
use numbers::{
    calculated, calculated_float, compared, float, put_float, put_int, store_float, store_int,
};
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
    pub(super) fn run_fast(&mut self, index: usize, vm: &VirtualMachine) -> Stopped {
        let mut units = self.code.instructions.units_ptr();
        // Where the instruction is that runs.
        let mut here = units.wrapping_add(index);
        // SAFETY: it is where the code's own flow leads.
        let mut unit = unsafe { CodeUnits::read_unit_from(here, 0) };
        let mut arg = usize::from(u8::from(unit.arg));
        // The last instruction of this frame that had an argument of two parts. The big loop is to read both.
        let mut far = core::ptr::null();
        let true_value = borrowed(vm.ctx.true_value.as_object()) & !1;
        let false_value = borrowed(vm.ctx.false_value.as_object()) & !1;
        let mut stack = Stack::of(self.localsplus);

        macro_rules! index {
            () => {
                (here as usize - units as usize) / size_of::<CodeUnit>()
            };
        }
        // What may look at this frame finds it as it is: the instruction at `here` runs.
        macro_rules! tell {
            () => {{
                self.lasti.store(index!() as u32 + 1, Relaxed);
                self.localsplus.stack_top = stack.depth();
            }};
        }
        // Goes on with the instruction at `here`.
        macro_rules! next {
            () => {{
                // SAFETY: `here` is where the code's own flow leads.
                unit = unsafe { CodeUnits::read_unit_from(here, 0) };
                arg = usize::from(u8::from(unit.arg));
                continue;
            }};
        }
        // What is taken off may be the last count of an object whose end runs Python code, which may
        // look at this frame.
        macro_rules! release {
            ($value:expr) => {{
                let value: usize = $value;
                // SAFETY: the value was taken off the stack just now.
                if value & 1 == 0 && value != 0 && unsafe { PyObject::is_let_go(value) } {
                    tell!();
                    // SAFETY: its last count was taken just now.
                    unsafe { PyObject::end(value) };
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
        // Leaves a value, which has a count of its own, for the instruction at `here`: if that stores it, it is
        // stored at once.
        macro_rules! leave {
            ($value:expr) => {{
                let value: usize = $value;
                // SAFETY: `here` is where the code's own flow leads.
                let next = unsafe { CodeUnits::read_unit_from(here, 0) };
                if matches!(next.op, Instruction::StoreFast { .. }) {
                    let local = usize::from(u8::from(next.arg));
                    // SAFETY: the compiler gave that instruction a local variable of the code.
                    let was = unsafe { core::mem::replace(&mut *stack.locals.add(local), value) };
                    release!(was);
                    here = here.wrapping_add(1);
                } else {
                    // SAFETY: there is room for what the instruction leaves.
                    unsafe { stack.push(value) };
                }
            }};
        }
        // The local variable that the instruction behind this one and its caches stores in, if that has a
        // value of this class, which may get another value in place.
        macro_rules! stored_behind {
            ($caches:expr, $class:expr) => {{
                // SAFETY: an instruction follows one that leaves a value.
                let next = unsafe { CodeUnits::read_unit_from(here, 1 + $caches) };
                // SAFETY: the compiler gave that instruction a local variable of the code.
                let local = unsafe { stack.locals.add(usize::from(u8::from(next.arg))) };
                let stores = matches!(next.op, Instruction::StoreFast { .. })
                    && unsafe { (*local as *const PyObject).as_ref() }
                        .is_some_and(|value| value.class().is($class));
                stores.then_some(local)
            }};
        }
        // Goes on in another frame, after `$switch` to it.
        macro_rules! elsewhere {
            ($caches:expr, $switch:expr) => {{
                self.lasti.store((index!() + 1 + $caches) as u32, Relaxed);
                self.localsplus.stack_top = stack.depth();
                $switch;
                far = core::ptr::null();
                units = self.code.instructions.units_ptr();
                here = units.wrapping_add(self.lasti.load(Relaxed) as usize);
                stack = Stack::of(self.localsplus);
            }};
        }
        // Goes on after a truth value was found, at the jump that asks for it if that is next.
        macro_rules! truth {
            ($caches:expr, $value:expr) => {{
                let value: bool = $value;
                let next = here.wrapping_add(1 + $caches);
                // SAFETY: an instruction follows one that leaves a value.
                let unit = unsafe { CodeUnits::read_unit_from(next, 0) };
                let jumps_on = match unit.op {
                    Instruction::PopJumpIfFalse { .. } => Some(false),
                    Instruction::PopJumpIfTrue { .. } => Some(true),
                    _ => None,
                };
                here = match jumps_on {
                    Some(on) if on == value => {
                        next.wrapping_add(2 + usize::from(u8::from(unit.arg)))
                    }
                    Some(_) => next.wrapping_add(2),
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
                tell!();
                let index = index!();
                match self.aside($unit.op, index, $unit.arg, vm) {
                    Ok(Aside::Left) => break,
                    Ok(Aside::Done { called }) => {
                        let index = self.lasti.load(Relaxed) as usize;
                        here = units.wrapping_add(index);
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

        // Loads an attribute, or a method with what it `$binds`.
        macro_rules! attribute {
            ($op:expr, $binds:expr) => {{
                let name = self.code.names[arg >> 1];
                // SAFETY: the object is on the stack.
                let owner = unsafe { stack.peek(1) };
                let Some(value) = self.attribute($op, index!(), name, owner, vm) else {
                    aside!(unit);
                    next!();
                };
                let owner = unsafe { stack.pop() };
                unsafe { stack.push(owned(value)) };
                if $binds {
                    unsafe { stack.push(owner) };
                } else {
                    if arg & 1 != 0 {
                        unsafe { stack.push(0) };
                    }
                    release!(owner);
                }
                here = here.wrapping_add(10);
            }};
        }

        // Goes on behind a call of native code, which `$call` is.
        macro_rules! native {
            ($op:expr, $call:expr) => {{
                tell!();
                match $call {
                    Ok(true) => {
                        here = here.wrapping_add(1 + $op.cache_entries());
                        if vm.use_tracing.get() || vm.eval_breaker_tripped() {
                            return Stopped::Before { index: index!(), called: true };
                        }
                        stack = Stack::of(self.localsplus);
                    }
                    Ok(false) => break,
                    Err(exception) => {
                        return Stopped::Raised { index: index!(), exception };
                    }
                }
            }};
        }

        // Goes on after a call that may have put another frame in hand.
        macro_rules! outcome {
            ($op:expr, $call:expr) => {{
                tell!();
                let caches = $op.cache_entries();
                match $call {
                    None => break,
                    Some(Ok(None)) => {
                        here = here.wrapping_add(1 + caches);
                        if vm.use_tracing.get() || vm.eval_breaker_tripped() {
                            return Stopped::Before { index: index!(), called: true };
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
                    Some(Err(exception)) => {
                        return Stopped::Raised { index: index!(), exception };
                    }
                }
            }};
        }

        loop {
            // SAFETY, for all of `stack` below: the compiler made sure that there are as many values
            // and as much room as each instruction needs. A value stays where it is until it is popped.
            match unit.op {
                Instruction::LoadFastBorrow { .. } => unsafe {
                    let value = *stack.locals.add(arg);
                    if value == 0 {
                        break;
                    }
                    stack.push(value | 1);
                    here = here.wrapping_add(1);
                },
                Instruction::LoadFastBorrowLoadFastBorrow { .. } => unsafe {
                    let (first, second) =
                        (*stack.locals.add(arg >> 4), *stack.locals.add(arg & 15));
                    if first == 0 || second == 0 {
                        break;
                    }
                    stack.push(first | 1);
                    stack.push(second | 1);
                    here = here.wrapping_add(1);
                },
                Instruction::LoadFast { .. } | Instruction::LoadFastCheck { .. } => unsafe {
                    let value = *stack.locals.add(arg);
                    if value == 0 {
                        break;
                    }
                    stack.push(owned((*(value as *const PyObject)).to_owned()));
                    here = here.wrapping_add(1);
                },
                Instruction::LoadFastAndClear { .. } => unsafe {
                    let value = core::mem::replace(&mut *stack.locals.add(arg), 0);
                    stack.push(value);
                    here = here.wrapping_add(1);
                },
                Instruction::LoadFastLoadFast { .. } => unsafe {
                    let (first, second) =
                        (*stack.locals.add(arg >> 4), *stack.locals.add(arg & 15));
                    if first == 0 || second == 0 {
                        break;
                    }
                    stack.push(owned((*(first as *const PyObject)).to_owned()));
                    stack.push(owned((*(second as *const PyObject)).to_owned()));
                    here = here.wrapping_add(1);
                },
                Instruction::StoreFast { .. } => {
                    let value = unsafe { stack.pop() };
                    store!(arg, value);
                    here = here.wrapping_add(1);
                }
                Instruction::StoreFastStoreFast { .. } => {
                    let value = unsafe { stack.pop() };
                    store!(arg >> 4, value);
                    let value = unsafe { stack.pop() };
                    store!(arg & 15, value);
                    here = here.wrapping_add(1);
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
                    here = here.wrapping_add(1);
                },
                Instruction::LoadConstMortal | Instruction::LoadConstImmortal => {
                    let value: PyObjectRef =
                        self.code.constants[(arg as u32).into()].clone().into();
                    unsafe { stack.push(owned(value)) };
                    here = here.wrapping_add(1);
                }
                Instruction::LoadSmallInt { .. } => unsafe {
                    stack.push(borrowed(vm.ctx.cached_int(arg as i32).as_object()));
                    here = here.wrapping_add(1);
                },
                Instruction::PopTop | Instruction::EndFor | Instruction::PopIter => {
                    let value = unsafe { stack.pop() };
                    release!(value);
                    here = here.wrapping_add(1);
                }
                Instruction::DeleteFast { .. } => {
                    // SAFETY: as for what stores.
                    let value = unsafe { core::mem::replace(&mut *stack.locals.add(arg), 0) };
                    if value == 0 {
                        break;
                    }
                    release!(value);
                    here = here.wrapping_add(1);
                }
                Instruction::PushNull => unsafe {
                    stack.push(0);
                    here = here.wrapping_add(1);
                },
                Instruction::Copy { .. } => unsafe {
                    let value = *stack.top.sub(arg);
                    if value == 0 {
                        break;
                    }
                    stack.push(owned(stack.peek(arg).to_owned()));
                    here = here.wrapping_add(1);
                },
                Instruction::Swap { .. } => unsafe {
                    core::ptr::swap(stack.top.sub(1), stack.top.sub(arg));
                    here = here.wrapping_add(1);
                },
                Instruction::NotTaken | Instruction::Nop => here = here.wrapping_add(1),
                Instruction::JumpForward { .. } => here = here.wrapping_add(1 + arg),
                Instruction::JumpBackwardNoInterrupt { .. } => {
                    if vm.use_tracing.get() {
                        break;
                    }
                    here = here.wrapping_add(1).wrapping_sub(arg);
                }
                Instruction::JumpBackwardNoJit | Instruction::JumpBackwardJit => {
                    if vm.eval_breaker_tripped() || vm.use_tracing.get() {
                        break;
                    }
                    // Another thread may look where this one is.
                    self.lasti.store(index!() as u32 + 1, Relaxed);
                    here = here.wrapping_add(2).wrapping_sub(arg);
                }
                Instruction::PopJumpIfFalse { .. } | Instruction::PopJumpIfTrue { .. } => {
                    let value = unsafe { *stack.top.sub(1) } & !1;
                    if value != true_value && value != false_value {
                        break;
                    }
                    // They live for ever: nothing is given back.
                    unsafe { stack.pop() };
                    let on = matches!(unit.op, Instruction::PopJumpIfTrue { .. });
                    here = here.wrapping_add(if (value == true_value) == on { 2 + arg } else { 2 });
                }
                Instruction::PopJumpIfNone { .. } | Instruction::PopJumpIfNotNone { .. } => {
                    let value = unsafe { stack.pop() };
                    let is_none = value & !1 == borrowed(vm.ctx.none.as_object()) & !1;
                    let on = matches!(unit.op, Instruction::PopJumpIfNone { .. });
                    release!(value);
                    here = here.wrapping_add(if is_none == on { 2 + arg } else { 2 });
                }
                // In long functions, most jumps lead far.
                Instruction::ExtendedArg => {
                    // SAFETY: an instruction follows a part of its argument.
                    let next = unsafe { CodeUnits::read_unit_from(here, 1) };
                    if !begin::leads_far(next.op.into()) {
                        break;
                    }
                    here = here.wrapping_add(1);
                    far = here;
                    arg = arg << 8 | usize::from(u8::from(next.arg));
                    unit = next;
                    continue;
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
                    if self.version_of(index!(), unsafe { stack.peek(1) }).is_none() {
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
                        next!();
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
                        if let Some(local) = stored_behind!(5, vm.ctx.types.int_type) {
                            let (second, first) = unsafe { (stack.pop(), stack.pop()) };
                            // SAFETY: it has an int.
                            unsafe { store_int(&mut *local, value, &vm.ctx) };
                            release!(second);
                            release!(first);
                            here = here.wrapping_add(7);
                            next!();
                        }
                        let second = unsafe { stack.pop() };
                        // SAFETY: it is the only one of the stack's that is taken in hand.
                        unsafe { put_int(&mut *stack.top.sub(1), value, &vm.ctx) };
                        release!(second);
                        here = here.wrapping_add(6);
                        next!();
                    }
                    let is_general = matches!(unit.op, Instruction::BinaryOp { .. });
                    if let Some(value) = calculated_float(unit.arg, first, second, is_general, vm) {
                        if let Some(local) = stored_behind!(5, vm.ctx.types.float_type) {
                            let (second, first) = unsafe { (stack.pop(), stack.pop()) };
                            // SAFETY: it has a float.
                            unsafe { store_float(&mut *local, value, &vm.ctx) };
                            release!(second);
                            release!(first);
                            here = here.wrapping_add(7);
                            next!();
                        }
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
                        here = here.wrapping_add(6);
                        next!();
                    }
                    if is_general {
                        aside!(unit);
                        next!();
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
                    if let Some(local) = stored_behind!(5, vm.ctx.types.float_type) {
                        let (second, first) = unsafe { (stack.pop(), stack.pop()) };
                        // SAFETY: it has a float.
                        unsafe { store_float(&mut *local, value, &vm.ctx) };
                        release!(second);
                        release!(first);
                        here = here.wrapping_add(7);
                        next!();
                    }
                    let second = unsafe { stack.pop() };
                    // SAFETY: as for ints.
                    unsafe { put_float(&mut *stack.top.sub(1), value, &vm.ctx) };
                    release!(second);
                    here = here.wrapping_add(6);
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
                    here = here.wrapping_add(6);
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
                    here = here.wrapping_add(2);
                }
                Instruction::BinaryOpSubscrGetitem => {
                    let Some(getter) = self.getitem(index!(), unsafe { stack.peek(2) }, vm) else {
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
                    here = here.wrapping_add(4);
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
                        next!();
                    };
                    let (object, _, callable) = unsafe { (stack.pop(), stack.pop(), stack.pop()) };
                    unsafe {
                        stack.push(0);
                        put_int(&mut *stack.top.sub(1), length as i64, &vm.ctx);
                    }
                    release!(object);
                    release!(callable);
                    here = here.wrapping_add(4);
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
                        next!();
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
                    here = here.wrapping_add(5);
                }
                Instruction::CallPyExactArgs => {
                    let callable = unsafe { stack.peek(arg + 2) };
                    let has_instance = unsafe { *stack.top.sub(arg + 1) } != 0;
                    let count = arg + usize::from(has_instance);
                    if !self.may_call(index!(), callable, count, vm)
                        && !self.may_call_another(callable, count, vm)
                    {
                        aside!(unit);
                        next!();
                    }
                    elsewhere!(3, self.enter_from_stack(arg, has_instance, None, None, vm));
                }
                Instruction::CallBoundMethodExactArgs => {
                    tell!();
                    if !self.unbind(index!(), arg, vm) {
                        break;
                    }
                    let callable = unsafe { stack.peek(arg + 2) };
                    if self.may_call(index!(), callable, arg + 1, vm)
                        || self.may_call_another(callable, arg + 1, vm)
                    {
                        elsewhere!(3, self.enter_from_stack(arg, true, None, None, vm));
                    } else if self.make_generator(index!(), arg as u32, vm) {
                        stack = Stack::of(self.localsplus);
                        here = here.wrapping_add(4);
                    } else {
                        break;
                    }
                }
                Instruction::CallBoundMethodGeneral => {
                    tell!();
                    if !self.unbind(index!(), arg, vm) {
                        break;
                    }
                    elsewhere!(
                        3,
                        if !self.enter_general(index!(), arg, false, vm) {
                            break;
                        }
                    );
                }
                Instruction::CallKwBoundMethod => {
                    tell!();
                    if !self.unbind(index!(), arg + 1, vm) {
                        break;
                    }
                    elsewhere!(
                        3,
                        if !self.enter_general(index!(), arg, true, vm) {
                            break;
                        }
                    );
                }
                Instruction::CallFunctionEx => outcome!(unit.op, self.call_unpacked(vm)),
                Instruction::CallKwNonPy => outcome!(unit.op, self.call_with_names(arg, vm)),
                Instruction::CallNonPyGeneral => {
                    if unsafe { stack.peek(arg + 2) }.downcast_ref::<PyType>().is_none() {
                        aside!(unit);
                        next!();
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
                    let Some((init, made)) = self.make(index!(), class, arg, vm) else { break };
                    let class = unsafe {
                        *stack.top.sub(arg + 1) = owned(made.clone());
                        core::mem::replace(&mut *stack.top.sub(arg + 2), owned(init))
                    };
                    elsewhere!(3, self.enter_from_stack(arg, true, Some(made), None, vm));
                    // SAFETY: it was taken off the stack just now. The new object has another count.
                    drop(unsafe { to_stack_ref(class) });
                }
                Instruction::LoadAttrProperty => {
                    let Some(getter) = self.getter(index!(), unsafe { stack.peek(1) }, vm) else {
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
                            tell!();
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
                            next!();
                        }
                        Entered::ByFor { owner } if !vm.use_tracing.get() => {
                            // SAFETY: it is taken off the stack.
                            let value = unsafe { to_stack_ref(stack.pop()) };
                            let Some(value) = value.map(PyStackRef::to_pyobj) else {
                                unreachable!("a value is returned");
                            };
                            elsewhere!(0, self.return_to_for(owner, value, vm));
                            next!();
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
                    here = here.wrapping_add(1);
                }
                Instruction::EndSend => {
                    let (value, receiver) = unsafe { (stack.pop(), stack.pop()) };
                    unsafe { stack.push(value) };
                    release!(receiver);
                    here = here.wrapping_add(1);
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
                            tell!();
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
                    here = here.wrapping_add(1);
                }
                Instruction::CopyFreeVars { .. } => {
                    // They came with the frame, all or none. SAFETY: they are the last of the local variables.
                    if arg == 0 || unsafe { *stack.base.sub(arg) } == 0 {
                        break;
                    }
                    here = here.wrapping_add(1);
                }
                Instruction::LoadDeref { .. } => {
                    // SAFETY: what the instruction names is a cell, and stays one.
                    let Some(cell) = (unsafe { stack.local(arg) }) else { break };
                    let Some(cell) = cell.downcast_ref::<PyCell>() else { break };
                    let Some(value) = cell.get() else { break };
                    unsafe { stack.push(owned(value)) };
                    here = here.wrapping_add(1);
                }
                Instruction::LoadGlobalModule | Instruction::LoadGlobalBuiltin => {
                    let Some(value) = self.global(unit.op, index!(), vm) else { break };
                    unsafe { stack.push(owned(value)) };
                    if arg & 1 != 0 {
                        unsafe { stack.push(0) };
                    }
                    here = here.wrapping_add(5);
                }
                Instruction::ForIterRange => {
                    let Some(range) =
                        unsafe { stack.peek(1) }.downcast_ref_if_exact::<PyRangeIterator>(vm)
                    else {
                        break;
                    };
                    let Some(value) = range.fast_next() else {
                        here = unsafe { behind_loop(here.wrapping_add(2 + arg)) };
                        next!();
                    };
                    if let Some(local) = stored_behind!(1, vm.ctx.types.int_type) {
                        // SAFETY: it has an int.
                        unsafe { store_int(&mut *local, value as i64, &vm.ctx) };
                        here = here.wrapping_add(3);
                        next!();
                    }
                    unsafe {
                        stack.push(0);
                        put_int(&mut *stack.top.sub(1), value as i64, &vm.ctx);
                    }
                    here = here.wrapping_add(2);
                }
                Instruction::ForIterList | Instruction::ForIterTuple => {
                    // At its end an iterator lets go of what it goes through.
                    self.lasti.store(index!() as u32 + 1, Relaxed);
                    let Some(value) = next_element(unsafe { stack.peek(1) }, vm) else { break };
                    if let Some(value) = value {
                        here = here.wrapping_add(2);
                        leave!(owned(value));
                    } else {
                        here = unsafe { behind_loop(here.wrapping_add(2 + arg)) };
                    }
                }
                Instruction::ForIter { .. } => {
                    tell!();
                    let index = index!();
                    match self.iterate(index, arg as u32, vm) {
                        Ok(next) => {
                            here = units.wrapping_add(next);
                            if vm.use_tracing.get() {
                                return Stopped::Before { index: next, called: false };
                            }
                            stack = Stack::of(self.localsplus);
                        }
                        Err(exception) => return Stopped::Raised { index, exception },
                    }
                }
                Instruction::LoadAttrModule => {
                    let name = self.code.names[arg >> 1];
                    let owner = unsafe { stack.peek(1) };
                    let Some(value) = self.module_attribute(index!(), name, owner, vm) else {
                        break;
                    };
                    let owner = unsafe { stack.pop() };
                    unsafe { stack.push(owned(value)) };
                    if arg & 1 != 0 {
                        unsafe { stack.push(0) };
                    }
                    release!(owner);
                    here = here.wrapping_add(10);
                }
                Instruction::LoadAttrClass | Instruction::LoadAttrClassWithMetaclassCheck => {
                    let owner = unsafe { stack.peek(1) };
                    let Some(value) = self.class_attribute(unit.op, index!(), owner) else {
                        aside!(unit);
                        next!();
                    };
                    let owner = unsafe { stack.pop() };
                    unsafe { stack.push(owned(value)) };
                    if arg & 1 != 0 {
                        unsafe { stack.push(0) };
                    }
                    release!(owner);
                    here = here.wrapping_add(10);
                }
                Instruction::LoadAttrMethodNoDict => {
                    attribute!(Instruction::LoadAttrMethodNoDict, true);
                }
                Instruction::LoadAttrMethodWithValues => {
                    attribute!(Instruction::LoadAttrMethodWithValues, true);
                }
                Instruction::LoadAttrWithHint => attribute!(Instruction::LoadAttrWithHint, false),
                Instruction::LoadAttrNondescriptorNoDict
                | Instruction::LoadAttrNondescriptorWithValues
                | Instruction::LoadAttrSlot => attribute!(unit.op, false),
                Instruction::StoreAttrInstanceValue | Instruction::StoreAttrWithHint => {
                    let owner = unsafe { stack.peek(1) };
                    let Some((dict, at)) = self.stored_in(index!(), owner) else {
                        aside!(unit);
                        next!();
                    };
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
                                self.place_is(index!(), place);
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
                            next!();
                        }
                    }
                    here = here.wrapping_add(5);
                }
                Instruction::StoreAttrSlot => {
                    let owner = unsafe { stack.peek(1) };
                    if self.version_of(index!(), owner).is_none() {
                        aside!(unit);
                        next!();
                    }
                    let at = self.code.instructions.read_cache_u16(index!() + 4) as i16;
                    let (owner, value) = unsafe { (stack.pop(), stack.pop()) };
                    tell!();
                    // SAFETY: both were taken off the stack just now.
                    unsafe {
                        let value = to_stack_ref(value).map(PyStackRef::to_pyobj);
                        if let Some(owner) = to_stack_ref(owner) {
                            owner.as_object().set_slot(at.into(), value);
                        }
                    }
                    here = here.wrapping_add(5);
                }
                Instruction::BuildTuple { .. } => {
                    tell!();
                    let values = self.take_values(arg);
                    let tuple = vm.ctx.new_tuple(values);
                    stack = Stack::of(self.localsplus);
                    unsafe { stack.push(owned(tuple.into())) };
                    here = here.wrapping_add(1);
                }
                Instruction::FormatSimple => {
                    if unsafe { stack.peek(1) }.downcast_ref_if_exact::<PyStr>(vm).is_none() {
                        break;
                    }
                    here = here.wrapping_add(1);
                }
                Instruction::CallPyGeneral => {
                    elsewhere!(
                        3,
                        if !self.enter_general(index!(), arg, false, vm) {
                            break;
                        }
                    );
                }
                Instruction::CallKwPy => {
                    elsewhere!(
                        3,
                        if !self.enter_general(index!(), arg, true, vm) {
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
                    here = here.wrapping_add(1);
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
                    here = here.wrapping_add(2);
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
            // SAFETY: `here` is where the code's own flow leads.
            unit = unsafe { CodeUnits::read_unit_from(here, 0) };
            arg = usize::from(u8::from(unit.arg));
        }
        self.localsplus.stack_top = stack.depth();
        let mut index = index!();
        if core::ptr::eq(here, far) {
            index -= 1;
        }
        Stopped::Before { index, called: false }
    }
}
