//! Unpacking zip packages. Security rests on this file: nothing is written outside the
//! package's own folder, and nothing beyond the limits.

use super::{
    PackageError,
    plan::{self, Plan},
};
use crate::contract::limits;
use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read, Seek},
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};
use zip::ZipArchive;

/// Unpacks `zip`, which is the content of `archive`, into a folder that is made for it.
///
/// # Errors
/// When it is no zip that may be unpacked, or the disk refuses. What was unpacked stays.
pub(super) fn into_folder<R: Read + Seek>(
    mut zip: R,
    archive: &Path,
    folder: &Path,
) -> Result<(), PackageError> {
    let unpacking = Unpacking { archive, folder, left: limits::CODE_BYTES };
    plan::check_count(&mut zip, archive)?;
    let mut zip = ZipArchive::new(zip).map_err(|error| unpacking.damaged(&error))?;
    let plan = Plan::of(&mut zip, archive)?;
    unpacking.run(&mut zip, &plan)
}

/// Whether a folder still is what [`into_folder`] made of `zip`, to the byte.
///
/// # Errors
/// When `zip` cannot be read.
pub(super) fn is_in_folder<R: Read + Seek>(
    mut zip: R,
    archive: &Path,
    folder: &Path,
) -> Result<bool, PackageError> {
    let unpacking = Unpacking { archive, folder, left: limits::CODE_BYTES };
    plan::check_count(&mut zip, archive)?;
    let mut zip = ZipArchive::new(zip).map_err(|error| unpacking.damaged(&error))?;
    let plan = Plan::of(&mut zip, archive)?;
    let mut found = BTreeSet::new();
    // What cannot be read is not what was written.
    if !fs_agrees(&plan, folder, Path::new(""), &mut found).unwrap_or(false)
        || found.len() != plan.files.len() + plan.links.len() + plan.folders.len()
    {
        return Ok(false);
    }
    for (path, index) in &plan.files {
        let mut member = zip.by_index(*index).map_err(|error| unpacking.damaged(&error))?;
        let mut wanted = Vec::new();
        member.read_to_end(&mut wanted).map_err(|error| unpacking.damaged(&error))?;
        if fs::read(folder.join(path)).ok().as_ref() != Some(&wanted) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether what is below `at` is planned, as the kinds of things that are planned.
fn fs_agrees(
    plan: &Plan,
    folder: &Path,
    at: &Path,
    found: &mut BTreeSet<PathBuf>,
) -> io::Result<bool> {
    for entry in fs::read_dir(folder.join(at))? {
        let entry = entry?;
        let (path, kind) = (at.join(entry.file_name()), entry.file_type()?);
        let agrees = if kind.is_symlink() {
            plan.links.get(&path) == Some(&fs::read_link(entry.path())?)
        } else if kind.is_dir() {
            plan.folders.contains(&path) && fs_agrees(plan, folder, &path, found)?
        } else {
            kind.is_file() && plan.files.contains_key(&path)
        };
        if !agrees {
            return Ok(false);
        }
        found.insert(path);
    }
    Ok(true)
}

struct Unpacking<'a> {
    archive: &'a Path,
    folder: &'a Path,
    /// Bytes that may still be written.
    left: u64,
}

impl Unpacking<'_> {
    fn run<R: Read + Seek>(
        mut self,
        zip: &mut ZipArchive<R>,
        plan: &Plan,
    ) -> Result<(), PackageError> {
        self.cached(fs::create_dir_all(self.folder))?;
        for path in &plan.folders {
            // Those above it come before it.
            self.cached(fs::create_dir(self.folder.join(path)))?;
        }
        for (path, index) in &plan.files {
            self.write(zip, *index, path)?;
        }
        // Last, so that no member can be written through one.
        for (path, target) in &plan.links {
            self.cached(symlink(target, self.folder.join(path)))?;
        }
        Ok(())
    }

    fn write<R: Read + Seek>(
        &mut self,
        zip: &mut ZipArchive<R>,
        index: usize,
        path: &Path,
    ) -> Result<(), PackageError> {
        let mut member = zip.by_index(index).map_err(|error| self.damaged(&error))?;
        let path = self.folder.join(path);
        let mut file = self.cached(File::create_new(&path))?;
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
        self.cached(file.set_permissions(fs::Permissions::from_mode(mode)))
    }

    fn damaged(&self, reason: &dyn std::error::Error) -> PackageError {
        PackageError::Damaged { archive: self.archive.to_path_buf(), reason: reason.to_string() }
    }

    fn cached<T>(&self, result: io::Result<T>) -> Result<T, PackageError> {
        result.map_err(|error| PackageError::Cache { folder: self.folder.to_path_buf(), error })
    }
}
