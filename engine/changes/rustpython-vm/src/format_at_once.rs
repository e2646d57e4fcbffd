//! Texts, ints and floats by the specifications that are written most: a fill and an alignment, a width,
//! commas, and a precision of floats. Each is read and followed at once; all else goes the usual way.

use crate::{
    AsObject, PyObject, VirtualMachine,
    builtins::{PyFloat, PyInt, PyStr, PyStrRef},
    common::str::PyKindStr,
};

/// No width here is larger.
const MOST_WIDTH: usize = 999;
/// Nor is a precision: what is calculated fits into 128 bits.
const MOST_PRECISION: usize = 15;

/// What a specification says.
struct Specification {
    fill: u8,
    align: Option<u8>,
    has_zeros: bool,
    width: usize,
    has_commas: bool,
    precision: Option<usize>,
    kind: Option<u8>,
}

impl Specification {
    /// None for one that has anything else.
    fn read(text: &[u8]) -> Option<Self> {
        let is_align = |byte: &u8| matches!(byte, b'<' | b'>' | b'^');
        let (fill, align, mut rest) = match text {
            [fill, align, rest @ ..] if is_align(align) && fill.is_ascii() => {
                (*fill, Some(*align), rest)
            }
            [align, rest @ ..] if is_align(align) => (b' ', Some(*align), rest),
            rest => (b' ', None, rest),
        };
        let mut has = |what: u8| match rest {
            [first, others @ ..] if *first == what => {
                rest = others;
                true
            }
            _ => false,
        };
        let has_zeros = has(b'0');
        let width = number(&mut rest, MOST_WIDTH)?;
        let mut has = |what: u8| match rest {
            [first, others @ ..] if *first == what => {
                rest = others;
                true
            }
            _ => false,
        };
        let has_commas = has(b',');
        let precision = if has(b'.') {
            rest.first().filter(|digit| digit.is_ascii_digit())?;
            Some(number(&mut rest, MOST_PRECISION)?)
        } else {
            None
        };
        let kind = match rest {
            [] => None,
            [kind] => Some(*kind),
            _ => return None,
        };
        Some(Self { fill, align, has_zeros, width, has_commas, precision, kind })
    }

    /// Digits, with a sign before them and a part behind, as wide as they are to be.
    fn number(&self, is_negative: bool, digits: &[u8], part: &[u8]) -> Option<Vec<u8>> {
        // Zeros come behind the sign, and with commas they have some, too.
        if self.has_zeros && (self.align.is_some() || self.has_commas) {
            return None;
        }
        let sign: &[u8] = if is_negative { b"-" } else { b"" };
        let commas = if self.has_commas { (digits.len() - 1) / 3 } else { 0 };
        let length = sign.len() + digits.len() + commas + part.len();
        let missing = self.width.saturating_sub(length);
        let mut text = Vec::with_capacity(length + missing);
        let before = match self.align.unwrap_or(b'>') {
            b'<' => 0,
            b'^' => missing / 2,
            _ => missing,
        };
        if self.has_zeros {
            text.extend_from_slice(sign);
            text.resize(text.len() + missing, b'0');
        } else {
            text.resize(before, self.fill);
            text.extend_from_slice(sign);
        }
        for (at, digit) in digits.iter().enumerate() {
            if commas > 0 && at > 0 && (digits.len() - at) % 3 == 0 {
                text.push(b',');
            }
            text.push(*digit);
        }
        text.extend_from_slice(part);
        if !self.has_zeros {
            text.resize(length + missing, self.fill);
        }
        Some(text)
    }
}

/// The number that `text` begins with, 0 if there is none, and what is behind it. None if it is too large.
fn number(text: &mut &[u8], most: usize) -> Option<usize> {
    let mut number = 0;
    while let [digit @ b'0'..=b'9', rest @ ..] = *text {
        number = number * 10 + usize::from(digit - b'0');
        if number > most {
            return None;
        }
        *text = rest;
    }
    Some(number)
}

/// A value as `specification` says. None for one that is read and followed in the usual way.
pub(crate) fn formatted(
    value: &PyObject,
    specification: &[u8],
    vm: &VirtualMachine,
) -> Option<PyStrRef> {
    // What is said by nothing has a way of its own.
    let specification = Specification::read(Some(specification).filter(|it| !it.is_empty())?)?;
    let text = if let Some(float) = value.downcast_ref_if_exact::<PyFloat>(vm) {
        float_with_point(float.to_f64(), &specification)?
    } else if let Some(int) = value.downcast_ref_if_exact::<PyInt>(vm) {
        whole_number(int.try_to_i64_fast()?, &specification)?
    } else {
        padded(value.downcast_ref_if_exact::<PyStr>(vm)?, &specification)?
    };
    // SAFETY: it is ASCII: its fill is, and all else.
    Some(vm.ctx.new_str(unsafe { ::ascii::AsciiString::from_ascii_unchecked(text) }))
}

fn padded(text: &PyStr, specification: &Specification) -> Option<Vec<u8>> {
    let Specification { fill, align, has_zeros, width, has_commas, precision, kind } =
        *specification;
    if has_zeros || has_commas || precision.is_some() || kind.is_some_and(|kind| kind != b's') {
        return None;
    }
    let PyKindStr::Ascii(text) = text.as_str_kind() else { return None };
    let missing = width.saturating_sub(text.len());
    let before = match align.unwrap_or(b'<') {
        b'<' => 0,
        b'^' => missing / 2,
        _ => missing,
    };
    let mut padded = Vec::with_capacity(text.len() + missing);
    padded.resize(before, fill);
    padded.extend_from_slice(text.as_bytes());
    padded.resize(text.len() + missing, fill);
    Some(padded)
}

fn whole_number(value: i64, specification: &Specification) -> Option<Vec<u8>> {
    if specification.precision.is_some() || specification.kind.is_some_and(|kind| kind != b'd') {
        return None;
    }
    let mut buffer = [0; DIGITS];
    let digits = decimal(value.unsigned_abs().into(), 1, &mut buffer);
    specification.number(value < 0, digits, b"")
}

/// A float with a fixed number of digits behind the point. The half of the last one goes to the even
/// neighbour, of the float's exact value.
fn float_with_point(value: f64, specification: &Specification) -> Option<Vec<u8>> {
    const FRACTION: u32 = f64::MANTISSA_DIGITS - 1;
    if !value.is_finite() || specification.kind != Some(b'f') {
        return None;
    }
    let precision = specification.precision.unwrap_or(6);
    let bits = value.to_bits();
    let fraction = bits & ((1 << FRACTION) - 1);
    let exponent = (bits >> FRACTION & 0x7ff) as i32;
    // The value is this whole number, times two to the power of that exponent.
    let (whole, exponent) = match exponent {
        0 => (fraction, 1),
        exponent => (fraction | 1 << FRACTION, exponent),
    };
    let exponent = exponent - 1075;
    let scaled = u128::from(whole) * 10_u128.pow(precision as u32);
    let rounded = if exponent >= 0 {
        // Below 2 to the power of 103, and 24 more.
        if exponent > 24 {
            return None;
        }
        scaled << exponent
    } else if exponent <= -128 {
        0
    } else {
        let shift = exponent.unsigned_abs();
        let (below, left) = (scaled >> shift, scaled & ((1 << shift) - 1));
        let half = 1 << (shift - 1);
        below + u128::from(left > half || left == half && below & 1 == 1)
    };
    let mut buffer = [0; DIGITS];
    let digits = decimal(rounded, precision + 1, &mut buffer);
    let (digits, behind) = digits.split_at(digits.len() - precision);
    let mut part = [b'.'; MOST_PRECISION + 1];
    let part = match precision {
        0 => &[][..],
        _ => {
            part[1..=precision].copy_from_slice(behind);
            &part[..=precision]
        }
    };
    specification.number(value.is_sign_negative(), digits, part)
}

/// No number of 128 bits has more.
const DIGITS: usize = 40;

/// The digits of a number, with zeros before them if they are fewer than `least`.
fn decimal(number: u128, least: usize, buffer: &mut [u8; DIGITS]) -> &[u8] {
    let mut at = DIGITS;
    let mut large = number;
    // Most numbers fit into 64 bits, in which the rest is quicker.
    while large > u128::from(u64::MAX) {
        at -= 1;
        buffer[at] = b'0' + (large % 10) as u8;
        large /= 10;
    }
    let mut small = large as u64;
    while small > 0 || DIGITS - at < least {
        at -= 1;
        buffer[at] = b'0' + (small % 10) as u8;
        small /= 10;
    }
    &buffer[at..]
}
