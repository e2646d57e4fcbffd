//! The methods of decimals and of contexts. Most of them differ in the operation alone, and are
//! made from tables.

use super::{
    arguments::{context_or_current, exactly as exact_arguments, named, rounding},
    context::{Context, current},
    convert::{argument, big, not_supported, of_bigint, to_float, to_int},
    format::format,
    module::classes,
    number::{Coefficient, Kind, Number, Rounding, Rules, same_quantum, text},
    object::Decimal,
};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyInt, PyStr, PyType, PyTypeRef},
    function::{FuncArgs, IntoPyNativeFn, ItemDoc, OptionalArg, PyMethodFlags},
    pyclass,
    types::{AsNumber, Comparable, Constructor, Hashable, Representable},
};
use std::cmp::Ordering;

type Unary = fn(&Number, &Rules, &mut u32) -> Number;
type Binary = fn(&Number, &Number, &Rules, &mut u32) -> Number;
type Test = fn(&Number, &Rules) -> bool;

/// Those of both classes.
const UNARY: [(&str, Unary); 9] = [
    ("exp", Number::exp),
    ("ln", Number::ln),
    ("log10", Number::log10),
    ("logb", Number::logb),
    ("logical_invert", Number::logical_invert),
    ("next_minus", Number::next_minus),
    ("next_plus", Number::next_plus),
    ("normalize", Number::normalize),
    ("sqrt", Number::sqrt),
];

/// Those of contexts alone.
const UNARY_OF_CONTEXT: [(&str, Unary); 7] = [
    ("abs", Number::abs),
    ("minus", Number::minus),
    ("plus", Number::plus),
    ("to_integral", Number::to_integral_value),
    ("to_integral_exact", Number::to_integral_exact),
    ("to_integral_value", Number::to_integral_value),
    ("_apply", |number, rules, status| number.clone().finish(rules, status)),
];

const BINARY: [(&str, Binary); 17] = [
    ("compare", Number::compare),
    ("compare_signal", Number::compare_signal),
    ("compare_total", |one, other, _, _| Number::of(sign(one.total_order(other)))),
    ("compare_total_mag", |one, other, _, _| Number::of(sign(one.total_magnitude_order(other)))),
    ("copy_sign", |one, other, _, _| one.with_sign(other.negative)),
    ("logical_and", Number::logical_and),
    ("logical_or", Number::logical_or),
    ("logical_xor", Number::logical_xor),
    ("max", Number::max),
    ("max_mag", Number::max_magnitude),
    ("min", Number::min),
    ("min_mag", Number::min_magnitude),
    ("next_toward", Number::next_toward),
    ("remainder_near", Number::remainder_near),
    ("rotate", Number::rotate),
    ("scaleb", Number::scaleb),
    ("shift", Number::shift),
];

const BINARY_OF_CONTEXT: [(&str, Binary); 7] = [
    ("add", Number::add),
    ("divide", Number::divide),
    ("divide_int", Number::divide_integer),
    ("multiply", Number::multiply),
    ("quantize", Number::quantize),
    ("remainder", Number::remainder),
    ("subtract", Number::subtract),
];

/// What asks the context, too.
const TESTS_IN_CONTEXT: [(&str, Test); 2] =
    [("is_normal", Number::is_normal), ("is_subnormal", Number::is_subnormal)];

const TESTS: [(&str, Test); 6] = [
    ("is_finite", |number, _| number.is_finite()),
    ("is_infinite", |number, _| number.is_infinite()),
    ("is_nan", |number, _| number.is_nan()),
    ("is_qnan", |number, _| number.kind == Kind::Quiet),
    ("is_signed", |number, _| number.negative),
    ("is_snan", |number, _| number.kind == Kind::Signaling),
];

fn sign(order: Ordering) -> i64 {
    order as i64
}

fn add<Function, Kind>(
    class: &'static Py<PyType>,
    name: &'static str,
    parameters: &str,
    function: Function,
    vm: &VirtualMachine,
) where
    Function: IntoPyNativeFn<Kind>,
{
    let signature = vm.ctx.intern_str(format!("{name}({parameters})\n--\n\n")).as_str();
    let doc = ItemDoc::static_text(signature);
    let definition = vm.ctx.new_method_def(name, function, PyMethodFlags::METHOD, doc);
    class.set_attr(vm.ctx.intern_str(name), definition.build_method(class, vm).into());
}

/// Adds what the tables have to the classes.
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
    add_methods_of_contexts(vm);
}

fn add_methods_of_contexts(vm: &VirtualMachine) {
    let class = Context::class(&vm.ctx);
    for (name, operation) in UNARY.into_iter().chain(UNARY_OF_CONTEXT) {
        add(
            class,
            name,
            "$self, x, /",
            move |this: &Py<Context>, arguments: FuncArgs, vm: &VirtualMachine| {
                let [number] = exact_arguments(arguments, vm)?;
                let number = argument(&number, vm)?;
                this.run(vm, |rules, status| operation(&number, rules, status))
            },
            vm,
        );
    }
    for (name, operation) in BINARY.into_iter().chain(BINARY_OF_CONTEXT) {
        add(
            class,
            name,
            "$self, x, y, /",
            move |this: &Py<Context>, arguments: FuncArgs, vm: &VirtualMachine| {
                let [one, other] = exact_arguments(arguments, vm)?;
                let (one, other) = (argument(&one, vm)?, argument(&other, vm)?);
                this.run(vm, |rules, status| operation(&one, &other, rules, status))
            },
            vm,
        );
    }
    let is_zero: (&str, Test) = ("is_zero", |number, _| number.is_zero());
    for (name, test) in TESTS.into_iter().chain(TESTS_IN_CONTEXT).chain([is_zero]) {
        add(
            class,
            name,
            "$self, x, /",
            move |this: &Py<Context>, number: PyObjectRef, vm: &VirtualMachine| {
                let number = argument(&number, vm)?;
                PyResult::Ok(test(&number, &this.rules()))
            },
            vm,
        );
    }
    add(
        class,
        "fma",
        "$self, x, y, z, /",
        |this: &Py<Context>, arguments: FuncArgs, vm: &VirtualMachine| {
            let [one, other, third] = exact_arguments(arguments, vm)?;
            let (one, other) = (argument(&one, vm)?, argument(&other, vm)?);
            let third = argument(&third, vm)?;
            this.run(vm, |rules, status| one.fma(&other, &third, rules, status))
        },
        vm,
    );
    add(
        class,
        "power",
        "$self, /, a, b, modulo=None",
        |this: &Py<Context>, arguments: FuncArgs, vm: &VirtualMachine| {
            let [base, exponent, modulus] = named(["a", "b", "modulo"], 2, arguments, vm)?;
            let base = base.unwrap_or_else(|| vm.ctx.none());
            let exponent = exponent.unwrap_or_else(|| vm.ctx.none());
            let (base, exponent) = (argument(&base, vm)?, argument(&exponent, vm)?);
            match modulus.filter(|modulus| !vm.is_none(modulus)) {
                None => this.run(vm, |rules, status| base.power(&exponent, rules, status)),
                Some(modulus) => {
                    let modulus = argument(&modulus, vm)?;
                    this.run(vm, |rules, status| {
                        base.power_modulo(&exponent, &modulus, rules, status)
                    })
                }
            }
        },
        vm,
    );
    add(
        class,
        "divmod",
        "$self, x, y, /",
        |this: &Py<Context>, arguments: FuncArgs, vm: &VirtualMachine| {
            let [one, other] = exact_arguments(arguments, vm)?;
            let (one, other) = (argument(&one, vm)?, argument(&other, vm)?);
            let mut status = 0;
            let (quotient, rest) = one.divmod(&other, &this.rules(), &mut status);
            this.note(status, vm)?;
            let parts = vec![Decimal::object(quotient, vm), Decimal::object(rest, vm)];
            PyResult::Ok(vm.ctx.new_tuple(parts))
        },
        vm,
    );
    add(
        class,
        "same_quantum",
        "$self, x, y, /",
        |_: &Py<Context>, arguments: FuncArgs, vm: &VirtualMachine| {
            let [one, other] = exact_arguments(arguments, vm)?;
            let (one, other) = (argument(&one, vm)?, argument(&other, vm)?);
            PyResult::Ok(same_quantum(&one, &other))
        },
        vm,
    );
    for (name, engineering) in [("to_sci_string", false), ("to_eng_string", true)] {
        add(
            class,
            name,
            "$self, x, /",
            move |this: &Py<Context>, number: PyObjectRef, vm: &VirtualMachine| {
                let number = argument(&number, vm)?;
                PyResult::Ok(text(&number, this.has_capitals(), engineering))
            },
            vm,
        );
    }
    add(
        class,
        "number_class",
        "$self, x, /",
        |this: &Py<Context>, number: PyObjectRef, vm: &VirtualMachine| {
            PyResult::Ok(argument(&number, vm)?.class(&this.rules()))
        },
        vm,
    );
    for name in ["canonical", "is_canonical"] {
        add(
            class,
            name,
            "$self, x, /",
            move |_: &Py<Context>, number: PyObjectRef, vm: &VirtualMachine| {
                if !number.downcastable::<Decimal>() {
                    return Err(vm.new_type_error("argument must be a Decimal"));
                }
                PyResult::Ok(if name == "canonical" {
                    number
                } else {
                    vm.ctx.new_bool(true).into()
                })
            },
            vm,
        );
    }
    for (name, turned) in
        [("copy_abs", Some(false)), ("copy_negate", Some(true)), ("copy_decimal", None)]
    {
        add(
            class,
            name,
            "$self, x, /",
            move |_: &Py<Context>, given: PyObjectRef, vm: &VirtualMachine| {
                let number = argument(&given, vm)?;
                let negative = match turned {
                    None if given.downcastable::<Decimal>() => return Ok(given.clone()),
                    None => number.negative,
                    Some(turned) => turned && !number.negative,
                };
                PyResult::Ok(Decimal::object(number.with_sign(negative), vm))
            },
            vm,
        );
    }
    add(
        class,
        "create_decimal",
        "$self, num=\"0\", /",
        |this: &Py<Context>, number: OptionalArg<PyObjectRef>, vm: &VirtualMachine| match number {
            OptionalArg::Present(number) => Decimal::in_context(this, &number, vm),
            OptionalArg::Missing => {
                this.run(vm, |rules, status| Number::of(0).finish(rules, status))
            }
        },
        vm,
    );
    add(
        class,
        "create_decimal_from_float",
        "$self, f, /",
        |this: &Py<Context>, number: PyObjectRef, vm: &VirtualMachine| {
            let number = Decimal::of_float_object(&number, vm)?;
            this.run(vm, |rules, status| number.finish(rules, status))
        },
        vm,
    );
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
    fn __round__(
        zelf: &Py<Self>,
        digits: OptionalArg<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult {
        let OptionalArg::Present(digits) = digits else {
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
