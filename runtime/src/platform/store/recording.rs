//! Keeping the records of invocations. Whoever invokes does not wait for that: records
//! gather in memory, and are written a moment later. A server that is killed loses the last.

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

/// At most so many records wait to be written, of at most so many bytes.
const WAITING_RECORDS: usize = 10_000;
const WAITING_BYTES: usize = 32 << 20;

/// At most so many records are kept, of at most so many bytes; the oldest go.
const KEPT_RECORDS: i64 = 100_000;
const KEPT_BYTES: i64 = 256 << 20;

/// At most so many bytes of each text are kept: of RetMsg the first, of a log the last.
const TEXT_BYTES: usize = 1 << 20;

/// At most so many records are removed in one statement.
const REMOVED_AT_ONCE: i64 = 500;

impl Store {
    /// Keeps the record of an invocation, soon. Of what is longer than 1 MiB, a part is kept.
    /// Where more come than can be written, the oldest of those that wait are lost; of those
    /// that are kept, the oldest make room for others.
    pub fn record(&self, mut record: InvocationRecord) {
        record.ret_msg.truncate(record.ret_msg.floor_char_boundary(TEXT_BYTES));
        let surplus = record.log.len().saturating_sub(TEXT_BYTES);
        record.log.drain(..record.log.ceil_char_boundary(surplus));
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

/// What a record was when it was pushed, as far as somebody has to be told.
enum Pushed {
    First,
    /// The one with which half of the room was taken.
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
            // Nobody will be told of those that still wait: they are lost too.
            let left = mem::take(&mut *self.waiting.queue()).records.len();
            self.waiting.lost.fetch_add((self.taken + left) as u64, Ordering::Relaxed);
        }
    }
}

/// Removes some of the records of invocations that began before a time, of those that were
/// recorded first; says how many.
pub(super) fn remove_before(connection: &Connection, time: i64) -> rusqlite::Result<usize> {
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
        // As if all were of the same size; if they are not, this comes round again.
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

/// About so many bytes does a record take, in memory or on disk.
fn size(record: &InvocationRecord) -> usize {
    /// Beside its texts.
    const FIXED: usize = 256;
    record.ret_msg.len() + record.log.len() + FIXED
}
