//! Why a function could not be packed.

use crate::contract::limits::MIB;
use std::{fmt, io, path::PathBuf};

/// A function that cannot be packed. Each message names the input and the remedy.
#[derive(Debug)]
pub enum PackError {
    /// A file or folder of the function cannot be read.
    Unreadable { path: PathBuf, error: io::Error },
    /// What is at a path is neither a file nor a folder.
    Special { path: PathBuf },
    /// A path is not text, or is longer or nests deeper than a package's may.
    Name { path: PathBuf },
    /// A link leads to a folder that it is in.
    Circle { path: PathBuf },
    /// No file is left.
    Empty { code: PathBuf },
    /// A line of an ignore file is no pattern.
    Pattern { path: PathBuf, line: usize, text: String },
    /// The function has a file where krait is to go.
    Taken { name: &'static str },
    /// Unpacked, it is larger than the place takes.
    TooLarge { bytes: u64, most: u64, place: &'static str },
    /// The krait that is to go along is no program for Linux.
    Program { path: PathBuf },
    /// This program has a function packed into it already.
    Packed,
    /// There is a folder where a file is to be written.
    IsFolder { path: PathBuf },
    /// There is something else than an image where one is to be written.
    NoImage { path: PathBuf },
    /// There is no `krait.wasm`.
    NoModule { path: PathBuf },
    /// What is there is no `krait.wasm` of this version: of which one, if it says.
    Module { path: PathBuf, found: Option<String> },
    /// What is to be written would replace the module that it is made of.
    IsModule { path: PathBuf },
    /// The module did not do what is expected.
    Machine { what: String },
    /// The result cannot be written.
    Unwritable { path: PathBuf, error: io::Error },
}

impl fmt::Display for PackError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, error } => {
                write!(formatter, "{} cannot be read: {error}", path.display())
            }
            Self::Special { path } => write!(
                formatter,
                "{} is neither a file nor a folder; name it in .kraitignore",
                path.display()
            ),
            Self::Name { path } => write!(
                formatter,
                "the path {} cannot be packed: it is no text, or too long; rename it, or name it \
                 in .kraitignore",
                path.display()
            ),
            Self::Circle { path } => write!(
                formatter,
                "the link {} leads to a folder that it is in; name it in .kraitignore",
                path.display()
            ),
            Self::Empty { code } => {
                write!(formatter, "there is no file to be packed in {}", code.display())
            }
            Self::Pattern { path, line, text } => {
                write!(formatter, "line {line} of {} is no pattern: {text}", path.display())
            }
            Self::Taken { name } => write!(
                formatter,
                "the function has a {name} of its own, where krait's is to go; rename it, or name \
                 it in .kraitignore"
            ),
            Self::TooLarge { bytes, most, place } => write!(
                formatter,
                "the function and krait are {} unpacked, and {place} takes {} at most; leave out \
                 what the function does not need, by .kraitignore, or keep what is large in COS or \
                 S3",
                megabytes(*bytes),
                megabytes(*most)
            ),
            Self::Program { path } => {
                write!(formatter, "{} is no krait for Linux on x86-64 or arm64", path.display())
            }
            Self::Packed => formatter.write_str(
                "this program has a function in it already; pack with krait itself, or name one \
                 with --program",
            ),
            Self::IsFolder { path } => write!(
                formatter,
                "{} is a folder; name a file to be written with -o",
                path.display()
            ),
            Self::NoImage { path } => write!(
                formatter,
                "there is something at {} that is no OCI image; remove it, or name another place \
                 with -o",
                path.display()
            ),
            Self::NoModule { path } => write!(
                formatter,
                "there is no {}; take krait.wasm of this release, put it beside krait, or name it with \
                 --module",
                path.display()
            ),
            Self::Module { path, found } => write!(
                formatter,
                "{} is {}, and this is krait {}; take krait.wasm of the same release",
                path.display(),
                match found {
                    Some(version) => format!("of krait {version}"),
                    None => "no krait.wasm that a function can be packed into".to_owned(),
                },
                env!("CARGO_PKG_VERSION")
            ),
            Self::IsModule { path } => write!(
                formatter,
                "{} is the module that the function is packed into; name another file with -o",
                path.display()
            ),
            Self::Machine { what } => {
                write!(formatter, "krait.wasm cannot be run to load the function: {what}")
            }
            Self::Unwritable { path, error } => {
                write!(formatter, "{} cannot be written: {error}", path.display())
            }
        }
    }
}

impl PackError {
    /// What kept `krait.wasm` from going on.
    pub(super) fn machine(fault: impl fmt::Display) -> Self {
        Self::Machine { what: fault.to_string() }
    }
}

impl std::error::Error for PackError {}

/// A size as people read it, in the platforms' MB, rounded up: what is over a limit looks so.
pub(super) fn megabytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10).div_ceil(MIB);
    format!("{}.{} MB", tenths / 10, tenths % 10)
}
