//! Compressing to Brotli's form (RFC 7932) and back, for `python/_brotli.py`.

#![forbid(unsafe_code)]

mod bits;
mod encode;
mod prefix;

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};
use encode::Encoder;
use rustpython_vm::{Context, builtins::PyModuleDef};

/// The module.
pub(crate) fn module_def(context: &Context) -> &'static PyModuleDef {
    _brotli::module_def(context)
}

/// How much is read and written at once, in bytes.
const PIECE: usize = 32 << 10;

type State = BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>;

/// What comes out of compressed data, piece by piece.
struct Decoder {
    state: State,
    /// What was given and is not read yet.
    waiting: Vec<u8>,
    finished: bool,
}

impl Decoder {
    fn new() -> Self {
        let memory = StandardAlloc::default;
        let state = State::new_strict(memory(), memory(), memory());
        Self { state, waiting: Vec::new(), finished: false }
    }

    /// At least `limit` bytes, if there are so many, and at most a piece more; none if the data is wrong.
    fn process(&mut self, data: &[u8], limit: usize) -> Option<Vec<u8>> {
        let mut input = std::mem::take(&mut self.waiting);
        input.extend_from_slice(data);
        let (mut left, mut read) = (input.len(), 0);
        let mut output = Vec::new();
        while !self.finished && output.len() < limit {
            let start = output.len();
            let piece = PIECE.min(limit - start);
            output.resize(start + piece, 0);
            let (mut room, mut written, mut total) = (piece, start, 0);
            let result = BrotliDecompressStream(
                &mut left,
                &mut read,
                &input,
                &mut room,
                &mut written,
                &mut output,
                &mut total,
                &mut self.state,
            );
            output.truncate(written);
            match result {
                BrotliResult::ResultSuccess => self.finished = true,
                BrotliResult::NeedsMoreInput => break,
                BrotliResult::NeedsMoreOutput => {}
                BrotliResult::ResultFailure => return None,
            }
        }
        self.waiting = input.split_off(read);
        Some(output)
    }
}

#[rustpython_vm::pymodule(name = "_krait_stand_ins._brotli_native")]
mod _brotli {
    use super::{Decoder, Encoder};
    use rustpython_common::lock::PyMutex;
    use rustpython_vm::{Py, PyPayload, function::ArgBytesLike, pyclass};

    #[pyattr]
    #[pyclass(name, module = "_krait_stand_ins")]
    #[derive(PyPayload)]
    struct Compressor {
        /// None once it has finished.
        encoder: PyMutex<Option<Encoder>>,
    }

    impl core::fmt::Debug for Compressor {
        fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            formatter.write_str("Compressor")
        }
    }

    #[pyclass(flags(DISALLOW_INSTANTIATION))]
    impl Compressor {
        /// What is written so far; none after the end.
        #[pymethod]
        fn process(zelf: &Py<Self>, data: ArgBytesLike) -> Option<Vec<u8>> {
            Some(zelf.encoder.lock().as_mut()?.process(&data.borrow_buf()))
        }

        #[pymethod]
        fn flush(zelf: &Py<Self>) -> Option<Vec<u8>> {
            Some(zelf.encoder.lock().as_mut()?.flush())
        }

        #[pymethod]
        fn finish(zelf: &Py<Self>) -> Option<Vec<u8>> {
            zelf.encoder.lock().take().map(Encoder::finish)
        }
    }

    #[pyfunction]
    fn compressor(quality: u32, window: u32) -> Compressor {
        Compressor { encoder: PyMutex::new(Some(Encoder::new(quality, window))) }
    }

    #[pyattr]
    #[pyclass(name, module = "_krait_stand_ins")]
    #[derive(PyPayload)]
    struct Decompressor {
        decoder: PyMutex<Decoder>,
    }

    impl core::fmt::Debug for Decompressor {
        fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            formatter.write_str("Decompressor")
        }
    }

    #[pyclass(flags(DISALLOW_INSTANTIATION))]
    impl Decompressor {
        /// At most `limit` bytes of what the data means; none if it is wrong.
        #[pymethod]
        fn process(zelf: &Py<Self>, data: ArgBytesLike, limit: usize) -> Option<Vec<u8>> {
            zelf.decoder.lock().process(&data.borrow_buf(), limit)
        }

        #[pymethod]
        fn is_finished(zelf: &Py<Self>) -> bool {
            zelf.decoder.lock().finished
        }

        /// How many bytes were given and not read.
        #[pymethod]
        fn waiting(zelf: &Py<Self>) -> usize {
            zelf.decoder.lock().waiting.len()
        }
    }

    #[pyfunction]
    fn decompressor() -> Decompressor {
        Decompressor { decoder: PyMutex::new(Decoder::new()) }
    }
}
