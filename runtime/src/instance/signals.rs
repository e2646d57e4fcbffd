//! The signals that wake a watcher.

use std::io;

/// The signals a watcher waits for, as a descriptor, while it watches.
pub(super) struct Signals {
    descriptor: i32,
    before: libc::sigset_t,
}

impl Signals {
    /// A child's end, and those that ask krait to end.
    const WATCHED: [i32; 4] = [libc::SIGCHLD, libc::SIGINT, libc::SIGTERM, libc::SIGHUP];

    pub(super) fn block() -> io::Result<Self> {
        // SAFETY: the sets are initialised by the calls before they are read.
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
                descriptor => Ok(Self { descriptor, before }),
            }
        }
    }

    /// What is readable when a signal has come.
    pub(super) fn descriptor(&self) -> i32 {
        self.descriptor
    }

    /// Takes what has come; gives a signal that asks krait to end.
    pub(super) fn take(&self) -> Option<i32> {
        loop {
            // SAFETY: an all-zero structure is valid; the kernel fills it whole or not at all.
            let (read, information) = unsafe {
                let mut information: libc::signalfd_siginfo = std::mem::zeroed();
                let size = size_of::<libc::signalfd_siginfo>();
                (libc::read(self.descriptor, (&raw mut information).cast(), size), information)
            };
            if read <= 0 {
                return None;
            }
            let signal = information.ssi_signo.cast_signed();
            if signal != libc::SIGCHLD {
                return Some(signal);
            }
        }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        // SAFETY: the descriptor is this value's own, and the set was saved by `block`.
        unsafe {
            libc::close(self.descriptor);
            libc::sigprocmask(libc::SIG_SETMASK, &raw const self.before, std::ptr::null_mut());
        }
    }
}
