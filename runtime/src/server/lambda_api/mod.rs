//! AWS Lambda's `Invoke`, as its SDKs speak it: the same functions by a second face. The rest of
//! Lambda's API is not there.
//!
//! The functions are those of the namespace `default`, in whatever region the caller is. Which
//! runtime a function has does not matter; how its failure is told is Lambda's form
//! ([`crate::contract::lambda`]).

mod errors;
mod named;
mod signature;

use super::{
    Server,
    bodies::{Body, Held, Unread},
    exchange::{Answer, Arrived},
    guard,
};
use crate::{
    contract::{Failure, Outcome, lambda::Diagnostic, limits},
    platform::{Completed, Platform, Request, Source},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use errors::LambdaError;
use http::{HeaderName, HeaderValue, Method, Response, StatusCode, header, request::Parts};
use http_body_util::Full;
use named::Named;
use std::time::{SystemTime, UNIX_EPOCH};

/// What every path of the API begins with.
pub(super) const VERSION: &str = "/2015-03-31/";

const INVOCATION_TYPE: &str = "x-amz-invocation-type";
const LOG_TYPE: &str = "x-amz-log-type";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");
const EXECUTED_VERSION: HeaderName = HeaderName::from_static("x-amz-executed-version");
const FUNCTION_ERROR: HeaderName = HeaderName::from_static("x-amz-function-error");
const LOG_RESULT: HeaderName = HeaderName::from_static("x-amz-log-result");

/// Answers a request to the API.
pub(super) async fn answer(server: &Server, mut arrived: Arrived) -> Answer {
    if let Err(refusal) = guard::no_page(server, &arrived.head) {
        return refusal.into();
    }
    let request_id = arrived.request_id.clone();
    let mut answer = match read(server, &mut arrived).await {
        Ok((body, held)) => {
            // Boxed, because an idle connection is as large as the largest future that it may run.
            let invoked =
                Box::pin(invoke(&server.platform, &arrived.head, body, &request_id)).await;
            drop(held);
            invoked.unwrap_or_else(LambdaError::answer)
        }
        Err(answer) => answer,
    };
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        answer.headers_mut().insert(REQUEST_ID, id);
    }
    answer
}

/// The body, of a caller that is known.
async fn read(server: &Server, arrived: &mut Arrived) -> Result<(Bytes, Held), Answer> {
    let is_known = server.credentials.is_none();
    let read = arrived.read_body(server, limits::SYNC_EVENT_BYTES, is_known).await;
    let Body { bytes, mut held } = read.map_err(|unread| match unread {
        Unread::TooLarge { limit } => LambdaError::too_large(limit).answer(),
        Unread::NoMemory => LambdaError::throttled().answer(),
        other => other.answer(),
    })?;
    if let Some(credentials) = &server.credentials {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
        signature::check(&arrived.head, &bytes, credentials, now).map_err(LambdaError::answer)?;
        if server.bodies.is_known(&mut held).await.is_err() {
            return Err(LambdaError::throttled().answer());
        }
    }
    Ok((bytes, held))
}

/// How an event is invoked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    RequestResponse,
    Event,
    DryRun,
}

async fn invoke(
    platform: &Platform,
    head: &Parts,
    body: Bytes,
    request_id: &str,
) -> Result<Answer, LambdaError> {
    let named = Named::read(head.uri.path(), head.uri.query().unwrap_or_default())?;
    if head.method != Method::POST {
        return Err(LambdaError::no_such_operation());
    }
    let kind = match header_text(head, INVOCATION_TYPE) {
        "" | "RequestResponse" => Kind::RequestResponse,
        "Event" => Kind::Event,
        "DryRun" => Kind::DryRun,
        other => {
            let values = "[Event, RequestResponse, DryRun]";
            return Err(LambdaError::not_in_enumeration(other, "invocationType", values));
        }
    };
    let wants_log = match header_text(head, LOG_TYPE) {
        "" | "None" => false,
        "Tail" => true,
        other => return Err(LambdaError::not_in_enumeration(other, "logType", "[None, Tail]")),
    };
    let refused = |refused| LambdaError::of(&refused, &named.arn());
    let revision = platform.registry().resolve(&named.key, &named.qualifier).map_err(refused)?;
    let version = &revision.function.version;
    let request = Request {
        key: named.key.clone(),
        qualifier: named.qualifier.clone(),
        request_id: request_id.to_owned(),
        event: if body.is_empty() { Bytes::from_static(b"{}") } else { body },
        source: Source::CloudApi,
    };
    match kind {
        Kind::DryRun => Ok(empty(StatusCode::NO_CONTENT, version)),
        Kind::Event => {
            platform.enqueue(request).await.map_err(refused)?;
            Ok(empty(StatusCode::ACCEPTED, version))
        }
        Kind::RequestResponse => {
            let Completed { invocation, log_tail, .. } =
                platform.invoke(request).await.map_err(refused)?;
            let handler = &revision.function.handler;
            let (payload, is_error) = match invocation.outcome {
                Outcome::Returned(text) => (text, false),
                Outcome::Failed(Failure::ConcurrencyExceeded { .. }) => {
                    return Err(LambdaError::throttled());
                }
                Outcome::Failed(Failure::Internal { message }) => {
                    return Err(LambdaError::internal(&message));
                }
                Outcome::Failed(failure) => {
                    (Diagnostic::payload(&failure, handler, request_id), true)
                }
            };
            let mut answer = empty(StatusCode::OK, version);
            let headers = answer.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            if is_error {
                headers.insert(FUNCTION_ERROR, HeaderValue::from_static("Unhandled"));
            }
            if wants_log && let Ok(log) = HeaderValue::from_str(&STANDARD.encode(log_tail)) {
                headers.insert(LOG_RESULT, log);
            }
            *answer.body_mut() = Full::new(payload.into());
            Ok(answer)
        }
    }
}

fn empty(status: StatusCode, version: &str) -> Answer {
    let mut answer = Response::new(Full::default());
    *answer.status_mut() = status;
    if let Ok(version) = HeaderValue::from_str(version) {
        answer.headers_mut().insert(EXECUTED_VERSION, version);
    }
    answer
}

/// A header's text; empty where it is not there or has none.
fn header_text<'a>(head: &'a Parts, name: &str) -> &'a str {
    head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}
