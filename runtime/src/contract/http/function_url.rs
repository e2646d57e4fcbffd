//! A function's own URL (docs/contract.md §8.2).

use super::{HttpRequest, HttpResponse, request, response};
use crate::contract::{
    Failure, Invocation, Outcome,
    envelope::{ERROR_CODE, json_text},
};
use serde::{Deserialize, Deserializer, Serialize, de::IgnoredAny};
use serde_json::{Value, json};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    body: Value,
    headers: Value,
    http_method: &'a str,
    path: &'a str,
    query_string: Value,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    is_base64_encoded: bool,
}

/// The event for a request, as JSON text. `isBase64Encoded` is there, and true, only for a
/// body that is not UTF-8 (§14).
pub fn event(request: &HttpRequest<'_>) -> String {
    let (body, is_base64_encoded) = request::body(request);
    json_text(&Event {
        body,
        headers: request::headers(request, &[("x-scf-remote-addr", request.remote_address)]),
        http_method: request.method,
        path: request.path,
        query_string: request::query(request),
        is_base64_encoded,
    })
}

/// The client's response for a finished invocation: the function's response; RetMsg with status 200
/// if the value has no `statusCode`; and 500 with the envelope if the function failed (§14).
///
/// A response with a `statusCode` that cannot be sent is a 500 too, and its body says what is
/// wrong. Nothing is documented; this is krait's choice (§14).
pub fn response(invocation: &Invocation) -> HttpResponse {
    match &invocation.outcome {
        Outcome::Returned(ret_msg) => returned(ret_msg, &invocation.request_id),
        Outcome::Failed(failure) => failed(failure, &invocation.request_id),
    }
}

fn returned(ret_msg: &str, request_id: &str) -> HttpResponse {
    // RetMsg that is not JSON for this reader (it has a lone surrogate's escape) has no status.
    let asked = names_status(ret_msg).then(|| serde_json::from_str::<Value>(ret_msg).ok());
    let Some(value) = asked.flatten() else {
        return HttpResponse::json(200, ret_msg);
    };
    response::integrated(&value).unwrap_or_else(|unfit| {
        let body = json!({
            "errorCode": ERROR_CODE,
            "errorMessage": format!("Invalid scf response format: {unfit}"),
            "requestId": request_id,
        });
        HttpResponse::json(500, body.to_string())
    })
}

/// Whether RetMsg is an object with a `statusCode`. It may have 6 MB, so values are skipped and not
/// kept.
fn names_status(ret_msg: &str) -> bool {
    #[derive(Deserialize)]
    struct Named {
        #[serde(rename = "statusCode", default, deserialize_with = "is_there")]
        status: bool,
    }
    fn is_there<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
        IgnoredAny::deserialize(value).map(|_| true)
    }
    // An array would be read as an object's values.
    ret_msg.starts_with('{') && serde_json::from_str::<Named>(ret_msg).is_ok_and(|it| it.status)
}

fn failed(failure: &Failure, request_id: &str) -> HttpResponse {
    HttpResponse::json(500, failure.envelope(request_id))
        .with_header("x-scf-status-code", failure.status_code().to_string())
}
