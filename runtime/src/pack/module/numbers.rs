//! What instructions make of numbers. All lie in 64 bits: those of 32 in the lower half, fractions by their bits.

use super::fault::Fault;

const DIVIDED_BY_ZERO: Fault = Fault::Trap("integer divide by zero");
const OVERFLOW: Fault = Fault::Trap("integer overflow");
const NO_INTEGER: Fault = Fault::Trap("invalid conversion to integer");

fn single(bits: u64) -> f32 {
    f32::from_bits(bits as u32)
}

fn double(bits: u64) -> f64 {
    f64::from_bits(bits)
}

fn of_single(value: f32) -> u64 {
    value.to_bits().into()
}

/// The instructions of one number.
pub(super) fn of_one(code: u16, value: u64) -> Result<u64, Fault> {
    let word = value as u32;
    let (short, long) = (single(value), double(value));
    Ok(match code {
        0x45 => (word == 0).into(),
        0x50 => (value == 0).into(),
        0x67 => word.leading_zeros().into(),
        0x68 => word.trailing_zeros().into(),
        0x69 => word.count_ones().into(),
        0x79 => value.leading_zeros().into(),
        0x7a => value.trailing_zeros().into(),
        0x7b => value.count_ones().into(),
        0x8b => u64::from(word & !(1 << 31)),
        0x8c => u64::from(word ^ (1 << 31)),
        0x8d => of_single(short.ceil()),
        0x8e => of_single(short.floor()),
        0x8f => of_single(short.trunc()),
        0x90 => of_single(short.round_ties_even()),
        0x91 => of_single(short.sqrt()),
        0x99 => value & !(1 << 63),
        0x9a => value ^ (1 << 63),
        0x9b => long.ceil().to_bits(),
        0x9c => long.floor().to_bits(),
        0x9d => long.trunc().to_bits(),
        0x9e => long.round_ties_even().to_bits(),
        0x9f => long.sqrt().to_bits(),
        0xa7 => word.into(),
        0xa8 => (whole(short.into(), -2_147_483_648.0, 2_147_483_648.0)? as i32 as u32).into(),
        0xa9 => (whole(short.into(), 0.0, 4_294_967_296.0)? as u32).into(),
        0xaa => (whole(long, -2_147_483_648.0, 2_147_483_648.0)? as i32 as u32).into(),
        0xab => (whole(long, 0.0, 4_294_967_296.0)? as u32).into(),
        0xac => word as i32 as i64 as u64,
        0xad => word.into(),
        0xae => whole(short.into(), -(2_f64.powi(63)), 2_f64.powi(63))? as i64 as u64,
        0xaf => whole(short.into(), 0.0, 2_f64.powi(64))? as u64,
        0xb0 => whole(long, -(2_f64.powi(63)), 2_f64.powi(63))? as i64 as u64,
        0xb1 => whole(long, 0.0, 2_f64.powi(64))? as u64,
        0xb2 => of_single(word as i32 as f32),
        0xb3 => of_single(word as f32),
        0xb4 => of_single(value as i64 as f32),
        0xb5 => of_single(value as f32),
        0xb6 => of_single(long as f32),
        0xb7 => f64::from(word as i32).to_bits(),
        0xb8 => f64::from(word).to_bits(),
        0xb9 => (value as i64 as f64).to_bits(),
        0xba => (value as f64).to_bits(),
        0xbb => f64::from(short).to_bits(),
        // The same bits, as a number of another kind.
        0xbc..=0xbf => value,
        0xc0 => (word as i8 as i32 as u32).into(),
        0xc1 => (word as i16 as i32 as u32).into(),
        0xc2 => value as i8 as i64 as u64,
        0xc3 => value as i16 as i64 as u64,
        0xc4 => value as i32 as i64 as u64,
        other => return Err(Fault::Instruction(other.into())),
    })
}

/// The whole part of a fraction, which must be at least `least`, and less than `end`.
fn whole(value: f64, least: f64, end: f64) -> Result<f64, Fault> {
    let whole = value.trunc();
    if whole.is_nan() {
        return Err(NO_INTEGER);
    }
    if whole < least || whole >= end { Err(OVERFLOW) } else { Ok(whole) }
}

/// Conversions to integers that take the nearest there is.
pub(super) fn saturated(code: u16, value: u64) -> u64 {
    let (short, long) = (single(value), double(value));
    match code & 7 {
        0 => (short as i32 as u32).into(),
        1 => (short as u32).into(),
        2 => (long as i32 as u32).into(),
        3 => (long as u32).into(),
        4 => short as i64 as u64,
        5 => short as u64,
        6 => long as i64 as u64,
        _ => long as u64,
    }
}

/// The instructions of two numbers.
pub(super) fn of_two(code: u16, one: u64, other: u64) -> Result<u64, Fault> {
    match code {
        0x46..=0x4f => {
            Ok(compared(code - 0x46, one as u32, other as u32, one as i32, other as i32))
        }
        0x51..=0x5a => Ok(compared(code - 0x51, one, other, one as i64, other as i64)),
        0x5b..=0x60 => Ok(fractions(code - 0x5b, single(one).into(), single(other).into())),
        0x61..=0x66 => Ok(fractions(code - 0x61, double(one), double(other))),
        0x6a..=0x78 => words(code, one as u32, other as u32).map(u64::from),
        0x7c..=0x8a => long_words(code, one, other),
        0x92..=0x98 => Ok(of_single(singles(code, single(one), single(other)))),
        0xa0..=0xa6 => Ok(doubles(code, double(one), double(other)).to_bits()),
        unknown => Err(Fault::Instruction(unknown.into())),
    }
}

fn compared<U: Ord, S: Ord>(code: u16, one: U, other: U, signed: S, other_signed: S) -> u64 {
    match code {
        0 => one == other,
        1 => one != other,
        2 => signed < other_signed,
        3 => one < other,
        4 => signed > other_signed,
        5 => one > other,
        6 => signed <= other_signed,
        7 => one <= other,
        8 => signed >= other_signed,
        _ => one >= other,
    }
    .into()
}

fn fractions(code: u16, one: f64, other: f64) -> u64 {
    match code {
        0 => one == other,
        1 => one != other,
        2 => one < other,
        3 => one > other,
        4 => one <= other,
        _ => one >= other,
    }
    .into()
}

/// Defines the arithmetic of integers of a size, whose instructions begin with a number.
macro_rules! integers {
    ($name:ident, $first:literal, $unsigned:ty, $signed:ty) => {
        fn $name(code: u16, one: $unsigned, other: $unsigned) -> Result<$unsigned, Fault> {
            let by = other as u32;
            Ok(match code - $first {
                0 => one.wrapping_add(other),
                1 => one.wrapping_sub(other),
                2 => one.wrapping_mul(other),
                3 if other == 0 => return Err(DIVIDED_BY_ZERO),
                3 => {
                    let divided = (one as $signed).checked_div(other as $signed);
                    divided.ok_or(OVERFLOW)? as $unsigned
                }
                4 => one.checked_div(other).ok_or(DIVIDED_BY_ZERO)?,
                5 if other == 0 => return Err(DIVIDED_BY_ZERO),
                5 => (one as $signed).wrapping_rem(other as $signed) as $unsigned,
                6 => one.checked_rem(other).ok_or(DIVIDED_BY_ZERO)?,
                7 => one & other,
                8 => one | other,
                9 => one ^ other,
                10 => one.wrapping_shl(by),
                11 => (one as $signed).wrapping_shr(by) as $unsigned,
                12 => one.wrapping_shr(by),
                13 => one.rotate_left(by % <$unsigned>::BITS),
                _ => one.rotate_right(by % <$unsigned>::BITS),
            })
        }
    };
}

integers!(words, 0x6a, u32, i32);
integers!(long_words, 0x7c, u64, i64);

/// Defines the arithmetic of fractions of a size, whose instructions begin with a number.
macro_rules! reals {
    ($name:ident, $first:literal, $kind:ty) => {
        fn $name(code: u16, one: $kind, other: $kind) -> $kind {
            let is_unknown = one.is_nan() || other.is_nan();
            match code - $first {
                0 => one + other,
                1 => one - other,
                2 => one * other,
                3 => one / other,
                4 | 5 if is_unknown => one + other,
                // Of two zeros, the one with a sign is the lesser.
                4 if one == other => <$kind>::from_bits(one.to_bits() | other.to_bits()),
                4 => one.min(other),
                5 if one == other => <$kind>::from_bits(one.to_bits() & other.to_bits()),
                5 => one.max(other),
                _ => one.copysign(other),
            }
        }
    };
}

reals!(singles, 0x92, f32);
reals!(doubles, 0xa0, f64);
