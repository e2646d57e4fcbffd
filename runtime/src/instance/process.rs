//! What an instance's process inherits: nothing but its log, its socket, its function's environment and
//! its code. Security rests on this file.

use super::{descendants, pidfd, signals, usage, wire::AssignedFunction};
use crate::{
    contract::{limits, policy},
    python::leave,
    sandbox::{Entered, Ground, Stage},
};
use rustix::{
    fs::Mode,
    io::ioctl_fionbio,
    process::{
        DumpableBehavior, Resource, Rlimit, Signal, getppid, getrlimit, set_dumpable_behavior,
        setrlimit, setsid, umask,
    },
    stdio::{dup2_stderr, dup2_stdout},
};
use std::{
    ffi::OsStr,
    fmt,
    fs::File,
    io::Write,
    mem::ManuallyDrop,
    os::{
        fd::{AsFd, FromRawFd, IntoRawFd, OwnedFd, RawFd},
        unix::{ffi::OsStrExt, net::UnixStream},
    },
    path::PathBuf,
};

/// How much more than the function's memory its data may hold before the kernel refuses, in bytes.
/// It covers the stacks of threads, which are mostly untouched, and allocations between two
/// readings of the resident set.
const ADDRESS_SPACE_SLACK: u64 = 256 * limits::MIB;

/// What a prewarmed process inherits from its parent.
pub(super) struct Streams {
    pub stdin: OwnedFd,
    pub log: OwnedFd,
    pub socket: UnixStream,
}

/// Takes this fresh child out of its caller's session and gives it its own streams.
pub(super) fn leave_caller(streams: Streams) -> Channels {
    leave_session();
    place_descriptors(streams)
}

/// Takes from a fresh child that makes a snapshot what it has of its caller's.
pub(super) fn forget_caller() {
    leave_session();
    wipe_environment();
}

fn leave_session() {
    let _ = setsid();
    signals::unblock_all();
    umask(Mode::from_raw_mode(0o022));
}

/// Sets this process up for its function: end with its parent, limits, environment, folder.
pub(super) fn become_instance(function: &AssignedFunction) {
    // Not before: the thread that forked this process has ended by now, which would have counted as
    // the parent's death.
    pidfd::on_end_of_parent(Signal::KILL);
    let _ = set_dumpable_behavior(DumpableBehavior::Dumpable);
    // What its function detaches stays below it: it is counted with it, and ends with it.
    descendants::become_subreaper();
    limit_resources(function.memory_mb);
    for (key, value) in &function.environment {
        change_environment(key.as_bytes(), Some(value.as_bytes()));
    }
    // A folder that has gone is found missing when the function is loaded.
    let _ = std::env::set_current_dir(&function.code);
}

/// Has this process enter the function's sandbox, before it reads a line of it. Gives what is
/// missing. Where a whole one is required and cannot be had, the process ends.
pub(super) fn enter(
    ground: Option<Ground>,
    channels: &mut Channels,
    function: &AssignedFunction,
    stage: Stage,
) -> Entered {
    if function.policy.mode == policy::Mode::Off {
        return Entered::default();
    }
    let layers: Vec<PathBuf> = function.layers.iter().map(PathBuf::from).collect();
    let (policy, code, user) = (&function.policy, function.code.as_ref(), function.user);
    let parent = getppid();
    match Ground::enter(ground, policy, code, &layers, user, stage) {
        Ok(entered) => {
            if entered.user.is_some() {
                pidfd::on_end_of_parent(Signal::KILL);
                // The parent may have ended before that.
                if getppid() != parent {
                    leave(1)
                }
            }
            entered
        }
        Err(error) => {
            channels.say(&format_args!("krait: the function has no sandbox: {error}\n"));
            leave(1)
        }
    }
}

/// The descriptors that an instance uses for itself, out of its function's reach.
pub(super) struct Channels {
    pub socket: UnixStream,
    /// The log once more: the function may close or redirect its own end.
    pub log: File,
}

impl Channels {
    /// Writes to the log. It does not fail if nobody reads the log any more.
    pub(super) fn say(&mut self, what: &dyn fmt::Display) {
        let _ = write!(self.log, "{what}");
    }
}

/// Moves the streams to their numbers and closes all other descriptors. The socket and the second
/// end of the log get numbers beyond those that a function may open. So a function that closes
/// every possible descriptor, as daemons do, does not close them.
fn place_descriptors(streams: Streams) -> Channels {
    set_limit(Resource::Nofile, u64::MAX, u64::MAX);
    let (stdin, log) = (streams.stdin.into_raw_fd(), streams.log.into_raw_fd());
    let beyond = limits::FILE_DESCRIPTORS as libc::c_int;
    // SAFETY: the descriptors are owned here, and those closed are used no more.
    unsafe {
        libc::dup2(stdin, 0);
        libc::dup2(log, 1);
        libc::dup2(log, 2);
        // Where there is no number beyond, it stays where it is.
        let move_beyond = |descriptor| match libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, beyond)
        {
            -1 => descriptor,
            moved => moved,
        };
        let socket = move_beyond(streams.socket.into_raw_fd());
        let log = move_beyond(log);
        close_between(2, socket.min(log));
        close_between(socket.min(log), socket.max(log));
        close_between(socket.max(log), libc::c_int::MAX);
        Channels { socket: UnixStream::from_raw_fd(socket), log: File::from_raw_fd(log) }
    }
}

/// Closes every descriptor between two, the two excluded.
fn close_between(low: libc::c_int, high: libc::c_int) {
    /// How many descriptors are tried without the system call (Linux before 5.9).
    const HIGHEST_LOOKED_AT: libc::c_int = 1 << 16;
    if high - low <= 1 {
        return;
    }
    // SAFETY: what is closed is used no more: this process keeps the two and what is
    // outside them.
    unsafe {
        if libc::syscall(libc::SYS_close_range, low + 1, high - 1, 0) == -1 {
            for descriptor in low + 1..high.min(HIGHEST_LOOKED_AT) {
                libc::close(descriptor);
            }
        }
    }
}

fn limit_resources(memory_mb: u32) {
    set_limit(Resource::Nofile, limits::FILE_DESCRIPTORS, limits::FILE_DESCRIPTORS);
    // No core file has room in it. To the kernel it also means that no program of the machine is started
    // for a crash (core(5)), which 0 does not.
    set_limit(Resource::Core, 1, 1);
    let memory = usage::limit_bytes(memory_mb) + ADDRESS_SPACE_SLACK;
    set_limit(Resource::Data, memory, memory);
    // If the machine runs out of memory all the same, the kernel should kill this process first.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
}

/// Sets a limit, or the nearest one that this process may set.
fn set_limit(resource: Resource, soft: u64, hard: u64) {
    let hard = hard.min(getrlimit(resource).maximum.unwrap_or(u64::MAX));
    // The largest number means no limit to the kernel, which is none to rustix.
    let limit = |limit: u64| (limit != u64::MAX).then_some(limit);
    let _ = setrlimit(resource, Rlimit { current: limit(soft.min(hard)), maximum: limit(hard) });
}

/// Has this process open as many descriptors as it may; gives how many that are.
pub fn raise_descriptors() -> u64 {
    set_limit(Resource::Nofile, u64::MAX, u64::MAX);
    getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX)
}

unsafe extern "C" {
    static mut environ: *mut *mut libc::c_char;
}

/// Forgets the caller's environment and wipes its strings: they lie in the process's own
/// memory, where `/proc/self/environ` would show them.
pub(super) fn wipe_environment() {
    // SAFETY: this process has one thread, and nobody holds on to a string of the environment.
    unsafe {
        let mut entry = environ;
        while !entry.is_null() && !(*entry).is_null() {
            let length = libc::strlen(*entry);
            std::ptr::write_bytes(*entry, 0, length);
            entry = entry.add(1);
        }
        libc::clearenv();
    }
}

/// Forgets the environment, whose strings are another process's.
pub(super) fn forget_environment() {
    // SAFETY: this process has one thread, and nobody holds on to a string of the environment.
    unsafe { libc::clearenv() };
}

/// Sets a variable, or removes it where there is no value.
pub(super) fn change_environment(key: &[u8], value: Option<&[u8]>) {
    let key = OsStr::from_bytes(key);
    // SAFETY: this process has one thread. A process had these variables, so they have no NUL.
    unsafe {
        match value {
            Some(value) => std::env::set_var(key, OsStr::from_bytes(value)),
            None => std::env::remove_var(key),
        }
    }
}

/// Makes this process's memory and environment unreadable to other processes of the same
/// user, so that a function cannot read the caller's secrets from `/proc`.
pub(super) fn hide_from_functions() {
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

pub(super) fn set_nonblocking(descriptor: impl AsFd) {
    let _ = ioctl_fionbio(descriptor, true);
}

pub(super) fn set_blocking(descriptor: impl AsFd) {
    let _ = ioctl_fionbio(descriptor, false);
}

/// Makes `output` this process's standard output and error.
pub(super) fn replace_output(output: &impl AsFd) {
    let _ = dup2_stdout(output);
    let _ = dup2_stderr(output);
}

/// A descriptor that stays open until the process ends, such as the log's, as a file.
pub(super) fn always_open(descriptor: RawFd) -> ManuallyDrop<File> {
    // SAFETY: the descriptor is open, and the file does not close it.
    ManuallyDrop::new(unsafe { File::from_raw_fd(descriptor) })
}
