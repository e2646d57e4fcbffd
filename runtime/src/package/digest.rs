//! SHA-256 as text, which names code.

use sha2::{Digest, Sha256};
use std::io::{self, Read, Seek, SeekFrom};

/// The SHA-256 of bytes, as 64 hexadecimal digits.
pub fn digest_of(bytes: &[u8]) -> String {
    hexadecimal(Sha256::new_with_prefix(bytes))
}

/// The SHA-256 of what is in a file, as 64 hexadecimal digits. It is read from its start again
/// afterwards.
///
/// # Errors
/// When it cannot be read.
pub(super) fn content_digest(file: &mut (impl Read + Seek)) -> io::Result<String> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => digest.update(&buffer[..read]),
        }
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(hexadecimal(digest))
}

fn hexadecimal(digest: Sha256) -> String {
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
