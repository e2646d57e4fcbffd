//! Checks that a snapshot will be complete in another process.

use super::{Unfit, image::Word, processor, program, symbols, thread::STACK};
use crate::heap::{self, addresses::is_heap};
use std::{fmt, fs, io, ops::Range, ptr::with_exposed_provenance};

/// The process's memory besides the heap and its variables. A snapshot keeps none of it.
pub(super) struct Surroundings {
    mappings: Vec<Mapping>,
    descriptors: Vec<i32>,
    /// One, or more where the processor is emulated: those are the emulator's.
    threads: usize,
}

struct Mapping {
    place: Range<usize>,
    /// Whether it holds nothing, as the page below a stack, which ends a process that uses too much of it.
    closed: bool,
    /// As `/proc` calls it; empty where it has no name.
    name: String,
}

impl Surroundings {
    pub(super) fn note() -> Result<Self, Unfit> {
        Ok(Self {
            mappings: mappings().map_err(Unfit::Proc)?,
            descriptors: descriptors(),
            threads: threads().map_err(Unfit::Proc)?,
        })
    }

    /// Refuses what the warm-up left behind: threads, descriptors, other memory.
    pub(super) fn check_unchanged(&self) -> Result<(), Unfit> {
        if threads().map_err(Unfit::Proc)? != self.threads || heap::is_threaded() {
            return Err(Unfit::Threads);
        }
        let more = descriptors().into_iter().find(|each| !self.descriptors.contains(each));
        if let Some(descriptor) = more {
            return Err(Unfit::Descriptor(descriptor));
        }
        let known = |place: &Range<usize>| {
            is_heap(place.start)
                || self.mappings.iter().any(|each| {
                    // The kernel may join neighbours.
                    each.place.start < place.end && place.start < each.place.end
                })
        };
        match mappings().map_err(Unfit::Proc)?.into_iter().find(|each| !known(&each.place)) {
            Some(mapping) => Err(Unfit::Memory(mapping.to_string())),
            None => Ok(()),
        }
    }

    /// Refuses memory that joins what was there before, as the kernel does with neighbours.
    pub(super) fn check_nothing_grew(&self) -> Result<(), Unfit> {
        let is_known = |place: &Range<usize>| {
            let mut known = place.start;
            let holds = |address| self.mappings.iter().find(|each| each.place.contains(&address));
            while known < place.end
                && let Some(each) = holds(known)
            {
                known = each.place.end;
            }
            is_heap(place.start) || known >= place.end
        };
        match mappings().map_err(Unfit::Proc)?.into_iter().find(|each| !is_known(&each.place)) {
            Some(mapping) => Err(Unfit::Memory(mapping.to_string())),
            None => Ok(()),
        }
    }

    /// The mapping that an address points into and that another process will not have.
    ///
    /// Nothing can be pointed to in closed memory, so a number that looks like an address there is another
    /// thing. Where qemu emulates the processor, the first stack begins at `0x55_0000_1000`, and a code
    /// object's two small numbers side by side, 8 and line 85, are an address in the page below.
    fn lost(&self, address: usize) -> Option<&Mapping> {
        self.mappings.iter().find(|mapping| !mapping.closed && mapping.place.contains(&address))
    }
}

/// Refuses a snapshot with a word that points to memory that another process will not have.
pub(super) fn check_pointers(
    surroundings: &Surroundings,
    frame: usize,
    pieces: &[Range<usize>],
    words: &[Word],
) -> Result<(), Unfit> {
    let stack = in_use_of_stack(frame);
    let is_lost = |value: usize| {
        stack.contains(&value) || !is_heap(value) && surroundings.lost(value).is_some()
    };
    for word in words {
        if is_lost(word.value as usize) {
            return Err(unfit(surroundings, word.address as usize, word.value as usize));
        }
    }
    // The first piece is the slab table, which holds only addresses of the heap.
    for piece in &pieces[1..] {
        for address in piece.clone().step_by(size_of::<usize>()) {
            // SAFETY: memory in use by the heap.
            let value = unsafe { with_exposed_provenance::<usize>(address).read() };
            // The kernel puts libc's first allocation (the first thread's variables) behind the
            // program, at an address below 2^32. Millions of words contain such a number by chance.
            // Larger words hardly do.
            if value > u32::MAX as usize && is_lost(value) {
                return Err(unfit(surroundings, address, value));
            }
        }
    }
    Ok(())
}

/// Refuses left-out memory that is not at one of the places `known`, which are sorted.
pub(super) fn check_left_out(known: &[Range<usize>]) -> Result<(), Unfit> {
    let is_known = |block: &Range<usize>| {
        known
            .binary_search_by_key(&block.start, |each| each.start)
            .is_ok_and(|at| &known[at] == block)
    };
    match heap::left_out().into_iter().find(|block| !is_known(block)) {
        Some(block) => Err(Unfit::LeftOut(block)),
        None => Ok(()),
    }
}

/// The part of the stack that functions use: from `frame` up to the thread's variables, which a
/// snapshot keeps.
///
/// Many words point to those variables. A byte that is written over the first of such a word, as the
/// tag of a value is, leaves the rest as padding: a number up to 255 bytes below them.
fn in_use_of_stack(frame: usize) -> Range<usize> {
    const BELOW_A_BYTE: usize = 1 << 8;
    let (size, alignment) = program::thread_variables();
    let [thread, _] = processor::thread_locals(size, alignment, STACK.end);
    frame..thread.start / BELOW_A_BYTE * BELOW_A_BYTE
}

fn unfit(surroundings: &Surroundings, address: usize, value: usize) -> Unfit {
    let target = match surroundings.lost(value) {
        _ if STACK.contains(&value) => "the interpreter's stack".to_owned(),
        Some(mapping) => mapping.to_string(),
        None => String::new(),
    };
    let named =
        |address: usize| symbols::at(address).map_or(String::new(), |name| format!(" {name}"));
    let holder = if !is_heap(address) {
        format!("the variable{} at {address:#x}", named(address))
    } else if let Some((start, size)) = heap::object_around(address) {
        // SAFETY: an object of the heap.
        let first = unsafe { with_exposed_provenance::<usize>(start).read() };
        let offset = address - start;
        format!(
            "{size} bytes at {start:#x} (the word at +{offset}; the first is {first:#x}{})",
            named(first)
        )
    } else {
        format!("a block around {address:#x}")
    };
    Unfit::Pointer { holder, value, target }
}

/// All mappings without the heap, the program and the stack, which will exist again or are checked
/// separately.
fn mappings() -> io::Result<Vec<Mapping>> {
    let program = program::extent();
    let text = fs::read_to_string("/proc/self/maps")?;
    let all = text.lines().filter_map(|line| {
        let (place, rest) = line.split_once(' ')?;
        let (start, end) = place.split_once('-')?;
        let closed = rest.starts_with("---");
        let number = |text| usize::from_str_radix(text, 16).ok();
        let name = rest.splitn(5, ' ').nth(4).unwrap_or("").trim().to_owned();
        Some(Mapping { place: number(start)?..number(end)?, closed, name })
    });
    Ok(all
        .filter(|mapping| {
            let start = mapping.place.start;
            let elsewhere = !is_heap(start) && !STACK.contains(&start) && !program.contains(&start);
            // The old system calls' page is at the same address in every process.
            elsewhere && mapping.name != "[vsyscall]"
        })
        .collect())
}

fn threads() -> io::Result<usize> {
    Ok(fs::read_dir("/proc/self/task")?.count())
}

/// The open descriptors that a function could have opened, and those of the instance.
fn descriptors() -> Vec<i32> {
    // SAFETY: the call only asks.
    (0..2048).filter(|each| unsafe { libc::fcntl(*each, libc::F_GETFD) } != -1).collect()
}

impl fmt::Display for Mapping {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Range { start, end } = &self.place;
        let name = if self.name.is_empty() { "unnamed memory" } else { &self.name };
        write!(formatter, "{name} at {start:#x}-{end:#x}")
    }
}
