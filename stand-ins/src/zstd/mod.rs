//! The functions of libzstd that zstandard's Python half calls, for `python/zstandard/_cffi.py`, and those of the
//! standard library's `_zstd`.
//!
//! They are those of libzstd-rs-sys, libzstd in Rust. A result below zero is one of libzstd's error numbers.
//! Dictionaries are always copied, so that nothing outlives what it points to.

mod compression;
mod decompression;
mod dictionaries;
mod library;
mod streams;

use rustpython_vm::{Context, builtins::PyModuleDef};

/// The module.
pub(crate) fn module_def(context: &Context) -> &'static PyModuleDef {
    _zstd::module_def(context)
}

#[rustpython_vm::pymodule(name = "_krait_stand_ins._zstd")]
mod _zstd {
    use super::{
        compression::{CompressionDictionary, Compressor, Parameters},
        decompression::{DecompressionDictionary, Decompressor},
        dictionaries::{self, Samples, Training},
        library::{self, MEMORY, Owned, name_of, parameter, parameter_of_decompression, signed},
    };
    use rustpython_common::lock::PyMutex;
    use rustpython_vm::{
        PyResult, VirtualMachine,
        builtins::PyTypeRef,
        class::PyClassImpl,
        function::{ArgBytesLike, ArgMemoryBuffer, ArgSequence},
    };

    /// The parameters of a match finder, as Python has them.
    type Finder = (u32, u32, u32, u32, u32, u32, u32);

    #[pyattr(name = "Parameters", once)]
    fn class_of_parameters(_vm: &VirtualMachine) -> PyTypeRef {
        Parameters::make_static_type()
    }

    #[pyattr(name = "CompressionDictionary", once)]
    fn class_of_compression_dictionary(_vm: &VirtualMachine) -> PyTypeRef {
        CompressionDictionary::make_static_type()
    }

    #[pyattr(name = "DecompressionDictionary", once)]
    fn class_of_decompression_dictionary(_vm: &VirtualMachine) -> PyTypeRef {
        DecompressionDictionary::make_static_type()
    }

    #[pyattr(name = "Compressor", once)]
    fn class_of_compressor(_vm: &VirtualMachine) -> PyTypeRef {
        Compressor::make_static_type()
    }

    #[pyattr(name = "Decompressor", once)]
    fn class_of_decompressor(_vm: &VirtualMachine) -> PyTypeRef {
        Decompressor::make_static_type()
    }

    #[pyfunction]
    fn parameters() -> Option<Parameters> {
        // SAFETY: it takes nothing, and gives an object or null.
        let made = unsafe { library::ZSTD_createCCtxParams() };
        let own = Owned::new(made, library::ZSTD_freeCCtxParams)?;
        Some(Parameters { own: PyMutex::new(own) })
    }

    #[pyfunction]
    fn compression_dictionary(
        data: ArgBytesLike,
        kind: u32,
        finder: Finder,
    ) -> Option<CompressionDictionary> {
        let data = data.borrow_buf();
        let (window, chain, hash, search, least, target, strategy) = finder;
        let finder = library::ZSTD_compressionParameters {
            windowLog: window,
            chainLog: chain,
            hashLog: hash,
            searchLog: search,
            minMatch: least,
            targetLength: target,
            strategy,
        };
        // SAFETY: the data is read while it is borrowed, and copied.
        let made = unsafe {
            library::ZSTD_createCDict_advanced(
                data.as_ptr().cast(),
                data.len(),
                library::ZSTD_dlm_byCopy,
                kind,
                finder,
                MEMORY,
            )
        };
        Some(CompressionDictionary { own: Owned::new(made, library::ZSTD_freeCDict)? })
    }

    /// A dictionary that is prepared for a level.
    #[pyfunction]
    fn compression_dictionary_of_level(
        data: ArgBytesLike,
        level: i32,
    ) -> Option<CompressionDictionary> {
        let data = data.borrow_buf();
        // SAFETY: the data is read while it is borrowed, and copied.
        let made = unsafe { library::ZSTD_createCDict(data.as_ptr().cast(), data.len(), level) };
        Some(CompressionDictionary { own: Owned::new(made, library::ZSTD_freeCDict)? })
    }

    #[pyfunction]
    fn decompression_dictionary(data: ArgBytesLike, kind: u32) -> Option<DecompressionDictionary> {
        let data = data.borrow_buf();
        // SAFETY: the data is read while it is borrowed, and copied.
        let made = unsafe {
            library::ZSTD_createDDict_advanced(
                data.as_ptr().cast(),
                data.len(),
                library::ZSTD_dlm_byCopy,
                kind,
                MEMORY,
            )
        };
        Some(DecompressionDictionary { own: Owned::new(made, library::ZSTD_freeDDict)? })
    }

    #[pyfunction]
    fn compressor() -> Option<Compressor> {
        // SAFETY: it takes nothing, and gives an object or null.
        let made = unsafe { library::ZSTD_createCCtx() };
        let own = Owned::new(made, library::ZSTD_freeCCtx)?;
        Some(Compressor { own: PyMutex::new((own, None, Vec::new())) })
    }

    #[pyfunction]
    fn decompressor() -> Option<Decompressor> {
        // SAFETY: it takes nothing, and gives an object or null.
        let made = unsafe { library::ZSTD_createDCtx() };
        let own = Owned::new(made, library::ZSTD_freeDCtx)?;
        Some(Decompressor { own: PyMutex::new((own, None, Vec::new())) })
    }

    #[pyfunction]
    fn error_name(error: isize) -> String {
        name_of(error)
    }

    /// What a level means for data of a size and a dictionary of a size.
    #[pyfunction]
    fn finder(level: i32, size: u64, dictionary: usize) -> Finder {
        // SAFETY: it takes numbers, whatever they are.
        let found = unsafe { library::ZSTD_getCParams(level, size, dictionary) };
        (
            found.windowLog,
            found.chainLog,
            found.hashLog,
            found.searchLog,
            found.minMatch,
            found.targetLength,
            found.strategy,
        )
    }

    /// The sizes that the library recommends for compression's input and output and for decompression's, its highest
    /// level, and the size of a decompressor.
    #[pyfunction]
    fn sizes() -> (usize, usize, usize, usize, i32, usize) {
        let highest = library::ZSTD_maxCLevel();
        let decompressor = library::ZSTD_estimateDCtxSize();
        // SAFETY: these take nothing.
        let (to_read, to_write) =
            unsafe { (library::ZSTD_CStreamInSize(), library::ZSTD_CStreamOutSize()) };
        let (read, written) = (library::ZSTD_DStreamInSize(), library::ZSTD_DStreamOutSize());
        (to_read, to_write, read, written, highest, decompressor)
    }

    #[pyfunction]
    fn bound(size: usize) -> usize {
        library::ZSTD_compressBound(size)
    }

    /// The number of a dictionary: zero where it has none.
    #[pyfunction]
    fn dictionary_id(data: ArgBytesLike) -> u32 {
        dictionaries::id(&data.borrow_buf())
    }

    /// Makes a dictionary of samples: its size, or an error, and the values of `k` and `d` that were found.
    ///
    /// `cover` and `about` are the package's arguments: k, d, f, accel, steps, and threads, level, notifications,
    /// dict_id.
    #[pyfunction]
    fn train(
        place: ArgMemoryBuffer,
        samples: ArgBytesLike,
        sizes: ArgSequence<usize>,
        cover: (u32, u32, u32, u32, u32),
        about: (u32, i32, u32, u32),
        split: f64,
        vm: &VirtualMachine,
    ) -> PyResult<(isize, u32, u32)> {
        let (samples, sizes) = (samples.borrow_buf(), sizes.into_vec());
        let samples = Samples::new(&samples, &sizes).map_err(|wrong| vm.new_value_error(wrong))?;
        let training = Training { cover, about, split };
        Ok(dictionaries::train(&mut place.borrow_buf_mut(), &samples, &training))
    }

    /// The lowest and the highest value of a parameter of compression or of decompression; none if it is no parameter.
    #[pyfunction]
    fn bounds(number: u32, of_compression: bool) -> Option<(i32, i32)> {
        if of_compression {
            let parameter = parameter(number)?;
            // SAFETY: it takes a number.
            let bounds = unsafe { library::ZSTD_cParam_getBounds(parameter) };
            (bounds.error == 0).then_some((bounds.lowerBound, bounds.upperBound))
        } else {
            let bounds = library::ZSTD_dParam_getBounds(parameter_of_decompression(number)?);
            (bounds.error == 0).then_some((bounds.lowerBound, bounds.upperBound))
        }
    }

    /// How many bytes the frame takes that the data begins with, or an error.
    #[pyfunction]
    fn frame_size(data: ArgBytesLike) -> isize {
        let data = data.borrow_buf();
        // SAFETY: the data is read while it is borrowed.
        signed(unsafe { library::ZSTD_findFrameCompressedSize(data.as_ptr().cast(), data.len()) })
    }

    /// Makes a dictionary of content and of samples: its size, or an error.
    #[pyfunction]
    fn finalize(
        place: ArgMemoryBuffer,
        content: ArgBytesLike,
        samples: ArgBytesLike,
        sizes: ArgSequence<usize>,
        level: i32,
        vm: &VirtualMachine,
    ) -> PyResult<isize> {
        let (content, samples, sizes) =
            (content.borrow_buf(), samples.borrow_buf(), sizes.into_vec());
        let samples = Samples::new(&samples, &sizes).map_err(|wrong| vm.new_value_error(wrong))?;
        Ok(dictionaries::finalize(&mut place.borrow_buf_mut(), &content, &samples, level))
    }
}
