//! The methods of contexts.

use super::{
    arguments::{exactly as exact_arguments, named},
    context::Context,
    convert::argument,
    number::{Number, same_quantum, text},
    object::Decimal,
    tables::{
        BINARY, BINARY_OF_CONTEXT, TESTS, TESTS_IN_CONTEXT, Test, UNARY, UNARY_OF_CONTEXT, add,
    },
};
use rustpython_vm::{
    Py, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    function::{FuncArgs, OptionalArg},
};

/// Adds what contexts have beside their attributes.
pub(super) fn add_methods(vm: &VirtualMachine) {
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
