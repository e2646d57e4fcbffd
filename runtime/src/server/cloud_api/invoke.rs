//! `Invoke` and `InvokeFunction` (docs/contract.md §3.2, §3.3).

use super::{Call, answer, asked, errors::ApiError, parameters::Parameters};
use crate::{
    contract::report,
    platform::{
        Completed, Platform, Refused, Request, Source, cluster::ClusterError, store::StoreError,
    },
};
use bytes::Bytes;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answered<'a> {
    result: report::ResultFields<'a>,
}

/// An action's error for an event that is not JSON.
type NotJson = fn(String) -> ApiError;

/// `Invoke`: waits for the answer, or queues the event.
pub(super) async fn invoke(call: Call<'_>) -> Result<Bytes, ApiError> {
    let Call { platform, request_id, mut parameters } = call;
    let event = parameters.take_text("ClientContext");
    let asynchronous = match parameters.text("InvocationType") {
        None | Some("" | "RequestResponse") => false,
        Some("Event") => true,
        Some(other) => return Err(ApiError::invalid_value("InvocationType", other)),
    };
    let request = request(request_id, &parameters, event, "$LATEST")?;
    if asynchronous {
        let name = request.key.name.clone();
        let queued = platform.enqueue(request).await;
        queued.map_err(|refused| error(&name, refused, ApiError::client_context_is_not_json))?;
        let answered = Answered { result: report::accepted(request_id) };
        return Ok(answer::result(request_id, &answered));
    }
    let log = wants_log(&parameters)?;
    answered(platform, request_id, request, log, ApiError::client_context_is_not_json).await
}

/// `InvokeFunction`: synchronous only, its event in `Event`.
pub(super) async fn invoke_function(call: Call<'_>) -> Result<Bytes, ApiError> {
    let Call { platform, request_id, mut parameters } = call;
    let event = parameters.take_text("Event");
    let request = request(request_id, &parameters, event, "$DEFAULT")?;
    let log = wants_log(&parameters)?;
    answered(platform, request_id, request, log, ApiError::event_is_not_json).await
}

/// A call without an event gets `{}`: a guess (§1.4).
fn request(
    request_id: &str,
    parameters: &Parameters,
    event: Option<String>,
    qualifier: &str,
) -> Result<Request, ApiError> {
    Ok(Request {
        key: asked::function(parameters)?,
        qualifier: asked::text(parameters, "Qualifier").unwrap_or(qualifier).to_owned(),
        request_id: request_id.to_owned(),
        event: event.filter(|event| !event.is_empty()).unwrap_or_else(|| "{}".to_owned()).into(),
        source: Source::CloudApi,
    })
}

fn wants_log(parameters: &Parameters) -> Result<bool, ApiError> {
    match parameters.text("LogType") {
        None | Some("" | "None") => Ok(false),
        Some("Tail") => Ok(true),
        Some(other) => Err(ApiError::invalid_value("LogType", other)),
    }
}

async fn answered(
    platform: &Platform,
    request_id: &str,
    request: Request,
    log: bool,
    not_json: NotJson,
) -> Result<Bytes, ApiError> {
    let name = request.key.name.clone();
    let Completed { invocation, log_tail, .. } =
        platform.invoke(request).await.map_err(|refused| error(&name, refused, not_json))?;
    let ret_msg = invocation.ret_msg();
    let log = if log { log_tail.as_str() } else { "" };
    Ok(answer::result(request_id, &Answered { result: invocation.result(&ret_msg, log) }))
}

fn error(name: &str, refused: Refused, not_json: NotJson) -> ApiError {
    match refused {
        Refused::NoFunction(_) => ApiError::function_not_found(name),
        Refused::NoQualifier { qualifier, .. } => ApiError::qualifier_not_found(&qualifier),
        Refused::NotActive { .. } => ApiError::function_not_ready(name, "CreateFailed"),
        Refused::Event(invalid) => not_json(invalid.to_string()),
        Refused::NotJson(error) => not_json(error.to_string()),
        Refused::TooLarge { size, limit } => ApiError::event_too_large(size, limit),
        Refused::Store(StoreError::Cluster(ClusterError::Full { .. })) => ApiError::queue_full(),
        Refused::Closing | Refused::Store(_) => ApiError::invoke_failed(refused),
    }
}
