//! Hooks for what a function does to its process, on the way to the host: output, input, ending the
//! process, more memory. The linker redirects these calls of libc to this file (`build.rs`). While
//! no function is running, the hooks pass them on.

use super::{
    super::{Observer, Request},
    files,
};
use crate::contract::{Failure, Invocation, Outcome, limits::MIB};
use std::{
    cell::Cell,
    ffi::{CString, c_char, c_void},
    path::Path,
    ptr::NonNull,
    time::{Duration, Instant},
};

/// A running function, and its observer.
pub(super) struct Running<'a> {
    pub request: Request<'a>,
    pub observer: &'a mut dyn Observer,
    /// When the handler was called, or its module's import begun.
    pub called: Instant,
}

impl Running<'_> {
    /// Tells the observer that the invocation is over.
    pub(super) fn over(&mut self, mut outcome: Outcome, duration: Duration) -> Invocation {
        if let Outcome::Failed(failure) = &mut outcome
            && let Some(whole) = failure.shorten()
        {
            self.observer.output(whole.as_bytes());
            self.observer.output(b"\n");
        }
        let memory_bytes = match outcome {
            // As the platform reports it: the function was never reached (docs/contract.md §2.1).
            Outcome::Failed(Failure::Load { .. } | Failure::EntryMissing { .. }) => 0,
            _ => memory_bytes(),
        };
        let request_id = self.request.request_id.to_owned();
        let invocation = Invocation { request_id, outcome, duration, memory_bytes };
        self.observer.over(&invocation);
        invocation
    }
}

thread_local! {
    /// What runs now. Empty while a hook runs, because the hook's own output is not the function's.
    static RUNNING: Cell<Option<NonNull<Running<'static>>>> = const { Cell::new(None) };
}

/// Calls `body`. Its output, and everything else that the hooks catch, goes to `running`.
pub(super) fn during<T>(running: &mut Running<'_>, body: impl FnOnce() -> T) -> T {
    // The lifetime is cut off: the pointer is gone from the cell before it ends.
    RUNNING.set(Some(NonNull::from(running).cast()));
    let result = body();
    RUNNING.set(None);
    result
}

/// Makes a folder the current one, as far as libc has a current folder. A zip is no folder: then it
/// stays `/`.
pub(super) fn work_in(folder: &Path) {
    unsafe extern "C" {
        fn chdir(path: *const c_char) -> i32;
    }
    let Ok(path) = CString::new(folder.as_os_str().as_encoded_bytes()) else { return };
    // SAFETY: a C string, which libc copies.
    unsafe { chdir(path.as_ptr()) };
}

/// The module's linear memory without its stack, in bytes. It never shrinks. The stack is at the
/// lowest addresses. It is large enough for deep recursion; few functions use more than its end.
pub(super) fn memory_bytes() -> u64 {
    unsafe extern "C" {
        /// The linker's: where the stack begins, growing down.
        static __stack_high: u8;
    }
    let stack = (&raw const __stack_high).addr() as u64;
    core::arch::wasm32::memory_size::<0>() as u64 * 65536 - stack
}

/// Calls `body` with what is running, if anything is.
fn with_running<T>(body: impl FnOnce(&mut Running<'static>) -> T) -> Option<T> {
    let mut running = RUNNING.take()?;
    // SAFETY: `during` put it there, and is below on the stack: the pointee is alive, and
    // borrowed by nobody else while the cell is empty.
    let result = body(unsafe { running.as_mut() });
    RUNNING.set(Some(running));
    Some(result)
}

/// Ends the invocation by `failure`, and the module.
fn end(running: &mut Running<'static>, failure: Failure) -> ! {
    let duration = running.called.elapsed();
    running.over(Outcome::Failed(failure), duration);
    // SAFETY: the call ends the module.
    unsafe { __real___wasi_proc_exit(1) }
}

/// WASI's `ciovec`.
#[repr(C)]
struct Piece {
    start: *const u8,
    length: usize,
}

unsafe extern "C" {
    fn __real___wasi_fd_write(
        descriptor: i32,
        pieces: *const Piece,
        count: usize,
        written: *mut usize,
    ) -> i32;
    fn __real___wasi_fd_read(
        descriptor: i32,
        pieces: *const c_void,
        count: usize,
        read: *mut usize,
    ) -> i32;
    fn __real___wasi_fd_close(descriptor: i32) -> i32;
    fn __real___wasi_proc_exit(status: i32) -> !;
    fn __real_isatty(descriptor: i32) -> i32;
    fn __real_sbrk(increment: isize) -> *mut c_void;
}

/// Standard output and error are the log.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap___wasi_fd_write(
    descriptor: i32,
    pieces: *const Piece,
    count: usize,
    written: *mut usize,
) -> i32 {
    if matches!(descriptor, 1 | 2) {
        // SAFETY: the caller's pieces are as many as it says, and each is that long.
        let pieces = unsafe { std::slice::from_raw_parts(pieces, count) };
        let total = with_running(|running| {
            let mut total = 0;
            for piece in pieces.iter().filter(|piece| piece.length > 0) {
                // SAFETY: as above.
                let bytes = unsafe { std::slice::from_raw_parts(piece.start, piece.length) };
                running.observer.output(bytes);
                total += piece.length;
            }
            // A module cannot wait for an observer's descriptor.
            while running.observer.waits_for().is_some() {
                running.observer.ready();
            }
            total
        });
        if let Some(total) = total {
            // SAFETY: the caller's place for the answer.
            unsafe { *written = total };
            return 0;
        }
    }
    // SAFETY: passed on as it came.
    unsafe { __real___wasi_fd_write(descriptor, pieces, count, written) }
}

/// A function has an empty standard input.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap___wasi_fd_read(
    descriptor: i32,
    pieces: *const c_void,
    count: usize,
    read: *mut usize,
) -> i32 {
    if descriptor == 0 && with_running(|_| ()).is_some() {
        // SAFETY: the caller's place for the answer.
        unsafe { *read = 0 };
        return 0;
    }
    // SAFETY: the call's own arguments.
    if let Some(result) = unsafe { files::read(descriptor, pieces, count, read) } {
        return result;
    }
    // SAFETY: passed on as it came.
    unsafe { __real___wasi_fd_read(descriptor, pieces, count, read) }
}

/// The standard descriptors stay open: the host's answer and log go there afterwards.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap___wasi_fd_close(descriptor: i32) -> i32 {
    if let Some(result) = files::close(descriptor) {
        return result;
    }
    match with_running(|_| ()) {
        Some(()) if descriptor < 3 => 0,
        // SAFETY: passed on as it came.
        _ => unsafe { __real___wasi_fd_close(descriptor) },
    }
}

/// A function has no terminal.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_isatty(descriptor: i32) -> i32 {
    match with_running(|_| ()) {
        Some(()) if descriptor < 3 => 0,
        // SAFETY: passed on as it came.
        _ => unsafe { __real_isatty(descriptor) },
    }
}

/// A function that ends its process ends its invocation with a 439.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap___wasi_proc_exit(status: i32) -> ! {
    with_running(|running| end(running, Failure::ProcessExit));
    // SAFETY: passed on as it came.
    unsafe { __real___wasi_proc_exit(status) }
}

/// A function that asks for more memory than it has ends its invocation with a 434.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_sbrk(increment: isize) -> *mut c_void {
    with_running(|running| {
        let megabytes = running.request.function.memory_mb;
        let asked = u64::try_from(increment).unwrap_or(0);
        if memory_bytes() + asked > u64::from(megabytes) * MIB {
            end(running, Failure::Memory { megabytes });
        }
    });
    // SAFETY: passed on as it came.
    unsafe { __real_sbrk(increment) }
}
