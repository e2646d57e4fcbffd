//! Numbers of General Decimal Arithmetic, without Python.

mod arithmetic;
mod coefficient;
mod compare;
mod division;
mod logic;
mod next;
mod parse;
mod power;
mod print;
mod root;
mod round;
mod rules;
mod transcendental;
mod wide;

pub(crate) use coefficient::Coefficient;
pub(crate) use compare::same_quantum;
pub(crate) use parse::parse;
pub(crate) use print::text;
pub(crate) use rules::{Rounding, Rules, status};

/// More digits than this are refused, as CPython refuses what it finds no memory for.
pub(crate) const MOST_DIGITS: i64 = 425_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Finite,
    Infinite,
    Quiet,
    Signaling,
}

/// A number, an infinity or what is no number; that one's coefficient is its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Number {
    pub(crate) coefficient: Coefficient,
    pub(crate) exponent: i64,
    pub(crate) kind: Kind,
    pub(crate) negative: bool,
}

impl Number {
    #[inline]
    pub(crate) fn new(negative: bool, coefficient: Coefficient, exponent: i64) -> Self {
        Self { coefficient, exponent, kind: Kind::Finite, negative }
    }

    pub(crate) fn small(negative: bool, number: u64, exponent: i64) -> Self {
        Self::new(negative, u128::from(number).into(), exponent)
    }

    pub(crate) fn of(number: i64) -> Self {
        Self::small(number < 0, number.unsigned_abs(), 0)
    }

    pub(crate) fn infinity(negative: bool) -> Self {
        Self { kind: Kind::Infinite, ..Self::new(negative, Coefficient::ZERO, 0) }
    }

    pub(crate) fn nan() -> Self {
        Self { kind: Kind::Quiet, ..Self::new(false, Coefficient::ZERO, 0) }
    }

    /// What an operation gives that signals.
    pub(crate) fn signal(signal: u32, status: &mut u32) -> Self {
        *status |= signal;
        Self::nan()
    }

    #[inline]
    pub(crate) fn is_finite(&self) -> bool {
        self.kind == Kind::Finite
    }

    #[inline]
    pub(crate) fn is_nan(&self) -> bool {
        matches!(self.kind, Kind::Quiet | Kind::Signaling)
    }

    #[inline]
    pub(crate) fn is_infinite(&self) -> bool {
        self.kind == Kind::Infinite
    }

    #[inline]
    pub(crate) fn is_zero(&self) -> bool {
        self.is_finite() && self.coefficient.is_zero()
    }

    /// The exponent of the first digit.
    #[inline]
    pub(crate) fn adjusted(&self) -> i64 {
        self.exponent + self.coefficient.digits() - 1
    }

    pub(crate) fn with_sign(&self, negative: bool) -> Self {
        Self { negative, ..self.clone() }
    }

    /// Whether this is an integer; infinities are none.
    pub(crate) fn is_integer(&self) -> bool {
        if !self.is_finite() {
            return false;
        }
        if self.exponent >= 0 || self.coefficient.is_zero() {
            return true;
        }
        let places = -self.exponent;
        places < self.coefficient.digits() && self.coefficient.trailing_zeros(places) == places
    }

    /// Whether this, which is an integer, is odd.
    pub(crate) fn is_odd(&self) -> bool {
        match self.exponent {
            0 => self.coefficient.is_odd(),
            1.. => false,
            _ => self.coefficient.shifted_right(-self.exponent).0.is_odd(),
        }
    }

    /// This integer as a machine's, if it fits.
    pub(crate) fn to_i64(&self) -> Option<i64> {
        if !self.is_integer() {
            return None;
        }
        if self.coefficient.is_zero() {
            return Some(0);
        }
        let magnitude = match self.exponent {
            0..=20 => self.coefficient.shifted_left(self.exponent),
            21.. => return None,
            _ => self.coefficient.shifted_right(-self.exponent).0,
        };
        let magnitude = i128::try_from(magnitude.as_small()?).ok()?;
        i64::try_from(if self.negative { -magnitude } else { magnitude }).ok()
    }

    pub(crate) fn is_normal(&self, rules: &Rules) -> bool {
        self.is_finite() && !self.coefficient.is_zero() && self.adjusted() >= rules.least
    }

    pub(crate) fn is_subnormal(&self, rules: &Rules) -> bool {
        self.is_finite() && !self.coefficient.is_zero() && self.adjusted() < rules.least
    }

    /// The name of the class of such numbers.
    pub(crate) fn class(&self, rules: &Rules) -> &'static str {
        let pick = |positive, negative| if self.negative { negative } else { positive };
        match self.kind {
            Kind::Quiet => "NaN",
            Kind::Signaling => "sNaN",
            Kind::Infinite => pick("+Infinity", "-Infinity"),
            Kind::Finite if self.coefficient.is_zero() => pick("+Zero", "-Zero"),
            Kind::Finite if self.adjusted() < rules.least => pick("+Subnormal", "-Subnormal"),
            Kind::Finite => pick("+Normal", "-Normal"),
        }
    }
}
