//! The largest blocks. Each is a separate mapping. Addresses are not reused while there are unused
//! ones.

use super::{at, map_at};
use crate::heap::addresses::{MAPPINGS, PAGE, whole_pages};
use std::ptr::null_mut;

/// What lies in the page before a block.
struct Head {
    start: usize,
    bytes: usize,
}

pub(super) struct Mappings {
    next: usize,
    /// Whether addresses are used for the second time.
    used_again: bool,
}

impl Mappings {
    pub(super) const fn new() -> Self {
        Self { next: MAPPINGS.start, used_again: false }
    }

    pub(super) fn allocate(&mut self, size: usize, alignment: usize) -> *mut u8 {
        /// More mappings than a process may have.
        const TRIES: usize = 1 << 16;
        let room = size.saturating_add(2 * alignment.max(PAGE));
        if room > MAPPINGS.len() {
            return null_mut();
        }
        for _ in 0..TRIES {
            if self.next + room > MAPPINGS.end {
                // All addresses were used once: now each may be free, or not.
                (self.next, self.used_again) = (MAPPINGS.start, true);
            }
            let start = self.next;
            let block = (start + PAGE).next_multiple_of(alignment.max(PAGE));
            let end = whole_pages(block + size);
            self.next = end;
            match map_at(start..end) {
                Ok(()) => {
                    // SAFETY: the page before the block was just mapped.
                    unsafe { head(at(block)).write(Head { start, bytes: end - start }) };
                    return at(block);
                }
                Err(error) if error.raw_os_error() == Some(libc::EEXIST) => {}
                Err(_) => break,
            }
        }
        null_mut()
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

    /// Moves pages rather than bytes. Null if that is impossible; then nothing has changed.
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
            let is_free = place == start || !self.used_again;
            if fresh > MAPPINGS.len() || place + fresh > MAPPINGS.end || !is_free {
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
