//! Operations on digits and exponents.

use super::{
    Coefficient, MOST_DIGITS, Number,
    arithmetic::nan_of,
    rules::{Rules, status},
};

impl Number {
    pub(crate) fn logb(&self, rules: &Rules, status: &mut u32) -> Self {
        if let Some(nan) = nan_of(&[self], rules, status) {
            return nan;
        }
        if self.is_infinite() {
            return Self::infinity(false);
        }
        if self.coefficient.is_zero() {
            *status |= status::DIVISION_BY_ZERO;
            return Self::infinity(true);
        }
        Self::of(self.adjusted()).finish(rules, status)
    }

    /// What an operand is that counts places, if it is one.
    fn count(&self, most: i64) -> Option<i64> {
        if self.exponent != 0 {
            return None;
        }
        self.to_i64().filter(|count| (-most..=most).contains(count))
    }

    pub(crate) fn scaleb(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        if let Some(nan) = nan_of(&[self, other], rules, status) {
            return nan;
        }
        let Some(count) = other.count(2 * (rules.most + rules.precision)) else {
            return Self::signal(status::INVALID_OPERATION, status);
        };
        if self.is_infinite() {
            return self.clone();
        }
        let exponent = self.exponent + count;
        Self { exponent, ..self.clone() }.finish(rules, status)
    }

    pub(crate) fn shift(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        self.moved(other, rules, status, |digits, count, precision| {
            if count >= 0 {
                return Some(lifted(&digits, count, precision)?.low_digits(precision));
            }
            Some(digits.low_digits(precision).shifted_right(-count).0)
        })
    }

    pub(crate) fn rotate(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        self.moved(other, rules, status, |digits, count, precision| {
            let digits = digits.low_digits(precision);
            let left = if count < 0 { count + precision } else { count };
            let high = lifted(&digits, left, precision)?.low_digits(precision);
            let low = digits.shifted_right(precision - left).0;
            Some(high.plus(&low))
        })
    }

    fn moved(
        &self,
        other: &Self,
        rules: &Rules,
        status: &mut u32,
        change: impl FnOnce(Coefficient, i64, i64) -> Option<Coefficient>,
    ) -> Self {
        if let Some(nan) = nan_of(&[self, other], rules, status) {
            return nan;
        }
        let Some(count) = other.count(rules.precision) else {
            return Self::signal(status::INVALID_OPERATION, status);
        };
        if self.is_infinite() {
            return self.clone();
        }
        match change(self.coefficient.clone(), count, rules.precision) {
            Some(coefficient) => Self { coefficient, ..self.clone() },
            None => Self::signal(status::NO_MEMORY, status),
        }
    }

    pub(crate) fn logical_and(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        self.by_digits(other, rules, status, |one, other| one & other)
    }

    pub(crate) fn logical_or(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        self.by_digits(other, rules, status, |one, other| one | other)
    }

    pub(crate) fn logical_xor(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        self.by_digits(other, rules, status, |one, other| one ^ other)
    }

    /// The digits, the last one first, if they are zeros and ones.
    fn logical_digits(&self) -> Option<Vec<u8>> {
        if !self.is_finite() || self.negative || self.exponent != 0 {
            return None;
        }
        let digits: Vec<u8> =
            self.coefficient.text().bytes().rev().map(|digit| digit - b'0').collect();
        digits.iter().all(|digit| *digit <= 1).then_some(digits)
    }

    fn by_digits(
        &self,
        other: &Self,
        rules: &Rules,
        status: &mut u32,
        operation: fn(u8, u8) -> u8,
    ) -> Self {
        let (Some(one), Some(other)) = (self.logical_digits(), other.logical_digits()) else {
            return Self::signal(status::INVALID_OPERATION, status);
        };
        let digit = |digits: &[u8], index| digits.get(index).copied().unwrap_or(0);
        let count = one.len().max(other.len()) as i64;
        let digits = (0..count.min(rules.precision) as usize)
            .rev()
            .map(|index| b'0' + operation(digit(&one, index), digit(&other, index)));
        Self::new(false, Coefficient::parse(&digits.collect::<Vec<u8>>()), 0)
    }

    pub(crate) fn logical_invert(&self, rules: &Rules, status: &mut u32) -> Self {
        let Some(digits) = self.logical_digits() else {
            return Self::signal(status::INVALID_OPERATION, status);
        };
        if rules.precision > MOST_DIGITS {
            return Self::signal(status::NO_MEMORY, status);
        }
        let digits = (0..rules.precision as usize)
            .rev()
            .map(|index| b'1' - digits.get(index).copied().unwrap_or(0));
        Self::new(false, Coefficient::parse(&digits.collect::<Vec<u8>>()), 0)
    }
}

/// With zeros behind, as far as there is room for them.
fn lifted(digits: &Coefficient, count: i64, precision: i64) -> Option<Coefficient> {
    if digits.is_zero() {
        return Some(Coefficient::ZERO);
    }
    // What leaves at the left need not be kept.
    let digits = digits.low_digits(precision - count);
    (count <= MOST_DIGITS || digits.is_zero()).then(|| digits.shifted_left(count))
}
