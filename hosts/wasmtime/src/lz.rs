//! The packing of a module's memory: what `runtime/src/exports/unpack.rs` unpacks, at a
//! gigabyte a second, before the module does anything else.
//!
//! Memory is a row of steps. Each copies some bytes as they are (literals), then goes over zeros,
//! or copies bytes that were at a certain distance before. Its token has two bits for what it
//! does, two for the number of literals, four for the number of the other bytes less 2; where
//! there is no room for a number, the rest of it is among the lengths, seven bits a byte. Tokens,
//! literals, lengths, and the bytes of distances lie apart: so they are compressed better by who
//! sends the module.

const ZEROS: u8 = 1;
const TWO_BYTES: u8 = 2;
const THREE_BYTES: u8 = 3;

const GREATEST_LITERALS: usize = 3;
const GREATEST_SIZE: usize = 15;
const SMALLEST_SIZE: usize = 2;

/// What is longer is copied as a whole: other ways to get there are not looked at.
const LONG: usize = 64;
const LONGEST: usize = 4096;
/// How many earlier places are looked at for each byte.
const DEPTH: usize = 256;
/// Zeros need not be found elsewhere.
const MANY_ZEROS: usize = 16;

// What a part of a step costs, in bits, once the module is compressed by brotli: about what was
// measured of each, the token's a little more, since each takes time when memory is unpacked.
const LITERAL_COST: u32 = 5;
const TOKEN_COST: u32 = 6;
const LENGTH_COST: u32 = 5;
const TWO_BYTES_COST: u32 = 12;
const THREE_BYTES_COST: u32 = 16;

/// Memory, packed.
#[derive(Default)]
pub(super) struct Packed {
    pub tokens: Vec<u8>,
    pub literals: Vec<u8>,
    pub lengths: Vec<u8>,
    /// From the lowest to the highest.
    pub distances: [Vec<u8>; 3],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Literal,
    Zeros,
    Copy { distance: u32 },
}

/// The cheapest way known to get to a place.
#[derive(Clone, Copy)]
struct Way {
    /// In bits.
    cost: u32,
    from: u32,
    step: Step,
    /// The last distance.
    distance: u32,
    /// How many literals were the last steps.
    literals: u32,
}

/// Packs `memory`, by the cheapest steps that it finds.
pub(super) fn pack(memory: &[u8]) -> Packed {
    let mut packed = Packed::default();
    let (mut literals, mut last) = (0..0, 0);
    for (from, to, step) in steps(memory) {
        if step == Step::Literal {
            literals = if literals.is_empty() { from..to } else { literals.start..to };
            continue;
        }
        let kind = match step {
            Step::Copy { distance } if distance != last => {
                last = distance;
                let bytes = distance.to_le_bytes();
                let kind = if distance < 1 << 16 { TWO_BYTES } else { THREE_BYTES };
                for (part, byte) in packed.distances.iter_mut().zip(&bytes[..kind.into()]) {
                    part.push(*byte);
                }
                kind
            }
            Step::Zeros => ZEROS,
            _ => 0,
        };
        let literals_part = packed.part_of(literals.len(), GREATEST_LITERALS);
        let size_part = packed.part_of(to - from - SMALLEST_SIZE, GREATEST_SIZE);
        packed.tokens.push(kind << 6 | literals_part << 4 | size_part);
        packed.literals.extend(&memory[literals]);
        literals = 0..0;
    }
    debug_assert!(literals.is_empty(), "memory ends in zeros");
    packed
}

impl Packed {
    /// What a token has of a length; the rest is put among the lengths.
    fn part_of(&mut self, length: usize, greatest: usize) -> u8 {
        if let Some(mut more) = length.checked_sub(greatest) {
            while more >= 128 {
                self.lengths.push(more as u8 | 128);
                more >>= 7;
            }
            self.lengths.push(more as u8);
        }
        length.min(greatest) as u8
    }
}

/// The steps over `memory`, in order: from where, to where, and which.
fn steps(memory: &[u8]) -> Vec<(usize, usize, Step)> {
    let end = memory.len();
    let unknown = Way { cost: u32::MAX, from: 0, step: Step::Literal, distance: 0, literals: 0 };
    let mut ways = vec![unknown; end + 1];
    ways[0].cost = 0;
    let mut earlier = Earlier::new(end);
    let mut zeros_end = 0;
    for at in 0..end {
        let way = ways[at];
        let mut go = |size: usize, bits: u32, step: Step| {
            let (distance, literals) = match step {
                Step::Literal => (way.distance, way.literals + 1),
                Step::Zeros => (way.distance, 0),
                Step::Copy { distance } => (distance, 0),
            };
            let cost = way.cost + bits;
            if cost < ways[at + size].cost {
                ways[at + size] = Way { cost, from: at as u32, step, distance, literals };
            }
        };
        let more = u32::from(way.literals + 1 == GREATEST_LITERALS as u32);
        go(1, LITERAL_COST + LENGTH_COST * more, Step::Literal);
        if zeros_end <= at {
            zeros_end = at + memory[at..].iter().take_while(|byte| **byte == 0).count();
        }
        let zeros = zeros_end - at;
        for size in sizes(SMALLEST_SIZE, zeros) {
            go(size, step_bits(size), Step::Zeros);
        }
        if zeros < MANY_ZEROS {
            let mut longest = 0;
            if way.distance > 0 {
                longest = common(memory, at - way.distance as usize, at);
                for size in sizes(SMALLEST_SIZE, longest) {
                    go(size, step_bits(size), Step::Copy { distance: way.distance });
                }
            }
            for place in earlier.places(memory, at).take(DEPTH) {
                let distance = (at - place) as u32;
                if distance >= 1 << 24 || longest >= LONGEST {
                    break;
                }
                if memory.get(place + longest) != memory.get(at + longest) {
                    continue;
                }
                let size = common(memory, place, at);
                let bits = if distance < 1 << 16 { TWO_BYTES_COST } else { THREE_BYTES_COST };
                for size in sizes(longest.max(SMALLEST_SIZE) + 1, size) {
                    go(size, step_bits(size) + bits, Step::Copy { distance });
                }
                longest = longest.max(size);
            }
            earlier.add(memory, at);
        }
    }
    let mut found = Vec::new();
    let mut to = end;
    while to > 0 {
        let from = ways[to].from as usize;
        found.push((from, to, ways[to].step));
        to = from;
    }
    found.reverse();
    found
}

/// The sizes to be tried for a step that can be `longest`.
fn sizes(shortest: usize, longest: usize) -> impl Iterator<Item = usize> {
    (shortest..longest.min(LONG)).chain((longest >= shortest).then_some(longest))
}

fn step_bits(size: usize) -> u32 {
    match (size - SMALLEST_SIZE).checked_sub(GREATEST_SIZE) {
        None => TOKEN_COST,
        Some(more) => TOKEN_COST + LENGTH_COST * (1 + more.max(1).ilog2() / 7),
    }
}

/// How many bytes are the same from two places on.
fn common(memory: &[u8], one: usize, other: usize) -> usize {
    let pairs = memory[one..].iter().zip(&memory[other..]);
    pairs.take(LONGEST).take_while(|(one, other)| one == other).count()
}

/// Where the same four bytes were before.
struct Earlier {
    last: Vec<u32>,
    before: Vec<u32>,
}

impl Earlier {
    const BITS: u32 = 18;
    const NONE: u32 = u32::MAX;

    fn new(size: usize) -> Self {
        Self { last: vec![Self::NONE; 1 << Self::BITS], before: vec![Self::NONE; size] }
    }

    fn key(memory: &[u8], at: usize) -> Option<usize> {
        let bytes = memory[at..].first_chunk()?;
        Some((u32::from_le_bytes(*bytes).wrapping_mul(0x9e37_79b1) >> (32 - Self::BITS)) as usize)
    }

    /// The places, the nearest first, and some that only look so.
    fn places(&self, memory: &[u8], at: usize) -> impl Iterator<Item = usize> {
        let known = |place: u32| (place != Self::NONE).then_some(place);
        let first = Self::key(memory, at).and_then(|key| known(self.last[key]));
        std::iter::successors(first, move |place| known(self.before[*place as usize]))
            .map(|place| place as usize)
    }

    fn add(&mut self, memory: &[u8], at: usize) {
        if let Some(key) = Self::key(memory, at) {
            self.before[at] = std::mem::replace(&mut self.last[key], at as u32);
        }
    }
}
