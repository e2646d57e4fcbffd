//! MurmurHash3, for `python/mmh3.py`. The algorithm is Austin Appleby's, in the public domain.

#![forbid(unsafe_code)]

use rustpython_vm::{Context, builtins::PyModuleDef};

/// The module.
pub(crate) fn module_def(context: &Context) -> &'static PyModuleDef {
    _murmur::module_def(context)
}

/// One of the three algorithms.
#[derive(Clone, Copy)]
enum Kind {
    X86Of32,
    X86Of128,
    X64Of128,
}

impl Kind {
    fn named(name: &str) -> Option<Self> {
        match name {
            "x86_32" => Some(Self::X86Of32),
            "x86_128" => Some(Self::X86Of128),
            "x64_128" => Some(Self::X64Of128),
            _ => None,
        }
    }

    /// Bytes that are mixed at once.
    const fn block(self) -> usize {
        match self {
            Self::X86Of32 => 4,
            Self::X86Of128 | Self::X64Of128 => 16,
        }
    }
}

/// The multipliers of the 128-bit hash of 32-bit words, one for each lane.
const LANES: [u32; 4] = [0x239b_961b, 0xab0e_9789, 0x38b3_4ae5, 0xa1e3_8b93];
const WIDE: [u64; 2] = [0x87c3_7b91_1142_53d5, 0x4cf5_ad43_2745_937f];

/// A hash that is being made.
#[derive(Clone)]
struct Hash {
    kind: Kind,
    /// The state: one, four, or (as 64-bit words) two lanes.
    lanes: [u64; 4],
    /// What is not a whole block yet.
    rest: Vec<u8>,
    length: u64,
}

fn narrow(word: u64) -> u32 {
    // Lanes of the hashes of 32-bit words have no more.
    word as u32
}

fn word(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte))
}

fn wide(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
}

fn mixed_32(word: u32) -> u32 {
    word.wrapping_mul(0xcc9e_2d51).rotate_left(15).wrapping_mul(0x1b87_3593)
}

/// A word of a lane of the 128-bit hash of 32-bit words, before it goes into the lane.
fn mixed_lane(word: u32, lane: usize) -> u32 {
    word.wrapping_mul(LANES[lane]).rotate_left(15 + lane as u32).wrapping_mul(LANES[(lane + 1) % 4])
}

fn mixed_wide(word: u64, lane: usize) -> u64 {
    word.wrapping_mul(WIDE[lane]).rotate_left(31 + 2 * lane as u32).wrapping_mul(WIDE[1 - lane])
}

fn finished(mut word: u32) -> u32 {
    word ^= word >> 16;
    word = word.wrapping_mul(0x85eb_ca6b);
    word ^= word >> 13;
    word = word.wrapping_mul(0xc2b2_ae35);
    word ^ word >> 16
}

fn finished_wide(mut word: u64) -> u64 {
    word ^= word >> 33;
    word = word.wrapping_mul(0xff51_afd7_ed55_8ccd);
    word ^= word >> 33;
    word = word.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    word ^ word >> 33
}

impl Hash {
    fn new(kind: Kind, seed: u32) -> Self {
        Self { kind, lanes: [u64::from(seed); 4], rest: Vec::new(), length: 0 }
    }

    fn update(&mut self, mut data: &[u8]) {
        self.length = self.length.wrapping_add(data.len() as u64);
        let size = self.kind.block();
        if !self.rest.is_empty() {
            let (now, later) = data.split_at(data.len().min(size - self.rest.len()));
            self.rest.extend_from_slice(now);
            data = later;
            if self.rest.len() < size {
                return;
            }
            let block = std::mem::take(&mut self.rest);
            self.block(&block);
        }
        let mut blocks = data.chunks_exact(size);
        for block in blocks.by_ref() {
            self.block(block);
        }
        self.rest.extend_from_slice(blocks.remainder());
    }

    fn block(&mut self, block: &[u8]) {
        let lanes = &mut self.lanes;
        match self.kind {
            Kind::X86Of32 => {
                let state = (narrow(lanes[0]) ^ mixed_32(word(block))).rotate_left(13);
                lanes[0] = u64::from(state.wrapping_mul(5).wrapping_add(0xe654_6b64));
            }
            Kind::X86Of128 => {
                const TURNS: [u32; 4] = [19, 17, 15, 13];
                const ADDED: [u32; 4] = [0x561c_cd1b, 0x0bca_a747, 0x96cd_1c35, 0x32ac_3b17];
                for (lane, (turn, added)) in TURNS.into_iter().zip(ADDED).enumerate() {
                    let mixed = mixed_lane(word(&block[4 * lane..][..4]), lane);
                    let state = (narrow(lanes[lane]) ^ mixed)
                        .rotate_left(turn)
                        .wrapping_add(narrow(lanes[(lane + 1) % 4]));
                    lanes[lane] = u64::from(state.wrapping_mul(5).wrapping_add(added));
                }
            }
            Kind::X64Of128 => {
                const TURNS: [u32; 2] = [27, 31];
                const ADDED: [u64; 2] = [0x52dc_e729, 0x3849_5ab5];
                for (lane, (turn, added)) in TURNS.into_iter().zip(ADDED).enumerate() {
                    let mixed = mixed_wide(wide(&block[8 * lane..][..8]), lane);
                    lanes[lane] = (lanes[lane] ^ mixed)
                        .rotate_left(turn)
                        .wrapping_add(lanes[1 - lane])
                        .wrapping_mul(5)
                        .wrapping_add(added);
                }
            }
        }
    }

    /// The hash's bytes, the lanes' least significant bytes first.
    fn digest(&self) -> Vec<u8> {
        let mut lanes = self.lanes;
        let rest = |lane: usize, size: usize| {
            let from = self.rest.len().min(size * lane);
            &self.rest[from..self.rest.len().min(size * (lane + 1))]
        };
        // A lane that nothing is left for mixes 0, which changes nothing.
        match self.kind {
            Kind::X86Of32 => {
                let state = narrow(lanes[0]) ^ mixed_32(word(&self.rest));
                finished(state ^ narrow(self.length)).to_le_bytes().to_vec()
            }
            Kind::X86Of128 => {
                let mut state: [u32; 4] = std::array::from_fn(|lane| {
                    narrow(lanes[lane])
                        ^ mixed_lane(word(rest(lane, 4)), lane)
                        ^ narrow(self.length)
                });
                let spread = |state: &mut [u32; 4]| {
                    let sum = state.iter().fold(0, |sum: u32, lane| sum.wrapping_add(*lane));
                    state[0] = sum;
                    for lane in &mut state[1..] {
                        *lane = lane.wrapping_add(sum);
                    }
                };
                spread(&mut state);
                state = state.map(finished);
                spread(&mut state);
                state.iter().flat_map(|lane| lane.to_le_bytes()).collect()
            }
            Kind::X64Of128 => {
                for (lane, state) in lanes.iter_mut().take(2).enumerate() {
                    *state ^= mixed_wide(wide(rest(lane, 8)), lane) ^ self.length;
                }
                let spread = |[first, second]: [u64; 2]| {
                    let first = first.wrapping_add(second);
                    [first, second.wrapping_add(first)]
                };
                let state = spread([lanes[0], lanes[1]]).map(finished_wide);
                spread(state).iter().flat_map(|lane| lane.to_le_bytes()).collect()
            }
        }
    }
}

#[rustpython_vm::pymodule(name = "_krait_stand_ins._murmur")]
mod _murmur {
    use super::Kind;
    use rustpython_common::lock::PyMutex;
    use rustpython_vm::{Py, PyPayload, function::ArgBytesLike, pyclass};

    #[pyattr]
    #[pyclass(name = "State", module = "_krait_stand_ins")]
    #[derive(PyPayload)]
    struct HashObject {
        hash: PyMutex<super::Hash>,
    }

    impl core::fmt::Debug for HashObject {
        fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            formatter.write_str("State")
        }
    }

    #[pyclass(flags(DISALLOW_INSTANTIATION))]
    impl HashObject {
        #[pymethod]
        fn update(zelf: &Py<Self>, data: ArgBytesLike) {
            zelf.hash.lock().update(&data.borrow_buf());
        }

        #[pymethod]
        fn digest(zelf: &Py<Self>) -> Vec<u8> {
            zelf.hash.lock().digest()
        }

        #[pymethod]
        fn copy(zelf: &Py<Self>) -> Self {
            let hash = zelf.hash.lock().clone();
            Self { hash: PyMutex::new(hash) }
        }
    }

    #[pyfunction]
    fn state(kind: String, seed: u32) -> Option<HashObject> {
        let hash = super::Hash::new(Kind::named(&kind)?, seed);
        Some(HashObject { hash: PyMutex::new(hash) })
    }

    #[pyfunction]
    fn whole(kind: String, data: ArgBytesLike, seed: u32) -> Option<Vec<u8>> {
        let mut hash = super::Hash::new(Kind::named(&kind)?, seed);
        hash.update(&data.borrow_buf());
        Some(hash.digest())
    }
}
