//! The largest blocks: each a mapping of its own, at addresses that are not used again.

use super::{at, map_at};
use crate::snapshot::addresses::{MAPPINGS, PAGE, whole_pages};
use std::ptr::null_mut;

/// What lies in the page before a block.
struct Head {
    start: usize,
    bytes: usize,
}

pub(super) struct Mappings {
    next: usize,
}

impl Mappings {
    pub(super) const fn new() -> Self {
        Self { next: MAPPINGS.start }
    }

    pub(super) fn allocate(&mut self, size: usize, alignment: usize) -> *mut u8 {
        let start = self.next;
        let block = (start + PAGE).next_multiple_of(alignment.max(PAGE));
        let Some(end) = block.checked_add(size).filter(|end| *end <= MAPPINGS.end) else {
            return null_mut();
        };
        let end = whole_pages(end);
        if map_at(start..end).is_err() {
            return null_mut();
        }
        self.next = end;
        // SAFETY: the page before the block was just mapped.
        unsafe { head(at(block)).write(Head { start, bytes: end - start }) };
        at(block)
    }

    /// # Safety
    /// `block` must be in use, and used no more.
    pub(super) unsafe fn free(&mut self, block: *mut u8) {
        // SAFETY: the head tells the mapping, which nobody uses any more.
        unsafe {
            let Head { start, bytes } = head(block).read();
            libc::munmap(at(start).cast(), bytes);
        }
    }

    /// Moves pages rather than bytes.
    ///
    /// # Safety
    /// `block` must be in use, and aligned to a page at most.
    pub(super) unsafe fn reallocate(&mut self, block: *mut u8, size: usize) -> *mut u8 {
        // SAFETY: the head tells the mapping; it is moved to a place that is free.
        unsafe {
            let Head { start, bytes } = head(block).read();
            let offset = block.addr() - start;
            let Some(fresh) = offset.checked_add(size).map(whole_pages) else { return null_mut() };
            let place = if fresh <= bytes { start } else { self.next };
            if place + fresh > MAPPINGS.end {
                return null_mut();
            }
            let moved = if place == start {
                libc::mremap(at(start).cast(), bytes, fresh, 0)
            } else {
                let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
                libc::mremap(at(start).cast(), bytes, fresh, flags, at(place))
            };
            if moved == libc::MAP_FAILED {
                return null_mut();
            }
            self.next = self.next.max(place + fresh);
            let block = at(place + offset);
            head(block).write(Head { start: place, bytes: fresh });
            block
        }
    }
}

/// How many bytes a block holds.
///
/// # Safety
/// `block` must be in use.
pub(super) unsafe fn usable(block: *mut u8) -> usize {
    // SAFETY: the caller's promise.
    let Head { start, bytes } = unsafe { head(block).read() };
    bytes - (block.addr() - start)
}

fn head(block: *mut u8) -> *mut Head {
    block.wrapping_sub(PAGE).cast()
}
