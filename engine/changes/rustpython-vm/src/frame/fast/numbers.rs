//! Ints and floats in the small loop.

use super::stack::{borrowed, owned, to_stack_ref};
use crate::{
    AsObject, Py, PyObject, VirtualMachine,
    builtins::{PyFloat, PyInt},
    bytecode::{BinaryOperator, ComparisonOperator, OpArgByte},
    types::PyComparisonOp,
    vm::Context,
};

/// The value of an exact `int` that fits.
#[inline(always)]
pub(in crate::frame) fn small_int(value: &PyObject, vm: &VirtualMachine) -> Option<i64> {
    value.downcast_ref_if_exact::<PyInt>(vm)?.try_to_i64_fast()
}

#[inline(always)]
pub(super) fn float(value: &PyObject, vm: &VirtualMachine) -> Option<f64> {
    Some(value.downcast_ref_if_exact::<PyFloat>(vm)?.to_f64())
}

/// The value of a float, or of an int that a float holds exactly.
#[inline(always)]
fn number(value: &PyObject, vm: &VirtualMachine) -> Option<f64> {
    const EXACT: i64 = 1 << 53;
    float(value, vm).or_else(|| {
        let int = small_int(value, vm)?;
        (-EXACT..=EXACT).contains(&int).then_some(int as f64)
    })
}

/// What a comparison of two numbers gives.
#[inline(always)]
pub(super) fn compared(
    arg: usize,
    a: &PyObject,
    b: &PyObject,
    vm: &VirtualMachine,
) -> Option<bool> {
    let operator: PyComparisonOp = ComparisonOperator::try_from(arg as u32).ok()?.into();
    if let (Some(a), Some(b)) = (small_int(a, vm), small_int(b, vm)) {
        return Some(operator.eval_ord(a.cmp(&b)));
    }
    // What is no number is not equal, and nothing else.
    let order = number(a, vm)?.partial_cmp(&number(b, vm)?);
    Some(order.map_or(operator == PyComparisonOp::Ne, |order| operator.eval_ord(order)))
}

/// What an operator makes of two numbers, of which one is a float, or of ints that it divides; none
/// where that is for somebody else to do: to raise, too.
#[inline(always)]
pub(super) fn calculated_float(
    operator: OpArgByte,
    a: &PyObject,
    b: &PyObject,
    is_general: bool,
    vm: &VirtualMachine,
) -> Option<f64> {
    let operator = BinaryOperator::try_from(u32::from(u8::from(operator))).ok()?;
    let divides =
        matches!(operator, BinaryOperator::TrueDivide | BinaryOperator::InplaceTrueDivide);
    let floats = u8::from(float(a, vm).is_some()) + u8::from(float(b, vm).is_some());
    // Two floats have instructions of their own, which a general one becomes.
    if !divides && (floats == 0 || floats == 2 && is_general) {
        return None;
    }
    let (a, b) = (number(a, vm)?, number(b, vm)?);
    match operator {
        BinaryOperator::Add | BinaryOperator::InplaceAdd => Some(a + b),
        BinaryOperator::Subtract | BinaryOperator::InplaceSubtract => Some(a - b),
        BinaryOperator::Multiply | BinaryOperator::InplaceMultiply => Some(a * b),
        _ => (divides && b != 0.0).then(|| a / b),
    }
}

/// What an operator makes of two ints; none if that does not fit, or is for somebody else to do.
#[inline(always)]
pub(super) fn calculated(operator: OpArgByte, a: i64, b: i64) -> Option<i64> {
    let operator = BinaryOperator::try_from(u32::from(u8::from(operator))).ok()?;
    match operator {
        BinaryOperator::Add | BinaryOperator::InplaceAdd => a.checked_add(b),
        BinaryOperator::Subtract | BinaryOperator::InplaceSubtract => a.checked_sub(b),
        BinaryOperator::Multiply | BinaryOperator::InplaceMultiply => a.checked_mul(b),
        BinaryOperator::And | BinaryOperator::InplaceAnd => Some(a & b),
        BinaryOperator::Or | BinaryOperator::InplaceOr => Some(a | b),
        BinaryOperator::Xor | BinaryOperator::InplaceXor => Some(a ^ b),
        BinaryOperator::Remainder | BinaryOperator::InplaceRemainder => {
            let rest = a.checked_rem(b)?;
            Some(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest })
        }
        BinaryOperator::FloorDivide | BinaryOperator::InplaceFloorDivide => {
            let quotient = a.checked_div(b)?;
            let rest = a % b;
            Some(if rest != 0 && (rest < 0) != (b < 0) { quotient - 1 } else { quotient })
        }
        BinaryOperator::Rshift | BinaryOperator::InplaceRshift => {
            u32::try_from(b).ok().map(|by| a.checked_shr(by).unwrap_or(a >> 63))
        }
        BinaryOperator::Lshift | BinaryOperator::InplaceLshift => {
            let shifted = a.checked_shl(u32::try_from(b).ok()?)?;
            (shifted >> b == a).then_some(shifted)
        }
        _ => None,
    }
}

/// Puts an int into `place` of a stack, in the object that is there if nobody else has it.
///
/// # Safety
/// `place` is of a stack, and holds nothing or an int.
#[inline(always)]
pub(super) unsafe fn put_int(place: &mut usize, value: i64, context: &Context) {
    if let Ok(small) = i32::try_from(value)
        && Context::INT_CACHE_POOL_RANGE.contains(&small)
    {
        let was = core::mem::replace(place, borrowed(context.cached_int(small).as_object()));
        // SAFETY: it was on the stack. An int's end runs nothing.
        drop(unsafe { to_stack_ref(was) });
        return;
    }
    if *place != 0 && *place & 1 == 0 {
        // SAFETY: the stack has a count of this object; the caller says that it is an int.
        if let Some(int) = unsafe { Py::<PyInt>::unshared(*place as *mut Py<PyInt>) } {
            *int = PyInt::from(value);
            return;
        }
    }
    let was = core::mem::replace(place, owned(context.new_int(value).into()));
    // SAFETY: as above.
    drop(unsafe { to_stack_ref(was) });
}

/// Gives a local variable that has an int another one: in the object that is there, if nobody else has it.
///
/// # Safety
/// `local` is a local variable that has an int.
#[inline(always)]
pub(super) unsafe fn store_int(local: &mut usize, value: i64, context: &Context) {
    let is_small =
        i32::try_from(value).ok().filter(|small| Context::INT_CACHE_POOL_RANGE.contains(small));
    let number = match is_small {
        Some(small) => context.cached_int(small).to_owned(),
        None => {
            // SAFETY: the variable has a count of this object; the caller says that it is an int.
            if let Some(int) = unsafe { Py::<PyInt>::unshared(*local as *mut Py<PyInt>) } {
                *int = PyInt::from(value);
                return;
            }
            context.new_int(value)
        }
    };
    let was = core::mem::replace(local, owned(number.into()));
    // SAFETY: the variable had it. An int's end runs nothing.
    drop(unsafe { to_stack_ref(was) });
}

/// The same for a float.
///
/// # Safety
/// `local` is a local variable that has a float.
#[inline(always)]
pub(super) unsafe fn store_float(local: &mut usize, value: f64, context: &Context) {
    // SAFETY: as for ints.
    if let Some(float) = unsafe { Py::<PyFloat>::unshared(*local as *mut Py<PyFloat>) } {
        *float = PyFloat::from(value);
        return;
    }
    let was = core::mem::replace(local, owned(context.new_float(value).into()));
    // SAFETY: as for ints.
    drop(unsafe { to_stack_ref(was) });
}

/// Puts a float into `place`, as an int.
///
/// # Safety
/// `place` is of a stack, and holds a float.
#[inline(always)]
pub(super) unsafe fn put_float(place: &mut usize, value: f64, context: &Context) {
    if *place & 1 == 0 {
        // SAFETY: the stack has a count of this object; the caller says that it is a float.
        if let Some(float) = unsafe { Py::<PyFloat>::unshared(*place as *mut Py<PyFloat>) } {
            *float = PyFloat::from(value);
            return;
        }
    }
    let was = core::mem::replace(place, owned(context.new_float(value).into()));
    // SAFETY: as above.
    drop(unsafe { to_stack_ref(was) });
}
