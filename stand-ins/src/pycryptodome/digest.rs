//! Digests, Keccak's sponge, and Poly1305.

use digest::{Digest as _, DynDigest};
use keccak::Keccak;
use poly1305::{
    Poly1305,
    universal_hash::{KeyInit, UniversalHash},
};

/// A digest in the middle of its data.
#[derive(Clone)]
pub(super) enum Digest {
    Other(Box<dyn Cloned>),
    Blake2b(Box<blake2b_simd::State>),
    Blake2s(Box<blake2s_simd::State>),
}

/// A digest that can be copied and sent.
pub(super) trait Cloned: DynDigest + Send + Sync {
    fn cloned(&self) -> Box<dyn Cloned>;
}

impl<D: DynDigest + Clone + Send + Sync + 'static> Cloned for D {
    fn cloned(&self) -> Box<dyn Cloned> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn Cloned> {
    fn clone(&self) -> Self {
        (**self).cloned()
    }
}

impl Digest {
    /// A digest by its name. `size` is that of the result in bytes, where a digest has several.
    pub(super) fn new(name: &str, size: usize, key: &[u8]) -> Option<Self> {
        let other: Box<dyn Cloned> = match (name, size) {
            ("md2", _) => Box::new(md2::Md2::new()),
            ("md4", _) => Box::new(md4::Md4::new()),
            ("MD5", _) => Box::new(md5::Md5::new()),
            ("ripemd160", _) => Box::new(ripemd::Ripemd160::new()),
            ("SHA1", _) => Box::new(sha1::Sha1::new()),
            ("SHA224", _) => Box::new(sha2::Sha224::new()),
            ("SHA256", _) => Box::new(sha2::Sha256::new()),
            ("SHA384", _) => Box::new(sha2::Sha384::new()),
            ("SHA512", 28) => Box::new(sha2::Sha512_224::new()),
            ("SHA512", 32) => Box::new(sha2::Sha512_256::new()),
            ("SHA512", _) => Box::new(sha2::Sha512::new()),
            ("blake2b", 1..=64) if key.len() <= 64 => {
                let state = blake2b_simd::Params::new().hash_length(size).key(key).to_state();
                return Some(Self::Blake2b(Box::new(state)));
            }
            ("blake2s", 1..=32) if key.len() <= 32 => {
                let state = blake2s_simd::Params::new().hash_length(size).key(key).to_state();
                return Some(Self::Blake2s(Box::new(state)));
            }
            _ => return None,
        };
        Some(Self::Other(other))
    }

    pub(super) fn update(&mut self, data: &[u8]) {
        match self {
            Self::Other(digest) => digest.update(data),
            Self::Blake2b(state) => {
                state.update(data);
            }
            Self::Blake2s(state) => {
                state.update(data);
            }
        }
    }

    pub(super) fn result(&self) -> Vec<u8> {
        match self {
            Self::Other(digest) => DynDigest::finalize(digest.clone()).into_vec(),
            Self::Blake2b(state) => state.finalize().as_bytes().to_vec(),
            Self::Blake2s(state) => state.finalize().as_bytes().to_vec(),
        }
    }
}

/// PBKDF2's sum of HMACs, from the digests that have taken in the key, and the first HMAC.
pub(super) fn hmac_chain(digests: [&Digest; 2], first: &[u8], count: usize) -> Vec<u8> {
    let mut sum = first.to_vec();
    let mut last = first.to_vec();
    for _ in 1..count {
        for digest in digests {
            let mut digest = digest.clone();
            digest.update(&last);
            last = digest.result();
        }
        super::mode::exclusive_or(&mut sum, &last);
    }
    sum
}

/// The sponge.
#[derive(Clone)]
pub(super) struct Sponge {
    state: [u64; 25],
    at: usize,
    rate: usize,
    rounds: usize,
    squeezes: bool,
}

impl Sponge {
    /// With a capacity in bytes, and 12 or 24 rounds.
    pub(super) fn new(capacity: usize, rounds: usize) -> Option<Self> {
        let fits = capacity > 0 && capacity < 200 && matches!(rounds, 12 | 24);
        fits.then(|| Self { state: [0; 25], at: 0, rate: 200 - capacity, rounds, squeezes: false })
    }

    fn turn(&mut self) {
        let state = &mut self.state;
        match self.rounds {
            12 => Keccak::new().with_p1600::<12>(|turn| turn(state)),
            _ => Keccak::new().with_p1600::<24>(|turn| turn(state)),
        }
        self.at = 0;
    }

    fn mix(&mut self, at: usize, byte: u8) {
        self.state[at / 8] ^= u64::from(byte) << (at % 8 * 8);
    }

    /// Takes data in. It fails once something was squeezed out.
    pub(super) fn absorb(&mut self, mut data: &[u8]) -> bool {
        while let (Some(byte), false) = (data.first(), self.squeezes) {
            if self.at.is_multiple_of(8) && data.len() >= 8 && self.rate - self.at >= 8 {
                let (word, rest) = data.split_at(8);
                let word = word.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
                self.state[self.at / 8] ^= word;
                self.at += 8;
                data = rest;
            } else {
                self.mix(self.at, *byte);
                self.at += 1;
                data = &data[1..];
            }
            if self.at == self.rate {
                self.turn();
            }
        }
        !self.squeezes
    }

    /// Gives what follows. The first time, the padding is put in.
    pub(super) fn squeeze(&mut self, length: usize, padding: u8) -> Vec<u8> {
        if !self.squeezes {
            self.mix(self.at, padding);
            self.mix(self.rate - 1, 0x80);
            self.turn();
            self.squeezes = true;
        }
        let mut result = Vec::with_capacity(length);
        while result.len() < length {
            if self.at == self.rate {
                self.turn();
            }
            result.push((self.state[self.at / 8] >> (self.at % 8 * 8)) as u8);
            self.at += 1;
        }
        result
    }
}

/// Poly1305 in the middle of its data.
#[derive(Clone)]
pub(super) struct Authenticator {
    state: Poly1305,
    rest: Vec<u8>,
}

impl Authenticator {
    pub(super) fn new(key: &[u8]) -> Option<Self> {
        Some(Self { state: Poly1305::new_from_slice(key).ok()?, rest: Vec::new() })
    }

    pub(super) fn update(&mut self, data: &[u8]) {
        self.rest.extend_from_slice(data);
        let whole = self.rest.len() / 16 * 16;
        let (blocks, _) = cipher::Array::slice_as_chunks(&self.rest[..whole]);
        self.state.update(blocks);
        self.rest.drain(..whole);
    }

    pub(super) fn result(&self) -> Vec<u8> {
        self.state.clone().compute_unpadded(&self.rest).to_vec()
    }
}

/// GHASH of whole blocks, from a state on.
pub(super) fn ghash(key: &[u8], before: &[u8], data: &[u8]) -> Option<Vec<u8>> {
    if !data.len().is_multiple_of(16) || before.len() != 16 {
        return None;
    }
    if data.is_empty() {
        return Some(before.to_vec());
    }
    let mut data = data.to_vec();
    super::mode::exclusive_or(&mut data[..16], before);
    let mut state = ghash::GHash::new_from_slice(key).ok()?;
    let (blocks, _) = cipher::Array::slice_as_chunks(&data);
    state.update(blocks);
    Some(state.finalize().to_vec())
}
