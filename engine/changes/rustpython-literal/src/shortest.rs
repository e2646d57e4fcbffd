//! Floats as `repr` writes them: the shortest digits that read back the same.

use alloc::string::String;
use core::fmt::{self, Write};

/// A sign, seventeen digits with a point, and an exponent of five characters.
const LONGEST: usize = 25;

/// The text of a finite number. An integer that needs no exponent has `.0` if `with_point`.
/// Of what is not finite: nothing.
pub(crate) fn of_finite(value: f64, with_point: bool) -> Option<String> {
    let mut written = Written { text: [0; LONGEST], length: 0 };
    write!(written, "{value:e}").ok()?;
    let text = &mut written.text[..written.length];
    let mark = text.iter().rposition(|&byte| byte == b'e')?;
    let exponent = read_exponent(&text[mark + 1..]);
    let sign = usize::from(text[0] == b'-');
    // The point goes, so that the digits lie beside each other.
    let has_point = mark > sign + 1;
    if has_point {
        text[sign + 1] = text[sign];
    }
    let digits = &mut text[sign + usize::from(has_point)..mark];
    if lies_between(digits, exponent, value.abs()) {
        prefer_even(digits, exponent, value.abs());
    }
    Some(lay_out(digits, exponent, sign == 1, with_point))
}

/// What Rust writes of a float, on the stack.
struct Written {
    text: [u8; LONGEST],
    length: usize,
}

impl Write for Written {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let end = self.length + part.len();
        self.text.get_mut(self.length..end).ok_or(fmt::Error)?.copy_from_slice(part.as_bytes());
        self.length = end;
        Ok(())
    }
}

fn read_exponent(text: &[u8]) -> i32 {
    let magnitude = text.strip_prefix(b"-").unwrap_or(text);
    let size = magnitude.iter().fold(0, |size, byte| size * 10 + i32::from(byte - b'0'));
    if magnitude.len() < text.len() { -size } else { size }
}

/// Whether a number lies exactly between two texts with so many digits, of which Rust took the odd
/// one. An integer never does: it would have more bits than a float has.
fn lies_between(digits: &[u8], exponent: i32, value: f64) -> bool {
    let is_odd = digits.last().is_some_and(|digit| digit % 2 == 1);
    let stored = (value.to_bits() >> 52) as i32;
    if !is_odd || stored == 0 {
        return false;
    }
    let fraction = value.to_bits() & ((1 << 52) - 1) | 1 << 52;
    // So many digits follow the point in the number's exact text, whose last one is a 5.
    let exact = 1075 - stored - fraction.trailing_zeros() as i32;
    exact > 0 && exact == digits.len() as i32 - exponent
}

/// CPython rounds to the even digit, if that reads back the same.
fn prefer_even(digits: &mut [u8], exponent: i32, value: f64) {
    let mut candidate = String::with_capacity(LONGEST);
    candidate.extend(digits.iter().map(|&digit| digit as char));
    let Some(odd) = candidate.pop() else { return };
    let even = odd as u8 - 1;
    candidate.push(even as char);
    let power = exponent + 1 - digits.len() as i32;
    if write!(candidate, "e{power}").is_ok()
        && candidate.parse() == Ok(value)
        && let Some(last) = digits.last_mut()
    {
        *last = even;
    }
}

fn lay_out(digits: &[u8], exponent: i32, is_negative: bool, with_point: bool) -> String {
    let mut text = String::with_capacity(LONGEST);
    if is_negative {
        text.push('-');
    }
    let digits = core::str::from_utf8(digits).unwrap_or_default();
    match usize::try_from(exponent) {
        Ok(exponent) if exponent >= 16 => push_scientific(&mut text, digits, '+', exponent),
        Ok(exponent) => {
            let before = exponent + 1;
            if digits.len() > before {
                text.push_str(&digits[..before]);
                text.push('.');
                text.push_str(&digits[before..]);
            } else {
                text.push_str(digits);
                push_zeros(&mut text, before - digits.len());
                if with_point {
                    text.push_str(".0");
                }
            }
        }
        Err(_) if exponent < -4 => {
            push_scientific(&mut text, digits, '-', exponent.unsigned_abs() as usize);
        }
        Err(_) => {
            text.push_str("0.");
            push_zeros(&mut text, exponent.unsigned_abs() as usize - 1);
            text.push_str(digits);
        }
    }
    text
}

fn push_scientific(text: &mut String, digits: &str, sign: char, exponent: usize) {
    text.push_str(&digits[..1]);
    if digits.len() > 1 {
        text.push('.');
        text.push_str(&digits[1..]);
    }
    text.push('e');
    text.push(sign);
    if exponent >= 100 {
        text.push((b'0' + (exponent / 100) as u8) as char);
    }
    text.push((b'0' + (exponent / 10 % 10) as u8) as char);
    text.push((b'0' + (exponent % 10) as u8) as char);
}

fn push_zeros(text: &mut String, count: usize) {
    text.push_str(&"0000000000000000"[..count]);
}
