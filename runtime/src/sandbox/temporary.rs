//! A `/tmp` of one's own: a mount namespace, in which what all processes of a machine share lies
//! below empty folders that go with their process, and nothing else can be changed. Landlock alone
//! leaves a file's owner what is no access to its content: its mode, its times.

use std::{
    ffi::CString,
    fs::{self, File},
    io,
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::{ffi::OsStrExt, fs::OpenOptionsExt},
    },
    path::{Path, PathBuf},
};

/// Folders, and how their empty ones are made. `/run` has the sockets of the machine's servers.
const OWN: [(&str, &str); 4] = [
    ("/tmp", "size=512m,nr_inodes=100k,mode=1777"),
    ("/var/tmp", "size=512m,nr_inodes=100k,mode=1777"),
    ("/dev/shm", "size=64m,nr_inodes=1k,mode=1777"),
    ("/run", "size=64k,nr_inodes=100,mode=755"),
];

/// What stays of them, where it is there: the resolver's files.
const KEPT: &str = "/run/systemd/resolve";

/// Gives this process, which must have one thread, a `/tmp` of its own. What is `kept` stays where
/// it is; what is `writable` stays so.
pub(super) fn make_own<'a>(
    kept: impl Iterator<Item = &'a Path>,
    writable: &'a [PathBuf],
) -> io::Result<()> {
    leave_for_own_namespace()?;
    // Opened in the namespace, since nothing of another can be put anywhere, and before anything
    // lies above it.
    let kept: Vec<(PathBuf, OwnedFd)> = kept
        .chain(writable.iter().map(PathBuf::as_path))
        .chain([Path::new(KEPT)])
        .filter(|path| OWN.iter().any(|(folder, _)| path.starts_with(folder)))
        .filter_map(|path| Some((path.to_path_buf(), handle(path).ok()?)))
        .collect();
    let root = c"/".as_ptr();
    // SAFETY: valid C strings; the namespace is this process's own.
    checked(unsafe {
        let apart = libc::MS_REC | libc::MS_PRIVATE;
        libc::mount(std::ptr::null(), root, std::ptr::null(), apart, std::ptr::null())
    })?;
    // An older kernel cannot do it for all mounts at once.
    let _ = set_attributes(Path::new("/"), libc::MOUNT_ATTR_RDONLY, 0);
    for (folder, options) in OWN {
        if Path::new(folder).is_dir() {
            mount_empty(folder, options)?;
        }
    }
    for (path, handle) in &kept {
        put_back(path, handle)?;
    }
    for path in writable.iter().filter(|path| path.exists()) {
        // A mount of its own, which can be told apart.
        put_back(path, &handle(path)?)?;
        let _ = set_attributes(path, 0, libc::MOUNT_ATTR_RDONLY);
    }
    Ok(())
}

/// Changes a mount and all below it.
fn set_attributes(path: &Path, set: u64, clear: u64) -> io::Result<()> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    let attributes =
        libc::mount_attr { attr_set: set, attr_clr: clear, propagation: 0, userns_fd: 0 };
    // SAFETY: a valid C string, and a structure of the size that is said.
    let result = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            path.as_ptr(),
            libc::AT_RECURSIVE,
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
            0 => libc::_exit(i32::from(make_own(std::iter::empty(), &[]).is_err())),
            child if child > 0 => {
                let mut status = 0;
                libc::waitpid(child, &raw mut status, 0) == child && status == 0
            }
            _ => false,
        }
    }
}

/// A mount namespace: root's, or that of a user namespace in which this user is itself.
fn leave_for_own_namespace() -> io::Result<()> {
    // SAFETY: the calls change this process alone, and cannot fail but for the first.
    let (user, group) = unsafe {
        if libc::unshare(libc::CLONE_NEWNS) == 0 {
            return Ok(());
        }
        (libc::geteuid(), libc::getegid())
    };
    // SAFETY: as above.
    checked(unsafe { libc::unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNS) })?;
    fs::write("/proc/self/setgroups", "deny")?;
    fs::write("/proc/self/uid_map", format!("{user} {user} 1"))?;
    fs::write("/proc/self/gid_map", format!("{group} {group} 1"))
}

fn mount_empty(folder: &str, options: &str) -> io::Result<()> {
    let (folder, options) = (CString::new(folder)?, CString::new(options)?);
    let kind = c"tmpfs".as_ptr();
    let flags = libc::MS_NOSUID | libc::MS_NODEV;
    // SAFETY: valid C strings.
    checked(unsafe { libc::mount(kind, folder.as_ptr(), kind, flags, options.as_ptr().cast()) })
}

/// Puts what an empty folder lies above back to its place.
fn put_back(path: &Path, handle: &OwnedFd) -> io::Result<()> {
    let source = PathBuf::from(format!("/proc/self/fd/{}", handle.as_raw_fd()));
    if fs::metadata(&source)?.is_dir() {
        fs::create_dir_all(path)?;
    } else if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
        File::options().create(true).append(true).open(path)?;
    }
    let source = CString::new(source.as_os_str().as_bytes())?;
    let target = CString::new(path.as_os_str().as_bytes())?;
    let flags = libc::MS_BIND | libc::MS_REC;
    let none = std::ptr::null();
    // SAFETY: valid C strings.
    checked(unsafe { libc::mount(source.as_ptr(), target.as_ptr(), none, flags, none.cast()) })
}

fn handle(path: &Path) -> io::Result<OwnedFd> {
    File::options().read(true).custom_flags(libc::O_PATH).open(path).map(OwnedFd::from)
}

fn checked(result: libc::c_int) -> io::Result<()> {
    if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
