//! What stands where libffi would.
//!
//! The engine's `ctypes` calls functions by libffi, which krait does not link: a static binary can
//! load no shared library, so there are few functions to call. `ctypes.memmove` and `memset` are
//! such, and Python functions that a `CFUNCTYPE` wraps; whatever else an address is given for is
//! called, as in CPython. `python/append/ctypes/__init__.py` refuses to load a library, with the
//! reason.
//!
//! `.cargo/config.toml` tells cargo that the library `ffi` needs no linking.

use std::{
    collections::BTreeSet,
    ffi::{c_char, c_uint, c_void},
    sync::{Mutex, MutexGuard, PoisonError},
};

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

// Kinds that are not an integer's or a pointer's.
const VOID: u16 = 0;
const FLOAT: u16 = 2;
const DOUBLE: u16 = 3;
const LONG_DOUBLE: u16 = 4;
const STRUCTURE: u16 = 13;
// Integers with a sign, less than 64 bits of them.
const SIGNED_8: u16 = 6;
const SIGNED_16: u16 = 8;
const SIGNED_32: u16 = 10;

/// libffi's description of a function, as `ffi_prep_cif` fills it.
#[repr(C)]
struct Interface {
    abi: c_uint,
    count: c_uint,
    arguments: *mut *mut FfiType,
    result: *mut FfiType,
    bytes: c_uint,
    flags: c_uint,
}

/// # Safety
/// The interface is libffi's structure, the types live as long as it is used.
#[unsafe(no_mangle)]
unsafe extern "C" fn ffi_prep_cif(
    interface: *mut Interface,
    abi: c_uint,
    count: c_uint,
    result: *mut FfiType,
    arguments: *mut *mut FfiType,
) -> c_uint {
    // SAFETY: the caller's promise.
    unsafe { interface.write(Interface { abi, count, arguments, result, bytes: 0, flags: 0 }) };
    0
}

/// # Safety
/// As [`ffi_prep_cif`].
#[unsafe(no_mangle)]
unsafe extern "C" fn ffi_prep_cif_var(
    interface: *mut Interface,
    abi: c_uint,
    _fixed: c_uint,
    count: c_uint,
    result: *mut FfiType,
    arguments: *mut *mut FfiType,
) -> c_uint {
    // SAFETY: the caller's promise.
    unsafe { ffi_prep_cif(interface, abi, count, result, arguments) }
}

/// A function, for whom looks only at registers: those that it does not take may hold anything.
type Function<R> = unsafe extern "C" fn(
    u64,
    u64,
    u64,
    u64,
    u64,
    u64,
    f64,
    f64,
    f64,
    f64,
    f64,
    f64,
    f64,
    f64,
) -> R;

/// # Safety
/// The function is a closure's, or takes what the interface says; so are the arguments and the place
/// of the result.
#[unsafe(no_mangle)]
unsafe extern "C" fn ffi_call(
    interface: *mut Interface,
    function: *const c_char,
    result: *mut c_void,
    arguments: *mut *mut c_void,
) {
    let known = closures().contains(&function.addr());
    // SAFETY: a closure is what `ffi_prep_closure_loc` made of it. All else is the caller's promise;
    // a function is called as C calls one that takes fewer arguments.
    unsafe {
        if known {
            let closure = &*function.cast::<Closure>();
            if let Some(callback) = closure.callback {
                callback(closure.interface, result, arguments, closure.user_data);
            }
            return;
        }
        let interface = &*interface;
        let (mut numbers, mut floats) = (Vec::new(), Vec::new());
        for at in 0..interface.count as usize {
            let (kind, value) = (&**interface.arguments.add(at), *arguments.add(at));
            match (kind.kind, kind.size) {
                (FLOAT, _) => floats.push(f64::from_bits(value.cast::<u32>().read().into())),
                (DOUBLE, _) => floats.push(value.cast::<f64>().read()),
                (VOID | LONG_DOUBLE | STRUCTURE, _) => refuse(),
                // Signs are kept by the copy that the type is read as.
                (SIGNED_8, _) => numbers.push(i64::from(value.cast::<i8>().read()).cast_unsigned()),
                (SIGNED_16, _) => {
                    numbers.push(i64::from(value.cast::<i16>().read()).cast_unsigned());
                }
                (SIGNED_32, _) => {
                    numbers.push(i64::from(value.cast::<i32>().read()).cast_unsigned());
                }
                (_, 1) => numbers.push(value.cast::<u8>().read().into()),
                (_, 2) => numbers.push(value.cast::<u16>().read().into()),
                (_, 4) => numbers.push(value.cast::<u32>().read().into()),
                _ => numbers.push(value.cast::<u64>().read()),
            }
        }
        if numbers.len() > 6 || floats.len() > 8 {
            refuse();
        }
        numbers.resize(6, 0);
        floats.resize(8, 0.0);
        macro_rules! call {
            ($result:ty) => {
                std::mem::transmute::<*const c_char, Function<$result>>(function)(
                    numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5],
                    floats[0], floats[1], floats[2], floats[3], floats[4], floats[5], floats[6],
                    floats[7],
                )
            };
        }
        match (*interface.result).kind {
            VOID => call!(()),
            FLOAT => result.cast::<f32>().write(call!(f32)),
            DOUBLE => result.cast::<f64>().write(call!(f64)),
            LONG_DOUBLE | STRUCTURE => refuse(),
            SIGNED_8 => result.cast::<i64>().write(call!(i8).into()),
            SIGNED_16 => result.cast::<i64>().write(call!(i16).into()),
            SIGNED_32 => result.cast::<i64>().write(call!(i32).into()),
            _ => {
                let bits = (*interface.result).size.min(8) as u32 * 8;
                result.cast::<u64>().write(call!(u64) & (u64::MAX >> (64 - bits)));
            }
        }
    }
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

/// libffi's FFI_BAD_ABI: what is answered where something cannot be done.
const BAD_ABI: c_uint = 2;

type Callback = unsafe extern "C" fn(*mut Interface, *mut c_void, *mut *mut c_void, *mut c_void);

/// A function of Rust's that has an address of its own. There is no code at it: nobody calls it but
/// [`ffi_call`], which knows it.
struct Closure {
    interface: *mut Interface,
    callback: Option<Callback>,
    user_data: *mut c_void,
}

static CLOSURES: Mutex<BTreeSet<usize>> = Mutex::new(BTreeSet::new());

fn closures() -> MutexGuard<'static, BTreeSet<usize>> {
    CLOSURES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// # Safety
/// `code` is a variable.
#[unsafe(no_mangle)]
unsafe extern "C" fn ffi_closure_alloc(_size: usize, code: *mut *mut c_void) -> *mut c_void {
    let null = std::ptr::null_mut();
    let closure =
        Box::into_raw(Box::new(Closure { interface: null.cast(), callback: None, user_data: null }));
    closures().insert(closure.addr());
    // SAFETY: the caller's promise.
    unsafe { code.write(closure.cast()) };
    closure.cast()
}

/// # Safety
/// The closure is one that [`ffi_closure_alloc`] gave, and is not used any more.
#[unsafe(no_mangle)]
unsafe extern "C" fn ffi_closure_free(closure: *mut c_void) {
    if closures().remove(&closure.addr()) {
        // SAFETY: it was made by a box, and nobody else frees it.
        drop(unsafe { Box::from_raw(closure.cast::<Closure>()) });
    }
}

/// # Safety
/// The closure is one that [`ffi_closure_alloc`] gave; the others live as long as it.
#[unsafe(no_mangle)]
unsafe extern "C" fn ffi_prep_closure_loc(
    closure: *mut c_void,
    interface: *mut Interface,
    callback: Option<Callback>,
    user_data: *mut c_void,
    _code: *mut c_void,
) -> c_uint {
    // SAFETY: the caller's promise.
    unsafe { closure.cast::<Closure>().write(Closure { interface, callback, user_data }) };
    0
}

fn refuse() -> ! {
    eprintln!("krait: ctypes cannot call a function that takes so many arguments, or structures");
    std::process::abort()
}
