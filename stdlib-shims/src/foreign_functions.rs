//! Definitions in place of libffi.
//!
//! A crate of the engine calls libffi for its `ctypes`, which krait does not use: krait's own is
//! `python/replace/_ctypes.py`, which calls no foreign function. These definitions satisfy the
//! linker. If one is called all the same, it ends the process and says why.
//!
//! `.cargo/config.toml` tells cargo that the library `ffi` needs no linking.

use std::ffi::{c_char, c_uint, c_void};

/// libffi's description of a type: its layout is part of libffi's C interface.
#[repr(C)]
struct FfiType {
    size: usize,
    alignment: u16,
    kind: u16,
    elements: *mut *mut FfiType,
}

// SAFETY: the values are never written, and `elements` is always null.
unsafe impl Sync for FfiType {}

/// libffi's FFI_BAD_ABI: what a preparation answers where no call can be made.
const BAD_ABI: c_uint = 2;

macro_rules! scalar_types {
    ($($name:ident: $size:literal, $kind:literal;)*) => {$(
        // SAFETY: no other library defines the symbol; libffi is not linked.
        #[unsafe(no_mangle)]
        #[allow(non_upper_case_globals, reason = "the names are libffi's")]
        static $name: FfiType = FfiType {
            size: $size,
            alignment: $size,
            kind: $kind,
            elements: std::ptr::null_mut(),
        };
    )*};
}

// Sizes in bytes, kinds as in ffi.h.
scalar_types! {
    ffi_type_void: 1, 0;
    ffi_type_float: 4, 2;
    ffi_type_double: 8, 3;
    ffi_type_longdouble: 16, 4;
    ffi_type_uint8: 1, 5;
    ffi_type_sint8: 1, 6;
    ffi_type_uint16: 2, 7;
    ffi_type_sint16: 2, 8;
    ffi_type_uint32: 4, 9;
    ffi_type_sint32: 4, 10;
    ffi_type_uint64: 8, 11;
    ffi_type_sint64: 8, 12;
    ffi_type_pointer: 8, 14;
}

/// The engine asserts that a preparation succeeds, so it does; the call does not.
///
/// # Safety
/// The arguments are not looked at.
#[unsafe(no_mangle)]
unsafe extern "C" fn ffi_prep_cif(
    _interface: *mut c_void,
    _abi: c_uint,
    _arguments: c_uint,
    _result: *mut FfiType,
    _types: *mut *mut FfiType,
) -> c_uint {
    0
}

/// # Safety
/// The arguments are not looked at.
#[unsafe(no_mangle)]
unsafe extern "C" fn ffi_prep_cif_var(
    _interface: *mut c_void,
    _abi: c_uint,
    _fixed_arguments: c_uint,
    _arguments: c_uint,
    _result: *mut FfiType,
    _types: *mut *mut FfiType,
) -> c_uint {
    0
}

/// # Safety
/// The arguments are not looked at; the process ends.
#[unsafe(no_mangle)]
unsafe extern "C" fn ffi_call(
    _interface: *mut c_void,
    _function: *const c_char,
    _result: *mut c_void,
    _arguments: *mut *mut c_void,
) {
    refuse()
}

/// # Safety
/// The arguments are not looked at.
#[unsafe(no_mangle)]
unsafe extern "C" fn ffi_get_struct_offsets(
    _abi: c_uint,
    _type: *mut FfiType,
    _offsets: *mut usize,
) -> c_uint {
    BAD_ABI
}

/// # Safety
/// The arguments are not looked at; the process ends.
#[unsafe(no_mangle)]
unsafe extern "C" fn ffi_closure_alloc(_size: usize, _code: *mut *mut c_void) -> *mut c_void {
    refuse()
}

/// # Safety
/// Nothing was allocated, so there is nothing to free.
#[unsafe(no_mangle)]
unsafe extern "C" fn ffi_closure_free(_closure: *mut c_void) {}

/// # Safety
/// The arguments are not looked at.
#[unsafe(no_mangle)]
unsafe extern "C" fn ffi_prep_closure_loc(
    _closure: *mut c_void,
    _interface: *mut c_void,
    _function: *const c_void,
    _user_data: *mut c_void,
    _code: *mut c_void,
) -> c_uint {
    BAD_ABI
}

fn refuse() -> ! {
    eprintln!("krait: ctypes cannot call foreign functions: krait is a static binary");
    std::process::abort()
}
