//! `%41`, and texts.

use rustpython_common::wtf8::Wtf8;

const DIGITS: &[u8; 16] = b"0123456789ABCDEF";

/// By byte: whether it is a letter, a digit, or one of `_.-~`.
const ALWAYS_SAFE: [bool; 256] = {
    let mut safe = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        safe[byte] =
            (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'_' | b'.' | b'-' | b'~');
        byte += 1;
    }
    safe
};

/// The text with each byte quoted that is neither a letter, a digit, one of `_.-~`, nor safe.
/// With `plus`, a space becomes `+`.
pub(super) fn quote(bytes: &[u8], safe: &[u8], plus: bool) -> String {
    let mut is_safe = ALWAYS_SAFE;
    for byte in safe.iter().filter(|byte| byte.is_ascii()) {
        is_safe[usize::from(*byte)] = true;
    }
    let mut text = String::with_capacity(bytes.len() + 16);
    for &byte in bytes {
        if plus && byte == b' ' {
            text.push('+');
        } else if is_safe[usize::from(byte)] {
            text.push(char::from(byte));
        } else {
            text.push('%');
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    text
}

/// The text of what was quoted. Bytes that are no UTF-8 become U+FFFD; characters that are not
/// ASCII stand between them.
pub(super) fn unquote(quoted: &str, plus: bool) -> String {
    let mut text = String::with_capacity(quoted.len());
    let mut rest = quoted;
    let mut bytes = Vec::new();
    while !rest.is_empty() {
        let ascii = rest.bytes().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        let (run, after) = rest.split_at(ascii);
        if run.contains('%') || (plus && run.contains('+')) {
            unquote_bytes(run.as_bytes(), plus, &mut bytes);
            text.push_str(&String::from_utf8_lossy(&bytes));
            bytes.clear();
        } else {
            text.push_str(run);
        }
        let other = after.bytes().position(|byte| byte.is_ascii()).unwrap_or(after.len());
        let (run, after) = after.split_at(other);
        text.push_str(run);
        rest = after;
    }
    text
}

fn unquote_bytes(quoted: &[u8], plus: bool, bytes: &mut Vec<u8>) {
    let value = |digit: u8| char::from(digit).to_digit(16);
    let mut place = 0;
    while let Some(&byte) = quoted.get(place) {
        let digits = quoted.get(place + 1).zip(quoted.get(place + 2)).filter(|_| byte == b'%');
        if let Some((high, low)) = digits.and_then(|(one, two)| value(*one).zip(value(*two))) {
            bytes.push((high * 16 + low) as u8);
            place += 3;
        } else {
            bytes.push(if plus && byte == b'+' { b' ' } else { byte });
            place += 1;
        }
    }
}

/// The fields of a query: names and values, unquoted. Those without a value are kept on demand.
pub(super) fn fields(query: &str, separator: &str, keep_blank: bool) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for field in query.split(separator) {
        let (name, value) = field.split_once('=').unwrap_or((field, ""));
        if !field.is_empty() && (keep_blank || !value.is_empty()) {
            fields.push((unquote(name, true), unquote(value, true)));
        }
    }
    fields
}

/// The text as UTF-8, unless it has surrogates.
pub(super) fn as_text(text: &Wtf8) -> Option<&str> {
    text.as_str().ok()
}
