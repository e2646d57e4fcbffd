//! A `/tmp` of one's own: a mount namespace, in which what all processes of a machine share lies
//! below empty folders that go with their process, and nothing else can be changed. Landlock alone
//! leaves a file's owner what is no access to its content: its mode, its times.
//!
//! The code is at `/var/user` as well, and layers at `/opt`, as on the platform.

use super::paths::{handle, opened};
use std::{
    ffi::CString,
    fs::{self, DirBuilder, File},
    io,
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::fs::{DirBuilderExt, symlink},
    },
    path::{Path, PathBuf},
};

/// Folders, and how their empty ones are made; of two, the size is the policy's. `/run` has the
/// sockets of the machine's servers.
const OWN: [(&str, Option<&str>); 4] = [
    ("/tmp", None),
    ("/var/tmp", None),
    ("/dev/shm", Some("size=64m,nr_inodes=1k,mode=1777")),
    ("/run", Some("size=64k,nr_inodes=100,mode=755")),
];

/// What stays of them, where it is there: the resolver's files.
const KEPT: &str = "/run/systemd/resolve";

/// Where the platform has the code, and in which folder that is; and the layers.
pub(super) const CODE: &str = "/var/user";
const ABOVE_CODE: &str = "/var";
pub(super) const LAYERS: &str = "/opt";

/// What a process has of the machine's files.
pub(super) struct Room<'a> {
    pub code: &'a Path,
    pub layers: &'a [PathBuf],
    /// What else stays where it is.
    pub kept: &'a [PathBuf],
    /// The same, and can be written to.
    pub writable: &'a [PathBuf],
    /// Of `/tmp`, in MB.
    pub megabytes: u32,
    /// Whether there is no network.
    pub is_alone: bool,
}

impl Room<'_> {
    fn empty() -> Self {
        let (layers, kept, writable) = (&[], &[], &[]);
        Self { code: Path::new(""), layers, kept, writable, megabytes: 1, is_alone: false }
    }
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Made {
    /// Whether its user has a namespace of its own, by which the kernel counts.
    pub counts_apart: bool,
    /// Whether the layers are at [`LAYERS`].
    pub layers: bool,
}

/// Gives this process, which must have one thread, a `/tmp` of its own, and what the platform has at
/// its place.
pub(super) fn make_own(room: &Room<'_>) -> io::Result<Made> {
    let Room { code, layers, kept, writable, .. } = *room;
    let counts_apart = leave_for_own_namespace(room.is_alone)?;
    // Opened in the namespace, since nothing of another can be put anywhere, and before anything
    // lies above it.
    let layers_here: Vec<OwnedFd> = layers.iter().filter_map(|layer| handle(layer).ok()).collect();
    let code_here = handle(code).ok();
    let kept = || layers.iter().chain(kept).chain(writable).map(PathBuf::as_path).chain([code]);
    let opt_is_free = !kept().any(|path| path.starts_with(LAYERS));
    let kept: Vec<(PathBuf, OwnedFd)> = kept()
        .chain([Path::new(KEPT)])
        .filter(|path| {
            OWN.iter().any(|(folder, _)| path.starts_with(folder)) || path.starts_with(ABOVE_CODE)
        })
        .filter_map(|path| Some((path.to_path_buf(), opened(path, writable).ok()?)))
        .collect();
    let root = c"/".as_ptr();
    // SAFETY: valid C strings; the namespace is this process's own.
    checked(unsafe {
        let apart = libc::MS_REC | libc::MS_PRIVATE;
        libc::mount(std::ptr::null(), root, std::ptr::null(), apart, std::ptr::null())
    })?;
    // An older kernel cannot do it for all mounts at once.
    let _ = set_attributes(&handle(Path::new("/"))?, libc::MOUNT_ATTR_RDONLY, 0);
    let covered = cover_above_code();
    let size = format!("size={}m,nr_inodes=100k,mode=1777", room.megabytes);
    for (folder, options) in OWN {
        if Path::new(folder).is_dir() {
            mount_empty(folder, options.unwrap_or(&size))?;
        }
    }
    for (path, handle) in &kept {
        let is_covered = OWN.iter().any(|(folder, _)| path.starts_with(folder));
        if is_covered || covered.is_some() {
            put_back(path, handle, writable)?;
        }
    }
    for path in writable {
        // What is not there is told later, and so is a link that the function put there.
        let Ok(there) = opened(path, writable) else { continue };
        // A mount of its own, which can be told apart.
        put_back(path, &there, writable)?;
        let _ = set_attributes(&opened(path, writable)?, 0, libc::MOUNT_ATTR_RDONLY);
    }
    // The rest of what was covered is there, and closed.
    for folder in covered.iter().flatten().filter(|folder| !folder.exists()) {
        let _ = DirBuilder::new().mode(0o0).create(folder);
    }
    if let Some(code) = &code_here {
        // Whoever wants it finds the code in its own place, too.
        if covered.is_some() {
            let _ = fs::create_dir(CODE);
        }
        let _ = handle(Path::new(CODE)).and_then(|place| bind(code, &place));
    }
    let layers = opt_is_free && put_layers(&layers_here).is_ok();
    Ok(Made { counts_apart, layers })
}

/// Makes the folder above the code's an empty one. Gives what was in it: links are again, folders are
/// still to be made. None where the machine has the code's folder, or has no such place.
fn cover_above_code() -> Option<Vec<PathBuf>> {
    if Path::new(CODE).is_dir() {
        return None;
    }
    let (mut folders, mut links) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(ABOVE_CODE).ok()?.flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => folders.push(entry.path()),
            Ok(kind) if kind.is_symlink() => {
                links.extend(fs::read_link(entry.path()).map(|target| (target, entry.path())));
            }
            _ => {}
        }
    }
    mount_empty(ABOVE_CODE, "size=1m,nr_inodes=1k,mode=755").ok()?;
    for (target, link) in links {
        let _ = symlink(target, link);
    }
    for (folder, _) in OWN.iter().filter(|(folder, _)| folder.starts_with(ABOVE_CODE)) {
        let _ = fs::create_dir(folder);
    }
    Some(folders)
}

/// Puts layers at [`LAYERS`]: what a later one has stands before what an earlier one has.
fn put_layers(layers: &[OwnedFd]) -> io::Result<()> {
    match layers {
        [] => Err(io::ErrorKind::NotFound.into()),
        [layer] => bind(layer, &handle(Path::new(LAYERS))?),
        layers => {
            let path = |layer: &OwnedFd| format!("/proc/self/fd/{}", layer.as_raw_fd());
            let paths: Vec<String> = layers.iter().rev().map(path).collect();
            let options = CString::new(format!("lowerdir={}", paths.join(":")))?;
            let (kind, folder) = (c"overlay".as_ptr(), CString::new(LAYERS)?);
            let flags = libc::MS_NOSUID | libc::MS_NODEV | libc::MS_RDONLY;
            // SAFETY: valid C strings.
            checked(unsafe {
                libc::mount(kind, folder.as_ptr(), kind, flags, options.as_ptr().cast())
            })
        }
    }
}

/// Changes a mount and all below it.
fn set_attributes(mount: &OwnedFd, set: u64, clear: u64) -> io::Result<()> {
    let attributes =
        libc::mount_attr { attr_set: set, attr_clr: clear, propagation: 0, userns_fd: 0 };
    // SAFETY: a valid C string, and a structure of the size that is said.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_RECURSIVE | libc::AT_EMPTY_PATH,
            &raw const attributes,
            size_of::<libc::mount_attr>(),
        )
    };
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Whether a process can get one: tried in a child. This process must have one thread.
pub(super) fn can_be_had() -> bool {
    // SAFETY: this process has one thread, so the child may do whatever it could.
    unsafe {
        match libc::fork() {
            0 => libc::_exit(i32::from(make_own(&Room::empty()).is_err())),
            child if child > 0 => {
                let mut status = 0;
                libc::waitpid(child, &raw mut status, 0) == child && status == 0
            }
            _ => false,
        }
    }
}

/// A mount namespace: root's, or that of a user namespace in which this user is itself, which is
/// told. With it, where the kernel has them, one for System V's memory and queues, and one with no
/// network where the process is to be alone: the filter refuses both, but not on every processor.
fn leave_for_own_namespace(is_alone: bool) -> io::Result<bool> {
    let network = if is_alone { libc::CLONE_NEWNET } else { 0 };
    // SAFETY: the calls change this process alone.
    let left = |what| checked(unsafe { libc::unshare(what) });
    let besides = libc::CLONE_NEWIPC | network;
    if left(libc::CLONE_NEWNS | besides).or_else(|_| left(libc::CLONE_NEWNS)).is_ok() {
        return Ok(false);
    }
    // SAFETY: the calls cannot fail.
    let (user, group) = unsafe { (libc::geteuid(), libc::getegid()) };
    let of_user = libc::CLONE_NEWUSER | libc::CLONE_NEWNS;
    left(of_user | besides).or_else(|_| left(of_user))?;
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    fs::write("/proc/self/gid_map", format!("{group} {group} 1"))?;
    Ok(true)
}

fn mount_empty(folder: &str, options: &str) -> io::Result<()> {
    let (folder, options) = (CString::new(folder)?, CString::new(options)?);
    let kind = c"tmpfs".as_ptr();
    let flags = libc::MS_NOSUID | libc::MS_NODEV;
    // SAFETY: valid C strings.
    checked(unsafe { libc::mount(kind, folder.as_ptr(), kind, flags, options.as_ptr().cast()) })
}

/// Puts what an empty folder lies above back to its place.
fn put_back(path: &Path, handle: &OwnedFd, writable: &[PathBuf]) -> io::Result<()> {
    let source = PathBuf::from(format!("/proc/self/fd/{}", handle.as_raw_fd()));
    if fs::metadata(&source)?.is_dir() {
        fs::create_dir_all(path)?;
    } else if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
        File::options().create(true).append(true).open(path)?;
    }
    bind(handle, &opened(path, writable)?)
}

/// Has what is opened as `there` lie at `place`, too.
fn bind(there: &OwnedFd, place: &OwnedFd) -> io::Result<()> {
    let named = |handle: &OwnedFd| CString::new(format!("/proc/self/fd/{}", handle.as_raw_fd()));
    let (source, target) = (named(there)?, named(place)?);
    let flags = libc::MS_BIND | libc::MS_REC;
    let none = std::ptr::null();
    // SAFETY: valid C strings.
    checked(unsafe { libc::mount(source.as_ptr(), target.as_ptr(), none, flags, none.cast()) })
}

fn checked(result: libc::c_int) -> io::Result<()> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
