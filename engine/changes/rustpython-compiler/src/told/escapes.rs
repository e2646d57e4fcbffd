//! What is wrong with a literal's backslashes.

use alloc::{format, string::String, vec::Vec};
use rustpython_codegen::unicode;

pub(super) enum Wrong {
    /// A literal of bytes with another character.
    NotAscii,
    Escape(String),
}

/// A literal's text: where it begins and ends, and its prefix.
fn parts(literal: &[u8]) -> (usize, usize, Vec<u8>) {
    let open = literal.iter().position(|byte| matches!(byte, b'\'' | b'"')).unwrap_or(0);
    let prefix = literal[..open].to_ascii_lowercase();
    let quote = literal[open];
    let quotes =
        if literal[open..].starts_with(&[quote; 3]) && literal.len() >= open + 6 { 3 } else { 1 };
    (open + quotes, literal.len() - quotes, prefix)
}

/// What a literal's text may have invalid escapes in, and whether it is one of bytes.
pub(super) fn escaped(literal: &[u8]) -> Option<(usize, usize, bool)> {
    let (start, end, prefix) = parts(literal);
    (!prefix.contains(&b'r') && start < end).then(|| (start, end, prefix.contains(&b'b')))
}

/// Where the first backslash is that begins no escape.
pub(super) fn first_invalid(text: &[u8], of_bytes: bool) -> Option<usize> {
    let mut at = 0;
    while at + 1 < text.len() {
        if text[at] != b'\\' {
            at += 1;
            continue;
        }
        match text[at + 1] {
            b'\n' | b'\\' | b'\'' | b'"' | b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v'
            | b'x' => {}
            b'u' | b'U' | b'N' if !of_bytes => {}
            b'0'..=b'7' => {
                let digits = text[at + 1..]
                    .iter()
                    .take(3)
                    .take_while(|byte| matches!(byte, b'0'..=b'7'))
                    .count();
                if digits == 3 && text[at + 1] > b'3' {
                    return Some(at);
                }
            }
            128.. => {}
            _ => return Some(at),
        }
        at += 2;
    }
    None
}

/// What of an invalid escape is shown: a character, or three digits.
pub(super) fn shown(from: &[u8]) -> String {
    let length = if matches!(from.get(1), Some(b'4'..=b'7')) { 3 } else { 1 };
    String::from_utf8_lossy(from.get(1..1 + length).unwrap_or_default()).into_owned()
}

/// Looks at a whole literal; gives whether it is one of bytes.
pub(super) fn look(literal: &[u8]) -> Result<bool, Wrong> {
    let (start, end, prefix) = parts(literal);
    let text = literal.get(start..end).unwrap_or_default();
    let of_bytes = prefix.contains(&b'b');
    if of_bytes && !text.is_ascii() {
        return Err(Wrong::NotAscii);
    }
    if prefix.contains(&b'r') {
        return Ok(of_bytes);
    }
    let wrong = if of_bytes { of_bytes_literal(text) } else { of_text(text) };
    wrong.map_or(Ok(of_bytes), |message| Err(Wrong::Escape(message)))
}

fn of_bytes_literal(text: &[u8]) -> Option<String> {
    let mut at = 0;
    let mut place = 0;
    while at < text.len() {
        if text[at] == b'\\' && text.get(at + 1) == Some(&b'x') {
            let digit = |place: usize| text.get(place).is_some_and(u8::is_ascii_hexdigit);
            if !digit(at + 2) || !digit(at + 3) {
                return Some(format!("(value error) invalid \\x escape at position {place}"));
            }
        }
        let step = if text[at] == b'\\' { 2 } else { 1 };
        at += step;
        place += step;
    }
    None
}

/// The message for a text, whose places are those of the bytes that CPython decodes: there each
/// character that is not ASCII has become an escape of ten.
pub(super) fn of_text(text: &[u8]) -> Option<String> {
    if !text.contains(&b'\\') {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let text = core::str::from_utf8(text).unwrap_or_default();
    let mut characters = text.chars().peekable();
    while let Some(each) = characters.next() {
        if each == '\\' {
            match characters.peek() {
                Some(next) if next.is_ascii() => {
                    bytes.push(b'\\');
                    bytes.push(*next as u8);
                    characters.next();
                }
                // A backslash that is none any more.
                _ => bytes.extend(b"\\u005c"),
            }
        } else if each.is_ascii() {
            bytes.push(each as u8);
        } else {
            bytes.extend(format!("\\U{:08x}", u32::from(each)).bytes());
        }
    }
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            continue;
        }
        let start = at;
        at += 2;
        let (count, message) = match bytes.get(start + 1) {
            Some(b'x') => (2, "truncated \\xXX escape"),
            Some(b'u') => (4, "truncated \\uXXXX escape"),
            Some(b'U') => (8, "truncated \\UXXXXXXXX escape"),
            Some(b'N') => {
                if let Some((end, message)) = of_name(&bytes, at) {
                    return Some(told(&bytes, start, end, message));
                }
                continue;
            }
            _ => continue,
        };
        let digits =
            bytes[at..].iter().take(count).take_while(|byte| byte.is_ascii_hexdigit()).count();
        at += digits;
        if digits < count {
            return Some(told(&bytes, start, at, message));
        }
        let code = core::str::from_utf8(&bytes[at - count..at]).unwrap_or_default();
        if u32::from_str_radix(code, 16).is_ok_and(|code| code > 0x10_FFFF) {
            return Some(told(&bytes, start, at, "illegal Unicode character"));
        }
    }
    None
}

/// What is wrong with a name, and where that ends.
fn of_name(bytes: &[u8], at: usize) -> Option<(usize, &'static str)> {
    const MALFORMED: &str = "malformed \\N character escape";
    if bytes.get(at) != Some(&b'{') {
        return Some((at, MALFORMED));
    }
    let Some(length) = bytes[at + 1..].iter().position(|&byte| byte == b'}') else {
        return Some((bytes.len(), MALFORMED));
    };
    let close = at + 1 + length;
    if length == 0 {
        return Some((close, MALFORMED));
    }
    let name = core::str::from_utf8(&bytes[at + 1..close]).unwrap_or_default();
    if unicode::lookup_character(name).is_none() {
        return Some((close + 1, "unknown Unicode character name"));
    }
    None
}

fn told(bytes: &[u8], start: usize, end: usize, message: &str) -> String {
    if end - start == 1 {
        format!(
            "(unicode error) 'unicodeescape' codec can't decode byte 0x{:02x} \
             in position {start}: {message}",
            bytes[start]
        )
    } else {
        format!(
            "(unicode error) 'unicodeescape' codec can't decode bytes \
             in position {start}-{}: {message}",
            end - 1
        )
    }
}
