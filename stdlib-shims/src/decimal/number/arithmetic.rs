//! Sums, differences and products.

use super::{
    Coefficient, Kind, MOST_DIGITS, Number,
    rules::{Rounding, Rules, status},
};
use std::cmp::Ordering;

/// What an operation gives of one that is no number, if there is one among its operands.
#[inline]
pub(crate) fn nan_of(operands: &[&Number], rules: &Rules, status: &mut u32) -> Option<Number> {
    if operands.iter().all(|operand| !operand.is_nan()) {
        return None;
    }
    let signaling = operands.iter().find(|operand| operand.kind == Kind::Signaling);
    if signaling.is_some() {
        *status |= status::INVALID_OPERATION;
    }
    let found = signaling.or_else(|| operands.iter().find(|operand| operand.is_nan()))?;
    let quiet = Number { kind: Kind::Quiet, ..(**found).clone() };
    Some(quiet.finish(rules, status))
}

impl Number {
    pub(crate) fn plus(&self, rules: &Rules, status: &mut u32) -> Self {
        self.signed(false, rules, status)
    }

    pub(crate) fn minus(&self, rules: &Rules, status: &mut u32) -> Self {
        self.signed(true, rules, status)
    }

    fn signed(&self, turns: bool, rules: &Rules, status: &mut u32) -> Self {
        if let Some(nan) = nan_of(&[self], rules, status) {
            return nan;
        }
        let has_sign = !self.is_zero() || rules.rounding == Rounding::Floor;
        let negative = has_sign && self.negative != turns;
        self.with_sign(negative).finish(rules, status)
    }

    pub(crate) fn abs(&self, rules: &Rules, status: &mut u32) -> Self {
        if let Some(nan) = nan_of(&[self], rules, status) {
            return nan;
        }
        self.with_sign(false).finish(rules, status)
    }

    pub(crate) fn add(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        self.sum(other, other.negative, rules, status)
    }

    pub(crate) fn subtract(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        self.sum(other, !other.negative, rules, status)
    }

    /// The sum with a number of another sign.
    #[inline]
    fn sum(&self, other: &Self, negative: bool, rules: &Rules, status: &mut u32) -> Self {
        if self.is_finite()
            && other.is_finite()
            && self.exponent == other.exponent
            && let Some(one) = self.coefficient.as_small()
            && let Some(other) = other.coefficient.as_small()
        {
            let (negative, coefficient) = if self.negative == negative {
                (negative, one + other)
            } else {
                match one.cmp(&other) {
                    Ordering::Greater => (self.negative, one - other),
                    Ordering::Less => (negative, other - one),
                    Ordering::Equal => (rules.rounding == Rounding::Floor, 0),
                }
            };
            return Self::new(negative, coefficient.into(), self.exponent).finish(rules, status);
        }
        self.general_sum(other, negative, rules, status)
    }

    #[inline(never)]
    fn general_sum(&self, other: &Self, negative: bool, rules: &Rules, status: &mut u32) -> Self {
        if let Some(nan) = nan_of(&[self, other], rules, status) {
            return nan;
        }
        if self.is_infinite() {
            if other.is_infinite() && self.negative != negative {
                return Self::signal(status::INVALID_OPERATION, status);
            }
            return Self::infinity(self.negative);
        }
        if other.is_infinite() {
            return Self::infinity(negative);
        }
        let one = (&self.coefficient, self.exponent, self.negative);
        let two = (&other.coefficient, other.exponent, negative);
        let (high, low) = if self.exponent >= other.exponent { (one, two) } else { (two, one) };
        let (mut low_coefficient, mut low_exponent) = (low.0.clone(), low.1);
        let mut high_coefficient = high.0.clone();
        if high.1 != low.1 && !high.0.is_zero() {
            // One that is far below changes no digit but by being there.
            let digits = high.0.digits();
            let far = high.1 - 1
                + if digits > rules.precision { 0 } else { digits - rules.precision - 1 };
            if low_exponent + low_coefficient.digits() - 1 < far {
                low_exponent = far;
                if !low_coefficient.is_zero() {
                    low_coefficient = Coefficient::ONE;
                }
            }
            let shift = high.1 - low_exponent;
            if shift > MOST_DIGITS {
                return Self::signal(status::NO_MEMORY, status);
            }
            high_coefficient = high_coefficient.shifted_left(shift);
        }
        let (negative, coefficient) = if high.2 == low.2 {
            (high.2, high_coefficient.plus(&low_coefficient))
        } else {
            match high_coefficient.cmp(&low_coefficient) {
                Ordering::Greater => (high.2, high_coefficient.minus(&low_coefficient)),
                Ordering::Less => (low.2, low_coefficient.minus(&high_coefficient)),
                Ordering::Equal => (rules.rounding == Rounding::Floor, Coefficient::ZERO),
            }
        };
        Self::new(negative, coefficient, low_exponent).finish(rules, status)
    }

    /// The product before it is rounded.
    pub(crate) fn product(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        let negative = self.negative != other.negative;
        if self.is_finite() && other.is_finite() {
            let coefficient = self.coefficient.times(&other.coefficient);
            return Self::new(negative, coefficient, self.exponent + other.exponent);
        }
        if let Some(nan) = nan_of(&[self, other], rules, status) {
            return nan;
        }
        if self.is_zero() || other.is_zero() {
            return Self::signal(status::INVALID_OPERATION, status);
        }
        Self::infinity(negative)
    }

    pub(crate) fn multiply(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        if self.is_finite()
            && other.is_finite()
            && let Some(result) = self.wide_product(other, rules, status)
        {
            return result;
        }
        self.product(other, rules, status).finish(rules, status)
    }

    pub(crate) fn fma(&self, other: &Self, third: &Self, rules: &Rules, status: &mut u32) -> Self {
        let mut found = 0;
        let product = self.product(other, rules, &mut found);
        *status |= found;
        if found & status::INVALID != 0 {
            return product;
        }
        product.add(third, rules, status)
    }
}
