//! Makes a snapshot of this process.

use super::{
    Place, Refusal, Unfit,
    image::{Header, IN_FIRST, Piece, SignalAction, Word, checksum},
    inspect::{self, Surroundings},
    left_out, processor, program,
    restore::{FirstPart, map},
    thread::STACK,
};
use crate::heap::{
    self,
    addresses::{PAGE, whole_pages},
};
use std::{
    fs::File,
    hash::RandomState,
    io,
    mem::MaybeUninit,
    ops::Range,
    os::unix::fs::FileExt,
    ptr::{null, null_mut, with_exposed_provenance, with_exposed_provenance_mut},
};

/// How many runs of pages the heap may have.
const MOST_PIECES: usize = 4096;

/// The number of signals that Linux knows.
const SIGNALS: i32 = 64;

/// The state of a process before the warm-up. A snapshot keeps what differs from it later.
pub struct Base {
    variables: Vec<(Range<usize>, Scratch)>,
    signals: Vec<libc::sigaction>,
    surroundings: Surroundings,
    /// From here on up, the stack was in use before the warm-up, and is after it. What the warm-up had
    /// below is gone; padding in the heap may still hold its addresses.
    frame: usize,
    /// Room for all that can differ.
    changed: Scratch,
}

impl Base {
    /// Notes the state of this process, whose thread has the fixed stack. All further allocations
    /// come from the heap at its fixed addresses.
    ///
    /// # Errors
    /// When no snapshot of this process can be made.
    pub fn note() -> Result<Self, Unfit> {
        let mut base = Self::with_room()?;
        heap::prepare();
        base.copy_variables();
        heap::activate().map_err(Unfit::Heap)?;
        Ok(base)
    }

    /// As [`Self::note`], for a snapshot over the one at `first`: gives this process its state, and the
    /// root that its maker named.
    ///
    /// # Errors
    /// When no snapshot of this process can be made.
    pub fn note_over(first: &Place) -> Result<(Self, usize), Unfit> {
        let mut base = Self::with_room()?;
        // rustix notes what the kernel told of this process alone, the first time that it needs it, as here.
        rustix::thread::sched_getcpu();
        fix_keys_of_maps();
        // SAFETY: this process ends with the load, and returns to no function of C.
        unsafe { processor::forget_frame_guard() };
        // From here on nothing is allocated, so that only what the first snapshot changes changes.
        base.copy_variables();
        let root = first.take_up().map_err(Unfit::Format)?;
        heap::prepare();
        Ok((base, root))
    }

    /// The state of this process, without its variables.
    fn with_room() -> Result<Self, Unfit> {
        Header::of_this_process(0).map_err(Unfit::Format)?;
        let ranges: Vec<_> = variables().collect();
        let words: usize = ranges.iter().map(|range| range.len() / size_of::<u64>()).sum();
        let signals = SIGNALS as usize * size_of::<SignalAction>();
        let pieces = MOST_PIECES * size_of::<Piece>();
        let changed = Scratch::new(words * size_of::<Word>() + signals + pieces)?;
        let mut copies = Vec::with_capacity(ranges.len());
        for range in ranges {
            copies.push((range.clone(), Scratch::new(range.len())?));
        }
        let surroundings = Surroundings::note()?;
        let signals = (1..=SIGNALS).map(action_of).collect();
        Ok(Self { variables: copies, signals, surroundings, frame: 0, changed })
    }

    fn copy_variables(&mut self) {
        for (range, copy) in &mut self.variables {
            // SAFETY: the variables are the program's own, and as many bytes.
            unsafe {
                let from = with_exposed_provenance::<u8>(range.start);
                from.copy_to_nonoverlapping(copy.start, range.len());
            }
        }
    }

    /// Runs the warm-up, with nothing of the process's past in its registers or on its part of the
    /// stack.
    pub fn warm_up(&mut self, work: extern "C" fn()) {
        /// More than the process used of it before.
        const BYTES: usize = 1 << 20;
        wipe_unused_stack::<BYTES>();
        let here = 0_u8;
        self.frame = (&raw const here).expose_provenance();
        processor::call_with_clean_registers(work);
    }

    /// Writes what differs from the base to `file`. `root` is an address in the heap that the
    /// restoring process gets. Left-out memory is at the places `left_out`, which are sorted, and
    /// `fill` computes it. Returns the length in bytes.
    ///
    /// # Errors
    /// When something in the process would not exist in another one.
    pub fn write(
        self,
        root: usize,
        left_out: &[Range<usize>],
        fill: left_out::Fill,
        file: &File,
    ) -> Result<u64, Unfit> {
        self.surroundings.check_unchanged()?;
        left_out::set_fill(fill);
        inspect::check_left_out(left_out)?;
        self.write_pieces(root, None, file)
    }

    /// As [`Self::write`], after [`Self::note_over`] with the same `first`: pages that are as they were
    /// there are not written again.
    ///
    /// # Errors
    /// When something in the process would not exist in another one.
    pub fn write_over(self, root: usize, first: &Place, file: &File) -> Result<u64, Unfit> {
        self.surroundings.check_unchanged()?;
        self.surroundings.check_nothing_grew()?;
        let first = First::map(first).map_err(Unfit::Format)?;
        self.write_pieces(root, Some(&first), file)
    }

    fn write_pieces(
        mut self,
        root: usize,
        first: Option<&First>,
        file: &File,
    ) -> Result<u64, Unfit> {
        let mut header = Header::of_this_process(root).map_err(Unfit::Format)?;
        // From here on nothing is allocated, so that the heap and its tables are kept as of one
        // moment.
        let regions = heap::used();
        header.regions = regions.clone().map(|region| [region.start as u64, region.len() as u64]);
        header.left_out = heap::place_of_left_out().len() as u64;
        let next = self.note_changes(&mut header);
        let pieces = match first {
            None => note_pieces(&mut header, next, &regions)?,
            Some(first) => note_pieces_over(first, &mut header, next, &regions)?,
        };
        let first_part = self.changed.bytes(header.read_bytes() - PAGE);
        header.checksum = checksum(header.own_checksum(), first_part);
        let written = write_all(file, &header, first_part, pieces);
        // The checked data was collected before; only the report allocates.
        inspect::check_pointers(&self.surroundings, self.frame, &regions, self.words(&header))?;
        written.map_err(Unfit::Write)?;
        Ok(header.bytes)
    }

    /// Notes what differs from the base; returns the next free place.
    fn note_changes(&mut self, header: &mut Header) -> *mut Piece {
        let pointer_guard = processor::pointer_guard();
        let made_anew = heap::made_anew();
        let mut next = self.changed.start.cast::<Word>();
        for (range, before) in &self.variables {
            for offset in (0..range.len()).step_by(size_of::<u64>()) {
                let address = range.start + offset;
                if made_anew.contains(&address) {
                    continue;
                }
                // SAFETY: a word of this process's variables, and the same in the copy;
                // `changed` has room for them all.
                unsafe {
                    let value = with_exposed_provenance::<u64>(address).read_volatile();
                    let changed = value != before.start.add(offset).cast::<u64>().read();
                    if changed || Some(address) == pointer_guard {
                        next.write(Word { address: address as u64, value });
                        next = next.add(1);
                        header.words += 1;
                    }
                }
            }
        }
        let mut next = next.cast::<SignalAction>();
        for (signal, before) in (1..).zip(&self.signals) {
            let action = action_of(signal);
            if action.sa_sigaction != before.sa_sigaction || action.sa_flags != before.sa_flags {
                // SAFETY: `changed` has room for them all.
                unsafe {
                    next.write(SignalAction { signal: signal as u64, action });
                    next = next.add(1);
                }
                header.signals += 1;
            }
        }
        next.cast()
    }

    fn words(&self, header: &Header) -> &[Word] {
        // SAFETY: so many were written.
        unsafe { std::slice::from_raw_parts(self.changed.start.cast(), header.words as usize) }
    }
}

/// Notes at `next` the pages of the heap that are to be written, and where they go.
fn note_pieces<'a>(
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
fn note_pieces_over<'a>(
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
struct First {
    part: FirstPart,
    header: Header,
    start: *mut u8,
}

impl First {
    fn map(place: &Place) -> Result<Self, Refusal> {
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

/// All memory of this process that can change and is not in the heap: the program's variables and
/// this thread's.
fn variables() -> impl Iterator<Item = Range<usize>> {
    let (size, alignment) = program::thread_variables();
    let thread = processor::thread_locals(size, alignment, STACK.end);
    let whole_words = |range: Range<usize>| range.start.next_multiple_of(8)..range.end / 8 * 8;
    program::variables().chain(thread).map(whole_words)
}

/// Gives the maps that this thread makes from here on keys that are the same in each such process: where things lie
/// in a map depends on them. The standard library makes them of two random words of the thread, which are found
/// by their values.
fn fix_keys_of_maps() {
    /// Any numbers.
    const FIXED: [u64; 2] = [0x6b72_6169_7420_6d61, 0x7073_206f_6620_6974];
    // SAFETY: the two are plain words, as their sizes say, which the compiler compares.
    let made = unsafe { std::mem::transmute::<RandomState, [u64; 2]>(RandomState::new()) };
    let (size, alignment) = program::thread_variables();
    let [thread, _] = processor::thread_locals(size, alignment, STACK.end);
    for address in (thread.start.next_multiple_of(8)..thread.end / 8 * 8).step_by(size_of::<u64>())
    {
        let word = with_exposed_provenance_mut::<u64>(address);
        // SAFETY: a word of this thread's variables.
        let value = unsafe { word.read_volatile() };
        for (key, fixed) in made.into_iter().zip(FIXED) {
            // One of them is counted up for each map.
            if value == key || value == key.wrapping_add(1) {
                // SAFETY: as above. Any two words are keys.
                unsafe { word.write_volatile(fixed) };
            }
        }
    }
}

/// Clears what functions that returned a moment ago left on the stack, if a snapshot is being prepared: random
/// numbers would get into padding of objects.
pub fn wipe_remains() {
    /// They were not called deeper than this, in bytes.
    const BYTES: usize = 64 << 10;
    if heap::is_preparing() {
        wipe_unused_stack::<BYTES>();
    }
}

/// Clears so many bytes of the stack below the current frame, where functions that returned left data.
#[inline(never)]
fn wipe_unused_stack<const BYTES: usize>() {
    let mut unused = MaybeUninit::<[u8; BYTES]>::uninit();
    // SAFETY: a variable of this function's own.
    unsafe { unused.as_mut_ptr().cast::<u8>().write_bytes(0, BYTES) };
    std::hint::black_box(&unused);
}

fn action_of(signal: i32) -> libc::sigaction {
    let mut action = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: the call fills it; those few that libc keeps for itself stay all zero.
    unsafe {
        libc::sigaction(signal, null(), action.as_mut_ptr());
        action.assume_init()
    }
}

fn write_all(file: &File, header: &Header, first_part: &[u8], pieces: &[Piece]) -> io::Result<()> {
    // SAFETY: the header's fields fill it.
    let head = unsafe {
        std::slice::from_raw_parts((&raw const *header).cast::<u8>(), size_of::<Header>())
    };
    file.write_all_at(first_part, PAGE as u64)?;
    for piece in pieces.iter().filter(|piece| piece.offset & IN_FIRST == 0) {
        let start = with_exposed_provenance::<u8>(piece.address as usize);
        // SAFETY: memory in use by the heap.
        let bytes = unsafe { std::slice::from_raw_parts(start, piece.bytes as usize) };
        file.write_all_at(bytes, piece.offset)?;
    }
    file.set_len(header.bytes)?;
    file.write_all_at(head, 0)
}

/// Memory outside the heap.
struct Scratch {
    start: *mut u8,
    length: usize,
}

impl Scratch {
    fn new(length: usize) -> Result<Self, Unfit> {
        let length = whole_pages(length) + PAGE;
        // SAFETY: a new mapping, wherever the kernel puts it.
        let start = unsafe {
            let protection = libc::PROT_READ | libc::PROT_WRITE;
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            libc::mmap(null_mut(), length, protection, flags, -1, 0)
        };
        if start == libc::MAP_FAILED {
            return Err(Unfit::Heap(io::Error::last_os_error()));
        }
        Ok(Self { start: start.cast(), length })
    }

    fn bytes(&self, length: usize) -> &[u8] {
        // SAFETY: within the mapping, zeros where nothing was written.
        unsafe { std::slice::from_raw_parts(self.start, length.min(self.length)) }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // SAFETY: this value's own mapping.
        unsafe { libc::munmap(self.start.cast(), self.length) };
    }
}
