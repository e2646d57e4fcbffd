//! The functions of libzstd that zstandard's Python half calls, for `python/zstandard/_cffi.py`, and those of the
//! standard library's `_zstd`.
//!
//! They are those of libzstd-rs-sys, libzstd in Rust. A result below zero is one of libzstd's error numbers.
//! Dictionaries are always copied, so that nothing outlives what it points to.

mod dictionaries;
mod library;

use rustpython_vm::{Context, builtins::PyModuleDef};

/// The module.
pub(crate) fn module_def(context: &Context) -> &'static PyModuleDef {
    _zstd::module_def(context)
}

#[rustpython_vm::pymodule(name = "_krait_stand_ins._zstd")]
mod _zstd {
    use super::{
        dictionaries::{self, Samples, Training},
        library::{
            self, MEMORY, NO_PARAMETER, OUT_OF_BOUND, Owned, THREADS, directive, inside, name_of,
            parameter, parameter_of_decompression, signed,
        },
    };
    use rustpython_common::lock::PyMutex;
    use rustpython_vm::{
        Py, PyPayload, PyRef, PyResult, VirtualMachine,
        function::{ArgBytesLike, ArgMemoryBuffer, ArgSequence},
        pyclass,
    };

    /// The parameters of a match finder, as Python has them.
    type Finder = (u32, u32, u32, u32, u32, u32, u32);
    /// A context, and what must outlive its use: the dictionary that it was given, or the data of one.
    type Held<T, D> = (Owned<T>, Option<PyRef<D>>, Vec<u8>);
    /// A result, the position in the output and that in the input.
    type Streamed = (isize, usize, usize);

    /// A buffer, where it ends, and where to begin.
    type Output = (ArgMemoryBuffer, usize, usize);
    type Input = (ArgBytesLike, usize, usize);

    /// Has the library go through an input once. What it is given is valid while it is called.
    fn streamed(
        output: Output,
        input: Input,
        vm: &VirtualMachine,
        step: impl FnOnce(*mut library::ZSTD_outBuffer, *mut library::ZSTD_inBuffer) -> usize,
    ) -> PyResult<Streamed> {
        let (data, size, from) = input;
        let data = data.borrow_buf();
        let (place, room, to) = output;
        let mut place = place.borrow_buf_mut();
        if !inside(size, from, data.len()) || !inside(room, to, place.len()) {
            return Err(vm.new_value_error("a position is outside of its buffer"));
        }
        let mut output =
            library::ZSTD_outBuffer { dst: place.as_mut_ptr().cast(), size: room, pos: to };
        let mut input = library::ZSTD_inBuffer { src: data.as_ptr().cast(), size, pos: from };
        let result = step(&raw mut output, &raw mut input);
        Ok((signed(result), output.pos, input.pos))
    }

    /// Writes how the types of this module are shown.
    macro_rules! shown {
        ($($kind:ident),*) => {$(
            impl core::fmt::Debug for $kind {
                fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    formatter.write_str(stringify!($kind))
                }
            }
        )*};
    }
    shown!(Parameters, CompressionDictionary, DecompressionDictionary, Compressor, Decompressor);

    #[pyattr]
    #[pyclass(name, module = "_krait_stand_ins")]
    #[derive(PyPayload)]
    struct Parameters {
        own: PyMutex<Owned<library::ZSTD_CCtx_params>>,
    }

    #[pyclass(flags(DISALLOW_INSTANTIATION))]
    impl Parameters {
        #[pymethod]
        fn set(zelf: &Py<Self>, number: u32, value: i32) -> isize {
            let Some(parameter) = parameter(number) else { return NO_PARAMETER };
            let own = zelf.own.lock();
            // SAFETY: the object is the library's, and is locked.
            signed(unsafe {
                library::ZSTD_CCtxParams_setParameter(own.pointer(), parameter, value)
            })
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

    #[pyfunction]
    fn parameters() -> Option<Parameters> {
        // SAFETY: it takes nothing, and gives an object or null.
        let made = unsafe { library::ZSTD_createCCtxParams() };
        let own = Owned::new(made, library::ZSTD_freeCCtxParams)?;
        Some(Parameters { own: PyMutex::new(own) })
    }

    /// A dictionary that is prepared for compression.
    #[pyattr]
    #[pyclass(name, module = "_krait_stand_ins")]
    #[derive(PyPayload)]
    struct CompressionDictionary {
        own: Owned<library::ZSTD_CDict>,
    }

    #[pyclass(flags(DISALLOW_INSTANTIATION))]
    impl CompressionDictionary {
        #[pymethod]
        fn size(zelf: &Py<Self>) -> usize {
            // SAFETY: a dictionary never changes.
            unsafe { library::ZSTD_sizeof_CDict(zelf.own.pointer()) }
        }
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

    /// A dictionary that is prepared for decompression.
    #[pyattr]
    #[pyclass(name, module = "_krait_stand_ins")]
    #[derive(PyPayload)]
    struct DecompressionDictionary {
        own: Owned<library::ZSTD_DDict>,
    }

    #[pyclass(flags(DISALLOW_INSTANTIATION))]
    impl DecompressionDictionary {
        #[pymethod]
        fn size(zelf: &Py<Self>) -> usize {
            // SAFETY: a dictionary never changes.
            unsafe { library::ZSTD_sizeof_DDict(zelf.own.pointer()) }
        }
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

    /// A context that compresses.
    #[pyattr]
    #[pyclass(name, module = "_krait_stand_ins")]
    #[derive(PyPayload)]
    struct Compressor {
        own: PyMutex<Held<library::ZSTD_CCtx, CompressionDictionary>>,
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
                unsafe {
                    library::ZSTD_compressStream2(own.0.pointer(), output, input, mode.min(2))
                }
            })
        }
    }

    #[pyfunction]
    fn compressor() -> Option<Compressor> {
        // SAFETY: it takes nothing, and gives an object or null.
        let made = unsafe { library::ZSTD_createCCtx() };
        let own = Owned::new(made, library::ZSTD_freeCCtx)?;
        Some(Compressor { own: PyMutex::new((own, None, Vec::new())) })
    }

    /// A context that decompresses.
    #[pyattr]
    #[pyclass(name, module = "_krait_stand_ins")]
    #[derive(PyPayload)]
    struct Decompressor {
        own: PyMutex<Held<library::ZSTD_DCtx, DecompressionDictionary>>,
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
