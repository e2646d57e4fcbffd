//! Stores the records of invocations. Callers do not wait for it: records gather in memory and are
//! written a moment later. A killed server loses the last ones.

use super::{InvocationRecord, Store, StoreError, thread::Command};
use rusqlite::{Connection, params};
use std::{
    collections::VecDeque,
    mem,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// How many records may wait to be written, and how many bytes.
const WAITING_RECORDS: usize = 10_000;
const WAITING_BYTES: usize = 32 << 20;

/// How many records are kept, and how many bytes. The oldest are removed.
const KEPT_RECORDS: i64 = 100_000;
const KEPT_BYTES: i64 = 256 << 20;

/// How many bytes of each text are kept: the first of RetMsg, the last of a log.
const TEXT_BYTES: usize = 1 << 20;

/// How many records are removed in one statement.
const REMOVED_AT_ONCE: i64 = 500;

impl Store {
    /// Stores the record of an invocation soon. Texts over 1 MiB are cut. If records come faster
    /// than they can be written, the oldest waiting ones are lost. The oldest stored ones make room
    /// for others.
    pub fn record(&self, mut record: InvocationRecord) {
        record.ret_msg.truncate(record.ret_msg.floor_char_boundary(TEXT_BYTES));
        let surplus = record.log.len().saturating_sub(TEXT_BYTES);
        record.log.drain(..record.log.ceil_char_boundary(surplus));
        // What was cut is given back: only what is left counts.
        record.ret_msg.shrink_to_fit();
        record.log.shrink_to_fit();
        let write = || WriteRecords { waiting: Arc::clone(&self.shared.waiting), taken: 0 };
        match self.shared.waiting.push(record) {
            Pushed::First => self.shared.records.run_soon(write()),
            Pushed::HalfFull => self.shared.records.run_now(write()),
            Pushed::Among => {}
        }
    }

    /// How many records were lost since the store was opened: there were too many at once, or
    /// the disk failed.
    pub fn lost_records(&self) -> u64 {
        self.shared.waiting.lost.load(Ordering::Relaxed)
    }

    /// Removes records of invocations that began before a time.
    pub(super) async fn expire_records(&self, before: i64) -> Result<(), StoreError> {
        let removal = move |connection: &_| remove_before(connection, before);
        while self.shared.records.run(removal).await? > 0 {}
        Ok(())
    }
}

/// Records that wait to be written.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    queue: Mutex<Queue>,
    lost: AtomicU64,
}

#[derive(Debug, Default)]
struct Queue {
    records: VecDeque<InvocationRecord>,
    bytes: usize,
}

/// The consequence of a push that must be acted on.
enum Pushed {
    First,
    /// With it, half of the room is used.
    HalfFull,
    Among,
}

impl Waiting {
    fn push(&self, record: InvocationRecord) -> Pushed {
        let mut queue = self.queue();
        let was_half_full = queue.is_half_full();
        queue.bytes += size(&record);
        queue.records.push_back(record);
        let pushed = match queue.records.len() {
            _ if queue.is_half_full() && !was_half_full => Pushed::HalfFull,
            1 => Pushed::First,
            _ => Pushed::Among,
        };
        while queue.records.len() > WAITING_RECORDS || queue.bytes > WAITING_BYTES {
            let Some(oldest) = queue.records.pop_front() else { break };
            queue.bytes -= size(&oldest);
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        pushed
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn is_half_full(&self) -> bool {
        self.records.len() > WAITING_RECORDS / 2 || self.bytes > WAITING_BYTES / 2
    }
}

/// Writes what waits then.
struct WriteRecords {
    waiting: Arc<Waiting>,
    taken: usize,
}

impl Command for WriteRecords {
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let records = mem::take(&mut *self.waiting.queue()).records;
        self.taken = records.len();
        let bytes: usize = records.iter().map(size).sum();
        for record in &records {
            insert(connection, record)?;
        }
        connection
            .prepare_cached("UPDATE totals SET records = records + ?, bytes = bytes + ?")?
            .execute(params![records.len() as i64, bytes as i64])?;
        remove_surplus(connection)
    }

    fn complete(self: Box<Self>, outcome: &Result<(), StoreError>) {
        if outcome.is_err() {
            // The records that still wait are lost too.
            let left = mem::take(&mut *self.waiting.queue()).records.len();
            self.waiting.lost.fetch_add((self.taken + left) as u64, Ordering::Relaxed);
        }
    }
}

/// Removes some records of invocations that began before a time, those recorded first. Returns how
/// many.
fn remove_before(connection: &Connection, time: i64) -> rusqlite::Result<usize> {
    let text = "DELETE FROM records WHERE id IN (
                    SELECT id FROM (SELECT id, started_at FROM records ORDER BY id LIMIT ?)
                    WHERE started_at < ?)
                RETURNING bytes";
    remove(connection, text, &[REMOVED_AT_ONCE, time])
}

/// Removes the oldest records while there are too many.
fn remove_surplus(connection: &Connection) -> rusqlite::Result<()> {
    let text = "DELETE FROM records WHERE id IN (SELECT id FROM records ORDER BY id LIMIT ?)
                RETURNING bytes";
    loop {
        let (records, bytes): (i64, i64) = connection
            .prepare_cached("SELECT records, bytes FROM totals")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        // It assumes equal sizes. If they differ, it runs again.
        let too_large = match bytes - KEPT_BYTES {
            surplus if surplus > 0 => records * surplus / bytes + 1,
            _ => 0,
        };
        let too_many = too_large.max(records - KEPT_RECORDS).min(REMOVED_AT_ONCE);
        if too_many <= 0 || remove(connection, text, &[too_many])? == 0 {
            return Ok(());
        }
    }
}

fn remove(connection: &Connection, text: &str, values: &[i64]) -> rusqlite::Result<usize> {
    let removed = connection
        .prepare_cached(text)?
        .query_map(rusqlite::params_from_iter(values), |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<i64>>>()?;
    connection
        .prepare_cached("UPDATE totals SET records = records - ?, bytes = bytes - ?")?
        .execute(params![removed.len() as i64, removed.iter().sum::<i64>()])?;
    Ok(removed.len())
}

fn insert(connection: &Connection, record: &InvocationRecord) -> rusqlite::Result<usize> {
    let text = "INSERT INTO records (request_id, namespace, function, version, retry, started_at,
                    duration_us, billed_ms, memory_bytes, ret_code, status_code, bytes, ret_msg,
                    log)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    connection.prepare_cached(text)?.execute(params![
        record.request_id,
        record.namespace,
        record.function,
        record.version,
        record.retry,
        record.started_at,
        record.duration_us.cast_signed(),
        record.billed_ms.cast_signed(),
        record.memory_bytes.cast_signed(),
        record.ret_code,
        record.status_code,
        size(record) as i64,
        record.ret_msg,
        record.log,
    ])
}

/// About how many bytes a record takes, in memory or on disk.
fn size(record: &InvocationRecord) -> usize {
    /// Beside its texts.
    const FIXED: usize = 256;
    record.ret_msg.len() + record.log.len() + FIXED
}
