//! Comparing ints, floats and texts as they are. Nothing of Python runs in between, so nothing that is
//! being looked through can change.

use super::{PyBytes, PyFloat, PyInt, PyStr, PyTuple};
use crate::{AsObject, Py, PyObject, PyObjectRef, VirtualMachine, common::hash::PyHash};

/// Whether two values are equal, as a list asks: a value equals itself, NaN too. None if only their own
/// methods can tell.
#[inline]
pub(crate) fn are_equal(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> Option<bool> {
    if a.is(b) {
        return Some(true);
    }
    if let Some(a) = a.downcast_ref_if_exact::<PyInt>(vm) {
        let b = b.downcast_ref_if_exact::<PyInt>(vm)?;
        return Some(match (a.try_to_i64_fast(), b.try_to_i64_fast()) {
            (Some(a), Some(b)) => a == b,
            _ => a.as_bigint() == b.as_bigint(),
        });
    }
    if let Some(a) = a.downcast_ref_if_exact::<PyStr>(vm) {
        return Some(a.as_bytes() == b.downcast_ref_if_exact::<PyStr>(vm)?.as_bytes());
    }
    if let Some(a) = a.downcast_ref_if_exact::<PyFloat>(vm) {
        return Some(a.to_f64() == b.downcast_ref_if_exact::<PyFloat>(vm)?.to_f64());
    }
    if let Some(a) = a.downcast_ref_if_exact::<PyBytes>(vm) {
        return Some(a.as_bytes() == b.downcast_ref_if_exact::<PyBytes>(vm)?.as_bytes());
    }
    let (a, b) = (a.downcast_ref_if_exact(vm)?, b.downcast_ref_if_exact(vm)?);
    tuples_are_equal(a, b, NESTED, vm)
}

/// How deep tuples are looked into.
const NESTED: usize = 8;

/// The same for two tuples, and for those within them.
fn tuples_are_equal(
    a: &Py<PyTuple>,
    b: &Py<PyTuple>,
    nested: usize,
    vm: &VirtualMachine,
) -> Option<bool> {
    let (a, b) = (a.as_slice(), b.as_slice());
    for (a, b) in a.iter().zip(b) {
        let tuples = a.downcast_ref_if_exact(vm).zip(b.downcast_ref_if_exact(vm));
        let is_equal = match tuples {
            _ if a.is(b) => true,
            Some((a, b)) => tuples_are_equal(a, b, nested.checked_sub(1)?, vm)?,
            None => are_equal(a, b, vm)?,
        };
        if !is_equal {
            return Some(false);
        }
    }
    Some(a.len() == b.len())
}

/// Whether the first value is less than the second. None if only their own methods can tell.
#[inline]
pub(crate) fn is_less(a: &PyObject, b: &PyObject, vm: &VirtualMachine) -> Option<bool> {
    if let Some(a) = a.downcast_ref_if_exact::<PyInt>(vm) {
        let b = b.downcast_ref_if_exact::<PyInt>(vm)?;
        return Some(match (a.try_to_i64_fast(), b.try_to_i64_fast()) {
            (Some(a), Some(b)) => a < b,
            _ => a.as_bigint() < b.as_bigint(),
        });
    }
    if let Some(a) = a.downcast_ref_if_exact::<PyStr>(vm) {
        return Some(a.as_bytes() < b.downcast_ref_if_exact::<PyStr>(vm)?.as_bytes());
    }
    let a = a.downcast_ref_if_exact::<PyFloat>(vm)?;
    Some(a.to_f64() < b.downcast_ref_if_exact::<PyFloat>(vm)?.to_f64())
}

/// How many values at the start of both are equal, up to the first that differ or that are not plain.
pub(crate) fn equal_at_start(a: &[PyObjectRef], b: &[PyObjectRef], vm: &VirtualMachine) -> usize {
    let pairs = a.iter().zip(b);
    pairs.take_while(|(a, b)| are_equal(a, b, vm) == Some(true)).count()
}

/// The hash of an int or a text, and of a tuple that was asked for it before. None for all else.
#[inline]
pub(crate) fn hash(value: &PyObject, vm: &VirtualMachine) -> Option<PyHash> {
    if let Some(int) = value.downcast_ref_if_exact::<PyInt>(vm) {
        return Some(int.hash_of_value());
    }
    if let Some(text) = value.downcast_ref_if_exact::<PyStr>(vm) {
        return Some(text.hash(vm));
    }
    value.downcast_ref_if_exact::<PyTuple>(vm)?.known_hash()
}
