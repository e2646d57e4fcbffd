//! The processes that a function leaves behind. The watcher is their subreaper: an orphan becomes
//! the watcher's child, however it detached itself.

use super::usage;
use std::{fs, io};

/// Makes this process the subreaper: orphaned descendants become its children.
pub(super) fn become_subreaper() {
    // SAFETY: the call changes a flag of this process; an old kernel refuses, and then
    // only processes that left their group can outlive the instance.
    unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) };
}

/// Every descendant of `process`, itself not included; none where `/proc` is not mounted.
pub(super) fn of(process: i32) -> Vec<i32> {
    let mut found = Vec::new();
    let mut pending = vec![process];
    while let Some(parent) = pending.pop() {
        let children = children_of(parent);
        found.extend_from_slice(&children);
        pending.extend(children);
    }
    found
}

/// Kills every descendant of this process, and waits until none is left.
pub(super) fn kill_all() {
    let own = std::process::id().cast_signed();
    loop {
        for process in of(own) {
            // SAFETY: a signal to a process that is a descendant of this one, or has ended.
            unsafe { libc::kill(process, libc::SIGKILL) };
        }
        if !reap_one() {
            return;
        }
    }
}

/// A child of this process that has ended, and its peak of resident memory in bytes.
pub(super) fn reap_ended() -> Option<(i32, u64)> {
    // SAFETY: an all-zero rusage is valid, and the call only writes to it.
    unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        let ended = libc::wait4(-1, std::ptr::null_mut(), libc::WNOHANG, &raw mut usage);
        (ended > 0).then(|| (ended, usage::peak_bytes(&usage)))
    }
}

/// Kills the children of this process that are not `kept`: ended instances left them behind. Their
/// own children become this process's children next.
pub(super) fn kill_children_but(kept: impl Fn(i32) -> bool) {
    for process in children_of(std::process::id().cast_signed()) {
        if !kept(process) {
            // SAFETY: a child of this process that was not reaped: the number is its own.
            unsafe { libc::kill(process, libc::SIGKILL) };
        }
    }
}

/// Waits for a child to end; false when there is none to wait for. Where `/proc` is not
/// mounted, children that left their group cannot be found, and are not waited for.
fn reap_one() -> bool {
    let blocking = children_of(std::process::id().cast_signed()).is_empty();
    let options = if blocking { libc::WNOHANG } else { 0 };
    loop {
        // SAFETY: no status is asked for.
        let reaped = unsafe { libc::waitpid(-1, std::ptr::null_mut(), options) };
        if reaped > 0 {
            return true;
        }
        if reaped == 0 || io::Error::last_os_error().kind() != io::ErrorKind::Interrupted {
            return false;
        }
    }
}

fn children_of(process: i32) -> Vec<i32> {
    // A child is listed under the thread that made it.
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    threads
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok())
        .flat_map(|children| {
            children.split_whitespace().filter_map(|each| each.parse().ok()).collect::<Vec<i32>>()
        })
        .collect()
}
