//! TC3-HMAC-SHA256: the signature is in the header `Authorization`, and covers the method, path,
//! query, some headers and the body.

use super::super::{errors::ApiError, wire::Received};
use super::{Claim, Credentials};
use crate::server::authorization::{self, Authorization, Digested, hex, keyed, same};
use http::{HeaderName, header};
use jiff::{Timestamp, tz::Offset};
use sha2::{Digest, Sha256};

const ALGORITHM: &str = "TC3-HMAC-SHA256";
const SERVICE: &str = "scf";
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

pub(super) fn check(
    received: &Received<'_>,
    authorization: &str,
    credentials: &Credentials,
    now: i64,
) -> Result<(), ApiError> {
    let given = authorization::authorization(authorization, ALGORITHM)
        // Both must be signed. Otherwise a request for one server would be valid for another.
        .filter(|given| given.signs("host") && given.signs("content-type"))
        .ok_or_else(ApiError::invalid_authorization)?;
    let scope = Key::read(given.scope).ok_or_else(ApiError::invalid_authorization)?;
    let claim = Claim {
        secret_id: given.key_id,
        timestamp: received
            .header(&HeaderName::from_static("x-tc-timestamp"))?
            .ok_or_else(|| ApiError::missing_parameter("Timestamp"))?,
        token: received.header(&HeaderName::from_static("x-tc-token"))?,
    };
    let timestamp = claim.check(credentials, now)?;
    if scope.service != SERVICE || Some(scope.date) != date(timestamp).as_deref() {
        return Err(ApiError::signature_failure());
    }
    let key = scope.made_of(credentials);
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

/// The key that requests of one day and service are signed with.
struct Key<'a> {
    date: &'a str,
    service: &'a str,
}

impl<'a> Key<'a> {
    /// Reads `DATE/SERVICE/tc3_request`.
    fn read(scope: &'a str) -> Option<Self> {
        let (date, rest) = scope.split_once('/')?;
        let service = rest.strip_suffix("/tc3_request")?;
        Some(Self { date, service })
    }

    fn made_of(&self, credentials: &Credentials) -> Digested {
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
