//! The hashes of xxHash, for `python/xxhash/_xxhash.py`.

#![forbid(unsafe_code)]

use rustpython_vm::{Context, builtins::PyModuleDef};
use xxhash_rust::{
    xxh3::{Xxh3, xxh3_64_with_seed, xxh3_128_with_seed},
    xxh32::{Xxh32, xxh32},
    xxh64::{Xxh64, xxh64},
};

/// The module.
pub(crate) fn module_def(context: &Context) -> &'static PyModuleDef {
    _xxhash::module_def(context)
}

/// A hash that is being made.
#[derive(Clone)]
enum Hasher {
    Of32(Xxh32),
    Of64(Xxh64),
    Of3(Box<Xxh3>),
    Of128(Box<Xxh3>),
}

impl Hasher {
    fn new(kind: &str, seed: u64) -> Option<Self> {
        Some(match kind {
            // The seed is cut to what the hash takes.
            "32" => Self::Of32(Xxh32::new(seed as u32)),
            "64" => Self::Of64(Xxh64::new(seed)),
            "3_64" => Self::Of3(Box::new(Xxh3::with_seed(seed))),
            "3_128" => Self::Of128(Box::new(Xxh3::with_seed(seed))),
            _ => return None,
        })
    }

    fn update(&mut self, data: &[u8]) {
        match self {
            Self::Of32(state) => state.update(data),
            Self::Of64(state) => state.update(data),
            Self::Of3(state) | Self::Of128(state) => state.update(data),
        }
    }

    /// The hash, whose most significant byte is first.
    fn digest(&self) -> Vec<u8> {
        match self {
            Self::Of32(state) => state.digest().to_be_bytes().to_vec(),
            Self::Of64(state) => state.digest().to_be_bytes().to_vec(),
            Self::Of3(state) => state.digest().to_be_bytes().to_vec(),
            Self::Of128(state) => state.digest128().to_be_bytes().to_vec(),
        }
    }
}

/// The hash of the whole.
fn whole(kind: &str, data: &[u8], seed: u64) -> Option<Vec<u8>> {
    Some(match kind {
        "32" => xxh32(data, seed as u32).to_be_bytes().to_vec(),
        "64" => xxh64(data, seed).to_be_bytes().to_vec(),
        "3_64" => xxh3_64_with_seed(data, seed).to_be_bytes().to_vec(),
        "3_128" => xxh3_128_with_seed(data, seed).to_be_bytes().to_vec(),
        _ => return None,
    })
}

#[rustpython_vm::pymodule(name = "_krait_stand_ins._xxhash")]
mod _xxhash {
    use super::Hasher;
    use rustpython_common::lock::PyMutex;
    use rustpython_vm::{Py, PyPayload, function::ArgBytesLike, pyclass};

    #[pyattr]
    #[pyclass(name = "State", module = "_krait_stand_ins")]
    #[derive(PyPayload)]
    struct Hash {
        state: PyMutex<Hasher>,
    }

    impl core::fmt::Debug for Hash {
        fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            formatter.write_str("State")
        }
    }

    #[pyclass(flags(DISALLOW_INSTANTIATION))]
    impl Hash {
        #[pymethod]
        fn update(zelf: &Py<Self>, data: ArgBytesLike) {
            zelf.state.lock().update(&data.borrow_buf());
        }

        #[pymethod]
        fn digest(zelf: &Py<Self>) -> Vec<u8> {
            zelf.state.lock().digest()
        }

        #[pymethod]
        fn copy(zelf: &Py<Self>) -> Self {
            let state = zelf.state.lock().clone();
            Self { state: PyMutex::new(state) }
        }
    }

    #[pyfunction]
    fn state(kind: String, seed: u64) -> Option<Hash> {
        Some(Hash { state: PyMutex::new(Hasher::new(&kind, seed)?) })
    }

    #[pyfunction]
    fn whole(kind: String, data: ArgBytesLike, seed: u64) -> Option<Vec<u8>> {
        super::whole(&kind, &data.borrow_buf(), seed)
    }
}
