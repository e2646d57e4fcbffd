//! Memory that a snapshot need not keep as it is: memory that stays zero almost everywhere, and
//! memory that can be computed. It is set apart while a snapshot is prepared.
//!
//! The owner of such memory recognises it by the allocation requests ([`Sort`]). The owner must
//! list all computable memory before the snapshot is written. `snapshot/left_out.rs` computes it
//! again at the first access.

use super::{at, map_at};
use crate::heap::addresses::{LEFT_OUT, SPARSE, whole_pages};
use std::ops::Range;

/// A request for memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub size: usize,
    pub alignment: usize,
}

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// Anything.
    Ordinary,
    /// What stays zero almost everywhere.
    Sparse,
    /// What can be computed.
    LeftOut,
}

/// Decides what a request is for, from it and the two before, the oldest first.
pub type Sorter = fn([Asked; 3]) -> Sort;

/// Memory is taken from the kernel for this many bytes at once.
const STEP: usize = 1 << 20;

/// Larger alignments are not supported. This is also the room for a word before each left-out
/// block, which holds its size.
const ALIGNMENT: usize = 8;

/// In the word before a block: the block was freed.
const FREED: usize = 1 << 63;

pub(super) struct Apart {
    sorter: Option<Sorter>,
    asked: [Asked; 2],
    sparse: Region,
    left_out: Region,
}

/// A part of the address space that is handed out from its start on.
struct Region {
    start: usize,
    end: usize,
    mapped: usize,
}

impl Apart {
    pub(super) const fn new() -> Self {
        let nothing = Asked { size: 0, alignment: 0 };
        Self {
            sorter: None,
            asked: [nothing; 2],
            sparse: Region::new(SPARSE.start),
            left_out: Region::new(LEFT_OUT.start),
        }
    }

    pub(super) fn sort_by(&mut self, sorter: Sorter) {
        self.sorter = Some(sorter);
    }

    /// A block for a request, if it must be set apart and there is room.
    pub(super) fn allocate(&mut self, size: usize, alignment: usize) -> Option<*mut u8> {
        let sorter = self.sorter?;
        let asked = Asked { size, alignment };
        let [first, second] = self.asked;
        self.asked = [second, asked];
        match sorter([first, second, asked]) {
            _ if alignment > ALIGNMENT => None,
            Sort::Ordinary => None,
            Sort::Sparse => self.sparse.allocate(size),
            Sort::LeftOut => {
                let word = self.left_out.allocate(ALIGNMENT + size)?;
                let block = word.wrapping_add(ALIGNMENT);
                // SAFETY: the word before the block was allocated with it.
                unsafe { head(block.addr()).write(size) };
                Some(block)
            }
        }
    }

    /// # Safety
    /// `block` must be in use, and used no more.
    pub(super) unsafe fn free(&mut self, block: *mut u8) {
        // A sparse block stays, because its size is unknown. A snapshot's blocks stay too, and may
        // be closed.
        if self.sorter.is_none() || !LEFT_OUT.contains(&block.addr()) {
            return;
        }
        let head = head(block.addr());
        // SAFETY: the word before a block holds its size; nobody uses the block any more.
        unsafe {
            let size = head.read();
            block.write_bytes(0, size);
            head.write(size | FREED);
        }
    }

    /// The blocks in use that can be computed.
    pub(super) fn left_out(&self) -> Vec<Range<usize>> {
        let mut blocks = Vec::new();
        let mut next = LEFT_OUT.start;
        while next < self.left_out.end {
            let start = next + ALIGNMENT;
            // SAFETY: the word before a block.
            let word = unsafe { head(start).read() };
            let end = start + (word & !FREED);
            if word & FREED == 0 {
                blocks.push(start..end);
            }
            next = end.next_multiple_of(ALIGNMENT);
        }
        blocks
    }

    /// The used part of the two regions, in whole pages: the sparse one first.
    pub(super) fn used(&self) -> [Range<usize>; 2] {
        [&self.sparse, &self.left_out]
            .map(|region| region.start..region.start + whole_pages(region.end - region.start))
    }

    pub(super) fn freeze(&mut self) {
        self.sorter = None;
    }
}

impl Region {
    const fn new(start: usize) -> Self {
        Self { start, end: start, mapped: start }
    }

    fn allocate(&mut self, size: usize) -> Option<*mut u8> {
        let start = self.end;
        let end = (start + size).next_multiple_of(ALIGNMENT);
        if end > self.mapped {
            let mapped = end.next_multiple_of(STEP);
            map_at(self.mapped..mapped).ok()?;
            self.mapped = mapped;
        }
        self.end = end;
        Some(at(start))
    }
}

fn head(block: usize) -> *mut usize {
    at(block - ALIGNMENT).cast()
}
