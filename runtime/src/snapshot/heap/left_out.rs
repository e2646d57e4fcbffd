//! Memory that a snapshot leaves out, since it can be computed from what it keeps.
//!
//! While a snapshot is prepared, requests that look like such memory get blocks in a
//! region of its own, each behind a word that holds its size. Before the snapshot is
//! written, whoever can compute them names them all; [`super::super::left_out`] has them
//! computed again when they are looked at.

use super::{at, map_at};
use crate::snapshot::addresses::{LEFT_OUT, whole_pages};
use std::{ops::Range, ptr::null_mut};

/// A request for memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub size: usize,
    pub alignment: usize,
}

/// Tells by a request and the two before it, the oldest first, whether what is asked for
/// can be left out.
pub type IsLeftOut = fn([Asked; 3]) -> bool;

/// Memory is taken from the kernel for this many bytes at once.
const STEP: usize = 1 << 20;

/// Alignments above this are not provided for.
const ALIGNMENT: usize = 8;

/// In the word before a block: the block was freed.
const FREED: usize = 1 << 63;

pub(super) struct LeftOut {
    is_left_out: Option<IsLeftOut>,
    asked: [Asked; 2],
    end: usize,
    mapped: usize,
}

impl LeftOut {
    pub(super) const fn new() -> Self {
        let start = LEFT_OUT.start;
        let nothing = Asked { size: 0, alignment: 0 };
        Self { is_left_out: None, asked: [nothing; 2], end: start, mapped: start }
    }

    pub(super) fn look_for(&mut self, is_left_out: IsLeftOut) {
        self.is_left_out = Some(is_left_out);
    }

    /// A block for a request, if it is one to be left out and there is room.
    pub(super) fn allocate(&mut self, size: usize, alignment: usize) -> Option<*mut u8> {
        let is_left_out = self.is_left_out?;
        let asked = Asked { size, alignment };
        let [first, second] = self.asked;
        self.asked = [second, asked];
        if alignment > ALIGNMENT || !is_left_out([first, second, asked]) {
            return None;
        }
        let start = self.end + ALIGNMENT;
        let end = (start + size).next_multiple_of(ALIGNMENT);
        if end > self.mapped {
            let mapped = end.next_multiple_of(STEP);
            map_at(self.mapped..mapped).ok()?;
            self.mapped = mapped;
        }
        self.end = end;
        // SAFETY: within what was just mapped.
        unsafe { head(start).write(size) };
        Some(at(start))
    }

    pub(super) fn free(&mut self, block: *mut u8) {
        let head = head(block.addr());
        if self.is_left_out.is_some() {
            // SAFETY: the word before a block of this region, mapped while it is prepared.
            unsafe { head.write(head.read() | FREED) };
        }
    }

    /// The blocks in use.
    pub(super) fn blocks(&self) -> Vec<Range<usize>> {
        let mut blocks = Vec::new();
        let mut next = LEFT_OUT.start;
        while next < self.end {
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

    /// All of the region that was handed out, in whole pages.
    pub(super) fn used(&self) -> Range<usize> {
        LEFT_OUT.start..LEFT_OUT.start + whole_pages(self.end - LEFT_OUT.start)
    }

    pub(super) fn freeze(&mut self) {
        self.is_left_out = None;
    }
}

fn head(block: usize) -> *mut usize {
    if block == 0 { null_mut() } else { at(block - ALIGNMENT).cast() }
}
