//! Folders that no other user can change what is in: krait runs what it finds there.

use std::{
    ffi::OsString,
    fs::{self, DirBuilder, Metadata},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Component, Path, PathBuf},
};

/// As many links as the kernel follows.
const LINKS: usize = 40;

/// Makes the folders of `own` below `base` where they are not there, and gives the path, which
/// leads through no link. Whoever owns a folder on the way, or a link, could have it lead
/// elsewhere: `base` has to belong to this user, to root, or to who owns the machine's root, and
/// those of `own` to this user alone.
///
/// # Errors
/// When somebody else could change what is there, or a folder cannot be made.
pub(super) fn folder(base: &Path, own: &[&str]) -> io::Result<PathBuf> {
    let user = current_user();
    let root = fs::symlink_metadata("/")?.uid();
    let mut way: Vec<OsString> = parts(base);
    let mut folder = PathBuf::from("/");
    let mut links = 0;
    while let Some(part) = way.pop() {
        if part == ".." {
            folder.pop();
            continue;
        }
        let next = folder.join(part);
        let about = made(&next)?;
        if ![user, 0, root].contains(&about.uid()) {
            return Err(foreign(&next));
        }
        if about.is_symlink() {
            links += 1;
            if links > LINKS {
                return Err(io::Error::from_raw_os_error(libc::ELOOP));
            }
            let target = fs::read_link(&next)?;
            if target.is_absolute() {
                folder = PathBuf::from("/");
            }
            way.extend(parts(&target));
            continue;
        }
        closed_to_others(&next, &about)?;
        folder = next;
    }
    for part in own {
        folder.push(part);
        let about = made(&folder)?;
        if about.uid() != user {
            return Err(foreign(&folder));
        }
        if about.is_symlink() {
            let text = format!("{} is a link", folder.display());
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
        }
        closed_to_others(&folder, &about)?;
    }
    Ok(folder)
}

/// The number of the user that this process acts for.
pub(super) fn current_user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// The parts of a path, the last first.
fn parts(path: &Path) -> Vec<OsString> {
    let named = path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    });
    let mut parts: Vec<OsString> = named.collect();
    parts.reverse();
    parts
}

/// What is at a path; a folder that is made where nothing is.
fn made(path: &Path) -> io::Result<Metadata> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            match DirBuilder::new().mode(0o700).create(path) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
                _ => fs::symlink_metadata(path),
            }
        }
        about => about,
    }
}

/// Refuses a folder in which everybody may put something in another's place.
fn closed_to_others(folder: &Path, about: &Metadata) -> io::Result<()> {
    const OTHERS_WRITE: u32 = 0o002;
    if !about.is_dir() {
        return Err(io::Error::from_raw_os_error(libc::ENOTDIR));
    }
    if about.mode() & OTHERS_WRITE != 0 && about.mode() & libc::S_ISVTX == 0 {
        let text = format!("everybody may change {}", folder.display());
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
    }
    Ok(())
}

fn foreign(path: &Path) -> io::Error {
    let text = format!("{} belongs to another user", path.display());
    io::Error::new(io::ErrorKind::PermissionDenied, text)
}
