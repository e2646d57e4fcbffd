//! What an instance and its watcher ask of the kernel about processes, by their numbers. The number of a
//! child is its own until the child is reaped.

use super::usage;
use crate::python::leave;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitOptions, kill_process, kill_process_group, waitid,
    waitpid,
};
use std::io;

/// Forks this process, in which one thread at most does anything. The child runs `child`, which should end
/// it. Returns the child's number.
///
/// # Errors
/// When the machine has no more processes.
pub(super) fn fork(child: impl FnOnce()) -> io::Result<i32> {
    // SAFETY: no other thread does anything, so the child may do whatever this process could.
    match unsafe { libc::fork() } {
        -1 => Err(io::Error::last_os_error()),
        0 => {
            child();
            leave(1)
        }
        process => Ok(process),
    }
}

/// Sends a process a signal. Nothing happens if the process has ended.
pub(super) fn signal(process: i32, signal: Signal) {
    if let Some(process) = number(process) {
        let _ = kill_process(process, signal);
    }
}

/// Kills a process, and the group that it made for itself.
pub(super) fn kill_with_group(process: i32) {
    if let Some(group) = number(process) {
        let _ = kill_process_group(group, Signal::KILL);
    }
    signal(process, Signal::KILL);
}

/// Waits for the end of a child. Returns its status, as the kernel writes it; none if it is no child.
pub(super) fn wait_for(process: i32) -> Option<i32> {
    let (_, status) = waitpid(Some(number(process)?), WaitOptions::empty()).ok()??;
    Some(status.as_raw())
}

/// Whether a process is a child of this one, ended or not.
pub(super) fn is_child(process: i32) -> bool {
    number(process).is_some_and(|process| looked_for(WaitId::Pid(process)))
}

/// Whether this process has a child, ended or not.
pub(super) fn has_children() -> bool {
    looked_for(WaitId::All)
}

/// Whether there is such a child. It is not reaped.
fn looked_for(child: WaitId<'_>) -> bool {
    waitid(child, WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT).is_ok()
}

/// Reaps a child that has ended, or any child if none is named; if `block`, waits until one has ended.
/// Returns its number and its peak of resident memory in bytes; none if it has not ended.
///
/// # Errors
/// When there is no such child, or a signal came first.
pub(super) fn reap(process: Option<i32>, block: bool) -> io::Result<Option<(i32, u64)>> {
    let options = if block { 0 } else { libc::WNOHANG };
    // SAFETY: an all-zero rusage is valid, and the call only writes to it.
    let (ended, usage) = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        let process = process.unwrap_or(-1);
        let ended = libc::wait4(process, std::ptr::null_mut(), options, &raw mut usage);
        (ended, usage)
    };
    match ended {
        -1 => Err(io::Error::last_os_error()),
        0 => Ok(None),
        ended => Ok(Some((ended, usage::peak_bytes(&usage)))),
    }
}

/// The number as rustix has it; none if no process has it.
fn number(process: i32) -> Option<Pid> {
    if process > 0 { Pid::from_raw(process) } else { None }
}
