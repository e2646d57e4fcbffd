//! The allocator of the whole program. It is the heap's, with one more rule: if the kernel's memory
//! limit makes an allocation fail in an instance, the instance tells its watcher and ends. So a
//! failed allocation is the platform's 434, not a crash (docs/contract.md §2.1).

use super::{proof::Proof, wire};
use crate::heap;
use std::{
    alloc::{GlobalAlloc, Layout},
    sync::atomic::{AtomicI32, AtomicU64, Ordering},
};

/// No machine can serve requests beyond this many bytes; Python raises its `MemoryError`.
const ABSURD: usize = 1 << 46;

/// The descriptor to the watcher, once this process is an instance.
static WATCHER: AtomicI32 = AtomicI32::new(-1);

/// The proof of the call that this process works on.
static PROOF: AtomicU64 = AtomicU64::new(0);

/// See the module's own documentation.
pub struct Allocator;

/// From here on, a failed allocation sends a message to `watcher` and ends this process.
pub(super) fn report_exhaustion_to(watcher: i32) {
    WATCHER.store(watcher, Ordering::Relaxed);
}

/// From here on, that word is part of the call that `proof` is of.
pub(super) fn report_exhaustion_with(proof: Proof) {
    PROOF.store(u64::from_le_bytes(proof.to_bytes()), Ordering::Relaxed);
}

// SAFETY: every call is the heap's, unchanged; a null result is returned, or never returns.
unsafe impl GlobalAlloc for Allocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        checked(heap::allocate(layout.size(), layout.align()), layout.size())
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        checked(heap::allocate_zeroed(layout.size(), layout.align()), layout.size())
    }

    #[inline]
    unsafe fn dealloc(&self, pointer: *mut u8, _: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { heap::free(pointer) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's promises are passed on.
        checked(unsafe { heap::reallocate(pointer, layout.size(), layout.align(), size) }, size)
    }
}

#[inline]
fn checked(pointer: *mut u8, size: usize) -> *mut u8 {
    if pointer.is_null() {
        exhausted(size);
    }
    pointer
}

#[cold]
fn exhausted(size: usize) {
    let watcher = WATCHER.load(Ordering::Relaxed);
    if watcher < 0 || size > ABSURD {
        return;
    }
    let proof = Proof::from_bytes(PROOF.load(Ordering::Relaxed).to_le_bytes());
    let frame = wire::memory_exhausted_frame(proof);
    // SAFETY: write and _exit allocate nothing; the frame is on the stack, of that length.
    unsafe {
        libc::write(watcher, frame.as_ptr().cast(), frame.len());
        libc::_exit(1);
    }
}
