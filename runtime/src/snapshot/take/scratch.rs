//! Memory that is neither the heap's nor a variable, so that a snapshot of the process has none of it.

use crate::{
    heap::addresses::{PAGE, whole_pages},
    snapshot::Unfit,
};
use std::{io, ptr::null_mut};

/// Memory outside the heap.
pub(super) struct Scratch {
    pub(super) start: *mut u8,
    length: usize,
}

impl Scratch {
    pub(super) fn new(length: usize) -> Result<Self, Unfit> {
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

    pub(super) fn bytes(&self, length: usize) -> &[u8] {
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
