//! Stream ciphers: RC4, Salsa20, ChaCha20; and scrypt's mixing, which uses Salsa20.

use super::mode::exclusive_or;

/// A stream cipher in the middle of a message.
pub(super) enum Stream {
    Arc4 { state: Box<[u8; 256]>, at: u8, other: u8 },
    Blocks(Blocks),
}

/// A cipher whose key stream comes in blocks of 64 bytes.
#[derive(Clone)]
pub(super) struct Blocks {
    kind: Kind,
    /// What the blocks are made of, but for their number.
    state: [u32; 16],
    /// The byte of the key stream that is next.
    position: u128,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Salsa,
    /// With a number of so many bits.
    ChaCha(u32),
}

const CONSTANTS: [[u32; 4]; 2] = [words(b"expand 16-byte k"), words(b"expand 32-byte k")];

const fn words<const WORDS: usize>(bytes: &[u8]) -> [u32; WORDS] {
    let mut words = [0; WORDS];
    let mut at = 0;
    while at < WORDS {
        let [one, two, three, four] =
            [bytes[4 * at], bytes[4 * at + 1], bytes[4 * at + 2], bytes[4 * at + 3]];
        words[at] = u32::from_le_bytes([one, two, three, four]);
        at += 1;
    }
    words
}

impl Stream {
    /// A cipher by its name; none for a key or nonce that it does not take.
    pub(super) fn new(name: &str, key: &[u8], nonce: &[u8]) -> Option<Self> {
        match name {
            "ARC4" if !key.is_empty() => {
                let mut state = Box::new([0_u8; 256]);
                for (value, place) in (0..).zip(state.iter_mut()) {
                    *place = value;
                }
                let mut other = 0_u8;
                for at in 0..256 {
                    other = other.wrapping_add(state[at]).wrapping_add(key[at % key.len()]);
                    state.swap(at, usize::from(other));
                }
                Some(Self::Arc4 { state, at: 0, other: 0 })
            }
            "Salsa20" if matches!(key.len(), 16 | 32) && nonce.len() == 8 => {
                let [low, high] = [words::<4>(key), words::<4>(&key[key.len() - 16..])];
                let [a, b, c, d] = CONSTANTS[usize::from(key.len() == 32)];
                let [first, second] = words::<2>(nonce);
                let state = [
                    a, low[0], low[1], low[2], low[3], b, first, second, 0, 0, c, high[0], high[1],
                    high[2], high[3], d,
                ];
                Some(Self::Blocks(Blocks { kind: Kind::Salsa, state, position: 0 }))
            }
            "ChaCha20" if key.len() == 32 && matches!(nonce.len(), 8 | 12) => {
                let mut state = chacha_state(key);
                for (place, word) in state[16 - nonce.len() / 4..].iter_mut().zip(nonce.chunks(4)) {
                    *place = words::<1>(word)[0];
                }
                let kind = Kind::ChaCha(if nonce.len() == 8 { 64 } else { 32 });
                Some(Self::Blocks(Blocks { kind, state, position: 0 }))
            }
            _ => None,
        }
    }

    /// Encrypts or decrypts what follows, in place. It fails if the key stream ends.
    pub(super) fn process(&mut self, data: &mut [u8]) -> bool {
        match self {
            Self::Arc4 { state, at, other } => {
                for byte in data {
                    *at = at.wrapping_add(1);
                    *other = other.wrapping_add(state[usize::from(*at)]);
                    state.swap(usize::from(*at), usize::from(*other));
                    let sum = state[usize::from(*at)].wrapping_add(state[usize::from(*other)]);
                    *byte ^= state[usize::from(sum)];
                }
                true
            }
            Self::Blocks(blocks) => blocks.process(data),
        }
    }

    /// Goes to a byte of the key stream.
    pub(super) fn seek(&mut self, position: u128) -> bool {
        match self {
            Self::Blocks(blocks) if position < blocks.end() => {
                blocks.position = position;
                true
            }
            _ => false,
        }
    }

    /// Whether there is so much more key stream.
    pub(super) fn has_room(&self, length: usize) -> bool {
        match self {
            Self::Arc4 { .. } => true,
            Self::Blocks(blocks) => blocks.position + length as u128 <= blocks.end(),
        }
    }

    /// Encrypts in place what is so many bytes ahead, and stays where it is.
    pub(super) fn process_ahead(&self, data: &mut [u8], offset: usize) -> bool {
        let Self::Blocks(blocks) = self else { return false };
        let mut ahead = blocks.clone();
        ahead.position += offset as u128;
        ahead.process(data)
    }

    /// Leaves out so many bytes of the key stream.
    pub(super) fn skip(&mut self, length: usize) -> bool {
        let fits = self.has_room(length);
        if let (Self::Blocks(blocks), true) = (self, fits) {
            blocks.position += length as u128;
        }
        fits
    }
}

impl Blocks {
    /// How many bytes there are.
    fn end(&self) -> u128 {
        match self.kind {
            Kind::Salsa | Kind::ChaCha(64) => 64 << 64,
            Kind::ChaCha(_) => 64 << 32,
        }
    }

    fn process(&mut self, mut data: &mut [u8]) -> bool {
        if self.position + data.len() as u128 > self.end() {
            return false;
        }
        while !data.is_empty() {
            let block = self.block((self.position / 64) as u64);
            let block = &block[(self.position % 64) as usize..];
            let size = block.len().min(data.len());
            let (now, rest) = data.split_at_mut(size);
            exclusive_or(now, block);
            self.position += size as u128;
            data = rest;
        }
        true
    }

    fn block(&self, number: u64) -> [u8; 64] {
        let mut state = self.state;
        let [low, high] = [number as u32, (number >> 32) as u32];
        match self.kind {
            Kind::Salsa => [state[8], state[9]] = [low, high],
            Kind::ChaCha(64) => [state[12], state[13]] = [low, high],
            Kind::ChaCha(_) => state[12] = low,
        }
        let mut mixed = state;
        match self.kind {
            Kind::Salsa => salsa(&mut mixed, 20),
            Kind::ChaCha(_) => chacha(&mut mixed),
        }
        bytes_of(std::array::from_fn(|at| mixed[at].wrapping_add(state[at])))
    }
}

fn chacha_state(key: &[u8]) -> [u32; 16] {
    let mut state = [0; 16];
    state[..4].copy_from_slice(&CONSTANTS[1]);
    state[4..12].copy_from_slice(&words::<8>(key));
    state
}

/// The key for the rest of an XChaCha20 nonce; none where a length is wrong.
pub(super) fn hchacha(key: &[u8], nonce: &[u8]) -> Option<Vec<u8>> {
    if key.len() != 32 || nonce.len() != 16 {
        return None;
    }
    let mut state = chacha_state(key);
    state[12..].copy_from_slice(&words::<4>(nonce));
    chacha(&mut state);
    let bytes = bytes_of(state);
    Some([&bytes[..16], &bytes[48..]].concat())
}

fn bytes_of(words: [u32; 16]) -> [u8; 64] {
    let mut bytes = [0; 64];
    for (place, word) in bytes.chunks_exact_mut(4).zip(words) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}

fn chacha(state: &mut [u32; 16]) {
    let mut quarter = |[a, b, c, d]: [usize; 4]| {
        for [one, two, three, turns] in [[a, b, d, 16], [c, d, b, 12], [a, b, d, 8], [c, d, b, 7]] {
            state[one] = state[one].wrapping_add(state[two]);
            state[three] = (state[three] ^ state[one]).rotate_left(turns as u32);
        }
    };
    for _ in 0..10 {
        for column in 0..4 {
            quarter([column, column + 4, column + 8, column + 12]);
        }
        for column in 0..4 {
            quarter([column, 4 + (column + 1) % 4, 8 + (column + 2) % 4, 12 + (column + 3) % 4]);
        }
    }
}

fn salsa(state: &mut [u32; 16], rounds: usize) {
    let mut quarter = |[a, b, c, d]: [usize; 4]| {
        for [target, one, two, turns] in [[b, a, d, 7], [c, b, a, 9], [d, c, b, 13], [a, d, c, 18]]
        {
            state[target] ^= state[one].wrapping_add(state[two]).rotate_left(turns as u32);
        }
    };
    for _ in 0..rounds / 2 {
        quarter([0, 4, 8, 12]);
        quarter([5, 9, 13, 1]);
        quarter([10, 14, 2, 6]);
        quarter([15, 3, 7, 11]);
        quarter([0, 1, 2, 3]);
        quarter([5, 6, 7, 4]);
        quarter([10, 11, 8, 9]);
        quarter([15, 12, 13, 14]);
    }
}

/// scrypt's `ROMix` (RFC 7914, section 5) of one block, with a cost that is a power of two; none where
/// a size is wrong, or there is no memory.
pub(super) fn scrypt_mixed(block: &[u8], cost: usize) -> Option<Vec<u8>> {
    if block.is_empty() || !block.len().is_multiple_of(128) || !cost.is_power_of_two() {
        return None;
    }
    let mut mixed: Vec<[u32; 16]> = block.chunks_exact(64).map(words).collect();
    let parts = mixed.len();
    let mut kept = Vec::new();
    kept.try_reserve_exact(cost.checked_mul(parts)?).ok()?;
    let mut next = mixed.clone();
    for _ in 0..cost {
        kept.extend_from_slice(&mixed);
        block_mix(&mixed, &mut next);
        std::mem::swap(&mut mixed, &mut next);
    }
    for _ in 0..cost {
        let number = mixed[parts - 1][0] as usize & (cost - 1);
        for (part, other) in mixed.iter_mut().zip(&kept[number * parts..]) {
            for (word, other) in part.iter_mut().zip(other) {
                *word ^= other;
            }
        }
        block_mix(&mixed, &mut next);
        std::mem::swap(&mut mixed, &mut next);
    }
    Some(mixed.into_iter().flat_map(bytes_of).collect())
}

fn block_mix(from: &[[u32; 16]], to: &mut [[u32; 16]]) {
    let mut last = from[from.len() - 1];
    for (at, part) in from.iter().enumerate() {
        for (word, other) in last.iter_mut().zip(part) {
            *word ^= other;
        }
        let before = last;
        salsa(&mut last, 8);
        for (word, before) in last.iter_mut().zip(before) {
            *word = word.wrapping_add(before);
        }
        to[at / 2 + at % 2 * (from.len() / 2)] = last;
    }
}
