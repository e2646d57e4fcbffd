//! The addresses that must be the same in every process.
//!
//! Where each begins depends on how Linux uses the address space of a processor:
//! `snapshot/processor`.

pub(super) use super::processor::PAGE;
use super::processor::starts;
use std::ops::Range;

/// The stack of the thread that runs the interpreter, its thread-local variables at the
/// top. Four times as large as the stack that Linux gives a main thread: iterators over iterators
/// (`c = map(int, c)`, 50 000 times) take more of it than CPython's do.
pub(super) const STACK: Range<usize> = at(starts::STACK, 32 << 20);

/// The heap's slab table: one entry for each slab.
pub(super) const SLAB_TABLE: Range<usize> = at(starts::SLAB_TABLE, 8 << 20);

/// Objects up to [`super::heap::slabs::LARGEST`] bytes.
pub(super) const SLABS: Range<usize> = at(starts::SLABS, 8 << 30);

/// Blocks above that.
pub(super) const BLOCKS: Range<usize> = at(starts::BLOCKS, 64 << 30);

/// Memory that stays zero almost everywhere.
pub(super) const SPARSE: Range<usize> = at(starts::SPARSE, 4 << 30);

/// Memory that a snapshot leaves out, because it can be computed.
pub(super) const LEFT_OUT: Range<usize> = at(starts::LEFT_OUT, 4 << 30);

/// Blocks so large that each is a separate mapping.
pub(super) const MAPPINGS: Range<usize> = at(starts::MAPPINGS, starts::MAPPINGS_BYTES);

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
