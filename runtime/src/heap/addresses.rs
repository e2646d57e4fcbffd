//! The addresses of the heap, the same in every process.
//!
//! Where each begins depends on how Linux uses the address space of a processor: `heap/processor`.

pub(crate) use super::processor::PAGE;
use super::processor::starts;
use std::ops::Range;

/// The heap's slab table: one entry for each slab.
pub(crate) const SLAB_TABLE: Range<usize> = at(starts::SLAB_TABLE, 8 << 20);

/// Objects up to [`super::slabs::LARGEST`] bytes.
pub(super) const SLABS: Range<usize> = at(starts::SLABS, 8 << 30);

/// Blocks above that.
pub(super) const BLOCKS: Range<usize> = at(starts::BLOCKS, 64 << 30);

/// Memory that stays zero almost everywhere.
pub(super) const SPARSE: Range<usize> = at(starts::SPARSE, 4 << 30);

/// Memory that a snapshot leaves out, because it can be computed.
pub(crate) const LEFT_OUT: Range<usize> = at(starts::LEFT_OUT, 4 << 30);

/// Blocks so large that each is a separate mapping.
pub(super) const MAPPINGS: Range<usize> = at(starts::MAPPINGS, starts::MAPPINGS_BYTES);

/// Whether `address` lies in the heap.
#[inline]
pub(crate) fn is_heap(address: usize) -> bool {
    (SLAB_TABLE.start..MAPPINGS.end).contains(&address)
}

const fn at(start: usize, bytes: usize) -> Range<usize> {
    start..start + bytes
}

/// `bytes`, rounded up to whole pages.
#[inline]
pub(crate) const fn whole_pages(bytes: usize) -> usize {
    bytes.next_multiple_of(PAGE)
}
