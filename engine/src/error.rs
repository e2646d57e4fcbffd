//! Why changes cannot be made.

use std::{fmt, io, path::PathBuf};

/// Why a crate's changes cannot be made.
#[derive(Debug)]
pub enum ChangeError {
    /// A file or folder cannot be read or written.
    File { path: PathBuf, error: io::Error },
    /// A change is not written as `README.md` says.
    Form { change: PathBuf, line: usize, reason: String },
    /// The file that a change was written for is another one.
    Checksum { change: PathBuf, file: PathBuf, expected: String, found: String },
    /// Two changes replace the same lines, or one replaces lines that the file does not have.
    Lines { change: PathBuf, file: PathBuf, first: usize, reason: String },
    /// A file that is to be added is in the crate already.
    Exists { file: PathBuf },
}

impl fmt::Display for ChangeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, error } => write!(formatter, "{}: {error}", path.display()),
            Self::Form { change, line, reason } => {
                write!(formatter, "{}:{line}: {reason}", change.display())
            }
            Self::Checksum { change, file, expected, found } => write!(
                formatter,
                "the change {} was written for another {}: it names the checksum {expected}, \
                 and the file's is {found}. Look at what is new in the file, write the change \
                 for it, and name its checksum.",
                change.display(),
                file.display()
            ),
            Self::Lines { change, file, first, reason } => write!(
                formatter,
                "the change {} cannot be made at line {first} of {}: {reason}",
                change.display(),
                file.display()
            ),
            Self::Exists { file } => {
                write!(formatter, "{} is to be added, and is there already", file.display())
            }
        }
    }
}

impl std::error::Error for ChangeError {}
