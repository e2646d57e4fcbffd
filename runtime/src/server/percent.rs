//! Percent-encoding (RFC 3986 §2.1).

use std::fmt::Write;

/// A text as part of a path or query: letters, digits, `-_.~` and the bytes of `also` stay.
pub(super) fn encoded(text: &str, also: &[u8]) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || also.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing into a String does not fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}
