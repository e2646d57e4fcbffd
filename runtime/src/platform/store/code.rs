//! The functions' code: zips named by their content, beside the database.

use super::{Store, StoreError};
use crate::package::digest_of;
use bytes::Bytes;
use std::{
    collections::HashSet,
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::{sync::OwnedRwLockReadGuard, task::spawn_blocking};

/// Code that is in the store. Keep this value until the function that refers to the code is saved.
/// Until then, nothing else protects the code from removal.
#[derive(Debug)]
pub struct SavedCode {
    digest: String,
    _kept: OwnedRwLockReadGuard<()>,
}

impl SavedCode {
    /// The SHA-256 of the code, as 64 hexadecimal digits.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

impl Store {
    /// Keeps a zip durably, unless it is there already, and whole.
    ///
    /// # Errors
    /// [`StoreError::Code`] when the file cannot be written.
    pub async fn save_code(&self, code: Bytes) -> Result<SavedCode, StoreError> {
        let kept = Arc::clone(&self.shared.uploads).read_owned().await;
        let folder = self.code_folder();
        let digest = on_disk(folder.clone(), move || {
            let digest = digest_of(&code);
            write(&folder, &digest, &code).map(|()| digest)
        })
        .await?;
        Ok(SavedCode { digest, _kept: kept })
    }

    /// Where the code of a digest is, if it is in the store.
    pub fn code_path(&self, digest: &str) -> PathBuf {
        path(&self.code_folder(), digest)
    }

    /// Removes code that no function refers to, and incomplete files. Does nothing while there is a
    /// [`SavedCode`]. Returns the number of removed files.
    ///
    /// # Errors
    /// When the database cannot be read, or a file not removed.
    pub async fn collect_unused_code(&self) -> Result<usize, StoreError> {
        // It does not wait for the lock: a waiting writer would block readers.
        let Ok(_alone) = Arc::clone(&self.shared.uploads).try_write_owned() else {
            return Ok(0);
        };
        let used: HashSet<String> = self
            .shared
            .main
            .run(|connection| {
                let text = "SELECT DISTINCT code FROM functions WHERE code IS NOT NULL";
                connection.prepare_cached(text)?.query_map([], |row| row.get(0))?.collect()
            })
            .await?;
        let folder = self.code_folder();
        on_disk(folder.clone(), move || remove_all_but(&folder, &used)).await
    }

    fn code_folder(&self) -> PathBuf {
        self.shared.folder.join("code")
    }
}

/// Whether there is any code in a folder.
///
/// # Errors
/// When it cannot be read.
pub(super) fn is_any(folder: &Path) -> io::Result<bool> {
    let is_code = |path: PathBuf| path.extension().is_some_and(|kind| kind == "zip");
    Ok(fs::read_dir(folder)?.flatten().any(|entry| is_code(entry.path())))
}

fn path(folder: &Path, digest: &str) -> PathBuf {
    folder.join(format!("{digest}.zip"))
}

/// Runs disk work on a thread that may block.
async fn on_disk<T: Send + 'static>(
    folder: PathBuf,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, StoreError> {
    let result = spawn_blocking(work).await.unwrap_or_else(|error| Err(io::Error::other(error)));
    result.map_err(|error| StoreError::code(&folder, &error))
}

/// Writes a temporary file first, so that the file is there as a whole or not at all.
fn write(folder: &Path, digest: &str, code: &[u8]) -> io::Result<()> {
    let path = path(folder, digest);
    let is_same = |there: Vec<u8>| there == code;
    if path.try_exists()? && fs::read(&path).is_ok_and(is_same) {
        return Ok(());
    }
    let aside = folder.join(format!(".{}", uuid::Uuid::new_v4()));
    let written = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&aside)
        .and_then(|mut file| {
            file.write_all(code)?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&aside, &path));
    if written.is_err() {
        let _ = fs::remove_file(&aside);
    }
    written?;
    File::open(folder)?.sync_all()
}

fn remove_all_but(folder: &Path, used: &HashSet<String>) -> io::Result<usize> {
    let mut removed = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let digest = path.file_stem().unwrap_or_default().to_string_lossy();
        if !used.contains(&*digest) {
            fs::remove_file(&path)?;
            removed += 1;
        }
    }
    Ok(removed)
}
