//! The heap of a process that holds an interpreter. It serves every allocation of Rust and libc, at
//! fixed addresses, so that a snapshot can keep it.
//!
//! Three ways by size: objects in slabs of one size each ([`slabs`]), larger blocks by
//! `dlmalloc` ([`blocks`]), and the largest in mappings of their own ([`mappings`]).
//!
//! A process that holds no interpreter (the watcher, the server, `krait --help`) and everything
//! allocated before [`activate`] uses a plain `dlmalloc` wherever the kernel puts it, for all but
//! the largest blocks, and so does an interpreter for which the fixed addresses are taken.

pub(crate) mod addresses;
mod apart;
mod blocks;
mod c_interface;
mod lock;
mod mappings;
mod outside;
mod processor;
mod slabs;

pub use apart::{Asked, Sort, Sorter};
pub(crate) use c_interface::__real_pthread_create;
pub(crate) use lock::is_threaded;

use addresses::{BLOCKS, LEFT_OUT, MAPPINGS, SLABS, SPARSE, is_heap};
use std::{
    cell::UnsafeCell,
    ops::Range,
    ptr::{copy_nonoverlapping, null_mut, write_bytes},
    sync::atomic::{AtomicBool, Ordering},
};

/// Blocks of this many bytes and more get mappings of their own, which go back to the
/// kernel when they are freed.
const LARGEST_BLOCK: usize = 1 << 20;

/// The same for zeroed memory, which comes from the kernel and costs nothing until it is touched.
const LARGEST_ZEROED: usize = 128 << 10;

/// How many regions a snapshot keeps.
pub const REGIONS: usize = 4;

/// The alignment of every block.
const ALIGNMENT: usize = 16;

struct Heap {
    slabs: slabs::Slabs,
    blocks: blocks::Blocks,
    mappings: mappings::Mappings,
    apart: apart::Apart,
    /// The plain heap, for allocations before the activation or instead of it.
    outside: outside::Outside,
}

struct Shared(UnsafeCell<Heap>);

// SAFETY: `locked` is the only access, and takes the lock where there are threads.
unsafe impl Sync for Shared {}

static HEAP: Shared = Shared(UnsafeCell::new(Heap {
    slabs: slabs::Slabs::new(),
    blocks: blocks::Blocks::new(),
    mappings: mappings::Mappings::new(),
    apart: apart::Apart::new(),
    outside: outside::Outside::new(),
}));

/// Whether allocations go to the fixed addresses.
static ACTIVE: AtomicBool = AtomicBool::new(false);

/// Whether a snapshot is being prepared. Then freed memory is wiped, so that the snapshot contains
/// no remains, and no block gets a separate mapping.
static PREPARING: AtomicBool = AtomicBool::new(false);

/// Whether nothing is to be looked at before a slab: the heap is active, no snapshot is being prepared,
/// and there is one thread.
static PLAIN: AtomicBool = AtomicBool::new(false);

/// Finds out again whether the heap is plain: one of the three has changed.
fn settle() {
    let is_plain = ACTIVE.load(Ordering::Relaxed)
        && !PREPARING.load(Ordering::Relaxed)
        && !lock::is_threaded();
    PLAIN.store(is_plain, Ordering::Relaxed);
}

/// From here on, memory comes from the fixed addresses.
///
/// # Errors
/// When they are taken: then all stays as it was.
pub fn activate() -> Result<(), std::io::Error> {
    locked(|heap| heap.slabs.reserve())?;
    ACTIVE.store(true, Ordering::Relaxed);
    settle();
    Ok(())
}

/// From here on, until [`freeze`], the heap is kept fit for a snapshot.
pub fn prepare() {
    PREPARING.store(true, Ordering::Relaxed);
    settle();
}

/// Whether a snapshot is being prepared.
pub(crate) fn is_preparing() -> bool {
    PREPARING.load(Ordering::Relaxed)
}

/// From here on, `sorter` decides which memory a snapshot need not keep as it is.
pub fn sort_by(sorter: Sorter) {
    locked(|heap| heap.apart.sort_by(sorter));
}

/// The blocks in use that a snapshot leaves out.
pub(crate) fn left_out() -> Vec<Range<usize>> {
    // The list is memory, too: not allocated while the heap is locked.
    let heap = HEAP.0.get();
    // SAFETY: the process has one thread while a snapshot is prepared.
    unsafe { (*heap).apart.left_out() }
}

/// The place of all that a snapshot leaves out.
pub(crate) fn place_of_left_out() -> Range<usize> {
    locked(|heap| heap.apart.used())[1].clone()
}

/// Keeps everything allocated so far in its place for good. Freeing it does nothing, and further
/// allocations use fresh pages. So a process that restores a snapshot, and has no memory beyond [`used`],
/// writes to few of its pages.
pub fn freeze() {
    PREPARING.store(false, Ordering::Relaxed);
    settle();
    locked(|heap| {
        heap.slabs.freeze();
        heap.blocks.freeze();
        heap.apart.freeze();
    });
}

/// Variables that a snapshot need not keep, because [`freeze`] makes them anew. Padding among them may
/// hold remains of the stack, which differ between two processes that did the same.
pub(crate) fn made_anew() -> Range<usize> {
    locked(|heap| heap.blocks.made_anew())
}

/// The memory in use, in whole pages: what a snapshot keeps.
pub fn used() -> [Range<usize>; REGIONS] {
    locked(|heap| {
        let [sparse, _] = heap.apart.used();
        [heap.slabs.used_table(), heap.slabs.used(), blocks::used(), sparse]
    })
}

/// The size of the object that holds `address`, and where it begins.
pub(crate) fn object_around(address: usize) -> Option<(usize, usize)> {
    locked(|heap| SLABS.contains(&address).then(|| heap.slabs.object_around(address)))
}

/// Allocates; null where there is no memory.
#[inline]
pub fn allocate(size: usize, alignment: usize) -> *mut u8 {
    if PLAIN.load(Ordering::Relaxed) && alignment <= ALIGNMENT {
        // SAFETY: there is one thread, and it does not come here from within the heap.
        let heap = unsafe { &mut *HEAP.0.get() };
        if let Some(object) = heap.slabs.allocate_again(size) {
            return object;
        }
    }
    allocate_anyhow(size, alignment)
}

#[inline(never)]
fn allocate_anyhow(size: usize, alignment: usize) -> *mut u8 {
    locked(|heap| {
        if !ACTIVE.load(Ordering::Relaxed) {
            // Returned to the kernel, so that a server does not stay as large as it once was.
            if size >= LARGEST_BLOCK {
                return heap.mappings.allocate(size, alignment);
            }
            // SAFETY: the alignment is a power of two: every caller's promise.
            return unsafe { heap.outside.allocate(size, alignment) };
        }
        if PREPARING.load(Ordering::Relaxed)
            && let Some(block) = heap.apart.allocate(size, alignment)
        {
            return block;
        }
        if let Some(class) = slabs::class_of(size, alignment) {
            return heap.slabs.allocate(class);
        }
        heap.allocate_large(size, alignment)
    })
}

/// Gives the kernel back what was freed, in a process whose heap is not active: a server that
/// answered a flood.
pub fn give_back() {
    locked(|heap| heap.outside.give_back());
}

/// Allocates zeros; null where there is no memory.
#[inline]
pub fn allocate_zeroed(size: usize, alignment: usize) -> *mut u8 {
    let may_map = ACTIVE.load(Ordering::Relaxed) && !PREPARING.load(Ordering::Relaxed);
    if size >= LARGEST_ZEROED && may_map {
        return locked(|heap| heap.mappings.allocate(size, alignment));
    }
    let pointer = allocate(size, alignment);
    // A mapping is fresh from the kernel.
    if !pointer.is_null() && !MAPPINGS.contains(&pointer.addr()) {
        // SAFETY: the memory was just allocated with that size.
        unsafe { write_bytes(pointer, 0, size) };
    }
    pointer
}

/// Frees what one of this module's functions allocated.
///
/// # Safety
/// It must be used no more, and not have been freed.
#[inline]
pub unsafe fn free(pointer: *mut u8) {
    if PLAIN.load(Ordering::Relaxed) && SLABS.contains(&pointer.addr()) {
        // SAFETY: as in `allocate`; the caller's promise.
        return unsafe { (*HEAP.0.get()).slabs.free(pointer, false) };
    }
    // SAFETY: the caller's promise.
    unsafe { free_anyhow(pointer) }
}

/// # Safety
/// As for [`free`].
#[inline(never)]
unsafe fn free_anyhow(pointer: *mut u8) {
    let address = pointer.addr();
    // SAFETY: the caller's promise; the address tells which part allocated it.
    locked(|heap| unsafe {
        if SLABS.contains(&address) {
            heap.slabs.free(pointer, PREPARING.load(Ordering::Relaxed));
        } else if BLOCKS.contains(&address) {
            heap.blocks.free(pointer, PREPARING.load(Ordering::Relaxed));
        } else if MAPPINGS.contains(&address) {
            heap.mappings.free(pointer);
        } else if SPARSE.contains(&address) || LEFT_OUT.contains(&address) {
            heap.apart.free(pointer);
        } else if !ACTIVE.load(Ordering::Relaxed) {
            heap.outside.free(pointer);
        }
        // Otherwise it is older than the interpreter. It stays, because a snapshot does not keep
        // that part of the heap.
    });
}

/// Allocates again and copies. Null if there is no memory; then the old block stays.
///
/// # Safety
/// As for [`free`]; `old_size` bytes must be readable.
#[inline]
pub unsafe fn reallocate(
    pointer: *mut u8,
    old_size: usize,
    alignment: usize,
    size: usize,
) -> *mut u8 {
    let address = pointer.addr();
    if SLABS.contains(&address) {
        let fits = locked(|heap| heap.slabs.object_around(address).1);
        if slabs::class_of(size, alignment).is_some_and(|class| slabs::size_of_class(class) == fits)
        {
            return pointer;
        }
    } else if BLOCKS.contains(&address) && alignment <= ALIGNMENT {
        if size > slabs::LARGEST && size < LARGEST_BLOCK {
            // SAFETY: a block in use, by the caller's promise.
            if let Some(moved) = locked(|heap| unsafe { heap.blocks.reallocate(pointer, size) }) {
                return moved;
            }
        }
    } else if MAPPINGS.contains(&address) && size >= LARGEST_BLOCK {
        // SAFETY: a mapping in use, by the caller's promise.
        let moved = locked(|heap| unsafe { heap.mappings.reallocate(pointer, size) });
        if !moved.is_null() {
            return moved;
        }
    }
    let fresh = allocate(size, alignment);
    if !fresh.is_null() {
        // SAFETY: both are at least that long, and the fresh one is apart from the old.
        unsafe {
            copy_nonoverlapping(pointer, fresh, old_size.min(size));
            free(pointer);
        }
    }
    fresh
}

impl Heap {
    #[cold]
    fn allocate_large(&mut self, size: usize, alignment: usize) -> *mut u8 {
        if size >= LARGEST_BLOCK && !PREPARING.load(Ordering::Relaxed) {
            return self.mappings.allocate(size, alignment);
        }
        self.blocks.allocate(size, alignment)
    }
}

/// How many bytes can be read from `pointer` on: at least 0, and at most a little more than the
/// requested size. For C, which does not keep sizes.
fn usable(pointer: *mut u8) -> usize {
    let address = pointer.addr();
    locked(|heap| {
        if SLABS.contains(&address) {
            let (start, size) = heap.slabs.object_around(address);
            size - (address - start)
        } else if MAPPINGS.contains(&address) {
            // SAFETY: a mapping in use.
            unsafe { mappings::usable(pointer) }
        } else {
            // SAFETY: a chunk of dlmalloc's, here or outside.
            unsafe { blocks::usable(pointer) }
        }
    })
}

#[inline]
fn locked<T>(work: impl FnOnce(&mut Heap) -> T) -> T {
    let _guard = lock::take();
    // SAFETY: this thread is the only one, or holds the lock; `work` allocates nothing.
    work(unsafe { &mut *HEAP.0.get() })
}

/// Maps zeros at exactly this place; false where it is taken or memory is out.
pub(crate) fn map_at(place: Range<usize>) -> Result<(), std::io::Error> {
    debug_assert!(is_heap(place.start));
    // SAFETY: the flag has the kernel refuse a place that is taken, and one that knows no
    // such flag takes the address as a hint only: then what it gave is given back.
    unsafe {
        let mapped = libc::mmap(
            std::ptr::with_exposed_provenance_mut(place.start),
            place.len(),
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE
                | libc::MAP_ANONYMOUS
                | libc::MAP_NORESERVE
                | libc::MAP_FIXED_NOREPLACE,
            -1,
            0,
        );
        if mapped == libc::MAP_FAILED {
            return Err(std::io::Error::last_os_error());
        }
        if mapped.addr() != place.start {
            libc::munmap(mapped, place.len());
            return Err(std::io::Error::from_raw_os_error(libc::EEXIST));
        }
    }
    Ok(())
}

/// The memory at an address of the heap. [`slabs`] get to memory by this function and [`address_of`]
/// alone, so that tests/miri can give them other memory.
#[inline(always)]
fn at(address: usize) -> *mut u8 {
    if address == 0 { null_mut() } else { std::ptr::with_exposed_provenance_mut(address) }
}

/// The address in the heap of memory that came from [`at`].
#[inline(always)]
fn address_of(pointer: *mut u8) -> usize {
    pointer.addr()
}
