//! The plain heap of a process that holds no interpreter: `dlmalloc`, wherever the kernel puts it.
//!
//! `dlmalloc` gives back what lies at the end of its memory. One small object that is in use keeps all
//! below it, so after a flood a server would stay as large as it became. Here the pages of large free
//! pieces can be given back, too.

use super::blocks;
use crate::heap::addresses::PAGE;
use dlmalloc::{Allocator, Dlmalloc};
use std::{
    ptr::null_mut,
    sync::atomic::{AtomicBool, Ordering},
};

/// The largest and the smallest free pieces that are looked for, in bytes.
const LARGEST: usize = 64 << 20;
const SMALLEST: usize = 32 << 10;

pub(super) struct Outside {
    dlmalloc: Dlmalloc<Kernel>,
}

impl Outside {
    pub(super) const fn new() -> Self {
        Self { dlmalloc: Dlmalloc::new_with_allocator(Kernel { gives: AtomicBool::new(true) }) }
    }

    /// # Safety
    /// The alignment must be a power of two.
    pub(super) unsafe fn allocate(&mut self, size: usize, alignment: usize) -> *mut u8 {
        // SAFETY: the caller's promise.
        unsafe { self.dlmalloc.malloc(size, alignment) }
    }

    /// # Safety
    /// `block` must be in use, and used no more.
    pub(super) unsafe fn free(&mut self, block: *mut u8) {
        // SAFETY: the caller's promise.
        unsafe { self.dlmalloc.c_free(block) };
    }

    /// Gives the kernel back what is free: whole at the end, and the pages of large pieces between.
    pub(super) fn give_back(&mut self) {
        self.dlmalloc.allocator().gives.store(false, Ordering::Relaxed);
        // While there is nothing new, what is handed out was free. Each holds the one before it.
        let mut taken: *mut u8 = null_mut();
        let mut size = LARGEST;
        while size >= SMALLEST {
            // SAFETY: the piece is large enough for an address, and its pages hold nothing.
            unsafe {
                let piece = self.dlmalloc.malloc(size, align_of::<*mut u8>());
                if piece.is_null() {
                    size /= 2;
                    continue;
                }
                let start = (piece.addr() + size_of::<*mut u8>()).next_multiple_of(PAGE);
                let end = (piece.addr() + blocks::usable(piece)) / PAGE * PAGE;
                let pages = piece.with_addr(start).cast();
                libc::madvise(pages, end.saturating_sub(start), libc::MADV_DONTNEED);
                piece.cast::<*mut u8>().write(taken);
                taken = piece;
            }
        }
        while !taken.is_null() {
            // SAFETY: a piece from above, which holds the next, and is freed once.
            unsafe {
                let next = taken.cast::<*mut u8>().read();
                self.dlmalloc.c_free(taken);
                taken = next;
            }
        }
        self.dlmalloc.allocator().gives.store(true, Ordering::Relaxed);
        // SAFETY: only who has the heap's lock comes here.
        unsafe { self.dlmalloc.trim(0) };
    }
}

/// The kernel as dlmalloc's source of memory.
struct Kernel {
    /// Whether there is any to be had.
    gives: AtomicBool,
}

// SAFETY: each piece that is handed out is a mapping of its own, or the grown or moved one.
unsafe impl Allocator for Kernel {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        if !self.gives.load(Ordering::Relaxed) {
            return (null_mut(), 0, 0);
        }
        let rights = libc::PROT_READ | libc::PROT_WRITE;
        let kind = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: a new mapping, wherever there is room.
        let mapped = unsafe { libc::mmap(null_mut(), size, rights, kind, -1, 0) };
        if mapped == libc::MAP_FAILED { (null_mut(), 0, 0) } else { (mapped.cast(), size, 0) }
    }

    fn remap(&self, start: *mut u8, old: usize, new: usize, can_move: bool) -> *mut u8 {
        let how = if can_move { libc::MREMAP_MAYMOVE } else { 0 };
        // SAFETY: dlmalloc names a mapping that it has.
        let mapped = unsafe { libc::mremap(start.cast(), old, new, how) };
        if mapped == libc::MAP_FAILED { null_mut() } else { mapped.cast() }
    }

    fn free_part(&self, start: *mut u8, old: usize, new: usize) -> bool {
        // SAFETY: the end of a mapping that dlmalloc has, which nobody uses.
        unsafe { libc::munmap(start.add(new).cast(), old - new) == 0 }
    }

    fn free(&self, start: *mut u8, size: usize) -> bool {
        // SAFETY: a mapping that dlmalloc has, which nobody uses.
        unsafe { libc::munmap(start.cast(), size) == 0 }
    }

    fn can_release_part(&self, _: u32) -> bool {
        true
    }

    fn allocates_zeros(&self) -> bool {
        true
    }

    fn page_size(&self) -> usize {
        PAGE
    }
}
