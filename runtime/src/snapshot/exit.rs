//! `exit` in a process that restored a snapshot: it ends at once, without libc's exit handlers.
//! libc encrypts their addresses with a word of the process ([`super::processor::pointer_guard`]),
//! and the snapshot replaced that word by its maker's.

use libc::c_int;
use std::sync::atomic::{AtomicBool, Ordering};

static HANDLERS_ARE_LOST: AtomicBool = AtomicBool::new(false);

/// From here on, no exit handler runs.
pub(super) fn lose_handlers() {
    HANDLERS_ARE_LOST.store(true, Ordering::Relaxed);
}

unsafe extern "C" {
    fn __real_exit(status: c_int) -> !;
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_exit(status: c_int) -> ! {
    // SAFETY: neither returns, and the caller wants the process to end.
    unsafe {
        if HANDLERS_ARE_LOST.load(Ordering::Relaxed) {
            libc::_exit(status);
        }
        __real_exit(status)
    }
}
