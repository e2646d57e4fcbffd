//! libc's allocation functions. The linker redirects every reference to `malloc` and the related
//! functions to these (`--wrap`, see build.rs), including libc's own.

use super::{
    ALIGNMENT, addresses::PAGE, allocate, allocate_zeroed, free, lock, reallocate, usable,
};
use crate::locks;
use libc::{c_int, c_void, size_t};
use std::ptr::null_mut;

#[unsafe(no_mangle)]
extern "C" fn __wrap_malloc(size: size_t) -> *mut c_void {
    or_no_memory(allocate(size, ALIGNMENT))
}

#[unsafe(no_mangle)]
extern "C" fn __wrap_calloc(count: size_t, size: size_t) -> *mut c_void {
    or_no_memory(match count.checked_mul(size) {
        Some(size) => allocate_zeroed(size, ALIGNMENT),
        None => null_mut(),
    })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_realloc(pointer: *mut c_void, size: size_t) -> *mut c_void {
    if pointer.is_null() {
        return __wrap_malloc(size);
    }
    // SAFETY: the caller's promise; it is readable as far as it is usable.
    or_no_memory(unsafe { reallocate(pointer.cast(), usable(pointer.cast()), ALIGNMENT, size) })
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_free(pointer: *mut c_void) {
    if !pointer.is_null() {
        // SAFETY: the caller's promise.
        unsafe { free(pointer.cast()) }
    }
}

#[unsafe(no_mangle)]
extern "C" fn __wrap_memalign(alignment: size_t, size: size_t) -> *mut c_void {
    if !alignment.is_power_of_two() {
        return null_mut();
    }
    or_no_memory(allocate(size, alignment))
}

#[unsafe(no_mangle)]
extern "C" fn __wrap_aligned_alloc(alignment: size_t, size: size_t) -> *mut c_void {
    __wrap_memalign(alignment, size)
}

#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_posix_memalign(
    result: *mut *mut c_void,
    alignment: size_t,
    size: size_t,
) -> c_int {
    if !alignment.is_power_of_two() || alignment < size_of::<usize>() {
        return libc::EINVAL;
    }
    let pointer = allocate(size, alignment);
    if pointer.is_null() {
        return libc::ENOMEM;
    }
    // SAFETY: the caller's promise that there is room for a pointer.
    unsafe { result.write(pointer.cast()) };
    0
}

#[unsafe(no_mangle)]
extern "C" fn __wrap_valloc(size: size_t) -> *mut c_void {
    __wrap_memalign(PAGE, size)
}

#[unsafe(no_mangle)]
extern "C" fn __wrap_malloc_usable_size(pointer: *mut c_void) -> size_t {
    if pointer.is_null() { 0 } else { usable(pointer.cast()) }
}

/// Creates a thread. Before that, the interpreter's locks are restored, and the heap is told.
#[unsafe(no_mangle)]
unsafe extern "C" fn __wrap_pthread_create(
    thread: *mut libc::pthread_t,
    attributes: *const libc::pthread_attr_t,
    start: extern "C" fn(*mut c_void) -> *mut c_void,
    argument: *mut c_void,
) -> c_int {
    if locks::put_in().is_err() {
        return libc::EAGAIN;
    }
    lock::expect_threads();
    // SAFETY: the caller's promises are passed on.
    unsafe { __real_pthread_create(thread, attributes, start, argument) }
}

fn or_no_memory(pointer: *mut u8) -> *mut c_void {
    if pointer.is_null() {
        // SAFETY: the thread's own variable.
        unsafe { *libc::__errno_location() = libc::ENOMEM };
    }
    pointer.cast()
}

unsafe extern "C" {
    /// libc's own function. A thread that is created by it is not counted, and the locks stay out.
    pub(crate) fn __real_pthread_create(
        thread: *mut libc::pthread_t,
        attributes: *const libc::pthread_attr_t,
        start: extern "C" fn(*mut c_void) -> *mut c_void,
        argument: *mut c_void,
    ) -> c_int;
}
