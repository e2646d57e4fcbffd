//! Processes by descriptors, which mean the same process however often numbers come around, and
//! which whoever has them can signal and wait for, whoever's children they are (Linux 5.3).

use std::{
    io,
    os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd},
};

/// A descriptor of a process whose number is its own, this one or a child that was not reaped;
/// none where the kernel has no such descriptors, or no more.
pub(super) fn open(process: i32) -> Option<OwnedFd> {
    // SAFETY: the call makes a descriptor, which is owned from here on.
    unsafe {
        let descriptor = libc::syscall(libc::SYS_pidfd_open, process, 0);
        let descriptor = i32::try_from(descriptor).ok().filter(|descriptor| *descriptor >= 0)?;
        Some(OwnedFd::from_raw_fd(descriptor))
    }
}

/// Sends a process a signal.
///
/// # Errors
/// When it has ended.
pub(super) fn signal(process: BorrowedFd<'_>, signal: i32) -> io::Result<()> {
    let nothing = std::ptr::null::<libc::siginfo_t>();
    // SAFETY: the call reads nothing of this process's memory.
    let sent = unsafe {
        libc::syscall(libc::SYS_pidfd_send_signal, process.as_raw_fd(), signal, nothing, 0)
    };
    if sent == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Has this process get a signal when its parent ends.
pub(super) fn on_end_of_parent(signal: i32) {
    // SAFETY: the call sets an attribute of this process.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, signal, 0, 0, 0) };
}
