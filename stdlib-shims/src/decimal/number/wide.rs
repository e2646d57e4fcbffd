//! Products of twice the digits that a machine's integer holds, rounded at once.

use super::{
    Coefficient, Number,
    coefficient::{Rest, SMALL_DIGITS, small_digits, small_power},
    rules::{Rules, status},
};
use std::cmp::Ordering;

/// The product, the lowest part first.
fn product(one: u128, other: u128) -> [u64; 4] {
    let halves = |number: u128| [number as u64, (number >> 64) as u64].map(u128::from);
    let ([a, b], [c, d]) = (halves(one), halves(other));
    let low = a * c;
    let middle = a * d + (low >> 64);
    let (middle, carry) = middle.overflowing_add(b * c);
    let high = b * d + (middle >> 64) + (u128::from(carry) << 64);
    [low as u64, middle as u64, high as u64, (high >> 64) as u64]
}

/// Divides in place, and gives the rest.
fn divide(number: &mut [u64; 4], divisor: u64) -> u64 {
    let mut rest = 0;
    for part in number.iter_mut().rev() {
        let whole = u128::from(rest) << 64 | u128::from(*part);
        *part = (whole / u128::from(divisor)) as u64;
        rest = (whole % u128::from(divisor)) as u64;
    }
    rest
}

/// The product without its last digits, and what these were. It must fit then.
fn cut_product(one: u128, other: u128, mut digits: i64) -> (u128, Rest) {
    let mut number = product(one, other);
    let mut has_more = false;
    let mut rest = Rest::Nothing;
    while digits > 0 {
        let step = digits.min(19);
        let divisor = small_power(step) as u64;
        let left = divide(&mut number, divisor);
        digits -= step;
        rest = match left.cmp(&(divisor / 2)) {
            _ if left == 0 && !has_more => Rest::Nothing,
            Ordering::Less => Rest::Below,
            Ordering::Equal if has_more => Rest::Above,
            Ordering::Equal => Rest::Half,
            Ordering::Greater => Rest::Above,
        };
        has_more = has_more || left != 0;
    }
    (u128::from(number[0]) | u128::from(number[1]) << 64, rest)
}

impl Number {
    /// The rounded product of finite numbers, where it is normal and two small coefficients give a
    /// large one.
    pub(super) fn wide_product(
        &self,
        other: &Self,
        rules: &Rules,
        status: &mut u32,
    ) -> Option<Self> {
        let (one, two) = (self.coefficient.as_small()?, other.coefficient.as_small()?);
        let digits = small_digits(one) + small_digits(two);
        let is_zero = one == 0 || two == 0;
        if is_zero || digits <= SMALL_DIGITS || rules.precision >= SMALL_DIGITS {
            return None;
        }
        let mut dropped = digits - 1 - rules.precision;
        if dropped <= 0 {
            return None;
        }
        let (mut number, mut rest) = cut_product(one, two, dropped);
        if number >= small_power(rules.precision) {
            let last = number % 10;
            number /= 10;
            dropped += 1;
            rest = match (last, rest) {
                (0, Rest::Nothing) => Rest::Nothing,
                (5, Rest::Nothing) => Rest::Half,
                (0..=4, _) => Rest::Below,
                _ => Rest::Above,
            };
        }
        let negative = self.negative != other.negative;
        let exponent = self.exponent + other.exponent + dropped;
        let adjusted = exponent + rules.precision - 1;
        // One digit more may be needed when it is rounded up.
        if adjusted < rules.least || adjusted >= rules.most {
            return None;
        }
        *status |= status::ROUNDED;
        if rest != Rest::Nothing {
            *status |= status::INEXACT;
        }
        let mut result = Self::new(negative, number.into(), exponent);
        if rules.rounding.goes_up(negative, &result.coefficient, rest) {
            number += 1;
            if number == small_power(rules.precision) {
                number /= 10;
                result.exponent += 1;
            }
            result.coefficient = Coefficient::from(number);
        }
        Some(result)
    }
}
