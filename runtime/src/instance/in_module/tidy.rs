//! Zeroes freed memory while the shipped module is prepared: the module's file need not hold zero
//! bytes. The linker redirects calls of libc to this file (`build.rs`).

use std::{
    ffi::c_void,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
};

/// Whether memory is zeroed before it is freed.
static TIDY: AtomicBool = AtomicBool::new(false);

/// Calls `body`. Memory that it frees is zeroed.
pub(super) fn tidily<T>(body: impl FnOnce() -> T) -> T {
    TIDY.store(true, Relaxed);
    let result = body();
    clear_stack();
    TIDY.store(false, Relaxed);
    result
}

/// Zeroes memory that is freed from here on: until this module is one that runs, for a caller that fills it.
pub(super) fn begin() {
    TIDY.store(true, Relaxed);
}

/// Ends [`begin`].
pub(super) fn end() {
    TIDY.store(false, Relaxed);
}

/// Zeroes the part of the stack that no call uses now.
#[inline(never)]
fn clear_stack() {
    /// How much of it this function and its callees may use, in bytes; generous.
    const OWN: usize = 4096;
    unsafe extern "C" {
        /// The linker's name for the stack's lowest byte; it grows towards it.
        static __stack_low: u8;
    }
    let here = 0_u8;
    let low = (&raw const __stack_low).expose_provenance();
    let size = std::hint::black_box(&raw const here).addr().saturating_sub(low + OWN);
    // SAFETY: below this function's own frame nobody keeps anything.
    unsafe { std::ptr::with_exposed_provenance_mut::<u8>(low).write_bytes(0, size) };
}

unsafe extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn malloc_usable_size(block: *mut c_void) -> usize;
    fn __real_free(block: *mut c_void);
    fn __real_realloc(block: *mut c_void, size: usize) -> *mut c_void;
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_free(block: *mut c_void) {
    if TIDY.load(Relaxed) && !block.is_null() {
        // SAFETY: nobody uses these bytes any more.
        unsafe { block.write_bytes(0, malloc_usable_size(block)) };
    }
    // SAFETY: passed on as it came.
    unsafe { __real_free(block) }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_realloc(block: *mut c_void, size: usize) -> *mut c_void {
    if !TIDY.load(Relaxed) || block.is_null() {
        // SAFETY: passed on as it came.
        return unsafe { __real_realloc(block, size) };
    }
    // SAFETY: both blocks are as large as what is copied, and the old one is given back once.
    unsafe {
        let new = malloc(size);
        if !new.is_null() {
            new.copy_from_nonoverlapping(block, size.min(malloc_usable_size(block)));
            __wrap_free(block);
        }
        new
    }
}
