//! The status of asynchronous events, and lists of them.

use super::{Store, StoreError, listing::Conditions, listing::Page};
use rusqlite::{
    OptionalExtension, Row, ToSql,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, Value, ValueRef},
};
use serde::{Deserialize, Serialize};

/// How far an event has come. The numbers are those in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventState {
    /// It waits for its first attempt or another.
    Queued = 0,
    /// An instance handles it.
    Running = 1,
    /// The function returned.
    Finished = 2,
    /// Its last attempt failed, or it became too old.
    Failed = 3,
    /// It was terminated.
    Aborted = 4,
}

/// How an event is terminated (`GraceShutdown` of `TerminateAsyncEvent`, docs/contract.md §3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Termination {
    Kill = 1,
    /// SIGTERM first.
    Graceful = 2,
}

/// What is known of an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AsyncEvent {
    pub request_id: String,
    pub namespace: String,
    pub function: String,
    pub qualifier: String,
    /// What sent it.
    pub invoke_type: String,
    pub state: EventState,
    /// How many attempts were made.
    pub attempt: u32,
    pub enqueued_at: i64,
    /// Its place among all that were queued: the row's id, or the message's sequence in the stream.
    /// A note that an older krait wrote has none.
    #[serde(default)]
    pub place: u64,
    /// When its next attempt may begin. If it is not queued, when the last attempt could begin.
    pub due_at: i64,
    /// When its first attempt began.
    pub started_at: Option<i64>,
    pub ended_at: Option<i64>,
    /// The status code of its result. `ret_msg` belongs to it.
    pub status_code: Option<u16>,
    pub ret_msg: Option<String>,
    /// Whether its termination was requested.
    pub termination: Option<Termination>,
}

/// The filter of `ListAsyncEvents`. Empty and absent fields exclude nothing.
#[derive(Debug, Clone, Default)]
pub struct EventFilter {
    pub namespace: Option<String>,
    pub function: Option<String>,
    pub qualifier: Option<String>,
    pub request_id: Option<String>,
    pub invoke_types: Vec<String>,
    pub states: Vec<EventState>,
    /// When it was queued, both ends included. That `StartTimeInterval` means this time is a guess.
    pub enqueued: Option<(i64, i64)>,
    /// When it ended, from and to, both included.
    pub ended: Option<(i64, i64)>,
}

/// The order of a list of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventOrder {
    /// `StartTime`: when it was queued.
    Start { descending: bool },
    /// `EndTime`: those that have not ended come before all others.
    End { descending: bool },
}

impl EventOrder {
    /// Puts events into this order. Those of one time are in the order in which they were queued.
    pub fn sort(self, events: &mut [AsyncEvent]) {
        events.sort_by_key(|event| match self {
            Self::Start { .. } => (Some(event.enqueued_at), event.place),
            Self::End { .. } => (event.ended_at, event.place),
        });
        let (Self::Start { descending } | Self::End { descending }) = self;
        if descending {
            events.reverse();
        }
    }
}

impl Store {
    /// An event's status; none if no event has this request id, or it was removed.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn event_status(&self, request_id: &str) -> Result<Option<AsyncEvent>, StoreError> {
        let request_id = request_id.to_owned();
        let read = self.shared.reading.run(move |connection| {
            let text = "SELECT * FROM events WHERE request_id = ?";
            connection.prepare_cached(text)?.query_row([request_id], event).optional()
        });
        read.await
    }

    /// A page of the events that match `filter`, and their total number.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn list_events(
        &self,
        filter: EventFilter,
        order: EventOrder,
        page: Page,
    ) -> Result<(Vec<AsyncEvent>, u64), StoreError> {
        let order = match order {
            EventOrder::Start { descending: false } => "enqueued_at, id",
            EventOrder::Start { descending: true } => "enqueued_at DESC, id DESC",
            EventOrder::End { descending: false } => "ended_at, id",
            EventOrder::End { descending: true } => "ended_at DESC, id DESC",
        };
        let conditions = filter.conditions();
        let read = move |connection: &_| conditions.page(connection, "events", order, page, event);
        self.shared.reading.run(read).await
    }

    /// How many events wait for an attempt.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn queued(&self) -> Result<u64, StoreError> {
        let read = self.shared.reading.run(|connection| {
            let text = "SELECT count(*) FROM events WHERE state = 0";
            connection.prepare_cached(text)?.query_row([], |row| row.get::<_, i64>(0))
        });
        Ok(read.await?.unsigned_abs())
    }
}

impl EventFilter {
    /// Whether an event is one of the filter's function.
    pub fn is_of_function(&self, event: &AsyncEvent) -> bool {
        let is =
            |wanted: &Option<String>, is: &String| wanted.as_ref().is_none_or(|each| each == is);
        is(&self.namespace, &event.namespace) && is(&self.function, &event.function)
    }

    /// Whether an event passes the filter.
    pub fn matches(&self, event: &AsyncEvent) -> bool {
        let is =
            |wanted: &Option<String>, is: &String| wanted.as_ref().is_none_or(|each| each == is);
        let within = |wanted: Option<(i64, i64)>, time: Option<i64>| {
            wanted.is_none_or(|(from, to)| time.is_some_and(|time| (from..=to).contains(&time)))
        };
        self.is_of_function(event)
            && is(&self.qualifier, &event.qualifier)
            && is(&self.request_id, &event.request_id)
            && (self.invoke_types.is_empty() || self.invoke_types.contains(&event.invoke_type))
            && (self.states.is_empty() || self.states.contains(&event.state))
            && within(self.enqueued, Some(event.enqueued_at))
            && within(self.ended, event.ended_at)
    }

    fn conditions(self) -> Conditions {
        let mut conditions = Conditions::default();
        conditions.with("namespace = ?", self.namespace);
        conditions.with("function = ?", self.function);
        conditions.with("qualifier = ?", self.qualifier);
        conditions.with("request_id = ?", self.request_id);
        conditions.one_of("invoke_type", self.invoke_types);
        conditions.one_of("state", self.states.into_iter().map(|state| state as i64));
        conditions.with("enqueued_at >= ?", self.enqueued.map(|(from, _)| from));
        conditions.with("enqueued_at <= ?", self.enqueued.map(|(_, to)| to));
        conditions.with("ended_at >= ?", self.ended.map(|(from, _)| from));
        conditions.with("ended_at <= ?", self.ended.map(|(_, to)| to));
        conditions
    }
}

fn event(row: &Row<'_>) -> rusqlite::Result<AsyncEvent> {
    Ok(AsyncEvent {
        request_id: row.get("request_id")?,
        namespace: row.get("namespace")?,
        function: row.get("function")?,
        qualifier: row.get("qualifier")?,
        invoke_type: row.get("invoke_type")?,
        state: row.get("state")?,
        attempt: row.get("attempt")?,
        enqueued_at: row.get("enqueued_at")?,
        place: row.get::<_, i64>("id")?.unsigned_abs(),
        due_at: row.get("due_at")?,
        started_at: row.get("started_at")?,
        ended_at: row.get("ended_at")?,
        status_code: row.get("status_code")?,
        ret_msg: row.get("ret_msg")?,
        termination: row.get("termination")?,
    })
}

impl ToSql for EventState {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(Value::Integer(*self as i64)))
    }
}

impl FromSql for EventState {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(match value.as_i64()? {
            0 => Self::Queued,
            1 => Self::Running,
            2 => Self::Finished,
            3 => Self::Failed,
            4 => Self::Aborted,
            other => return Err(FromSqlError::OutOfRange(other)),
        })
    }
}

impl ToSql for Termination {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(Value::Integer(*self as i64)))
    }
}

impl FromSql for Termination {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        match value.as_i64()? {
            1 => Ok(Self::Kill),
            2 => Ok(Self::Graceful),
            other => Err(FromSqlError::OutOfRange(other)),
        }
    }
}
