//! Making an instance's process, and what that process inherits: nothing but its log, its
//! socket, its function's environment and its code. Security rests on this file.

use super::{
    StartError,
    course::Phase,
    descendants,
    marker::Marker,
    prewarmed::Prewarmed,
    proof::Key,
    usage,
    wire::{self, AssignedFunction, Assignment},
};
use crate::{
    contract::{Function, Policy, limits},
    python::CodePaths,
};
use std::{
    ffi::{CString, OsStr},
    fmt,
    fs::File,
    io::{self, Write},
    os::{
        fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd},
        unix::{ffi::OsStrExt, net::UnixStream},
    },
    time::Instant,
};

/// How much more than the function's memory its data may hold before the kernel refuses, in bytes.
/// It covers the stacks of threads, which are mostly untouched, and allocations between two
/// readings of the resident set.
const ADDRESS_SPACE_SLACK: u64 = 256 * limits::MIB;

/// A function instance: its process, its socket and its log.
#[derive(Debug)]
pub struct Instance {
    pub(super) process: i32,
    pub(super) socket: UnixStream,
    pub(super) log: OwnedFd,
    pub(super) started: Instant,
    pub(super) marker: Marker,
    pub(super) key: Key,
    pub(super) phase: Phase,
    pub(super) processes_at_most: Option<u32>,
    pub(super) reaped: Option<Reaped>,
}

/// What the kernel said of a process that ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reaped {
    pub peak_bytes: u64,
}

impl Instance {
    /// Makes a prewarmed process an instance of `function`, whose code is at `code`. It loads the
    /// function with its first invocation. With `once`, it serves no further one. It is kept to `policy`.
    ///
    /// # Errors
    /// When there is no prewarmed process, or it ended.
    pub fn start(
        prewarmed: io::Result<Prewarmed>,
        function: &Function,
        code: &CodePaths,
        policy: &Policy,
        once: bool,
    ) -> Result<Self, StartError> {
        let Prewarmed { process, mut socket, log } = prewarmed.map_err(StartError::Process)?;
        descendants::become_subreaper();
        hide_from_functions();
        let (marker, key) = (Marker::fresh(), Key::fresh());
        let assigned = AssignedFunction::of(function, code, policy, marker, key, once);
        let processes_at_most = assigned.policy.processes_at_most();
        let assignment = Assignment::Function(Box::new(assigned));
        wire::send_assignment(&mut socket, &assignment).map_err(StartError::Assignment)?;
        set_nonblocking(log.as_raw_fd());
        set_nonblocking(socket.as_raw_fd());
        Ok(Self {
            process,
            socket,
            log,
            // Not since the process started: the event may have arrived slowly.
            started: Instant::now(),
            marker,
            key,
            phase: Phase::default(),
            processes_at_most,
            reaped: None,
        })
    }

    /// Ends the instance and everything it started.
    pub(super) fn kill(&mut self) {
        // SAFETY: the process is this one's child and not reaped, so the number is its own;
        // its group is the one it made for itself.
        unsafe {
            libc::kill(-self.process, libc::SIGKILL);
            libc::kill(self.process, libc::SIGKILL);
        }
    }

    /// Waits for the process to end, or checks whether it has ended.
    pub(super) fn reap(&mut self, block: bool) -> Option<Reaped> {
        while self.reaped.is_none() {
            // SAFETY: an all-zero rusage is valid; the child is this process's own.
            let (ended, usage) = unsafe {
                let mut usage: libc::rusage = std::mem::zeroed();
                let options = if block { 0 } else { libc::WNOHANG };
                let ended =
                    libc::wait4(self.process, std::ptr::null_mut(), options, &raw mut usage);
                (ended, usage)
            };
            if ended == self.process {
                self.reaped = Some(Reaped { peak_bytes: usage::peak_bytes(&usage) });
            } else if ended == 0 || io::Error::last_os_error().kind() != io::ErrorKind::Interrupted
            {
                break;
            }
        }
        self.reaped
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if self.reaped.is_none() {
            self.kill();
            self.reap(true);
        }
        descendants::kill_all();
    }
}

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
    // SAFETY: calls that change this process alone.
    unsafe {
        libc::setsid();
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut());
        libc::umask(0o022);
    }
}

/// Sets this process up for its function: end with its parent, limits, environment, folder.
pub(super) fn become_instance(function: &AssignedFunction) {
    // SAFETY: calls that change this process alone. The thread that forked it has ended by
    // now, which would have counted as the parent's death.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0);
        libc::prctl(libc::PR_SET_DUMPABLE, 1, 0, 0, 0);
    }
    // What its function detaches stays below it: it is counted with it, and ends with it.
    descendants::become_subreaper();
    limit_resources(function.memory_mb);
    for (key, value) in &function.environment {
        // SAFETY: this process has one thread. Keys and values were checked for NUL.
        unsafe { std::env::set_var(key, value) };
    }
    if let Ok(folder) = CString::new(function.code.as_bytes()) {
        // SAFETY: a valid C string. A folder that has gone is found missing when the
        // function is loaded.
        unsafe { libc::chdir(folder.as_ptr()) };
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
    set_limit(libc::RLIMIT_NOFILE, u64::MAX, u64::MAX);
    let (stdin, log) = (streams.stdin.into_raw_fd(), streams.log.into_raw_fd());
    // SAFETY: the descriptors are owned here, and those closed are used no more.
    unsafe {
        libc::dup2(stdin, 0);
        libc::dup2(log, 1);
        libc::dup2(log, 2);
        let socket = move_beyond(streams.socket.into_raw_fd());
        let log = move_beyond(log);
        close_between(2, socket.min(log));
        close_between(socket.min(log), socket.max(log));
        close_between(socket.max(log), libc::c_int::MAX);
        Channels { socket: UnixStream::from_raw_fd(socket), log: File::from_raw_fd(log) }
    }
}

/// Duplicates a descriptor to a number beyond a function's limit, if there is one.
fn move_beyond(descriptor: libc::c_int) -> libc::c_int {
    let beyond = limits::FILE_DESCRIPTORS as libc::c_int;
    // SAFETY: the call only makes a new descriptor.
    match unsafe { libc::fcntl(descriptor, libc::F_DUPFD_CLOEXEC, beyond) } {
        -1 => descriptor,
        moved => moved,
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
    set_limit(libc::RLIMIT_NOFILE, limits::FILE_DESCRIPTORS, limits::FILE_DESCRIPTORS);
    set_limit(libc::RLIMIT_CORE, 0, 0);
    let memory = usage::limit_bytes(memory_mb) + ADDRESS_SPACE_SLACK;
    set_limit(libc::RLIMIT_DATA, memory, memory);
    // If the machine runs out of memory all the same, the kernel should kill this process first.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
}

/// Sets a limit, or the nearest one that this process may set.
fn set_limit(resource: libc::__rlimit_resource_t, soft: u64, hard: u64) {
    // SAFETY: plain structures, by pointer.
    unsafe {
        let mut now = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        libc::getrlimit(resource, &raw mut now);
        let hard = hard.min(now.rlim_max);
        let limit = libc::rlimit { rlim_cur: soft.min(hard), rlim_max: hard };
        libc::setrlimit(resource, &raw const limit);
    }
}

/// Has this process open as many descriptors as it may; gives how many that are.
pub fn raise_descriptors() -> u64 {
    set_limit(libc::RLIMIT_NOFILE, u64::MAX, u64::MAX);
    // SAFETY: a plain structure, by pointer.
    unsafe {
        let mut now = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut now);
        now.rlim_cur
    }
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
    // SAFETY: the call changes a flag of this process.
    unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) };
}

pub(super) fn set_nonblocking(descriptor: i32) {
    set_flags(descriptor, |flags| flags | libc::O_NONBLOCK);
}

pub(super) fn set_blocking(descriptor: i32) {
    set_flags(descriptor, |flags| flags & !libc::O_NONBLOCK);
}

fn set_flags(descriptor: i32, change: impl Fn(i32) -> i32) {
    // SAFETY: the descriptor is open; only its flags change.
    unsafe {
        let flags = libc::fcntl(descriptor, libc::F_GETFL);
        libc::fcntl(descriptor, libc::F_SETFL, change(flags));
    }
}
