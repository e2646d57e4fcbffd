//! Writing to the program's code.

use super::table::{PAGE, Table};
use std::{
    fs::File,
    io,
    ops::Range,
    os::unix::fs::FileExt,
    ptr::{with_exposed_provenance, with_exposed_provenance_mut},
};

/// The lock prefix.
const LOCK: u8 = 0xf0;

/// What stands in its place while it is out.
pub(super) const NOTHING: u8 = 0x3e;

/// Writes a lock prefix to every place. Where the process may not make its code writable, the
/// kernel writes it for the process, as it does for a debugger.
pub(super) fn write(table: &Table) -> io::Result<()> {
    let pages = table.pages();
    let written = protect(&pages, libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC)
        .and_then(|()| {
            populate(table);
            // SAFETY: the pages can be written to, and nothing else looks at them.
            let put = unsafe { put(table) };
            protect(&pages, libc::PROT_READ | libc::PROT_EXEC).and(put)
        });
    written.or_else(|_| write_by_kernel(table))
}

/// # Safety
/// The code can be written to, and the process has one thread.
unsafe fn put(table: &Table) -> io::Result<()> {
    for address in table.addresses() {
        let place = with_exposed_provenance_mut::<u8>(address);
        // SAFETY: the tool has made sure that there is code. One byte is written, and is a prefix
        // of one instruction before and after, which is none of this function's.
        unsafe {
            match place.read_volatile() {
                NOTHING => place.write_volatile(LOCK),
                LOCK => {}
                _ => return Err(io::ErrorKind::InvalidData.into()),
            }
        }
    }
    Ok(())
}

/// Has the kernel copy all pages that will be written to at once: a fault for each of them takes
/// longer. A kernel that cannot leaves them to their faults.
fn populate(table: &Table) {
    /// Linux 5.14; the libc crate has it for some of its targets.
    const POPULATE_WRITE: i32 = 23;
    let populate = |pages: Range<usize>| {
        // SAFETY: the pages are the program's code, and what they hold stays.
        unsafe { libc::madvise(with_exposed_provenance_mut(pages.start), pages.len(), POPULATE_WRITE) };
    };
    let mut run = 0..0;
    for address in table.addresses() {
        let page = address & !(PAGE - 1);
        if page >= run.end {
            if page > run.end {
                if !run.is_empty() {
                    populate(run.clone());
                }
                run.start = page;
            }
            run.end = page + PAGE;
        }
    }
    if !run.is_empty() {
        populate(run);
    }
}

fn protect(pages: &Range<usize>, protection: i32) -> io::Result<()> {
    // SAFETY: the program's code, which stays readable and can be run.
    match unsafe { libc::mprotect(with_exposed_provenance_mut(pages.start), pages.len(), protection) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

fn write_by_kernel(table: &Table) -> io::Result<()> {
    let memory = File::options().write(true).open("/proc/self/mem")?;
    for address in table.addresses() {
        // SAFETY: as in `put`.
        match unsafe { with_exposed_provenance::<u8>(address).read_volatile() } {
            NOTHING => memory.write_all_at(&[LOCK], address as u64)?,
            LOCK => {}
            _ => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
    Ok(())
}
