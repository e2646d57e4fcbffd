//! Numbers as text.

use super::{Kind, Number};

/// As `str` has it; `engineering` for exponents that three divides.
pub(crate) fn text(number: &Number, capitals: bool, engineering: bool) -> String {
    let sign = if number.negative { "-" } else { "" };
    let (quiet, signaling) = ("NaN", "sNaN");
    match number.kind {
        Kind::Infinite => return format!("{sign}Infinity"),
        Kind::Quiet | Kind::Signaling => {
            let name = if number.kind == Kind::Quiet { quiet } else { signaling };
            if number.coefficient.is_zero() {
                return format!("{sign}{name}");
            }
            return format!("{sign}{name}{}", number.coefficient.text());
        }
        Kind::Finite => {}
    }
    let digits = number.coefficient.text();
    let count = digits.len() as i64;
    let exponent = number.exponent;
    let left = exponent + count;
    let point = if exponent <= 0 && left > -6 {
        left
    } else if !engineering {
        1
    } else if number.coefficient.is_zero() {
        (left + 1).rem_euclid(3) - 1
    } else {
        (left - 1).rem_euclid(3) + 1
    };
    let mut text = String::with_capacity(digits.len() + 28);
    text.push_str(sign);
    if point <= 0 {
        text.push_str("0.");
        text.extend(std::iter::repeat_n('0', -point as usize));
        text.push_str(&digits);
    } else if point >= count {
        text.push_str(&digits);
        text.extend(std::iter::repeat_n('0', (point - count) as usize));
    } else {
        let (whole, part) = digits.split_at(point as usize);
        text.push_str(whole);
        text.push('.');
        text.push_str(part);
    }
    if left != point {
        text.push(if capitals { 'E' } else { 'e' });
        let exponent = left - point;
        if exponent >= 0 {
            text.push('+');
        }
        text.push_str(&exponent.to_string());
    }
    text
}
