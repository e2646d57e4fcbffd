//! The form of an answer (docs/contract.md §3.2). The status is 200, also for errors. The type is
//! exactly `application/json`: with a charset, the Python SDK overlooks errors.

use super::errors::ApiError;
use bytes::Bytes;
use http::{HeaderValue, Response, header};
use serde::Serialize;
use std::io::Write;

/// The body for a result, an object whose fields stand beside the `RequestId`:
/// `{"Response":{...,"RequestId":"..."}}`. If a result is not a JSON object, the answer is an
/// internal error.
pub fn result(request_id: &str, fields: &impl Serialize) -> Bytes {
    written(request_id, fields).unwrap_or_else(|| error(request_id, &ApiError::internal()))
}

/// The body for an error: `{"Response":{"Error":{...},"RequestId":"..."}}`.
pub fn error(request_id: &str, error: &ApiError) -> Bytes {
    let fields = serde_json::json!({
        "Error": { "Code": error.code, "Message": error.message },
        "RequestId": request_id,
    });
    serde_json::json!({ "Response": fields }).to_string().into()
}

/// A whole answer.
pub fn response(body: Bytes) -> Response<http_body_util::Full<Bytes>> {
    let mut response = Response::new(http_body_util::Full::new(body));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

/// The fields are written once, in their final place, because a RetMsg may have 6 MB.
fn written(request_id: &str, fields: &impl Serialize) -> Option<Bytes> {
    let mut body = br#"{"Response":"#.to_vec();
    let start = body.len();
    serde_json::to_writer(&mut body, fields).ok()?;
    if body[start] != b'{' || body.pop() != Some(b'}') {
        return None;
    }
    let separator = if body.len() == start + 1 { "" } else { "," };
    write!(body, r#"{separator}"RequestId":"#).ok()?;
    serde_json::to_writer(&mut body, request_id).ok()?;
    body.extend_from_slice(b"}}");
    Some(body.into())
}
