//! Square roots.

use super::{
    Coefficient, MOST_DIGITS, Number,
    arithmetic::nan_of,
    rules::{Rounding, Rules, status},
};

impl Number {
    pub(crate) fn sqrt(&self, rules: &Rules, status: &mut u32) -> Self {
        let mut found = 0;
        let root = self.root(rules, &mut found);
        if found & status::NO_MEMORY == 0 {
            *status |= found;
            return root;
        }
        // An exact root needs fewer digits than a large precision.
        let digits = self.coefficient.digits();
        if digits < rules.precision && digits <= MOST_DIGITS {
            let mut exact = 0;
            let root = self.root(&Rules { precision: digits, ..*rules }, &mut exact);
            if exact == 0 {
                return root;
            }
        }
        *status |= found;
        root
    }

    fn root(&self, rules: &Rules, status: &mut u32) -> Self {
        if let Some(nan) = nan_of(&[self], rules, status) {
            return nan;
        }
        let rules = rules.rounded(Rounding::HalfEven);
        let ideal = self.exponent >> 1;
        if self.is_zero() {
            return Self::new(self.negative, Coefficient::ZERO, ideal).finish(&rules, status);
        }
        if self.negative {
            return Self::signal(status::INVALID_OPERATION, status);
        }
        if self.is_infinite() {
            return self.clone();
        }
        // The root of an integer with an even exponent, of a digit more than is wanted.
        let is_odd = self.exponent & 1;
        let digits = self.coefficient.digits() + is_odd;
        let half = (digits + 1) >> 1;
        let shift = rules.precision + 1 - half;
        if shift > MOST_DIGITS / 2 {
            return Self::signal(status::NO_MEMORY, status);
        }
        let places = 2 * shift + is_odd;
        let (radicand, mut is_exact) = if places >= 0 {
            (self.coefficient.shifted_left(places), true)
        } else {
            let (radicand, rest) = self.coefficient.shifted_right(-places);
            (radicand, rest == super::coefficient::Rest::Nothing)
        };
        let mut root = integer_root(&radicand);
        is_exact = is_exact && root.times(&root) == radicand;
        let mut exponent = ideal - shift;
        if is_exact {
            if shift >= 0 {
                root = root.shifted_right(shift).0;
            } else {
                root = root.shifted_left(-shift);
            }
            exponent = ideal;
        } else if matches!(root.last(), 0 | 5) {
            root = root.plus(&Coefficient::ONE);
        }
        Self::new(false, root, exponent).finish(&rules, status)
    }
}

fn integer_root(number: &Coefficient) -> Coefficient {
    match number.as_small() {
        Some(number) => number.isqrt().into(),
        None => number.to_big().sqrt().into(),
    }
}
