//! A model of the heap: what is in use, where, and what was written there.

use super::random::Random;
use krait::heap;
use std::{collections::BTreeMap, ops::Range, ptr::NonNull};

/// More blocks are not in use at once.
const BLOCKS: usize = 1500;

/// The blocks in use, by where they begin. Ends what is left when it is told to, not by itself.
#[derive(Default)]
pub(crate) struct Model(BTreeMap<usize, Block>);

struct Block {
    start: NonNull<u8>,
    size: usize,
    alignment: usize,
    /// What its bytes are made of.
    seed: u8,
    /// Whether it came by C's functions, whose blocks know their sizes.
    of_c: bool,
}

// SAFETY: a block is in one model's hands.
unsafe impl Send for Block {}

impl Model {
    /// Allocates, grows, shrinks and frees. There are more blocks for a while, then fewer, and so on.
    pub(crate) fn exercise(&mut self, random: &mut Random, operations: usize) {
        for operation in 0..operations {
            let grows = (operation / BLOCKS).is_multiple_of(2);
            let has_room = self.0.len() < BLOCKS;
            match random.below(10) {
                0..5 if has_room && (grows || self.0.is_empty()) => self.allocate(random),
                0..2 if has_room => self.allocate(random),
                0..7 => self.free(random),
                _ => self.resize(random),
            }
        }
        self.check();
    }

    /// Each block has what was written there.
    pub(crate) fn check(&self) {
        for block in self.0.values() {
            block.check(block.size);
        }
    }

    /// Each block is where it must be.
    pub(crate) fn lies_in(&self, is_allowed: impl Fn(Range<usize>) -> bool) {
        for (start, block) in &self.0 {
            let place = *start..start + block.size;
            assert!(is_allowed(place.clone()), "{place:x?} of {} bytes", block.size);
        }
    }

    /// Frees all.
    pub(crate) fn end(self) {
        self.0.into_values().for_each(Block::free);
    }

    fn allocate(&mut self, random: &mut Random) {
        let block = Block::new(random);
        self.insert(block);
    }

    fn free(&mut self, random: &mut Random) {
        if let Some(block) = self.take(random) {
            block.check(block.size);
            block.free();
        }
    }

    fn resize(&mut self, random: &mut Random) {
        if let Some(block) = self.take(random) {
            let block = block.resized(size(random), random);
            self.insert(block);
        }
    }

    /// Puts a block in, which shares no byte with another.
    fn insert(&mut self, block: Block) {
        let start = block.start.addr().get();
        let before = self.0.range(..=start).next_back();
        assert!(before.is_none_or(|(at, block)| at + block.size <= start), "the block before");
        let after = self.0.range(start..).next();
        assert!(after.is_none_or(|(at, _)| start + block.size <= *at), "the block after");
        self.0.insert(start, block);
    }

    /// Takes a random block out.
    fn take(&mut self, random: &mut Random) -> Option<Block> {
        let (first, last) = (*self.0.first_key_value()?.0, *self.0.last_key_value()?.0);
        let from = first + random.below(last - first + 1);
        let key = *self.0.range(from..).next()?.0;
        self.0.remove(&key)
    }
}

impl Block {
    fn new(random: &mut Random) -> Self {
        let (size, of_c, seed) = (size(random), random.below(3) == 0, random.below(256) as u8);
        let alignment = match random.below(8) {
            0 if !of_c => 1 << random.below(14),
            _ => 16,
        };
        let zeroed = random.below(4) == 0;
        let start = match (of_c, zeroed) {
            (false, false) => heap::allocate(size, alignment),
            (false, true) => heap::allocate_zeroed(size, alignment),
            // SAFETY: the call has no preconditions.
            (true, false) => unsafe { libc::malloc(size).cast() },
            // SAFETY: as above.
            (true, true) => unsafe { libc::calloc(size, 1).cast() },
        };
        let start = NonNull::new(start).expect("memory");
        assert_eq!(start.addr().get() % alignment, 0, "{size} bytes, {alignment}");
        let block = Self { start, size, alignment, seed, of_c };
        if zeroed {
            // SAFETY: a block in use; zeros are bytes.
            let bytes = unsafe { std::slice::from_raw_parts(start.as_ptr(), size) };
            assert!(bytes.iter().all(|byte| *byte == 0), "{size} bytes");
        }
        block.fill();
        block
    }

    fn resized(mut self, size: usize, random: &mut Random) -> Self {
        self.check(self.size);
        let old = self.start.as_ptr();
        // SAFETY: the block is in use, and was allocated so.
        let start = unsafe {
            match self.of_c {
                true => libc::realloc(old.cast(), size).cast(),
                false => heap::reallocate(old, self.size, self.alignment, size),
            }
        };
        self.start = NonNull::new(start).expect("memory");
        assert_eq!(start.addr() % self.alignment, 0);
        self.check(self.size.min(size));
        (self.size, self.seed) = (size, random.below(256) as u8);
        self.fill();
        self
    }

    fn free(self) {
        // SAFETY: the block is in use, and ends here.
        unsafe {
            match self.of_c {
                true => libc::free(self.start.as_ptr().cast()),
                false => heap::free(self.start.as_ptr()),
            }
        }
    }

    fn fill(&self) {
        if self.of_c {
            // SAFETY: a block in use.
            let usable = unsafe { libc::malloc_usable_size(self.start.as_ptr().cast()) };
            assert!(usable >= self.size, "{usable} of {}", self.size);
        }
        // SAFETY: a block of that size, in nobody else's hands.
        let bytes = unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr(), self.size) };
        bytes.iter_mut().enumerate().for_each(|(at, byte)| *byte = self.byte(at));
    }

    /// Its first bytes are those that were written.
    fn check(&self, size: usize) {
        // SAFETY: a block of that size or more, which was filled.
        let bytes = unsafe { std::slice::from_raw_parts(self.start.as_ptr(), size) };
        let wrong = bytes.iter().enumerate().find(|(at, byte)| **byte != self.byte(*at));
        assert_eq!(wrong, None, "{size} bytes at {:?}", self.start);
    }

    /// No two blocks of other seeds, and no two places of one block, are alike for long.
    fn byte(&self, at: usize) -> u8 {
        (at.wrapping_mul(167) >> 3) as u8 ^ self.seed
    }
}

/// Mostly small, sometimes some megabytes, as an interpreter asks for memory.
fn size(random: &mut Random) -> usize {
    match random.below(200) {
        0 => 1 + random.below(3 << 20),
        1..10 => 1 + random.below(200 << 10),
        10..50 => 1 + random.below(16 << 10),
        _ => 1 + random.below(600),
    }
}
