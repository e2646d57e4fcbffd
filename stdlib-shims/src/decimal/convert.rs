//! Python's other numbers, and text, as numbers; and numbers as those.

use super::{
    context::Context,
    module::classes,
    number::{Coefficient, Kind, MOST_DIGITS, Number, Rounding, Rules, parse, status, text},
    object::Decimal,
};
use malachite_bigint::{BigInt, Sign};
use rustpython_common::hash::MODULUS;
use rustpython_vm::{
    Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyFloat, PyInt, PyList, PyStr, PyTuple},
    protocol::numeric_literal_from_str,
};
use std::borrow::Cow;

/// The number that an operand of an operator is: a decimal, or an int.
#[inline]
pub(super) fn operand(object: &PyObject) -> Option<Cow<'_, Number>> {
    if let Some(decimal) = object.downcast_ref::<Decimal>() {
        return Some(Cow::Borrowed(&decimal.number));
    }
    object.downcast_ref::<PyInt>().map(|number| Cow::Owned(of_int(number)))
}

/// The number that an argument is.
pub(super) fn argument<'a>(object: &'a PyObject, vm: &VirtualMachine) -> PyResult<Cow<'a, Number>> {
    operand(object).ok_or_else(|| not_supported(object, vm))
}

pub(super) fn not_supported(object: &PyObject, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let class = object.class().name().to_string();
    vm.new_type_error(format!("conversion from {class} to Decimal is not supported"))
}

pub(super) fn of_int(number: &Py<PyInt>) -> Number {
    of_bigint(number.as_bigint())
}

pub(super) fn of_bigint(number: &BigInt) -> Number {
    let negative = number.sign() == Sign::Minus;
    if let Ok(small) = u64::try_from(number.magnitude()) {
        return Number::small(negative, small, 0);
    }
    Number::new(negative, number.magnitude().clone().into(), 0)
}

/// The exact value of a float.
pub(super) fn of_float(number: f64) -> Number {
    let bits = number.to_bits();
    let negative = number.is_sign_negative();
    if number.is_nan() {
        return Number { negative, ..Number::nan() };
    }
    if number.is_infinite() {
        return Number::infinity(negative);
    }
    let raised = (bits >> 52) & 0x7ff;
    let fraction = bits & ((1 << 52) - 1);
    let (mut mantissa, mut exponent) =
        if raised == 0 { (fraction, -1074) } else { (fraction | 1 << 52, raised as i64 - 1075) };
    if mantissa == 0 {
        return Number::small(negative, 0, 0);
    }
    let zeros = mantissa.trailing_zeros();
    mantissa >>= zeros;
    exponent += i64::from(zeros);
    let mantissa = malachite_bigint::BigUint::from(mantissa);
    if exponent >= 0 {
        return Number::new(negative, (mantissa << exponent as u64).into(), 0);
    }
    let fives = malachite_bigint::BigUint::from(5u32).pow(exponent.unsigned_abs() as u32);
    Number::new(negative, (mantissa * fives).into(), exponent)
}

/// The number of a text, as the constructor takes it.
pub(super) fn of_text(literal: &Py<PyStr>, is_strict: bool) -> Option<Number> {
    let ascii;
    let literal = match literal.to_str() {
        Some(plain) if plain.is_ascii() => plain,
        Some(wide) if !is_strict || !ends_in_space(wide) => {
            ascii = numeric_literal_from_str(literal);
            &*ascii
        }
        _ => return None,
    };
    let bytes = literal.as_bytes();
    if is_strict {
        return parse(bytes);
    }
    let is_space = |byte: &u8| matches!(byte, 9..=13 | 28..=32);
    let first = bytes.iter().position(|byte| !is_space(byte))?;
    let last = bytes.iter().rposition(|byte| !is_space(byte))?;
    let bytes = &bytes[first..=last];
    if bytes.contains(&b'_') {
        let plain: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != b'_').collect();
        return parse(&plain);
    }
    parse(bytes)
}

fn ends_in_space(text: &str) -> bool {
    text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace)
}

/// The number of a tuple of a sign, digits and an exponent.
pub(super) fn of_tuple(object: &PyObject, vm: &VirtualMachine) -> PyResult<Number> {
    let elements =
        elements(object).ok_or_else(|| vm.new_value_error("argument must be a tuple or list"))?;
    let [sign, digits, exponent] = elements.as_slice() else {
        return Err(vm.new_value_error("argument must be a sequence of length 3"));
    };
    let sign = sign.downcast_ref::<PyInt>().and_then(|sign| u8::try_from(sign.as_bigint()).ok());
    let negative = match sign {
        Some(0) => false,
        Some(1) => true,
        _ => return Err(vm.new_value_error("sign must be an integer with the value 0 or 1")),
    };
    let mut kind = Kind::Finite;
    let mut places = 0;
    if let Some(name) = exponent.downcast_ref::<PyStr>() {
        kind = match name.to_str() {
            Some("F") => Kind::Infinite,
            Some("n") => Kind::Quiet,
            Some("N") => Kind::Signaling,
            _ => {
                return Err(vm.new_value_error(
                    "string argument in the third position must be 'F', 'n' or 'N'",
                ));
            }
        };
    } else {
        let exponent = exponent
            .downcast_ref::<PyInt>()
            .ok_or_else(|| vm.new_value_error("exponent must be an integer"))?;
        places = i64::try_from(exponent.as_bigint())
            .map_err(|_| vm.new_overflow_error("Python int too large to convert to C ssize_t"))?;
    }
    let wrong = || vm.new_value_error("coefficient must be a tuple of digits");
    let elements = self::elements(digits).ok_or_else(wrong)?;
    let mut digits = Vec::with_capacity(elements.len());
    for digit in elements {
        let digit = digit.downcast_ref::<PyInt>().ok_or_else(wrong)?;
        let digit = u8::try_from(digit.as_bigint()).ok().filter(|digit| *digit <= 9);
        digits.push(b'0' + digit.ok_or_else(wrong)?);
    }
    // The digits of an infinity are looked at all the same.
    if kind == Kind::Infinite {
        return Ok(Number::infinity(negative));
    }
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    let coefficient = Coefficient::parse(&digits[zeros..]);
    let far = 4 * Rules::WIDEST.most;
    Ok(Number { kind, ..Number::new(negative, coefficient, places.clamp(-far, far)) })
}

fn elements(object: &PyObject) -> Option<Vec<PyObjectRef>> {
    if let Some(tuple) = object.downcast_ref::<PyTuple>() {
        return Some(tuple.as_slice().to_vec());
    }
    object.downcast_ref::<PyList>().map(|list| list.borrow_vec().to_vec())
}

/// A number as it is, if there is such a one.
#[inline]
pub(super) fn exactly(number: Number, found: &mut u32) -> Number {
    let mut status = 0;
    let result = number.finish(&Rules::WIDEST, &mut status);
    if status == 0 {
        return result;
    }
    let mut result = result;
    if status & (status::INEXACT | status::ROUNDED | status::CLAMPED) != 0 {
        result = Number::signal(status::INVALID_OPERATION, &mut status);
    }
    *found |= status & status::ERRORS;
    result
}

/// What a number is compared with, and what stands for the number then; None where nothing is said
/// of the two.
pub(super) fn to_compare<'a>(
    number: &'a Number,
    other: &'a PyObject,
    is_equality: bool,
    context: impl FnOnce() -> PyResult<rustpython_vm::PyRef<Context>>,
    vm: &VirtualMachine,
) -> PyResult<Option<(Cow<'a, Number>, Cow<'a, Number>)>> {
    let this = Cow::Borrowed(number);
    if let Some(operand) = operand(other) {
        return Ok(Some((this, operand)));
    }
    if let Some(float) = other.downcast_ref::<PyFloat>() {
        let context = context()?;
        if is_equality {
            context
                .settings
                .status
                .fetch_or(status::FLOAT_OPERATION, std::sync::atomic::Ordering::Relaxed);
        } else {
            context.note(status::FLOAT_OPERATION, vm)?;
        }
        return Ok(Some((this, Cow::Owned(of_float(float.to_f64())))));
    }
    if let Some(complex) = other.downcast_ref::<rustpython_vm::builtins::PyComplex>() {
        let complex = complex.as_complex();
        if is_equality && complex.im == 0.0 {
            return Ok(Some((this, Cow::Owned(of_float(complex.re)))));
        }
        return Ok(None);
    }
    if !other.is_instance(&classes().rational, vm)? {
        return Ok(None);
    }
    let part = |name: &'static str| -> PyResult<Number> {
        let part = other.get_attr(name, vm)?;
        let int = part.downcast_ref::<PyInt>().map(of_int);
        int.ok_or_else(|| vm.new_type_error(format!("{name} must be an integer")))
    };
    let numerator = part("numerator")?;
    if !number.is_finite() {
        return Ok(Some((this, Cow::Owned(numerator))));
    }
    let denominator = part("denominator")?;
    let coefficient = number.coefficient.times(&denominator.coefficient);
    let this = Number::new(number.negative, coefficient, number.exponent);
    Ok(Some((Cow::Owned(this), Cow::Owned(numerator))))
}

/// The int that rounding gives.
pub(super) fn to_int(number: &Number, rounding: Rounding, vm: &VirtualMachine) -> PyResult {
    match number.kind {
        Kind::Finite => {}
        Kind::Infinite => {
            return Err(vm.new_overflow_error("cannot convert Infinity to integer"));
        }
        Kind::Quiet | Kind::Signaling => {
            return Err(vm.new_value_error("cannot convert NaN to integer"));
        }
    }
    let integer = number.integer(rounding);
    if integer.exponent > MOST_DIGITS && !integer.coefficient.is_zero() {
        return Err(vm.no_memory_error());
    }
    let magnitude = integer.coefficient.shifted_left(integer.exponent);
    if let Some(small) = magnitude.as_small().and_then(|small| i64::try_from(small).ok()) {
        return Ok(vm.ctx.new_int(if integer.negative { -small } else { small }).into());
    }
    Ok(vm.ctx.new_bigint(&big(integer.negative, &magnitude)).into())
}

pub(super) fn big(negative: bool, magnitude: &Coefficient) -> BigInt {
    let sign = if negative { Sign::Minus } else { Sign::Plus };
    BigInt::from_biguint(sign, magnitude.to_big())
}

/// The nearest float.
pub(super) fn to_float(number: &Number, vm: &VirtualMachine) -> PyResult<f64> {
    let sign = if number.negative { -1.0 } else { 1.0 };
    match number.kind {
        Kind::Signaling => {
            return Err(vm.new_value_error("cannot convert signaling NaN to float"));
        }
        Kind::Quiet => return Ok(f64::NAN.copysign(sign)),
        Kind::Infinite => return Ok(f64::INFINITY.copysign(sign)),
        Kind::Finite => {}
    }
    const POWERS: [f64; 23] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];
    if let Some(small) = number.coefficient.as_small()
        && small < 1 << 53
        && (-22..=22).contains(&number.exponent)
    {
        // Both are exact, and so one operation is rounded correctly.
        let power = POWERS[number.exponent.unsigned_abs() as usize];
        let small = small as f64 * sign;
        return Ok(if number.exponent < 0 { small / power } else { small * power });
    }
    Ok(text(number, true, false).parse().unwrap_or(f64::NAN))
}

pub(super) fn hash(number: &Number, identity: usize, vm: &VirtualMachine) -> PyResult<i64> {
    const PRIME: u128 = MODULUS as u128;
    /// The inverse of 10 modulo the prime.
    const INVERSE: u128 = 2_075_258_708_292_324_556;
    match number.kind {
        Kind::Signaling => {
            return Err(vm.new_type_error("Cannot hash a signaling NaN value"));
        }
        // As `object.__hash__`.
        Kind::Quiet => return Ok(identity as i64),
        Kind::Infinite => return Ok(if number.negative { -314_159 } else { 314_159 }),
        Kind::Finite => {}
    }
    let mut power = 1u128;
    let mut base = if number.exponent < 0 { INVERSE } else { 10 };
    let mut exponent = number.exponent.unsigned_abs();
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = power * base % PRIME;
        }
        base = base * base % PRIME;
        exponent >>= 1;
    }
    let coefficient = match number.coefficient.as_small() {
        Some(small) => small % PRIME,
        None => {
            let rest = number.coefficient.to_big() % (PRIME as u64);
            u128::from(u64::try_from(&rest).unwrap_or_default())
        }
    };
    let hash = (coefficient * power % PRIME) as i64;
    let hash = if number.negative { -hash } else { hash };
    Ok(if hash == -1 { -2 } else { hash })
}
