//! The face that a WebAssembly module's host calls: a function is loaded once, and invoked as
//! often as wanted. `hosts/README.md` describes it for those who write hosts.
//!
//! A host passes texts in memory from [`krait_alloc`], as a pointer and a size in bytes. It gets
//! the address of an [`Answer`]. The answer, and what it points to, is valid until the next call.
//! (`krait_alloc`, `krait_free` and `krait_answer` do not count.)

mod answer;
mod options;
mod packed;
mod session;
mod unpack;

pub use answer::Answer;
pub use unpack::krait_unpack;

use crate::{contract::events, instance};
use serde_json::{Value, json};
use session::Session;
use std::{alloc::Layout, time::Duration};

/// Builds the interpreter and imports what most functions import. A tool then keeps the module's
/// memory. Ends the module on a failure.
#[unsafe(no_mangle)]
pub extern "C" fn krait_prepare() {
    if let Err(message) = instance::prepare_image() {
        eprintln!("krait: {message}");
        std::process::exit(3);
    }
}

/// Memory for `size` bytes; 0 where there is none.
#[unsafe(no_mangle)]
pub extern "C" fn krait_alloc(size: usize) -> *mut u8 {
    match layout(size) {
        // SAFETY: the size is not zero.
        Some(layout) => unsafe { std::alloc::alloc(layout) },
        None => std::ptr::null_mut(),
    }
}

/// Frees memory of [`krait_alloc`] for `size`.
///
/// # Safety
/// `pointer` came from `krait_alloc(size)` and was not given back yet, or is 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn krait_free(pointer: *mut u8, size: usize) {
    if let Some(layout) = layout(size).filter(|_| !pointer.is_null()) {
        // SAFETY: as the caller promises.
        unsafe { std::alloc::dealloc(pointer, layout) }
    }
}

/// Takes a function's options: see [`options`]. The function is imported by its first
/// invocation.
///
/// # Safety
/// `options` points at `size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn krait_load(options: *const u8, size: usize) -> *const Answer {
    // SAFETY: as the caller promises.
    Session::load(unsafe { bytes(options, size) })
}

/// Puts a file into the module's own folder, `/function`, which then is there for the function that is
/// loaded. A path has no `/` at its start.
///
/// # Safety
/// Each pointer points at as many bytes as is said.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn krait_add(
    path: *const u8,
    path_size: usize,
    content: *const u8,
    content_size: usize,
) -> *const Answer {
    instance::begin_packing();
    // SAFETY: as the caller promises.
    let (path, content) = unsafe { (bytes(path, path_size), bytes(content, content_size)) };
    let added = std::str::from_utf8(path)
        .map_err(|_| "a path is no text in UTF-8".to_owned())
        .and_then(|path| instance::add_file(path, content));
    match added {
        Ok(()) => answer::give(0, String::new(), String::new(), String::new()),
        Err(message) => session::refused(message),
    }
}

/// Prepares the module's memory to be kept: with the function loaded, or with its files alone if `loads` is 0.
/// The RetMsg is a JSON list of names in the function's modules with what they hold. When this is called
/// again, it forgets that. A host can then make a module that has this memory from its start.
#[unsafe(no_mangle)]
pub extern "C" fn krait_keep(loads: u32) -> *const Answer {
    instance::begin_packing();
    Session::keep(loads != 0)
}

/// The version of krait, which is the RetMsg.
#[unsafe(no_mangle)]
pub extern "C" fn krait_version() -> *const Answer {
    answer::give(0, env!("CARGO_PKG_VERSION").to_owned(), String::new(), String::new())
}

/// Invokes the loaded function. An empty request id is made up.
///
/// # Safety
/// Each pointer points at as many bytes as is said.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn krait_invoke(
    event: *const u8,
    event_size: usize,
    request_id: *const u8,
    request_id_size: usize,
) -> *const Answer {
    // SAFETY: as the caller promises.
    unsafe { Session::invoke(bytes(event, event_size), bytes(request_id, request_id_size)) }
}

/// The answer to an invocation that the host ended after `duration_ms`: for its time (433), its
/// memory (434), or because its module ended (439). The host calls it in another module that has
/// loaded the function.
///
/// # Safety
/// `request_id` points at as many bytes as is said.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn krait_ended(
    status_code: u32,
    request_id: *const u8,
    request_id_size: usize,
    duration_ms: u32,
) -> *const Answer {
    let duration = Duration::from_millis(duration_ms.into());
    // SAFETY: as the caller promises.
    Session::ended(status_code, unsafe { bytes(request_id, request_id_size) }, duration)
}

/// The last answer. If a function ended its module, this is the invocation's result. It may be
/// called then, too.
#[unsafe(no_mangle)]
pub extern "C" fn krait_answer() -> *const Answer {
    answer::last()
}

/// The platform's trigger events, as the text of a JSON list of objects with `name`, `title`
/// and `event`.
#[unsafe(no_mangle)]
pub extern "C" fn krait_events() -> *const Answer {
    answer::give(0, events_json(), String::new(), String::new())
}

fn events_json() -> String {
    let events = events::all()
        .iter()
        .map(|event| json!({"name": event.name, "title": event.title, "event": event.value()}));
    Value::Array(events.collect()).to_string()
}

fn layout(size: usize) -> Option<Layout> {
    Layout::from_size_align(size, 8).ok().filter(|layout| layout.size() > 0)
}

/// # Safety
/// `pointer` points at `size` bytes, or `size` is 0.
unsafe fn bytes<'a>(pointer: *const u8, size: usize) -> &'a [u8] {
    if size == 0 {
        return &[];
    }
    // SAFETY: as the caller promises.
    unsafe { std::slice::from_raw_parts(pointer, size) }
}
