//! Instructions beside the loop that run less often than most, but in the middle of what runs much.

use super::super::ExecutingFrame;
use crate::{
    AsObject, PyObjectRef, PyPayload, PyResult, TryFromObject, VirtualMachine,
    builtins::{PyCoroutine, PyDict, PyGenerator, PyList, PySet, PySlice, PyStr, PyTuple, PyType},
    bytecode::{
        BinaryOperator, CommonConstant, Instruction, IntrinsicFunction1, Label, LoadSuperAttr,
        Opcode,
    },
    protocol::{PyIter, PyIterReturn},
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
            Opcode::CallTuple1 => self.call_tuple(arg, vm)?,
            Opcode::BinaryOpInplaceAddUnicode => return self.add_to_text(arg, vm),
            Opcode::LoadGlobal => {
                self.adaptive(|s, ii, cb| s.specialize_load_global(vm, arg, ii, cb));
                self.note_miss();
                let value =
                    self.load_global_or_builtin(self.code.names[(arg >> 1) as usize], vm)?;
                self.push_value(value);
                if arg & 1 != 0 {
                    self.push_null();
                }
            }
            Opcode::LoadName => return self.load_name(arg, vm),
            Opcode::StoreName => {
                let value = self.pop_value();
                let locals = self.locals().mapping(vm);
                locals.ass_subscript(self.code.names[arg as usize], Some(value), vm)?;
            }
            Opcode::UnaryInvert => {
                let value = self.pop_value();
                let inverse = vm._invert(&value)?;
                self.push_value(inverse);
            }
            Opcode::UnpackEx => {
                self.execute_unpack_ex(vm, arg as u8, arg >> 8)?;
            }
            Opcode::SetUpdate => {
                if arg == 0 || self.nth_value(arg).downcast_ref::<PySet>().is_none() {
                    return Ok(false);
                }
                let values = self.pop_value();
                if let Some(set) = self.nth_value(arg - 1).downcast_ref::<PySet>() {
                    set.update_from(values, vm)?;
                }
            }
            Opcode::BuildSlice => {
                let step = if arg == 3 { Some(self.pop_value()) } else { None };
                let stop = self.pop_value();
                let start = Some(self.pop_value());
                self.push_value(PySlice { start, stop, step }.into_ref(&vm.ctx).into());
            }
            Opcode::GetYieldFromIter => {
                let class = self.top_value().class();
                if class.is(vm.ctx.types.coroutine_type) {
                    return Ok(false);
                }
                if !class.is(vm.ctx.types.generator_type) {
                    let iterated = self.pop_value();
                    self.push_value(PyIter::try_from_object(vm, iterated)?.into());
                }
            }
            Opcode::GetLen => {
                let length = self.top_value().length(vm)?;
                self.push_value(vm.ctx.new_int(length).into());
            }
            Opcode::MatchSequence | Opcode::MatchMapping => {
                let flag = match opcode {
                    Opcode::MatchSequence => PyTypeFlags::SEQUENCE,
                    _ => PyTypeFlags::MAPPING,
                };
                let is_such = self.top_value().class().has_patma_collection_flag(flag);
                self.push_value(vm.ctx.new_bool(is_such).into());
            }
            Opcode::ImportName => self.import(vm, Some(self.code.names[arg as usize]))?,
            Opcode::ImportFrom => {
                let value = self.import_from(vm, arg)?;
                self.push_value(value);
            }
            Opcode::DeleteAttr => {
                self.delete_attr(vm, arg)?;
            }
            Opcode::DeleteDeref => {
                if self.cell_ref(arg as usize).get().is_none() {
                    return Ok(false);
                }
                self.cell_ref(arg as usize).set(None);
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Calls `tuple`, or what is there instead, with its arguments.
    fn call_tuple(&mut self, count: u32, vm: &VirtualMachine) -> PyResult<()> {
        let depth = self.localsplus.stack_len();
        let is_tuple = count == 1
            && self.localsplus.stack_index(depth - 2).is_none()
            && self.nth_value(2).is(vm.ctx.types.tuple_type.as_object());
        if !is_tuple {
            self.execute_call_vectorcall(count, vm)?;
            return Ok(());
        }
        let values = self.pop_value();
        self.pop_value_opt();
        drop(self.pop_value());
        let tuple = match values.downcast_exact::<PyTuple>(vm) {
            Ok(tuple) => tuple.into_pyref(),
            Err(values) => {
                let list = values.downcast_ref_if_exact::<PyList>(vm);
                let values = match list {
                    Some(list) => list.borrow_vec().to_vec(),
                    None => vm.extract_elements_with(&values, Ok)?,
                };
                vm.ctx.new_tuple(values)
            }
        };
        self.push_value(tuple.into());
        Ok(())
    }

    /// Adds a text to the one of the local variable that it is stored in next.
    fn add_to_text(&mut self, operator: u32, vm: &VirtualMachine) -> PyResult<bool> {
        let Ok(operator) = BinaryOperator::try_from(operator) else { return Ok(false) };
        let cache = self.lasti() as usize;
        let (left, right) = (self.nth_value(1), self.top_value());
        let are_texts = left.downcast_ref_if_exact::<PyStr>(vm).is_some()
            && right.downcast_ref_if_exact::<PyStr>(vm).is_some();
        let local = self.binary_op_inplace_unicode_target_local(cache, left);
        let Some(local) = local.filter(|_| are_texts) else {
            self.execute_bin_op(vm, operator)?;
            return Ok(true);
        };
        let right = self.pop_value();
        drop(self.pop_value());
        let text = self.localsplus.fastlocals_mut()[local].take();
        let text = text.and_then(|text| text.downcast_exact::<PyStr>(vm).ok());
        let (Some(text), Some(right)) = (text, right.downcast_ref_if_exact::<PyStr>(vm)) else {
            unreachable!("both were texts just now");
        };
        let mut text = text.into_pyref();
        text.concat_in_place(right.as_wtf8(), vm);
        if self.is_plain_store_after(cache) {
            self.localsplus.fastlocals_mut()[local] = Some(text.into());
            let caches = Instruction::from(Opcode::BinaryOp).cache_entries() as u32;
            self.update_lasti(|at| *at += caches + 1);
        } else {
            // The next instruction stores it, and loads another local variable.
            self.push_value(text.into());
        }
        Ok(true)
    }

    /// Loads a name of a class's body or of a module.
    fn load_name(&mut self, name: u32, vm: &VirtualMachine) -> PyResult<bool> {
        let name = self.code.names[name as usize];
        let locals = self.locals().as_object(vm);
        // Other mappings may raise what is no error.
        let Some(locals) = locals.downcast_ref_if_exact::<PyDict>(vm) else { return Ok(false) };
        let value = match locals.get_item_opt(name, vm)? {
            Some(value) => value,
            None => self.load_global_or_builtin(name, vm)?,
        };
        self.push_value(value);
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
