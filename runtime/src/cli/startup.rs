//! The first steps of the program, before it reads the command line.

use crate::{instance, locks};
use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt,
    path::Path,
};

/// What a platform calls the program that is a function's runtime.
const BOOTSTRAP: &[u8] = b"bootstrap";

/// The command of a command line: the name that the program was called by may be one.
pub fn command<'a>(program: &'a [u8], first: &'a [u8]) -> &'a [u8] {
    if is_bootstrap(OsStr::from_bytes(program)) { BOOTSTRAP } else { first }
}

fn is_bootstrap(program: &OsStr) -> bool {
    Path::new(program).file_name().is_some_and(|name| name.as_bytes() == BOOTSTRAP)
}

/// The command line with its command, where the program's name is that.
pub(super) fn typed(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut typed: Vec<OsString> = arguments.collect();
    if typed.first().is_some_and(|program| is_bootstrap(program)) {
        typed.insert(1, OsStr::from_bytes(BOOTSTRAP).to_owned());
    }
    typed
}

/// Does what Rust's own start does before `main`. A standard descriptor that the caller closed is
/// opened on `/dev/null`, so that a pipe does not take its number. And SIGPIPE is ignored, so that
/// a reader that goes away is an ordinary error. Gives which were closed.
pub fn prepare_streams() -> [bool; 3] {
    let mut closed = [false; 3];
    // SAFETY: the process has one thread and has opened nothing yet.
    unsafe {
        for (descriptor, closed) in (0..).zip(&mut closed) {
            if libc::fcntl(descriptor, libc::F_GETFD) == -1 {
                libc::open(c"/dev/null".as_ptr(), libc::O_RDWR);
                *closed = true;
            }
        }
        libc::signal(libc::SIGPIPE, libc::SIG_IGN);
    }
    closed
}

/// Starts what a command needs, before its options are parsed. After that it would be too late for
/// a snapshot, and the interpreter gets ready meanwhile.
pub fn prepare(command: &[u8]) {
    if let Err(error) = locks::keep_if_asked() {
        eprintln!("krait: KRAIT_LOCKS=keep cannot be had: {error}");
    }
    match command {
        b"invoke" | BOOTSTRAP => instance::start_early(),
        b"snapshot" => instance::start_maker(),
        b"pack" => instance::start_loader(),
        // Not a user's command: the server starts it.
        b"zygote" => instance::start_zygote(),
        _ => {}
    }
}
