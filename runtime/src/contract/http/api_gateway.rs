//! The API gateway trigger (docs/contract.md §8.1), with the integrated response.

use super::{HttpRequest, HttpResponse, request, response};
use crate::contract::{Invocation, Outcome, envelope::json_text};
use serde_json::{Map, Value, json};

/// What an API gateway knows besides the request.
#[derive(Debug, Clone, Copy)]
pub struct Gateway<'a> {
    /// Such as `service-abc123`.
    pub service_id: &'a str,
    /// `release`, `prepub` or `test`.
    pub stage: &'a str,
    /// The gateway's spelling: 32 hexadecimal digits without dashes (§2.2).
    pub request_id: &'a str,
    /// The version or alias that is asked, such as `$LATEST`.
    pub qualifier: &'a str,
    /// The path of the API, such as `/orders/{id}`.
    pub resource_path: &'a str,
    /// `http` or `https`.
    pub scheme: &'a str,
}

/// The event for a request, as JSON text. `isBase64Encoded` is there, and true, only for a body
/// that is not UTF-8 (§14). On the platform the trigger's settings decide, which krait does not
/// have. An API of krait needs no key and declares no parameters except those in its path. So
/// `identity` and the declared parameters of query and headers are empty.
pub fn event(request: &HttpRequest<'_>, gateway: &Gateway<'_>) -> String {
    let (body, is_base64) = request::body(request);
    let headers = request::headers(
        request,
        &[
            ("x-api-requestid", gateway.request_id),
            ("x-api-scheme", gateway.scheme),
            ("x-b3-traceid", gateway.request_id),
            ("x-qualifier", gateway.qualifier),
        ],
    );
    let mut event = json!({
        "requestContext": {
            "serviceId": gateway.service_id,
            "path": gateway.resource_path,
            "httpMethod": request.method,
            "requestId": gateway.request_id,
            "identity": {},
            "sourceIp": request.remote_address,
            "stage": gateway.stage,
        },
        "headers": headers,
        "body": body,
        "pathParameters": path_parameters(gateway.resource_path, request.path),
        "queryStringParameters": {},
        "headerParameters": {},
        "stageVariables": { "stage": gateway.stage },
        "path": request.path,
        "queryString": request::query(request),
        "httpMethod": request.method,
    });
    if is_base64 {
        event["isBase64Encoded"] = true.into();
    }
    json_text(&event)
}

/// The parts of a path where the API's own has a name in braces.
fn path_parameters(resource_path: &str, path: &str) -> Map<String, Value> {
    let pairs = resource_path.split('/').zip(path.split('/'));
    pairs
        .filter_map(|(declared, part)| {
            let name = declared.strip_prefix('{')?.strip_suffix('}')?;
            Some((name.to_owned(), part.into()))
        })
        .collect()
}

/// The client's response for a finished invocation: the function's response, or the gateway's 403
/// if the returned value is not a response (§2.4). krait adds the reason in the header
/// `x-krait-reason`, which the platform does not have. A response that HTTP cannot carry counts as
/// one of the wrong shape.
///
/// A failure is HTTP 200 with the envelope. §2.4 has this for timeouts; krait does the same for the
/// others (§14).
pub fn response(invocation: &Invocation) -> HttpResponse {
    let ret_msg = match &invocation.outcome {
        Outcome::Returned(ret_msg) => ret_msg,
        Outcome::Failed(failure) => {
            return HttpResponse::json(200, failure.envelope(&invocation.request_id));
        }
    };
    // Python writes NaN, which is no JSON.
    let Ok(value) = serde_json::from_str::<Value>(ret_msg) else {
        return not_json(&invocation.request_id);
    };
    response::integrated(&value).unwrap_or_else(|unfit| {
        HttpResponse::json(403, WRONG_SHAPE).with_header("x-krait-reason", unfit.to_string())
    })
}

/// The platform's exact text (§2.4).
const WRONG_SHAPE: &str = r#"{"errno":403,"error":"Invalid scf response format. please check your scf response format."}"#;

/// The platform's exact text, with the request's id (§2.4).
fn not_json(request_id: &str) -> HttpResponse {
    let error =
        format!("requestId {request_id}, Invalid scf response. expected scf response valid JSON.");
    let body = json!({ "errno": 403, "error": error, "message": "SCF invoke error" });
    HttpResponse::json(403, body.to_string())
}
