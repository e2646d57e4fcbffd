//! Exponentials and logarithms, correctly rounded.
//!
//! They are calculated in binary, with a bound of the error, and again with more bits where the
//! digits that are wanted depend on what is not known.

use super::{
    Coefficient, MOST_DIGITS, Number,
    arithmetic::nan_of,
    coefficient::power,
    rules::{Rounding, Rules, status},
};
use malachite_bigint::{BigInt, BigUint, Sign};
use num_traits::{Signed, ToPrimitive, Zero};
use std::cell::RefCell;

/// Bits for a decimal digit, and a little more.
const BITS_PER_DIGIT: f64 = std::f64::consts::LOG2_10 + 1e-8;

/// So many bits of a result are not trusted.
const DOUBT: u64 = 16;

fn bits_for(digits: i64) -> u64 {
    (digits as f64 * BITS_PER_DIGIT) as u64 + 1
}

/// The logarithm of 2, and that of 10, times 2 to the power of `bits`.
fn constants(bits: u64) -> (BigInt, BigInt) {
    thread_local! {
        static KEPT: RefCell<(u64, BigInt, BigInt)> = RefCell::new(Default::default());
    }
    KEPT.with_borrow_mut(|(kept, two, ten)| {
        if *kept < bits {
            let more = bits + 64;
            let inverse = |number: u64| inverse_artanh(number, more + DOUBT);
            let (a, b, c) = (inverse(31), inverse(49), inverse(161));
            *two = (&a * 14u32 + &b * 10u32 + &c * 6u32) >> DOUBT;
            *ten = (a * 46u32 + b * 34u32 + c * 20u32) >> DOUBT;
            *kept = more;
        }
        (&*two >> (*kept - bits), &*ten >> (*kept - bits))
    })
}

/// The inverse hyperbolic tangent of 1 / `number`, times 2 to the power of `bits`.
fn inverse_artanh(number: u64, bits: u64) -> BigInt {
    let mut term = (BigUint::from(1u32) << bits) / number;
    let mut sum = term.clone();
    let mut index = 3u64;
    while !term.is_zero() {
        term /= number * number;
        sum += &term / index;
        index += 2;
    }
    sum.into()
}

/// The exponential of `x`, which is below 2, both times 2 to the power of `bits`.
fn exponential(x: &BigInt, bits: u64) -> BigInt {
    let halvings = ((bits as f64).sqrt() * 0.7) as u64 + 4;
    let inner = bits + 2 * halvings + DOUBT;
    let x = (x << (inner - bits)) >> halvings;
    // exp(x) - 1, which is squared without losing what is small.
    let mut sum = x.clone();
    let mut term = x.clone();
    let mut index = 2u64;
    loop {
        term = ((term * &x) >> inner) / index;
        if term.magnitude().bits() <= 1 {
            break;
        }
        sum += &term;
        index += 1;
    }
    for _ in 0..halvings {
        sum = ((&sum * &sum) >> inner) + (sum << 1u32);
    }
    (sum + (BigInt::from(1) << inner)) >> (inner - bits)
}

/// The logarithm of `x` between 1 and 2, both times 2 to the power of `bits`.
fn logarithm(x: &BigInt, bits: u64) -> BigInt {
    let one = BigInt::from(1) << bits;
    let top = (x >> (bits - 60)).to_u64().unwrap_or(1 << 60);
    let guess = ((top as f64 / (1u64 << 60) as f64).ln() * (1u64 << 60) as f64) as i64;
    let guess = BigInt::from(guess) << (bits - 60);
    // x = exp(guess) * (1 + z), and ln(1 + z) = 2 artanh(z / (2 + z)).
    let scaled = (x * exponential(&-&guess, bits)) >> bits;
    let z = &scaled - &one;
    let ratio = (&z << bits) / (z + (one << 1u32));
    let square = (&ratio * &ratio) >> bits;
    let mut term = ratio.clone();
    let mut sum = ratio;
    let mut index = 3u64;
    loop {
        term = (term * &square) >> bits;
        if term.magnitude().bits() <= 1 {
            break;
        }
        sum += &term / index;
        index += 2;
    }
    guess + (sum << 1u32)
}

/// A finite number that is not zero, times 2 to the power of `bits`.
fn fixed(number: &Number, bits: u64) -> BigInt {
    let coefficient = number.coefficient.to_big();
    let magnitude = if number.exponent >= 0 {
        (coefficient * &*power(number.exponent as u64)) << bits
    } else {
        (coefficient << bits) / &*power(number.exponent.unsigned_abs())
    };
    let sign = if number.negative { Sign::Minus } else { Sign::Plus };
    BigInt::from_biguint(sign, magnitude)
}

/// The natural logarithm of a positive number, times 2 to the power of `bits`.
fn natural_logarithm(number: &Number, bits: u64) -> BigInt {
    let coefficient = number.coefficient.to_big();
    let size = coefficient.bits() - 1;
    let inner = bits + 80;
    let x =
        if size <= inner { coefficient << (inner - size) } else { coefficient >> (size - inner) };
    let (two, ten) = constants(inner);
    let sum = logarithm(&x.into(), inner) + two * size + ten * number.exponent;
    sum >> (inner - bits)
}

/// The digits of `value`, which is given times 2 to the power of `bits` and with an error in its
/// last [`DOUBT`] bits, and a 1 for the rest of them. None if the error reaches what is wanted.
fn digits(value: &BigInt, bits: u64, wanted: i64, lifted: i64) -> Option<Number> {
    let magnitude = value.magnitude();
    let error = BigUint::from(1u32) << DOUBT;
    if *magnitude <= error {
        return None;
    }
    let logarithm = (magnitude.bits() as f64 - bits as f64) * std::f64::consts::LOG10_2;
    let places = wanted + 4 - logarithm.floor() as i64;
    let scale = |number: BigUint| {
        if places >= 0 {
            (number * &*power(places as u64)) >> bits
        } else {
            (number >> bits) / &*power(places.unsigned_abs())
        }
    };
    let low = scale(magnitude - &error);
    if low != scale(magnitude + error) {
        return None;
    }
    let coefficient = Coefficient::from(low).shifted_left(1).plus(&Coefficient::ONE);
    Some(Number::new(value.is_negative(), coefficient, lifted - places - 1))
}

/// Tries with more and more bits.
fn until_sure(first: u64, mut calculate: impl FnMut(u64) -> Option<Number>) -> Number {
    let mut more = 64;
    loop {
        if let Some(found) = calculate(first + more) {
            return found;
        }
        more *= 2;
    }
}

impl Number {
    pub(crate) fn exp(&self, rules: &Rules, status: &mut u32) -> Self {
        if let Some(nan) = nan_of(&[self], rules, status) {
            return nan;
        }
        if self.is_infinite() {
            let zero = Self::new(false, Coefficient::ZERO, 0);
            return if self.negative { zero } else { self.clone() };
        }
        if self.coefficient.is_zero() {
            return Self::small(false, 1, 0);
        }
        let rules = Rules { rounding: Rounding::HalfEven, clamp: false, ..*rules };
        let precision = rules.precision;
        let adjusted = self.adjusted();
        // Far beyond what the exponents of a context hold, or so near to 1 that it is known.
        let far = if self.negative { rules.tiny() - 1 } else { rules.most + 1 };
        if adjusted > decimal_size(rules.most.max(-rules.tiny())) {
            return Self::small(false, 1, far).finish(&rules, status);
        }
        if precision > MOST_DIGITS {
            return Self::signal(status::NO_MEMORY, status);
        }
        let near = Self::small(false, 9, -precision - 4);
        if self.magnitude_order(&near).is_le() {
            *status |= status::INEXACT | status::ROUNDED;
            return one_with(precision - 1, false, status);
        }
        let result = until_sure(bits_for(precision + 4), |bits| {
            let inner = bits + bits_for(adjusted.max(0) + 2);
            let x = fixed(self, inner);
            let (_, ten) = constants(inner);
            let whole = floor_divided(&x, &ten);
            let rest = (x - &whole * ten) >> (inner - bits);
            // The rest is below 2.31: its half is what `exponential` takes.
            let half = exponential(&(rest >> 1u32), bits);
            let value = (&half * &half) >> bits;
            match whole.to_i64().filter(|whole| whole.abs() < i64::MAX / 2) {
                Some(whole) => digits(&value, bits, precision, whole),
                None => Some(Self::small(false, 1, far)),
            }
        });
        result.finish(&rules, status)
    }

    /// What both logarithms give without calculating.
    fn simple_logarithm(&self, rules: &Rules, status: &mut u32) -> Option<Self> {
        if let Some(nan) = nan_of(&[self], rules, status) {
            return Some(nan);
        }
        if self.is_zero() {
            return Some(Self::infinity(true));
        }
        if self.negative {
            return Some(Self::signal(status::INVALID_OPERATION, status));
        }
        if self.is_infinite() {
            return Some(Self::infinity(false));
        }
        None
    }

    /// How many digits after the point of a logarithm are zeros, at most.
    fn zeros_of_logarithm(&self) -> i64 {
        let adjusted = self.adjusted();
        if !(-2..=0).contains(&adjusted) {
            return 0;
        }
        let one = Self::small(false, 1, 0);
        let wide = Rules { precision: self.coefficient.digits() + 4, ..Rules::WIDEST };
        let difference = self.subtract(&one, &wide, &mut 0);
        (2 - difference.adjusted()).max(0)
    }

    pub(crate) fn ln(&self, rules: &Rules, status: &mut u32) -> Self {
        if let Some(result) = self.simple_logarithm(rules, status) {
            return result;
        }
        if self.order(&Self::small(false, 1, 0)).is_eq() {
            return Self::new(false, Coefficient::ZERO, 0);
        }
        let rules = rules.rounded(Rounding::HalfEven);
        let precision = rules.precision;
        if precision > MOST_DIGITS {
            return Self::signal(status::NO_MEMORY, status);
        }
        let first = bits_for(precision + 5 + self.zeros_of_logarithm());
        let result =
            until_sure(first, |bits| digits(&natural_logarithm(self, bits), bits, precision, 0));
        result.finish(&rules, status)
    }

    pub(crate) fn log10(&self, rules: &Rules, status: &mut u32) -> Self {
        if let Some(result) = self.simple_logarithm(rules, status) {
            return result;
        }
        let rules = rules.rounded(Rounding::HalfEven);
        let precision = rules.precision;
        let digits_after = self.coefficient.digits() - 1;
        let zeros = self.coefficient.trailing_zeros(digits_after);
        if zeros == digits_after && self.coefficient.shifted_right(zeros).0 == Coefficient::ONE {
            return Self::of(self.adjusted()).finish(&rules, status);
        }
        if precision > MOST_DIGITS {
            return Self::signal(status::NO_MEMORY, status);
        }
        let first = bits_for(precision + 5 + self.zeros_of_logarithm());
        let result = until_sure(first, |bits| {
            let inner = bits + 80;
            let (_, ten) = constants(inner);
            let value = (natural_logarithm(self, inner) << inner) / ten;
            digits(&(value >> (inner - bits)), bits, precision, 0)
        });
        result.finish(&rules, status)
    }
}

fn floor_divided(number: &BigInt, divisor: &BigInt) -> BigInt {
    num_integer::Integer::div_floor(number, divisor)
}

/// 1, with so many zeros after the point.
pub(super) fn one_with(places: i64, negative: bool, status: &mut u32) -> Number {
    if places > MOST_DIGITS {
        return Number::signal(status::NO_MEMORY, status);
    }
    Number::new(negative, Coefficient::ONE.shifted_left(places), -places)
}

/// How many digits a positive number has.
pub(super) fn decimal_size(number: i64) -> i64 {
    i64::from(number.unsigned_abs().checked_ilog10().unwrap_or(0)) + 1
}
