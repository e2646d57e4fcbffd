//! What is used of libzstd-rs-sys, and what its errors, objects and parameters are.

use std::{ffi::CStr, ptr::NonNull};

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
    ZDICT_params_t, ZSTD_CCtx, ZSTD_CCtx_refCDict, ZSTD_CCtx_reset, ZSTD_CCtx_setPledgedSrcSize,
    ZSTD_CDict, ZSTD_CStreamInSize, ZSTD_CStreamOutSize, ZSTD_DCtx, ZSTD_DCtx_loadDictionary,
    ZSTD_DCtx_refDDict, ZSTD_DCtx_refPrefix, ZSTD_DCtx_reset, ZSTD_DCtx_setParameter, ZSTD_DDict,
    ZSTD_DStreamInSize, ZSTD_DStreamOutSize, ZSTD_ResetDirective, ZSTD_cParam_getBounds,
    ZSTD_cParameter, ZSTD_compressBound, ZSTD_compressStream2, ZSTD_createCCtx, ZSTD_createCDict,
    ZSTD_createDCtx, ZSTD_dParam_getBounds, ZSTD_dParameter, ZSTD_decompressStream,
    ZSTD_findFrameCompressedSize, ZSTD_freeCCtx, ZSTD_freeCDict, ZSTD_freeDCtx, ZSTD_freeDDict,
    ZSTD_getErrorName, ZSTD_getFrameProgression, ZSTD_inBuffer, ZSTD_maxCLevel, ZSTD_outBuffer,
    ZSTD_sizeof_CCtx, ZSTD_sizeof_CDict, ZSTD_sizeof_DCtx, ZSTD_sizeof_DDict,
};

/// One of libzstd's objects, which are made by it and freed here.
pub(super) struct Owned<T> {
    object: NonNull<T>,
    free: unsafe extern "C" fn(*mut T) -> usize,
}

impl<T> Owned<T> {
    /// None if there is no memory for it, or if it was refused.
    pub(super) fn new(object: *mut T, free: unsafe extern "C" fn(*mut T) -> usize) -> Option<Self> {
        NonNull::new(object).map(|object| Self { object, free })
    }

    pub(super) fn pointer(&self) -> *mut T {
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
pub(super) fn signed(result: usize) -> isize {
    result.cast_signed()
}

/// The name of an error.
pub(super) fn name_of(error: isize) -> String {
    let name = ZSTD_getErrorName(error.cast_unsigned());
    // SAFETY: the library gives a text that is never freed, whatever the number.
    let name = unsafe { CStr::from_ptr(name) };
    name.to_string_lossy().into_owned()
}

/// The library's own memory functions.
pub(super) const MEMORY: ZSTD_customMem =
    ZSTD_customMem { customAlloc: None, customFree: None, opaque: std::ptr::null_mut() };

/// What is forgotten: 1 for the frame, 2 for the parameters, 3 for both.
pub(super) fn directive(kind: u32) -> ZSTD_ResetDirective {
    match kind {
        1 => ZSTD_ResetDirective::ZSTD_reset_session_only,
        2 => ZSTD_ResetDirective::ZSTD_reset_parameters,
        _ => ZSTD_ResetDirective::ZSTD_reset_session_and_parameters,
    }
}

/// The parameter of a number, if it is one that the package knows.
pub(super) fn parameter(number: u32) -> Option<ZSTD_cParameter> {
    type Parameter = ZSTD_cParameter;
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
pub(super) fn parameter_of_decompression(number: u32) -> Option<ZSTD_dParameter> {
    Some(match number {
        100 => ZSTD_dParameter::ZSTD_d_windowLogMax,
        1000 => ZSTD_dParameter::ZSTD_d_format,
        _ => return None,
    })
}

/// What a number that is no parameter gives: the error that it is not supported.
pub(super) const NO_PARAMETER: isize = -40;
/// The parameter that says how many threads there are.
pub(super) const THREADS: u32 = 400;
/// What a value outside of a parameter's bounds gives.
pub(super) const OUT_OF_BOUND: isize = -42;

/// The place up to which there is something in a buffer, which has to be in it.
pub(super) fn inside(end: usize, position: usize, length: usize) -> bool {
    position <= end && end <= length
}
