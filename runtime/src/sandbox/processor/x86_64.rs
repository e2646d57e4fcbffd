//! x86_64.

use libc::c_long;

/// `AUDIT_ARCH_X86_64`: a 64-bit, little-endian machine, and its number in ELF files.
pub(in crate::sandbox) const ARCHITECTURE: u32 = 0x8000_0000 | 0x4000_0000 | 62;

/// Refused, whatever their arguments: the machine's ports and segments, and an old way to load a
/// library.
pub(in crate::sandbox) const DENIED: &[c_long] =
    &[libc::SYS_iopl, libc::SYS_ioperm, libc::SYS_modify_ldt, libc::SYS_uselib];

/// Starting another process, besides `clone`.
pub(in crate::sandbox) const FORKS: &[c_long] = &[libc::SYS_fork, libc::SYS_vfork];

/// Calls that leave something in the world besides those that all processors have: see `lasting.rs`.
pub(in crate::sandbox) const LASTING: &[(&str, &[c_long])] = &[
    (
        "it changes files",
        &[
            libc::SYS_creat,
            libc::SYS_mkdir,
            libc::SYS_rmdir,
            libc::SYS_unlink,
            libc::SYS_rename,
            libc::SYS_link,
            libc::SYS_symlink,
            libc::SYS_mknod,
            libc::SYS_chmod,
            libc::SYS_chown,
            libc::SYS_lchown,
            libc::SYS_utime,
            libc::SYS_utimes,
            libc::SYS_futimesat,
        ],
    ),
    ("it starts a process", FORKS),
    (
        "it changes its process: its folder, limits, rights, timers or streams",
        &[libc::SYS_alarm, libc::SYS_dup2],
    ),
];

/// Opening a file, besides `openat`: its second argument are the flags.
pub(in crate::sandbox) const OPEN: &[c_long] = &[libc::SYS_open];

/// The first argument of the system call that a signal was sent for.
///
/// # Safety
/// `context` must be what the kernel gave the signal's handler.
pub(in crate::sandbox) unsafe fn argument(context: *const libc::ucontext_t) -> usize {
    // SAFETY: the caller's promise.
    unsafe { (*context).uc_mcontext.gregs[libc::REG_RDI as usize] as usize }
}

/// Gives that system call a result.
///
/// # Safety
/// `context` must be what the kernel gave the signal's handler.
pub(in crate::sandbox) unsafe fn set_result(context: *mut libc::ucontext_t, result: i64) {
    // SAFETY: the caller's promise.
    unsafe { (*context).uc_mcontext.gregs[libc::REG_RAX as usize] = result }
}
