//! Blocks between small objects and mappings: `dlmalloc`, confined to one region.

use crate::heap::addresses::{BLOCKS, PAGE};
use dlmalloc::{Allocator, Dlmalloc};
use std::{
    ops::Range,
    ptr::null_mut,
    sync::atomic::{AtomicUsize, Ordering},
};

/// Pages of a freed block of this many bytes and more go back to the kernel, but not at once: who
/// compresses one text after another needs the same block again and again, and would have the kernel
/// clear it each time.
const GIVEN_BACK: usize = 128 << 10;

/// How many freed blocks keep their pages for now.
const KEPT: usize = 2;

pub(super) struct Blocks {
    dlmalloc: Dlmalloc<Region>,
    /// Addresses below this belong to a snapshot.
    frozen: usize,
    /// Pages of blocks that were freed last, and of which nothing is in use.
    kept: [Range<usize>; KEPT],
}

const NOTHING_KEPT: [Range<usize>; KEPT] = [const { 0..0 }; KEPT];

impl Blocks {
    pub(super) const fn new() -> Self {
        Self {
            dlmalloc: Dlmalloc::new_with_allocator(Region),
            frozen: BLOCKS.start,
            kept: NOTHING_KEPT,
        }
    }

    pub(super) fn allocate(&mut self, size: usize, alignment: usize) -> *mut u8 {
        // SAFETY: the alignment is a power of two: every caller's promise.
        let block = unsafe { self.dlmalloc.c_memalign(alignment, size) };
        self.forget_kept(block);
        block
    }

    /// Notes that a block is in use: its pages and its neighbours', where dlmalloc has links, must
    /// not be given back.
    fn forget_kept(&mut self, block: *mut u8) {
        if block.is_null() || self.kept.iter().all(Range::is_empty) {
            return;
        }
        // SAFETY: the block is in use: it was handed out just now.
        let end = block.addr() + unsafe { usable(block) } + PAGE;
        let start = block.addr() - PAGE;
        for kept in &mut self.kept {
            if start < kept.end && kept.start < end {
                *kept = 0..0;
            }
        }
    }

    /// Keeps the pages of a block that is being freed, and gives back those kept longest.
    fn keep(&mut self, pages: Range<usize>) {
        self.kept.rotate_right(1);
        let oldest = std::mem::replace(&mut self.kept[0], pages);
        if !oldest.is_empty() {
            // SAFETY: the pages are the heap's, and nothing of them is in use: see `forget_kept`.
            unsafe {
                libc::madvise(super::at(oldest.start).cast(), oldest.len(), libc::MADV_DONTNEED);
            }
        }
    }

    /// # Safety
    /// `block` must be in use, and used no more.
    pub(super) unsafe fn free(&mut self, block: *mut u8, wipe: bool) {
        if block.addr() < self.frozen {
            return;
        }
        // SAFETY: the block is in use by the caller's promise, and as long as is said.
        unsafe {
            let bytes = usable(block);
            if wipe {
                block.write_bytes(0, bytes);
            } else if bytes >= GIVEN_BACK {
                // The first page holds dlmalloc's own links once the block is free.
                let inner = block.addr().next_multiple_of(PAGE) + PAGE;
                let end = (block.addr() + bytes) / PAGE * PAGE;
                self.keep(inner..end);
            }
            self.dlmalloc.c_free(block);
        }
    }

    /// None if the block belongs to a snapshot.
    ///
    /// # Safety
    /// `block` must be in use.
    pub(super) unsafe fn reallocate(&mut self, block: *mut u8, size: usize) -> Option<*mut u8> {
        // SAFETY: the caller's promise.
        (block.addr() >= self.frozen).then(|| {
            // SAFETY: the block is in use by the caller's promise.
            let block = unsafe { self.dlmalloc.c_realloc(block, size) };
            self.forget_kept(block);
            block
        })
    }

    /// Sets all blocks aside: see [`super::freeze`].
    pub(super) fn freeze(&mut self) {
        self.frozen = END.load(Ordering::Relaxed);
        self.kept = NOTHING_KEPT;
        self.dlmalloc = Dlmalloc::new_with_allocator(Region);
    }

    /// The place of what [`Self::freeze`] makes anew.
    pub(super) fn made_anew(&self) -> Range<usize> {
        let start = (&raw const self.dlmalloc).addr();
        start..start + size_of_val(&self.dlmalloc)
    }
}

pub(super) fn used() -> Range<usize> {
    BLOCKS.start..END.load(Ordering::Relaxed)
}

/// How many bytes a block of dlmalloc's holds.
///
/// # Safety
/// `block` must be one in use.
pub(super) unsafe fn usable(block: *mut u8) -> usize {
    /// The bits of the head that are flags; the rest is the chunk's size.
    const FLAGS: usize = 7;
    // SAFETY: a chunk begins with the size of the one before it, if that is free, and its
    // own head, and may use the first word of the one after it (dlmalloc's format).
    unsafe { (block.cast::<usize>().sub(1).read() & !FLAGS) - size_of::<usize>() }
}

/// The region as dlmalloc's source of memory: it only grows.
struct Region;

/// Where the region's used part ends.
static END: AtomicUsize = AtomicUsize::new(BLOCKS.start);

// SAFETY: each piece that is handed out is mapped, and handed out once.
unsafe impl Allocator for Region {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        let start = END.load(Ordering::Relaxed);
        let end = start.saturating_add(size);
        if end > BLOCKS.end || super::map_at(start..end).is_err() {
            return (null_mut(), 0, 0);
        }
        END.store(end, Ordering::Relaxed);
        (super::at(start), size, 0)
    }

    fn remap(&self, _: *mut u8, _: usize, _: usize, _: bool) -> *mut u8 {
        null_mut()
    }

    fn free_part(&self, _: *mut u8, _: usize, _: usize) -> bool {
        false
    }

    fn free(&self, _: *mut u8, _: usize) -> bool {
        false
    }

    fn can_release_part(&self, _: u32) -> bool {
        false
    }

    fn allocates_zeros(&self) -> bool {
        true
    }

    fn page_size(&self) -> usize {
        PAGE
    }
}
