//! Memory that was packed for a module, unpacked as the module does it.

use crate::{lz, random::Random, unpack::Packed};

/// Zeros after the memory; and room after these, as unpacking writes up to 7 bytes too many.
const MARGIN: usize = 8;

/// Packs memory, and unpacks it into zeros.
fn unpacked(memory: &[u8]) -> Vec<u8> {
    // As `pack.rs` has it: memory ends in zeros.
    let ended = [memory, &[0; MARGIN]].concat();
    let lz::Packed { tokens, literals, lengths, distances: [low, middle, high] } = lz::pack(&ended);
    let parts = [&tokens, &literals, &lengths, &low, &middle, &high];
    // One behind the other, as in a module: what is read too far is the next part's.
    let mut packed: Vec<u8> = parts.into_iter().flatten().copied().collect();
    packed.resize(packed.len() + MARGIN, 0);
    let mut target = vec![0; memory.len() + 2 * MARGIN];
    let mut at = packed.as_ptr();
    let starts = parts.map(|part| {
        let start = at;
        at = at.wrapping_add(part.len());
        start
    });
    let [tokens, literals, lengths, low, middle, high] = starts;
    let memory_start = target.as_mut_ptr();
    let header = Packed {
        memory: memory_start,
        tokens,
        tokens_end: literals,
        literals,
        lengths,
        low,
        middle,
        high,
    };
    // SAFETY: the parts are as `lz::pack` makes them, and the target has room.
    unsafe { header.unpack() };
    target.truncate(memory.len());
    target
}

#[test]
fn unpack_gives_what_was_packed() {
    let mut random = Random::new(14);
    let mut memory = vec![0; 40];
    memory.extend(b"the same words, the same words, the same words");
    memory.extend((0..60).map(|_| random.below(256) as u8));
    memory.extend([0; 70]);
    for _ in 0..8 {
        let start = random.below(memory.len() - 20);
        let length = random.below(40);
        let again: Vec<u8> = memory[start..].iter().take(length).copied().collect();
        memory.extend(again);
        memory.extend((0..random.below(5)).map(|_| random.below(256) as u8));
    }
    memory.extend([7; 100]);
    memory.push(1);
    assert_eq!(unpacked(&memory), memory);
}

#[test]
fn unpack_of_little() {
    for memory in [&b"x"[..], b"abcabcabc"] {
        assert_eq!(unpacked(memory), memory);
    }
}
