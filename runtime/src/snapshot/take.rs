//! Makes a snapshot of this process.

mod pieces;
mod scratch;
mod traces;

pub use traces::wipe_remains;

use super::{
    Place, Unfit,
    image::{Header, IN_FIRST, Piece, SignalAction, Word, checksum},
    inspect::{self, Surroundings},
    left_out, processor, program,
    thread::STACK,
};
use crate::heap::{self, addresses::PAGE};
use pieces::{First, MOST_PIECES, note_pieces, note_pieces_over};
use scratch::Scratch;
use std::{
    fs::File,
    io,
    mem::MaybeUninit,
    ops::Range,
    os::unix::fs::FileExt,
    ptr::{null, with_exposed_provenance},
};
use traces::{fix_keys_of_maps, wipe_unused_stack};

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

/// All memory of this process that can change and is not in the heap: the program's variables and
/// this thread's.
fn variables() -> impl Iterator<Item = Range<usize>> {
    let (size, alignment) = program::thread_variables();
    let thread = processor::thread_locals(size, alignment, STACK.end);
    let whole_words = |range: Range<usize>| range.start.next_multiple_of(8)..range.end / 8 * 8;
    program::variables().chain(thread).map(whole_words)
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
