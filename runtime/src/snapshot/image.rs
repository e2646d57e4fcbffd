//! The format of a snapshot.
//!
//! ```text
//! page 0         Header
//! page 1 ...     Word, Word, ...     what changed in variables and thread-locals
//!                SignalAction, ...   which signals are handled, and how
//!                Piece, ...          where the following goes
//! next page ...  pages of the heap: mapped, not read; those all zero are left out
//! ```
//!
//! It is a separate file, or lies at the end of the program, where [`Trailer`] points to it.
//! Numbers are in native byte order, because only the build that wrote it reads it.

use super::{
    Refusal,
    processor::{FEATURE_WORDS, features, thread_control_block},
    program,
    restore::restore,
};
use crate::heap::{self, addresses::PAGE};
use std::{fs::File, io, mem::MaybeUninit, ops::Range, os::unix::fs::FileExt};

const MAGIC: [u8; 8] = *b"krait\x00s1";

#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Header {
    pub magic: [u8; 8],
    /// The checksum of the header, with 0 for this word, and of everything before the first piece.
    pub checksum: u64,
    /// The whole length, in bytes.
    pub bytes: u64,
    pub build: [u8; program::BUILD_ID_BYTES],
    pub unused: u32,
    /// The processor's features that must be there.
    pub features: [u32; FEATURE_WORDS],
    /// The address of the interpreter thread's control block.
    pub control_block: u64,
    /// The address of the root that the snapshot's maker named.
    pub root: u64,
    pub words: u64,
    pub signals: u64,
    /// How much memory was left out, in bytes.
    pub left_out: u64,
    pub pieces: u64,
    /// The regions of the heap: address and length, in bytes.
    pub regions: [[u64; 2]; heap::REGIONS],
}

/// A run of pages of the heap.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Piece {
    pub address: u64,
    pub bytes: u64,
    /// Where it lies in the snapshot; with [`IN_FIRST`], in the one that this one was made over.
    pub offset: u64,
}

/// In the offset of a [`Piece`]: it is the same as in the snapshot that this one was made over.
pub(super) const IN_FIRST: u64 = 1 << 63;

/// A word that differs from its value in a process that has just started.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Word {
    pub address: u64,
    pub value: u64,
}

/// How a signal is treated.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct SignalAction {
    pub signal: u64,
    pub action: libc::sigaction,
}

/// How long a [`Trailer`] is.
pub const TRAILER_BYTES: u64 = size_of::<Trailer>() as u64;

/// The last bytes of a program that has a snapshot attached.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Trailer {
    magic: [u8; 8],
    /// Where the snapshot begins in the file, a multiple of a page.
    offset: u64,
}

impl Trailer {
    /// For a snapshot that begins at `offset`.
    pub(super) fn new(offset: u64) -> Self {
        Self { magic: MAGIC, offset }
    }

    pub(super) fn to_bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&self.magic);
        bytes[8..].copy_from_slice(&self.offset.to_le_bytes());
        bytes
    }
}

/// The last bytes of a program that has a second snapshot attached. It was made over the first, and shares
/// its pages. What lies between the second and these bytes is its maker's.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct SecondTrailer {
    /// Where the file would end without the second.
    first_end: u64,
    /// Where the second begins in the file, a multiple of a page.
    offset: u64,
    /// How long it is.
    bytes: u64,
}

/// How long the end of a program is that has a second snapshot.
pub(super) const SECOND_TRAILER_BYTES: usize = 32;

const SECOND_MAGIC: [u8; 8] = *b"krait\x00s2";

impl SecondTrailer {
    /// For a snapshot of `bytes` at `offset`, in a file that ends at `first_end` without it.
    pub(super) fn new(first_end: u64, offset: u64, bytes: u64) -> Self {
        Self { first_end, offset, bytes }
    }

    pub(super) fn to_bytes(self) -> [u8; SECOND_TRAILER_BYTES] {
        let mut bytes = [0; SECOND_TRAILER_BYTES];
        let words = [u64::from_le_bytes(SECOND_MAGIC), self.first_end, self.offset, self.bytes];
        for (place, word) in bytes.chunks_exact_mut(8).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    /// Where what the maker noted lies, in a file of `length` bytes.
    pub(super) fn notes(&self, length: u64) -> Range<u64> {
        self.offset + self.bytes..length - SECOND_TRAILER_BYTES as u64
    }

    /// That of a file of `length` bytes; none where there is no second snapshot.
    pub(super) fn of(file: &File, length: u64) -> Option<Self> {
        let mut bytes = [0; SECOND_TRAILER_BYTES];
        let end = length.checked_sub(SECOND_TRAILER_BYTES as u64)?;
        file.read_exact_at(&mut bytes, end).ok()?;
        let (words, _) = bytes.as_chunks::<8>();
        let [magic, first_end, offset, bytes] = *words else { return None };
        let [first_end, offset, bytes] = [first_end, offset, bytes].map(u64::from_le_bytes);
        let is_inside = first_end <= offset
            && offset % PAGE as u64 == 0
            && offset.checked_add(bytes).is_some_and(|last| last <= end);
        (magic == SECOND_MAGIC && is_inside).then_some(Self { first_end, offset, bytes })
    }
}

impl Header {
    /// For a snapshot of this process.
    pub(super) fn of_this_process(root: usize) -> Result<Self, Refusal> {
        Ok(Self {
            magic: MAGIC,
            checksum: 0,
            bytes: 0,
            build: program::build_id().ok_or(Refusal::BuildUnknown)?,
            unused: 0,
            features: features(),
            control_block: thread_control_block() as u64,
            root: root as u64,
            words: 0,
            signals: 0,
            left_out: 0,
            pieces: 0,
            regions: heap::used().map(|region| [region.start as u64, region.len() as u64]),
        })
    }

    /// How many bytes come before the pieces: whole pages.
    pub(super) fn read_bytes(&self) -> usize {
        let parts = [
            (self.words, size_of::<Word>()),
            (self.signals, size_of::<SignalAction>()),
            (self.pieces, size_of::<Piece>()),
        ];
        let bytes = parts.iter().fold(0_usize, |sum, (count, size)| {
            sum.saturating_add((*count as usize).saturating_mul(*size))
        });
        PAGE.saturating_add(bytes).checked_next_multiple_of(PAGE).unwrap_or(usize::MAX)
    }

    /// The checksum of the header alone: what the checksum of the rest begins with.
    pub(super) fn own_checksum(&self) -> u64 {
        let header = Self { checksum: 0, ..*self };
        // SAFETY: the fields fill the structure (see below), so every byte has a value.
        let bytes = unsafe {
            std::slice::from_raw_parts((&raw const header).cast::<u8>(), size_of::<Self>())
        };
        checksum(0, bytes)
    }

    /// Whether this process may restore the snapshot. `bytes` of it exist.
    pub(super) fn check(&self, bytes: u64) -> Result<(), Refusal> {
        self.check_origin(bytes)?;
        if self.control_block != thread_control_block() as u64 {
            return Err(Refusal::ThreadElsewhere);
        }
        Ok(())
    }

    /// Whether it is complete, from this build, and fit for this processor.
    fn check_origin(&self, bytes: u64) -> Result<(), Refusal> {
        if self.magic != MAGIC {
            return Err(Refusal::Damaged("it does not begin as one"));
        }
        if Some(self.build) != program::build_id() {
            return Err(Refusal::OtherBuild);
        }
        // The checksum was not verified yet, so nothing else here is trusted.
        if self.bytes != bytes || self.read_bytes() as u64 > bytes {
            return Err(Refusal::Damaged("its length is not what it says"));
        }
        if self.features.iter().zip(features()).any(|(needed, there)| needed & !there != 0) {
            return Err(Refusal::OtherProcessor);
        }
        Ok(())
    }
}

const _: () = assert!(
    size_of::<Header>()
        == 9 * 8 + program::BUILD_ID_BYTES + 4 + 4 * FEATURE_WORDS + 16 * heap::REGIONS
);

/// A snapshot's place: a file, where in it, and how long.
#[derive(Debug)]
pub struct Place {
    pub(super) file: File,
    pub(super) offset: u64,
    pub(super) bytes: u64,
    /// Where in the file the snapshot begins that this one was made over: see [`IN_FIRST`].
    pub(super) first: u64,
}

impl Place {
    /// At the end of the program's own file.
    ///
    /// # Errors
    /// When there is none, or the program's file cannot be read.
    pub fn attached() -> Result<Self, Refusal> {
        Self::attached_to(program::open_own_file().map_err(|_| Refusal::Absent)?)
    }

    /// At the end of a program's file.
    pub(super) fn attached_to(file: File) -> Result<Self, Refusal> {
        let length = file.metadata().map_err(Refusal::Unreadable)?.len();
        let length = SecondTrailer::of(&file, length).map_or(length, |second| second.first_end);
        let mut bytes = [0; size_of::<Trailer>()];
        let end = length.saturating_sub(bytes.len() as u64);
        file.read_exact_at(&mut bytes, end).map_err(|_| Refusal::Absent)?;
        let (magic, offset) = bytes.split_at(8);
        if magic != MAGIC {
            return Err(Refusal::Absent);
        }
        let offset = u64::from_le_bytes(offset.try_into().unwrap_or_default());
        if offset % PAGE as u64 != 0 || offset > end {
            return Err(Refusal::Damaged("its place in the program is none"));
        }
        Ok(Self { file, offset, bytes: end - offset, first: offset })
    }

    /// The second snapshot of this program: see [`super::second_trailer`].
    ///
    /// # Errors
    /// When there is none, or the program's file cannot be read.
    pub fn second() -> Result<Self, Refusal> {
        let file = program::open_own_file().map_err(|_| Refusal::Absent)?;
        let length = file.metadata().map_err(Refusal::Unreadable)?.len();
        let SecondTrailer { offset, bytes, .. } =
            SecondTrailer::of(&file, length).ok_or(Refusal::Absent)?;
        let first = Self::attached_to(file)?;
        Ok(Self { offset, bytes, ..first })
    }

    /// Writes all of it to `target`. Returns how many bytes that are.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub fn copy_to(&self, target: &mut impl io::Write) -> io::Result<u64> {
        const AT_ONCE: usize = 1 << 20;
        let mut buffer = vec![0; AT_ONCE];
        let mut done = 0;
        while done < self.bytes {
            let most = usize::try_from(self.bytes - done).unwrap_or(AT_ONCE).min(AT_ONCE);
            self.file.read_exact_at(&mut buffer[..most], self.offset + done)?;
            target.write_all(&buffer[..most])?;
            done += most as u64;
        }
        Ok(done)
    }

    /// Checks by its header whether a process of this build, on this processor, can restore the
    /// snapshot. Returns its length in bytes.
    ///
    /// # Errors
    /// Why it could not.
    pub fn check(&self) -> Result<u64, Refusal> {
        let header = self.header()?;
        header.check_origin(self.bytes)?;
        Ok(header.bytes)
    }

    /// Gives this process the state of the snapshot's maker, and returns the root that the maker
    /// named. On an error, nothing has changed.
    ///
    /// # Errors
    /// Why this process cannot restore it.
    pub fn take_up(&self) -> Result<usize, Refusal> {
        restore(self)
    }

    pub(super) fn header(&self) -> Result<Header, Refusal> {
        let mut header = MaybeUninit::<Header>::uninit();
        // SAFETY: every field takes any bytes; what was not read is not looked at.
        unsafe {
            let bytes = std::slice::from_raw_parts_mut(
                header.as_mut_ptr().cast::<u8>(),
                size_of::<Header>(),
            );
            self.file.read_exact_at(bytes, self.offset).map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => Refusal::Damaged("it is too short"),
                _ => Refusal::Unreadable(error),
            })?;
            Ok(header.assume_init())
        }
    }
}

/// A checksum of `bytes`, continued from another result. It detects accidental damage, and takes a
/// microsecond for the part of a snapshot that is read.
pub(super) fn checksum(begun: u64, bytes: &[u8]) -> u64 {
    /// An odd number without a pattern: 2^64 divided by the golden ratio.
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = bytes.as_chunks::<8>();
    let rest = rest.iter().map(|byte| u64::from(*byte));
    words
        .iter()
        .map(|word| u64::from_le_bytes(*word))
        .chain(rest)
        .fold(begun, |sum, word| (sum ^ word).wrapping_mul(FACTOR).rotate_left(29))
}
