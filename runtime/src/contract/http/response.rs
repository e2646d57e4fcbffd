//! The integrated response: a function's answer with its own status, headers and body
//! (docs/contract.md §8.1).

use super::{HttpResponse, JSON};
use crate::contract::limits;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use std::fmt;

/// A returned value that is not an integrated response, or that HTTP cannot carry. `Display` says
/// what is wrong and what would be right, in printable ASCII.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It is not an object.
    NotAnObject,
    /// `statusCode` is missing, or not an integer from 200 to 599: an interim answer, 1xx,
    /// is not the function's to give.
    Status,
    /// `headers` is not an object.
    Headers,
    /// A header's name is not a token of HTTP.
    HeaderName(String),
    /// A header's value is not a string or a list of them, or has a control character.
    HeaderValue(String),
    /// The headers are larger than krait sends.
    HeadersTooLarge,
    /// `isBase64Encoded` is not a boolean.
    Base64Flag,
    /// `body` is not a string.
    Body,
    /// `body` is not base64 where `isBase64Encoded` says so.
    Base64,
}

impl fmt::Display for Unfit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAnObject => formatter
                .write_str("the returned value is not an object with statusCode, headers and body"),
            Self::Status => formatter.write_str("statusCode is not an integer from 200 to 599"),
            Self::Headers => formatter.write_str("headers is not an object"),
            Self::HeaderName(name) => write!(
                formatter,
                "the header name \"{}\" is not of letters, digits and -",
                shown(name)
            ),
            Self::HeaderValue(name) => write!(
                formatter,
                "the header {} is not a string, or a list of strings, without control characters",
                shown(name)
            ),
            Self::HeadersTooLarge => {
                write!(formatter, "headers is over {} bytes", limits::RESPONSE_HEADER_BYTES)
            }
            Self::Base64Flag => formatter.write_str("isBase64Encoded is not a boolean"),
            Self::Body => formatter
                .write_str("body is not a string; make it one, for instance with json.dumps"),
            Self::Base64 => formatter.write_str("isBase64Encoded is true and body is not base64"),
        }
    }
}

/// A name as an error shows it: escaped, and not all of a long one.
fn shown(name: &str) -> String {
    name.chars().take(64).flat_map(char::escape_default).collect()
}

/// The response in a returned value. Absent keys mean no headers, an empty body, and no base64.
/// `null` is not absent. Other keys are ignored.
///
/// # Errors
/// [`Unfit`].
pub(super) fn integrated(value: &Value) -> Result<HttpResponse, Unfit> {
    let fields = value.as_object().ok_or(Unfit::NotAnObject)?;
    let status = fields.get("statusCode").and_then(Value::as_u64);
    let status = status.and_then(|status| u16::try_from(status).ok());
    let status = status.filter(|status| (200..=599).contains(status)).ok_or(Unfit::Status)?;
    let mut headers = headers(fields)?;
    let mut body = body(fields)?;
    if matches!(status, 204 | 205 | 304) {
        // HTTP has no body there (RFC 9110 §15).
        body.clear();
    }
    if !body.is_empty() && headers.iter().all(|(name, _)| name != "content-type") {
        // A guess: what the platform infers for a value without `statusCode` (§8.2).
        headers.push(("content-type".to_owned(), JSON.to_owned()));
    }
    Ok(HttpResponse { status, headers, body })
}

fn headers(fields: &Map<String, Value>) -> Result<Vec<(String, String)>, Unfit> {
    let Some(given) = fields.get("headers") else { return Ok(Vec::new()) };
    let mut headers: Vec<(String, String)> = Vec::new();
    for (given, value) in given.as_object().ok_or(Unfit::Headers)? {
        let name = given.to_ascii_lowercase();
        if OF_THE_CONNECTION.contains(&name.as_str()) {
            continue;
        }
        if name.is_empty() || !name.bytes().all(is_token) {
            return Err(Unfit::HeaderName(given.clone()));
        }
        // Each name is there once, in whatever case. The last one counts.
        headers.retain(|(earlier, _)| *earlier != name);
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for value in values {
            let value = value.as_str().filter(|value| !value.bytes().any(is_control));
            let value = value.ok_or_else(|| Unfit::HeaderValue(given.clone()))?;
            headers.push((name.clone(), value.to_owned()));
        }
    }
    // With the `: ` and the line's end, as HTTP/1.1 writes them.
    let bytes: usize = headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
    if bytes > limits::RESPONSE_HEADER_BYTES {
        return Err(Unfit::HeadersTooLarge);
    }
    Ok(headers)
}

/// Headers of the connection, which belongs to krait and not to the function (RFC 9110 §7.6.1), and
/// the body's length, which krait computes. A function's values are dropped.
const OF_THE_CONNECTION: [&str; 10] = [
    "connection",
    "content-length",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Whether a name may have this byte (RFC 9110 §5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn is_control(byte: u8) -> bool {
    byte.is_ascii_control() && byte != b'\t'
}

fn body(fields: &Map<String, Value>) -> Result<Vec<u8>, Unfit> {
    let is_base64 = match fields.get("isBase64Encoded") {
        None => false,
        Some(flag) => flag.as_bool().ok_or(Unfit::Base64Flag)?,
    };
    let body = match fields.get("body") {
        None => "",
        Some(body) => body.as_str().ok_or(Unfit::Body)?,
    };
    if is_base64 {
        return STANDARD.decode(body).map_err(|_| Unfit::Base64);
    }
    Ok(body.as_bytes().to_vec())
}
