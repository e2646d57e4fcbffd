//! Results and logs of invocations, for `GetFunctionLogs` and `GetRequestStatus`.

use super::{
    FunctionKey, Store, StoreError,
    listing::{Conditions, Page},
};
use rusqlite::{Row, params};
use serde::{Deserialize, Serialize};

/// One invocation, finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvocationRecord {
    pub request_id: String,
    pub namespace: String,
    pub function: String,
    pub version: String,
    /// 0 for the first attempt.
    pub retry: u32,
    pub started_at: i64,
    /// In microseconds.
    pub duration_us: u64,
    pub billed_ms: u64,
    pub memory_bytes: u64,
    /// As `FunctionLog` has it: 0 when the function returned (docs/contract.md §3.5).
    pub ret_code: i32,
    /// The platform's status code (docs/contract.md §2.3).
    pub status_code: u16,
    pub ret_msg: String,
    pub log: String,
}

/// The filter of `GetFunctionLogs`. Absent fields exclude nothing.
#[derive(Debug, Clone, Default)]
pub struct RecordFilter {
    pub namespace: Option<String>,
    pub function: Option<String>,
    pub version: Option<String>,
    pub request_id: Option<String>,
    /// When the invocation began: from and to, both included.
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub ret_code: Option<RetCodeFilter>,
}

/// `Filter.RetCode` of `GetFunctionLogs` (docs/contract.md §3.5). The status codes of the last
/// three are a guess from their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetCodeFilter {
    /// `not0`
    Failed,
    /// `is0`
    Succeeded,
    /// `TimeLimitExceeded`: 433 and 450.
    TimeLimitExceeded,
    /// `ResourceLimitExceeded`: 432 and 434.
    ResourceLimitExceeded,
    /// `UserCodeException`: 430.
    UserCodeException,
}

/// The order of a list of records (`OrderBy` of `GetFunctionLogs`). Equal ones are in the order of
/// recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordOrder {
    FunctionName,
    Duration,
    Memory,
    StartTime,
}

impl RetCodeFilter {
    /// The filter of a name that the API has.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "not0" => Self::Failed,
            "is0" => Self::Succeeded,
            "TimeLimitExceeded" => Self::TimeLimitExceeded,
            "ResourceLimitExceeded" => Self::ResourceLimitExceeded,
            "UserCodeException" => Self::UserCodeException,
            _ => return None,
        })
    }
}

impl Store {
    /// A page of the records that match `filter`, and their total number. All records that were
    /// given to the store before this call are included.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn logs(
        &self,
        filter: RecordFilter,
        order: RecordOrder,
        descending: bool,
        page: Page,
    ) -> Result<(Vec<InvocationRecord>, u64), StoreError> {
        let column = match order {
            RecordOrder::FunctionName => "function",
            RecordOrder::Duration => "duration_us",
            RecordOrder::Memory => "memory_bytes",
            RecordOrder::StartTime => "started_at",
        };
        let direction = if descending { "DESC" } else { "ASC" };
        let order = format!("{column} {direction}, id {direction}");
        let conditions = filter.conditions();
        self.shared
            .records
            .run(move |connection| conditions.page(connection, "records", &order, page, record))
            .await
    }

    /// The records of a request: one for each attempt, in their order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn request_status(
        &self,
        function: FunctionKey,
        request_id: &str,
    ) -> Result<Vec<InvocationRecord>, StoreError> {
        let request_id = request_id.to_owned();
        let read = self.shared.records.run(move |connection| {
            let text = "SELECT * FROM records
                        WHERE request_id = ? AND namespace = ? AND function = ? ORDER BY id";
            connection
                .prepare_cached(text)?
                .query_map(params![request_id, function.namespace, function.name], record)?
                .collect()
        });
        read.await
    }
}

impl RecordFilter {
    fn conditions(self) -> Conditions {
        let mut conditions = Conditions::default();
        conditions.with("namespace = ?", self.namespace);
        conditions.with("function = ?", self.function);
        conditions.with("version = ?", self.version);
        conditions.with("request_id = ?", self.request_id);
        conditions.with("started_at >= ?", self.from);
        conditions.with("started_at <= ?", self.to);
        match self.ret_code {
            None => {}
            Some(RetCodeFilter::Failed) => conditions.with("ret_code <> ?", Some(0)),
            Some(RetCodeFilter::Succeeded) => conditions.with("ret_code = ?", Some(0)),
            Some(RetCodeFilter::TimeLimitExceeded) => conditions.one_of("status_code", [433, 450]),
            Some(RetCodeFilter::ResourceLimitExceeded) => {
                conditions.one_of("status_code", [432, 434]);
            }
            Some(RetCodeFilter::UserCodeException) => conditions.one_of("status_code", [430]),
        }
        conditions
    }
}

fn record(row: &Row<'_>) -> rusqlite::Result<InvocationRecord> {
    Ok(InvocationRecord {
        request_id: row.get("request_id")?,
        namespace: row.get("namespace")?,
        function: row.get("function")?,
        version: row.get("version")?,
        retry: row.get("retry")?,
        started_at: row.get("started_at")?,
        duration_us: row.get::<_, i64>("duration_us")?.cast_unsigned(),
        billed_ms: row.get::<_, i64>("billed_ms")?.cast_unsigned(),
        memory_bytes: row.get::<_, i64>("memory_bytes")?.cast_unsigned(),
        ret_code: row.get("ret_code")?,
        status_code: row.get("status_code")?,
        ret_msg: row.get("ret_msg")?,
        log: row.get("log")?,
    })
}
