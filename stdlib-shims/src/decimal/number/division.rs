//! Quotients, rests, and what is rounded to a place.

use super::{
    Coefficient, MOST_DIGITS, Number,
    arithmetic::nan_of,
    rules::{Rounding, Rules, status},
};
use std::cmp::Ordering;

impl Number {
    pub(crate) fn divide(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        let mut found = 0;
        let quotient = self.quotient(other, rules, &mut found);
        if found & status::NO_MEMORY == 0 {
            *status |= found;
            return quotient;
        }
        // An exact quotient needs fewer digits than a large precision.
        let digits = 4 * self.coefficient.digits().max(other.coefficient.digits());
        if digits < rules.precision && digits <= MOST_DIGITS {
            let mut exact = 0;
            let quotient = self.quotient(other, &Rules { precision: digits, ..*rules }, &mut exact);
            if exact == 0 {
                return quotient;
            }
        }
        *status |= found;
        quotient
    }

    fn quotient(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        let negative = self.negative != other.negative;
        if !(self.is_finite() && other.is_finite()) {
            if let Some(nan) = nan_of(&[self, other], rules, status) {
                return nan;
            }
            if self.is_infinite() {
                if other.is_infinite() {
                    return Self::signal(status::INVALID_OPERATION, status);
                }
                return Self::infinity(negative);
            }
            *status |= status::CLAMPED;
            return Self::new(negative, Coefficient::ZERO, rules.tiny());
        }
        if other.coefficient.is_zero() {
            if self.coefficient.is_zero() {
                return Self::signal(status::DIVISION_UNDEFINED, status);
            }
            *status |= status::DIVISION_BY_ZERO;
            return Self::infinity(negative);
        }
        let ideal = self.exponent - other.exponent;
        if self.coefficient.is_zero() {
            return Self::new(negative, Coefficient::ZERO, ideal).finish(rules, status);
        }
        let shift = other.coefficient.digits() - self.coefficient.digits() + rules.precision + 1;
        if shift > MOST_DIGITS {
            return Self::signal(status::NO_MEMORY, status);
        }
        let (mut quotient, rest) = if shift >= 0 {
            self.coefficient.shifted_left(shift).divided(&other.coefficient)
        } else {
            self.coefficient.divided(&other.coefficient.shifted_left(-shift))
        };
        let mut exponent = ideal - shift;
        if !rest.is_zero() {
            if matches!(quotient.last(), 0 | 5) {
                quotient = quotient.plus(&Coefficient::ONE);
            }
        } else if exponent < ideal {
            let zeros = quotient.trailing_zeros(ideal - exponent);
            quotient = quotient.shifted_right(zeros).0;
            exponent += zeros;
        }
        Self::new(negative, quotient, exponent).finish(rules, status)
    }

    /// The integer quotient and the rest of finite numbers; None if the quotient is too long.
    fn parts(&self, other: &Self, rules: &Rules, status: &mut u32) -> Option<(Self, Self)> {
        let negative = self.negative != other.negative;
        let ideal = self.exponent.min(other.exponent);
        if self.coefficient.is_zero() {
            let rest = Self::new(self.negative, Coefficient::ZERO, ideal);
            return Some((Self::new(negative, Coefficient::ZERO, 0), rest));
        }
        let gap = self.adjusted() - other.adjusted();
        if gap > rules.precision {
            *status |= status::DIVISION_IMPOSSIBLE;
            return None;
        }
        let lift = self.exponent - other.exponent;
        if gap < 0 {
            // The dividend is the rest; its exponent may have to come down.
            let down = lift.max(0);
            if down > MOST_DIGITS {
                *status |= status::NO_MEMORY;
                return None;
            }
            let rest = Self::new(self.negative, self.coefficient.shifted_left(down), ideal);
            return Some((Self::new(negative, Coefficient::ZERO, 0), rest));
        }
        if lift.abs() > MOST_DIGITS {
            *status |= status::NO_MEMORY;
            return None;
        }
        let (quotient, rest) = if lift >= 0 {
            self.coefficient.shifted_left(lift).divided(&other.coefficient)
        } else {
            self.coefficient.divided(&other.coefficient.shifted_left(-lift))
        };
        if quotient.digits() > rules.precision {
            *status |= status::DIVISION_IMPOSSIBLE;
            return None;
        }
        Some((Self::new(negative, quotient, 0), Self::new(self.negative, rest, ideal)))
    }

    pub(crate) fn divide_integer(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        let negative = self.negative != other.negative;
        if let Some(nan) = nan_of(&[self, other], rules, status) {
            return nan;
        }
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) => return Self::signal(status::INVALID_OPERATION, status),
            (true, false) => return Self::infinity(negative),
            (false, true) => return Self::new(negative, Coefficient::ZERO, 0),
            (false, false) => {}
        }
        if other.coefficient.is_zero() {
            if self.coefficient.is_zero() {
                return Self::signal(status::DIVISION_UNDEFINED, status);
            }
            *status |= status::DIVISION_BY_ZERO;
            return Self::infinity(negative);
        }
        match self.parts(other, rules, status) {
            Some((quotient, _)) => quotient.finish(rules, status),
            None => Self::nan(),
        }
    }

    /// What a rest is where no division is needed for it.
    fn simple_rest(&self, other: &Self, rules: &Rules, status: &mut u32) -> Option<Self> {
        if let Some(nan) = nan_of(&[self, other], rules, status) {
            return Some(nan);
        }
        if self.is_infinite() {
            return Some(Self::signal(status::INVALID_OPERATION, status));
        }
        if other.is_infinite() {
            return Some(self.clone().finish(rules, status));
        }
        if other.coefficient.is_zero() {
            let signal = if self.coefficient.is_zero() {
                status::DIVISION_UNDEFINED
            } else {
                status::INVALID_OPERATION
            };
            return Some(Self::signal(signal, status));
        }
        None
    }

    pub(crate) fn remainder(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        if let Some(rest) = self.simple_rest(other, rules, status) {
            return rest;
        }
        match self.parts(other, rules, status) {
            Some((_, rest)) => rest.finish(rules, status),
            None => Self::nan(),
        }
    }

    pub(crate) fn divmod(&self, other: &Self, rules: &Rules, status: &mut u32) -> (Self, Self) {
        let negative = self.negative != other.negative;
        if let Some(nan) = nan_of(&[self, other], rules, status) {
            return (nan.clone(), nan);
        }
        if self.is_infinite() {
            let rest = Self::signal(status::INVALID_OPERATION, status);
            let quotient = if other.is_infinite() { Self::nan() } else { Self::infinity(negative) };
            return (quotient, rest);
        }
        if other.is_infinite() {
            let quotient = Self::new(negative, Coefficient::ZERO, 0);
            return (quotient, self.clone().finish(rules, status));
        }
        if other.coefficient.is_zero() {
            if self.coefficient.is_zero() {
                return (Self::signal(status::DIVISION_UNDEFINED, status), Self::nan());
            }
            *status |= status::DIVISION_BY_ZERO | status::INVALID_OPERATION;
            return (Self::infinity(negative), Self::nan());
        }
        match self.parts(other, rules, status) {
            Some((quotient, rest)) => (quotient.finish(rules, status), rest.finish(rules, status)),
            None => (Self::nan(), Self::nan()),
        }
    }

    pub(crate) fn remainder_near(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        if let Some(rest) = self.simple_rest(other, rules, status) {
            return rest;
        }
        let ideal = self.exponent.min(other.exponent);
        if self.coefficient.is_zero() {
            let zero = Self::new(self.negative, Coefficient::ZERO, ideal);
            return zero.finish(rules, status);
        }
        let gap = self.adjusted() - other.adjusted();
        if gap > rules.precision {
            return Self::signal(status::DIVISION_IMPOSSIBLE, status);
        }
        let lift = self.exponent - other.exponent;
        if lift.abs() > MOST_DIGITS && (gap > -2 || lift > 0) {
            return Self::signal(status::NO_MEMORY, status);
        }
        let one = self.coefficient.shifted_left(lift.max(0));
        if gap <= -2 {
            return Self::new(self.negative, one, ideal).finish(rules, status);
        }
        let two = other.coefficient.shifted_left((-lift).max(0));
        let (mut quotient, mut rest) = one.divided(&two);
        let mut negative = self.negative;
        let other_way = two.minus(&rest);
        let goes_up = match rest.cmp(&other_way) {
            Ordering::Greater => true,
            Ordering::Equal => quotient.is_odd(),
            Ordering::Less => false,
        };
        if goes_up {
            rest = other_way;
            negative = !negative;
            quotient = quotient.plus(&Coefficient::ONE);
        }
        if quotient.digits() > rules.precision {
            return Self::signal(status::DIVISION_IMPOSSIBLE, status);
        }
        Self::new(negative, rest, ideal).finish(rules, status)
    }

    pub(crate) fn quantize(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        if !(self.is_finite() && other.is_finite()) {
            if let Some(nan) = nan_of(&[self, other], rules, status) {
                return nan;
            }
            if self.is_infinite() && other.is_infinite() {
                return self.clone();
            }
            return Self::signal(status::INVALID_OPERATION, status);
        }
        let exponent = other.exponent;
        if exponent > rules.most || exponent < rules.tiny() {
            return Self::signal(status::INVALID_OPERATION, status);
        }
        if self.coefficient.is_zero() {
            return Self::new(self.negative, Coefficient::ZERO, exponent).finish(rules, status);
        }
        let lift = self.exponent - exponent;
        if self.coefficient.digits() + lift > rules.precision {
            return Self::signal(status::INVALID_OPERATION, status);
        }
        let mut result = self.clone();
        let mut found = 0;
        if lift >= 0 {
            if lift > MOST_DIGITS {
                return Self::signal(status::NO_MEMORY, status);
            }
            result.coefficient = self.coefficient.shifted_left(lift);
            result.exponent = exponent;
        } else {
            found |= status::ROUNDED;
            if result.cut(-lift, rules.rounding) {
                found |= status::INEXACT;
            }
        }
        let digits = result.coefficient.digits();
        if exponent + digits - 1 > rules.most || digits > rules.precision {
            return Self::signal(status::INVALID_OPERATION, status);
        }
        *status |= found;
        result.finish(rules, status)
    }

    /// The integer that is near, with what is told of it.
    pub(crate) fn to_integral_exact(&self, rules: &Rules, status: &mut u32) -> Self {
        if let Some(nan) = nan_of(&[self], rules, status) {
            return nan;
        }
        if self.is_infinite() || self.exponent >= 0 {
            return self.clone();
        }
        if self.coefficient.is_zero() {
            return Self::new(self.negative, Coefficient::ZERO, 0);
        }
        let mut result = self.clone();
        *status |= status::ROUNDED;
        if result.cut(-self.exponent, rules.rounding) {
            *status |= status::INEXACT;
        }
        result
    }

    pub(crate) fn to_integral_value(&self, rules: &Rules, status: &mut u32) -> Self {
        let mut found = 0;
        let result = self.to_integral_exact(rules, &mut found);
        *status |= found & status::ERRORS;
        result
    }

    /// The integer that rounding gives, of a finite number.
    pub(crate) fn integer(&self, rounding: Rounding) -> Self {
        self.to_integral_exact(&Rules::WIDEST.rounded(rounding), &mut 0)
    }

    /// Without zeros at the end.
    pub(crate) fn normalize(&self, rules: &Rules, status: &mut u32) -> Self {
        if let Some(nan) = nan_of(&[self], rules, status) {
            return nan;
        }
        let mut result = self.clone().finish(rules, status);
        if !result.is_finite() {
            return result;
        }
        if result.coefficient.is_zero() {
            result.exponent = 0;
            return result;
        }
        let most = if rules.clamp { rules.top() } else { rules.most };
        let zeros = result.coefficient.trailing_zeros((most - result.exponent).max(0));
        result.coefficient = result.coefficient.shifted_right(zeros).0;
        result.exponent += zeros;
        result
    }
}
