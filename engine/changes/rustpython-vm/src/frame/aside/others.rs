//! Instructions beside the loop that run less often than most, but in the middle of what runs much.

use super::super::ExecutingFrame;
use crate::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyCoroutine, PyDict, PyGenerator, PyList, PyTuple, PyType},
    bytecode::{CommonConstant, IntrinsicFunction1, Label, LoadSuperAttr, Opcode},
    protocol::PyIterReturn,
    types::PyTypeFlags,
};

impl ExecutingFrame<'_> {
    /// Does the instruction, with its `arg`, if it is one of these; says whether it was done.
    pub(super) fn other(
        &mut self,
        opcode: Opcode,
        arg: u32,
        vm: &VirtualMachine,
    ) -> PyResult<bool> {
        match opcode {
            Opcode::LoadSuperAttrMethod => return self.load_super_method(arg, vm),
            Opcode::LoadSuperAttr => {
                let attribute = LoadSuperAttr::from_u32(arg);
                self.adaptive(|s, ii, cb| s.specialize_load_super_attr(vm, attribute, ii, cb));
                self.load_super_attr(vm, attribute)?;
            }
            Opcode::LoadCommonConstant => {
                let Some(value) = common_constant(arg, vm) else { return Ok(false) };
                self.push_value(value);
            }
            Opcode::CallIntrinsic1 => {
                let Ok(function) = IntrinsicFunction1::try_from(arg) else { return Ok(false) };
                let value = self.pop_value();
                let value = self.call_intrinsic_1(function, value, vm)?;
                self.push_value(value);
            }
            Opcode::ListExtend => return Ok(self.extend_list(arg, vm)),
            Opcode::DictMerge | Opcode::DictUpdate => return self.merge_dicts(opcode, arg, vm),
            Opcode::StoreGlobal => {
                let value = self.pop_value();
                self.globals().set_item(self.code.names[arg as usize], value, vm)?;
            }
            Opcode::Send => self.send_once(arg, vm)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The method that comes behind a class in the order of bases, with its object.
    fn load_super_method(&mut self, arg: u32, vm: &VirtualMachine) -> PyResult<bool> {
        let (object, class, asked) = (self.top_value(), self.nth_value(1), self.nth_value(2));
        if !asked.is(vm.ctx.types.super_type) {
            return Ok(false);
        }
        let name = self.code.names[(arg >> 2) as usize];
        let found = class
            .downcast_ref::<PyType>()
            .and_then(|class| object.class().attribute_behind(class, name));
        let is_method = |found: &PyObjectRef| {
            found.class().slots().flags.has_feature(PyTypeFlags::METHOD_DESCRIPTOR)
        };
        let Some(method) = found.filter(is_method) else { return Ok(false) };
        let object = self.pop_value();
        let (class, asked) = (self.pop_stackref(), self.pop_stackref());
        self.push_value(method);
        self.push_value(object);
        drop((class, asked));
        Ok(true)
    }

    /// Adds the elements of a list or a tuple to the list below.
    fn extend_list(&mut self, place: u32, vm: &VirtualMachine) -> bool {
        let values = self.top_value();
        let values = if let Some(list) = values.downcast_ref_if_exact::<PyList>(vm) {
            list.borrow_vec().to_vec()
        } else if let Some(tuple) = values.downcast_ref_if_exact::<PyTuple>(vm) {
            tuple.as_slice().to_vec()
        } else {
            return false;
        };
        let Some(list) = self.nth_value(place).downcast_ref::<PyList>() else { return false };
        list.borrow_vec_mut().extend(values);
        drop(self.pop_stackref());
        true
    }

    /// Adds the entries of a dict to the one below: for named arguments, only if that is empty, so that
    /// no name comes twice.
    fn merge_dicts(&mut self, opcode: Opcode, place: u32, vm: &VirtualMachine) -> PyResult<bool> {
        if place == 0 || self.top_value().downcast_ref_if_exact::<PyDict>(vm).is_none() {
            return Ok(false);
        }
        let Some(dict) = self.nth_value(place).downcast_ref_if_exact::<PyDict>(vm) else {
            return Ok(false);
        };
        if opcode == Opcode::DictMerge && dict.__len__() != 0 {
            return Ok(false);
        }
        let dict = dict.to_owned();
        let source = self.pop_value();
        dict.merge_object(source, vm)?;
        Ok(true)
    }

    /// Sends a value to what is waited for, which gives another or ends.
    fn send_once(&mut self, beyond: u32, vm: &VirtualMachine) -> PyResult<()> {
        self.adaptive(|s, ii, cb| s.specialize_send(vm, ii, cb));
        let end = Label::from_u32(self.lasti() + 1 + beyond);
        let value = self.pop_value();
        let receiver = self.top_value();
        let is_coroutine = receiver.downcast_ref_if_exact::<PyGenerator>(vm).is_some()
            || receiver.downcast_ref_if_exact::<PyCoroutine>(vm).is_some();
        let given = match self.builtin_coro(receiver) {
            Some(coroutine) if is_coroutine && vm.is_none(&value) => {
                coroutine.send_none(receiver, vm)?
            }
            _ => self._send(receiver, value, vm)?,
        };
        match given {
            PyIterReturn::Return(value) => self.push_value(value),
            PyIterReturn::StopIteration(value) => {
                if vm.use_tracing.get() && self.trace_is_set(vm) {
                    let stop = vm.new_stop_iteration(value.clone());
                    self.fire_exception_trace(&stop, vm)?;
                }
                self.push_value(vm.unwrap_or_none(value));
                self.jump(end);
            }
        }
        Ok(())
    }
}

/// What an instruction loads that needs no name.
fn common_constant(index: u32, vm: &VirtualMachine) -> Option<PyObjectRef> {
    Some(match CommonConstant::try_from(index).ok()? {
        CommonConstant::AssertionError => vm.ctx.exceptions.assertion_error.to_owned().into(),
        CommonConstant::NotImplementedError => {
            vm.ctx.exceptions.not_implemented_error.to_owned().into()
        }
        CommonConstant::BuiltinTuple => vm.ctx.types.tuple_type.to_owned().into(),
        CommonConstant::BuiltinList => vm.ctx.types.list_type.to_owned().into(),
        CommonConstant::BuiltinSet => vm.ctx.types.set_type.to_owned().into(),
        CommonConstant::BuiltinAll => vm.callable_cache.builtin_all.clone()?,
        CommonConstant::BuiltinAny => vm.callable_cache.builtin_any.clone()?,
    })
}
