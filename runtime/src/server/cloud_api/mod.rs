//! Tencent Cloud's API 3.0 for functions, service `scf`, as its SDKs speak it
//! (docs/contract.md §3).
//!
//! The path of a request: [`signature::check`] if credentials are configured, then [`wire::read`],
//! which returns the action and its checked parameters, then the action, then [`mod@answer`]. All
//! but the action know only HTTP and the API's form, and nothing else of krait: `tests/fuzz`
//! compiles them alone. The actions are in files by kind: [`invoke`], [`functions`], [`shown`],
//! [`versions`], [`namespaces`], [`logs`], [`async_events`].

#[macro_use]
pub mod actions;
pub mod answer;
pub mod errors;
pub mod parameters;
pub mod shape;
pub mod signature;
pub mod wire;

mod asked;
mod async_events;
mod code;
mod form;
mod functions;
mod invoke;
mod json;
mod logs;
mod namespaces;
mod refusal;
mod shown;
mod versions;

use super::{
    Server,
    bodies::{Body, Held, Unread},
    exchange::{Answer, Arrived},
    guard,
};
use crate::platform::Platform;
use actions::Action;
use bytes::Bytes;
use errors::ApiError;
use parameters::Parameters;
use std::time::{SystemTime, UNIX_EPOCH};
use wire::{ApiRequest, LARGEST_BODY, Received};

/// Answers a request to the API.
pub(super) async fn answer(server: &Server, mut arrived: Arrived) -> Answer {
    if let Err(refusal) = guard::no_page(server, &arrived.head) {
        return refusal.into();
    }
    let request_id = arrived.request_id.clone();
    let failed = |error: &ApiError| answer::response(answer::error(&request_id, error));
    let is_known = server.credentials.is_none();
    let Body { bytes: body, mut held } =
        match arrived.read_body(server, LARGEST_BODY, is_known).await {
            Ok(body) => body,
            Err(Unread::TooLarge { limit }) => {
                return failed(&ApiError::request_too_large(limit));
            }
            Err(Unread::NoMemory) => return failed(&ApiError::no_memory()),
            Err(unread) => return unread.answer(),
        };
    let head = &arrived.head;
    let received =
        Received { method: &head.method, uri: &head.uri, headers: &head.headers, body: &body };
    let request = checked(server, &received);
    drop(body);
    let result = match request {
        // Known from here on.
        Ok(_) if !is_known && server.bodies.is_known(&mut held).await.is_err() => {
            Err(ApiError::no_memory())
        }
        Ok(request) => act(server, &request_id, request, held).await,
        Err(error) => Err(error),
    };
    let body = result.unwrap_or_else(|error| answer::error(&request_id, &error));
    answer::response(body)
}

fn checked(server: &Server, received: &Received<'_>) -> Result<ApiRequest, ApiError> {
    if let Some(credentials) = &server.credentials {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
        signature::check(received, credentials, now)?;
    }
    wire::read(received)
}

/// An action with its parameters.
struct Call<'a> {
    platform: &'a Platform,
    request_id: &'a str,
    parameters: Parameters,
}

/// What the request holds of memory is held until the action is done.
async fn act(
    server: &Server,
    id: &str,
    request: ApiRequest,
    held: Held,
) -> Result<Bytes, ApiError> {
    let ApiRequest { action, parameters, .. } = request;
    let platform = server.platform.clone();
    if matches!(action, Action::Invoke | Action::InvokeFunction) {
        let call = Call { platform: &platform, request_id: id, parameters };
        // Boxed, because an idle connection is as large as the largest future that it may run.
        return Box::pin(on(action, call)).await;
    }
    // In a separate task, as an invocation is: a caller that leaves does not interrupt a change.
    let id = id.to_owned();
    let task = tokio::spawn(async move {
        let _held = held;
        on(action, Call { platform: &platform, request_id: &id, parameters }).await
    });
    task.await.unwrap_or_else(|_| Err(ApiError::internal()))
}

macro_rules! call_of {
    ($($action:ident, $parameters:ident, $handler:path;)*) => {
        async fn on(action: Action, call: Call<'_>) -> Result<Bytes, ApiError> {
            match action {
                $(Action::$action => $handler(call).await,)*
            }
        }
    };
}

each_action!(call_of);
