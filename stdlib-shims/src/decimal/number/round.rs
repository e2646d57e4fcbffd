//! Rounding: a result is made to fit its context.

use super::{
    Coefficient, Kind, MOST_DIGITS, Number,
    coefficient::Rest,
    rules::{Rounding, Rules, status},
};

impl Rounding {
    /// Whether the digits that stay are to be one more.
    pub(crate) fn goes_up(self, negative: bool, coefficient: &Coefficient, rest: Rest) -> bool {
        if rest == Rest::Nothing {
            return false;
        }
        match self {
            Self::Up => true,
            Self::Down => false,
            Self::Ceiling => !negative,
            Self::Floor => negative,
            Self::HalfUp => rest != Rest::Below,
            Self::HalfDown => rest == Rest::Above,
            Self::HalfEven => rest == Rest::Above || rest == Rest::Half && coefficient.is_odd(),
            Self::ZeroFiveUp => matches!(coefficient.last(), 0 | 5),
        }
    }
}

impl Number {
    /// Cuts the last digits off, rounding, and says whether they were anything.
    pub(crate) fn cut(&mut self, digits: i64, rounding: Rounding) -> bool {
        let (coefficient, rest) = self.coefficient.shifted_right(digits);
        self.coefficient = if rounding.goes_up(self.negative, &coefficient, rest) {
            coefficient.plus(&Coefficient::ONE)
        } else {
            coefficient
        };
        self.exponent += digits;
        rest != Rest::Nothing
    }

    /// This number as a context has it.
    #[inline]
    pub(crate) fn finish(self, rules: &Rules, status: &mut u32) -> Self {
        if self.kind == Kind::Finite {
            let digits = self.coefficient.digits();
            let adjusted = self.exponent + digits - 1;
            if digits <= rules.precision
                && adjusted <= rules.most
                && adjusted >= rules.least
                && (!rules.clamp || self.exponent <= rules.top())
            {
                return self;
            }
        }
        self.fitted(rules, status)
    }

    #[inline(never)]
    fn fitted(mut self, rules: &Rules, status: &mut u32) -> Self {
        match self.kind {
            Kind::Infinite => return self,
            Kind::Quiet | Kind::Signaling => {
                let room = rules.precision - i64::from(rules.clamp);
                if self.coefficient.digits() > room {
                    self.coefficient = self.coefficient.low_digits(room.max(0));
                }
                return self;
            }
            Kind::Finite => {}
        }
        let digits = self.coefficient.digits();
        if self.exponent + digits > rules.least && digits > rules.precision {
            if self.exponent + digits - 1 > rules.most {
                return self.overflowed(rules, status);
            }
            let is_inexact = self.cut(digits - rules.precision, rules.rounding);
            if self.coefficient.digits() > rules.precision {
                self.coefficient = self.coefficient.shifted_right(1).0;
                self.exponent += 1;
            }
            *status |= status::ROUNDED;
            if is_inexact {
                *status |= status::INEXACT;
            }
        }
        self.checked(rules, status)
    }

    /// Mends the exponent of a number that has no more digits than it may, or is below the normal.
    fn checked(mut self, rules: &Rules, status: &mut u32) -> Self {
        let adjusted = self.adjusted();
        if adjusted > rules.most {
            return self.overflowed(rules, status);
        }
        if rules.clamp && self.exponent > rules.top() {
            let shift = self.exponent - rules.top();
            if shift > MOST_DIGITS && !self.coefficient.is_zero() {
                return Self::signal(status::NO_MEMORY, status);
            }
            self.coefficient = self.coefficient.shifted_left(shift);
            self.exponent -= shift;
            *status |= status::CLAMPED;
            if !self.coefficient.is_zero() && adjusted < rules.least {
                *status |= status::SUBNORMAL;
            }
        } else if adjusted < rules.least {
            let tiny = rules.tiny();
            if self.coefficient.is_zero() {
                if self.exponent < tiny {
                    self.exponent = tiny;
                    *status |= status::CLAMPED;
                }
                return self;
            }
            *status |= status::SUBNORMAL;
            if self.exponent < tiny {
                let is_inexact = self.cut(tiny - self.exponent, rules.rounding);
                *status |= status::ROUNDED;
                if is_inexact {
                    *status |= status::INEXACT | status::UNDERFLOW;
                    if self.coefficient.is_zero() {
                        *status |= status::CLAMPED;
                    }
                }
            }
        }
        self
    }

    /// The largest number of a context, or infinity.
    fn overflowed(mut self, rules: &Rules, status: &mut u32) -> Self {
        if self.coefficient.is_zero() {
            self.exponent = if rules.clamp { rules.top() } else { rules.most };
            *status |= status::CLAMPED;
            return self;
        }
        *status |= status::OVERFLOW | status::INEXACT | status::ROUNDED;
        let to_largest = match rules.rounding {
            Rounding::Down | Rounding::ZeroFiveUp => true,
            Rounding::Ceiling => self.negative,
            Rounding::Floor => !self.negative,
            _ => false,
        };
        if to_largest {
            return Self::largest(self.negative, rules, status);
        }
        Self::infinity(self.negative)
    }

    /// The largest finite number.
    pub(crate) fn largest(negative: bool, rules: &Rules, status: &mut u32) -> Self {
        match all_nines(rules.precision) {
            Some(nines) => Self::new(negative, nines, rules.top()),
            None => Self::signal(status::NO_MEMORY, status),
        }
    }
}

/// So many nines.
pub(crate) fn all_nines(digits: i64) -> Option<Coefficient> {
    (digits <= MOST_DIGITS).then(|| Coefficient::ONE.shifted_left(digits).minus(&Coefficient::ONE))
}
