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

/// The advice that the memory's contents are not needed.
pub const MADV_DONTNEED: i32 = 4;
