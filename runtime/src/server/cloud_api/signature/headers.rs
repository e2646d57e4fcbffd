//! TC3-HMAC-SHA256: the signature is in the header `Authorization`, and covers the method, path,
//! query, some headers and the body.

use super::super::{errors::ApiError, wire::Received};
use super::{Claim, Credentials, same};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderName, header};
use jiff::{Timestamp, tz::Offset};
use sha2::{Digest, Sha256};
use std::fmt::Write;

const ALGORITHM: &str = "TC3-HMAC-SHA256";
const SERVICE: &str = "scf";
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

pub(super) fn check(
    received: &Received<'_>,
    authorization: &str,
    credentials: &Credentials,
    now: i64,
) -> Result<(), ApiError> {
    let given = Authorization::read(authorization).ok_or_else(ApiError::invalid_authorization)?;
    let claim = Claim {
        secret_id: given.secret_id,
        timestamp: received
            .header(&HeaderName::from_static("x-tc-timestamp"))?
            .ok_or_else(|| ApiError::missing_parameter("Timestamp"))?,
        token: received.header(&HeaderName::from_static("x-tc-token"))?,
    };
    let timestamp = claim.check(credentials, now)?;
    if given.service != SERVICE || Some(given.date) != date(timestamp).as_deref() {
        return Err(ApiError::signature_failure());
    }
    let key = given.key(credentials);
    let payload = payload_hash(received)?;
    // The document has headers' values in lower case; the Python SDK signs them as they are.
    for values in [Values::AsSent, Values::LowerCase] {
        let request = canonical(received, &given, values, &payload)?;
        let text = format!(
            "{ALGORITHM}\n{}\n{}\n{}",
            claim.timestamp,
            given.scope,
            hex(&Sha256::digest(request))
        );
        if same(&hex(&keyed(&key, &text)), given.signature) {
            return Ok(());
        }
    }
    Err(ApiError::signature_failure())
}

/// `TC3-HMAC-SHA256 Credential=ID/DATE/SERVICE/tc3_request, SignedHeaders=A;B, Signature=HEX`
struct Authorization<'a> {
    secret_id: &'a str,
    /// `DATE/SERVICE/tc3_request`.
    scope: &'a str,
    date: &'a str,
    service: &'a str,
    /// The names, as they are written.
    signed_headers: &'a str,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix(ALGORITHM)?.strip_prefix(' ')?;
        let (mut credential, mut signed_headers, mut signature) = (None, None, None);
        for part in rest.split(',') {
            let (name, value) = part.trim_ascii().split_once('=')?;
            let place = match name {
                "Credential" => &mut credential,
                "SignedHeaders" => &mut signed_headers,
                "Signature" => &mut signature,
                _ => return None,
            };
            if place.replace(value).is_some() {
                return None;
            }
        }
        let (secret_id, scope) = credential?.split_once('/')?;
        let (date, rest) = scope.split_once('/')?;
        let service = rest.strip_suffix("/tc3_request")?;
        let signed_headers = signed_headers?;
        // Both must be signed. Otherwise a request for one server would be valid for another.
        let signed = |name| signed_headers.split(';').any(|each| each == name);
        let signed = signed("host") && signed("content-type");
        signed.then_some(Self {
            secret_id,
            scope,
            date,
            service,
            signed_headers,
            signature: signature?,
        })
    }

    /// The key of one day and service.
    fn key(&self, credentials: &Credentials) -> Digested {
        let secret = format!("TC3{}", credentials.secret_key.0);
        let day = keyed(secret.as_bytes(), self.date);
        keyed(&keyed(&day, self.service), "tc3_request")
    }
}

#[derive(Clone, Copy)]
enum Values {
    AsSent,
    LowerCase,
}

/// The signed text, built from the received request.
fn canonical(
    received: &Received<'_>,
    given: &Authorization<'_>,
    values: Values,
    payload: &str,
) -> Result<String, ApiError> {
    let (method, path) = (received.method, received.uri.path());
    let mut text = format!("{method}\n{path}\n{}\n", received.query());
    for name in given.signed_headers.split(';') {
        let value = signed_value(received, name)?.trim_ascii();
        text.push_str(name);
        text.push(':');
        match values {
            Values::AsSent => text.push_str(value),
            Values::LowerCase => text.push_str(&value.to_lowercase()),
        }
        text.push('\n');
    }
    text.push('\n');
    text.push_str(given.signed_headers);
    text.push('\n');
    text.push_str(payload);
    Ok(text)
}

/// A signed header must be there exactly once.
fn signed_value<'a>(received: &Received<'a>, name: &str) -> Result<&'a str, ApiError> {
    if name == header::HOST.as_str() {
        return received.host()?.ok_or_else(ApiError::signature_failure);
    }
    let mut all = received.headers.get_all(name).iter();
    match (all.next(), all.next()) {
        (Some(value), None) => value.to_str().map_err(|_| ApiError::unreadable_header(name)),
        _ => Err(ApiError::signature_failure()),
    }
}

fn payload_hash(received: &Received<'_>) -> Result<String, ApiError> {
    let said = received.header(&HeaderName::from_static("x-tc-content-sha256"))?;
    let payload = match said {
        Some(UNSIGNED_PAYLOAD) => UNSIGNED_PAYLOAD.as_bytes(),
        _ => received.body,
    };
    Ok(hex(&Sha256::digest(payload)))
}

/// The day in UTC, as `2026-11-25`.
fn date(timestamp: i64) -> Option<String> {
    let time = Timestamp::from_second(timestamp).ok()?;
    Some(Offset::UTC.to_datetime(time).date().to_string())
}

type Digested = [u8; 32];

/// A text's digest with a key: HMAC-SHA256.
pub fn keyed(key: &[u8], text: &str) -> Digested {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length will do");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().into()
}

/// Bytes as pairs of digits, in lower case.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing into a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
