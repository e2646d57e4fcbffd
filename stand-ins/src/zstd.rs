//! The functions of libzstd that zstandard's Python half calls, for `python/zstandard/_cffi.py`, and those of the
//! standard library's `_zstd`.
//!
//! They are those of libzstd-rs-sys, libzstd in Rust. A result below zero is one of libzstd's error numbers.
//! Dictionaries are always copied, so that nothing outlives what it points to.

use rustpython_vm::{Context, builtins::PyModuleDef};
use std::{ffi::CStr, ptr::NonNull};

/// What is used of the library.
mod library {
    pub(super) use libzstd_rs_sys::lib::{
        compress::zstd_compress::{
            ZSTD_CCtx_loadDictionary_advanced, ZSTD_CCtx_params, ZSTD_CCtx_refPrefix,
            ZSTD_CCtx_setParametersUsingCCtxParams, ZSTD_CCtxParams_getParameter,
            ZSTD_CCtxParams_setParameter, ZSTD_createCCtxParams, ZSTD_createCDict_advanced,
            ZSTD_estimateCCtxSize_usingCCtxParams, ZSTD_freeCCtxParams, ZSTD_getCParams,
        },
        decompress::{
            zstd_ddict::ZSTD_createDDict_advanced,
            zstd_decompress::{ZSTD_DCtx_setMaxWindowSize, ZSTD_estimateDCtxSize},
        },
        zdict::ZDICT_finalizeDictionary,
        zstd::{ZSTD_compressionParameters, ZSTD_customMem, ZSTD_dlm_byCopy},
    };
    pub(super) use libzstd_rs_sys::{
        ZDICT_fastCover_params_t, ZDICT_getDictID, ZDICT_optimizeTrainFromBuffer_fastCover,
        ZDICT_params_t, ZSTD_CCtx, ZSTD_CCtx_refCDict, ZSTD_CCtx_reset,
        ZSTD_CCtx_setPledgedSrcSize, ZSTD_CDict, ZSTD_CStreamInSize, ZSTD_CStreamOutSize,
        ZSTD_DCtx, ZSTD_DCtx_loadDictionary, ZSTD_DCtx_refDDict, ZSTD_DCtx_refPrefix,
        ZSTD_DCtx_reset, ZSTD_DCtx_setParameter, ZSTD_DDict, ZSTD_DStreamInSize,
        ZSTD_DStreamOutSize, ZSTD_ResetDirective, ZSTD_cParam_getBounds, ZSTD_cParameter,
        ZSTD_compressBound, ZSTD_compressStream2, ZSTD_createCCtx, ZSTD_createCDict,
        ZSTD_createDCtx, ZSTD_dParam_getBounds, ZSTD_dParameter, ZSTD_decompressStream,
        ZSTD_findFrameCompressedSize, ZSTD_freeCCtx, ZSTD_freeCDict, ZSTD_freeDCtx, ZSTD_freeDDict,
        ZSTD_getErrorName, ZSTD_getFrameProgression, ZSTD_inBuffer, ZSTD_maxCLevel, ZSTD_outBuffer,
        ZSTD_sizeof_CCtx, ZSTD_sizeof_CDict, ZSTD_sizeof_DCtx, ZSTD_sizeof_DDict,
    };
}

/// The module.
pub(crate) fn module_def(context: &Context) -> &'static PyModuleDef {
    _zstd::module_def(context)
}

/// One of libzstd's objects, which are made by it and freed here.
struct Owned<T> {
    object: NonNull<T>,
    free: unsafe extern "C" fn(*mut T) -> usize,
}

impl<T> Owned<T> {
    /// None if there is no memory for it, or if it was refused.
    fn new(object: *mut T, free: unsafe extern "C" fn(*mut T) -> usize) -> Option<Self> {
        NonNull::new(object).map(|object| Self { object, free })
    }

    fn pointer(&self) -> *mut T {
        self.object.as_ptr()
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: the object was made by the library, and nobody else has it.
        unsafe { (self.free)(self.pointer()) };
    }
}

// SAFETY: libzstd's objects belong to no thread.
unsafe impl<T> Send for Owned<T> {}
// SAFETY: every use but reading what never changes is behind a lock.
unsafe impl<T> Sync for Owned<T> {}

/// Errors are the largest numbers of their type: below zero as a signed one.
fn signed(result: usize) -> isize {
    result.cast_signed()
}

/// The name of an error.
fn name_of(error: isize) -> String {
    let name = library::ZSTD_getErrorName(error.cast_unsigned());
    // SAFETY: the library gives a text that is never freed, whatever the number.
    let name = unsafe { CStr::from_ptr(name) };
    name.to_string_lossy().into_owned()
}

/// The library's own memory functions.
const MEMORY: library::ZSTD_customMem =
    library::ZSTD_customMem { customAlloc: None, customFree: None, opaque: std::ptr::null_mut() };

/// What is forgotten: 1 for the frame, 2 for the parameters, 3 for both.
fn directive(kind: u32) -> library::ZSTD_ResetDirective {
    match kind {
        1 => library::ZSTD_ResetDirective::ZSTD_reset_session_only,
        2 => library::ZSTD_ResetDirective::ZSTD_reset_parameters,
        _ => library::ZSTD_ResetDirective::ZSTD_reset_session_and_parameters,
    }
}

/// The parameter of a number, if it is one that the package knows.
fn parameter(number: u32) -> Option<library::ZSTD_cParameter> {
    type Parameter = library::ZSTD_cParameter;
    Some(match number {
        10 => Parameter::ZSTD_c_format,
        100 => Parameter::ZSTD_c_compressionLevel,
        101 => Parameter::ZSTD_c_windowLog,
        102 => Parameter::ZSTD_c_hashLog,
        103 => Parameter::ZSTD_c_chainLog,
        104 => Parameter::ZSTD_c_searchLog,
        105 => Parameter::ZSTD_c_minMatch,
        106 => Parameter::ZSTD_c_targetLength,
        107 => Parameter::ZSTD_c_strategy,
        160 => Parameter::ZSTD_c_enableLongDistanceMatching,
        161 => Parameter::ZSTD_c_ldmHashLog,
        162 => Parameter::ZSTD_c_ldmMinMatch,
        163 => Parameter::ZSTD_c_ldmBucketSizeLog,
        164 => Parameter::ZSTD_c_ldmHashRateLog,
        200 => Parameter::ZSTD_c_contentSizeFlag,
        201 => Parameter::ZSTD_c_checksumFlag,
        202 => Parameter::ZSTD_c_dictIDFlag,
        400 => Parameter::ZSTD_c_nbWorkers,
        401 => Parameter::ZSTD_c_jobSize,
        402 => Parameter::ZSTD_c_overlapLog,
        1000 => Parameter::ZSTD_c_forceMaxWindow,
        _ => return None,
    })
}

/// The same for decompression.
fn parameter_of_decompression(number: u32) -> Option<library::ZSTD_dParameter> {
    Some(match number {
        100 => library::ZSTD_dParameter::ZSTD_d_windowLogMax,
        1000 => library::ZSTD_dParameter::ZSTD_d_format,
        _ => return None,
    })
}

/// What a number that is no parameter gives: the error that it is not supported.
const NO_PARAMETER: isize = -40;
/// The parameter that says how many threads there are.
const THREADS: u32 = 400;
/// What a value outside of a parameter's bounds gives.
const OUT_OF_BOUND: isize = -42;

/// The place up to which there is something in a buffer, which has to be in it.
fn inside(end: usize, position: usize, length: usize) -> bool {
    position <= end && end <= length
}

#[rustpython_vm::pymodule(name = "_krait_stand_ins._zstd")]
mod _zstd {
    use super::{
        MEMORY, NO_PARAMETER, OUT_OF_BOUND, Owned, THREADS, directive, inside, library, name_of,
        parameter, parameter_of_decompression, signed,
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

        /// `output` and `input` are three arguments each: a buffer, where it ends, and where to begin.
        #[pymethod]
        fn stream(
            zelf: &Py<Self>,
            output: (ArgMemoryBuffer, usize, usize),
            input: (ArgBytesLike, usize, usize),
            mode: u32,
            vm: &VirtualMachine,
        ) -> PyResult<Streamed> {
            let own = zelf.own.lock();
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
            // SAFETY: the object is the library's, and is locked; both buffers are borrowed, and as long as is said.
            let result = unsafe {
                library::ZSTD_compressStream2(
                    own.0.pointer(),
                    &raw mut output,
                    &raw mut input,
                    mode.min(2),
                )
            };
            Ok((signed(result), output.pos, input.pos))
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

        /// `output` and `input` are three arguments each: a buffer, where it ends, and where to begin.
        #[pymethod]
        fn stream(
            zelf: &Py<Self>,
            output: (ArgMemoryBuffer, usize, usize),
            input: (ArgBytesLike, usize, usize),
            vm: &VirtualMachine,
        ) -> PyResult<Streamed> {
            let own = zelf.own.lock();
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
            // SAFETY: the object is the library's, and is locked; both buffers are borrowed, and as long as is said.
            let result = unsafe {
                library::ZSTD_decompressStream(own.0.pointer(), &raw mut output, &raw mut input)
            };
            Ok((signed(result), output.pos, input.pos))
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
        let data = data.borrow_buf();
        // SAFETY: the data is read while it is borrowed.
        unsafe { library::ZDICT_getDictID(data.as_ptr().cast(), data.len()) }
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
        let (k, d, f, accel, steps) = cover;
        let (threads, level, notifications, dictionary) = about;
        let samples = samples.borrow_buf();
        let sizes: Vec<usize> = sizes.into_vec();
        let whole = sizes.iter().try_fold(0_usize, |sum, size| sum.checked_add(*size));
        let Ok(count) = u32::try_from(sizes.len()) else {
            return Err(vm.new_value_error("too many samples"));
        };
        if whole != Some(samples.len()) {
            return Err(vm.new_value_error("the samples are not as long as is said"));
        }
        let mut place = place.borrow_buf_mut();
        let mut wanted = library::ZDICT_fastCover_params_t {
            k,
            d,
            f,
            steps,
            nbThreads: threads,
            splitPoint: split,
            accel,
            shrinkDict: 0,
            shrinkDictMaxRegression: 0,
            zParams: library::ZDICT_params_t {
                compressionLevel: level,
                notificationLevel: notifications,
                dictID: dictionary,
            },
        };
        // SAFETY: the buffers are borrowed, and the sizes are those of the samples.
        let result = unsafe {
            library::ZDICT_optimizeTrainFromBuffer_fastCover(
                place.as_mut_ptr().cast(),
                place.len(),
                samples.as_ptr().cast(),
                sizes.as_ptr(),
                count,
                &raw mut wanted,
            )
        };
        let result = signed(result);
        // This version of the library forgets the number that it is told; it stands behind the magic number.
        if let (1.., Some(number)) = (dictionary, place.get_mut(4..8))
            && result > 0
        {
            number.copy_from_slice(&dictionary.to_le_bytes());
        }
        Ok((result, wanted.k, wanted.d))
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
        let (content, samples) = (content.borrow_buf(), samples.borrow_buf());
        let sizes: Vec<usize> = sizes.into_vec();
        let whole = sizes.iter().try_fold(0_usize, |sum, size| sum.checked_add(*size));
        let Ok(count) = u32::try_from(sizes.len()) else {
            return Err(vm.new_value_error("too many samples"));
        };
        if whole != Some(samples.len()) {
            return Err(vm.new_value_error("the samples are not as long as is said"));
        }
        let mut place = place.borrow_buf_mut();
        let about =
            library::ZDICT_params_t { compressionLevel: level, notificationLevel: 0, dictID: 0 };
        // SAFETY: the buffers are borrowed, and the sizes are those of the samples.
        Ok(signed(unsafe {
            library::ZDICT_finalizeDictionary(
                place.as_mut_ptr().cast(),
                place.len(),
                content.as_ptr().cast(),
                content.len(),
                samples.as_ptr().cast(),
                sizes.as_ptr(),
                count,
                about,
            )
        }))
    }
}
