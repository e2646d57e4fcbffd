//! Asynchronous events: their status, their end, and how they are retried (docs/contract.md §3.5,
//! §5).

use super::{Call, answer, asked, errors::ApiError, parameters::Parameters, refusal};
use crate::platform::{
    Platform,
    store::{AsyncEvent, EventFilter, EventOrder, EventState, Termination},
};
use bytes::Bytes;
use serde_json::{Value, json};

const LARGEST_PAGE: u32 = 100;

pub(super) async fn status(call: Call<'_>) -> Result<Bytes, ApiError> {
    let Call { platform, request_id, parameters } = &call;
    let event = event(platform, parameters).await?;
    let result = json!({
        "Status": state_name(event.state),
        "StatusCode": event.status_code.unwrap_or(0),
        "InvokeRequestId": event.request_id,
    });
    Ok(answer::result(request_id, &json!({ "Result": result })))
}

pub(super) async fn list(call: Call<'_>) -> Result<Bytes, ApiError> {
    let Call { platform, request_id, mut parameters } = call;
    let key = asked::function(&parameters)?;
    let page = asked::page(&parameters, LARGEST_PAGE)?;
    let descending = asked::descending(&parameters)?.unwrap_or(true);
    let order = match asked::text(&parameters, "Orderby") {
        None | Some("StartTime") => EventOrder::Start { descending },
        Some("EndTime") => EventOrder::End { descending },
        Some(_) => return Err(ApiError::order_by_invalid("Orderby", "it is StartTime or EndTime")),
    };
    let mut states = Vec::new();
    for name in parameters.take_texts("Status").unwrap_or_default() {
        states.extend_from_slice(named_states(&name)?);
    }
    let enqueued = interval(parameters.take_object("StartTimeInterval"))?;
    let ended = interval(parameters.take_object("EndTimeInterval"))?;
    if platform.registry().get(&key).is_none() {
        return Err(ApiError::function_not_found(&key.name));
    }
    let filter = EventFilter {
        namespace: Some(key.namespace),
        function: Some(key.name),
        invoke_types: parameters.take_texts("InvokeType").unwrap_or_default(),
        qualifier: asked::text(&parameters, "Qualifier").map(str::to_owned),
        request_id: asked::text(&parameters, "InvokeRequestId").map(str::to_owned),
        states,
        enqueued,
        ended,
    };
    let read = platform.list_events(filter, order, page).await;
    let (events, total) = read.map_err(|error| refusal::unread(platform, error))?;
    let events: Vec<Value> = events.iter().map(shown).collect();
    Ok(answer::result(request_id, &json!({ "TotalCount": total, "EventList": events })))
}

pub(super) async fn terminate(call: Call<'_>) -> Result<Bytes, ApiError> {
    let Call { platform, request_id, parameters } = &call;
    let key = asked::function(parameters)?;
    if platform.registry().get(&key).is_none() {
        return Err(ApiError::function_not_found(&key.name));
    }
    let event = event(platform, parameters).await?;
    if (&event.namespace, &event.function) != (&key.namespace, &key.name) {
        return Err(ApiError::event_not_found(&event.request_id));
    }
    if !is_going(event.state) {
        return Err(ApiError::event_is_over(&event.request_id, state_name(event.state)));
    }
    let how = match parameters.boolean("GraceShutdown") {
        Some(true) => Termination::Graceful,
        _ => Termination::Kill,
    };
    let terminated = platform.terminate(&event.request_id, how).await;
    match terminated.map_err(|error| refusal::unread(platform, error))? {
        // It ended meanwhile.
        Some(state @ (EventState::Finished | EventState::Failed)) => {
            Err(ApiError::event_is_over(&event.request_id, state_name(state)))
        }
        _ => Ok(answer::result(request_id, &json!({}))),
    }
}

pub(super) async fn update_configuration(call: Call<'_>) -> Result<Bytes, ApiError> {
    let Call { platform, request_id, mut parameters } = call;
    let key = asked::function(&parameters)?;
    let mut given = parameters
        .take_object("AsyncTriggerConfig")
        .ok_or_else(|| ApiError::missing_parameter("AsyncTriggerConfig"))?;
    let age = given.natural("MsgTTL")?;
    let retries = match given.take_objects("RetryConfig").unwrap_or_default().as_slice() {
        [one] => one.natural("RetryNum")?,
        _ => {
            let problem = "RetryConfig has one item, with RetryNum";
            return Err(ApiError::async_config_invalid(problem));
        }
    };
    let updated = platform
        .update_function(&key, None, |declaration| {
            declaration.retries = retries;
            declaration.max_event_age = age;
        })
        .await;
    updated.map_err(|error| refusal::refused(platform, error))?;
    Ok(answer::result(request_id, &json!({})))
}

pub(super) async fn configuration(call: Call<'_>) -> Result<Bytes, ApiError> {
    let Call { platform, request_id, parameters } = &call;
    let key = asked::function(parameters)?;
    let revision = super::functions::revision(platform, &key, parameters)?;
    let policy = &revision.settings.retry;
    let shown = json!({
        "RetryConfig": [{ "RetryNum": policy.retry_num }],
        "MsgTTL": policy.max_age.as_secs(),
    });
    Ok(answer::result(request_id, &json!({ "AsyncTriggerConfig": shown })))
}

async fn event(platform: &Platform, parameters: &Parameters) -> Result<AsyncEvent, ApiError> {
    let id = parameters.required_text("InvokeRequestId")?;
    let event = platform.event_status(id).await;
    let event = event.map_err(|error| refusal::unread(platform, error))?;
    event.ok_or_else(|| ApiError::event_not_found(id))
}

/// From `Start`, which is included, to `End`, which is not.
fn interval(given: Option<Parameters>) -> Result<Option<(i64, i64)>, ApiError> {
    let Some(given) = given else { return Ok(None) };
    let from = asked::time(&given, "Start")?.unwrap_or(i64::MIN);
    let to = asked::time(&given, "End")?.map_or(i64::MAX, |end| end - 1);
    Ok(Some((from, to)))
}

fn shown(event: &AsyncEvent) -> Value {
    json!({
        "InvokeRequestId": event.request_id,
        "InvokeType": event.invoke_type,
        "Qualifier": event.qualifier,
        "Status": state_name(event.state),
        "StartTime": asked::shown_exactly(event.enqueued_at),
        "EndTime": event.ended_at.map(asked::shown_exactly).unwrap_or_default(),
    })
}

fn is_going(state: EventState) -> bool {
    matches!(state, EventState::Queued | EventState::Running)
}

/// The API has no status for a waiting event. `RUNNING` is a guess.
fn state_name(state: EventState) -> &'static str {
    match state {
        EventState::Queued | EventState::Running => "RUNNING",
        EventState::Finished => "FINISHED",
        EventState::Failed => "FAILED",
        EventState::Aborted => "ABORTED",
    }
}

fn named_states(name: &str) -> Result<&'static [EventState], ApiError> {
    Ok(match name {
        "RUNNING" => &[EventState::Queued, EventState::Running],
        "FINISHED" => &[EventState::Finished],
        "FAILED" => &[EventState::Failed],
        "ABORTED" => &[EventState::Aborted],
        _ => {
            let problem = "it is RUNNING, FINISHED, ABORTED or FAILED";
            return Err(ApiError::status_invalid(problem));
        }
    })
}
