//! The classes that decompress.

use super::{
    library::{self, NO_PARAMETER, Owned, directive, parameter_of_decompression, signed},
    streams::{Held, Input, Output, Streamed, shown, streamed},
};
use rustpython_common::lock::PyMutex;
use rustpython_vm::{
    Py, PyPayload, PyRef, PyResult, VirtualMachine, function::ArgBytesLike, pyclass,
};

shown!(DecompressionDictionary, Decompressor);

/// A dictionary that is prepared for decompression.
#[pyclass(name, module = "_krait_stand_ins")]
#[derive(PyPayload)]
pub(super) struct DecompressionDictionary {
    pub(super) own: Owned<library::ZSTD_DDict>,
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl DecompressionDictionary {
    #[pymethod]
    fn size(zelf: &Py<Self>) -> usize {
        // SAFETY: a dictionary never changes.
        unsafe { library::ZSTD_sizeof_DDict(zelf.own.pointer()) }
    }
}

/// A context that decompresses.
#[pyclass(name, module = "_krait_stand_ins")]
#[derive(PyPayload)]
pub(super) struct Decompressor {
    pub(super) own: PyMutex<Held<library::ZSTD_DCtx, DecompressionDictionary>>,
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl Decompressor {
    #[pymethod]
    fn set(zelf: &Py<Self>, number: u32, value: i32) -> isize {
        let Some(parameter) = parameter_of_decompression(number) else { return NO_PARAMETER };
        let own = zelf.own.lock();
        // SAFETY: the object is the library's, and is locked.
        signed(unsafe { library::ZSTD_DCtx_setParameter(own.0.pointer(), parameter, value) })
    }

    /// The largest window, in bytes.
    #[pymethod]
    fn limit(zelf: &Py<Self>, size: usize) -> isize {
        let own = zelf.own.lock();
        // SAFETY: the object is the library's, and is locked.
        signed(unsafe { library::ZSTD_DCtx_setMaxWindowSize(own.0.pointer(), size) })
    }

    #[pymethod]
    fn load(zelf: &Py<Self>, data: ArgBytesLike) -> isize {
        let own = zelf.own.lock();
        let data = data.borrow_buf();
        // SAFETY: the object is the library's, and is locked; the data is read while it is borrowed, and copied.
        signed(unsafe {
            library::ZSTD_DCtx_loadDictionary(own.0.pointer(), data.as_ptr().cast(), data.len())
        })
    }

    /// What comes before the next frame's data.
    #[pymethod]
    fn prefix(zelf: &Py<Self>, data: ArgBytesLike) -> isize {
        let mut own = zelf.own.lock();
        let data = data.borrow_buf().to_vec();
        // SAFETY: the object is the library's, and is locked; it keeps the data.
        let result = signed(unsafe {
            library::ZSTD_DCtx_refPrefix(own.0.pointer(), data.as_ptr().cast(), data.len())
        });
        if result >= 0 {
            own.2 = data;
        }
        result
    }

    #[pymethod]
    fn refer(zelf: &Py<Self>, dictionary: PyRef<DecompressionDictionary>) -> isize {
        let mut own = zelf.own.lock();
        let pointer = dictionary.own.pointer();
        // SAFETY: both objects are the library's; the context keeps the dictionary.
        let result = signed(unsafe { library::ZSTD_DCtx_refDDict(own.0.pointer(), pointer) });
        if result >= 0 {
            own.1 = Some(dictionary);
        }
        result
    }

    #[pymethod]
    fn reset(zelf: &Py<Self>, kind: u32) -> isize {
        let own = zelf.own.lock();
        // SAFETY: the object is the library's, and is locked.
        signed(unsafe { library::ZSTD_DCtx_reset(own.0.pointer(), directive(kind)) })
    }

    #[pymethod]
    fn size(zelf: &Py<Self>) -> usize {
        // SAFETY: the object is the library's, and is locked.
        unsafe { library::ZSTD_sizeof_DCtx(zelf.own.lock().0.pointer()) }
    }

    #[pymethod]
    fn stream(
        zelf: &Py<Self>,
        output: Output,
        input: Input,
        vm: &VirtualMachine,
    ) -> PyResult<Streamed> {
        let own = zelf.own.lock();
        streamed(output, input, vm, |output, input| {
            // SAFETY: the object is the library's, and is locked; both buffers are borrowed, and as long as is said.
            unsafe { library::ZSTD_decompressStream(own.0.pointer(), output, input) }
        })
    }
}
