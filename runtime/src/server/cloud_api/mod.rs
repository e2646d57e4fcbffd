//! Tencent Cloud's API 3.0 for functions, service `scf`, as its SDKs speak it
//! (scf-contract §3).
//!
//! A request's way: [`signature::check`] where credentials are configured, then
//! [`wire::read`], which gives the action and its parameters, each known to the action and
//! of its type; and with the action's result back through [`mod@answer`]. Those know HTTP's
//! values and the API's form, and nothing else of krait: `tests/fuzz` compiles them alone. What
//! an action does is in a file for its kind: [`invoke`].

pub mod actions;
pub mod answer;
pub mod errors;
pub mod parameters;
pub mod shape;
pub mod signature;
pub mod wire;

mod form;
mod invoke;
mod json;

use super::{
    Server,
    routes::{Answer, Arrived, Unread},
};
use actions::Action;
use bytes::Bytes;
use errors::ApiError;
use std::time::{SystemTime, UNIX_EPOCH};
use wire::{ApiRequest, LARGEST_BODY, Received};

/// Answers a request to the API.
pub(super) async fn answer(server: &Server, mut arrived: Arrived) -> Answer {
    let request_id = arrived.request_id.clone();
    let body = match arrived.read_body(LARGEST_BODY).await {
        Ok(body) => body,
        Err(Unread::TooLarge { limit }) => {
            let error = ApiError::request_too_large(limit);
            return answer::response(answer::error(&request_id, &error));
        }
        Err(unread) => return unread.answer(),
    };
    let head = &arrived.head;
    let received =
        Received { method: &head.method, uri: &head.uri, headers: &head.headers, body: &body };
    let request = checked(server, &received);
    drop(body);
    let result = match request {
        Ok(request) => act(server, &request_id, request).await,
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

async fn act(server: &Server, request_id: &str, request: ApiRequest) -> Result<Bytes, ApiError> {
    let platform = &server.platform;
    let parameters = request.parameters;
    match request.action {
        Action::Invoke => invoke::invoke(platform, request_id, parameters).await,
        Action::InvokeFunction => invoke::invoke_function(platform, request_id, parameters).await,
        other => Err(ApiError::invalid_action(other.name())),
    }
}
