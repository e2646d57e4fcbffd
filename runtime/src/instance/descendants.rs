//! The processes that a function leaves behind. The watcher is their subreaper: an orphan becomes
//! the watcher's child, however it detached itself.

use super::kernel;
use rustix::process::{Pid, Signal, set_child_subreaper};
use std::{
    fs, thread,
    time::{Duration, Instant},
};

/// Makes this process the subreaper: orphaned descendants become its children.
pub(super) fn become_subreaper() {
    // The number is a flag to the kernel: any but zero. An old kernel refuses, and then only
    // processes that left their group can outlive the instance.
    let _ = set_child_subreaper(Some(Pid::INIT));
}

/// Every descendant of `process`, itself not included; none where `/proc` is not mounted.
pub(super) fn of(process: i32) -> Vec<i32> {
    each_of(process, |_| {})
}

/// The same, and does something with each as soon as it is found.
fn each_of(process: i32, at_once: impl Fn(i32)) -> Vec<i32> {
    let mut found = Vec::new();
    let mut pending = vec![process];
    while let Some(parent) = pending.pop() {
        let children = children_of(parent);
        children.iter().copied().for_each(&at_once);
        found.extend_from_slice(&children);
        pending.extend(children);
    }
    found
}

/// How long [`kill_all`] goes on. Processes that end are gone within some milliseconds; only
/// those that start others as fast as they are ended last longer.
const KILLED_WITHIN: Duration = Duration::from_secs(3);

/// How long it rests at first, and at most, before it looks for processes again.
const FIRST_PAUSE: Duration = Duration::from_micros(100);
const LONGEST_PAUSE: Duration = Duration::from_millis(10);

/// Kills every descendant of this process, and waits until none is left, or
/// [`KILLED_WITHIN`] is over. Where `/proc` is not mounted, children that left their group cannot
/// be found, and are not waited for.
pub(super) fn kill_all() {
    let own = std::process::id().cast_signed();
    let begun = Instant::now();
    let mut pause = FIRST_PAUSE;
    while kernel::has_children() {
        // Stopped as soon as it is found, so that it starts no others while the rest is looked for.
        let found = each_of(own, |process| kernel::signal(process, Signal::STOP));
        for process in &found {
            kernel::signal(*process, Signal::KILL);
        }
        while reap_ended().is_some() {}
        if found.is_empty() || begun.elapsed() > KILLED_WITHIN {
            return;
        }
        thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
        while reap_ended().is_some() {}
    }
}

/// A child of this process that has ended, and its peak of resident memory in bytes.
pub(super) fn reap_ended() -> Option<(i32, u64)> {
    kernel::reap(None, false).ok()?
}

/// Kills the children of this process that are not `kept`: ended instances left them behind. Their
/// own children become this process's children next.
pub(super) fn kill_children_but(kept: impl Fn(i32) -> bool) {
    for process in children_of(std::process::id().cast_signed()) {
        if !kept(process) {
            // It was not reaped: the number is its own.
            kernel::signal(process, Signal::KILL);
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
