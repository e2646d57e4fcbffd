//! Errors of the store.

use crate::platform::cluster::ClusterError;
use rusqlite::ErrorCode;
use std::{
    fmt, io,
    path::{Path, PathBuf},
};

/// An error of the store. It can be cloned, because one failed transaction is reported to all
/// callers whose commands were in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    /// When opening: the data folder cannot be made, or nothing can be written there.
    Folder { folder: PathBuf, reason: String },
    /// When opening: another server has the data folder.
    Locked { folder: PathBuf },
    /// When opening: a newer krait wrote the file.
    Newer { file: PathBuf, version: i64, known: i64 },
    /// When opening: there is code of functions, and not the file that says which they are.
    Missing { file: PathBuf },
    /// At any time: the file is not what SQLite wrote.
    Damaged { file: PathBuf, reason: String },
    /// When writing: the disk is full. Nothing of the command was kept.
    Full { file: PathBuf },
    /// At any time: the disk or SQLite failed. Nothing of the command was kept. If it failed at the
    /// very end, while making it durable, that is unknown.
    Database { file: PathBuf, reason: String },
    /// When saving code: its file cannot be written.
    Code { file: PathBuf, reason: String },
    /// When saving a function: no code of this digest is there.
    NoSuchCode { digest: String },
    /// When queueing an event: there is one with the same request id.
    Taken { request_id: String },
    /// The servers of the cluster did not keep it.
    Cluster(ClusterError),
    /// The store was closed.
    Closed,
}

impl StoreError {
    pub(super) fn folder(folder: &Path, error: &io::Error) -> Self {
        Self::Folder { folder: folder.to_path_buf(), reason: error.to_string() }
    }

    pub(super) fn database(file: &Path, error: &rusqlite::Error) -> Self {
        let (file, reason) = (file.to_path_buf(), error.to_string());
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                Self::Damaged { file, reason }
            }
            Some(ErrorCode::DiskFull) => Self::Full { file },
            _ => Self::Database { file, reason },
        }
    }

    pub(super) fn code(file: &Path, error: &io::Error) -> Self {
        Self::Code { file: file.to_path_buf(), reason: error.to_string() }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder { folder, reason } => write!(
                formatter,
                "the data folder {} cannot be used: {reason}; name another with --data-dir",
                folder.display()
            ),
            Self::Locked { folder } => write!(
                formatter,
                "another krait serves from the data folder {}; stop it, or name another folder \
                 with --data-dir",
                folder.display()
            ),
            Self::Newer { file, version, known } => write!(
                formatter,
                "{} was written by a newer krait: its version is {version}, and this krait knows \
                 {known}; use the newer krait, or name another folder with --data-dir",
                file.display()
            ),
            Self::Missing { file } => write!(
                formatter,
                "{} is not there, though the functions' code is; put a copy of it back, or move \
                 the folder code beside it away to start anew",
                file.display()
            ),
            Self::Damaged { file, reason } => write!(
                formatter,
                "{} is damaged ({reason}); put a copy of it back, or move it away to start anew",
                file.display()
            ),
            Self::Full { file } => write!(
                formatter,
                "the disk is full: {} cannot grow; make room, or name a folder on another disk \
                 with --data-dir",
                file.display()
            ),
            Self::Database { file, reason } => write!(
                formatter,
                "{} cannot be read or written: {reason}; check the disk and the folder's \
                 permissions",
                file.display()
            ),
            Self::Code { file, reason } => write!(
                formatter,
                "code cannot be kept in {}: {reason}; check the disk and the folder's permissions",
                file.display()
            ),
            Self::NoSuchCode { digest } => {
                write!(formatter, "there is no code {digest} in the store; save it first")
            }
            Self::Taken { request_id } => write!(
                formatter,
                "an event with the request id {request_id} is there already; give it another"
            ),
            Self::Cluster(error) => error.fmt(formatter),
            Self::Closed => formatter.write_str("the store is closed; open it again"),
        }
    }
}

impl std::error::Error for StoreError {}
