//! Elements of sequences in the small loop.

use super::{numbers::small_int, stack::to_stack_ref};
use crate::{
    AsObject, PyObject, PyObjectRef, PyStackRef, VirtualMachine,
    builtins::{
        PyBytes, PyDict, PyList, PyStr, PyTuple, PyType, list::PyListIterator,
        tuple::PyTupleIterator,
    },
    bytecode::{CodeUnit, CodeUnits, Instruction},
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
        if let Some(values) = list.alone() {
            // SAFETY: nothing of the engine runs here while the reference lives.
            let values = unsafe { &*values };
            return values.get(place(at, values.len(), vm)?).cloned();
        }
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
    if let Some(values) = list.alone_to_change() {
        // SAFETY: as for `element`.
        let values = unsafe { &mut *values };
        let at = place(at, values.len(), vm)?;
        // SAFETY: as the caller says.
        let value = unsafe { to_stack_ref(value) }.map(PyStackRef::to_pyobj)?;
        return Some(core::mem::replace(&mut values[at], value));
    }
    let mut values = list.borrow_vec_mut();
    let at = place(at, values.len(), vm)?;
    // SAFETY: as the caller says.
    let value = unsafe { to_stack_ref(value) }.map(PyStackRef::to_pyobj)?;
    Some(core::mem::replace(&mut values[at], value))
}

/// What the iterator of a list or a tuple gives next, if it is one, and if there is more.
#[inline(always)]
pub(super) fn next_element(
    iterator: &PyObject,
    vm: &VirtualMachine,
) -> Option<Option<PyObjectRef>> {
    if let Some(list) = iterator.downcast_ref_if_exact::<PyListIterator>(vm) {
        return Some(list.fast_next());
    }
    Some(iterator.downcast_ref_if_exact::<PyTupleIterator>(vm)?.fast_next())
}

/// Where a loop leads whose iterator is at its end, and which ends at `index`.
///
/// # Safety
/// There is an instruction.
#[inline(always)]
pub(super) unsafe fn behind_loop(end: *const CodeUnit) -> *const CodeUnit {
    let unit = unsafe { CodeUnits::read_unit_from(end, 0) };
    let is_end = matches!(unit.op, Instruction::EndFor | Instruction::InstrumentedEndFor);
    end.wrapping_add(usize::from(is_end))
}

/// The length of an object of a built-in type.
#[inline(always)]
pub(super) fn length(object: &PyObject, vm: &VirtualMachine) -> Option<usize> {
    if let Some(list) = object.downcast_ref_if_exact::<PyList>(vm) {
        // SAFETY: as for `element`.
        return Some(
            list.alone().map_or_else(|| list.borrow_vec().len(), |it| unsafe { (*it).len() }),
        );
    }
    if let Some(text) = object.downcast_ref_if_exact::<PyStr>(vm) {
        return Some(text.char_len());
    }
    if let Some(dict) = object.downcast_ref_if_exact::<PyDict>(vm) {
        return Some(dict.__len__());
    }
    if let Some(bytes) = object.downcast_ref_if_exact::<PyBytes>(vm) {
        return Some(bytes.as_bytes().len());
    }
    Some(object.downcast_ref_if_exact::<PyTuple>(vm)?.as_slice().len())
}

/// Whether `object` is an instance of `class`, a class or some in a tuple, where nobody need be asked.
pub(super) fn is_instance(
    object: &PyObject,
    class: &PyObject,
    vm: &VirtualMachine,
) -> Option<bool> {
    let own = object.class();
    if own.is(class) {
        return Some(true);
    }
    if class.class().is(vm.ctx.types.type_type) {
        if class.downcast_ref::<PyType>().is_some_and(|class| own.fast_issubclass(class)) {
            return Some(true);
        }
        // Objects of other types may say that they are of another class.
        let types = &vm.ctx.types;
        let plain = [
            types.str_type,
            types.int_type,
            types.dict_type,
            types.list_type,
            types.tuple_type,
            types.float_type,
            types.none_type,
            types.bool_type,
            types.bytes_type,
        ];
        return plain.iter().any(|plain| own.is(*plain)).then_some(false);
    }
    for class in class.downcast_ref_if_exact::<PyTuple>(vm)?.as_slice() {
        if class.downcast_ref_if_exact::<PyTuple>(vm).is_some() {
            return None;
        }
        if is_instance(object, class, vm)? {
            return Some(true);
        }
    }
    Some(false)
}
