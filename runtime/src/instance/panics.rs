//! A panic of the interpreter ends the function's process: a 439. Its message and place are written
//! to the function's log.

#[cfg(unix)]
use super::process::always_open;
#[cfg(unix)]
use std::{io::Write, os::fd::RawFd};
use std::{
    panic::{self, PanicHookInfo},
    process,
};

/// From here on, a panic of any thread is written to the log and ends the process. `log` is the
/// log's own descriptor, which stays open even if the function closes standard error.
#[cfg(unix)]
pub(super) fn log_to(log: RawFd) {
    panic::set_hook(Box::new(move |panic| {
        // A log that nobody reads any more changes nothing.
        let _ = always_open(log).write_all(message(panic).as_bytes());
        process::abort()
    }));
}

/// From here on, a panic is written to the log and ends the module.
#[cfg(target_os = "wasi")]
pub(super) fn log() {
    panic::set_hook(Box::new(|panic| {
        eprint!("{}", message(panic));
        process::exit(134)
    }));
}

/// A line that says where a panic was, and what it says itself.
fn message(panic: &PanicHookInfo<'_>) -> String {
    let said = panic.payload_as_str().unwrap_or("a panic without words");
    match panic.location() {
        Some(place) => {
            let (file, line) = (in_crate(place.file()), place.line());
            format!("krait: the interpreter panicked at {file}:{line}: {said}\n")
        }
        None => format!("krait: the interpreter panicked: {said}\n"),
    }
}

/// A source file's path within its crate. The crate's own folder differs from machine to machine.
fn in_crate(file: &str) -> &str {
    let Some(sources) = file.rfind("/src/") else { return file };
    file[..sources].rfind('/').map_or(file, |before| &file[before + 1..])
}
