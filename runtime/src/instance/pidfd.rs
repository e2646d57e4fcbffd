//! Processes by descriptors, which mean the same process however often numbers come around, and
//! which whoever has them can signal and wait for, whoever's children they are (Linux 5.3).

use crate::python::leave;
use rustix::process::{
    Pid, PidfdFlags, Signal, getppid, pidfd_open, pidfd_send_signal,
    set_parent_process_death_signal,
};
use std::{
    io,
    os::fd::{BorrowedFd, OwnedFd},
};

/// A descriptor of a process whose number is its own, this one or a child that was not reaped;
/// none where the kernel has no such descriptors, or no more.
pub(super) fn open(process: i32) -> Option<OwnedFd> {
    pidfd_open(Pid::from_raw(process)?, PidfdFlags::empty()).ok()
}

/// Sends a process a signal.
///
/// # Errors
/// When it has ended.
pub(super) fn signal(process: BorrowedFd<'_>, signal: Signal) -> io::Result<()> {
    Ok(pidfd_send_signal(process, signal)?)
}

/// Has this process, which `parent` has just forked, end with it.
pub(super) fn end_with(parent: u32) {
    on_end_of_parent(Signal::KILL);
    // The parent may have ended before that.
    if getppid().is_none_or(|now| now.as_raw_nonzero().get().cast_unsigned() != parent) {
        leave(1)
    }
}

/// Has this process get a signal when its parent ends.
pub(super) fn on_end_of_parent(signal: Signal) {
    // It fails for no signal that exists.
    let _ = set_parent_process_death_signal(Some(signal));
}
