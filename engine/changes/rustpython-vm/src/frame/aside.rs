//! Instructions that the small loop has done beside it: they call native code, which may raise.

mod another;
mod elements;
mod natives;
mod others;

pub(crate) use natives::plainly_made;

use super::{ExecutingFrame, breaks, get_special_method_name};
use crate::{
    AsObject, PyPayload, PyResult, TryFromObject, VirtualMachine,
    builtins::{
        PyBaseException, PyCoroutine, PyDict, PyFunction, PySet, PyStr, PyTuple, PyType,
        function::{PyBoundMethod, PyCell},
    },
    bytecode::{
        BinaryOperator, ComparisonOperator, ConvertValueOparg, Instruction, Label, LoadAttr,
        MakeFunctionFlag, OpArg, OpArgByte, Opcode, SpecialMethod,
    },
    function::PyMethodFlags,
    protocol::PyIter,
    types::PyComparisonOp,
    vm::PyMethod,
};
use rustpython_common::wtf8::Wtf8Buf;

/// How an instruction ended that was done beside the loop.
pub(super) enum Aside {
    /// It was done: the frame's stack and its place in the code are as it left them. Signals are to be
    /// looked for if it called.
    Done { called: bool },
    /// Nothing was done: this is for the big loop.
    Left,
}

/// What says how a native function takes its arguments.
const CONVENTION: PyMethodFlags = PyMethodFlags::VARARGS
    .union(PyMethodFlags::FASTCALL)
    .union(PyMethodFlags::NOARGS)
    .union(PyMethodFlags::O)
    .union(PyMethodFlags::KEYWORDS);

impl ExecutingFrame<'_> {
    /// Does the instruction at `index`, which is the one that runs now.
    #[inline(never)]
    pub(super) fn aside(
        &mut self,
        instruction: Instruction,
        index: usize,
        arg: OpArgByte,
        vm: &VirtualMachine,
    ) -> PyResult<Aside> {
        let opcode = Opcode::from(instruction);
        let count = u32::from(u8::from(arg));
        let is_done = match opcode {
            Opcode::CallMethodDescriptorNoargs => {
                self.call_native_method(count, PyMethodFlags::NOARGS, Some(0), vm)?
            }
            Opcode::CallMethodDescriptorO => {
                self.call_native_method(count, PyMethodFlags::O, Some(1), vm)?
            }
            Opcode::CallMethodDescriptorFast => {
                self.call_native_method(count, PyMethodFlags::FASTCALL, None, vm)?
            }
            Opcode::CallMethodDescriptorFastWithKeywords => {
                let convention = PyMethodFlags::FASTCALL.union(PyMethodFlags::KEYWORDS);
                self.call_native_method(count, convention, None, vm)?
            }
            Opcode::CallBuiltinO => self.call_native_function(count, PyMethodFlags::O, vm)?,
            Opcode::CallBuiltinFast => {
                self.call_native_function(count, PyMethodFlags::FASTCALL, vm)?
            }
            Opcode::CallLen => self.call_len(count, vm)?,
            Opcode::SetAdd => {
                if self.nth_value(count).downcast_ref::<PySet>().is_none() {
                    return Ok(Aside::Left);
                }
                let item = self.pop_value();
                if let Some(set) = self.nth_value(count - 1).downcast_ref::<PySet>() {
                    set.add(item, vm)?;
                }
                true
            }
            Opcode::MapAdd => {
                if self.nth_value(count + 1).downcast_ref::<PyDict>().is_none() {
                    return Ok(Aside::Left);
                }
                let value = self.pop_value();
                let key = self.pop_value();
                if let Some(dict) = self.nth_value(count - 1).downcast_ref::<PyDict>() {
                    dict.set_item(&*key, value, vm)?;
                }
                true
            }
            Opcode::StoreSubscrDict => self.store_in_dict(vm)?,
            Opcode::BinaryOpSubscrDict => self.load_from_dict(vm)?,
            Opcode::ContainsOpDict => self.is_in_dict(instruction, arg, vm)?,
            Opcode::CompareOpStr => self.compare_texts(instruction, arg, vm),
            Opcode::BinaryOpAddUnicode => self.add_texts(vm),
            Opcode::LoadAttr => {
                self.load_attr(vm, LoadAttr::from_u32(count))?;
                true
            }
            Opcode::BinaryOp => {
                let Ok(operator) = BinaryOperator::try_from(count) else {
                    return Ok(Aside::Left);
                };
                if operator != BinaryOperator::Subscr || !self.load_plain_element(vm) {
                    self.adaptive(|s, ii, cb| s.specialize_binary_op(vm, operator, ii, cb));
                    self.execute_bin_op(vm, operator)?;
                }
                true
            }
            Opcode::BuildList => {
                let values = self.take_values(count as usize);
                self.push_value(vm.ctx.new_list(values).into());
                true
            }
            Opcode::GetIter => {
                let iterated = self.pop_value();
                let iterator = PyIter::try_from_object(vm, iterated)?;
                self.push_value(iterator.into());
                true
            }
            Opcode::Call => {
                self.adaptive(|s, ii, cb| s.specialize_call(vm, count, ii, cb));
                self.execute_call_vectorcall(count, vm)?;
                true
            }
            Opcode::CallPyExactArgs => self.make_generator(index, count, vm),
            Opcode::CallStr1 | Opcode::CallBuiltinClass => self.call_native_class(count, vm)?,
            Opcode::CallIsinstance => self.call_isinstance(count, vm)?,
            Opcode::ContainsOpSet => self.is_in_set(instruction, arg, vm)?,
            Opcode::MakeFunction => {
                self.execute_make_function(vm)?;
                true
            }
            Opcode::StoreDeref => {
                let value = self.pop_value();
                self.cell_ref(count as usize).set(Some(value));
                true
            }
            Opcode::SetFunctionAttribute => {
                let Ok(attribute) = MakeFunctionFlag::try_from(count) else {
                    return Ok(Aside::Left);
                };
                self.execute_set_function_attribute(vm, attribute)?;
                true
            }
            Opcode::StoreAttr => {
                self.adaptive(|s, ii, cb| s.specialize_store_attr(vm, count, ii, cb));
                self.store_attr(vm, count)?;
                true
            }
            Opcode::ToBool => {
                self.adaptive(|s, ii, cb| s.specialize_to_bool(vm, ii, cb));
                let object = self.pop_stackref();
                let value = object.try_to_bool(vm)?;
                self.push_bool_or_fused_jump(instruction.cache_entries(), value, vm);
                true
            }
            Opcode::CompareOp => {
                let Ok(operator) = ComparisonOperator::try_from(count) else {
                    return Ok(Aside::Left);
                };
                self.adaptive(|s, ii, cb| s.specialize_compare_op(vm, operator, ii, cb));
                self.execute_compare(vm, OpArg::new(count))?;
                true
            }
            Opcode::BuildMap => {
                self.execute_build_map(vm, count)?;
                true
            }
            Opcode::PopExcept => {
                let before = self.pop_value();
                vm.set_exception(before.downcast::<PyBaseException>().ok());
                true
            }
            Opcode::CheckExcMatch => self.is_caught(vm)?,
            Opcode::LoadAttrMethodNoDict
            | Opcode::LoadAttrMethodWithValues
            | Opcode::LoadAttrNondescriptorNoDict
            | Opcode::LoadAttrNondescriptorWithValues
            | Opcode::LoadAttrSlot
            | Opcode::LoadAttrWithHint => {
                self.load_from_another(index, LoadAttr::from_u32(count), vm)?
            }
            Opcode::LoadAttrClass | Opcode::LoadAttrClassWithMetaclassCheck => {
                self.load_from_another_class(LoadAttr::from_u32(count), vm)?
            }
            Opcode::StoreAttrInstanceValue => {
                self.insert_attribute(index, count as usize, vm)?
                    || self.store_in_another(index, count, vm)?
            }
            Opcode::StoreAttrSlot | Opcode::StoreAttrWithHint => {
                self.store_in_another(index, count, vm)?
            }
            Opcode::CallBuiltinFastWithKeywords => {
                let convention = PyMethodFlags::FASTCALL.union(PyMethodFlags::KEYWORDS);
                if !self.call_native_function(count, convention, vm)? {
                    self.execute_call_vectorcall(count, vm)?;
                }
                true
            }
            Opcode::CallNonPyGeneral => self.call_other(count, vm)?,
            Opcode::ContainsOp => self.is_in(instruction, arg, vm)?,
            Opcode::BinarySlice => self.load_slice(vm)?,
            Opcode::BinaryOpSubscrListSlice => {
                self.execute_bin_op(vm, BinaryOperator::Subscr)?;
                true
            }
            Opcode::StoreSubscr => {
                self.adaptive(|s, ii, cb| s.specialize_store_subscr(vm, ii, cb));
                self.execute_store_subscript(vm)?;
                true
            }
            Opcode::DeleteSubscr => {
                self.execute_delete_subscript(vm)?;
                true
            }
            Opcode::StoreSlice => self.store_slice(vm)?,
            Opcode::BuildSet => self.build_set(count as usize, vm)?,
            Opcode::UnpackSequence | Opcode::UnpackSequenceTuple | Opcode::UnpackSequenceList => {
                if opcode == Opcode::UnpackSequence {
                    self.adaptive(|s, ii, cb| s.specialize_unpack_sequence(vm, count, ii, cb));
                }
                self.unpack_sequence(count, vm)?;
                true
            }
            Opcode::BuildString => self.build_text(count as usize, vm),
            Opcode::ConvertValue => {
                let Ok(conversion) = ConvertValueOparg::try_from(count) else {
                    return Ok(Aside::Left);
                };
                self.convert_value(conversion, vm)?;
                true
            }
            Opcode::FormatWithSpec => self.format_value(vm)?,
            Opcode::UnaryNegative => {
                let value = self.pop_value();
                let negative = vm._neg(&value)?;
                self.push_value(negative);
                true
            }
            Opcode::PushExcInfo => self.push_exception(vm),
            Opcode::MakeCell => {
                let place = &mut self.localsplus.fastlocals_mut()[count as usize];
                let cell = PyCell::new(place.take()).into_ref(&vm.ctx);
                *place = Some(cell.into());
                true
            }
            Opcode::LoadSpecial => self.load_special(count, vm)?,
            Opcode::GetAwaitable => self.is_awaitable(vm),
            _ => self.other(opcode, count, vm)?,
        };
        if !is_done {
            return Ok(Aside::Left);
        }
        if self.lasti() as usize == index + 1 {
            // It did not jump.
            self.update_lasti(|at| *at += instruction.cache_entries() as u32);
        }
        Ok(Aside::Done { called: breaks::calls(opcode.into()) })
    }

    /// Has the `FOR_ITER` at `index` ask an iterator of any kind; gives where that leads.
    #[inline(never)]
    pub(super) fn iterate(
        &mut self,
        index: usize,
        count: u32,
        vm: &VirtualMachine,
    ) -> PyResult<usize> {
        self.adaptive(|s, ii, cb| s.specialize_for_iter(vm, count, ii, cb));
        let end = Label::from_u32(index as u32 + 2 + count);
        self.execute_for_iter(vm, end)?;
        let at = self.lasti() as usize;
        Ok(if at == index + 1 { index + 2 } else { at })
    }

    fn call_len(&mut self, count: u32, vm: &VirtualMachine) -> PyResult<bool> {
        let depth = self.localsplus.stack_len();
        if count != 1
            || self.localsplus.stack_index(depth - 2).is_some()
            || !vm.callable_cache.len.as_ref().is_some_and(|len| self.nth_value(2).is(len))
        {
            return Ok(false);
        }
        let value = self.pop_value();
        self.pop_value_opt();
        self.pop_value();
        let length = value.length(vm)?;
        self.push_value(vm.ctx.new_int(length).into());
        Ok(true)
    }

    /// Calls `str` or another class whose objects are made natively with its `count` arguments.
    fn call_native_class(&mut self, count: u32, vm: &VirtualMachine) -> PyResult<bool> {
        let instance = self.localsplus.stack_len() - count as usize - 1;
        let Some(class) = self.nth_value(count + 1).downcast_ref::<PyType>() else {
            return Ok(false);
        };
        if self.localsplus.stack_index(instance).is_some() {
            return Ok(false);
        }
        if count == 1 && class.is(vm.ctx.types.str_type) {
            let value = self.pop_value();
            self.pop_value_opt();
            self.pop_value();
            let text = value.str(vm)?;
            self.push_value(text.into());
            return Ok(true);
        }
        if count == 1
            && let Some(value) = natives::plainly_made(class, self.nth_value(0), vm)
        {
            for _ in 0..3 {
                drop(self.localsplus.stack_pop());
            }
            self.push_value(value);
            return Ok(true);
        }
        if class.slots().vectorcall.load().is_none() {
            return Ok(false);
        }
        let (class, args) = self.take_call_args(count as usize);
        let value = class.vectorcall(args, count as usize, None, vm)?;
        self.push_value(value);
        Ok(true)
    }

    /// Calls what is no Python function, and no class of which one makes objects.
    fn call_other(&mut self, count: u32, vm: &VirtualMachine) -> PyResult<bool> {
        let callable = self.nth_value(count + 1);
        if callable.downcast_ref::<PyType>().is_some()
            || callable.downcast_ref_if_exact::<PyFunction>(vm).is_some()
            || callable.downcast_ref_if_exact::<PyBoundMethod>(vm).is_some()
        {
            return Ok(false);
        }
        self.execute_call_vectorcall(count, vm)?;
        Ok(true)
    }

    /// Puts the exception that is handled now below the one on top, which is from now on.
    fn push_exception(&mut self, vm: &VirtualMachine) -> bool {
        let exception = self.pop_value();
        let before = vm.current_exception().map_or_else(|| vm.ctx.none(), Into::into);
        if let Some(exception) = exception.downcast_ref::<PyBaseException>() {
            vm.set_exception(Some(exception.to_owned()));
        }
        self.push_value(before);
        self.push_value(exception);
        true
    }

    /// Puts the method of a `with` in the place of the object that has it.
    fn load_special(&mut self, method: u32, vm: &VirtualMachine) -> PyResult<bool> {
        let Ok(method) = SpecialMethod::try_from(method) else {
            return Ok(false);
        };
        let name = get_special_method_name(method, vm);
        // Where there is none, the big loop says so.
        let Some(found) = vm.get_special_method(self.top_value(), name)? else {
            return Ok(false);
        };
        let owner = self.pop_stackref();
        match found {
            PyMethod::Function { target, func } => {
                self.push_value(func);
                self.push_value(target);
            }
            PyMethod::Attribute(bound) => {
                self.push_value(bound);
                self.push_null();
            }
        }
        drop(owner);
        Ok(true)
    }

    /// Whether what is on top is a coroutine that nobody awaits: that is its own iterator.
    fn is_awaitable(&self, vm: &VirtualMachine) -> bool {
        let coroutine = self.top_value().downcast_ref_if_exact::<PyCoroutine>(vm);
        coroutine.is_some_and(|it| {
            let it = it.as_coro();
            !it.closed() && !it.running() && !it.started()
        })
    }

    /// Joins the topmost texts.
    fn build_text(&mut self, count: usize, vm: &VirtualMachine) -> bool {
        let depth = self.localsplus.stack_len();
        let are_texts = (depth - count..depth).all(|at| {
            let value = self.localsplus.stack_index(at);
            value.is_some_and(|value| value.as_object().downcast_ref::<PyStr>().is_some())
        });
        if !are_texts {
            return false;
        }
        let mut joined = Wtf8Buf::new();
        for text in self.pop_multiple(count) {
            if let Some(text) = text.downcast_ref::<PyStr>() {
                joined.push_wtf8(text.as_wtf8());
            }
        }
        self.push_value(vm.ctx.new_str(joined).into());
        true
    }

    /// Formats a value as the text above it says.
    fn format_value(&mut self, vm: &VirtualMachine) -> PyResult<bool> {
        if self.top_value().downcast_ref::<PyStr>().is_none() {
            return Ok(false);
        }
        let Ok(specification) = self.pop_value().downcast::<PyStr>() else {
            return Ok(false);
        };
        let value = self.pop_value();
        let formatted = vm.format(&value, specification)?;
        self.push_value(formatted.into());
        Ok(true)
    }

    /// Whether the exception on top is one of the class above it.
    fn is_caught(&mut self, vm: &VirtualMachine) -> PyResult<bool> {
        let base = vm.ctx.exceptions.base_exception_type;
        let class = self.top_value().downcast_ref::<PyType>();
        if !class.is_some_and(|class| class.fast_issubclass(base)) {
            return Ok(false);
        }
        let class = self.pop_value();
        let is_caught = self.top_value().is_instance(&class, vm)?;
        self.push_value(vm.ctx.new_bool(is_caught).into());
        Ok(true)
    }

    fn call_isinstance(&mut self, count: u32, vm: &VirtualMachine) -> PyResult<bool> {
        let depth = self.localsplus.stack_len();
        if count != 2
            || self.localsplus.stack_index(depth - 3).is_some()
            || !vm.callable_cache.isinstance.as_ref().is_some_and(|it| self.nth_value(3).is(it))
        {
            return Ok(false);
        }
        let class = self.pop_value();
        let object = self.pop_value();
        self.pop_value_opt();
        self.pop_value();
        let value = object.is_instance(&class, vm)?;
        self.push_value(vm.ctx.new_bool(value).into());
        Ok(true)
    }

    fn compare_texts(
        &mut self,
        instruction: Instruction,
        arg: OpArgByte,
        vm: &VirtualMachine,
    ) -> bool {
        let (a, b) = (self.nth_value(1), self.top_value());
        let (Some(first), Some(second)) =
            (a.downcast_ref_if_exact::<PyStr>(vm), b.downcast_ref_if_exact::<PyStr>(vm))
        else {
            return false;
        };
        let is_same = || a.is(b) || first.as_wtf8() == second.as_wtf8();
        let value = match self.compare_op_from_arg(u32::from(u8::from(arg)).into()) {
            PyComparisonOp::Eq => is_same(),
            PyComparisonOp::Ne => !is_same(),
            _ => return false,
        };
        self.pop_stackref();
        self.pop_stackref();
        self.push_bool_or_fused_jump(instruction.cache_entries(), value, vm);
        true
    }

    fn add_texts(&mut self, vm: &VirtualMachine) -> bool {
        let (Some(first), Some(second)) = (
            self.nth_value(1).downcast_ref_if_exact::<PyStr>(vm),
            self.top_value().downcast_ref_if_exact::<PyStr>(vm),
        ) else {
            return false;
        };
        let joined = vm.ctx.new_str(first.joined(second));
        self.pop_stackref();
        self.pop_stackref();
        self.push_value(joined.into());
        true
    }

    /// Gives an instance an attribute that it did not have.
    fn insert_attribute(
        &mut self,
        index: usize,
        name: usize,
        vm: &VirtualMachine,
    ) -> PyResult<bool> {
        let owner = self.top_value();
        let Some(dict) = self.version_of(index, owner).and_then(|_| owner.own_dict()) else {
            return Ok(false);
        };
        let owner = self.pop_stackref();
        let value = self.pop_value();
        self.store_attr_dict_hinted(&dict, self.code.names[name], value, index + 1, vm)?;
        drop(owner);
        Ok(true)
    }

    /// Enters the function that lies below its `count` arguments, of which the last may have names, and
    /// others their defaults; says whether it could. The call at `index` was specialised for it.
    pub(super) fn enter_general(
        &mut self,
        index: usize,
        count: usize,
        has_names: bool,
        vm: &VirtualMachine,
    ) -> bool {
        use crate::builtins::{
            PyFunction,
            function::binding::{Plan, defaults_left},
        };

        let depth = self.localsplus.stack_len() - usize::from(has_names);
        let has_instance = self.localsplus.stack_index(depth - count - 1).is_some();
        let version = self.code.instructions.read_cache_u32(index + 2);
        let Some(function) = self
            .nth_value(count as u32 + 1 + u32::from(has_names))
            .downcast_ref_if_exact::<PyFunction>(vm)
            .filter(|function| version != 0 && function.func_version() == version)
            .filter(|function| !function.is_jitted() && self.may_enter(function, vm))
        else {
            return false;
        };
        let names = has_names.then(|| self.top_value().to_owned());
        let names = match &names {
            Some(names) => match names.downcast_ref::<PyTuple>() {
                Some(names) => names.as_slice(),
                None => return false,
            },
            None => &[],
        };
        let given = count + usize::from(has_instance) - names.len();
        if !has_names && let Some(defaults) = defaults_left(function, given) {
            self.enter_from_stack(count, has_instance, None, Some(&defaults), vm);
            return true;
        }
        let Some(plan) = Plan::new(function, given, names, vm) else {
            return false;
        };
        if has_names {
            self.pop_stackref();
        }
        let (callable, arguments) = self.take_call_args(count);
        self.enter_planned(callable, plan, arguments, names, vm);
        true
    }
}
