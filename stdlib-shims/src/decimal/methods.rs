//! The methods of decimals. Most of them differ in the operation alone, and are made from tables.

use super::{
    arguments::{context_or_current, named, rounding},
    context::{Context, current},
    convert::{argument, big, not_supported, of_bigint, to_float, to_int},
    format::format,
    module::classes,
    number::{Coefficient, Kind, Number, Rounding, Rules, same_quantum, text},
    object::Decimal,
    tables::{BINARY, TESTS, TESTS_IN_CONTEXT, UNARY, add},
};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyInt, PyStr, PyTypeRef},
    function::FuncArgs,
    pyclass,
    types::{AsNumber, Comparable, Constructor, Hashable, Representable},
};

/// Adds what the tables have, and what has a signature.
pub(super) fn add_methods(vm: &VirtualMachine) {
    let class = Decimal::class(&vm.ctx);
    for (name, operation) in UNARY {
        add(
            class,
            name,
            "$self, /, context=None",
            move |this: &Py<Decimal>, arguments: FuncArgs, vm: &VirtualMachine| {
                let [context] = named(["context"], 0, arguments, vm)?;
                let context = context_or_current(context, vm)?;
                context.run(vm, |rules, status| operation(&this.number, rules, status))
            },
            vm,
        );
    }
    for (name, operation) in BINARY {
        add(
            class,
            name,
            "$self, /, other, context=None",
            move |this: &Py<Decimal>, arguments: FuncArgs, vm: &VirtualMachine| {
                let [other, context] = named(["other", "context"], 1, arguments, vm)?;
                let context = context_or_current(context, vm)?;
                let other = other.unwrap_or_else(|| vm.ctx.none());
                let other = argument(&other, vm)?;
                context.run(vm, |rules, status| operation(&this.number, &other, rules, status))
            },
            vm,
        );
    }
    for (name, test) in TESTS_IN_CONTEXT {
        add(
            class,
            name,
            "$self, /, context=None",
            move |this: &Py<Decimal>, arguments: FuncArgs, vm: &VirtualMachine| {
                let [context] = named(["context"], 0, arguments, vm)?;
                let context = context_or_current(context, vm)?;
                PyResult::Ok(test(&this.number, &context.rules()))
            },
            vm,
        );
    }
    for (name, test) in TESTS {
        add(
            class,
            name,
            "$self, /",
            move |this: &Py<Decimal>| test(&this.number, &Rules::WIDEST),
            vm,
        );
    }
    for (name, operation) in
        [("to_integral", false), ("to_integral_value", false), ("to_integral_exact", true)]
    {
        add(
            class,
            name,
            "$self, /, rounding=None, context=None",
            move |this: &Py<Decimal>, arguments: FuncArgs, vm: &VirtualMachine| {
                let [way, context] = named(["rounding", "context"], 0, arguments, vm)?;
                let context = context_or_current(context, vm)?;
                let way = way_of_rounding(way, &context, vm)?;
                context.run(vm, |rules, status| {
                    let rules = rules.rounded(way);
                    match operation {
                        true => this.number.to_integral_exact(&rules, status),
                        false => this.number.to_integral_value(&rules, status),
                    }
                })
            },
            vm,
        );
    }
    add(class, "quantize", "$self, /, exp, rounding=None, context=None", Decimal::quantize, vm);
    add(class, "fma", "$self, /, other, third, context=None", Decimal::fma, vm);
    add(class, "same_quantum", "$self, /, other, context=None", Decimal::same_quantum, vm);
    add(class, "number_class", "$self, /, context=None", Decimal::number_class, vm);
    add(class, "to_eng_string", "$self, /, context=None", Decimal::to_eng_string, vm);
}

fn way_of_rounding(
    given: Option<PyObjectRef>,
    context: &Context,
    vm: &VirtualMachine,
) -> PyResult<Rounding> {
    match given.filter(|given| !vm.is_none(given)) {
        Some(given) => rounding(&given, vm),
        None => Ok(context.rounding()),
    }
}

/// Methods that `add_methods` adds with their signatures.
impl Decimal {
    fn quantize(zelf: &Py<Self>, arguments: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [exponent, way, context] = named(["exp", "rounding", "context"], 1, arguments, vm)?;
        let context = context_or_current(context, vm)?;
        let way = way_of_rounding(way, &context, vm)?;
        let exponent = exponent.unwrap_or_else(|| vm.ctx.none());
        let exponent = argument(&exponent, vm)?;
        context
            .run(vm, |rules, status| zelf.number.quantize(&exponent, &rules.rounded(way), status))
    }

    fn fma(zelf: &Py<Self>, arguments: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [other, third, context] = named(["other", "third", "context"], 2, arguments, vm)?;
        let context = context_or_current(context, vm)?;
        let other = other.unwrap_or_else(|| vm.ctx.none());
        let third = third.unwrap_or_else(|| vm.ctx.none());
        let (other, third) = (argument(&other, vm)?, argument(&third, vm)?);
        context.run(vm, |rules, status| zelf.number.fma(&other, &third, rules, status))
    }

    fn same_quantum(zelf: &Py<Self>, arguments: FuncArgs, vm: &VirtualMachine) -> PyResult<bool> {
        let [other, context] = named(["other", "context"], 1, arguments, vm)?;
        context_or_current(context, vm)?;
        let other = other.unwrap_or_else(|| vm.ctx.none());
        Ok(same_quantum(&zelf.number, &*argument(&other, vm)?))
    }

    fn number_class(
        zelf: &Py<Self>,
        arguments: FuncArgs,
        vm: &VirtualMachine,
    ) -> PyResult<&'static str> {
        let [context] = named(["context"], 0, arguments, vm)?;
        Ok(zelf.number.class(&context_or_current(context, vm)?.rules()))
    }

    fn to_eng_string(
        zelf: &Py<Self>,
        arguments: FuncArgs,
        vm: &VirtualMachine,
    ) -> PyResult<String> {
        let [context] = named(["context"], 0, arguments, vm)?;
        Ok(text(&zelf.number, context_or_current(context, vm)?.has_capitals(), true))
    }
}

#[pyclass(flags(BASETYPE), with(AsNumber, Comparable, Constructor, Hashable, Representable))]
impl Decimal {
    #[pyslot]
    fn slot_str(zelf: &rustpython_vm::PyObject, vm: &VirtualMachine) -> PyResult<PyRef<PyStr>> {
        let this = zelf
            .downcast_ref::<Self>()
            .ok_or_else(|| vm.new_type_error("unexpected payload for __str__"))?;
        Ok(vm.ctx.new_str(this.shown(current(vm)?.has_capitals())))
    }

    #[pymethod]
    fn is_zero(zelf: &Py<Self>) -> bool {
        zelf.number.is_zero()
    }

    #[pymethod]
    fn is_canonical(_: &Py<Self>) -> bool {
        true
    }

    #[pymethod]
    fn canonical(zelf: PyRef<Self>) -> PyRef<Self> {
        zelf
    }

    #[pymethod]
    fn conjugate(zelf: PyRef<Self>) -> PyRef<Self> {
        zelf
    }

    #[pymethod]
    fn __copy__(zelf: PyRef<Self>) -> PyRef<Self> {
        zelf
    }

    #[pymethod]
    fn __deepcopy__(zelf: PyRef<Self>, _: PyObjectRef) -> PyRef<Self> {
        zelf
    }

    #[pygetset]
    fn real(zelf: PyRef<Self>) -> PyRef<Self> {
        zelf
    }

    #[pygetset]
    fn imag(_: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        Self::object(Number::of(0), vm)
    }

    #[pymethod]
    fn adjusted(zelf: &Py<Self>) -> i64 {
        if zelf.number.is_finite() { zelf.number.adjusted() } else { 0 }
    }

    #[pymethod]
    fn radix(_: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        Self::object(Number::of(10), vm)
    }

    #[pymethod]
    fn copy_abs(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        Self::object(zelf.number.with_sign(false), vm)
    }

    #[pymethod]
    fn copy_negate(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        Self::object(zelf.number.with_sign(!zelf.number.negative), vm)
    }

    #[pymethod]
    fn __ceil__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        to_int(&zelf.number, Rounding::Ceiling, vm)
    }

    #[pymethod]
    fn __floor__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        to_int(&zelf.number, Rounding::Floor, vm)
    }

    #[pymethod]
    fn __trunc__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        to_int(&zelf.number, Rounding::Down, vm)
    }

    #[pymethod]
    fn __complex__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let real = vm.ctx.new_float(to_float(&zelf.number, vm)?);
        vm.ctx.types.complex_type.as_object().call((real,), vm)
    }

    #[pymethod]
    fn __round__(zelf: &Py<Self>, arguments: FuncArgs, vm: &VirtualMachine) -> PyResult {
        if !arguments.kwargs.is_empty() {
            return Err(vm.new_type_error("Decimal.__round__() takes no keyword arguments"));
        }
        let [digits] = named(["ndigits"], 0, arguments, vm)?;
        let Some(digits) = digits else {
            return to_int(&zelf.number, Rounding::HalfEven, vm);
        };
        let digits = digits
            .downcast_ref::<PyInt>()
            .ok_or_else(|| vm.new_type_error("optional arg must be an integer"))?;
        let digits = i64::try_from(digits.as_bigint())
            .map_err(|_| vm.new_overflow_error("Python int too large to convert to C ssize_t"))?;
        let exponent = Number::small(false, 1, digits.checked_neg().unwrap_or(i64::MAX));
        current(vm)?.run(vm, |rules, status| zelf.number.quantize(&exponent, rules, status))
    }

    #[pymethod]
    fn __format__(zelf: &Py<Self>, arguments: FuncArgs, vm: &VirtualMachine) -> PyResult<String> {
        let (written, conventions) = match &*arguments.args {
            _ if !arguments.kwargs.is_empty() => {
                return Err(vm.new_type_error("Decimal.__format__() takes no keyword arguments"));
            }
            [] => {
                return Err(vm.new_type_error("function takes at least 1 argument (0 given)"));
            }
            [written] => (written, None),
            [written, conventions] => (written, Some(conventions)),
            more => {
                let count = more.len();
                return Err(vm.new_type_error(format!(
                    "function takes at most 2 arguments ({count} given)"
                )));
            }
        };
        let Some(written) = written.downcast_ref::<PyStr>() else {
            return Err(vm.new_type_error("format arg must be str"));
        };
        let written = written.try_as_utf8(vm)?.as_str();
        let conventions = conventions.map(|given| {
            given
                .downcast_ref::<PyDict>()
                .ok_or_else(|| vm.new_type_error("optional argument must be a dict"))
        });
        let conventions = conventions.transpose()?;
        let context = current(vm)?;
        format(&zelf.number, written, conventions, context.has_capitals(), context.rounding(), vm)
    }

    #[pymethod]
    fn __reduce__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let class: PyTypeRef = zelf.class().to_owned();
        let shown = vm.ctx.new_str(zelf.shown(current(vm)?.has_capitals()));
        let arguments = vm.ctx.new_tuple(vec![shown.into()]);
        Ok(vm.ctx.new_tuple(vec![class.into(), arguments.into()]).into())
    }

    #[pymethod]
    fn __sizeof__(zelf: &Py<Self>) -> usize {
        104 + if zelf.number.coefficient.as_small().is_some() {
            0
        } else {
            (zelf.number.coefficient.digits() as usize / 19 + 1) * 8
        }
    }

    #[pymethod]
    fn as_tuple(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let number = &zelf.number;
        let digits = match number.kind {
            Kind::Infinite => vec![vm.ctx.new_int(0).into()],
            Kind::Quiet | Kind::Signaling if number.coefficient.is_zero() => vec![],
            _ => {
                let digits = number.coefficient.text();
                digits.bytes().map(|digit| vm.ctx.new_int(digit - b'0').into()).collect()
            }
        };
        let exponent: PyObjectRef = match number.kind {
            Kind::Finite => vm.ctx.new_int(number.exponent).into(),
            Kind::Infinite => vm.ctx.new_str("F").into(),
            Kind::Quiet => vm.ctx.new_str("n").into(),
            Kind::Signaling => vm.ctx.new_str("N").into(),
        };
        let digits = vm.ctx.new_tuple(digits);
        classes().tuple.call((i32::from(number.negative), digits, exponent), vm)
    }

    #[pymethod]
    fn as_integer_ratio(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let number = &zelf.number;
        match number.kind {
            Kind::Infinite => {
                return Err(vm.new_overflow_error("cannot convert Infinity to integer ratio"));
            }
            Kind::Quiet | Kind::Signaling => {
                return Err(vm.new_value_error("cannot convert NaN to integer ratio"));
            }
            Kind::Finite => {}
        }
        if number.exponent.abs() > super::number::MOST_DIGITS && !number.is_zero() {
            return Err(vm.no_memory_error());
        }
        let (numerator, denominator) = if number.is_zero() {
            (Coefficient::ZERO, Coefficient::ONE)
        } else if number.exponent >= 0 {
            (number.coefficient.shifted_left(number.exponent), Coefficient::ONE)
        } else {
            let whole = Coefficient::ONE.shifted_left(-number.exponent);
            let common = num_integer::Integer::gcd(&number.coefficient.to_big(), &whole.to_big());
            let common = Coefficient::from(common);
            (number.coefficient.divided(&common).0, whole.divided(&common).0)
        };
        let int = |negative: bool, magnitude: &Coefficient| -> PyObjectRef {
            vm.ctx.new_bigint(&big(negative, magnitude)).into()
        };
        let parts = vec![int(number.negative, &numerator), int(false, &denominator)];
        Ok(vm.ctx.new_tuple(parts).into())
    }

    #[pyclassmethod]
    fn from_float(class: PyTypeRef, f: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let number = Self::of_float_object(&f, vm)?;
        of_exact_class(number, class, vm)
    }

    #[pyclassmethod]
    fn from_number(class: PyTypeRef, number: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let value = number;
        if let Some(int) = value.downcast_ref::<PyInt>() {
            return of_exact_class(of_bigint(int.as_bigint()), class, vm);
        }
        if let Some(decimal) = value.downcast_ref::<Self>() {
            if class.is(Self::class(&vm.ctx)) && Self::is_exact(&value, vm) {
                return Ok(value.clone());
            }
            return of_exact_class(decimal.number.clone(), class, vm);
        }
        if value.downcastable::<rustpython_vm::builtins::PyFloat>() {
            return of_exact_class(Self::of_float_object(&value, vm)?, class, vm);
        }
        Err(not_supported(&value, vm))
    }
}

/// A decimal of a class, which is called if it is a subclass.
fn of_exact_class(number: Number, class: PyTypeRef, vm: &VirtualMachine) -> PyResult {
    let plain = Decimal::object(number, vm);
    if class.is(Decimal::class(&vm.ctx)) {
        return Ok(plain);
    }
    class.as_object().call((plain,), vm)
}
