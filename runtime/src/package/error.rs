//! Why code could not be opened.

use crate::contract::limits;
use std::{fmt, io, path::PathBuf};

/// Code that cannot be opened. Each message names the input and the remedy.
#[derive(Debug)]
pub enum PackageError {
    /// The path does not exist or may not be read.
    Unreadable { path: PathBuf, error: io::Error },
    /// The path is a file, but neither `.py` nor `.zip`.
    NotCode { path: PathBuf },
    /// More layers than a function may have.
    TooManyLayers { given: usize },
    /// The zip's structure cannot be read, or a checksum does not match.
    Damaged { archive: PathBuf, reason: String },
    /// A member of the zip is encrypted.
    Encrypted { archive: PathBuf, member: String },
    /// A member of the zip is compressed by a method that the platform does not unpack.
    Compression { archive: PathBuf, member: String, method: String },
    /// A member would be written outside the package, or links there.
    Outside { archive: PathBuf, member: String },
    /// A member is a link to Python code, and the zip is read in place, without its links.
    Link { archive: PathBuf, member: String },
    /// Unpacked, the zip is larger than code may be.
    TooLarge { archive: PathBuf },
    /// A member's path is longer, or nests deeper, than a package's may.
    TooDeep { archive: PathBuf, member: String },
    /// The zip has more files and folders than a package may have.
    TooManyMembers { archive: PathBuf, most: usize },
    /// The entry file is in a folder of the zip, not at its root.
    EntryInFolder { archive: PathBuf, entry: PathBuf, folder: String },
    /// The code is to bring its own runtime, and has none that can be executed.
    NoBootstrap { code: PathBuf, is_there: bool },
    /// There is no folder for unpacked packages: the environment names none.
    NoCache,
    /// The cache of unpacked packages cannot be written.
    Cache { folder: PathBuf, error: io::Error },
    /// A template cannot be parsed, or contains what the platform would refuse.
    Template { path: PathBuf, reason: String },
    /// A template has no function of that name, or several while no name was given.
    NoSuchFunction { path: PathBuf, name: Option<String>, functions: Vec<String> },
}

impl fmt::Display for PackageError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, error } if error.kind() == io::ErrorKind::NotFound => {
                write!(formatter, "there is nothing at {}; check the path", path.display())
            }
            Self::Unreadable { path, error } => {
                write!(formatter, "{} cannot be read: {error}", path.display())
            }
            Self::NoBootstrap { code, is_there: false } => write!(
                formatter,
                "there is no bootstrap in {}: a function with its own runtime has an executable \
                 file of that name at its root",
                code.display()
            ),
            Self::NoBootstrap { code, is_there: true } => write!(
                formatter,
                "the bootstrap in {} is not executable; set its mode to 755",
                code.display()
            ),
            Self::NotCode { path } => write!(
                formatter,
                "{} is not code: give a folder, a .py file or a .zip package",
                path.display()
            ),
            Self::TooManyLayers { given } => {
                write!(
                    formatter,
                    "{given} layers are too many: a function has at most {}",
                    limits::LAYERS
                )
            }
            Self::Damaged { archive, reason } => write!(
                formatter,
                "the package {} is damaged ({reason}); make it again",
                archive.display()
            ),
            Self::Encrypted { archive, member } => write!(
                formatter,
                "the package {} is encrypted ({member}); make it without a password",
                archive.display()
            ),
            Self::Compression { archive, member, method } => write!(
                formatter,
                "the package {} is compressed by {method} ({member}); make it with deflate, as \
                 zip does by default",
                archive.display()
            ),
            Self::Outside { archive, member } => write!(
                formatter,
                "the package {} is refused: its member {member} reaches outside the package",
                archive.display()
            ),
            Self::Link { archive, member } => write!(
                formatter,
                "the package {} is refused: its member {member} is a link, which is not followed \
                 in a zip here; unpack the package and give its folder",
                archive.display()
            ),
            Self::TooLarge { archive } => write!(
                formatter,
                "the package {} is larger than {} MB unpacked, the platform's limit; leave out \
                 what the function does not need",
                archive.display(),
                limits::CODE_BYTES / limits::MIB
            ),
            Self::TooDeep { archive, member } => write!(
                formatter,
                "the package {} is refused: the path of its member {} nests too deep or is too \
                 long; make it shorter",
                archive.display(),
                shortened(member)
            ),
            Self::TooManyMembers { archive, most } => write!(
                formatter,
                "the package {} is refused: it has more than {most} files and folders; leave out \
                 what the function does not need",
                archive.display()
            ),
            Self::EntryInFolder { archive, entry, folder } => write!(
                formatter,
                "the package {} has {} in the folder {folder}, not at its root; zip what is in \
                 the folder, not the folder itself: cd {folder} && zip -r ../package.zip .",
                archive.display(),
                entry.display()
            ),
            Self::NoCache => formatter.write_str(
                "there is no folder to unpack the package into: set XDG_CACHE_HOME, or HOME, to \
                 one that can be written",
            ),
            Self::Cache { folder, error } => write!(
                formatter,
                "the package cannot be unpacked into {}: {error}; set XDG_CACHE_HOME to a folder \
                 that can be written",
                folder.display()
            ),
            Self::Template { path, reason } => {
                write!(formatter, "the template {} cannot be used: {reason}", path.display())
            }
            Self::NoSuchFunction { path, name: Some(name), functions } => write!(
                formatter,
                "the template {} has no function {name}; it has {}",
                path.display(),
                listed(functions)
            ),
            Self::NoSuchFunction { path, name: None, functions } if functions.is_empty() => {
                write!(
                    formatter,
                    "the template {} has no function of type \
                     TencentCloud::Serverless::Function; give --handler to leave it aside",
                    path.display()
                )
            }
            Self::NoSuchFunction { path, name: None, functions } => write!(
                formatter,
                "the template {} has several functions; name one with --function: {}",
                path.display(),
                listed(functions)
            ),
        }
    }
}

impl std::error::Error for PackageError {}

/// The beginning of a name that may be very long.
pub fn shortened(name: &str) -> String {
    const SHOWN: usize = 80;
    match name.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &name[..end]),
        None => name.to_owned(),
    }
}

fn listed(functions: &[String]) -> String {
    if functions.is_empty() { "none".to_owned() } else { functions.join(", ") }
}
