//! The neighbours of a number.

use super::{
    Number,
    arithmetic::nan_of,
    rules::{Rounding, Rules, status},
};
use std::cmp::Ordering;

impl Number {
    pub(crate) fn next_minus(&self, rules: &Rules, status: &mut u32) -> Self {
        self.next(true, rules, status)
    }

    pub(crate) fn next_plus(&self, rules: &Rules, status: &mut u32) -> Self {
        self.next(false, rules, status)
    }

    fn next(&self, down: bool, rules: &Rules, status: &mut u32) -> Self {
        if let Some(nan) = nan_of(&[self], rules, status) {
            return nan;
        }
        if self.is_infinite() {
            if self.negative == down {
                return self.clone();
            }
            return Self::largest(!down, rules, status);
        }
        let rules = rules.rounded(if down { Rounding::Floor } else { Rounding::Ceiling });
        let mut found = 0;
        let rounded = self.clone().finish(&rules, &mut found);
        *status |= found & status::ERRORS;
        if found & (status::INEXACT | status::ERRORS) != 0 {
            return rounded;
        }
        let tiny = Self::small(down, 1, rules.tiny() - 1);
        let mut found = 0;
        let next = self.add(&tiny, &rules, &mut found);
        *status |= found & status::ERRORS;
        next
    }

    pub(crate) fn next_toward(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        if let Some(nan) = nan_of(&[self, other], rules, status) {
            return nan;
        }
        let next = match self.order(other) {
            Ordering::Equal => return self.with_sign(other.negative),
            Ordering::Less => self.next_plus(rules, status),
            Ordering::Greater => self.next_minus(rules, status),
        };
        if next.is_infinite() {
            *status |= status::OVERFLOW | status::ROUNDED | status::INEXACT;
        } else if next.is_finite() && next.adjusted() < rules.least {
            *status |= status::UNDERFLOW | status::SUBNORMAL | status::ROUNDED | status::INEXACT;
            if next.is_zero() {
                *status |= status::CLAMPED;
            }
        }
        next
    }
}
