//! `GetFunctionLogs` and `GetRequestStatus` (docs/contract.md §3.5).

use super::{Call, answer, asked, errors::ApiError, parameters::Parameters, refusal};
use crate::platform::store::{
    AsyncEvent, EventState, InvocationRecord, RecordFilter, RecordOrder, RetCodeFilter,
};
use bytes::Bytes;
use serde_json::{Value, json};

/// The largest sum of `Offset` and `Limit` in a list of logs.
const LARGEST_REACH: u32 = 10_000;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How much of a second follows a time that is given to the second.
const REST_OF_SECOND_MS: i64 = 999;

pub(super) async fn function_logs(call: Call<'_>) -> Result<Bytes, ApiError> {
    let Call { platform, request_id, mut parameters } = call;
    let page = asked::page(&parameters, LARGEST_REACH)?;
    if page.offset.saturating_add(page.limit) > LARGEST_REACH {
        let problem = format!("Offset and Limit together are at most {LARGEST_REACH}");
        return Err(ApiError::limit_invalid(problem));
    }
    let descending = asked::descending(&parameters)?.unwrap_or(true);
    let order = match asked::text(&parameters, "OrderBy") {
        None | Some("start_time") => RecordOrder::StartTime,
        Some("function_name") => RecordOrder::FunctionName,
        Some("duration") => RecordOrder::Duration,
        Some("mem_usage") => RecordOrder::Memory,
        Some(_) => {
            let problem = "it is function_name, duration, mem_usage or start_time";
            return Err(ApiError::order_by_invalid("OrderBy", problem));
        }
    };
    let range = range(&parameters)?;
    let ret_code = parameters.take_object("Filter");
    let ret_code = ret_code.as_ref().and_then(|filter| asked::text(filter, "RetCode"));
    let ret_code = ret_code.map(|name| RetCodeFilter::named(name).ok_or(name)).transpose();
    let ret_code = ret_code.map_err(|_| {
        ApiError::ret_code_invalid(
            "it is not0, is0, TimeLimitExceeded, ResourceLimitExceeded or UserCodeException",
        )
    })?;
    let namespace = asked::namespace(&parameters);
    if let Some(name) = asked::text(&parameters, "FunctionName") {
        let key = asked::function(&parameters)?;
        let there = platform.registry().get(&key);
        there.ok_or_else(|| ApiError::function_not_found(name))?;
    }
    let owned = |name: &str| asked::text(&parameters, name).map(str::to_owned);
    let filter = RecordFilter {
        namespace: Some(namespace),
        function: owned("FunctionName"),
        version: owned("Qualifier").map(|qualifier| match qualifier.as_str() {
            "$DEFAULT" => "$LATEST".to_owned(),
            _ => qualifier,
        }),
        request_id: owned("FunctionRequestId"),
        from: range.map(|(from, _)| from),
        to: range.map(|(_, to)| to),
        ret_code,
    };
    let read = platform.store().logs(filter, order, descending, page).await;
    let (records, total) = read.map_err(|error| refusal::unread(platform, error))?;
    let data: Vec<Value> = records.iter().map(log).collect();
    Ok(answer::result(request_id, &json!({ "TotalCount": total, "Data": data })))
}

/// Each attempt that has ended. While an asynchronous event waits or runs, also an entry for that.
pub(super) async fn request_status(call: Call<'_>) -> Result<Bytes, ApiError> {
    let Call { platform, request_id, parameters } = &call;
    let key = asked::function(parameters)?;
    let asked_for = parameters.required_text("FunctionRequestId")?;
    let range = range(parameters)?;
    if platform.registry().get(&key).is_none() {
        return Err(ApiError::function_not_found(&key.name));
    }
    let unread = |error| refusal::unread(platform, error);
    let event = platform.event_status(asked_for).await.map_err(unread)?;
    let records = platform.store().request_status(key.clone(), asked_for).await;
    let records = records.map_err(unread)?;
    let event = event.filter(|event| {
        event.namespace == key.namespace
            && event.function == key.name
            && matches!(event.state, EventState::Queued | EventState::Running)
    });
    if records.is_empty() && event.is_none() {
        return Err(ApiError::request_not_found(asked_for));
    }
    let within = |time| range.is_none_or(|(from, to)| (from..=to).contains(&time));
    let ended = records.iter().filter(|record| within(record.started_at)).map(status);
    let going = event
        .iter()
        .filter(|event| within(begun(event)))
        .map(|event| running(event, records.len()));
    let data: Vec<Value> = ended.chain(going).collect();
    Ok(answer::result(request_id, &json!({ "TotalCount": data.len(), "Data": data })))
}

/// From `StartTime` to the end of the second of `EndTime`.
fn range(parameters: &Parameters) -> Result<Option<(i64, i64)>, ApiError> {
    let from = asked::time(parameters, "StartTime")?;
    match (from, asked::time(parameters, "EndTime")?) {
        (None, None) => Ok(None),
        (Some(from), Some(to)) if (0..=DAY_MS).contains(&(to - from)) => {
            Ok(Some((from, to + REST_OF_SECOND_MS)))
        }
        (Some(_), Some(_)) => {
            let problem = "it comes before EndTime, and at most a day before";
            Err(ApiError::time_range_invalid(problem))
        }
        _ => Err(ApiError::half_a_time_range()),
    }
}

fn log(record: &InvocationRecord) -> Value {
    json!({
        "FunctionName": record.function,
        "RetMsg": record.ret_msg,
        "RequestId": record.request_id,
        "StartTime": asked::shown(record.started_at),
        "RetCode": record.ret_code,
        "InvokeFinished": 1,
        "Duration": milliseconds(record),
        "BillDuration": record.billed_ms.div_ceil(100) * 100,
        "MemUsage": record.memory_bytes,
        "Log": record.log,
        "Level": "",
        "Source": "",
        "RetryNum": record.retry,
    })
}

/// Memory is in MB here, and nowhere else.
fn status(record: &InvocationRecord) -> Value {
    let megabytes = record.memory_bytes as f64 / (1024.0 * 1024.0);
    json!({
        "FunctionName": record.function,
        "RetMsg": record.ret_msg,
        "RequestId": record.request_id,
        "StartTime": asked::shown(record.started_at),
        "RetCode": record.ret_code.signum(),
        "Duration": milliseconds(record),
        "MemUsage": (megabytes * 100.0).round() / 100.0,
        "RetryNum": record.retry,
    })
}

fn running(event: &AsyncEvent, attempts: usize) -> Value {
    json!({
        "FunctionName": event.function,
        "RetMsg": "",
        "RequestId": event.request_id,
        "StartTime": asked::shown(begun(event)),
        "RetCode": 1,
        "Duration": 0.0,
        "MemUsage": 0.0,
        "RetryNum": attempts,
    })
}

fn begun(event: &AsyncEvent) -> i64 {
    event.started_at.unwrap_or(event.enqueued_at)
}

fn milliseconds(record: &InvocationRecord) -> f64 {
    record.duration_us as f64 / 1000.0
}
