//! Powers, as libmpdec has them: not always rounded correctly, but always in the same way.

use super::{
    Coefficient, MOST_DIGITS, Number,
    arithmetic::nan_of,
    rules::{Rounding, Rules, status},
    transcendental::{decimal_size, one_with},
};
use num_traits::Zero;
use std::cmp::Ordering;

/// How many digits the largest exponent has.
const EXPONENT_DIGITS: i64 = 19;

impl Number {
    pub(crate) fn power(&self, exponent: &Self, rules: &Rules, status: &mut u32) -> Self {
        if let Some(nan) = nan_of(&[self, exponent], rules, status) {
            return nan;
        }
        let is_integer = exponent.is_integer();
        let negative = is_integer && self.negative && exponent.is_odd();
        if self.is_zero() {
            if exponent.is_zero() {
                return Self::signal(status::INVALID_OPERATION, status);
            }
            if exponent.negative {
                return Self::infinity(negative);
            }
            return Self::new(negative, Coefficient::ZERO, 0);
        }
        if self.negative && !is_integer {
            return Self::signal(status::INVALID_OPERATION, status);
        }
        let one = Self::small(false, 1, 0);
        let against_one = self.magnitude_order(&one);
        if exponent.is_infinite() {
            if against_one == Ordering::Equal {
                *status |= status::INEXACT | status::ROUNDED;
                return one_with(rules.precision - 1, negative, status);
            }
            let grows = (against_one == Ordering::Greater) != exponent.negative;
            return if grows {
                Self::infinity(negative)
            } else {
                Self::new(negative, Coefficient::ZERO, 0)
            };
        }
        if self.is_infinite() {
            return match (exponent.is_zero(), exponent.negative) {
                (true, _) => one.with_sign(negative),
                (_, true) => Self::new(negative, Coefficient::ZERO, 0),
                _ => Self::infinity(negative),
            };
        }
        if exponent.is_zero() {
            return one.with_sign(negative);
        }
        if against_one == Ordering::Equal {
            return self.power_of_one(exponent, is_integer, negative, rules, status);
        }
        if let Some(result) = self.beyond_bounds(exponent, negative, rules, status) {
            return result;
        }
        if is_integer {
            return self.integer_power(exponent, negative, rules, status);
        }
        let mut result = self.real_power(exponent, rules, status);
        if result.is_finite() && result.order(&one).is_eq() {
            result = one_with(rules.precision - 1, false, status);
        }
        if result.is_infinite() {
            result = Self::small(false, 1, rules.most + 1);
        }
        result.finish(rules, status)
    }

    fn power_of_one(
        &self,
        exponent: &Self,
        is_integer: bool,
        negative: bool,
        rules: &Rules,
        status: &mut u32,
    ) -> Self {
        let most = rules.precision - 1;
        if !is_integer {
            *status |= status::INEXACT | status::ROUNDED;
            return one_with(most, negative, status);
        }
        if exponent.negative {
            return Self::small(negative, 1, 0);
        }
        // As many zeros as the digits of 1.000 times the exponent.
        let places = exponent.to_i64().and_then(|count| count.checked_mul(-self.exponent));
        match places {
            Some(places) if places <= most => one_with(places, negative, status),
            _ if self.exponent == 0 => Self::small(negative, 1, 0),
            _ => {
                *status |= status::ROUNDED;
                one_with(most, negative, status)
            }
        }
    }

    /// Zero or infinity, where it is clear without calculating.
    fn beyond_bounds(
        &self,
        exponent: &Self,
        negative: bool,
        rules: &Rules,
        status: &mut u32,
    ) -> Option<Self> {
        let base = self.with_sign(false);
        let size = base.magnitude_of_logarithm() + exponent.adjusted();
        let grows = (base.adjusted() >= 0) != exponent.negative;
        let bound = if grows { rules.most } else { rules.tiny() };
        if decimal_size(bound) >= size {
            return None;
        }
        let far = if grows { rules.most + 1 } else { rules.tiny() - 1 };
        Some(Self::small(negative, 1, far).finish(rules, status))
    }

    /// A lower bound of the exponent of the first digit of this number's logarithm.
    fn magnitude_of_logarithm(&self) -> i64 {
        let adjusted = self.adjusted();
        if adjusted > 0 {
            return decimal_size(adjusted) - 1;
        }
        if adjusted < -1 {
            return decimal_size(adjusted + 1) - 1;
        }
        let one = Self::small(false, 1, 0);
        let wide = Rules { precision: self.coefficient.digits() + 4, ..Rules::WIDEST };
        let difference = self.subtract(&one, &wide, &mut 0).adjusted();
        if adjusted == 0 { difference - 2 } else { difference - 1 }
    }

    fn integer_power(
        &self,
        exponent: &Self,
        negative: bool,
        rules: &Rules,
        status: &mut u32,
    ) -> Self {
        let more = exponent.coefficient.digits() + exponent.exponent + 2;
        let mut work = Rules {
            precision: rules.precision + more,
            rounding: Rounding::HalfEven,
            clamp: false,
            ..*rules
        };
        let mut base = self.clone();
        if exponent.negative {
            work.precision += 1;
            let mut found = 0;
            base = Self::small(false, 1, 0).divide(self, &work, &mut found);
            *status |= found;
            if found & status::ERRORS != 0 {
                return Self::nan();
            }
        }
        let magnitude = exponent.with_sign(false);
        let small = exponent_bits(&magnitude);
        let mut result = match small {
            Some(count) => repeated(&base, count, &work, status),
            // So large that only what is near to 1 gives anything.
            None => {
                let mut result = Self::small(false, 1, 0);
                let mut factor = base;
                let mut rest = magnitude;
                let two = Self::small(false, 2, 0);
                let mut found = 0;
                while !rest.is_zero() {
                    if rest.is_odd() {
                        result = result.multiply(&factor, &work, &mut found);
                        *status |= found;
                        if stops(&result, found) {
                            break;
                        }
                    }
                    factor = factor.multiply(&factor, &work, &mut found);
                    rest = rest.divide_integer(&two, &Rules::WIDEST, &mut found);
                    if factor.is_nan() || rest.is_nan() {
                        return Self::signal(found & status::ERRORS, status);
                    }
                }
                result
            }
        };
        result.negative = negative;
        if result.is_infinite() {
            result = Self::small(negative, 1, rules.most + 1);
        }
        result.finish(rules, status)
    }

    fn real_power(&self, exponent: &Self, rules: &Rules, status: &mut u32) -> Self {
        let digits = self.coefficient.digits().max(rules.precision);
        let work = Rules { precision: digits + 4 + EXPONENT_DIGITS, ..Rules::WIDEST };
        let mut found = 0;
        let logarithm = self.ln(&work, &mut found);
        let product = logarithm.multiply(exponent, &work, &mut found);
        *status |= status::INEXACT | status::ROUNDED;
        let result = product.exp(&work, status);
        *status |= found & status::ERRORS;
        result
    }

    /// The power modulo a number: integers all of them.
    pub(crate) fn power_modulo(
        &self,
        exponent: &Self,
        modulus: &Self,
        rules: &Rules,
        status: &mut u32,
    ) -> Self {
        if let Some(nan) = nan_of(&[self, exponent, modulus], rules, status) {
            return nan;
        }
        let are_integers = [self, exponent, modulus].iter().all(|number| number.is_integer());
        if !are_integers || modulus.is_zero() || exponent.negative && !exponent.is_zero() {
            return Self::signal(status::INVALID_OPERATION, status);
        }
        if modulus.coefficient.digits() + modulus.exponent > rules.precision {
            return Self::signal(status::INVALID_OPERATION, status);
        }
        let negative = self.negative && exponent.is_odd();
        if exponent.is_zero() && self.is_zero() {
            return Self::signal(status::INVALID_OPERATION, status);
        }
        if modulus.exponent > MOST_DIGITS {
            return Self::signal(status::NO_MEMORY, status);
        }
        let magnitude = |number: &Self| match number.exponent {
            0.. => number.coefficient.shifted_left(number.exponent).to_big(),
            places => number.coefficient.shifted_right(-places).0.to_big(),
        };
        let modulus = magnitude(modulus);
        // A factor of ten at a time, so that no exponent becomes a number of digits.
        let base = if self.exponent > 0 {
            let ten = malachite_bigint::BigUint::from(10u32);
            let lift = malachite_bigint::BigUint::from(self.exponent as u64);
            self.coefficient.to_big() * ten.modpow(&lift, &modulus)
        } else {
            magnitude(self)
        };
        let mut result = if exponent.exponent > 0 {
            let whole = malachite_bigint::BigUint::from(10u32);
            let mut result = base.modpow(&exponent.coefficient.to_big(), &modulus);
            for _ in 0..exponent.exponent {
                if result.is_zero() {
                    break;
                }
                result = result.modpow(&whole, &modulus);
            }
            result
        } else {
            base.modpow(&magnitude(exponent), &modulus)
        };
        result %= &modulus;
        Self::new(negative, result.into(), 0)
    }
}

fn exponent_bits(exponent: &Number) -> Option<u64> {
    let digits = match exponent.exponent {
        0..=20 => exponent.coefficient.shifted_left(exponent.exponent),
        21.. => return None,
        places => exponent.coefficient.shifted_right(-places).0,
    };
    u64::try_from(digits.as_small()?).ok()
}

fn stops(result: &Number, found: u32) -> bool {
    !result.is_finite() || result.coefficient.is_zero() && found & status::CLAMPED != 0
}

fn repeated(base: &Number, exponent: u64, work: &Rules, status: &mut u32) -> Number {
    let mut result = base.clone();
    let mut found = 0;
    for bit in (0..exponent.ilog2()).rev() {
        result = result.multiply(&result, work, &mut found);
        if exponent >> bit & 1 == 1 {
            result = result.multiply(base, work, &mut found);
        }
        if stops(&result, found) {
            break;
        }
    }
    *status |= found;
    result
}
