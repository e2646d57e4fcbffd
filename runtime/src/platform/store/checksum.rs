//! Checksums of what is stored: SQLite does not see a bit that the disk turned.

use rusqlite::Row;
use sha2::{Digest, Sha256};

/// Of values, in their order.
pub(super) fn of(values: &[&[u8]]) -> i64 {
    let mut digest = Sha256::new();
    for value in values {
        digest.update((value.len() as u64).to_le_bytes());
        digest.update(value);
    }
    digest.finalize().first_chunk().map_or(0, |first| i64::from_le_bytes(*first))
}

/// Whether a row has the checksum of its values. What an older krait stored has none.
pub(super) fn is_right(row: &Row<'_>, values: &[&[u8]]) -> rusqlite::Result<bool> {
    let stored: Option<i64> = row.get("checksum")?;
    Ok(stored.is_none_or(|stored| stored == of(values)))
}
