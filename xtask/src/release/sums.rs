//! SHA-256 sums, as `sha256sum` writes and checks them.

use anyhow::{Context, Result};
use sha2::{Digest as _, Sha256};
use std::{fs, path::Path};

/// What the file with the sums is called.
pub(super) const FILE: &str = "SHA256SUMS";

/// The digests of a folder's files in hexadecimal digits, by name, sorted.
pub(super) fn of(folder: &Path) -> Result<Vec<(String, String)>> {
    let mut sums = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let bytes = fs::read(entry.path()).with_context(|| entry.path().display().to_string())?;
        sums.push((entry.file_name().to_string_lossy().into_owned(), digest(&bytes)));
    }
    sums.sort();
    Ok(sums)
}

/// A line for each file.
pub(super) fn text(sums: &[(String, String)]) -> String {
    sums.iter().map(|(name, digest)| format!("{digest}  {name}\n")).collect()
}

/// The lines of such a text.
pub(super) fn read(text: &str) -> Result<Vec<(String, String)>> {
    let line = |line: &str| {
        let (digest, name) = line.split_once("  ").with_context(|| format!("no sum: {line}"))?;
        Ok((name.to_owned(), digest.to_owned()))
    };
    text.lines().map(line).collect()
}

/// The digest of bytes in hexadecimal digits.
pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
