//! Elements of sequences in the small loop.

use super::{numbers::small_int, stack::to_stack_ref};
use crate::{
    PyObject, PyObjectRef, PyStackRef, VirtualMachine,
    builtins::{PyBytes, PyList, PyStr, PyTuple, list::PyListIterator, tuple::PyTupleIterator},
    common::str::PyKindStr,
};

/// Where the element at `at` is in a sequence of `length`, from the front.
#[inline(always)]
fn place(at: &PyObject, length: usize, vm: &VirtualMachine) -> Option<usize> {
    let at = small_int(at, vm)?;
    let from_front = if at < 0 { at.checked_add(i64::try_from(length).ok()?)? } else { at };
    usize::try_from(from_front).ok().filter(|place| *place < length)
}

/// The element of a list or a tuple.
#[inline(always)]
pub(in crate::frame) fn element(
    sequence: &PyObject,
    at: &PyObject,
    vm: &VirtualMachine,
) -> Option<PyObjectRef> {
    if let Some(list) = sequence.downcast_ref_if_exact::<PyList>(vm) {
        let values = list.borrow_vec();
        return values.get(place(at, values.len(), vm)?).cloned();
    }
    let values = sequence.downcast_ref_if_exact::<PyTuple>(vm)?.as_slice();
    values.get(place(at, values.len(), vm)?).cloned()
}

/// The character of a text that has none but ASCII's, or the byte of `bytes`.
pub(in crate::frame) fn character(
    sequence: &PyObject,
    at: &PyObject,
    vm: &VirtualMachine,
) -> Option<PyObjectRef> {
    if let Some(text) = sequence.downcast_ref_if_exact::<PyStr>(vm) {
        let PyKindStr::Ascii(text) = text.as_str_kind() else { return None };
        let byte = *text.as_bytes().get(place(at, text.len(), vm)?)?;
        return Some(vm.ctx.ascii_char_cache.get(usize::from(byte))?.clone().into());
    }
    let bytes = sequence.downcast_ref_if_exact::<PyBytes>(vm)?.as_bytes();
    let byte = *bytes.get(place(at, bytes.len(), vm)?)?;
    Some(vm.ctx.new_int(byte).into())
}

/// Puts a value that lies on the stack into a list, which has its count then; gives what was there, or
/// none where nothing was done.
///
/// # Safety
/// `value` is taken off the stack, and given to nobody, if something was done.
#[inline(always)]
pub(super) unsafe fn replace_element(
    list: &PyObject,
    at: &PyObject,
    value: usize,
    vm: &VirtualMachine,
) -> Option<PyObjectRef> {
    let list = list.downcast_ref_if_exact::<PyList>(vm)?;
    let mut values = list.borrow_vec_mut();
    let at = place(at, values.len(), vm)?;
    // SAFETY: as the caller says.
    let value = unsafe { to_stack_ref(value) }.map(PyStackRef::to_pyobj)?;
    Some(core::mem::replace(&mut values[at], value))
}

/// What the iterator of a list or a tuple gives next.
#[inline(always)]
pub(super) fn next_element(iterator: &PyObject, vm: &VirtualMachine) -> Option<PyObjectRef> {
    if let Some(list) = iterator.downcast_ref_if_exact::<PyListIterator>(vm) {
        return list.fast_next();
    }
    iterator.downcast_ref_if_exact::<PyTupleIterator>(vm)?.fast_next()
}
