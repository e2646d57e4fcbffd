//! Dicts, sets, slices and membership.

use super::super::{
    ExecutingFrame,
    fast::{character, element, small_int},
};
use crate::{
    AsObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{PyBytes, PyDict, PyFrozenSet, PySet, PySlice},
    bytecode::{Instruction, Invert, OpArgByte},
};

impl ExecutingFrame<'_> {
    pub(super) fn is_in_set(
        &mut self,
        instruction: Instruction,
        arg: OpArgByte,
        vm: &VirtualMachine,
    ) -> PyResult<bool> {
        let set = self.top_value();
        if set.downcast_ref_if_exact::<PySet>(vm).is_none()
            && set.downcast_ref_if_exact::<PyFrozenSet>(vm).is_none()
        {
            return Ok(false);
        }
        let is_in = vm._contains(set, self.nth_value(1))?;
        self.pop_stackref();
        self.pop_stackref();
        let is_not = matches!(Invert::try_from(u8::from(arg)), Ok(Invert::Yes));
        self.push_bool_or_fused_jump(instruction.cache_entries(), is_in != is_not, vm);
        Ok(true)
    }

    pub(super) fn store_in_dict(&mut self, vm: &VirtualMachine) -> PyResult<bool> {
        if self.nth_value(1).downcast_ref_if_exact::<PyDict>(vm).is_none() {
            return Ok(false);
        }
        let (key, dict) = (self.pop_stackref(), self.pop_stackref());
        let value = self.pop_value();
        if let Some(dict) = dict.as_object().downcast_ref::<PyDict>() {
            dict.set_item(key.as_object(), value, vm)?;
        }
        Ok(true)
    }

    pub(super) fn load_from_dict(&mut self, vm: &VirtualMachine) -> PyResult<bool> {
        let Some(dict) = self.nth_value(1).downcast_ref_if_exact::<PyDict>(vm) else {
            return Ok(false);
        };
        let found = dict.get_item_opt(self.top_value(), vm)?;
        let key = self.pop_stackref();
        let dict = self.pop_stackref();
        let Some(value) = found else {
            return Err(vm.new_key_error(key.to_pyobj()));
        };
        self.push_value(value);
        drop((key, dict));
        Ok(true)
    }

    pub(super) fn is_in_dict(
        &mut self,
        instruction: Instruction,
        arg: OpArgByte,
        vm: &VirtualMachine,
    ) -> PyResult<bool> {
        let Some(dict) = self.top_value().downcast_ref_if_exact::<PyDict>(vm) else {
            return Ok(false);
        };
        let is_in = dict.get_item_opt(self.nth_value(1), vm)?.is_some();
        self.pop_stackref();
        self.pop_stackref();
        let is_not = matches!(Invert::try_from(u8::from(arg)), Ok(Invert::Yes));
        self.push_bool_or_fused_jump(instruction.cache_entries(), is_in != is_not, vm);
        Ok(true)
    }

    /// Whether the value below is in the one on top.
    pub(super) fn is_in(
        &mut self,
        instruction: Instruction,
        arg: OpArgByte,
        vm: &VirtualMachine,
    ) -> PyResult<bool> {
        self.adaptive(|s, ii, cb| s.specialize_contains_op(vm, ii, cb));
        let container = self.pop_stackref();
        let element = self.pop_stackref();
        let is_in = vm._contains(container.as_object(), element.as_object())?;
        let is_not = matches!(Invert::try_from(u8::from(arg)), Ok(Invert::Yes));
        self.push_bool_or_fused_jump(instruction.cache_entries(), is_in != is_not, vm);
        Ok(true)
    }

    /// The topmost two values as a slice of what is below them.
    fn pop_slice(&mut self, vm: &VirtualMachine) -> PyObjectRef {
        let stop = self.pop_value();
        let start = self.pop_value();
        PySlice { start: Some(start), stop, step: None }.into_ref(&vm.ctx).into()
    }

    pub(super) fn load_slice(&mut self, vm: &VirtualMachine) -> PyResult<bool> {
        let slice = self.pop_slice(vm);
        let container = self.pop_value();
        let value = container.get_item(&*slice, vm)?;
        self.push_value(value);
        Ok(true)
    }

    pub(super) fn store_slice(&mut self, vm: &VirtualMachine) -> PyResult<bool> {
        let slice = self.pop_slice(vm);
        let container = self.pop_value();
        let value = self.pop_value();
        container.set_item(&*slice, value, vm)?;
        Ok(true)
    }

    pub(super) fn build_set(&mut self, count: usize, vm: &VirtualMachine) -> PyResult<bool> {
        let set = PySet::default().into_ref(&vm.ctx);
        for element in self.pop_multiple(count) {
            set.add(element, vm)?;
        }
        self.push_value(set.into());
        Ok(true)
    }

    /// Loads an element that no instruction is specialised for: of bytes, or from the end. Says whether there
    /// was such a one.
    pub(super) fn load_plain_element(&mut self, vm: &VirtualMachine) -> bool {
        let (container, at) = (self.nth_value(1), self.top_value());
        let is_bytes = container.downcast_ref_if_exact::<PyBytes>(vm).is_some();
        if !is_bytes && small_int(at, vm).is_none_or(|at| at >= 0) {
            return false;
        }
        let found = element(container, at, vm).or_else(|| character(container, at, vm));
        let Some(value) = found else { return false };
        let (at, container) = (self.pop_stackref(), self.pop_stackref());
        self.push_value(value);
        drop((at, container));
        true
    }
}
