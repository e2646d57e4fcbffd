//! The user's cache of unpacked packages: a folder for each content. It is bounded; those that
//! were not used for longest are removed first, and never one that is in use.

use super::{PackageError, digest, trusted, unpack};
use crate::snapshot;
use std::{
    env,
    fs::{self, File, FileTimes, OpenOptions, Permissions, TryLockError},
    io::{self, Read, Seek},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// How much all of them may take, in megabytes, unless `KRAIT_CACHE_MB` says otherwise.
const MEGABYTES: u64 = 4096;

/// What was unpacked by half is removed after so long: nobody works on it any more.
const UNFINISHED_KEPT: Duration = Duration::from_secs(60 * 60);

/// How often a package is looked for again that somebody removed meanwhile.
const TRIES: usize = 5;

/// Keeps a package from being removed, as long as this process has it.
pub(super) type Lease = File;

/// Unpacks `archive` into a folder named by the zip's content, unless that was done before and
/// is still what was unpacked. Concurrent callers may race: each unpacks aside, one folder wins.
///
/// # Errors
/// When it cannot be unpacked, or there is no folder for it that is this user's alone.
pub(super) fn unpacked(archive: &Path) -> Result<(PathBuf, Lease), PackageError> {
    let unreadable = |error| PackageError::Unreadable { path: archive.to_path_buf(), error };
    unpacked_from(File::open(archive).map_err(unreadable)?, archive)
}

/// The same for a zip whose content is read from `file`.
///
/// # Errors
/// The same.
pub(super) fn unpacked_from<R: Read + Seek>(
    mut file: R,
    archive: &Path,
) -> Result<(PathBuf, Lease), PackageError> {
    let unreadable = |error| PackageError::Unreadable { path: archive.to_path_buf(), error };
    let digest = digest::content_digest(&mut file).map_err(unreadable)?;
    let cache = snapshot::user_folder().ok_or(PackageError::NoCache)?;
    let folder = cache.join("packages").join(&digest);
    let unwritable = |error| PackageError::Cache { folder: folder.clone(), error };
    let (Some(base), Some(name)) =
        (cache.parent(), cache.file_name().and_then(|name| name.to_str()))
    else {
        return Err(PackageError::NoCache);
    };
    let packages = trusted::folder(base, &[name, "packages"]).map_err(unwritable)?;
    let placed = placed(&mut file, archive, &packages, &packages.join(&digest))?;
    make_room(&packages);
    Ok(placed)
}

/// Unpacks a zip whose content is read from `file` into `folder`, unless it is there and still is what was
/// unpacked.
///
/// # Errors
/// When it cannot be unpacked, or others than this user could change what is there.
pub(super) fn unpacked_at<R: Read + Seek>(
    mut file: R,
    archive: &Path,
    folder: &Path,
) -> Result<(PathBuf, Lease), PackageError> {
    let unwritable = |error| PackageError::Cache { folder: folder.to_path_buf(), error };
    let above = folder.parent().ok_or(PackageError::NoCache)?;
    trusted::folder(above, &[]).map_err(unwritable)?;
    placed(&mut file, archive, above, folder)
}

/// Unpacks a zip into `folder`, which is in the folder `packages`.
fn placed<R: Read + Seek>(
    mut file: &mut R,
    archive: &Path,
    packages: &Path,
    folder: &Path,
) -> Result<(PathBuf, Lease), PackageError> {
    let unwritable = |error| PackageError::Cache { folder: folder.to_path_buf(), error };
    for _ in 0..TRIES {
        if let Some(lease) = leased(folder).map_err(unwritable)? {
            if unpack::is_in_folder(&mut file, archive, folder)? {
                let now = FileTimes::new().set_modified(SystemTime::now());
                // Only when it is removed depends on it.
                let _ = lease.set_times(now);
                return Ok((folder.to_path_buf(), lease));
            }
            // Somebody changed it.
            remove(packages, folder).map_err(unwritable)?;
        }
        let aside = packages.join(format!(".{}", uuid::Uuid::new_v4()));
        let unpacked = unpack::into_folder(&mut file, archive, &aside);
        // What is in it may be secret, and whatever the umask is, nobody else changes it.
        let closed = unpacked.and_then(|()| {
            fs::set_permissions(&aside, Permissions::from_mode(0o700)).map_err(unwritable)
        });
        let placed = closed.and_then(|()| match fs::rename(&aside, folder) {
            Err(_) if folder.is_dir() => Ok(()),
            result => result.map_err(unwritable),
        });
        if aside.exists() {
            // Left behind by a failure or a lost race; nothing refers to it.
            let _ = fs::remove_dir_all(&aside);
        }
        placed?;
        if let Some(lease) = leased(folder).map_err(unwritable)? {
            return Ok((folder.to_path_buf(), lease));
        }
    }
    Err(unwritable(io::ErrorKind::NotFound.into()))
}

/// Takes a package that is there and this user's own, so that nobody removes it.
fn leased(folder: &Path) -> io::Result<Option<Lease>> {
    let flags = libc::O_NOFOLLOW | libc::O_DIRECTORY;
    let lease = match OpenOptions::new().read(true).custom_flags(flags).open(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let about = lease.metadata()?;
    if about.uid() != trusted::current_user() {
        let text = format!("{} belongs to another user", folder.display());
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
    }
    // A file system without locks has packages that are removed while they are used.
    let _ = lease.lock_shared();
    let is_still_there = fs::symlink_metadata(folder).is_ok_and(|now| now.ino() == about.ino());
    Ok(is_still_there.then_some(lease))
}

/// Removes a package: first its name, so that nobody begins with a part of it.
fn remove(packages: &Path, folder: &Path) -> io::Result<()> {
    let aside = packages.join(format!(".{}", uuid::Uuid::new_v4()));
    match fs::rename(folder, &aside) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        renamed => renamed?,
    }
    fs::remove_dir_all(&aside)
}

/// Removes packages until the others take no more than they may. What cannot be removed stays.
fn make_room(packages: &Path) {
    let given = env::var("KRAIT_CACHE_MB").ok().and_then(|text| text.parse().ok());
    let most = given.unwrap_or(MEGABYTES).saturating_mul(1 << 20);
    let mut found = Vec::new();
    let mut bytes = 0;
    for entry in fs::read_dir(packages).into_iter().flatten().flatten() {
        let Ok(about) = entry.metadata() else { continue };
        let used = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            if used.elapsed().is_ok_and(|age| age > UNFINISHED_KEPT) {
                let _ = fs::remove_dir_all(entry.path());
            }
            continue;
        }
        let size = bytes_on_disk(&entry.path());
        bytes += size;
        found.push((used, size, entry.path()));
    }
    found.sort();
    for (_, size, folder) in found {
        if bytes <= most {
            return;
        }
        let Ok(package) = File::open(&folder) else { continue };
        match package.try_lock() {
            Err(TryLockError::WouldBlock) => {}
            _ if remove(packages, &folder).is_ok() => bytes -= size,
            _ => {}
        }
    }
}

/// What a folder takes on the disk, as far as it can be looked at.
fn bytes_on_disk(path: &Path) -> u64 {
    const BLOCK: u64 = 512;
    let Ok(about) = fs::symlink_metadata(path) else { return 0 };
    let inside = if about.is_dir() { fs::read_dir(path).ok() } else { None };
    let inside = inside.into_iter().flatten().flatten();
    about.blocks() * BLOCK + inside.map(|entry| bytes_on_disk(&entry.path())).sum::<u64>()
}
