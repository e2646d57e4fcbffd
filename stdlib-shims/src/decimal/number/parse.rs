//! Numbers from text.

use super::{
    Coefficient, Kind, Number,
    rules::{LEAST_EXPONENT, MOST_PRECISION},
};

/// Beyond these no exponent is anything but too large or too small.
const FAR: i64 = 2_000_000_000_000_000_001;

/// The number that a text is, which has neither spaces around nor underscores; None if it is none.
pub(crate) fn parse(text: &[u8]) -> Option<Number> {
    let (negative, rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    match rest.first()? {
        b'0'..=b'9' | b'.' => finite(negative, rest),
        _ => special(negative, rest),
    }
}

fn special(negative: bool, text: &[u8]) -> Option<Number> {
    if text.eq_ignore_ascii_case(b"inf") || text.eq_ignore_ascii_case(b"infinity") {
        return Some(Number::infinity(negative));
    }
    let (kind, text) = match text {
        [b's' | b'S', rest @ ..] => (Kind::Signaling, rest),
        _ => (Kind::Quiet, text),
    };
    let (name, payload) = text.split_at_checked(3)?;
    if !name.eq_ignore_ascii_case(b"nan") || !payload.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let coefficient = Coefficient::parse(without_zeros(payload));
    if payload.len() as i64 > MOST_PRECISION {
        return None;
    }
    Some(Number { kind, ..Number::new(negative, coefficient, 0) })
}

fn without_zeros(digits: &[u8]) -> &[u8] {
    let first = digits.iter().position(|digit| *digit != b'0').unwrap_or(digits.len());
    &digits[first..]
}

fn finite(negative: bool, text: &[u8]) -> Option<Number> {
    let whole = text.iter().take_while(|sign| sign.is_ascii_digit()).count();
    let mut rest = &text[whole..];
    let mut places = 0;
    if let [b'.', after @ ..] = rest {
        places = after.iter().take_while(|sign| sign.is_ascii_digit()).count();
        rest = &after[places..];
    }
    if whole + places == 0 {
        return None;
    }
    let exponent = match rest {
        [] => 0,
        [b'e' | b'E', rest @ ..] => exponent(rest)?,
        _ => return None,
    };
    // A short one without a copy: what handlers have.
    let coefficient = if whole + places <= 19 {
        let digits = text[..whole].iter().chain(text[whole..].iter().skip(1).take(places));
        let number = digits.fold(0u64, |number, digit| number * 10 + u64::from(digit - b'0'));
        u128::from(number).into()
    } else if places == 0 {
        Coefficient::parse(without_zeros(&text[..whole]))
    } else {
        let mut digits = Vec::with_capacity(whole + places);
        digits.extend_from_slice(&text[..whole]);
        digits.extend_from_slice(&text[whole + 1..whole + 1 + places]);
        Coefficient::parse(without_zeros(&digits))
    };
    let exponent = (exponent - places as i64).clamp(2 * LEAST_EXPONENT - FAR, FAR);
    Some(Number::new(negative, coefficient, exponent))
}

fn exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digits = without_zeros(digits);
    let magnitude = if digits.len() > 18 && digits.len() != 19 {
        FAR
    } else {
        let number =
            digits.iter().fold(0u64, |number, digit| number * 10 + u64::from(digit - b'0'));
        i64::try_from(number).unwrap_or(FAR).min(FAR)
    };
    Some(if negative { -magnitude } else { magnitude })
}
