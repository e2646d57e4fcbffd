//! The addresses that must be the same in every process.
//!
//! They are far from where Linux puts programs, stacks and mappings. Programs are at the lower end
//! of the address space. Mappings grow down from the upper end; in a process with an unlimited
//! stack they grow down from a sixth of it, 0x1455_5555_5000 at the lowest.

use std::ops::Range;

/// The stack of the thread that runs the interpreter, its thread-local variables at the
/// top. Four times as large as the stack that Linux gives a main thread: iterators over iterators
/// (`c = map(int, c)`, 50 000 times) take more of it than CPython's do.
pub(super) const STACK: Range<usize> = at(0x0f00_0000_0000, 32 << 20);

/// The heap's slab table: one entry for each slab.
pub(super) const SLAB_TABLE: Range<usize> = at(0x1000_0000_0000, 8 << 20);

/// Objects up to [`super::heap::slabs::LARGEST`] bytes.
pub(super) const SLABS: Range<usize> = at(0x1100_0000_0000, 8 << 30);

/// Blocks above that.
pub(super) const BLOCKS: Range<usize> = at(0x1200_0000_0000, 64 << 30);

/// Memory that stays zero almost everywhere.
pub(super) const SPARSE: Range<usize> = at(0x1240_0000_0000, 4 << 30);

/// Memory that a snapshot leaves out, because it can be computed.
pub(super) const LEFT_OUT: Range<usize> = at(0x1260_0000_0000, 4 << 30);

/// Blocks so large that each is a separate mapping.
pub(super) const MAPPINGS: Range<usize> = at(0x1300_0000_0000, 1 << 40);

pub(super) const PAGE: usize = 4096;

/// Whether `address` lies in the heap.
#[inline]
pub(super) fn is_heap(address: usize) -> bool {
    (SLAB_TABLE.start..MAPPINGS.end).contains(&address)
}

const fn at(start: usize, bytes: usize) -> Range<usize> {
    start..start + bytes
}

/// `bytes`, rounded up to whole pages.
#[inline]
pub(super) const fn whole_pages(bytes: usize) -> usize {
    bytes.next_multiple_of(PAGE)
}
