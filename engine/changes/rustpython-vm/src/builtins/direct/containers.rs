//! Methods of dicts, lists, sets and deques.

use super::Direct;
use crate::{
    AsObject, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{
        PyDict, PyInt, PyList, PySet,
        dict::{PyDictItems, PyDictKeys, PyDictValues},
    },
    function::OptionalArg,
    stdlib::_collections,
};

pub(super) fn of(class: &str, name: &str) -> Option<Direct> {
    Some(match (class, name) {
        ("dict", "get") => dict_get,
        ("dict", "items") => |dict, first, _, vm| dict_view(dict, first, vm, PyDictItems::new),
        ("dict", "keys") => |dict, first, _, vm| dict_view(dict, first, vm, PyDictKeys::new),
        ("dict", "values") => |dict, first, _, vm| dict_view(dict, first, vm, PyDictValues::new),
        ("dict", "pop") => dict_pop,
        ("dict", "setdefault") => dict_default,
        ("dict", "copy") => dict_copy,
        ("list", "append") => list_append,
        ("list", "pop") => list_pop,
        ("list", "extend") => list_extend,
        ("list", "copy") => list_copy,
        ("set", "add") => set_add,
        ("set", "discard") => set_discard,
        ("deque", "append") => |deque, first, second, vm| {
            Ok(given(first, second).and_then(|item| _collections::append(deque, item, vm)))
        },
        ("deque", "popleft") => |deque, first, _, _| {
            Ok(if first.is_none() { _collections::pop_left(deque) } else { None })
        },
        _ => return None,
    })
}

/// The only argument.
#[inline]
fn given<'a>(first: Option<&'a PyObject>, second: Option<&PyObject>) -> Option<&'a PyObject> {
    first.filter(|_| second.is_none())
}

fn dict_get(
    dict: &PyObject,
    key: Option<&PyObject>,
    default: Option<&PyObject>,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    let (Some(dict), Some(key)) = (dict.downcast_ref_if_exact::<PyDict>(vm), key) else {
        return Ok(None);
    };
    let found = dict.get_item_opt(key, vm)?;
    Ok(found.or_else(|| Some(default.map_or_else(|| vm.ctx.none(), ToOwned::to_owned))))
}

fn dict_view<V: PyPayload + core::fmt::Debug>(
    dict: &PyObject,
    first: Option<&PyObject>,
    vm: &VirtualMachine,
    view: fn(crate::builtins::PyDictRef) -> V,
) -> PyResult<Option<PyObjectRef>> {
    let dict = dict.downcast_ref_if_exact::<PyDict>(vm).filter(|_| first.is_none());
    Ok(dict.map(|dict| view(dict.to_owned()).into_pyobject(vm)))
}

fn dict_pop(
    dict: &PyObject,
    key: Option<&PyObject>,
    default: Option<&PyObject>,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    let (Some(dict), Some(key)) = (dict.downcast_ref_if_exact::<PyDict>(vm), key) else {
        return Ok(None);
    };
    let default = OptionalArg::from_option(default.map(ToOwned::to_owned));
    dict.pop(key.to_owned(), default, vm).map(Some)
}

fn dict_default(
    dict: &PyObject,
    key: Option<&PyObject>,
    default: Option<&PyObject>,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    let (Some(dict), Some(key)) = (dict.downcast_ref_if_exact::<PyDict>(vm), key) else {
        return Ok(None);
    };
    let default = default.map_or_else(|| vm.ctx.none(), ToOwned::to_owned);
    dict.setdefault(key.to_owned(), default, vm).map(Some)
}

fn dict_copy(
    dict: &PyObject,
    first: Option<&PyObject>,
    _second: Option<&PyObject>,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    let dict = dict.downcast_ref_if_exact::<PyDict>(vm).filter(|_| first.is_none());
    Ok(dict.map(|dict| dict.copy().into_pyobject(vm)))
}

fn list_append(
    list: &PyObject,
    first: Option<&PyObject>,
    second: Option<&PyObject>,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    let list = list.downcast_ref_if_exact::<PyList>(vm);
    let Some((list, item)) = list.zip(given(first, second)) else {
        return Ok(None);
    };
    list.append(item.to_owned());
    Ok(Some(vm.ctx.none()))
}

/// `list.pop`, of the last element or the one at a small int.
fn list_pop(
    list: &PyObject,
    at: Option<&PyObject>,
    second: Option<&PyObject>,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    let Some(list) = list.downcast_ref_if_exact::<PyList>(vm).filter(|_| second.is_none()) else {
        return Ok(None);
    };
    let Some(at) = at else {
        return Ok(list.borrow_vec_mut().pop());
    };
    let Some(at) = at.downcast_ref_if_exact::<PyInt>(vm).and_then(|at| at.try_to_i64_fast()) else {
        return Ok(None);
    };
    let mut elements = list.borrow_vec_mut();
    let length = elements.len();
    let at = if at < 0 { at.checked_add_unsigned(length as u64) } else { Some(at) };
    let at = at.and_then(|at| usize::try_from(at).ok()).filter(|at| *at < length);
    Ok(at.map(|at| elements.remove(at)))
}

/// `list.extend` with a list or a tuple.
fn list_extend(
    list: &PyObject,
    first: Option<&PyObject>,
    second: Option<&PyObject>,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    let list = list.downcast_ref_if_exact::<PyList>(vm);
    let Some((list, items)) = list.zip(given(first, second)) else {
        return Ok(None);
    };
    if !items.class().is(vm.ctx.types.list_type) && !items.class().is(vm.ctx.types.tuple_type) {
        return Ok(None);
    }
    list.extend(items.to_owned(), vm)?;
    Ok(Some(vm.ctx.none()))
}

fn list_copy(
    list: &PyObject,
    first: Option<&PyObject>,
    _second: Option<&PyObject>,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    let list = list.downcast_ref_if_exact::<PyList>(vm).filter(|_| first.is_none());
    Ok(list.map(|list| {
        let elements = list.borrow_vec().to_vec();
        vm.ctx.new_list(elements).into()
    }))
}

fn set_add(
    set: &PyObject,
    first: Option<&PyObject>,
    second: Option<&PyObject>,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    let set = set.downcast_ref_if_exact::<PySet>(vm);
    let Some((set, item)) = set.zip(given(first, second)) else {
        return Ok(None);
    };
    set.add(item.to_owned(), vm)?;
    Ok(Some(vm.ctx.none()))
}

fn set_discard(
    set: &PyObject,
    first: Option<&PyObject>,
    second: Option<&PyObject>,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    let set = set.downcast_ref_if_exact::<PySet>(vm);
    let Some((set, item)) = set.zip(given(first, second)) else {
        return Ok(None);
    };
    set.discard(item.to_owned(), vm)?;
    Ok(Some(vm.ctx.none()))
}
