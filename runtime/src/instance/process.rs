//! Making an instance's process, and what that process inherits: nothing but its log, its
//! socket, its function's environment and its code. Security rests on this file.

use super::{allocator, descendants, marker::Marker, serve, usage};
use crate::{
    contract::{Function, environment, limits},
    python::CodePaths,
};
use std::{
    ffi::CString,
    fmt,
    fs::File,
    io,
    os::{
        fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd},
        unix::{ffi::OsStrExt, net::UnixStream},
    },
    time::Instant,
};

/// Beyond the function's memory, what its address space may hold before the kernel
/// refuses: the stacks of its threads, mostly untouched, and the pages that a fast
/// allocation gains between two looks at the resident set.
const ADDRESS_SPACE_SLACK: u64 = 256 * limits::MIB;

/// A function instance: its process, its socket and its log.
#[derive(Debug)]
pub struct Instance {
    pub(super) process: i32,
    pub(super) socket: UnixStream,
    pub(super) log: OwnedFd,
    pub(super) started: Instant,
    pub(super) marker: Marker,
    /// Whether the function was loaded: whether the cold start is over.
    pub(super) initialized: bool,
    pub(super) reaped: Option<Reaped>,
}

/// What the kernel said of a process that ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reaped {
    pub peak_bytes: u64,
}

/// An instance that could not be started: krait's own fault, or the machine's.
#[derive(Debug)]
pub enum StartError {
    /// A pipe or socket could not be made.
    Pipe(io::Error),
    /// The process could not be forked.
    Fork(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pipe(error) => write!(formatter, "no pipe to an instance could be made: {error}"),
            Self::Fork(error) => {
                write!(formatter, "no process for an instance could be made: {error}")
            }
        }
    }
}

impl std::error::Error for StartError {}

impl Instance {
    /// Starts an instance of `function`, whose code is at `code`. It begins to build its
    /// interpreter at once, and loads the function with its first invocation.
    ///
    /// The calling process must have a single thread: it is forked.
    ///
    /// # Errors
    /// When the machine has no more descriptors or processes.
    pub fn start(function: &Function, code: &CodePaths) -> Result<Self, StartError> {
        descendants::become_subreaper();
        hide_from_functions();
        let (log, log_writer) = pipe().map_err(StartError::Pipe)?;
        let (stdin, stdin_writer) = pipe().map_err(StartError::Pipe)?;
        // Closed at once: a function that reads its standard input finds its end.
        drop(stdin_writer);
        let (socket, instance_socket) = UnixStream::pair().map_err(StartError::Pipe)?;
        let started = Instant::now();
        let marker = Marker::fresh();
        // SAFETY: this process has one thread, so the child may do whatever it could.
        match unsafe { libc::fork() } {
            -1 => Err(StartError::Fork(io::Error::last_os_error())),
            0 => {
                let streams = Streams { stdin, log: log_writer, socket: instance_socket };
                become_instance(function, code.clone(), streams, marker, started)
            }
            process => {
                set_nonblocking(log.as_raw_fd());
                set_nonblocking(socket.as_raw_fd());
                Ok(Self { process, socket, log, started, marker, initialized: false, reaped: None })
            }
        }
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

    /// Waits for the process to end, or looks whether it has.
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

struct Streams {
    stdin: OwnedFd,
    log: OwnedFd,
    socket: UnixStream,
}

/// Turns this fresh child into an instance, and serves until the watcher is done with it.
fn become_instance(
    function: &Function,
    code: CodePaths,
    streams: Streams,
    marker: Marker,
    started: Instant,
) -> ! {
    // SAFETY: calls that change this process alone; the child has one thread.
    unsafe {
        libc::setsid();
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0);
        libc::prctl(libc::PR_SET_DUMPABLE, 1, 0, 0, 0);
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut());
        // Rust's handler for stack overflows would swallow the first such signal.
        libc::signal(libc::SIGSEGV, libc::SIG_DFL);
        libc::signal(libc::SIGBUS, libc::SIG_DFL);
        libc::umask(0o022);
    }
    let channels = place_descriptors(streams);
    limit_resources(function);
    replace_environment(function);
    if let Ok(folder) = CString::new(code.code.as_os_str().as_bytes()) {
        // SAFETY: a valid C string. A folder that has gone is found missing when the
        // function is loaded.
        unsafe { libc::chdir(folder.as_ptr()) };
    }
    allocator::report_exhaustion_to(channels.socket.as_raw_fd());
    serve::run(channels, code, &function.handler, marker, started)
}

/// What an instance speaks through, out of its function's way.
pub(super) struct Channels {
    pub socket: UnixStream,
    /// The log once more: the function may close or redirect its own end.
    pub log: File,
}

/// Puts the streams in their places and closes all else. The socket and the second end of
/// the log go beyond the numbers a function may open, so that one which closes every
/// descriptor it could have opened, as daemons do, leaves them alone.
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

/// Duplicates a descriptor to a number that functions do not reach, where there is one.
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
    /// Without the system call (Linux before 5.9), how far descriptors are looked for.
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

fn limit_resources(function: &Function) {
    set_limit(libc::RLIMIT_NOFILE, limits::FILE_DESCRIPTORS, limits::FILE_DESCRIPTORS);
    set_limit(libc::RLIMIT_CORE, 0, 0);
    let memory = usage::limit_bytes(function.memory_mb) + ADDRESS_SPACE_SLACK;
    set_limit(libc::RLIMIT_DATA, memory, memory);
    // Where memory runs out all the same, the kernel is to choose this process.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
}

/// Sets a limit, or as near to it as this process may.
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

unsafe extern "C" {
    static mut environ: *mut *mut libc::c_char;
}

/// Gives this process the function's environment, and wipes the caller's: its strings lie
/// in the process's own memory, where `/proc/self/environ` would show them.
fn replace_environment(function: &Function) {
    // SAFETY: the child has one thread, and nobody holds on to a string of the environment.
    unsafe {
        let mut entry = environ;
        while !entry.is_null() && !(*entry).is_null() {
            let length = libc::strlen(*entry);
            std::ptr::write_bytes(*entry, 0, length);
            entry = entry.add(1);
        }
        libc::clearenv();
    }
    for (key, value) in environment::of(function) {
        // SAFETY: the child has one thread. Keys and values were checked for NUL.
        unsafe { std::env::set_var(key, value) };
    }
}

/// Makes this process's memory and environment unreadable to other processes of the same
/// user, so that a function cannot read the caller's secrets from `/proc`.
fn hide_from_functions() {
    // SAFETY: the call changes a flag of this process.
    unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) };
}

fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut ends = [0; 2];
    // SAFETY: the array has room for the two descriptors, which are owned from here on.
    unsafe {
        if libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok((OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])))
    }
}

fn set_nonblocking(descriptor: i32) {
    // SAFETY: the descriptor is open; only its flags change.
    unsafe {
        let flags = libc::fcntl(descriptor, libc::F_GETFL);
        libc::fcntl(descriptor, libc::F_SETFL, flags | libc::O_NONBLOCK);
    }
}
