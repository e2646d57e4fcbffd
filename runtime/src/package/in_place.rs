//! Zip packages that are not unpacked: the interpreter imports from them directly.

use super::{Package, PackageError, absolute, compression::foreign_compression};
use crate::contract::limits;
use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
};
use zip::{CompressionMethod, ZipArchive};

/// Refuses a zip that could not be unpacked either; returns its path.
pub(super) fn check(archive: &Path) -> Result<PathBuf, PackageError> {
    let damaged = |error: &dyn std::error::Error| PackageError::Damaged {
        archive: archive.to_path_buf(),
        reason: error.to_string(),
    };
    let mut zip = open(archive)?;
    let mut bytes = 0_u64;
    for index in 0..zip.len() {
        let member = zip.by_index_raw(index).map_err(|error| damaged(&error))?;
        let name = member.name().map_err(|error| damaged(&error))?.into_owned();
        if member.encrypted() || member.compression() == CompressionMethod::AES {
            return Err(PackageError::Encrypted { archive: archive.to_path_buf(), member: name });
        }
        if let Some(method) = foreign_compression(member.compression()) {
            let archive = archive.to_path_buf();
            return Err(PackageError::Compression { archive, member: name, method });
        }
        if member.enclosed_name().is_none() {
            return Err(PackageError::Outside { archive: archive.to_path_buf(), member: name });
        }
        // The target's name would be read as code.
        if member.is_symlink() && name.ends_with(".py") {
            return Err(PackageError::Link { archive: archive.to_path_buf(), member: name });
        }
        bytes = bytes.saturating_add(member.size());
    }
    if bytes > limits::CODE_BYTES {
        return Err(PackageError::TooLarge { archive: archive.to_path_buf() });
    }
    absolute(archive)
}

impl Package {
    /// Whether the zip has a file or a folder at a path from its root.
    pub(super) fn holds(&self, path: &Path) -> bool {
        let Ok(zip) = open(&self.paths.code) else { return false };
        let mut names = zip.file_names().filter_map(|name| name.ok());
        names.any(|name| Path::new(&*name).starts_with(path))
    }

    /// The folders at the zip's root.
    pub(super) fn top_folders(&self) -> Vec<PathBuf> {
        let Ok(zip) = open(&self.paths.code) else { return Vec::new() };
        let names = zip.file_names().filter_map(|name| name.ok());
        names.filter_map(|name| Some(name.split_once('/')?.0.into())).collect()
    }
}

fn open(archive: &Path) -> Result<ZipArchive<File>, PackageError> {
    let unreadable =
        |error: io::Error| PackageError::Unreadable { path: archive.to_path_buf(), error };
    let file = File::open(archive).map_err(unreadable)?;
    ZipArchive::new(file).map_err(|error| PackageError::Damaged {
        archive: archive.to_path_buf(),
        reason: error.to_string(),
    })
}
