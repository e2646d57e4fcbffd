//! Attributes of objects of another class than the instruction was specialised for, as where a loop goes
//! through objects of several classes.

use super::super::{ExecutingFrame, misses};
use crate::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseObject, PyFunction, PyStrInterned},
    bytecode::LoadAttr,
    types::{GetattroFunc, fn_addr},
};

/// An attribute that is there without anything of Python being run.
enum Found {
    /// A function of the class, for the object.
    Method(PyObjectRef),
    Value(PyObjectRef),
}

impl ExecutingFrame<'_> {
    /// Loads an attribute of the topmost value, for an instruction at `index` that is for another class. Says
    /// whether it did: the big loop knows why the instruction did not find one of its own class.
    pub(super) fn load_from_another(
        &mut self,
        index: usize,
        oparg: LoadAttr,
        vm: &VirtualMachine,
    ) -> PyResult<bool> {
        let owner = self.top_value();
        if misses::had_threads() || self.version_of(index, owner).is_some() {
            return Ok(false);
        }
        let name = self.code.names[oparg.name_idx() as usize];
        let Some(found) = plain_attribute(owner, name, oparg.is_method(), vm) else {
            self.load_attr_slow(vm, oparg)?;
            return Ok(true);
        };
        self.note_miss();
        let owner = self.pop_stackref();
        match found {
            Found::Method(function) => {
                self.push_value(function);
                self.push_stackref_opt(Some(owner));
            }
            Found::Value(value) => {
                self.push_value(value);
                if oparg.is_method() {
                    self.push_null();
                }
                drop(owner);
            }
        }
        Ok(true)
    }

    /// The same for an attribute of a class.
    pub(super) fn load_from_another_class(
        &mut self,
        oparg: LoadAttr,
        vm: &VirtualMachine,
    ) -> PyResult<bool> {
        if misses::had_threads() {
            return Ok(false);
        }
        self.load_attr_slow(vm, oparg)?;
        Ok(true)
    }

    /// Stores an attribute of the topmost value, for an instruction at `index` that is for another class. Says
    /// whether it did.
    pub(super) fn store_in_another(
        &mut self,
        index: usize,
        name: u32,
        vm: &VirtualMachine,
    ) -> PyResult<bool> {
        if misses::had_threads() || self.version_of(index, self.top_value()).is_some() {
            return Ok(false);
        }
        self.store_attr(vm, name)?;
        Ok(true)
    }
}

/// What an object's own dict has, or a plain function or value of its class. None for all else. There is one
/// thread.
fn plain_attribute(
    owner: &PyObject,
    name: &'static PyStrInterned,
    may_bind: bool,
    vm: &VirtualMachine,
) -> Option<Found> {
    let class = owner.class();
    let getter = class.slots().getattro.load()?;
    if fn_addr(getter) != fn_addr(PyBaseObject::getattro as GetattroFunc) {
        return None;
    }
    let of_class = class.lookup_ref_and_version_interned(name, vm).0;
    let is_function =
        of_class.as_ref().is_some_and(|it| it.downcast_ref_if_exact::<PyFunction>(vm).is_some());
    let is_plain = of_class.as_ref().is_none_or(|it| it.class().slots().descr_get.load().is_none());
    if !is_plain && !(is_function && may_bind) {
        return None;
    }
    let own = owner.instance_dict().and_then(|it| it.dict.deref());
    if let Some(dict) = own
        && let Some(value) = dict.inner_getitem_opt(name, vm).ok()?
    {
        return Some(Found::Value(value));
    }
    let of_class = of_class?;
    Some(if is_function { Found::Method(of_class) } else { Found::Value(of_class) })
}
