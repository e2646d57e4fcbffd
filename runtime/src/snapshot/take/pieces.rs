//! The pages of the heap that a snapshot keeps: runs of them, and where each goes.

use crate::{
    heap::addresses::{PAGE, whole_pages},
    snapshot::{
        Place, Refusal, Unfit,
        image::{Header, IN_FIRST, Piece},
        restore::{FirstPart, map},
    },
};
use std::{io, ops::Range, ptr::with_exposed_provenance};

/// How many runs of pages the heap may have.
pub(super) const MOST_PIECES: usize = 4096;

/// Notes at `next` the pages of the heap that are to be written, and where they go.
pub(super) fn note_pieces<'a>(
    header: &mut Header,
    next: *mut Piece,
    regions: &[Range<usize>],
) -> Result<&'a [Piece], Unfit> {
    /// Runs of zero pages are left out if they are at least this long, in bytes. Each further piece costs a
    /// system call when the snapshot is restored.
    const ZERO_BYTES: usize = 64 << 10;
    let mut count = 0;
    for region in regions {
        let mut page = region.start;
        while page < region.end {
            let start = next_page(page..region.end, |zero| !zero);
            let mut end = next_page(start..region.end, |zero| zero);
            while end < region.end {
                let zeros_end = next_page(end..region.end, |zero| !zero);
                if zeros_end - end >= ZERO_BYTES || zeros_end == region.end {
                    break;
                }
                end = next_page(zeros_end..region.end, |zero| zero);
            }
            if start < end {
                if count == MOST_PIECES {
                    return Err(Unfit::Heap(io::ErrorKind::OutOfMemory.into()));
                }
                let (address, bytes) = (start as u64, (end - start) as u64);
                // SAFETY: there is room for that many.
                unsafe { next.add(count).write(Piece { address, bytes, offset: 0 }) };
                count += 1;
            }
            page = end;
        }
    }
    Ok(placed(header, next, count))
}

/// Gives the `count` pieces noted at `next` their places, unless the first snapshot has them.
fn placed<'a>(header: &mut Header, next: *mut Piece, count: usize) -> &'a [Piece] {
    header.pieces = count as u64;
    // SAFETY: so many were written.
    let pieces = unsafe { std::slice::from_raw_parts_mut(next, count) };
    header.bytes = header.read_bytes() as u64;
    for piece in pieces.iter_mut().filter(|piece| piece.offset & IN_FIRST == 0) {
        piece.offset = header.bytes;
        header.bytes += piece.bytes;
    }
    pieces
}

/// Notes at `next` the pieces of the first snapshot, and after them the pages that are not as there.
pub(super) fn note_pieces_over<'a>(
    first: &First,
    header: &mut Header,
    next: *mut Piece,
    regions: &[Range<usize>],
) -> Result<&'a [Piece], Unfit> {
    /// Two runs of pages are one if so many bytes are between them.
    const SAME_BYTES: usize = 32 << 10;
    let mut count = 0;
    let mut note = |piece: Piece| {
        if count == MOST_PIECES {
            return Err(Unfit::Heap(io::ErrorKind::OutOfMemory.into()));
        }
        // SAFETY: there is room for that many.
        unsafe { next.add(count).write(piece) };
        count += 1;
        Ok(())
    };
    for piece in first.pieces() {
        note(Piece { offset: piece.offset | IN_FIRST, ..*piece })?;
    }
    for region in regions {
        let mut page = region.start;
        while page < region.end {
            let start = next_page_that(page..region.end, |page| first.differs(page));
            let mut end = start;
            page = start;
            while page < region.end && page - end <= SAME_BYTES {
                page += PAGE;
                if first.differs(page - PAGE) {
                    end = page;
                }
            }
            if start < end {
                note(Piece { address: start as u64, bytes: (end - start) as u64, offset: 0 })?;
            }
        }
    }
    Ok(placed(header, next, count))
}

/// The snapshot that another one is made over, to be compared with.
pub(super) struct First {
    part: FirstPart,
    header: Header,
    start: *mut u8,
}

impl First {
    pub(super) fn map(place: &Place) -> Result<Self, Refusal> {
        let header = place.header()?;
        let part = FirstPart::map(place, &header)?;
        let bytes = whole_pages(place.bytes as usize);
        // This process ends soon, and the mapping with it.
        let start = map(&place.file, place.offset, 0, bytes, libc::MAP_PRIVATE)?;
        Ok(Self { part, header, start })
    }

    fn pieces(&self) -> &[Piece] {
        self.part.pieces(&self.header)
    }

    /// Whether a page of the heap is another than this snapshot has at its address.
    fn differs(&self, page: usize) -> bool {
        let holds =
            |piece: &&Piece| (piece.address..piece.address + piece.bytes).contains(&(page as u64));
        let Some(piece) = self.pieces().iter().find(holds) else { return !is_zero(page) };
        let offset = piece.offset as usize + (page - piece.address as usize);
        // SAFETY: a page of the mapped snapshot, and one in use by the heap.
        unsafe {
            let kept = std::slice::from_raw_parts(self.start.add(offset), PAGE);
            kept != std::slice::from_raw_parts(with_exposed_provenance::<u8>(page), PAGE)
        }
    }
}

/// The first page in `range` that is zero, or is not, as `wanted` says; or the range's end.
fn next_page(range: Range<usize>, wanted: impl Fn(bool) -> bool) -> usize {
    next_page_that(range, |page| wanted(is_zero(page)))
}

/// The first page in `range` that is as wanted; or the range's end.
fn next_page_that(range: Range<usize>, wanted: impl Fn(usize) -> bool) -> usize {
    range.clone().step_by(PAGE).find(|page| wanted(*page)).unwrap_or(range.end)
}

fn is_zero(page: usize) -> bool {
    // SAFETY: a page in use by the heap.
    let words = unsafe {
        std::slice::from_raw_parts(with_exposed_provenance::<u64>(page), PAGE / size_of::<u64>())
    };
    words.iter().all(|word| *word == 0)
}
