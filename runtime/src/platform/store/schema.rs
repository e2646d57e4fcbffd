//! The databases' files: opening them, and bringing them up to date.

use super::StoreError;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::{
    fs::{self, File},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// A database: its file's name, and the steps from each version of its schema to the next.
/// The version, in SQLite's `user_version`, is the number of steps that were done. A step
/// that was released is never changed.
#[derive(Debug)]
pub(super) struct Schema {
    pub(super) name: &'static str,
    steps: &'static [&'static str],
    /// Whether a transaction waits until the disk has it.
    durable: bool,
}

/// Data that must survive: functions, namespaces, events.
pub(super) const MAIN: Schema = Schema {
    name: "krait.sqlite",
    steps: &[
        "
        CREATE TABLE namespaces (
            name TEXT PRIMARY KEY,
            description TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            modified_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE functions (
            namespace TEXT NOT NULL,
            name TEXT NOT NULL,
            version TEXT NOT NULL,
            definition TEXT NOT NULL,
            code TEXT,
            origin TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            modified_at INTEGER NOT NULL,
            PRIMARY KEY (namespace, name, version)
        ) STRICT;
        CREATE TABLE events (
            id INTEGER PRIMARY KEY,
            request_id TEXT NOT NULL UNIQUE,
            namespace TEXT NOT NULL,
            function TEXT NOT NULL,
            qualifier TEXT NOT NULL,
            invoke_type TEXT NOT NULL,
            state INTEGER NOT NULL,
            attempt INTEGER NOT NULL,
            run_errors INTEGER NOT NULL,
            system_errors INTEGER NOT NULL,
            enqueued_at INTEGER NOT NULL,
            due_at INTEGER NOT NULL,
            started_at INTEGER,
            ended_at INTEGER,
            status_code INTEGER,
            termination INTEGER,
            terminated_at INTEGER,
            ret_msg TEXT
        ) STRICT;
        CREATE TABLE bodies (
            id INTEGER PRIMARY KEY REFERENCES events,
            event BLOB NOT NULL
        ) STRICT;
        CREATE TRIGGER event_ended AFTER UPDATE OF ended_at ON events
            WHEN NEW.ended_at IS NOT NULL
            BEGIN DELETE FROM bodies WHERE id = NEW.id; END;
        CREATE INDEX events_queued ON events (namespace, function, due_at) WHERE state = 0;
        CREATE INDEX events_running ON events (id) WHERE state = 1;
        CREATE INDEX events_ended ON events (ended_at) WHERE ended_at IS NOT NULL;
        CREATE INDEX events_listed ON events (namespace, function, enqueued_at);
    ",
        // What was stored before has none.
        "
        ALTER TABLE functions ADD COLUMN checksum INTEGER;
        ALTER TABLE bodies ADD COLUMN checksum INTEGER;
    ",
    ],
    durable: true,
};

/// Data that a power failure may lose: results and logs of invocations.
pub(super) const RECORDS: Schema = Schema {
    name: "records.sqlite",
    steps: &[
        "
        CREATE TABLE records (
            id INTEGER PRIMARY KEY,
            request_id TEXT NOT NULL,
            namespace TEXT NOT NULL,
            function TEXT NOT NULL,
            version TEXT NOT NULL,
            retry INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            duration_us INTEGER NOT NULL,
            billed_ms INTEGER NOT NULL,
            memory_bytes INTEGER NOT NULL,
            ret_code INTEGER NOT NULL,
            status_code INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            ret_msg TEXT NOT NULL,
            log TEXT NOT NULL
        ) STRICT;
        CREATE INDEX records_request ON records (request_id);
        CREATE INDEX records_function ON records (namespace, function, started_at);
        CREATE INDEX records_started ON records (started_at);
        CREATE TABLE totals (records INTEGER NOT NULL, bytes INTEGER NOT NULL) STRICT;
        INSERT INTO totals VALUES (0, 0);
    ",
        "
        DROP INDEX records_started;
    ",
    ],
    durable: false,
};

/// Opens the database in `folder` for writing, and brings it up to date. Gives its path too.
pub(super) fn open(folder: &Path, schema: &Schema) -> Result<(Connection, PathBuf), StoreError> {
    let file = folder.join(schema.name);
    // SQLite would make it readable for everybody. SQLite's other files get the same mode.
    File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&file)
        .map_err(|error| StoreError::folder(folder, &error))?;
    let (connection, version) = Connection::open(&file)
        .and_then(|mut connection| {
            connection.set_transaction_behavior(TransactionBehavior::Immediate);
            connection.pragma_update(None, "journal_mode", "WAL")?;
            let synchronous = if schema.durable { "FULL" } else { "NORMAL" };
            connection.pragma_update(None, "synchronous", synchronous)?;
            // After a burst, the log is cut to this size when it restarts.
            connection.pragma_update(None, "journal_size_limit", 16 << 20)?;
            settle(&connection)?;
            let version = migrate(&mut connection, schema)?;
            Ok((connection, version))
        })
        .map_err(|error| StoreError::database(&file, &error))?;
    let known = schema.version();
    if version > known {
        return Err(StoreError::Newer { file, version, known });
    }
    Ok((connection, file))
}

/// Moves a damaged database aside, with what SQLite keeps beside it, so that another can be begun.
/// Gives the file's new name, which replaces one that was set aside before.
pub(super) fn set_aside(file: &Path) -> io::Result<PathBuf> {
    let with = |end: &str| {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    for beside in ["-wal", "-shm"] {
        match fs::rename(with(beside), with(&format!(".damaged{beside}"))) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    let aside = with(".damaged");
    fs::rename(file, &aside)?;
    Ok(aside)
}

/// Opens the database, which is there and up to date, for reading only.
pub(super) fn open_for_reading(file: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(file, flags)
        .and_then(|connection| settle(&connection).map(|()| connection))
        .map_err(|error| StoreError::database(file, &error))
}

impl Schema {
    fn version(&self) -> i64 {
        self.steps.len().try_into().unwrap_or(i64::MAX)
    }
}

fn settle(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(64);
    // Sorting uses no file, which a killed server would leave behind.
    connection.pragma_update(None, "temp_store", "MEMORY")
}

/// The version of the schema: this krait's, unless it is a newer one's.
fn migrate(connection: &mut Connection, schema: &Schema) -> rusqlite::Result<i64> {
    let transaction = connection.transaction()?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found >= schema.version() {
        return Ok(found);
    }
    for step in schema.steps.iter().skip(found.try_into().unwrap_or(0)) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", schema.version())?;
    transaction.commit()?;
    Ok(schema.version())
}
