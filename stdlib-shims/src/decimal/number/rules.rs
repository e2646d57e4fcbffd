//! What a context demands of a result, and what is told of it.

/// What happened, one bit each.
pub(crate) mod status {
    pub(crate) const CLAMPED: u32 = 1;
    pub(crate) const CONVERSION_SYNTAX: u32 = 1 << 1;
    pub(crate) const DIVISION_BY_ZERO: u32 = 1 << 2;
    pub(crate) const DIVISION_IMPOSSIBLE: u32 = 1 << 3;
    pub(crate) const DIVISION_UNDEFINED: u32 = 1 << 4;
    pub(crate) const FPU_ERROR: u32 = 1 << 5;
    pub(crate) const INEXACT: u32 = 1 << 6;
    pub(crate) const INVALID_CONTEXT: u32 = 1 << 7;
    pub(crate) const INVALID_OPERATION: u32 = 1 << 8;
    pub(crate) const NO_MEMORY: u32 = 1 << 9;
    pub(crate) const FLOAT_OPERATION: u32 = 1 << 10;
    pub(crate) const OVERFLOW: u32 = 1 << 11;
    pub(crate) const ROUNDED: u32 = 1 << 12;
    pub(crate) const SUBNORMAL: u32 = 1 << 13;
    pub(crate) const UNDERFLOW: u32 = 1 << 14;
    /// All that is an `InvalidOperation`.
    pub(crate) const INVALID: u32 = CONVERSION_SYNTAX
        | DIVISION_IMPOSSIBLE
        | DIVISION_UNDEFINED
        | FPU_ERROR
        | INVALID_CONTEXT
        | INVALID_OPERATION
        | NO_MEMORY;
    /// After these there is no result.
    pub(crate) const ERRORS: u32 = INVALID | DIVISION_BY_ZERO;
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Rounding {
    Up,
    Down,
    Ceiling,
    Floor,
    HalfUp,
    HalfDown,
    HalfEven,
    ZeroFiveUp,
}

impl Rounding {
    pub(crate) const ALL: [(&'static str, Self); 8] = [
        ("ROUND_UP", Self::Up),
        ("ROUND_DOWN", Self::Down),
        ("ROUND_CEILING", Self::Ceiling),
        ("ROUND_FLOOR", Self::Floor),
        ("ROUND_HALF_UP", Self::HalfUp),
        ("ROUND_HALF_DOWN", Self::HalfDown),
        ("ROUND_HALF_EVEN", Self::HalfEven),
        ("ROUND_05UP", Self::ZeroFiveUp),
    ];

    pub(crate) fn name(self) -> &'static str {
        Self::ALL[self as usize].0
    }
}

pub(crate) const MOST_PRECISION: i64 = 999_999_999_999_999_999;
pub(crate) const MOST_EXPONENT: i64 = 999_999_999_999_999_999;
pub(crate) const LEAST_EXPONENT: i64 = -MOST_EXPONENT;

/// A context without what it remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rules {
    pub(crate) precision: i64,
    /// The largest exponent of a first digit (`Emax`).
    pub(crate) most: i64,
    /// The smallest one of a normal number (`Emin`).
    pub(crate) least: i64,
    pub(crate) rounding: Rounding,
    pub(crate) clamp: bool,
}

impl Rules {
    /// The largest there is.
    pub(crate) const WIDEST: Self = Self {
        precision: MOST_PRECISION,
        most: MOST_EXPONENT,
        least: LEAST_EXPONENT,
        rounding: Rounding::HalfEven,
        clamp: false,
    };

    pub(crate) const fn tiny(&self) -> i64 {
        self.least - (self.precision - 1)
    }

    pub(crate) const fn top(&self) -> i64 {
        self.most - (self.precision - 1)
    }

    pub(crate) fn rounded(self, rounding: Rounding) -> Self {
        Self { rounding, ..self }
    }
}
