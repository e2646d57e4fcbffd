//! The queue of asynchronous events (docs/contract.md §5): queueing them, and recording what
//! happens after a claim.

use super::{EventState, Store, StoreError, Termination, checksum};
use bytes::Bytes;
use rusqlite::{Connection, OptionalExtension, params};

/// How many bytes of a result are kept with its event. Its record holds more.
const RET_MSG_BYTES: usize = 64 << 10;

/// How many ended events are kept, however young they are.
const ENDED_EVENTS: i64 = 1_000_000;

/// How many ended events are removed in one transaction, so that other commands are not delayed.
const EXPIRED_AT_ONCE: usize = 500;

/// An event to be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    pub request_id: String,
    pub namespace: String,
    pub function: String,
    pub qualifier: String,
    /// What sent it, such as `TRIGGER_TIMER`.
    pub invoke_type: String,
    pub event: Bytes,
    pub enqueued_at: i64,
    /// When its first attempt may begin.
    pub due_at: i64,
}

/// Why an event is tried again (docs/contract.md §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryClass {
    RunError,
    OverConcurrency,
    SystemError,
}

/// How an event ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Finished,
    Failed,
    Aborted,
}

/// The result of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventResult {
    pub ending: Ending,
    pub status_code: u16,
    /// Its first 64 KiB are kept.
    pub ret_msg: String,
    pub ended_at: i64,
}

impl Store {
    /// Queues an event. When this returns, the event is durable.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when there is an event of this request id, or when the database
    /// cannot be written.
    pub async fn enqueue(&self, event: NewEvent) -> Result<(), StoreError> {
        let request_id = event.request_id.clone();
        let queued = self.shared.main.run(move |connection| enqueue(connection, &event));
        if queued.await? { Ok(()) } else { Err(StoreError::Taken { request_id }) }
    }

    /// Records an event's result. From then on the event is never claimed. Returns whether the
    /// result was recorded: false if the event has one already, or is unknown.
    ///
    /// # Errors
    /// When the database cannot be written: the result is not recorded then.
    pub async fn finish(&self, request_id: &str, result: EventResult) -> Result<bool, StoreError> {
        let request_id = request_id.to_owned();
        let finished =
            self.shared.main.run(move |connection| finish(connection, &request_id, &result));
        Ok(finished.await? == 1)
    }

    /// Queues a claimed event again, for an attempt at `due_at`. Returns its new state; none if it
    /// is unknown. An event whose termination was requested is aborted instead. An event that is
    /// not running stays as it is.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn postpone(
        &self,
        request_id: &str,
        due_at: i64,
        class: RetryClass,
    ) -> Result<Option<EventState>, StoreError> {
        let request_id = request_id.to_owned();
        let postponed = self.shared.main.run(move |connection| {
            let text = "UPDATE events SET
                            state = iif(termination IS NULL, 0, 4), ended_at = terminated_at,
                            due_at = ?, run_errors = run_errors + ?,
                            system_errors = system_errors + ?
                        WHERE request_id = ? AND state = 1";
            let run_error = class == RetryClass::RunError;
            let system_error = class == RetryClass::SystemError;
            let values = params![due_at, run_error, system_error, request_id];
            connection.prepare_cached(text)?.execute(values)?;
            state(connection, &request_id)
        });
        postponed.await
    }

    /// Requests an event's termination, at the time `now`. Returns its new state; none if it is
    /// unknown. A queued event is aborted. A running event keeps running, and the caller must end
    /// its instance.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn terminate(
        &self,
        request_id: &str,
        how: Termination,
        now: i64,
    ) -> Result<Option<EventState>, StoreError> {
        let request_id = request_id.to_owned();
        let terminated = self.shared.main.run(move |connection| {
            let text = "UPDATE events SET
                            state = iif(state = 0, 4, state),
                            ended_at = iif(state = 0, ?1, NULL),
                            termination = ?2, terminated_at = ?1
                        WHERE request_id = ?3 AND state IN (0, 1)";
            connection.prepare_cached(text)?.execute(params![now, how, request_id])?;
            state(connection, &request_id)
        });
        terminated.await
    }

    /// Forgets events that ended before a time.
    pub(super) async fn expire_events(&self, before: i64) -> Result<(), StoreError> {
        let surplus = self.shared.reading.run(|connection| {
            let text = "SELECT ended_at FROM events WHERE ended_at IS NOT NULL
                        ORDER BY ended_at DESC LIMIT 1 OFFSET ?";
            connection.prepare_cached(text)?.query_row([ENDED_EVENTS], |row| row.get(0)).optional()
        });
        let before = before.max(surplus.await?.unwrap_or(i64::MIN));
        loop {
            let forgotten = self.shared.main.run(move |connection| {
                let text = "DELETE FROM events WHERE id IN
                                (SELECT id FROM events WHERE ended_at < ? LIMIT ?)";
                connection.prepare_cached(text)?.execute(params![before, EXPIRED_AT_ONCE as i64])
            });
            if forgotten.await? < EXPIRED_AT_ONCE {
                return Ok(());
            }
        }
    }
}

/// Queues the events that a killed server was handling, and aborts those whose termination was
/// requested.
pub(super) fn queue_running_again(connection: &Connection) -> rusqlite::Result<()> {
    let text = "UPDATE events SET
                    state = iif(termination IS NULL, 0, 4), ended_at = terminated_at
                WHERE state = 1";
    connection.execute(text, []).map(drop)
}

/// Whether there was none of this request id.
fn enqueue(connection: &Connection, event: &NewEvent) -> rusqlite::Result<bool> {
    let text = "INSERT INTO events (request_id, namespace, function, qualifier, invoke_type,
                    state, attempt, run_errors, system_errors, enqueued_at, due_at)
                VALUES (?, ?, ?, ?, ?, 0, 0, 0, 0, ?, ?)
                ON CONFLICT (request_id) DO NOTHING";
    let queued = connection.prepare_cached(text)?.execute(params![
        event.request_id,
        event.namespace,
        event.function,
        event.qualifier,
        event.invoke_type,
        event.enqueued_at,
        event.due_at,
    ])?;
    if queued == 0 {
        return Ok(false);
    }
    connection
        .prepare_cached("INSERT INTO bodies (id, event, checksum) VALUES (?, ?, ?)")?
        .execute(params![
            connection.last_insert_rowid(),
            &event.event[..],
            checksum::of(&event.checked())
        ])?;
    Ok(true)
}

impl NewEvent {
    /// What its checksum is of.
    fn checked(&self) -> [&[u8]; 6] {
        checked(
            [&self.request_id, &self.namespace, &self.function, &self.qualifier, &self.invoke_type],
            &self.event,
        )
    }
}

/// What an event's checksum is of: its request id, namespace, function, qualifier and type, and
/// itself.
pub(super) fn checked<'a>(texts: [&'a str; 5], event: &'a [u8]) -> [&'a [u8]; 6] {
    let [request_id, namespace, function, qualifier, invoke_type] = texts.map(str::as_bytes);
    [request_id, namespace, function, qualifier, invoke_type, event]
}

pub(super) fn finish(
    connection: &Connection,
    request_id: &str,
    result: &EventResult,
) -> rusqlite::Result<usize> {
    let text = "UPDATE events SET state = ?, ended_at = ?, status_code = ?, ret_msg = ?
                WHERE request_id = ? AND state IN (0, 1)";
    let state = match result.ending {
        Ending::Finished => EventState::Finished,
        Ending::Failed => EventState::Failed,
        Ending::Aborted => EventState::Aborted,
    };
    let ret_msg = &result.ret_msg[..result.ret_msg.floor_char_boundary(RET_MSG_BYTES)];
    let values = params![state, result.ended_at, result.status_code, ret_msg, request_id];
    connection.prepare_cached(text)?.execute(values)
}

fn state(connection: &Connection, request_id: &str) -> rusqlite::Result<Option<EventState>> {
    let text = "SELECT state FROM events WHERE request_id = ?";
    connection.prepare_cached(text)?.query_row([request_id], |row| row.get(0)).optional()
}
