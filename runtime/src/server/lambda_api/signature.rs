//! Signature version 4, as AWS's SDKs sign a request: `AWS4-HMAC-SHA256`. It covers the method, the
//! path, the query, the named headers and the body.

use super::{errors::LambdaError, header_text};
use crate::server::{
    authorization::{Authorization, authorization, hex, keyed, same},
    cloud_api::signature::{Credentials, LARGEST_SKEW},
    percent::encoded,
};
use http::{header, request::Parts};
use jiff::{Timestamp, civil::DateTime, tz::Offset};
use sha2::{Digest, Sha256};
use std::fmt::Write;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const SERVICE: &str = "lambda";
const TIME: &str = "%Y%m%dT%H%M%SZ";

/// Checks that a request was signed with the secret key. `now` is in seconds since 1970. The region
/// may be any.
///
/// # Errors
/// When it is not signed, by another key, at another time, or is not what was signed.
pub(super) fn check(
    head: &Parts,
    body: &[u8],
    credentials: &Credentials,
    now: i64,
) -> Result<(), LambdaError> {
    let header = head.headers.get(header::AUTHORIZATION).ok_or_else(LambdaError::not_signed)?;
    let given = header.to_str().ok().and_then(|text| authorization(text, ALGORITHM));
    let (given, [date, region, service]) = given.and_then(with_scope).ok_or_else(|| {
        LambdaError::incomplete_signature(
            "Authorization header requires 'Credential' parameter. Authorization header requires \
             'Signature' parameter. Authorization header requires 'SignedHeaders' parameter.",
        )
    })?;
    if given.key_id != credentials.secret_id {
        return Err(LambdaError::unknown_key());
    }
    let token = header_text(head, "x-amz-security-token");
    if credentials.token.as_ref().is_some_and(|own| !same(own.text(), token)) {
        return Err(LambdaError::unknown_key());
    }
    let time = header_text(head, "x-amz-date");
    check_time(time, date, now)?;
    if service != SERVICE {
        return Err(LambdaError::invalid_signature(
            "Credential should be scoped to correct service: 'lambda'. ",
        ));
    }
    check_names(head, &given)?;

    let request = canonical(head, body, given.signed_headers);
    let signed = format!("{ALGORITHM}\n{time}\n{}\n{}", given.scope, hex(&Sha256::digest(request)));
    let secret = format!("AWS4{}", credentials.secret_key.text());
    let mut key = keyed(secret.as_bytes(), date);
    for part in [region, service, "aws4_request"] {
        key = keyed(&key, part);
    }
    if same(&hex(&keyed(&key, &signed)), given.signature) {
        Ok(())
    } else {
        Err(LambdaError::wrong_signature())
    }
}

/// The header, and what its scope `DATE/REGION/SERVICE/aws4_request` says.
fn with_scope(given: Authorization<'_>) -> Option<(Authorization<'_>, [&str; 3])> {
    match given.scope.split('/').collect::<Vec<_>>()[..] {
        [date, region, service, "aws4_request"] => Some((given, [date, region, service])),
        _ => None,
    }
}

/// The time must be near, and of the day that the key is for.
fn check_time(time: &str, date: &str, now: i64) -> Result<(), LambdaError> {
    let parsed = DateTime::strptime(TIME, time).ok();
    let at = parsed.and_then(|time| Offset::UTC.to_timestamp(time).ok());
    let at = at.ok_or_else(|| {
        LambdaError::incomplete_signature(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
        )
    })?;
    let shown = |seconds: i64| {
        let at = Timestamp::from_second(seconds).unwrap_or_default();
        Offset::UTC.to_datetime(at).strftime(TIME).to_string()
    };
    let skew = LARGEST_SKEW as i64;
    let at = at.as_second();
    if at < now - skew {
        return Err(LambdaError::invalid_signature(&format!(
            "Signature expired: {time} is now earlier than {} ({} - 5 min.)",
            shown(now - skew),
            shown(now)
        )));
    }
    if at > now + skew {
        return Err(LambdaError::invalid_signature(&format!(
            "Signature not yet current: {time} is still later than {} ({} + 5 min.)",
            shown(now + skew),
            shown(now)
        )));
    }
    if !time.starts_with(date) || date.len() != 8 {
        return Err(LambdaError::invalid_signature(&format!(
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from \
             HTTP: '{date}' != '{}', from '{time}'.",
            time.get(..8).unwrap_or(time)
        )));
    }
    Ok(())
}

/// The host must be signed, and all of `X-Amz-`: the function's event and its kind, its version.
fn check_names(head: &Parts, given: &Authorization<'_>) -> Result<(), LambdaError> {
    let names = head.headers.keys().map(http::HeaderName::as_str);
    let missing = names
        .filter(|name| name.starts_with("x-amz-"))
        .chain(["host"])
        .find(|name| !given.signs(name));
    match missing {
        None => Ok(()),
        Some("host") => Err(LambdaError::invalid_signature(
            "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
        )),
        Some(name) => Err(LambdaError::invalid_signature(&format!(
            "'{name}' must be a 'SignedHeader' in the AWS Authorization."
        ))),
    }
}

/// The signed text, built from the received request.
fn canonical(head: &Parts, body: &[u8], signed_headers: &str) -> String {
    // What is encoded in the path is encoded once more.
    let mut request = format!("{}\n{}\n", head.method, encoded(head.uri.path(), b"/"));
    let query = head.uri.query().unwrap_or_default();
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encoded_once(name), encoded_once(value)))
        .collect();
    pairs.sort_unstable();
    let pairs: Vec<String> =
        pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    request.push_str(&pairs.join("&"));
    request.push('\n');
    for name in signed_headers.split(';') {
        let mut values: Vec<String> =
            head.headers.get_all(name).iter().map(|value| folded(value.as_bytes())).collect();
        // HTTP/2 has it in the address.
        if let (true, "host", Some(host)) = (values.is_empty(), name, head.uri.authority()) {
            values.push(host.to_string());
        }
        // Writing into a String does not fail.
        let _ = writeln!(request, "{name}:{}", values.join(","));
    }
    let _ = write!(request, "\n{signed_headers}\n{}", hex(&Sha256::digest(body)));
    request
}

/// A header's value without spaces around it, and with one where there are several.
fn folded(value: &[u8]) -> String {
    let text = String::from_utf8_lossy(value);
    text.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A part of a query, which may be encoded already.
fn encoded_once(text: &str) -> String {
    encoded(&crate::contract::http::decoded_path(text), b"")
}
