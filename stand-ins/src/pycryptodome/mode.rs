//! Modes of block ciphers.

use super::block::Block;
use std::sync::Arc;

/// Why nothing was encrypted, by pycryptodome's own numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// The data is no whole number of blocks.
    NotEnoughData = 3,
    /// There is no such mode, or a parameter does not fit it.
    Unknown = 32,
    /// The counter has no place in the block.
    CounterLength = 0x6_0001,
    /// The counter would start again.
    RepeatedKeyStream = 0x6_0002,
}

/// A mode in the middle of a message.
#[derive(Clone)]
pub(super) struct Mode {
    cipher: Arc<dyn Block>,
    state: ModeState,
}

#[derive(Clone)]
enum ModeState {
    Ecb,
    Cbc { last: Vec<u8> },
    Cfb { next: Vec<u8>, key_stream: Vec<u8>, used: usize, segment: usize },
    Ofb { key_stream: Vec<u8>, used: usize },
    Ctr(Counter),
    Ocb(Box<Ocb>),
}

#[derive(Clone)]
struct Counter {
    /// The block that is encrypted next.
    block: Vec<u8>,
    /// Where in it the counter is.
    from: usize,
    length: usize,
    little_endian: bool,
    /// What of the last block's key stream is not used.
    rest: Vec<u8>,
    /// How many bytes there are before the counter starts again.
    left: u128,
}

#[derive(Clone)]
struct Ocb {
    /// `L_*`, `L_$`, and `L_0` and up, each as large as a block.
    last: u128,
    end: u128,
    doubled: Vec<u128>,
    blocks: u64,
    offset: u128,
    checksum: u128,
    associated_blocks: u64,
    associated_offset: u128,
    sum: u128,
}

impl Mode {
    /// A mode by its name. `numbers` are the length of a segment; or what is before a counter, its length, and
    /// whether its lowest byte is the first; all in bytes.
    pub(super) fn new(
        name: &str,
        cipher: Arc<dyn Block>,
        vector: Vec<u8>,
        numbers: [usize; 3],
    ) -> Result<Self, Refused> {
        let size = cipher.size();
        if name != "ECB" && vector.len() != size {
            return Err(if name == "CTR" { Refused::CounterLength } else { Refused::Unknown });
        }
        let state = match name {
            "ECB" => ModeState::Ecb,
            "CBC" => ModeState::Cbc { last: vector },
            "CFB" => {
                let segment = numbers[0];
                if segment == 0 || segment > size {
                    return Err(Refused::Unknown);
                }
                let mut key_stream = vector.clone();
                cipher.encrypt(&mut key_stream);
                let mut next = vector;
                next.rotate_left(segment);
                ModeState::Cfb { next, key_stream, used: 0, segment }
            }
            "OFB" => ModeState::Ofb { key_stream: vector, used: size },
            "CTR" => {
                let [from, length, little_endian] = numbers;
                if length == 0 || from.checked_add(length).is_none_or(|end| end > size) {
                    return Err(Refused::CounterLength);
                }
                let bits = 8 * length as u32;
                let left = if bits < 120 { (size as u128) << bits } else { u128::MAX };
                let little_endian = little_endian != 0;
                ModeState::Ctr(Counter {
                    block: vector,
                    from,
                    length,
                    little_endian,
                    rest: Vec::new(),
                    left,
                })
            }
            "OCB" if size == 16 => ModeState::Ocb(Box::new(Ocb::new(&*cipher, number(&vector)))),
            _ => return Err(Refused::Unknown),
        };
        Ok(Self { cipher, state })
    }

    /// Encrypts or decrypts what follows, in place.
    pub(super) fn process(&mut self, data: &mut [u8], encrypts: bool) -> Result<(), Refused> {
        let cipher = &*self.cipher;
        let size = cipher.size();
        let whole = data.len().is_multiple_of(size);
        match &mut self.state {
            ModeState::Ecb | ModeState::Cbc { .. } if !whole => return Err(Refused::NotEnoughData),
            ModeState::Ecb if encrypts => cipher.encrypt(data),
            ModeState::Ecb => cipher.decrypt(data),
            ModeState::Cbc { last } if encrypts => {
                for block in data.chunks_exact_mut(size) {
                    exclusive_or(block, last);
                    cipher.encrypt(block);
                    last.copy_from_slice(block);
                }
            }
            ModeState::Cbc { last } => {
                let mut before = std::mem::take(last);
                before.extend_from_slice(data);
                *last = before.split_off(data.len());
                cipher.decrypt(data);
                exclusive_or(data, &before);
            }
            ModeState::Cfb { next, key_stream, used, segment } => {
                let kept = size - *segment;
                for byte in data {
                    if *used == *segment {
                        key_stream.copy_from_slice(next);
                        cipher.encrypt(key_stream);
                        next.rotate_left(*segment);
                        *used = 0;
                    }
                    let other = *byte ^ key_stream[*used];
                    next[kept + *used] = if encrypts { other } else { *byte };
                    *byte = other;
                    *used += 1;
                }
            }
            ModeState::Ofb { key_stream, used } => {
                for byte in data {
                    if *used == size {
                        cipher.encrypt(key_stream);
                        *used = 0;
                    }
                    *byte ^= key_stream[*used];
                    *used += 1;
                }
            }
            ModeState::Ctr(counter) => return counter.process(data, cipher),
            ModeState::Ocb(state) => state.process(data, cipher, encrypts),
        }
        Ok(())
    }

    /// Takes in data that is authenticated only.
    pub(super) fn authenticate(&mut self, data: &[u8]) -> Result<(), Refused> {
        let ModeState::Ocb(state) = &mut self.state else { return Err(Refused::Unknown) };
        state.authenticate(data, &*self.cipher);
        Ok(())
    }

    /// The tag.
    pub(super) fn tag(&self) -> Result<Vec<u8>, Refused> {
        let ModeState::Ocb(state) = &self.state else { return Err(Refused::Unknown) };
        let tag = encrypted(state.checksum ^ state.offset ^ state.end, &*self.cipher) ^ state.sum;
        Ok(tag.to_be_bytes().to_vec())
    }

    /// Whether so many more bytes can be encrypted.
    pub(super) fn has_room(&self, length: usize) -> bool {
        !matches!(&self.state, ModeState::Ctr(counter) if counter.left < length as u128)
    }
}

impl Counter {
    fn process(&mut self, data: &mut [u8], cipher: &dyn Block) -> Result<(), Refused> {
        /// How many blocks are encrypted together.
        const TOGETHER: usize = 64;
        let size = cipher.size();
        if self.left != u128::MAX {
            self.left =
                self.left.checked_sub(data.len() as u128).ok_or(Refused::RepeatedKeyStream)?;
        }
        let at_start = self.rest.len().min(data.len());
        let (start, data) = data.split_at_mut(at_start);
        exclusive_or(start, &self.rest);
        self.rest.drain(..at_start);
        for part in data.chunks_mut(TOGETHER * size) {
            let blocks = part.len().div_ceil(size);
            let mut key_stream = Vec::with_capacity(blocks * size);
            for _ in 0..blocks {
                key_stream.extend_from_slice(&self.block);
                self.count();
            }
            cipher.encrypt(&mut key_stream);
            exclusive_or(part, &key_stream);
            self.rest = key_stream.split_off(part.len());
        }
        Ok(())
    }

    fn count(&mut self) {
        let counter = &mut self.block[self.from..self.from + self.length];
        let add = |byte: &mut u8| {
            *byte = byte.wrapping_add(1);
            *byte != 0
        };
        if self.little_endian {
            counter.iter_mut().any(add);
        } else {
            counter.iter_mut().rev().any(add);
        }
    }
}

impl Ocb {
    fn new(cipher: &dyn Block, offset: u128) -> Self {
        let last = encrypted(0, cipher);
        let end = double(last);
        Self {
            last,
            end,
            doubled: vec![double(end)],
            blocks: 0,
            offset,
            checksum: 0,
            associated_blocks: 0,
            associated_offset: 0,
            sum: 0,
        }
    }

    /// `L_i`, for the block with this number from 1.
    fn of_block(&mut self, block: u64) -> u128 {
        let zeros = block.trailing_zeros() as usize;
        while self.doubled.len() <= zeros {
            let next = double(self.doubled[self.doubled.len() - 1]);
            self.doubled.push(next);
        }
        self.doubled[zeros]
    }

    fn process(&mut self, data: &mut [u8], cipher: &dyn Block, encrypts: bool) {
        let (blocks, rest) = data.as_chunks_mut::<16>();
        for block in blocks {
            self.blocks += 1;
            self.offset ^= self.of_block(self.blocks);
            let given = u128::from_be_bytes(*block);
            let masked = given ^ self.offset;
            let turned =
                if encrypts { encrypted(masked, cipher) } else { decrypted(masked, cipher) };
            let result = turned ^ self.offset;
            self.checksum ^= if encrypts { given } else { result };
            *block = result.to_be_bytes();
        }
        if !rest.is_empty() {
            self.offset ^= self.last;
            let pad = encrypted(self.offset, cipher).to_be_bytes();
            let before = padded(rest);
            exclusive_or(rest, &pad);
            self.checksum ^= if encrypts { before } else { padded(rest) };
        }
    }

    fn authenticate(&mut self, data: &[u8], cipher: &dyn Block) {
        let (blocks, rest) = data.as_chunks::<16>();
        for block in blocks {
            self.associated_blocks += 1;
            self.associated_offset ^= self.of_block(self.associated_blocks);
            let masked = u128::from_be_bytes(*block) ^ self.associated_offset;
            self.sum ^= encrypted(masked, cipher);
        }
        if !rest.is_empty() {
            self.associated_offset ^= self.last;
            self.sum ^= encrypted(padded(rest) ^ self.associated_offset, cipher);
        }
    }
}

fn number(block: &[u8]) -> u128 {
    block.iter().fold(0, |number, byte| number << 8 | u128::from(*byte))
}

/// Less than a block, filled with a bit that is set and others that are not.
fn padded(rest: &[u8]) -> u128 {
    let mut block = [0; 16];
    block[..rest.len()].copy_from_slice(rest);
    block[rest.len()] = 0x80;
    u128::from_be_bytes(block)
}

fn double(value: u128) -> u128 {
    (value << 1) ^ ((value >> 127) * 0x87)
}

fn encrypted(value: u128, cipher: &dyn Block) -> u128 {
    let mut block = value.to_be_bytes();
    cipher.encrypt(&mut block);
    u128::from_be_bytes(block)
}

fn decrypted(value: u128, cipher: &dyn Block) -> u128 {
    let mut block = value.to_be_bytes();
    cipher.decrypt(&mut block);
    u128::from_be_bytes(block)
}

/// Changes data by as many bytes of another.
pub(super) fn exclusive_or(data: &mut [u8], other: &[u8]) {
    for (byte, other) in data.iter_mut().zip(other) {
        *byte ^= other;
    }
}
