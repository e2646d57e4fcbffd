//! Small objects: slabs of 32 KiB or of a page, if that is larger, each cut into objects of one size.
//!
//! A slab's data is in a separate table, and unused objects are not touched. So a page costs
//! nothing until its first object is handed out.

use super::{address_of, at, map_at};
use crate::heap::addresses::{PAGE, SLAB_TABLE, SLABS, whole_pages};
use std::{io, ops::Range, ptr::null_mut};

/// The largest object, in bytes.
pub(crate) const LARGEST: usize = 8 << 10;

/// A slab's pages are its own.
const SLAB_BYTES: usize = if PAGE > 32 << 10 { PAGE } else { 32 << 10 };

/// Memory is taken from the kernel for this many bytes of slabs at once.
const STEP: usize = 1 << 20;

/// Empty slabs beyond these give their pages back to the kernel.
const EMPTY_KEPT: usize = 16;

/// Multiples of 16 bytes up to this, then four sizes for each doubling.
const LINEAR: usize = 512;
const LINEAR_CLASSES: usize = LINEAR / 16;
const CLASSES: usize = LINEAR_CLASSES + 4 * (LARGEST / LINEAR).ilog2() as usize;

/// No slab.
const NONE: u32 = u32::MAX;

/// What is known of a slab.
struct Slab {
    /// The first of the freed objects, each of which holds the address of the next.
    free: *mut u8,
    /// Where the objects begin that were never handed out, from the slab's start.
    untouched: u32,
    /// How many objects are handed out.
    used: u32,
    size: u32,
    /// The neighbours in the list of slabs of this class that have room.
    next: u32,
    previous: u32,
    class: u8,
    /// Whether it is in that list, or the one that objects are taken from. That one counts itself as
    /// an object in use, so that its last object can end without a look.
    listed: bool,
}

/// The slabs of one size.
#[derive(Clone, Copy)]
struct Class {
    /// The slab that objects are taken from.
    current: u32,
    /// The first of the others that have room.
    roomy: u32,
}

pub(super) struct Slabs {
    classes: [Class; CLASSES],
    /// How many slabs there are, in use or empty.
    made: u32,
    /// How many of them have memory behind them.
    backed: u32,
    /// Slabs before this one belong to a snapshot.
    frozen: u32,
    /// The first of the empty slabs, linked by `next`.
    empty: u32,
    empty_count: usize,
}

/// The class of objects for a request, or none where it is too large.
#[inline]
pub(super) fn class_of(size: usize, alignment: usize) -> Option<usize> {
    if alignment <= 16 {
        if size <= LINEAR {
            return Some((size.max(1) - 1) / 16);
        }
        return (size <= LARGEST).then(|| geometric_class(size));
    }
    // A power of two lies at a multiple of itself: slabs do, and objects fill them evenly.
    let size = size.max(alignment).next_power_of_two();
    (size <= LARGEST).then(|| if size <= LINEAR { (size - 1) / 16 } else { geometric_class(size) })
}

/// The class of a size above [`LINEAR`].
fn geometric_class(size: usize) -> usize {
    let last = size - 1;
    let doubling = last.ilog2();
    let quarter = (last >> (doubling - 2)) & 3;
    LINEAR_CLASSES + 4 * (doubling - LINEAR.ilog2()) as usize + quarter
}

pub(super) const fn size_of_class(class: usize) -> usize {
    if class < LINEAR_CLASSES {
        return 16 * (class + 1);
    }
    let (doubling, quarter) = ((class - LINEAR_CLASSES) / 4, (class - LINEAR_CLASSES) % 4);
    (LINEAR << doubling) / 4 * (5 + quarter)
}

impl Slabs {
    pub(super) const fn new() -> Self {
        Self {
            classes: [Class { current: NONE, roomy: NONE }; CLASSES],
            made: 0,
            backed: 0,
            frozen: 0,
            empty: NONE,
            empty_count: 0,
        }
    }

    /// Takes the table and the first slabs from the kernel.
    pub(super) fn reserve(&mut self) -> io::Result<()> {
        if self.backed == 0 {
            map_at(SLAB_TABLE)?;
            map_at(SLABS.start..SLABS.start + STEP)?;
            self.backed = (STEP / SLAB_BYTES) as u32;
        }
        Ok(())
    }

    #[inline]
    pub(super) fn allocate(&mut self, class: usize) -> *mut u8 {
        let current = self.classes[class].current;
        if current != NONE {
            let slab = slab(current);
            let freed = slab.free;
            if !freed.is_null() {
                // SAFETY: a freed object holds the address of the next, or null.
                slab.free = unsafe { freed.cast::<*mut u8>().read() };
                slab.used += 1;
                return freed;
            }
            if let Some(object) = slab.take_untouched(current) {
                return object;
            }
        }
        self.allocate_elsewhere(class)
    }

    /// A small object that was in use before, if the current slab of its class has one: what most
    /// allocations get.
    #[inline(always)]
    pub(super) fn allocate_again(&mut self, size: usize) -> Option<*mut u8> {
        let class = size.checked_sub(1)? / 16;
        if class >= LINEAR_CLASSES || self.classes[class].current == NONE {
            return None;
        }
        let current = self.classes[class].current;
        let slab = slab(current);
        let freed = slab.free;
        if freed.is_null() {
            return None;
        }
        // SAFETY: a freed object holds the address of the next, or null.
        slab.free = unsafe { freed.cast::<*mut u8>().read() };
        slab.used += 1;
        Some(freed)
    }

    /// Makes another slab the current one.
    #[cold]
    fn allocate_elsewhere(&mut self, class: usize) -> *mut u8 {
        let next = match self.classes[class].roomy {
            NONE => self.fresh(class),
            roomy => {
                self.unlist(roomy);
                Some(roomy)
            }
        };
        let Some(next) = next else { return null_mut() };
        let before = std::mem::replace(&mut self.classes[class].current, next);
        if before != NONE {
            // It is full: all its objects are in use.
            let slab = slab(before);
            slab.used -= 1;
            slab.listed = false;
        }
        let slab = slab(next);
        slab.used += 1;
        slab.listed = true;
        self.allocate(class)
    }

    /// An empty slab for a class, or none where memory is out.
    fn fresh(&mut self, class: usize) -> Option<u32> {
        let index = if self.empty == NONE {
            if self.made == self.backed {
                let end = self.backed as usize * SLAB_BYTES + SLABS.start;
                if end == SLABS.end || map_at(end..end + STEP).is_err() {
                    return None;
                }
                self.backed += (STEP / SLAB_BYTES) as u32;
            }
            self.made += 1;
            self.made - 1
        } else {
            let index = self.empty;
            self.empty = slab(index).next;
            self.empty_count -= 1;
            index
        };
        *slab(index) = Slab {
            free: null_mut(),
            untouched: 0,
            used: 0,
            size: size_of_class(class) as u32,
            next: NONE,
            previous: NONE,
            class: class as u8,
            listed: false,
        };
        Some(index)
    }

    /// # Safety
    /// `object` must be in use, and used no more.
    #[inline(always)]
    pub(super) unsafe fn free(&mut self, object: *mut u8, wipe: bool) {
        let index = ((address_of(object) - SLABS.start) / SLAB_BYTES) as u32;
        if index < self.frozen {
            return;
        }
        let slab = slab(index);
        // SAFETY: the object is at least as large as an address.
        unsafe {
            if wipe {
                object.write_bytes(0, slab.size as usize);
            }
            object.cast::<*mut u8>().write(slab.free);
        }
        slab.free = object;
        slab.used -= 1;
        if !slab.listed || slab.used == 0 {
            self.has_room(index);
        }
    }

    /// A slab that is not the current one got room, or became empty.
    #[cold]
    fn has_room(&mut self, index: u32) {
        let slab = slab(index);
        let class = slab.class as usize;
        debug_assert_ne!(self.classes[class].current, index);
        if slab.used > 0 {
            let next = self.classes[class].roomy;
            slab.listed = true;
            slab.previous = NONE;
            slab.next = next;
            if next != NONE {
                self::slab(next).previous = index;
            }
            self.classes[class].roomy = index;
            return;
        }
        if slab.listed {
            self.unlist(index);
        }
        let slab = self::slab(index);
        if self.empty_count >= EMPTY_KEPT {
            // SAFETY: no object of the slab is in use.
            unsafe { libc::madvise(start_of(index).cast(), SLAB_BYTES, libc::MADV_DONTNEED) };
        }
        slab.next = self.empty;
        self.empty = index;
        self.empty_count += 1;
    }

    fn unlist(&mut self, index: u32) {
        let (next, previous, class) = {
            let slab = slab(index);
            slab.listed = false;
            (slab.next, slab.previous, slab.class as usize)
        };
        if next != NONE {
            slab(next).previous = previous;
        }
        if previous == NONE {
            self.classes[class].roomy = next;
        } else {
            slab(previous).next = next;
        }
    }

    /// Where the object around an address begins, and its size.
    pub(super) fn object_around(&self, address: usize) -> (usize, usize) {
        let index = (address - SLABS.start) / SLAB_BYTES;
        let (start, size) = (SLABS.start + index * SLAB_BYTES, slab(index as u32).size as usize);
        // A slab that never was in use has no size.
        (address - (address - start).checked_rem(size).unwrap_or(0), size)
    }

    /// Sets all slabs aside: see [`super::freeze`].
    pub(super) fn freeze(&mut self) {
        self.classes = Self::new().classes;
        self.empty = NONE;
        self.empty_count = 0;
        self.frozen = self.made;
        // The first slab after these gets memory of its own, not a file's.
        self.backed = self.made;
    }

    pub(super) fn used_table(&self) -> Range<usize> {
        let bytes = self.made as usize * size_of::<Slab>();
        SLAB_TABLE.start..SLAB_TABLE.start + whole_pages(bytes)
    }

    pub(super) fn used(&self) -> Range<usize> {
        SLABS.start..SLABS.start + self.made as usize * SLAB_BYTES
    }
}

impl Slab {
    #[inline]
    fn take_untouched(&mut self, index: u32) -> Option<*mut u8> {
        let end = self.untouched + self.size;
        if end as usize > SLAB_BYTES {
            return None;
        }
        // SAFETY: within the slab.
        let object = unsafe { start_of(index).add(self.untouched as usize) };
        self.untouched = end;
        self.used += 1;
        Some(object)
    }
}

#[inline]
fn start_of(index: u32) -> *mut u8 {
    at(SLABS.start + index as usize * SLAB_BYTES)
}

/// A slab's entry in the table.
#[inline(always)]
fn slab<'a>(index: u32) -> &'a mut Slab {
    let entry = at(SLAB_TABLE.start).cast::<Slab>();
    // SAFETY: the table has an entry for every slab, zeros at first, which are a valid
    // one; only who holds the heap's lock comes here, and uses one entry at a time.
    unsafe { &mut *entry.add(index as usize) }
}

const _: () = assert!(
    size_of::<Slab>() * (SLABS.end - SLABS.start) / SLAB_BYTES <= SLAB_TABLE.end - SLAB_TABLE.start
);
const _: () = assert!(size_of_class(CLASSES - 1) == LARGEST);
