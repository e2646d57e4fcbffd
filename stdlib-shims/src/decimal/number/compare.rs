//! Comparisons, and what is chosen by them.

use super::{
    Kind, Number,
    arithmetic::nan_of,
    rules::{Rules, status},
};
use std::cmp::Ordering;

impl Number {
    /// The order of two that are numbers.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        let (one, two) = (self.sign(), other.sign());
        if one != two || one == 0 {
            return one.cmp(&two);
        }
        let order = self.magnitude_order(other);
        if self.negative { order.reverse() } else { order }
    }

    fn sign(&self) -> i8 {
        match (self.is_zero(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    /// The order without the signs.
    pub(crate) fn magnitude_order(&self, other: &Self) -> Ordering {
        match (self.is_infinite(), other.is_infinite()) {
            (false, false) => {}
            (one, two) => return one.cmp(&two),
        }
        if self.exponent == other.exponent {
            return self.coefficient.cmp(&other.coefficient);
        }
        match (self.coefficient.is_zero(), other.coefficient.is_zero()) {
            (false, false) => {}
            (one, two) => return two.cmp(&one),
        }
        let by_size = self.adjusted().cmp(&other.adjusted());
        if by_size != Ordering::Equal {
            return by_size;
        }
        // The first digits stand at the same place: the gap is not wider than one of the two.
        let gap = self.exponent - other.exponent;
        if gap > 0 {
            self.coefficient.shifted_left(gap).cmp(&other.coefficient)
        } else {
            self.coefficient.cmp(&other.coefficient.shifted_left(-gap))
        }
    }

    pub(crate) fn compare(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        match nan_of(&[self, other], rules, status) {
            Some(nan) => nan,
            None => Self::of(self.order(other) as i64),
        }
    }

    pub(crate) fn compare_signal(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        if self.is_nan() || other.is_nan() {
            *status |= status::INVALID_OPERATION;
        }
        self.compare(other, rules, status)
    }

    /// The order of all representations.
    pub(crate) fn total_order(&self, other: &Self) -> Ordering {
        if self.negative != other.negative {
            return other.negative.cmp(&self.negative);
        }
        let order = self.total_magnitude_order(other);
        if self.negative { order.reverse() } else { order }
    }

    pub(crate) fn total_magnitude_order(&self, other: &Self) -> Ordering {
        let rank = |kind| match kind {
            Kind::Finite | Kind::Infinite => 0,
            Kind::Signaling => 1,
            Kind::Quiet => 2,
        };
        let order = rank(self.kind).cmp(&rank(other.kind));
        if order != Ordering::Equal {
            return order;
        }
        if self.is_nan() {
            return self.coefficient.cmp(&other.coefficient);
        }
        self.magnitude_order(other).then(self.exponent.cmp(&other.exponent))
    }

    pub(crate) fn max(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        self.chosen(other, rules, status, Self::order, Ordering::Greater)
    }

    pub(crate) fn min(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        self.chosen(other, rules, status, Self::order, Ordering::Less)
    }

    pub(crate) fn max_magnitude(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        self.chosen(other, rules, status, Self::magnitude_order, Ordering::Greater)
    }

    pub(crate) fn min_magnitude(&self, other: &Self, rules: &Rules, status: &mut u32) -> Self {
        self.chosen(other, rules, status, Self::magnitude_order, Ordering::Less)
    }

    fn chosen(
        &self,
        other: &Self,
        rules: &Rules,
        status: &mut u32,
        order: fn(&Self, &Self) -> Ordering,
        wanted: Ordering,
    ) -> Self {
        if self.kind == Kind::Quiet && !other.is_nan() {
            return other.clone().finish(rules, status);
        }
        if other.kind == Kind::Quiet && !self.is_nan() {
            return self.clone().finish(rules, status);
        }
        if let Some(nan) = nan_of(&[self, other], rules, status) {
            return nan;
        }
        let found = order(self, other).then_with(|| self.total_order(other));
        let chosen = if found == wanted || found == Ordering::Equal { self } else { other };
        chosen.clone().finish(rules, status)
    }
}

/// Whether two have the same exponent, or are the same that is no number.
pub(crate) fn same_quantum(one: &Number, other: &Number) -> bool {
    if one.is_finite() && other.is_finite() {
        return one.exponent == other.exponent;
    }
    one.is_nan() && other.is_nan() || one.is_infinite() && other.is_infinite()
}
