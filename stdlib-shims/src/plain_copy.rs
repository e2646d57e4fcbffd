//! `copy.deepcopy` of plain data: dicts, lists and tuples of texts, numbers and None, as JSON gives.

#![forbid(unsafe_code)]

use rustpython_vm::{
    AsObject, Context, PyObject, PyObjectRef, PyPayload, VirtualMachine,
    builtins::{PyDict, PyList, PyModuleDef, PyTuple},
};
use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

/// The module `_krait_copy`, which `copy.deepcopy` asks first.
pub(crate) fn module_def(context: &Context) -> &'static PyModuleDef {
    _krait_copy::module_def(context)
}

/// How deep data may be nested. Beyond that `copy` itself says where the stack ends.
const DEPTH_LIMIT: usize = 60;

/// What makes an object no plain data.
struct NotPlain;

/// Mixes an address, whose lowest bits say nothing.
#[derive(Default)]
struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }

    fn write_usize(&mut self, number: usize) {
        let mixed = (self.0 ^ number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

/// A copy that is being made.
struct Copies<'a> {
    vm: &'a VirtualMachine,
    /// By the address of an object that may be met again: its copy, which is another object.
    made: HashMap<usize, PyObjectRef, BuildHasherDefault<AddressHasher>>,
    depth: usize,
}

impl<'a> Copies<'a> {
    fn new(vm: &'a VirtualMachine) -> Self {
        Self { vm, made: HashMap::default(), depth: 0 }
    }

    /// The copy of an object, or None if it is its own. Who has more owners than `known` may be
    /// met again.
    fn of(&mut self, object: &PyObject, known: usize) -> Result<Option<PyObjectRef>, NotPlain> {
        let types = &self.vm.ctx.types;
        let class = object.class();
        if class.is(types.str_type)
            || class.is(types.int_type)
            || class.is(types.float_type)
            || class.is(types.bool_type)
            || class.is(types.none_type)
            || class.is(types.bytes_type)
        {
            return Ok(None);
        }
        if self.depth == DEPTH_LIMIT {
            return Err(NotPlain);
        }
        let is_shared = object.strong_count() > known;
        if is_shared && let Some(made) = self.made.get(&object.get_id()) {
            return Ok(Some(made.clone()));
        }
        self.depth += 1;
        let copy = if class.is(types.dict_type) {
            self.of_dict(object, is_shared).map(Some)
        } else if class.is(types.list_type) {
            self.of_list(object, is_shared).map(Some)
        } else if class.is(types.tuple_type) {
            self.of_tuple(object, is_shared)
        } else {
            Err(NotPlain)
        };
        self.depth -= 1;
        copy
    }

    fn note(&mut self, is_shared: bool, object: &PyObject, copy: &PyObject) {
        if is_shared {
            self.made.insert(object.get_id(), copy.to_owned());
        }
    }

    fn of_dict(&mut self, object: &PyObject, is_shared: bool) -> Result<PyObjectRef, NotPlain> {
        let dict = object.downcast_ref::<PyDict>().ok_or(NotPlain)?;
        let copy = PyDict::copy(dict).into_ref(&self.vm.ctx);
        self.note(is_shared, object, copy.as_object());
        // Each key and value is the dict's, the copy's, and of this list.
        for (key, value) in copy.items_vec() {
            if self.of(&key, 3)?.is_some() {
                return Err(NotPlain);
            }
            if let Some(value) = self.of(&value, 3)? {
                copy.set_item(&*key, value, self.vm).map_err(|_| NotPlain)?;
            }
        }
        Ok(copy.into())
    }

    fn of_list(&mut self, object: &PyObject, is_shared: bool) -> Result<PyObjectRef, NotPlain> {
        let list = object.downcast_ref::<PyList>().ok_or(NotPlain)?;
        let elements = list.borrow_vec().to_vec();
        let copy = self.vm.ctx.new_list(Vec::new());
        self.note(is_shared, object, copy.as_object());
        let mut copies = Vec::with_capacity(elements.len());
        for element in elements {
            let copied = self.of(&element, 2)?;
            copies.push(copied.unwrap_or(element));
        }
        *copy.borrow_vec_mut() = copies;
        Ok(copy.into())
    }

    fn of_tuple(
        &mut self,
        object: &PyObject,
        is_shared: bool,
    ) -> Result<Option<PyObjectRef>, NotPlain> {
        let tuple = object.downcast_ref::<PyTuple>().ok_or(NotPlain)?;
        let mut copies: Option<Vec<PyObjectRef>> = None;
        for (place, element) in tuple.as_slice().iter().enumerate() {
            if let Some(copy) = self.of(element, 1)? {
                copies.get_or_insert_with(|| tuple.as_slice().to_vec())[place] = copy;
            }
        }
        // A list of the tuple may hold the tuple.
        if let Some(made) = self.made.get(&object.get_id()) {
            return Ok(Some(made.clone()));
        }
        let Some(copies) = copies else { return Ok(None) };
        let copy: PyObjectRef = self.vm.ctx.new_tuple(copies).into();
        self.note(is_shared, object, &copy);
        Ok(Some(copy))
    }
}

#[rustpython_vm::pymodule]
mod _krait_copy {
    use super::Copies;
    use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine, builtins::PyDictRef};

    /// A deep copy of plain data, itself if it is its own, or None if it is not plain, or if
    /// `dispatch` has another copier for a class of `own`.
    #[pyfunction]
    fn plain(
        data: PyObjectRef,
        dispatch: PyDictRef,
        own: PyDictRef,
        vm: &VirtualMachine,
    ) -> PyResult<Option<PyObjectRef>> {
        for (class, copier) in own.items_vec() {
            if !dispatch.get_item_opt(&*class, vm)?.is_some_and(|used| used.is(&copier)) {
                return Ok(None);
            }
        }
        Ok(match Copies::new(vm).of(&data, 0) {
            Ok(copy) => Some(copy.unwrap_or(data)),
            Err(_) => None,
        })
    }
}
