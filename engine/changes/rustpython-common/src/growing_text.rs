//! A text that grows at its end without being copied each time.

use crate::str::{DeduceStrKind, StrKind};
use alloc::{boxed::Box, vec::Vec};
use core::{mem::ManuallyDrop, ptr::NonNull};
use rustpython_wtf8::{Wtf8, Wtf8Buf};

/// Below this length, in bytes, a text grows to just what it holds.
const SMALL: usize = 256;

/// A text's memory as a raw place, for `StrData`. It owns `spare` bytes behind the text.
pub(crate) fn place_of(text: Box<Wtf8>) -> NonNull<Wtf8> {
    NonNull::from(Box::leak(text))
}

/// Gives a text's memory back to a vector.
///
/// # Safety
///
/// `place` and `spare` come from `place_of` (with 0) or `grown`, and are not used again.
pub(crate) unsafe fn bytes_of(place: NonNull<Wtf8>, spare: u32) -> Vec<u8> {
    // SAFETY: the memory was a vector's or a box's of this length and capacity.
    unsafe {
        let length = place.as_ref().len();
        Vec::from_raw_parts(place.as_ptr().cast::<u8>(), length, length + spare as usize)
    }
}

/// Puts a text behind another, with room for an eighth more, so that the next one need not move
/// it. Returns the place, and the bytes that are spare.
pub(crate) fn grown(mut bytes: Vec<u8>, more: &Wtf8) -> (NonNull<Wtf8>, u32) {
    let length = bytes.len() + more.len();
    if length > bytes.capacity() {
        let room = if length < SMALL { 0 } else { length / 8 };
        bytes.reserve_exact(more.len() + room.min(u32::MAX as usize));
    }
    bytes.extend_from_slice(more.as_bytes());
    if bytes.capacity() - length > u32::MAX as usize {
        bytes.shrink_to_fit();
    }
    let spare = (bytes.capacity() - length) as u32;
    // SAFETY: two well-formed texts, one behind the other, are one.
    let mut text = ManuallyDrop::new(unsafe { Wtf8Buf::from_bytes_unchecked(bytes) });
    (NonNull::from(text.as_mut_slice()), spare)
}

/// Two texts in one, in memory that fits.
pub(crate) fn joined(first: &Wtf8, second: &Wtf8) -> Box<Wtf8> {
    let mut text = Wtf8Buf::with_capacity(first.len() + second.len());
    text.push_wtf8(first);
    text.push_wtf8(second);
    text.into_box()
}

/// What a text is, and how many characters it has.
pub(crate) fn measured(text: &Wtf8) -> (StrKind, usize) {
    let kind = text.str_kind();
    let characters = match kind {
        StrKind::Ascii => text.len(),
        _ => text.code_points().count(),
    };
    (kind, characters)
}

/// Whether a text has a surrogate: a byte ED, and one from A0 on. Nothing else has these two.
pub(crate) fn has_surrogates(text: &Wtf8) -> bool {
    // A block is looked at without an exit, so that the compiler takes many bytes at once.
    const BLOCK: usize = 256;
    let bytes = text.as_bytes();
    let seconds = bytes.get(1..).unwrap_or_default();
    bytes.chunks(BLOCK).zip(seconds.chunks(BLOCK)).any(|(firsts, seconds)| {
        let pairs = firsts.iter().zip(seconds);
        pairs.fold(false, |found, (first, second)| found | (*first == 0xED) & (*second >= 0xA0))
    })
}
