//! The heap's lock: taken only once the process has, or has had, a second thread.

use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a thread was ever created, besides the interpreter's own.
static THREADED: AtomicBool = AtomicBool::new(false);
static HELD: AtomicBool = AtomicBool::new(false);

pub(super) struct Guard(bool);

/// Takes the lock, if there may be another thread.
#[inline]
pub(super) fn take() -> Guard {
    let threaded = is_threaded();
    if threaded {
        lock();
    }
    Guard(threaded)
}

impl Drop for Guard {
    #[inline]
    fn drop(&mut self) {
        if self.0 {
            HELD.store(false, Ordering::Release);
        }
    }
}

#[inline]
pub(crate) fn is_threaded() -> bool {
    THREADED.load(Ordering::Relaxed)
}

/// Called before a thread is made. The heap must not be locked by a thread that a forked
/// child does not have.
pub(super) fn expect_threads() {
    if !THREADED.swap(true, Ordering::Relaxed) {
        super::settle();
        // SAFETY: the handlers are functions of the program; they allocate nothing.
        unsafe { libc::pthread_atfork(Some(before_fork), Some(after_fork), Some(after_fork)) };
    }
}

unsafe extern "C" fn before_fork() {
    lock();
}

unsafe extern "C" fn after_fork() {
    HELD.store(false, Ordering::Release);
}

fn lock() {
    /// The holder is done in nanoseconds, unless the kernel has interrupted it.
    const SPINS: u32 = 100;
    while HELD.swap(true, Ordering::Acquire) {
        let mut spins = 0;
        while HELD.load(Ordering::Relaxed) {
            spins += 1;
            if spins < SPINS {
                std::hint::spin_loop();
            } else {
                // SAFETY: the call has no preconditions.
                unsafe { libc::sched_yield() };
            }
        }
    }
}
