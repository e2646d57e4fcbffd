//! Which events are handled next, fairly between functions.

use super::{
    FunctionKey, Store, StoreError, checksum,
    events::{self, Ending, EventResult},
};
use bytes::Bytes;
use rusqlite::{Connection, Row, params};
use std::sync::Arc;

/// An event that was claimed, and now has to be finished or postponed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedEvent {
    pub request_id: String,
    pub namespace: String,
    pub function: String,
    pub qualifier: String,
    pub invoke_type: String,
    pub event: Bytes,
    pub enqueued_at: i64,
    /// The number of this attempt, from 1. Attempts that a killed server did not finish count too.
    pub attempt: u32,
    /// How often it was postponed after an error of each class.
    pub run_errors: u32,
    pub system_errors: u32,
}

/// What an event ends with that is not what was stored: the platform's own fault.
const DAMAGED: u16 = 500;

/// How many events may be claimed.
#[derive(Clone)]
pub struct Room {
    pub in_all: usize,
    /// Of one function.
    pub of: Arc<dyn Fn(&FunctionKey) -> usize + Send + Sync>,
}

impl Room {
    /// For this many events of all functions together.
    pub fn for_any(count: usize) -> Self {
        Self { in_all: count, of: Arc::new(move |_| count) }
    }

    fn of(&self, function: &FunctionKey) -> usize {
        (self.of)(function).min(self.in_all)
    }
}

impl Store {
    /// Claims events that are due, the earliest first, for the caller to handle. It claims as many
    /// as there is room for, with an equal share for each function that has some. The attempt is
    /// counted durably before this returns.
    ///
    /// The caller must wait for the result. Events that were claimed for a caller that left are
    /// stuck until the store is opened again.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn claim(&self, now: i64, room: Room) -> Result<Vec<QueuedEvent>, StoreError> {
        self.shared.main.run(move |connection| claim(connection, now, &room)).await
    }

    /// When the next queued event is due, of functions that there is room for.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn next_due(&self, room: Room) -> Result<Option<i64>, StoreError> {
        let read = self.shared.main.run(move |connection| {
            Ok(first_due(connection, &room)?.into_iter().map(|(_, due_at)| due_at).min())
        });
        read.await
    }
}

fn claim(connection: &Connection, now: i64, room: &Room) -> rusqlite::Result<Vec<QueuedEvent>> {
    let mut due = first_due(connection, room)?;
    due.retain(|(_, due_at)| *due_at <= now);
    due.sort_by_key(|(_, due_at)| *due_at);
    let share = room.in_all.div_ceil(due.len().max(1));
    let mut claimed = Vec::new();
    for (function, _) in due {
        let share = share.min(room.of(&function)).min(room.in_all - claimed.len());
        claimed.extend(claim_of(connection, now, share, &function)?);
    }
    Ok(claimed)
}

fn claim_of(
    connection: &Connection,
    now: i64,
    limit: usize,
    function: &FunctionKey,
) -> rusqlite::Result<Vec<QueuedEvent>> {
    let text = "SELECT * FROM events JOIN bodies USING (id)
                WHERE state = 0 AND namespace = ? AND function = ? AND due_at <= ?
                ORDER BY due_at, id LIMIT ?";
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let events = connection
        .prepare_cached(text)?
        .query_map(params![function.namespace, function.name, now, limit], |row| {
            let event = claimed(row)?;
            let is_right = checksum::is_right(row, &event.checked())?;
            Ok((event, is_right))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let (events, damaged): (Vec<_>, Vec<_>) = events.into_iter().partition(|(_, right)| *right);
    for (event, _) in damaged {
        let ret_msg = "the event is not what was stored: the store is damaged".to_owned();
        let result =
            EventResult { ending: Ending::Failed, status_code: DAMAGED, ret_msg, ended_at: now };
        events::finish(connection, &event.request_id, &result)?;
    }
    let events: Vec<QueuedEvent> = events.into_iter().map(|(event, _)| event).collect();
    let mut claim = connection.prepare_cached(
        "UPDATE events SET state = 1, attempt = attempt + 1, started_at = ifnull(started_at, ?)
         WHERE request_id = ?",
    )?;
    for event in &events {
        claim.execute(params![now, event.request_id])?;
    }
    Ok(events)
}

/// The functions with queued events that there is room for, and when the first of each is due. The
/// index gives one row for each function, however many events wait.
fn first_due(connection: &Connection, room: &Room) -> rusqlite::Result<Vec<(FunctionKey, i64)>> {
    let text = "WITH RECURSIVE first (namespace, function, due_at) AS (
                    SELECT * FROM (
                        SELECT namespace, function, due_at FROM events WHERE state = 0
                        ORDER BY namespace, function, due_at LIMIT 1)
                    UNION ALL
                    SELECT next.namespace, next.function, next.due_at
                    FROM first JOIN events AS next ON next.id = ifnull(
                        (SELECT id FROM events
                        WHERE state = 0 AND namespace = first.namespace
                            AND function > first.function
                        ORDER BY function, due_at LIMIT 1),
                        (SELECT id FROM events
                        WHERE state = 0 AND namespace > first.namespace
                        ORDER BY namespace, function, due_at LIMIT 1)))
                SELECT * FROM first";
    let mut statement = connection.prepare_cached(text)?;
    let found = statement.query_map([], |row| {
        Ok((FunctionKey { namespace: row.get(0)?, name: row.get(1)? }, row.get(2)?))
    })?;
    found.filter(|found| !matches!(found, Ok((function, _)) if room.of(function) == 0)).collect()
}

impl QueuedEvent {
    fn checked(&self) -> [&[u8]; 6] {
        let Self { request_id, namespace, function, qualifier, invoke_type, event, .. } = self;
        events::checked([request_id, namespace, function, qualifier, invoke_type], event)
    }
}

/// An event as it is once it is claimed.
fn claimed(row: &Row<'_>) -> rusqlite::Result<QueuedEvent> {
    Ok(QueuedEvent {
        request_id: row.get("request_id")?,
        namespace: row.get("namespace")?,
        function: row.get("function")?,
        qualifier: row.get("qualifier")?,
        invoke_type: row.get("invoke_type")?,
        event: row.get::<_, Vec<u8>>("event")?.into(),
        enqueued_at: row.get("enqueued_at")?,
        attempt: row.get::<_, u32>("attempt")?.saturating_add(1),
        run_errors: row.get("run_errors")?,
        system_errors: row.get("system_errors")?,
    })
}
