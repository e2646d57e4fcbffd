//! Writing to the program's code.

use super::table::{NOTHING, Table};
use libc::c_void;
use std::{
    fs::File,
    io,
    ops::Range,
    os::unix::fs::FileExt,
    ptr::{null_mut, with_exposed_provenance, with_exposed_provenance_mut},
};

/// The lock prefix. [`NOTHING`] is in its place while it is removed.
const LOCK: u8 = 0xf0;

const PAGE: usize = 4096;

/// The size of a large page.
const LARGE_PAGE: usize = 2 << 20;

/// Writes a lock prefix to every place. If the process may not run code that it wrote, the kernel
/// writes it, as for a debugger.
pub(super) fn write(table: &Table) -> io::Result<()> {
    replace(table).or_else(|_| write_by_kernel(table))
}

/// Makes copies of the code with the prefixes, and moves them over the code. With large pages, this
/// takes half the time of writing in place, where the kernel copies each page. And code is never
/// writable where it runs.
fn replace(table: &Table) -> io::Result<()> {
    let mut addresses = table.addresses().peekable();
    for pages in stretches(table) {
        let copy = Copy::of(&pages)?;
        while let Some(address) = addresses.next_if(|address| pages.contains(address)) {
            // SAFETY: within the copy, which is nobody else's.
            unsafe {
                let place = copy.start.add(address - pages.start);
                match *place {
                    NOTHING => *place = LOCK,
                    LOCK => {}
                    _ => return Err(io::ErrorKind::InvalidData.into()),
                }
            }
        }
        copy.put_at(&pages)?;
    }
    Ok(())
}

/// The pages of code with places, joined to as few stretches as possible.
fn stretches(table: &Table) -> Vec<Range<usize>> {
    /// A stretch of code without a place is not copied if it is at least this long, in bytes.
    const FAR: usize = 256 << 10;
    let mut stretches = Vec::<Range<usize>>::new();
    for address in table.addresses() {
        let page = address & !(PAGE - 1);
        match stretches.last_mut() {
            Some(last) if page < last.end + FAR => last.end = page + PAGE,
            _ => stretches.push(page..page + PAGE),
        }
    }
    stretches
}

/// Memory for a copy of code.
struct Copy {
    mapped: *mut c_void,
    mapped_bytes: usize,
    /// At the same offset in a large page as the code, so that the kernel moves large pages whole.
    start: *mut u8,
}

impl Copy {
    /// A copy of the code in these pages.
    fn of(pages: &Range<usize>) -> io::Result<Self> {
        let mapped_bytes = pages.len() + LARGE_PAGE;
        // SAFETY: a new mapping, wherever the kernel puts it; the start is within it, and as much
        // behind that as the code is long, which can be read.
        unsafe {
            let protection = libc::PROT_READ | libc::PROT_WRITE;
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            let mapped = libc::mmap(null_mut(), mapped_bytes, protection, flags, -1, 0);
            if mapped == libc::MAP_FAILED {
                return Err(io::Error::last_os_error());
            }
            // Where the kernel has no large pages, it takes longer.
            libc::madvise(mapped, mapped_bytes, libc::MADV_HUGEPAGE);
            let off = pages.start.wrapping_sub(mapped.addr()) % LARGE_PAGE;
            let start = mapped.cast::<u8>().add(off);
            let from = with_exposed_provenance::<u8>(pages.start);
            from.copy_to_nonoverlapping(start, pages.len());
            Ok(Self { mapped, mapped_bytes, start })
        }
    }

    /// Moves the copy over the code in one system call, which returns to the copy.
    fn put_at(&self, pages: &Range<usize>) -> io::Result<()> {
        // SAFETY: the copy differs from the code in prefixes alone, by which every instruction
        // stays what it is. The process has one thread, and that is in the kernel meanwhile.
        unsafe {
            let protection = libc::PROT_READ | libc::PROT_EXEC;
            if libc::mprotect(self.start.cast(), pages.len(), protection) != 0 {
                return Err(io::Error::last_os_error());
            }
            let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
            let place = with_exposed_provenance_mut::<c_void>(pages.start);
            let moved = libc::mremap(self.start.cast(), pages.len(), pages.len(), flags, place);
            if moved == libc::MAP_FAILED { Err(io::Error::last_os_error()) } else { Ok(()) }
        }
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // SAFETY: this value's own mapping, or what is left around what was moved away.
        unsafe { libc::munmap(self.mapped, self.mapped_bytes) };
    }
}

fn write_by_kernel(table: &Table) -> io::Result<()> {
    let memory = File::options().write(true).open("/proc/self/mem")?;
    for address in table.addresses() {
        // SAFETY: the tool has made sure that there is code.
        match unsafe { with_exposed_provenance::<u8>(address).read_volatile() } {
            NOTHING => memory.write_all_at(&[LOCK], address as u64)?,
            LOCK => {}
            _ => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
    Ok(())
}
