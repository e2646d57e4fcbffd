//! A function's own URL (scf-contract §8.2).

use super::{HttpRequest, HttpResponse, request, response};
use crate::contract::{
    Failure, Invocation, Outcome,
    envelope::{ERROR_CODE, json_text},
};
use serde_json::{Map, Value, json};

/// The event for a request, as JSON text. `isBase64Encoded` is there, and true, only for a
/// body that is not UTF-8 (§14).
pub fn event(request: &HttpRequest<'_>) -> String {
    let (body, is_base64) = request::body(request);
    let mut event = Map::new();
    event.insert("body".to_owned(), body);
    event.insert(
        "headers".to_owned(),
        request::headers(request, &[("x-scf-remote-addr", request.remote_address)]),
    );
    event.insert("httpMethod".to_owned(), request.method.into());
    event.insert("path".to_owned(), request.path.into());
    event.insert("queryString".to_owned(), request::query(request));
    if is_base64 {
        event.insert("isBase64Encoded".to_owned(), true.into());
    }
    json_text(&event)
}

/// What the client gets for a finished invocation: the response that the function asked for;
/// RetMsg itself, with 200, where it named no `statusCode`; and 500 with the envelope where it
/// failed (§14).
///
/// A response with a `statusCode` that cannot be sent is a 500 too, whose body says what is
/// wrong with it: a choice of krait, for nothing is documented.
pub fn response(invocation: &Invocation) -> HttpResponse {
    match &invocation.outcome {
        Outcome::Returned(ret_msg) => returned(ret_msg, &invocation.request_id),
        Outcome::Failed(failure) => failed(failure, &invocation.request_id),
    }
}

fn returned(ret_msg: &str, request_id: &str) -> HttpResponse {
    // What cannot be read as JSON here (a lone surrogate's escape) names no status.
    let value: Value = serde_json::from_str(ret_msg).unwrap_or_default();
    if value.get("statusCode").is_none() {
        return HttpResponse::json(200, ret_msg);
    }
    response::integrated(&value).unwrap_or_else(|unfit| {
        let body = json!({
            "errorCode": ERROR_CODE,
            "errorMessage": format!("Invalid scf response format: {unfit}"),
            "requestId": request_id,
        });
        HttpResponse::json(500, body.to_string())
    })
}

fn failed(failure: &Failure, request_id: &str) -> HttpResponse {
    HttpResponse::json(500, failure.envelope(request_id))
        .with_header("x-scf-status-code", failure.status_code().to_string())
}
