//! A function's code and configuration as of one moment. Neither changes: what changes is which
//! revision is in service.

use super::{
    declaration::{DeadLetter, Declaration, SnapshotOf, Timer},
    store::FunctionKey,
};
use crate::{contract::Function, contract::retry::RetryPolicy, package::Package};
use std::{path::PathBuf, sync::Arc, time::Duration};

/// See the module's own documentation.
#[derive(Debug)]
pub struct Revision {
    /// Unique in this process.
    pub id: u64,
    pub function: Function,
    /// What the function was made from.
    pub declaration: Declaration,
    pub package: Package,
    pub settings: Settings,
    pub origin: Origin,
    pub code: Code,
    /// How long the code took to find and unpack.
    pub pull_code: Duration,
    /// Milliseconds since the epoch.
    pub created_at: i64,
    pub modified_at: i64,
    /// The copy of the code that this function alone uses, if it has one.
    pub copy: Option<Arc<CodeCopy>>,
}

impl Revision {
    /// The function's namespace and name.
    pub fn key(&self) -> FunctionKey {
        FunctionKey { namespace: self.function.namespace.clone(), name: self.function.name.clone() }
    }
}

/// A copy of a function's code, or what a zip of it was unpacked to, which goes when nobody uses
/// it any more.
#[derive(Debug)]
pub struct CodeCopy {
    pub folder: PathBuf,
}

impl Drop for CodeCopy {
    fn drop(&mut self) {
        let folder = std::mem::take(&mut self.folder);
        let remove = move || {
            let _ = std::fs::remove_dir_all(folder);
        };
        // There may be much of it, and the server's thread waits for nothing.
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(remove)),
            Err(_) => remove(),
        }
    }
}

/// Where a function came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A folder, a template or `krait.toml`.
    Project,
    /// The cloud API: kept in the store.
    Api,
}

/// Where a function's code is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    Path(PathBuf),
    /// In the store, by the digest of the zip.
    Stored {
        digest: String,
        bytes: u64,
    },
}

/// The platform's settings for a function. The function does not see them.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    pub description: String,
    /// As the API shows it; krait has one for Python, and takes those that functions bring.
    pub runtime: String,
    pub layers: Vec<PathBuf>,
    pub retry: RetryPolicy,
    pub dead_letter: Option<DeadLetter>,
    pub timers: Vec<Timer>,
    /// How many invocations at once; the server's own limit where there is none.
    pub concurrency: Option<usize>,
    pub snapshot: SnapshotOf,
}
