//! Text files as other tools write them.

use std::{fs, io, path::Path};

/// The text of a file: UTF-8, or UTF-16 where its byte order mark says so, without the mark.
///
/// # Errors
/// When it cannot be read, or is in another encoding.
pub fn read_text(path: &Path) -> io::Result<String> {
    let bytes = fs::read(path)?;
    let text = match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => std::str::from_utf8(rest).ok().map(str::to_owned),
        _ => String::from_utf8(bytes).ok(),
    };
    text.ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8; save it as that")
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, []) = bytes.as_chunks::<2>() else { return None };
    String::from_utf16(&pairs.iter().map(|pair| unit(*pair)).collect::<Vec<_>>()).ok()
}
