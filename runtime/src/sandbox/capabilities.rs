//! The rights of root: given up, and not to be had again.

use std::{io, path::Path};

/// `struct __user_cap_header_struct` of capget(2).
#[repr(C)]
struct Header {
    version: u32,
    process: i32,
}

/// `struct __user_cap_data_struct`: there are two, for 64 capabilities.
#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Set {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

/// `_LINUX_CAPABILITY_VERSION_3`.
const VERSION: u32 = 0x2008_0522;

/// `SECBIT_NOROOT` and `SECBIT_NO_SETUID_FIXUP`, and their locks: to be root gives no
/// capabilities.
const ROOT_IS_NOBODY: libc::c_ulong = 0b1111;

/// To read what the modes of files close.
const DAC_READ_SEARCH: u32 = 1 << 2;

/// `CAP_CHOWN`, `CAP_DAC_OVERRIDE`, `CAP_DAC_READ_SEARCH`, `CAP_FOWNER` and `CAP_FSETID`: what root may
/// do with the files of others.
const OF_FILES: std::ops::Range<u32> = 0..5;

/// Has this process, and all that it starts, get no privileges by starting a program.
pub(super) fn no_new_privileges() -> io::Result<()> {
    // SAFETY: the call changes a flag of this process.
    match unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Drops every capability. Where root could not read the function's own `code` without, since it
/// is another user's, it keeps the one right to read, if it is `confined` to what was opened.
pub(super) fn drop_all(code: &Path, confined: bool) -> io::Result<()> {
    // SAFETY: the calls change this process alone. Without the right to set these bits there
    // are no capabilities either.
    unsafe {
        libc::prctl(libc::PR_SET_SECUREBITS, ROOT_IS_NOBODY, 0, 0, 0);
        libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    }
    // A container's root may not have it.
    if confined && is_root() && can_read_all() {
        set(Set { permitted: DAC_READ_SEARCH, ..Set::default() })?;
        if !can_read(code) {
            let one =
                Set { effective: DAC_READ_SEARCH, permitted: DAC_READ_SEARCH, inheritable: 0 };
            return set(one);
        }
    }
    set(Set::default())
}

/// Drops every capability but those that are about files, which programs that it starts have, too:
/// root reaches its files, such as a folder that a container was given of another user's.
pub(super) fn keep_those_of_files() -> io::Result<()> {
    // SAFETY: as in `drop_all`.
    unsafe {
        libc::prctl(libc::PR_SET_SECUREBITS, ROOT_IS_NOBODY, 0, 0, 0);
        libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    }
    let kept = held()?.permitted & OF_FILES.fold(0, |kept, capability| kept | 1 << capability);
    set(Set { effective: kept, permitted: kept, inheritable: kept })?;
    for capability in OF_FILES.filter(|capability| kept & 1 << capability != 0) {
        // SAFETY: the call changes what this process hands on. It has no more than what is kept.
        unsafe {
            libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_RAISE, capability, 0, 0);
        }
    }
    Ok(())
}

/// What [`super::users`] needs, by name: to become another user, and to see and end that user's processes.
const OF_USERS: [(u32, &str); 5] = [
    (1 << 5, "CAP_KILL"),
    (1 << 6, "CAP_SETGID"),
    (1 << 7, "CAP_SETUID"),
    (1 << 8, "CAP_SETPCAP"),
    (1 << 19, "CAP_SYS_PTRACE"),
];

/// Whether this process can give functions users of their own, and do with them what it has to do.
///
/// # Errors
/// What it lacks, as text.
pub(super) fn check_of_users() -> Result<(), String> {
    let held = held().map_err(|error| format!("capabilities are not known: {error}"))?.permitted;
    match OF_USERS.iter().find(|(capability, _)| held & capability == 0) {
        Some((_, name)) => Err(format!("krait lacks {name}")),
        None => Ok(()),
    }
}

/// Whether this process may read what the modes of files close.
pub(super) fn can_read_all() -> bool {
    held().is_ok_and(|held| held.permitted & DAC_READ_SEARCH != 0)
}

/// Has this process's capabilities stay as they are when its user changes. Being root again will give
/// none.
pub(super) fn stay_as_they_are() -> io::Result<()> {
    // SAFETY: the call changes a flag of this process.
    match unsafe { libc::prctl(libc::PR_SET_SECUREBITS, ROOT_IS_NOBODY, 0, 0, 0) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// Drops every capability, but the one right to read if it is kept; then programs that this process starts
/// have that, too.
pub(super) fn keep_reading(is_kept: bool) -> io::Result<()> {
    let kept = if is_kept { DAC_READ_SEARCH } else { 0 };
    // SAFETY: the call changes this process alone.
    unsafe { libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) };
    set(Set { effective: kept, permitted: kept, inheritable: kept })?;
    if is_kept {
        let capability = DAC_READ_SEARCH.trailing_zeros();
        // SAFETY: the call changes what this process hands on. It has no more than that.
        unsafe {
            libc::prctl(libc::PR_CAP_AMBIENT, libc::PR_CAP_AMBIENT_RAISE, capability, 0, 0);
        }
    }
    Ok(())
}

/// The lower half of those that this process has.
fn held() -> io::Result<Set> {
    let mut header = Header { version: VERSION, process: 0 };
    let mut sets = [Set::default(); 2];
    // SAFETY: the structures are as capget(2) has them.
    match unsafe { libc::syscall(libc::SYS_capget, &raw mut header, sets.as_mut_ptr()) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(sets[0]),
    }
}

fn set(lower: Set) -> io::Result<()> {
    let header = Header { version: VERSION, process: 0 };
    let sets = [lower, Set::default()];
    // SAFETY: the structures are as capset(2) has them.
    match unsafe { libc::syscall(libc::SYS_capset, &raw const header, sets.as_ptr()) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

fn is_root() -> bool {
    // SAFETY: the call cannot fail and changes nothing.
    unsafe { libc::geteuid() == 0 }
}

/// Whether a folder can be listed and entered with the rights that this process has now.
fn can_read(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok() && std::fs::metadata(folder.join(".")).is_ok()
}
