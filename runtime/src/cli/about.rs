//! `krait --version --verbose`: what this build is made of.

use crate::python::{engine_version, python_version};
use std::{
    ffi::OsStr,
    io::{Write as _, stdout},
};

/// The commit that this was built from. `cargo xtask dist` sets it; other builds do not know theirs, because
/// each commit would make them compile again.
const COMMIT: Option<&str> = option_env!("KRAIT_COMMIT");

/// Whether a command line asks for it: these two options in either order, and nothing else.
pub(super) fn is_asked<T: AsRef<OsStr>>(typed: &[T]) -> bool {
    let [_, first, second] = typed else { return false };
    let is_version = |text: &T| text.as_ref() == "--version" || text.as_ref() == "-V";
    let is_verbose = |text: &T| text.as_ref() == "--verbose";
    (is_version(first) && is_verbose(second)) || (is_verbose(first) && is_version(second))
}

/// Prints a line for each part.
pub(super) fn print() {
    // A reader that stopped reading has what it wanted.
    let _ = stdout().lock().write_all(text().as_bytes());
}

fn text() -> String {
    format!(
        "krait {}\n\
         commit: {}\n\
         target: {}\n\
         engine: RustPython {}, changed by krait\n\
         python: {}\n\
         snapshot: {}\n\
         features: {}\n",
        env!("CARGO_PKG_VERSION"),
        COMMIT.unwrap_or("not noted by this build"),
        env!("KRAIT_TARGET"),
        engine_version(),
        python_version(),
        snapshot(),
        if cfg!(feature = "stand-ins") { "stand-ins" } else { "none" },
    )
}

/// The first line of what `krait snapshot` tells.
#[cfg(unix)]
fn snapshot() -> String {
    let status = super::snapshot::status();
    status.lines().next().unwrap_or_default().to_owned()
}

/// A module has a built interpreter in its memory, and no file to restore.
#[cfg(target_os = "wasi")]
fn snapshot() -> String {
    "none: a module".to_owned()
}
