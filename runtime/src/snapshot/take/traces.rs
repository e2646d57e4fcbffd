//! What a process leaves in its memory by chance, which two snapshots of the same must not differ in.

use crate::{
    heap,
    snapshot::{processor, program, thread::STACK},
};
use std::{hash::RandomState, mem::MaybeUninit, ptr::with_exposed_provenance_mut};

/// Gives the maps that this thread makes from here on keys that are the same in each such process: where things lie
/// in a map depends on them. The standard library makes them of two random words of the thread, which are found
/// by their values.
pub(super) fn fix_keys_of_maps() {
    /// Any numbers.
    const FIXED: [u64; 2] = [0x6b72_6169_7420_6d61, 0x7073_206f_6620_6974];
    // SAFETY: the two are plain words, as their sizes say, which the compiler compares.
    let made = unsafe { std::mem::transmute::<RandomState, [u64; 2]>(RandomState::new()) };
    let (size, alignment) = program::thread_variables();
    let [thread, _] = processor::thread_locals(size, alignment, STACK.end);
    for address in (thread.start.next_multiple_of(8)..thread.end / 8 * 8).step_by(size_of::<u64>())
    {
        let word = with_exposed_provenance_mut::<u64>(address);
        // SAFETY: a word of this thread's variables.
        let value = unsafe { word.read_volatile() };
        for (key, fixed) in made.into_iter().zip(FIXED) {
            // One of them is counted up for each map.
            if value == key || value == key.wrapping_add(1) {
                // SAFETY: as above. Any two words are keys.
                unsafe { word.write_volatile(fixed) };
            }
        }
    }
}

/// Clears what functions that returned a moment ago left on the stack, if a snapshot is being prepared: random
/// numbers would get into padding of objects.
pub fn wipe_remains() {
    /// They were not called deeper than this, in bytes.
    const BYTES: usize = 64 << 10;
    if heap::is_preparing() {
        wipe_unused_stack::<BYTES>();
    }
}

/// Clears so many bytes of the stack below the current frame, where functions that returned left data.
#[inline(never)]
pub(super) fn wipe_unused_stack<const BYTES: usize>() {
    let mut unused = MaybeUninit::<[u8; BYTES]>::uninit();
    // SAFETY: a variable of this function's own.
    unsafe { unused.as_mut_ptr().cast::<u8>().write_bytes(0, BYTES) };
    std::hint::black_box(&unused);
}
