//! The operators, comparisons and the hash of decimals.

use super::{
    arguments::context_or_current,
    context::current,
    convert::{hash, operand, to_compare, to_float, to_int},
    number::{Kind, Number, Rounding, Rules, status},
    object::Decimal,
};
use rustpython_common::hash::PyHash;
use rustpython_vm::{
    AsObject, Py, PyObject, PyResult, VirtualMachine,
    function::PyComparisonValue,
    protocol::{PyNumber, PyNumberMethods},
    types::{AsNumber, Comparable, Hashable, PyComparisonOp, Representable},
};
use std::cmp::Ordering;

#[inline]
fn binary(
    one: &PyObject,
    other: &PyObject,
    vm: &VirtualMachine,
    operation: impl FnOnce(&Number, &Number, &Rules, &mut u32) -> Number,
) -> PyResult {
    let (Some(one), Some(other)) = (operand(one), operand(other)) else {
        return Ok(vm.ctx.not_implemented());
    };
    current(vm)?.run(vm, |rules, status| operation(&one, &other, rules, status))
}

#[inline]
fn unary(
    number: PyNumber<'_>,
    vm: &VirtualMachine,
    operation: impl FnOnce(&Number, &Rules, &mut u32) -> Number,
) -> PyResult {
    let number = &Decimal::number_downcast(number).number;
    current(vm)?.run(vm, |rules, status| operation(number, rules, status))
}

fn divmod(one: &PyObject, other: &PyObject, vm: &VirtualMachine) -> PyResult {
    let (Some(one), Some(other)) = (operand(one), operand(other)) else {
        return Ok(vm.ctx.not_implemented());
    };
    let context = context_or_current(None, vm)?;
    let mut status = 0;
    let (quotient, rest) = one.divmod(&other, &context.rules(), &mut status);
    context.note(status, vm)?;
    let parts = vec![Decimal::object(quotient, vm), Decimal::object(rest, vm)];
    Ok(vm.ctx.new_tuple(parts).into())
}

fn power(
    base: &PyObject,
    exponent: &PyObject,
    modulus: &PyObject,
    vm: &VirtualMachine,
) -> PyResult {
    if vm.is_none(modulus) {
        return binary(base, exponent, vm, Number::power);
    }
    let (Some(base), Some(exponent), Some(modulus)) =
        (operand(base), operand(exponent), operand(modulus))
    else {
        return Ok(vm.ctx.not_implemented());
    };
    current(vm)?.run(vm, |rules, status| base.power_modulo(&exponent, &modulus, rules, status))
}

impl AsNumber for Decimal {
    fn as_number() -> &'static PyNumberMethods {
        static METHODS: PyNumberMethods = PyNumberMethods {
            add: Some(|one, other, vm| binary(one, other, vm, Number::add)),
            subtract: Some(|one, other, vm| binary(one, other, vm, Number::subtract)),
            multiply: Some(|one, other, vm| binary(one, other, vm, Number::multiply)),
            remainder: Some(|one, other, vm| binary(one, other, vm, Number::remainder)),
            divmod: Some(divmod),
            power: Some(power),
            negative: Some(|number, vm| unary(number, vm, Number::minus)),
            positive: Some(|number, vm| unary(number, vm, Number::plus)),
            absolute: Some(|number, vm| unary(number, vm, Number::abs)),
            boolean: Some(|number, _| Ok(!Decimal::number_downcast(number).number.is_zero())),
            int: Some(|number, vm| {
                to_int(&Decimal::number_downcast(number).number, Rounding::Down, vm)
            }),
            float: Some(|number, vm| {
                let float = to_float(&Decimal::number_downcast(number).number, vm)?;
                Ok(vm.ctx.new_float(float).into())
            }),
            floor_divide: Some(|one, other, vm| binary(one, other, vm, Number::divide_integer)),
            true_divide: Some(|one, other, vm| binary(one, other, vm, Number::divide)),
            ..PyNumberMethods::NOT_IMPLEMENTED
        };
        &METHODS
    }
}

impl Comparable for Decimal {
    fn cmp(
        zelf: &Py<Self>,
        other: &PyObject,
        op: PyComparisonOp,
        vm: &VirtualMachine,
    ) -> PyResult<PyComparisonValue> {
        let is_equality = op == PyComparisonOp::Eq || op == PyComparisonOp::Ne;
        if let Some(other) = other.downcast_ref::<Self>()
            && !zelf.number.is_nan()
            && !other.number.is_nan()
        {
            return Ok(op.eval_ord(zelf.number.order(&other.number)).into());
        }
        let operands = to_compare(&zelf.number, other, is_equality, || current(vm), vm)?;
        let Some((one, other)) = operands else {
            return Ok(PyComparisonValue::NotImplemented);
        };
        if one.is_nan() || other.is_nan() {
            let signals = one.kind == Kind::Signaling || other.kind == Kind::Signaling;
            if signals || !is_equality {
                current(vm)?.note(status::INVALID_OPERATION, vm)?;
            }
            return Ok((op == PyComparisonOp::Ne).into());
        }
        let order: Ordering = one.order(&other);
        Ok(op.eval_ord(order).into())
    }
}

impl Hashable for Decimal {
    fn hash(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyHash> {
        hash(&zelf.number, zelf.as_object().get_id(), vm)
    }
}

impl Representable for Decimal {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let capitals = current(vm)?.has_capitals();
        Ok(format!("Decimal('{}')", zelf.shown(capitals)))
    }
}
