//! Texts mapped to another case, where most characters are ASCII or have no case.

use alloc::string::String;

/// Whether a character is in a block whose characters have no case: the radicals and ideographs of
/// East Asia, their punctuation, kana, Hangul's letters, Yi, Lisu and Vai; Hangul's syllables; the
/// wide punctuation and digits.
#[inline]
pub(crate) fn is_caseless(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{A63F}' | '\u{AC00}'..='\u{D7A3}' | '\u{FF01}'..='\u{FF20}')
}

/// The text with each run of ASCII mapped by `ascii`, in place, each character without case as it
/// is, and each other character as `other` writes it.
pub(crate) fn mapped(
    text: &str,
    ascii: impl Fn(&mut str),
    other: impl Fn(char, &mut String),
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let bytes = rest.as_bytes();
        let end = bytes.iter().position(|byte| !byte.is_ascii()).unwrap_or(bytes.len());
        let start = out.len();
        out.push_str(&rest[..end]);
        ascii(&mut out[start..]);
        rest = &rest[end..];
        let end = rest.find(|c| !is_caseless(c)).unwrap_or(rest.len());
        out.push_str(&rest[..end]);
        rest = &rest[end..];
        if let Some(first) = rest.chars().next().filter(|first| !first.is_ascii()) {
            other(first, &mut out);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}
