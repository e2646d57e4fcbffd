//! The class `Decimal`: how one is made.

use super::{
    arguments::{context_or_current, named},
    context::{Context, current},
    convert::{exactly, not_supported, of_float, of_int, of_text, of_tuple},
    number::{Number, status, text},
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyFloat, PyInt, PyList, PyStr, PyTuple, PyType, PyTypeRef},
    function::FuncArgs,
    pyclass,
    types::Constructor,
};

#[pyclass(name = "Decimal", module = "decimal")]
#[doc = "Construct a new Decimal object. 'value' can be an integer, string, tuple,\nor another Decimal object. If no value is given, return Decimal('0'). The\ncontext does not affect the conversion and is only passed to determine if\nthe InvalidOperation trap is active.\n"]
#[derive(Debug, PyPayload)]
pub(super) struct Decimal {
    pub(super) number: Number,
}

impl Decimal {
    #[inline]
    pub(super) fn object(number: Number, vm: &VirtualMachine) -> PyObjectRef {
        Self { number }.into_ref(&vm.ctx).into()
    }

    /// The number of a value, exactly; the context is asked for when there is something to note.
    fn number_of(
        value: &PyObject,
        context: impl FnOnce() -> PyResult<PyRef<Context>>,
        vm: &VirtualMachine,
    ) -> PyResult<Number> {
        let mut found = 0;
        let number = if let Some(literal) = value.downcast_ref::<PyStr>() {
            match of_text(literal, false) {
                Some(number) => exactly(number, &mut found),
                None => Number::signal(status::CONVERSION_SYNTAX, &mut found),
            }
        } else if let Some(int) = value.downcast_ref::<PyInt>() {
            exactly(of_int(int), &mut found)
        } else if let Some(decimal) = value.downcast_ref::<Self>() {
            decimal.number.clone()
        } else if value.downcastable::<PyTuple>() || value.downcastable::<PyList>() {
            exactly(of_tuple(value, vm)?, &mut found)
        } else if let Some(float) = value.downcast_ref::<PyFloat>() {
            found = status::FLOAT_OPERATION;
            of_float(float.to_f64())
        } else {
            return Err(not_supported(value, vm));
        };
        if found != 0 {
            context()?.note(found, vm)?;
        }
        Ok(number)
    }

    /// A decimal of a class that may be a subclass.
    pub(super) fn of_class(number: Number, class: PyTypeRef, vm: &VirtualMachine) -> PyResult {
        if class.is(Self::class(&vm.ctx)) {
            return Ok(Self::object(number, vm));
        }
        Self { number }.into_ref_with_type(vm, class).map(Into::into)
    }

    /// What `Context.create_decimal` gives.
    pub(super) fn in_context(context: &Context, value: &PyObject, vm: &VirtualMachine) -> PyResult {
        let mut found = 0;
        let number = if let Some(literal) = value.downcast_ref::<PyStr>() {
            match of_text(literal, true) {
                Some(number) => number,
                None => Number::signal(status::CONVERSION_SYNTAX, &mut found),
            }
        } else if let Some(int) = value.downcast_ref::<PyInt>() {
            of_int(int)
        } else if let Some(decimal) = value.downcast_ref::<Self>() {
            decimal.number.clone()
        } else if value.downcastable::<PyTuple>() || value.downcastable::<PyList>() {
            of_tuple(value, vm)?
        } else if let Some(float) = value.downcast_ref::<PyFloat>() {
            context.note(status::FLOAT_OPERATION, vm)?;
            of_float(float.to_f64())
        } else {
            return Err(not_supported(value, vm));
        };
        let rules = context.rules();
        if number.is_nan() {
            let room = rules.precision - i64::from(rules.clamp);
            if !number.coefficient.is_zero() && number.coefficient.digits() > room {
                found |= status::CONVERSION_SYNTAX;
                context.note(found, vm)?;
                return Ok(Self::object(Number::nan(), vm));
            }
        }
        let number = number.finish(&rules, &mut found);
        context.note(found, vm)?;
        Ok(Self::object(number, vm))
    }

    pub(super) fn of_float_object(value: &PyObject, vm: &VirtualMachine) -> PyResult<Number> {
        if let Some(int) = value.downcast_ref::<PyInt>() {
            return Ok(of_int(int));
        }
        let float = value.downcast_ref::<PyFloat>();
        let float = float.ok_or_else(|| vm.new_type_error("argument must be int or float"))?;
        Ok(of_float(float.to_f64()))
    }

    pub(super) fn is_exact(object: &PyObject, vm: &VirtualMachine) -> bool {
        object.class().is(Self::class(&vm.ctx))
    }

    pub(super) fn shown(&self, capitals: bool) -> String {
        text(&self.number, capitals, false)
    }
}

impl Constructor for Decimal {
    type Args = FuncArgs;

    fn slot_new(class: PyTypeRef, arguments: FuncArgs, vm: &VirtualMachine) -> PyResult {
        if arguments.kwargs.is_empty() && arguments.args.len() == 1 {
            let value = &arguments.args[0];
            if class.is(Self::class(&vm.ctx)) && Self::is_exact(value, vm) {
                return Ok(value.clone());
            }
            let number = Self::number_of(value, || current(vm), vm)?;
            return Self::of_class(number, class, vm);
        }
        let [value, context] = named(["value", "context"], 0, arguments, vm)?;
        let context = context_or_current(context, vm)?;
        let Some(value) = value else {
            return Self::of_class(Number::of(0), class, vm);
        };
        if class.is(Self::class(&vm.ctx)) && Self::is_exact(&value, vm) {
            return Ok(value);
        }
        let number = Self::number_of(&value, || Ok(context), vm)?;
        Self::of_class(number, class, vm)
    }

    fn py_new(_: &Py<PyType>, arguments: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        let [value] = named(["value"], 1, arguments, vm)?;
        let value = value.unwrap_or_else(|| vm.ctx.none());
        Self::number_of(&value, || current(vm), vm).map(|number| Self { number })
    }
}
