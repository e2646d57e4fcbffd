//! The signals that wake a watcher.

use std::{
    io,
    os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd},
};

/// The signals a watcher waits for, as a descriptor, while it watches.
pub(super) struct Signals {
    descriptor: OwnedFd,
    before: libc::sigset_t,
}

impl Signals {
    /// A child's end, and those that ask krait to end.
    const WATCHED: [i32; 4] = [libc::SIGCHLD, libc::SIGINT, libc::SIGTERM, libc::SIGHUP];

    pub(super) fn block() -> io::Result<Self> {
        // SAFETY: the sets are initialised by the calls before they are read; the descriptor is new.
        unsafe {
            let mut set: libc::sigset_t = std::mem::zeroed();
            let mut before: libc::sigset_t = std::mem::zeroed();
            libc::sigemptyset(&raw mut set);
            for signal in Self::WATCHED {
                libc::sigaddset(&raw mut set, signal);
            }
            libc::sigprocmask(libc::SIG_BLOCK, &raw const set, &raw mut before);
            let flags = libc::SFD_CLOEXEC | libc::SFD_NONBLOCK;
            match libc::signalfd(-1, &raw const set, flags) {
                -1 => Err(io::Error::last_os_error()),
                descriptor => Ok(Self { descriptor: OwnedFd::from_raw_fd(descriptor), before }),
            }
        }
    }

    /// Takes what has come; gives a signal that asks krait to end.
    pub(super) fn take(&self) -> Option<i32> {
        loop {
            // The kernel fills it whole or not at all. The number of the signal comes first.
            let mut information = [0; size_of::<libc::signalfd_siginfo>()];
            if rustix::io::read(&self.descriptor, &mut information).ok()? == 0 {
                return None;
            }
            let signal = i32::from_ne_bytes(*information.first_chunk()?);
            if signal != libc::SIGCHLD {
                return Some(signal);
            }
        }
    }
}

/// Readable when a signal has come.
impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        set_blocked(&self.before);
    }
}

/// From here on, this thread gets every signal.
pub(super) fn unblock_all() {
    // SAFETY: the call initialises the set.
    let none = unsafe {
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        none
    };
    set_blocked(&none);
}

fn set_blocked(signals: &libc::sigset_t) {
    // SAFETY: a plain set, by pointer.
    unsafe { libc::sigprocmask(libc::SIG_SETMASK, signals, std::ptr::null_mut()) };
}
