//! The pages of memory that a start touches. A zygote learns them from a child that practises a
//! start. Each process that it forks then takes them in a few calls, before it is told its
//! function. Otherwise they are 600 page faults while a caller waits.

use crate::{
    instance::{kernel, process, usage::page_bytes},
    python::{Interpreter, leave},
};
use rustix::process::{DumpableBehavior, set_dumpable_behavior};
use std::{
    env,
    fs::{self, DirBuilder, File},
    io::{self, Read, Write},
    ops::Range,
    os::unix::fs::{DirBuilderExt, FileExt},
};

/// An entry of `/proc/self/pagemap` (`proc_pid_pagemap(5)`): the page is there.
const PRESENT: u64 = 1 << 63;
/// The page belongs to a file.
const OF_FILE: u64 = 1 << 61;
/// No other process has the page.
const EXCLUSIVE: u64 = 1 << 56;

/// The pages that a start touches. Empty if the kernel does not tell.
#[derive(Debug, Default)]
pub(super) struct Pages {
    written: Vec<Range<usize>>,
    read: Vec<Range<usize>>,
}

impl Pages {
    /// Learns the pages from a child that practises a start. This process must have one thread.
    pub(super) fn of_a_start(interpreter: &Interpreter) -> Self {
        practised(interpreter).unwrap_or_default()
    }

    /// Takes them, in a process that was forked from the one that learned them.
    pub(super) fn take(&self) {
        for (ranges, advice) in
            [(&self.written, libc::MADV_POPULATE_WRITE), (&self.read, libc::MADV_POPULATE_READ)]
        {
            for range in ranges {
                // SAFETY: what is in the pages stays as it is. A kernel that cannot (Linux
                // before 5.14) leaves them to be faulted in.
                unsafe {
                    libc::madvise(
                        std::ptr::with_exposed_provenance_mut(range.start),
                        range.len(),
                        advice,
                    )
                };
            }
        }
    }

    fn encode(&self) -> Vec<u8> {
        let counts = [self.written.len()].into_iter();
        let ends = self.written.iter().chain(&self.read).flat_map(|range| [range.start, range.end]);
        counts.chain(ends).flat_map(usize::to_ne_bytes).collect()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (words, _) = bytes.as_chunks();
        let mut words = words.iter().map(|word| usize::from_ne_bytes(*word));
        let written = words.next()?;
        let ends: Vec<usize> = words.collect();
        let (pairs, _) = ends.as_chunks();
        let mut written_first: Vec<Range<usize>> =
            pairs.iter().map(|[start, end]| *start..*end).collect();
        let read = written_first.split_off(written.min(written_first.len()));
        Some(Self { written: written_first, read })
    }
}

fn practised(interpreter: &Interpreter) -> Option<Pages> {
    let (mut told, tell) = io::pipe().ok()?;
    let child = kernel::fork(|| {
        let pages = practise(interpreter).unwrap_or_default();
        let _ = (&tell).write_all(&pages.encode());
        leave(0)
    });
    let child = child.ok()?;
    drop(tell);
    let mut bytes = Vec::new();
    let read = told.read_to_end(&mut bytes);
    kernel::wait_for(child);
    read.ok().and_then(|_| Pages::decode(&bytes))
}

/// In the child: serves a function that does nothing, and reads which pages that touched.
fn practise(interpreter: &Interpreter) -> io::Result<Pages> {
    // Then its own `/proc` is its own to read.
    let _ = set_dumpable_behavior(DumpableBehavior::Dumpable);
    // What it prints is nobody's log.
    process::replace_output(&File::options().write(true).open("/dev/null")?);
    let mappings = fs::read_to_string("/proc/self/maps")?;
    let folder = env::temp_dir().join(format!("krait-{:016x}", rand::random::<u64>()));
    DirBuilder::new().mode(0o700).create(&folder)?;
    let rehearsed = interpreter.rehearse(&folder, 1);
    let _ = fs::remove_dir_all(&folder);
    rehearsed?;
    let entries = File::open("/proc/self/pagemap")?;
    let mut pages = Pages::default();
    for mapping in mappings.lines() {
        if let Some((range, writable)) = private(mapping) {
            look(&entries, range, writable, &mut pages)?;
        }
    }
    Ok(pages)
}

/// A mapping's addresses, and whether it is writable, from a line of `/proc/self/maps`; none if it
/// is shared, or the kernel's.
fn private(line: &str) -> Option<(Range<usize>, bool)> {
    let mut fields = line.split_ascii_whitespace();
    let (start, end) = fields.next()?.split_once('-')?;
    let permissions = fields.next()?;
    let is_kernels = line.ends_with("[vsyscall]") || line.ends_with("[vvar]");
    if !permissions.starts_with('r') || !permissions.ends_with('p') || is_kernels {
        return None;
    }
    let address = |text| usize::from_str_radix(text, 16).ok();
    Some((address(start)?..address(end)?, permissions.as_bytes().get(1) == Some(&b'w')))
}

fn look(entries: &File, range: Range<usize>, writable: bool, pages: &mut Pages) -> io::Result<()> {
    let page = page_bytes();
    let mut bytes = vec![0; range.len() / page * 8];
    entries.read_exact_at(&mut bytes, (range.start / page * 8) as u64)?;
    let (words, _) = bytes.as_chunks();
    for (index, word) in words.iter().enumerate() {
        let entry = u64::from_ne_bytes(*word);
        let start = range.start + index * page;
        if entry & PRESENT == 0 {
            continue;
        }
        let into = match (entry & OF_FILE != 0, entry & EXCLUSIVE != 0) {
            (true, _) => &mut pages.read,
            (false, true) if writable => &mut pages.written,
            // It was its parent's before, and was not written to.
            (false, _) => continue,
        };
        match into.last_mut() {
            Some(last) if last.end == start => last.end += page,
            _ => into.push(start..start + page),
        }
    }
    Ok(())
}
