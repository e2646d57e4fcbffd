//! Unpacking zip packages, safely and once. Security rests on this file: nothing is
//! written outside the package's own folder, and nothing beyond the size limit.

use super::{PackageError, compression::foreign_compression};
use crate::{contract::limits, snapshot};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io::{self, Read},
    os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, symlink},
    path::{Component, Path, PathBuf},
};
use zip::{CompressionMethod, ZipArchive, read::ZipFile};

/// Unpacks `archive` into a folder of the cache that is named by the zip's content, unless that was
/// done before. Concurrent callers may race: each unpacks to a temporary folder, and one of them
/// wins.
pub(super) fn into_cache(archive: &Path) -> Result<PathBuf, PackageError> {
    let cache = cache_folder();
    let unreadable = |error| PackageError::Unreadable { path: archive.to_path_buf(), error };
    let mut file = File::open(archive).map_err(unreadable)?;
    let parent = cache.join("packages");
    let folder = parent.join(content_digest(&mut file).map_err(unreadable)?);
    let unwritable = |error| PackageError::Cache { folder: folder.clone(), error };
    if folder.is_dir() {
        return refuse_foreign(&parent).map(|()| folder.clone()).map_err(unwritable);
    }
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&parent).map_err(unwritable)?;
    refuse_foreign(&parent).map_err(unwritable)?;
    let aside = parent.join(format!(".{}", uuid::Uuid::new_v4()));
    fs::create_dir(&aside).map_err(unwritable)?;
    let unpacked = Unpacking { archive, folder: &aside, left: limits::CODE_BYTES }.run(file);
    let placed = unpacked.and_then(|()| match fs::rename(&aside, &folder) {
        Err(_) if folder.is_dir() => Ok(()),
        result => result.map_err(unwritable),
    });
    if aside.exists() {
        // Left behind by a failure or a lost race; nothing refers to it.
        let _ = fs::remove_dir_all(&aside);
    }
    placed.map(|()| folder)
}

/// Where unpacked packages are kept: the user's cache folder, else one below `/tmp`.
fn cache_folder() -> PathBuf {
    let elsewhere = || std::env::temp_dir().join(format!("krait-{}", current_user()));
    snapshot::user_folder().unwrap_or_else(elsewhere)
}

/// The number of the user that this process acts for.
fn current_user() -> u32 {
    // SAFETY: the call cannot fail and changes nothing.
    unsafe { libc::geteuid() }
}

/// Refuses a cache that another user made: its owner could change the code.
fn refuse_foreign(folder: &Path) -> io::Result<()> {
    if fs::metadata(folder)?.uid() == current_user() {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::PermissionDenied, "it belongs to another user"))
}

fn content_digest(file: &mut File) -> io::Result<String> {
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => digest.update(&buffer[..read]),
        }
    }
    Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

struct Unpacking<'a> {
    archive: &'a Path,
    folder: &'a Path,
    /// Bytes that may still be written.
    left: u64,
}

impl Unpacking<'_> {
    fn run(mut self, file: File) -> Result<(), PackageError> {
        let mut zip = ZipArchive::new(file).map_err(|error| self.damaged(&error))?;
        // Links are made last, so that no member can be written through one.
        let mut links = Vec::new();
        for index in 0..zip.len() {
            let raw = zip.by_index_raw(index).map_err(|error| self.damaged(&error))?;
            let name = raw.name().map_err(|error| self.damaged(&error))?.into_owned();
            if raw.encrypted() || raw.compression() == CompressionMethod::AES {
                return Err(self.encrypted(name));
            }
            if let Some(method) = foreign_compression(raw.compression()) {
                let archive = self.archive.to_path_buf();
                return Err(PackageError::Compression { archive, member: name, method });
            }
            drop(raw);
            let mut member = zip.by_index(index).map_err(|error| self.damaged(&error))?;
            let path = member.enclosed_name().ok_or_else(|| self.outside(&name))?;
            if member.is_symlink() {
                links.push((path, self.link_target(&mut member, &name)?));
            } else if member.is_dir() {
                self.cached(fs::create_dir_all(self.folder.join(path)))?;
            } else {
                self.write(&mut member, &path)?;
            }
        }
        for (path, target) in links {
            let path = self.folder.join(path);
            self.cached(path.parent().map_or(Ok(()), fs::create_dir_all))?;
            self.cached(symlink(target, path))?;
        }
        Ok(())
    }

    fn write<R: Read + ?Sized>(
        &mut self,
        member: &mut ZipFile<'_, R>,
        path: &Path,
    ) -> Result<(), PackageError> {
        let path = self.folder.join(path);
        self.cached(path.parent().map_or(Ok(()), fs::create_dir_all))?;
        let mut file = self.cached(File::create(&path))?;
        // The size in the header may be wrong. The unpacked bytes count.
        let written = io::copy(&mut member.by_ref().take(self.left + 1), &mut file)
            .map_err(|error| self.damaged(&error))?;
        if written > self.left {
            return Err(PackageError::TooLarge { archive: self.archive.to_path_buf() });
        }
        self.left -= written;
        // Always readable by the owner; never writable, set-user-id or similar, whatever the zip
        // says.
        let executable = member.unix_mode().is_some_and(|mode| mode & 0o100 != 0);
        let mode = if executable { 0o555 } else { 0o444 };
        self.cached(fs::set_permissions(&path, fs::Permissions::from_mode(mode)))
    }

    /// A link's target must be a relative path without `..`, so that it stays within the package.
    fn link_target<R: Read + ?Sized>(
        &self,
        member: &mut ZipFile<'_, R>,
        name: &str,
    ) -> Result<PathBuf, PackageError> {
        let mut target = String::new();
        member
            .by_ref()
            .take(4096)
            .read_to_string(&mut target)
            .map_err(|error| self.damaged(&error))?;
        let target = PathBuf::from(target);
        let stays = target
            .components()
            .all(|component| matches!(component, Component::Normal(_) | Component::CurDir));
        if !stays || target.as_os_str().is_empty() {
            return Err(self.outside(name));
        }
        Ok(target)
    }

    fn damaged(&self, reason: &dyn std::error::Error) -> PackageError {
        PackageError::Damaged { archive: self.archive.to_path_buf(), reason: reason.to_string() }
    }

    fn encrypted(&self, member: String) -> PackageError {
        PackageError::Encrypted { archive: self.archive.to_path_buf(), member }
    }

    fn outside(&self, member: &str) -> PackageError {
        PackageError::Outside { archive: self.archive.to_path_buf(), member: member.to_owned() }
    }

    fn cached<T>(&self, result: io::Result<T>) -> Result<T, PackageError> {
        result.map_err(|error| PackageError::Cache { folder: self.folder.to_path_buf(), error })
    }
}
