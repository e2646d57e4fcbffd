//! `krait pack`: a function with krait, in the form that the place takes where it is to run.
//!
//! - [`contents`]: which of a function's files go along; `ignore.rs` has the patterns.
//! - `program.rs`: the krait that goes along.
//! - [`package`]: a zip with a program `bootstrap`, for SCF and Lambda.
//! - [`image`]: an OCI image, as a folder or a tar.
//! - [`executable`]: one program.
//! - [`module`]: a module of WebAssembly.
//! - [`kubernetes`]: the manifests that run an image.
//!
//! The same input gives the same bytes: names are sorted, times and owners are fixed, and of modes
//! only the right to be executed is kept.

#![forbid(unsafe_code)]

pub mod contents;
mod differing;
mod entry;
mod error;
pub mod executable;
mod ignore;
pub mod image;
pub mod kubernetes;
pub mod module;
pub mod package;
mod program;
mod settings;

pub use contents::Contents;
pub use differing::differing;
pub use error::PackError;
pub use program::Program;

use crate::contract::Function;
use std::{
    fs::{self, File},
    io::{self, BufWriter, Write as _},
    path::{Path, PathBuf},
};

/// What is packed.
#[derive(Debug)]
pub struct Parts<'a> {
    pub function: &'a Function,
    pub contents: &'a Contents,
    pub program: &'a Program,
}

/// What came of it, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// What the function's files and krait take where they are unpacked.
    pub unpacked: u64,
    /// What was written.
    pub written: u64,
}

/// Has `write` fill a file beside `target`, which then takes its place: what is there is whole.
fn written_to<T>(
    target: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> Result<T, PackError>,
) -> Result<T, PackError> {
    let unwritable = |error| PackError::Unwritable { path: target.to_path_buf(), error };
    if target.is_dir() {
        return Err(PackError::IsFolder { path: target.to_path_buf() });
    }
    let unfinished = unfinished(target);
    let filled = File::create(&unfinished).map_err(unwritable).and_then(|file| {
        let mut file = BufWriter::new(file);
        let result = write(&mut file)?;
        file.flush().map_err(unwritable)?;
        fs::rename(&unfinished, target).map_err(unwritable)?;
        Ok(result)
    });
    if filled.is_err() {
        // What went wrong is told; what is left of it would only be in the way.
        let _ = fs::remove_file(&unfinished);
    }
    filled
}

/// Where something is written until it is whole.
fn unfinished(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(".unfinished");
    target.with_file_name(name)
}

fn length_of(path: &Path) -> Result<u64, PackError> {
    let about = fs::metadata(path);
    about
        .map(|about| about.len())
        .map_err(|error| PackError::Unreadable { path: path.to_path_buf(), error })
}

/// An error of writing to memory or to what counts bytes, which has no path of its own.
fn unwritable(target: &Path) -> impl Fn(io::Error) -> PackError + '_ {
    |error| PackError::Unwritable { path: target.to_path_buf(), error }
}
