//! The heap's slabs, in memory of a few megabytes instead of the kernel's, and its lock.

#[path = "../../../runtime/src/heap/lock.rs"]
mod lock;
#[path = "../../../runtime/src/heap/slabs.rs"]
#[allow(dead_code, unreachable_pub, reason = "what the rest of the heap uses")]
mod slabs;

use crate::random::Random;
use addresses::{SLAB_TABLE, SLABS};
use slabs::{Slabs, class_of, size_of_class};
use std::{
    alloc::Layout,
    cell::{Cell, UnsafeCell},
    io,
    ops::Range,
    ptr::null_mut,
    thread,
};

/// Addresses as `runtime/src/heap/addresses.rs` has them; smaller.
pub(crate) mod addresses {
    use std::ops::Range;

    pub(crate) const PAGE: usize = 4096;
    pub(crate) const SLAB_TABLE: Range<usize> = 0x1000_0000..0x1000_0000 + (16 << 10);
    pub(crate) const SLABS: Range<usize> = 0x2000_0000..0x2000_0000 + (4 << 20);

    pub(crate) const fn whole_pages(bytes: usize) -> usize {
        bytes.next_multiple_of(PAGE)
    }
}

thread_local! {
    /// Where the two places are in memory: each test is a thread, and has its own.
    static PLACES: Cell<[*mut u8; 2]> = const { Cell::new([null_mut(); 2]) };
}

/// Gives this test its memory, zeros as from the kernel.
fn slabs_of_their_own() -> Slabs {
    let place = |range: Range<usize>| {
        let layout = Layout::from_size_align(range.len(), 32 << 10).expect("a size");
        // SAFETY: the size is not zero.
        unsafe { std::alloc::alloc_zeroed(layout) }
    };
    PLACES.set([place(SLAB_TABLE), place(SLABS)]);
    let mut slabs = Slabs::new();
    slabs.reserve().expect("memory");
    slabs
}

/// Frees the memory of this test.
fn give_back() {
    for (place, range) in PLACES.get().into_iter().zip([SLAB_TABLE, SLABS]) {
        let layout = Layout::from_size_align(range.len(), 32 << 10).expect("a size");
        // SAFETY: it was allocated so, and is used no more.
        unsafe { std::alloc::dealloc(place, layout) };
    }
}

fn map_at(_place: Range<usize>) -> io::Result<()> {
    Ok(())
}

fn at(address: usize) -> *mut u8 {
    let [table, slabs] = PLACES.get();
    match SLABS.contains(&address) || address == SLABS.end {
        true => slabs.wrapping_add(address - SLABS.start),
        false => table.wrapping_add(address - SLAB_TABLE.start),
    }
}

fn address_of(pointer: *mut u8) -> usize {
    pointer.addr() - PLACES.get()[1].addr() + SLABS.start
}

/// What the heap does where a thread is expected; nothing here depends on it.
fn settle() {}

/// An object in use: where, and the byte that fills it.
struct Object {
    start: *mut u8,
    size: usize,
    byte: u8,
}

impl Object {
    fn new(slabs: &mut Slabs, size: usize, alignment: usize, byte: u8) -> Self {
        let class = class_of(size, alignment).expect("it is small");
        let again = (alignment <= 16).then(|| slabs.allocate_again(size)).flatten();
        let start = again.unwrap_or_else(|| slabs.allocate(class));
        assert!(!start.is_null() && size_of_class(class) >= size);
        assert_eq!(address_of(start) % alignment, 0);
        assert_eq!(slabs.object_around(address_of(start) + size - 1).0, address_of(start));
        // SAFETY: an object of that size.
        unsafe { start.write_bytes(byte, size) };
        Self { start, size, byte }
    }

    /// Ends it, if nothing else was written there meanwhile.
    fn free(self, slabs: &mut Slabs, wipe: bool) {
        // SAFETY: it is in use, and was filled.
        let bytes = unsafe { std::slice::from_raw_parts(self.start, self.size) };
        assert!(is_filled(bytes, self.byte), "another object is in its place");
        // SAFETY: it is used no more.
        unsafe { slabs.free(self.start, wipe) };
    }
}

/// Compared as a whole: Miri takes long for each byte.
fn is_filled(bytes: &[u8], byte: u8) -> bool {
    bytes == vec![byte; bytes.len()]
}

/// Random allocations and frees beside a list of what is in use.
fn exercise(slabs: &mut Slabs, random: &mut Random, steps: usize, wipe: bool) {
    const SIZES: [usize; 12] = [1, 8, 16, 17, 48, 64, 100, 512, 513, 1000, 4096, 8192];
    let mut objects: Vec<Object> = Vec::new();
    for step in 0..steps {
        // It grows, then it shrinks, and so on.
        let grows = step / 200 % 2 == 0;
        if objects.is_empty() || random.below(10) < if grows { 7 } else { 3 } {
            let size = SIZES[random.below(SIZES.len())];
            let alignment = [1, 8, 16, 16, 16, 64][random.below(6)];
            objects.push(Object::new(slabs, size, alignment, step as u8));
        } else {
            objects.swap_remove(random.below(objects.len())).free(slabs, wipe);
        }
    }
    for object in objects {
        object.free(slabs, wipe);
    }
}

#[test]
fn slabs_give_each_object_its_own_memory() {
    let (mut slabs, mut random) = (slabs_of_their_own(), Random::new(14));
    exercise(&mut slabs, &mut random, 2000, false);
    exercise(&mut slabs, &mut random, 1000, true);
    give_back();
}

#[test]
fn slabs_of_one_size_fill_and_empty() {
    let mut slabs = slabs_of_their_own();
    for size in [1024, 8192] {
        for _ in 0..2 {
            // More slabs than are kept when they are empty.
            let count = 20 * (32 << 10) / size;
            let objects: Vec<_> =
                (0..count).map(|number| Object::new(&mut slabs, size, 16, number as u8)).collect();
            for object in objects {
                object.free(&mut slabs, false);
            }
        }
    }
    give_back();
}

#[test]
fn slabs_that_are_frozen_are_never_written_again() {
    let (mut slabs, mut random) = (slabs_of_their_own(), Random::new(7));
    let kept: Vec<_> = (0..100).map(|byte| Object::new(&mut slabs, 48, 16, byte)).collect();
    slabs.freeze();
    let frozen = slabs.used();
    let object = Object::new(&mut slabs, 48, 16, 1);
    assert!(!frozen.contains(&address_of(object.start)));
    object.free(&mut slabs, false);
    for object in kept.iter().rev() {
        // SAFETY: it is read below, but not used.
        unsafe { slabs.free(object.start, true) };
    }
    exercise(&mut slabs, &mut random, 300, false);
    for object in &kept {
        // SAFETY: memory of a frozen slab, which was filled.
        let bytes = unsafe { std::slice::from_raw_parts(object.start, object.size) };
        assert!(is_filled(bytes, object.byte));
    }
    give_back();
}

/// What the lock guards.
struct Guarded(UnsafeCell<usize>);

// SAFETY: it is used by who holds the lock alone.
unsafe impl Sync for Guarded {}

#[test]
fn the_lock_lets_one_thread_in() {
    static COUNT: Guarded = Guarded(UnsafeCell::new(0));
    lock::expect_threads();
    assert!(lock::is_threaded());
    let count = || {
        for _ in 0..40 {
            let _guard = lock::take();
            // SAFETY: the lock is held.
            unsafe { *COUNT.0.get() += 1 };
        }
    };
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(count);
        }
    });
    let _guard = lock::take();
    // SAFETY: the lock is held.
    assert_eq!(unsafe { *COUNT.0.get() }, 120);
}
