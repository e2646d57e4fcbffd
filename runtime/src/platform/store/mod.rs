//! What `krait serve` keeps in its data folder: functions and their code, namespaces, events
//! that wait to be handled, and the logs of invocations.
//!
//! ```text
//! DATA-DIR/
//!   lock              held by the server that uses the folder        mod.rs
//!   krait.sqlite      namespaces, functions, events: durable         functions.rs, events.rs, claim.rs,
//!                                                                    status.rs
//!   records.sqlite    results and logs, for three days               recording.rs, records.rs
//!   code/SHA256.zip   the functions' code                            code.rs
//! ```
//!
//! Three threads own a connection each (`thread.rs`). One writes `krait.sqlite`. One only reads it,
//! so that a long list does not delay events. One uses `records.sqlite`. Only [`Store::open`]
//! blocks the caller's thread. Nothing here reads a clock: the caller passes all times, in
//! milliseconds since 1970.
//!
//! An event is handled at least once. Between [`Store::claim`] and [`Store::finish`] the
//! server may be killed; the event is then handled again. Once its result is recorded it is
//! not.

mod checksum;
mod claim;
mod code;
mod error;
mod events;
mod functions;
mod listing;
mod recording;
mod records;
mod schema;
mod status;
mod thread;

pub use claim::{QueuedEvent, Room};
pub use code::SavedCode;
pub use error::StoreError;
pub use events::{Ending, EventResult, NewEvent, RetryClass};
pub use functions::{FunctionKey, Namespace, StoredFunction};
pub use listing::Page;
pub use records::{InvocationRecord, RecordFilter, RecordOrder, RetCodeFilter};
pub use status::{AsyncEvent, EventFilter, EventOrder, EventState, Termination};

use recording::Waiting;
use std::{
    fs::{DirBuilder, File, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};
use thread::{FolderLock, Haste, Worker};
use tokio::sync::RwLock;

/// How long ended events and records are kept, in milliseconds: 3 days (docs/contract.md §3.5).
pub const KEPT_MS: i64 = 3 * 24 * 60 * 60 * 1000;

/// The store of one server. Clones are the same store. Commands that were given before the last
/// clone is dropped are still executed.
#[derive(Debug, Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    /// Writes `krait.sqlite`.
    main: Worker,
    /// Reads `krait.sqlite`.
    reading: Worker,
    /// Writes and reads `records.sqlite`.
    records: Worker,
    waiting: Arc<Waiting>,
    /// Read-locked while there is code that no function refers to yet; write-locked while such code
    /// is removed.
    uploads: Arc<RwLock<()>>,
    /// What had to be set aside when the store was opened, as a sentence.
    set_aside: Option<String>,
}

impl Store {
    /// Opens the store in `folder`, which is made if it is not there. Events that a killed
    /// server was handling are queued again; their attempt stays counted.
    ///
    /// This process holds the lock on the folder, and so do processes that it forks afterwards.
    /// These must close the file; otherwise a killed server's folder stays locked.
    ///
    /// # Errors
    /// When the folder cannot be used, another server has it, or what is in it is damaged or
    /// from a newer krait.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        let failed = |error: io::Error| StoreError::folder(folder, &error);
        for each in [folder, &folder.join("code")] {
            DirBuilder::new().recursive(true).mode(0o700).create(each).map_err(failed)?;
        }
        let folder = folder.canonicalize().map_err(failed)?;
        let lock = Arc::new(lock(&folder)?);
        let main_file = folder.join(schema::MAIN.name);
        // The next change would take all of the code for nobody's.
        if !main_file.exists() && code::is_any(&folder.join("code")).map_err(failed)? {
            return Err(StoreError::Missing { file: main_file });
        }
        let (main, main_file) = schema::open(&folder, &schema::MAIN)?;
        let (records, records_file, set_aside) = match schema::open(&folder, &schema::RECORDS) {
            // It is only the log of what was.
            Err(StoreError::Damaged { file, reason }) => {
                let aside = schema::set_aside(&file).map_err(failed)?;
                let said = format!(
                    "{} is damaged ({reason}); it is now {}, and the records of invocations begin \
                     anew",
                    file.display(),
                    aside.display()
                );
                let (records, file) = schema::open(&folder, &schema::RECORDS)?;
                (records, file, Some(said))
            }
            opened => opened.map(|(records, file)| (records, file, None))?,
        };
        events::queue_running_again(&main)
            .map_err(|error| StoreError::database(&main_file, &error))?;
        let reading = schema::open_for_reading(&main_file)?;
        let start = |name, connection, file: &Path, haste| {
            Worker::start(name, connection, file, &lock, haste).map_err(failed)
        };
        let shared = Shared {
            main: start("store", main, &main_file, Haste::Awaited)?,
            reading: start("store-reading", reading, &main_file, Haste::Awaited)?,
            records: start("records", records, &records_file, Haste::GivesWay)?,
            waiting: Arc::default(),
            uploads: Arc::default(),
            folder,
            set_aside,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// What was damaged and had to be set aside when the store was opened, as a sentence.
    pub fn set_aside(&self) -> Option<&str> {
        self.shared.set_aside.as_deref()
    }

    /// The data folder, as an absolute path.
    pub fn folder(&self) -> &Path {
        &self.shared.folder
    }

    /// Removes events that ended more than [`KEPT_MS`] before `now`, and records of invocations
    /// that began before then. Call it every few minutes. It does not delay events and records that
    /// come meanwhile.
    ///
    /// # Errors
    /// When a database cannot be written.
    pub async fn expire(&self, now: i64) -> Result<(), StoreError> {
        let before = now.saturating_sub(KEPT_MS);
        self.expire_events(before).await?;
        self.expire_records(before).await
    }

    /// Executes earlier commands, closes the files and releases the lock. Later commands fail with
    /// [`StoreError::Closed`].
    ///
    /// # Errors
    /// When a database cannot be closed; what was acknowledged is in it all the same.
    pub async fn close(&self) -> Result<(), StoreError> {
        let records = self.shared.records.close().await;
        let reading = self.shared.reading.close().await;
        self.shared.main.close().await.and(reading).and(records)
    }
}

/// Takes the lock. The kernel releases it, however the process ends.
fn lock(folder: &Path) -> Result<FolderLock, StoreError> {
    let failed = |error: io::Error| StoreError::folder(folder, &error);
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(folder.join("lock"))
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(FolderLock(file)),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked { folder: folder.to_path_buf() }),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}
