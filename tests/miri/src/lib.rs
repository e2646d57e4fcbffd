//! Parts of krait with unsafe code, compiled by themselves, and what they need around them.

#![cfg(test)]

// What the parts call of libc is below.
extern crate self as libc;

mod heap;
#[path = "../../../hosts/wasmtime/src/lz.rs"]
mod lz;
mod random;
#[path = "../../../runtime/src/exports/unpack.rs"]
mod unpack;
mod unpacked;

/// Gives pages back to the kernel, as `madvise` does: they are zero from then on.
///
/// # Safety
/// The pages are there, and what is in them is used no more.
pub unsafe fn madvise(start: *mut u8, length: usize, _advice: i32) -> i32 {
    // SAFETY: the caller's promise.
    unsafe { start.write_bytes(0, length) };
    0
}

/// Notes nothing: no test forks.
///
/// # Safety
/// None of the functions is called.
pub unsafe fn pthread_atfork(
    _before: Option<unsafe extern "C" fn()>,
    _parent: Option<unsafe extern "C" fn()>,
    _child: Option<unsafe extern "C" fn()>,
) -> i32 {
    0
}

/// Lets another thread run.
///
/// # Safety
/// As in libc, there are no preconditions.
pub unsafe fn sched_yield() -> i32 {
    std::thread::yield_now();
    0
}

/// The advice that the memory's contents are not needed.
pub const MADV_DONTNEED: i32 = 4;
