//! The kernel's time for a page of memory on this machine. Most of a start from the snapshot
//! consists of this.

use anyhow::{Result, ensure};
use std::{fs::File, os::fd::AsRawFd, path::Path, ptr::null_mut, time::Instant};

const PAGE: usize = 4096;
const PAGES: usize = 1024;
/// Pages that are touched lie this far apart, as those of a start do.
const APART: usize = 4;

/// Measures and prints the table of page costs; `file` is any large one.
pub(crate) fn run(file: &Path) -> Result<()> {
    let file = File::open(file)?;
    println!("| a page of memory | |\n| --- | --- |");
    let write = |page: *mut u8| {
        // SAFETY: a page of the mapping that is measured.
        unsafe { page.write_volatile(page.read_volatile().wrapping_add(1)) }
    };
    let read = |page: *mut u8| {
        // SAFETY: as above.
        let _ = unsafe { page.read_volatile() };
    };
    println!("| of a file, read (16 are mapped at once) | {} |", measure(Some(&file), read)?);
    println!("| of a file, copied when it is written to | {} |", measure(Some(&file), write)?);
    println!("| fresh | {} |\n", measure(None, write)?);
    Ok(())
}

/// The median of what touching a page takes.
fn measure(file: Option<&File>, touch: impl Fn(*mut u8)) -> Result<String> {
    let mut times = Vec::new();
    for _ in 0..9 {
        let bytes = PAGES * APART * PAGE;
        let (descriptor, kind) =
            file.map_or((-1, libc::MAP_ANONYMOUS), |file| (file.as_raw_fd(), 0));
        // SAFETY: a new mapping, which is used below only.
        let start = unsafe {
            let protection = libc::PROT_READ | libc::PROT_WRITE;
            libc::mmap(null_mut(), bytes, protection, libc::MAP_PRIVATE | kind, descriptor, 0)
        };
        ensure!(start != libc::MAP_FAILED, "no memory");
        let begun = Instant::now();
        for page in 0..PAGES {
            touch(start.cast::<u8>().wrapping_add(page * APART * PAGE));
        }
        times.push(begun.elapsed());
        // SAFETY: this function's own mapping.
        unsafe { libc::munmap(start, bytes) };
    }
    times.sort();
    Ok(format!("{:.2} µs", times[times.len() / 2].as_secs_f64() * 1e6 / PAGES as f64))
}
