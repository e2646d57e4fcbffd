//! Computes memory that a snapshot left out, page by page, at the first access.
//!
//! The pages are mapped but closed. An access causes SIGSEGV. The handler computes the page
//! elsewhere, moves it to its place, and lets the program go on. Only the interpreter accesses such
//! pages, never within an allocation, so the handler may allocate. Other threads see the page
//! closed or complete.
//!
//! All other code sees SIGSEGV as usual. The functions that change the treatment of a signal are
//! replaced (see build.rs): they remember what the program wants, and the handler passes on every
//! SIGSEGV that is not about these pages.

use super::Refusal;
use crate::heap::addresses::{LEFT_OUT, PAGE};
use libc::{c_int, c_void, sighandler_t, siginfo_t, sigset_t};
use std::{
    ops::Range,
    ptr::{null_mut, with_exposed_provenance_mut},
    sync::atomic::{AtomicI32, AtomicUsize, Ordering},
};

/// Computes the content of one page, at an address range, into as many bytes.
pub type Fill = fn(Range<usize>, &mut [u8]);

/// [`Fill`] as a number, or 0. A snapshot keeps it.
static FILL: AtomicUsize = AtomicUsize::new(0);

/// The end of the region in this process, or 0 where nothing was left out.
static END: AtomicUsize = AtomicUsize::new(0);

/// How the program wants SIGSEGV treated. By default, as the kernel does.
static WANTED: AtomicUsize = AtomicUsize::new(libc::SIG_DFL);
static WANTED_FLAGS: AtomicI32 = AtomicI32::new(0);

/// Sets the function that computes the memory that the next snapshot leaves out.
pub(super) fn set_fill(fill: Fill) {
    FILL.store(fill as usize, Ordering::Relaxed);
}

/// Closes the region, so that its pages are computed at the first access.
pub(super) fn close(bytes: usize) -> Result<(), Refusal> {
    if bytes == 0 {
        return Ok(());
    }
    // SAFETY: the place is this room's own; one that is taken is refused.
    let closed = unsafe {
        let flags = libc::MAP_PRIVATE
            | libc::MAP_ANONYMOUS
            | libc::MAP_NORESERVE
            | libc::MAP_FIXED_NOREPLACE;
        let place = with_exposed_provenance_mut(LEFT_OUT.start);
        libc::mmap(place, bytes, libc::PROT_NONE, flags, -1, 0)
    };
    if closed.addr() != LEFT_OUT.start {
        return Err(Refusal::Mapping(std::io::Error::last_os_error()));
    }
    Ok(())
}

/// From here on, pages of the region are computed at the first access.
pub(super) fn watch(bytes: usize) {
    if bytes == 0 {
        return;
    }
    END.store(LEFT_OUT.start + bytes, Ordering::Relaxed);
    // SAFETY: the handler does what a handler may, see above.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_fault as *const () as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER;
        __real_sigaction(libc::SIGSEGV, &raw const action, null_mut());
    }
}

extern "C" fn on_fault(signal: c_int, information: *mut siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel gives a valid structure.
    let (address, by_kernel) =
        unsafe { ((*information).si_addr().addr(), (*information).si_code > 0) };
    if by_kernel && (LEFT_OUT.start..END.load(Ordering::Relaxed)).contains(&address) {
        // SAFETY: the thread's own variable.
        let error = unsafe { *libc::__errno_location() };
        compute(address / PAGE * PAGE);
        // SAFETY: as above.
        unsafe { *libc::__errno_location() = error };
        return;
    }
    pass_on(signal, information, context, by_kernel);
}

fn compute(page: usize) {
    let fill = FILL.load(Ordering::Relaxed);
    if fill == 0 {
        return;
    }
    // SAFETY: the number is a function of this type. A page of one's own is filled before the page
    // takes its place in one step, so that no other thread sees it incomplete.
    unsafe {
        let fill: Fill = std::mem::transmute::<usize, Fill>(fill);
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        let fresh = libc::mmap(null_mut(), PAGE, protection, flags, -1, 0);
        if fresh == libc::MAP_FAILED {
            libc::_exit(1);
        }
        fill(page..page + PAGE, std::slice::from_raw_parts_mut(fresh.cast(), PAGE));
        let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
        let place = with_exposed_provenance_mut::<c_void>(page);
        if libc::mremap(fresh, PAGE, PAGE, flags, place) == libc::MAP_FAILED {
            libc::_exit(1);
        }
    }
}

/// Treats a signal that is not about these pages as the program wants.
fn pass_on(signal: c_int, information: *mut siginfo_t, context: *mut c_void, by_kernel: bool) {
    let wanted = WANTED.load(Ordering::Relaxed);
    if wanted == libc::SIG_IGN && !by_kernel {
        return;
    }
    // SAFETY: what is called is a handler that the program gave for this.
    unsafe {
        if wanted == libc::SIG_DFL || wanted == libc::SIG_IGN {
            __real_signal(signal, libc::SIG_DFL);
            if !by_kernel {
                libc::raise(signal);
            }
            // Else the program goes on where it was interrupted, and is ended there.
        } else if WANTED_FLAGS.load(Ordering::Relaxed) & libc::SA_SIGINFO != 0 {
            let handler = std::mem::transmute::<
                usize,
                extern "C" fn(c_int, *mut siginfo_t, *mut c_void),
            >(wanted);
            handler(signal, information, context);
        } else {
            std::mem::transmute::<usize, extern "C" fn(c_int)>(wanted)(signal);
        }
    }
}

fn is_watched(signal: c_int) -> bool {
    signal == libc::SIGSEGV && END.load(Ordering::Relaxed) != 0
}

unsafe extern "C" {
    fn __real_sigaction(
        signal: c_int,
        action: *const libc::sigaction,
        before: *mut libc::sigaction,
    ) -> c_int;
    fn __real_signal(signal: c_int, handler: sighandler_t) -> sighandler_t;
    fn __real_sigprocmask(how: c_int, set: *const sigset_t, before: *mut sigset_t) -> c_int;
    fn __real_pthread_sigmask(how: c_int, set: *const sigset_t, before: *mut sigset_t) -> c_int;
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_sigaction(
    signal: c_int,
    action: *const libc::sigaction,
    before: *mut libc::sigaction,
) -> c_int {
    // SAFETY: the caller's promises: the pointers are null or good.
    unsafe {
        if !is_watched(signal) {
            return __real_sigaction(signal, action, before);
        }
        if !before.is_null() {
            *before = std::mem::zeroed();
            (*before).sa_sigaction = WANTED.load(Ordering::Relaxed);
            (*before).sa_flags = WANTED_FLAGS.load(Ordering::Relaxed);
        }
        if !action.is_null() {
            WANTED_FLAGS.store((*action).sa_flags, Ordering::Relaxed);
            WANTED.store((*action).sa_sigaction, Ordering::Relaxed);
        }
    }
    0
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_signal(signal: c_int, handler: sighandler_t) -> sighandler_t {
    if !is_watched(signal) {
        // SAFETY: the caller's promises are passed on.
        return unsafe { __real_signal(signal, handler) };
    }
    WANTED_FLAGS.store(0, Ordering::Relaxed);
    WANTED.swap(handler, Ordering::Relaxed)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_sigprocmask(
    how: c_int,
    set: *const sigset_t,
    before: *mut sigset_t,
) -> c_int {
    // SAFETY: the caller's promises are passed on.
    unsafe { with_faults_open(how, set, |set| __real_sigprocmask(how, set, before)) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_pthread_sigmask(
    how: c_int,
    set: *const sigset_t,
    before: *mut sigset_t,
) -> c_int {
    // SAFETY: the caller's promises are passed on.
    unsafe { with_faults_open(how, set, |set| __real_pthread_sigmask(how, set, before)) }
}

/// A set of signals to block, without SIGSEGV. If SIGSEGV were blocked, the kernel would end the
/// process at the first closed page.
///
/// # Safety
/// `set` must be null or good.
unsafe fn with_faults_open(
    how: c_int,
    set: *const sigset_t,
    change: impl FnOnce(*const sigset_t) -> c_int,
) -> c_int {
    if set.is_null() || how == libc::SIG_UNBLOCK || !is_watched(libc::SIGSEGV) {
        return change(set);
    }
    // SAFETY: the caller's promise.
    let mut open = unsafe { *set };
    // SAFETY: a set of this function's own.
    unsafe { libc::sigdelset(&raw mut open, libc::SIGSEGV) };
    change(&raw const open)
}
