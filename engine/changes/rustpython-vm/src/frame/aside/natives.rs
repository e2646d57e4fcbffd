//! Calls of native functions and methods. The list of their arguments is used again by the next call;
//! what is called most needs none (`builtins/direct.rs`).

use super::{
    super::{ExecutingFrame, PyNativeFunction},
    CONVENTION,
};
use crate::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyFloat, PyInt, PyStr, PyType, descriptor::PyMethodDescriptor, plain},
    convert::{ToPyObject, ToPyResult},
    function::{Callee, FuncArgs, PyMethodFlags},
    protocol::PyIter,
};
use rustpython_common::wtf8::CodePoint;

impl ExecutingFrame<'_> {
    /// Calls the method of a built-in type that lies below its instance and `count` arguments, if it
    /// takes them as `convention` says.
    #[inline(never)]
    pub(in crate::frame) fn call_native_method(
        &mut self,
        count: u32,
        convention: PyMethodFlags,
        takes: Option<u32>,
        vm: &VirtualMachine,
    ) -> PyResult<bool> {
        let below = self.localsplus.stack_len() - count as usize - 1;
        let Some(instance) = self.localsplus.stack_index(below) else {
            return Ok(false);
        };
        let Some(method) =
            self.nth_value(count + 1).downcast_ref_if_exact::<PyMethodDescriptor>(vm)
        else {
            return Ok(false);
        };
        // One that takes what it is given reads it itself, whatever its definition says.
        if takes
            .is_some_and(|takes| takes != count || method.method.flags & CONVENTION != convention)
            || !instance.as_object().class().is(method.common.typ)
        {
            return Ok(false);
        }
        if let Some(direct) = method.direct
            && count <= 2
        {
            let argument = |at: u32| (at < count).then(|| self.nth_value(count - 1 - at));
            let value = direct(instance.as_object(), argument(0), argument(1), vm)?;
            if let Some(value) = value {
                for _ in 0..count + 2 {
                    drop(self.pop_stackref());
                }
                self.push_value(value);
                return Ok(true);
            }
        }
        let function = method.method.func;
        let mut callee = Callee::named(method.method.name).with_instance_arg(true);
        if takes.is_none() {
            callee = callee.with_function(method.common.typ.as_object());
        }
        // The method lives until the call is over.
        let (_method, args) = self.take_native_args(None, count as usize, vm);
        let value = function(vm, FuncArgs { args, kwargs: Default::default() }, callee)?;
        self.push_value(value);
        Ok(true)
    }

    /// Calls the native function that lies below `count` arguments, if it takes them as `convention` says.
    #[inline(never)]
    pub(in crate::frame) fn call_native_function(
        &mut self,
        count: u32,
        convention: PyMethodFlags,
        vm: &VirtualMachine,
    ) -> PyResult<bool> {
        let Some(function) =
            self.nth_value(count + 1).downcast_ref_if_exact::<PyNativeFunction>(vm)
        else {
            return Ok(false);
        };
        let below = self.localsplus.stack_len() - count as usize - 1;
        let has_instance = self.localsplus.stack_index(below).is_some();
        let takes = count as usize + usize::from(has_instance);
        let definition = function.value;
        if !has_instance
            && function.zelf.is_none()
            && function.module_object.as_ref().is_some_and(|it| it.is(&vm.builtins))
        {
            let value = match count {
                1 => plainly_found(definition.name, self.nth_value(0), vm),
                2 => {
                    plainly_found_of_two(definition.name, self.nth_value(1), self.nth_value(0), vm)
                }
                _ => None,
            };
            if let Some(value) = value {
                let value = value?;
                for _ in 0..count + 2 {
                    drop(self.localsplus.stack_pop());
                }
                self.push_value(value);
                return Ok(true);
            }
        }
        let is_single = definition.flags & CONVENTION == PyMethodFlags::O && takes == 1;
        if convention == PyMethodFlags::O && !is_single {
            return Ok(false);
        }
        // A static method has its class there, which it is not given.
        let is_static = definition.flags.contains(PyMethodFlags::STATIC);
        let instance = function.zelf.as_ref().filter(|_| !is_static).cloned();
        let callee = Callee::named(definition.name).with_instance_arg(instance.is_some());
        let (function, args) = self.take_native_args(instance, count as usize, vm);
        let arguments = FuncArgs { args, kwargs: Default::default() };
        let value = (definition.func)(vm, arguments, callee.with_function(&function))?;
        self.push_value(value);
        Ok(true)
    }

    /// Takes the topmost `count` values off the stack, the instance below them if there is one, and the
    /// callable below that. They come after `instance`.
    #[inline]
    fn take_native_args(
        &mut self,
        instance: Option<PyObjectRef>,
        count: usize,
        vm: &VirtualMachine,
    ) -> (PyObjectRef, Vec<PyObjectRef>) {
        let depth = self.localsplus.stack_len();
        let callable = depth - count - 2;
        let mut args = vm.spare_arguments.take();
        args.reserve(count + 2);
        args.extend(instance);
        self.move_to(callable + 1, &mut args);
        (self.pop_value(), args)
    }
}

/// What the built-in function of that name gives for a value: `ord`, `chr` and `abs` of a plain one, `hash`,
/// `repr` and `next`. None for all else.
fn plainly_found(name: &str, value: &PyObject, vm: &VirtualMachine) -> Option<PyResult> {
    match name {
        "hash" => Some(value.hash(vm).map(|hash| vm.ctx.new_int(hash).into())),
        "repr" => Some(value.repr(vm).map(Into::into)),
        "next" if PyIter::check(value) => Some(PyIter::new(value).next(vm).to_pyresult(vm)),
        _ => plain_number_or_text(name, value, vm).map(Ok),
    }
}

/// The same for two values: `min` and `max` of plain ones of a kind, `getattr` and `hasattr`.
fn plainly_found_of_two(
    name: &str,
    first: &PyObject,
    second: &PyObject,
    vm: &VirtualMachine,
) -> Option<PyResult> {
    match name {
        "min" => plain::is_less(second, first, vm)
            .map(|is_less| Ok(if is_less { second } else { first }.to_owned())),
        "max" => plain::is_less(first, second, vm)
            .map(|is_less| Ok(if is_less { second } else { first }.to_owned())),
        "getattr" => Some(first.get_attr(second.downcast_ref_if_exact::<PyStr>(vm)?, vm)),
        "hasattr" => {
            let found = first.has_attr(second.downcast_ref_if_exact::<PyStr>(vm)?, vm);
            Some(found.map(|found| vm.ctx.new_bool(found).into()))
        }
        _ => None,
    }
}

fn plain_number_or_text(name: &str, value: &PyObject, vm: &VirtualMachine) -> Option<PyObjectRef> {
    match name {
        "ord" => {
            let text = value.downcast_ref_if_exact::<PyStr>(vm)?;
            let mut points = text.as_wtf8().code_points();
            let point = points.next()?;
            points.next().is_none().then(|| vm.ctx.new_int(point.to_u32()).into())
        }
        "chr" => {
            let number = value.downcast_ref_if_exact::<PyInt>(vm)?.try_to_i64_fast()?;
            let point = CodePoint::from_u32(u32::try_from(number).ok()?)?;
            Some(point.to_pyobject(vm))
        }
        "abs" => {
            if let Some(number) = value.downcast_ref_if_exact::<PyFloat>(vm) {
                return Some(vm.ctx.new_float(number.to_f64().abs()).into());
            }
            let number = value.downcast_ref_if_exact::<PyInt>(vm)?.try_to_i64_fast()?;
            Some(vm.ctx.new_int(number.checked_abs()?).into())
        }
        _ => None,
    }
}

/// The number that `class` makes of a plain value, where that needs none of the value's methods: `int` of
/// an int, a float or a few digits, `float` of an int or a float. None for all else.
pub(crate) fn plainly_made(
    class: &Py<PyType>,
    value: &PyObject,
    vm: &VirtualMachine,
) -> Option<PyObjectRef> {
    /// Floats below this are no larger than an int of 64 bits.
    const FITS: f64 = 9e18;
    if class.is(vm.ctx.types.int_type) {
        if let Some(text) = value.downcast_ref_if_exact::<PyStr>(vm) {
            return Some(vm.ctx.new_int(few_digits(text.as_bytes())?).into());
        }
        if let Some(number) = value.downcast_ref_if_exact::<PyFloat>(vm) {
            let number = number.to_f64();
            return (number.abs() < FITS).then(|| vm.ctx.new_int(number as i64).into());
        }
        return value.downcast_ref_if_exact::<PyInt>(vm).map(|_| value.to_owned());
    }
    if class.is(vm.ctx.types.float_type) {
        if let Some(number) = value.downcast_ref_if_exact::<PyInt>(vm) {
            return Some(vm.ctx.new_float(number.try_to_i64_fast()? as f64).into());
        }
        return value.downcast_ref_if_exact::<PyFloat>(vm).map(|_| value.to_owned());
    }
    None
}

/// The number that is written there, with nothing but ASCII digits, and few enough to fit.
fn few_digits(text: &[u8]) -> Option<i64> {
    const MOST: usize = 18;
    if text.is_empty() || text.len() > MOST || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(text.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')))
}
