//! Opening what a policy names. A function may put a link into a folder that it may write to, and what lies
//! below that folder may be open to it by another rule: such a link is not followed.

use rustix::{
    fs::{Mode, OFlags, ResolveFlags, openat2},
    io::Errno,
};
use std::{
    fs::File,
    io,
    os::{fd::OwnedFd, unix::fs::OpenOptionsExt},
    path::{Path, PathBuf},
};

/// A handle of `path`, which leads through no link below a folder of `writable`.
///
/// # Errors
/// When it is not there, or leads through a link.
pub(super) fn opened(path: &Path, writable: &[PathBuf]) -> io::Result<OwnedFd> {
    let below = |folder: &&PathBuf| path != folder.as_path() && path.starts_with(folder);
    // The outermost of them: those inside are the function's to change, too.
    let outermost = writable.iter().filter(below).min_by_key(|folder| folder.as_os_str().len());
    let Some(folder) = outermost else { return handle(path) };
    let rest = path.strip_prefix(folder).map_err(io::Error::other)?;
    let flags = OFlags::PATH | OFlags::CLOEXEC;
    let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::BENEATH;
    match openat2(handle(folder)?, rest, flags, Mode::empty(), resolve) {
        // Before Linux 5.6, which has no Landlock either.
        Err(Errno::NOSYS) => handle(path),
        opened => Ok(opened?),
    }
}

/// A handle of what is at a path, whatever links lead there.
pub(super) fn handle(path: &Path) -> io::Result<OwnedFd> {
    File::options().read(true).custom_flags(libc::O_PATH).open(path).map(OwnedFd::from)
}
