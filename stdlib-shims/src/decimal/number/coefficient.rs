//! The digits of a number: up to 38 of them in a machine's integer, more in a big one.

use malachite_bigint::BigUint;
use num_integer::Integer;
use num_traits::{Num, ToPrimitive, Zero};
use std::{cell::RefCell, cmp::Ordering, rc::Rc};

/// How many digits fit.
pub(crate) const SMALL_DIGITS: i64 = 38;

/// 10 to the power of its index.
const POWERS: [u128; 39] = {
    let mut powers = [1; 39];
    let mut index = 1;
    while index < powers.len() {
        powers[index] = powers[index - 1] * 10;
        index += 1;
    }
    powers
};

/// A natural number. It is small whenever it fits, so that two that are equal look the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Coefficient {
    /// The low half, and the high one: below 10 to the power of [`SMALL_DIGITS`].
    Small([u64; 2]),
    Big(Box<BigUint>),
}

/// What is cut off, compared with a half of the last digit that stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rest {
    Nothing,
    Below,
    Half,
    Above,
}

impl Rest {
    fn of(rest: u128, whole: u128) -> Self {
        match rest {
            0 => Self::Nothing,
            _ => match rest.cmp(&(whole - rest)) {
                Ordering::Less => Self::Below,
                Ordering::Equal => Self::Half,
                Ordering::Greater => Self::Above,
            },
        }
    }

    fn of_big(rest: &BigUint, whole: &BigUint) -> Self {
        if rest.is_zero() {
            return Self::Nothing;
        }
        match (rest << 1u32).cmp(whole) {
            Ordering::Less => Self::Below,
            Ordering::Equal => Self::Half,
            Ordering::Greater => Self::Above,
        }
    }
}

/// 10 to a power that is at most [`SMALL_DIGITS`].
#[inline]
pub(crate) fn small_power(exponent: i64) -> u128 {
    POWERS[exponent as usize]
}

/// 10 to a power.
pub(crate) fn power(exponent: u64) -> Rc<BigUint> {
    const PLACES: usize = 64;
    const LARGEST_KEPT: u64 = 1 << 16;
    /// An exponent and its power.
    type Kept = Option<(u64, Rc<BigUint>)>;
    thread_local! {
        static KEPT: RefCell<[Kept; PLACES]> = const { RefCell::new([const { None }; PLACES]) };
    }
    let calculate = || {
        let fives = BigUint::from(5u32).pow(u32::try_from(exponent).unwrap_or(u32::MAX));
        Rc::new(fives << exponent)
    };
    if exponent > LARGEST_KEPT {
        return calculate();
    }
    KEPT.with_borrow_mut(|kept| {
        let place = &mut kept[exponent as usize % PLACES];
        match place {
            Some((of, power)) if *of == exponent => power.clone(),
            _ => {
                let power = calculate();
                *place = Some((exponent, power.clone()));
                power
            }
        }
    })
}

/// How many digits a number has; 1 for zero.
#[inline]
pub(crate) fn small_digits(number: u128) -> i64 {
    let bits = 128 - (number | 1).leading_zeros();
    // 1233 / 4096 is a little more than the logarithm of 2 to the base 10.
    let guess = ((bits * 1233) >> 12) as usize;
    guess as i64 + i64::from(guess == 0 || (guess < POWERS.len() && number >= POWERS[guess]))
}

/// The same of a big number.
pub(crate) fn big_digits(number: &BigUint) -> i64 {
    let bits = number.bits();
    if bits <= 127 {
        return small_digits(number.to_u128().unwrap_or_default());
    }
    // The number is `top` times 2 to the power of `bits - 64`, and a little more.
    let top = number >> (bits - 64);
    let top = top.to_u64().unwrap_or(u64::MAX);
    let logarithm = (top as f64).log10() + (bits - 64) as f64 * std::f64::consts::LOG10_2;
    let error = logarithm * 1e-14 + 1e-13;
    let digits = (logarithm - error).floor();
    if digits == (logarithm + error).floor() {
        return digits as i64 + 1;
    }
    let digits = (logarithm + error).floor() as u64;
    digits as i64 + i64::from(*number >= *power(digits))
}

impl From<u128> for Coefficient {
    #[inline]
    fn from(number: u128) -> Self {
        if number < POWERS[SMALL_DIGITS as usize] {
            Self::small(number)
        } else {
            Self::Big(Box::new(number.into()))
        }
    }
}

impl From<BigUint> for Coefficient {
    fn from(number: BigUint) -> Self {
        if number.bits() <= 127 {
            Self::from(number.to_u128().unwrap_or_default())
        } else {
            Self::Big(Box::new(number))
        }
    }
}

impl Coefficient {
    pub(crate) const ZERO: Self = Self::Small([0, 0]);
    pub(crate) const ONE: Self = Self::Small([1, 0]);

    #[inline]
    const fn small(number: u128) -> Self {
        Self::Small([number as u64, (number >> 64) as u64])
    }

    /// The number, if it is small.
    #[inline]
    pub(crate) fn as_small(&self) -> Option<u128> {
        match self {
            Self::Small([low, high]) => Some(u128::from(*low) | u128::from(*high) << 64),
            Self::Big(_) => None,
        }
    }

    pub(crate) fn to_big(&self) -> BigUint {
        match self {
            Self::Small([low, 0]) => BigUint::from(*low),
            Self::Small([low, high]) => BigUint::from(u128::from(*low) | u128::from(*high) << 64),
            Self::Big(number) => (**number).clone(),
        }
    }

    #[inline]
    pub(crate) fn is_zero(&self) -> bool {
        matches!(self, Self::Small([0, 0]))
    }

    #[inline]
    pub(crate) fn is_odd(&self) -> bool {
        match self {
            Self::Small([low, _]) => low & 1 == 1,
            Self::Big(number) => number.bit(0),
        }
    }

    #[inline]
    pub(crate) fn digits(&self) -> i64 {
        match self {
            Self::Small([low, high]) => small_digits(u128::from(*low) | u128::from(*high) << 64),
            Self::Big(number) => big_digits(number),
        }
    }

    /// The last digit.
    pub(crate) fn last(&self) -> u8 {
        match self {
            Self::Small([low, 0]) => (low % 10) as u8,
            Self::Small([low, high]) => ((u128::from(*low) | u128::from(*high) << 64) % 10) as u8,
            Self::Big(number) => (&**number % 10u32).to_u8().unwrap_or_default(),
        }
    }

    /// With so many zeros behind.
    pub(crate) fn shifted_left(&self, digits: i64) -> Self {
        if digits <= 0 || self.is_zero() {
            return self.clone();
        }
        if digits < SMALL_DIGITS
            && let Some(number) = self.as_small()
            && let Some(product) = number.checked_mul(small_power(digits))
        {
            return product.into();
        }
        (self.to_big() * &*power(digits as u64)).into()
    }

    /// Without so many of the last digits, and what these were.
    pub(crate) fn shifted_right(&self, digits: i64) -> (Self, Rest) {
        if digits <= 0 {
            return (self.clone(), Rest::Nothing);
        }
        match self {
            Self::Small([low, 0]) if digits < 20 => {
                let whole = small_power(digits) as u64;
                let (quotient, rest) = (low / whole, low % whole);
                (Self::Small([quotient, 0]), Rest::of(rest.into(), whole.into()))
            }
            Self::Small(_) if digits <= SMALL_DIGITS => {
                let number = self.as_small().unwrap_or_default();
                let whole = small_power(digits);
                let quotient = number / whole;
                (Self::small(quotient), Rest::of(number - quotient * whole, whole))
            }
            Self::Small(_) if self.is_zero() => (Self::ZERO, Rest::Nothing),
            Self::Small(_) => (Self::ZERO, Rest::Below),
            Self::Big(number) => {
                if digits > big_digits(number) {
                    return (Self::ZERO, Rest::Below);
                }
                let whole = power(digits as u64);
                let (quotient, rest) = number.div_rem(&whole);
                let rest = Rest::of_big(&rest, &whole);
                (quotient.into(), rest)
            }
        }
    }

    /// The last digits alone.
    pub(crate) fn low_digits(&self, digits: i64) -> Self {
        if digits >= self.digits() {
            return self.clone();
        }
        match self.as_small() {
            Some(number) => (number % small_power(digits)).into(),
            None => (self.to_big() % &*power(digits as u64)).into(),
        }
    }

    /// How many zeros are at the end; 0 for zero itself. Counts `most` at most.
    pub(crate) fn trailing_zeros(&self, most: i64) -> i64 {
        if self.is_zero() {
            return 0;
        }
        if let Some(mut number) = self.as_small() {
            let mut count = 0;
            if number >> 64 == 0 {
                let mut number = number as u64;
                while count < most && number.is_multiple_of(10) {
                    number /= 10;
                    count += 1;
                }
                return count;
            }
            while count < most && number.is_multiple_of(10) {
                number /= 10;
                count += 1;
            }
            return count;
        }
        let mut number = self.to_big();
        // There are at most as many as there are factors of 2.
        let most = most.min(number.trailing_zeros().unwrap_or(0) as i64);
        let mut step = 1;
        while step * 2 <= most {
            step *= 2;
        }
        let mut count = 0;
        while step > 0 {
            if count + step <= most {
                let (quotient, rest) = number.div_rem(&power(step as u64));
                if rest.is_zero() {
                    number = quotient;
                    count += step;
                }
            }
            step /= 2;
        }
        count
    }

    #[inline]
    pub(crate) fn plus(&self, other: &Self) -> Self {
        match (self.as_small(), other.as_small()) {
            (Some(one), Some(other)) => (one + other).into(),
            _ => (self.to_big() + other.to_big()).into(),
        }
    }

    /// The difference of a number and one that is not larger.
    #[inline]
    pub(crate) fn minus(&self, smaller: &Self) -> Self {
        match (self.as_small(), smaller.as_small()) {
            (Some(one), Some(other)) => Self::small(one - other),
            _ => (self.to_big() - smaller.to_big()).into(),
        }
    }

    #[inline]
    pub(crate) fn times(&self, other: &Self) -> Self {
        if let (Self::Small([one, 0]), Self::Small([other, 0])) = (self, other) {
            return (u128::from(*one) * u128::from(*other)).into();
        }
        if let (Some(one), Some(other)) = (self.as_small(), other.as_small())
            && let Some(product) = one.checked_mul(other)
        {
            return product.into();
        }
        match (self, other) {
            (Self::Big(one), Self::Big(other)) => (&**one * &**other).into(),
            _ => (self.to_big() * other.to_big()).into(),
        }
    }

    /// The quotient and the rest.
    pub(crate) fn divided(&self, other: &Self) -> (Self, Self) {
        match (self.as_small(), other.as_small()) {
            (Some(one), Some(other)) => {
                let quotient = one / other;
                (Self::small(quotient), Self::small(one - quotient * other))
            }
            _ => {
                let (quotient, rest) = self.to_big().div_rem(&other.to_big());
                (quotient.into(), rest.into())
            }
        }
    }

    pub(crate) fn parse(digits: &[u8]) -> Self {
        if digits.len() <= 19 {
            let number = digits
                .iter()
                .fold(0, |number, digit| number * 10 + u64::from(digit.wrapping_sub(b'0')));
            return Self::Small([number, 0]);
        }
        if digits.len() <= SMALL_DIGITS as usize {
            let (high, low) = digits.split_at(digits.len() - 19);
            let of = |digits: &[u8]| {
                digits
                    .iter()
                    .fold(0, |number, digit| number * 10 + u64::from(digit.wrapping_sub(b'0')))
            };
            let number = u128::from(of(high)) * 10_000_000_000_000_000_000 + u128::from(of(low));
            return Self::small(number);
        }
        let text = std::str::from_utf8(digits).unwrap_or("0");
        BigUint::from_str_radix(text, 10).unwrap_or_default().into()
    }

    /// The digits as text.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Small([low, 0]) => low.to_string(),
            Self::Small(_) => self.as_small().unwrap_or_default().to_string(),
            Self::Big(number) => number.to_str_radix(10),
        }
    }
}

impl PartialOrd for Coefficient {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Coefficient {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Small([low, high]), Self::Small([other_low, other_high])) => {
                high.cmp(other_high).then(low.cmp(other_low))
            }
            (Self::Small(_), Self::Big(_)) => Ordering::Less,
            (Self::Big(_), Self::Small(_)) => Ordering::Greater,
            (Self::Big(one), Self::Big(other)) => one.cmp(other),
        }
    }
}
