//! Why a snapshot is not restored, and why none is made.

use std::{fmt, io};

/// Why a snapshot was not restored. The process then starts without one.
#[derive(Debug)]
pub enum Refusal {
    /// The user switched snapshots off.
    Off,
    /// There is none.
    Absent,
    /// An earlier attempt to make one failed.
    NoneMade,
    /// There is no folder to keep one in.
    NoFolder,
    /// The file cannot be read.
    Unreadable(io::Error),
    /// Another user could have written it.
    NotOwn,
    /// The linker gave this program no id.
    BuildUnknown,
    /// Another build of krait made it.
    OtherBuild,
    /// It was made on a processor with features that this one lacks.
    OtherProcessor,
    /// libc put the thread's variables elsewhere: another kernel, or other settings of libc.
    ThreadElsewhere,
    /// The fixed place of the stack is taken.
    StackTaken(io::Error),
    /// The heap's place is taken, or the kernel maps no file there.
    Mapping(io::Error),
    /// It was truncated or changed.
    Damaged(&'static str),
}

impl Refusal {
    /// Whether a snapshot made on this machine could be used instead.
    pub fn leaves_room(&self) -> bool {
        matches!(self, Self::Absent | Self::OtherProcessor | Self::ThreadElsewhere)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Off => formatter.write_str("snapshots are off"),
            Self::Absent => formatter.write_str("there is no snapshot"),
            Self::NoneMade => formatter.write_str("no snapshot could be made"),
            Self::NoFolder => formatter.write_str("there is no folder to keep a snapshot in"),
            Self::Unreadable(error) => write!(formatter, "the snapshot cannot be read: {error}"),
            Self::NotOwn => formatter.write_str("the snapshot's file is not this user's alone"),
            Self::BuildUnknown => formatter.write_str("this program has no build id"),
            Self::OtherBuild => formatter.write_str("the snapshot is another build's"),
            Self::OtherProcessor => {
                formatter.write_str("the snapshot needs a processor that can do more")
            }
            Self::ThreadElsewhere => {
                formatter.write_str("the thread's variables are not where the snapshot's were")
            }
            Self::StackTaken(error) => write!(formatter, "the stack's place is taken: {error}"),
            Self::Mapping(error) => write!(formatter, "the snapshot cannot be mapped: {error}"),
            Self::Damaged(what) => write!(formatter, "the snapshot is damaged: {what}"),
        }
    }
}

impl std::error::Error for Refusal {}

/// Why no snapshot was made of a process.
#[derive(Debug)]
pub enum Unfit {
    /// `/proc`, which the checks need, is not mounted.
    Proc(io::Error),
    /// The heap's place is taken, or memory is out.
    Heap(io::Error),
    /// This program cannot have a snapshot.
    Format(Refusal),
    /// The warm-up itself failed, with this message.
    WarmUp(String),
    /// The warm-up left a thread, which no snapshot keeps.
    Threads,
    /// The warm-up left a descriptor open, which no snapshot keeps.
    Descriptor(i32),
    /// The warm-up left memory that is not the heap's.
    Memory(String),
    /// A word points to memory that another process will not have.
    Pointer { holder: String, value: usize, target: String },
    /// Memory was left out that cannot be computed again.
    LeftOut(std::ops::Range<usize>),
    /// It could not be written.
    Write(io::Error),
}

impl fmt::Display for Unfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Proc(error) => write!(formatter, "/proc cannot be read: {error}"),
            Self::Heap(error) => write!(formatter, "the heap cannot be placed: {error}"),
            Self::Format(refusal) => refusal.fmt(formatter),
            Self::WarmUp(message) => formatter.write_str(message),
            Self::Threads => formatter.write_str("a thread was started while warming up"),
            Self::Descriptor(number) => {
                write!(formatter, "descriptor {number} was left open while warming up")
            }
            Self::Memory(mapping) => {
                write!(formatter, "memory beside the heap was kept while warming up: {mapping}")
            }
            Self::Pointer { holder, value, target } => write!(
                formatter,
                "{holder} points to {value:#x}, which will not be there again: {target}"
            ),
            Self::LeftOut(block) => write!(
                formatter,
                "the block at {:#x} of {} bytes would be left out, and cannot be computed again",
                block.start,
                block.len()
            ),
            Self::Write(error) => write!(formatter, "the snapshot cannot be written: {error}"),
        }
    }
}

impl std::error::Error for Unfit {}
