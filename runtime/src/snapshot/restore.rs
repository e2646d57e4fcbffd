//! Restores a snapshot.

use super::{
    Refusal, exit,
    image::{Header, IN_FIRST, Piece, Place, SignalAction, Word, checksum},
    left_out,
};
use crate::heap::{
    self,
    addresses::{PAGE, SLAB_TABLE},
};
use std::{
    fs::File,
    ops::Range,
    os::fd::AsRawFd,
    ptr::{null_mut, with_exposed_provenance_mut},
};

/// Gives this process the state of the snapshot's maker, and returns the root that the maker named.
/// On an error, nothing has changed.
pub(super) fn restore(place: &Place) -> Result<usize, Refusal> {
    let header = place.header()?;
    header.check(place.bytes)?;
    let first = FirstPart::map(place, &header)?;
    if first.checksum(&header) != header.checksum {
        return Err(Refusal::Damaged("its checksum is wrong"));
    }
    let mut mapped = Mapped::default();
    for [address, bytes] in header.regions {
        mapped.region(address as usize, bytes as usize)?;
    }
    for piece in first.pieces(&header) {
        mapped.piece(place, piece)?;
    }
    left_out::close(header.left_out as usize)?;
    std::mem::forget(mapped);
    for word in first.words(&header) {
        // SAFETY: a word of this program's variables or of this thread's, at the same
        // place as in the process it was read in: the same build, and the same control
        // block. This process was in the state from which that one set out.
        unsafe { with_exposed_provenance_mut::<u64>(word.address as usize).write(word.value) };
    }
    for signal in first.signals(&header) {
        // SAFETY: the handler is a function of this program, at the same place.
        unsafe { libc::sigaction(signal.signal as i32, &raw const signal.action, null_mut()) };
    }
    exit::lose_handlers();
    heap::freeze();
    left_out::watch(header.left_out as usize);
    Ok(header.root as usize)
}

/// Mapped regions of the heap. Dropping them unmaps them.
#[derive(Default)]
struct Mapped([Range<usize>; heap::REGIONS], usize);

impl Mapped {
    /// Maps zeros.
    fn region(&mut self, address: usize, bytes: usize) -> Result<(), Refusal> {
        // The whole of the slab table, for slabs to come.
        let end = if address == SLAB_TABLE.start { SLAB_TABLE.end } else { address + bytes };
        if address < end {
            heap::map_at(address..end).map_err(Refusal::Mapping)?;
            self.0[self.1] = address..end;
            self.1 += 1;
        }
        Ok(())
    }

    /// Maps a piece of a region from the file. A page is read at its first access, and copied at
    /// its first write.
    fn piece(&self, place: &Place, piece: &Piece) -> Result<(), Refusal> {
        let (address, bytes) = (piece.address as usize, piece.bytes as usize);
        let inside =
            |region: &Range<usize>| region.start <= address && address + bytes <= region.end;
        let offset = piece.offset & !IN_FIRST;
        let (start, is_there) = match piece.offset & IN_FIRST {
            0 => (place.offset + offset, offset + piece.bytes <= place.bytes),
            _ => (place.first + offset, place.first + offset + piece.bytes <= place.offset),
        };
        if !self.0.iter().any(inside) || !is_there {
            return Err(Refusal::Damaged("a piece of it has no place"));
        }
        map(&place.file, start, address, bytes, libc::MAP_PRIVATE | libc::MAP_FIXED)?;
        Ok(())
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        for range in &self.0[..self.1] {
            // SAFETY: nothing uses what was mapped and not taken up.
            unsafe { libc::munmap(with_exposed_provenance_mut(range.start), range.len()) };
        }
    }
}

/// What of a snapshot is read at once.
pub(super) struct FirstPart {
    start: *mut u8,
    bytes: usize,
}

impl FirstPart {
    pub(super) fn map(place: &Place, header: &Header) -> Result<Self, Refusal> {
        let bytes = header.read_bytes();
        let start =
            map(&place.file, place.offset, 0, bytes, libc::MAP_PRIVATE | libc::MAP_POPULATE)?;
        Ok(Self { start, bytes })
    }

    fn checksum(&self, header: &Header) -> u64 {
        // SAFETY: mapped, and as long as is said.
        let rest = unsafe { std::slice::from_raw_parts(self.start.add(PAGE), self.bytes - PAGE) };
        checksum(header.own_checksum(), rest)
    }

    fn words(&self, header: &Header) -> &[Word] {
        // SAFETY: the checksum was right, so the words are there; they are on a new page.
        unsafe { std::slice::from_raw_parts(self.start.add(PAGE).cast(), header.words as usize) }
    }

    fn signals(&self, header: &Header) -> &[SignalAction] {
        let after = self.words(header).as_ptr_range().end;
        // SAFETY: as for the words, behind which they are.
        unsafe { std::slice::from_raw_parts(after.cast(), header.signals as usize) }
    }

    pub(super) fn pieces(&self, header: &Header) -> &[Piece] {
        let after = self.signals(header).as_ptr_range().end;
        // SAFETY: as for the words, behind which they are.
        unsafe { std::slice::from_raw_parts(after.cast(), header.pieces as usize) }
    }
}

impl Drop for FirstPart {
    fn drop(&mut self) {
        // SAFETY: this value's own mapping.
        unsafe { libc::munmap(self.start.cast(), self.bytes) };
    }
}

pub(super) fn map(
    file: &File,
    offset: u64,
    address: usize,
    bytes: usize,
    flags: i32,
) -> Result<*mut u8, Refusal> {
    // SAFETY: a fixed place that is taken is refused, or given back where the kernel does
    // not know the flag.
    unsafe {
        let mapped = libc::mmap(
            with_exposed_provenance_mut(address),
            bytes,
            libc::PROT_READ | libc::PROT_WRITE,
            flags,
            file.as_raw_fd(),
            offset as libc::off_t,
        );
        if mapped == libc::MAP_FAILED {
            return Err(Refusal::Mapping(std::io::Error::last_os_error()));
        }
        if address != 0 && mapped.addr() != address {
            libc::munmap(mapped, bytes);
            return Err(Refusal::Mapping(std::io::Error::from_raw_os_error(libc::EEXIST)));
        }
        Ok(mapped.cast())
    }
}
