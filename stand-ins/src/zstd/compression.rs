//! The classes that compress.

use super::{
    library::{self, NO_PARAMETER, OUT_OF_BOUND, Owned, THREADS, directive, parameter, signed},
    streams::{Held, Input, Output, Streamed, shown, streamed},
};
use rustpython_common::lock::PyMutex;
use rustpython_vm::{
    Py, PyPayload, PyRef, PyResult, VirtualMachine, function::ArgBytesLike, pyclass,
};

shown!(Parameters, CompressionDictionary, Compressor);

/// The parameters of compression.
#[pyclass(name, module = "_krait_stand_ins")]
#[derive(PyPayload)]
pub(super) struct Parameters {
    pub(super) own: PyMutex<Owned<library::ZSTD_CCtx_params>>,
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Parameters {
    #[pymethod]
    fn set(zelf: &Py<Self>, number: u32, value: i32) -> isize {
        let Some(parameter) = parameter(number) else { return NO_PARAMETER };
        let own = zelf.own.lock();
        // SAFETY: the object is the library's, and is locked.
        signed(unsafe { library::ZSTD_CCtxParams_setParameter(own.pointer(), parameter, value) })
    }

    /// The value, or an error and zero.
    #[pymethod]
    fn get(zelf: &Py<Self>, number: u32) -> (isize, i32) {
        let Some(parameter) = parameter(number) else {
            return (NO_PARAMETER, 0);
        };
        let own = zelf.own.lock();
        let mut value = 0;
        // SAFETY: the object is the library's, and is locked; the value's place is there.
        let result = unsafe {
            library::ZSTD_CCtxParams_getParameter(own.pointer(), parameter, &raw mut value)
        };
        (signed(result), value)
    }

    #[pymethod]
    fn estimate(zelf: &Py<Self>) -> isize {
        // The library divides by the length of a match, which is 0 where none is set.
        let [is_long, shortest] = [160, 162].map(|number| Self::get(zelf, number).1);
        if is_long == 1 && shortest == 0 {
            return OUT_OF_BOUND;
        }
        let own = zelf.own.lock();
        // SAFETY: the object is the library's, and is locked.
        signed(unsafe { library::ZSTD_estimateCCtxSize_usingCCtxParams(own.pointer()) })
    }
}

/// A dictionary that is prepared for compression.
#[pyclass(name, module = "_krait_stand_ins")]
#[derive(PyPayload)]
pub(super) struct CompressionDictionary {
    pub(super) own: Owned<library::ZSTD_CDict>,
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl CompressionDictionary {
    #[pymethod]
    fn size(zelf: &Py<Self>) -> usize {
        // SAFETY: a dictionary never changes.
        unsafe { library::ZSTD_sizeof_CDict(zelf.own.pointer()) }
    }
}

/// A context that compresses.
#[pyclass(name, module = "_krait_stand_ins")]
#[derive(PyPayload)]
pub(super) struct Compressor {
    pub(super) own: PyMutex<Held<library::ZSTD_CCtx, CompressionDictionary>>,
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Compressor {
    /// Takes parameters over, but no threads: this version of the library does not end them where a context is freed
    /// that is at work.
    #[pymethod]
    fn apply(zelf: &Py<Self>, parameters: PyRef<Parameters>) -> isize {
        let threads = Parameters::get(&parameters, THREADS).1;
        let refused = Parameters::set(&parameters, THREADS, 0);
        if refused < 0 {
            return refused;
        }
        let own = zelf.own.lock();
        let inner = parameters.own.lock();
        // SAFETY: both objects are the library's, and are locked.
        let result = signed(unsafe {
            library::ZSTD_CCtx_setParametersUsingCCtxParams(own.0.pointer(), inner.pointer())
        });
        drop(inner);
        Parameters::set(&parameters, THREADS, threads);
        result
    }

    #[pymethod]
    fn load(zelf: &Py<Self>, data: ArgBytesLike, kind: u32) -> isize {
        let own = zelf.own.lock();
        let data = data.borrow_buf();
        // SAFETY: the object is the library's, and is locked; the data is read while it is borrowed, and copied.
        signed(unsafe {
            library::ZSTD_CCtx_loadDictionary_advanced(
                own.0.pointer(),
                data.as_ptr().cast(),
                data.len(),
                library::ZSTD_dlm_byCopy,
                kind,
            )
        })
    }

    /// What comes before the next frame's data.
    #[pymethod]
    fn prefix(zelf: &Py<Self>, data: ArgBytesLike) -> isize {
        let mut own = zelf.own.lock();
        let data = data.borrow_buf().to_vec();
        // SAFETY: the object is the library's, and is locked; it keeps the data.
        let result = signed(unsafe {
            library::ZSTD_CCtx_refPrefix(own.0.pointer(), data.as_ptr().cast(), data.len())
        });
        if result >= 0 {
            own.2 = data;
        }
        result
    }

    #[pymethod]
    fn refer(zelf: &Py<Self>, dictionary: PyRef<CompressionDictionary>) -> isize {
        let mut own = zelf.own.lock();
        let pointer = dictionary.own.pointer();
        // SAFETY: both objects are the library's; the context keeps the dictionary.
        let result = signed(unsafe { library::ZSTD_CCtx_refCDict(own.0.pointer(), pointer) });
        if result >= 0 {
            own.1 = Some(dictionary);
        }
        result
    }

    #[pymethod]
    fn pledge(zelf: &Py<Self>, size: u64) -> isize {
        let own = zelf.own.lock();
        // SAFETY: the object is the library's, and is locked.
        signed(unsafe { library::ZSTD_CCtx_setPledgedSrcSize(own.0.pointer(), size) })
    }

    #[pymethod]
    fn reset(zelf: &Py<Self>, kind: u32) -> isize {
        let own = zelf.own.lock();
        // SAFETY: the object is the library's, and is locked.
        signed(unsafe { library::ZSTD_CCtx_reset(own.0.pointer(), directive(kind)) })
    }

    #[pymethod]
    fn size(zelf: &Py<Self>) -> usize {
        // SAFETY: the object is the library's, and is locked.
        unsafe { library::ZSTD_sizeof_CCtx(zelf.own.lock().0.pointer()) }
    }

    /// How many bytes came in, were compressed and went out.
    #[pymethod]
    fn progression(zelf: &Py<Self>) -> (u64, u64, u64) {
        // SAFETY: the object is the library's, and is locked.
        let told = unsafe { library::ZSTD_getFrameProgression(zelf.own.lock().0.pointer()) };
        (told.ingested, told.consumed, told.produced)
    }

    #[pymethod]
    fn stream(
        zelf: &Py<Self>,
        output: Output,
        input: Input,
        mode: u32,
        vm: &VirtualMachine,
    ) -> PyResult<Streamed> {
        let own = zelf.own.lock();
        streamed(output, input, vm, |output, input| {
            // SAFETY: the object is the library's, and is locked; both buffers are borrowed, and as long as is said.
            unsafe { library::ZSTD_compressStream2(own.0.pointer(), output, input, mode.min(2)) }
        })
    }
}
