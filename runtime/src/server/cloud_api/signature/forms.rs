//! HmacSHA1 and HmacSHA256, the older generation. The signature is a parameter in a form or a
//! query, and covers all the others.

use super::super::{
    errors::ApiError,
    form::{self, Pair},
    wire::Received,
};
use super::{Claim, Credentials};
use crate::server::authorization::same;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{EagerHash, Hmac, KeyInit, Mac};
use http::Method;
use sha1::Sha1;
use sha2::Sha256;

/// The largest form that may be signed this way, in bytes.
const LARGEST_FORM: usize = 1024 * 1024;

pub(super) fn check(
    received: &Received<'_>,
    credentials: &Credentials,
    now: i64,
) -> Result<(), ApiError> {
    if received.body.len() > LARGEST_FORM {
        return Err(ApiError::too_large_for_signature());
    }
    let text = match *received.method {
        Method::GET => received.query(),
        _ => form::text(received.body)?,
    };
    let pairs = form::pairs(text)?;
    let required =
        |name| form::value(&pairs, name).ok_or_else(|| ApiError::missing_parameter(name));
    let claim = Claim {
        secret_id: required("SecretId")?,
        timestamp: required("Timestamp")?,
        token: form::value(&pairs, "Token"),
    };
    let signature = required("Signature")?;
    required("Nonce")?;
    claim.check(credentials, now)?;

    let text = signed_text(received, &pairs)?;
    let key = credentials.secret_key.0.as_bytes();
    let expected = match form::value(&pairs, "SignatureMethod") {
        None | Some("HmacSHA1") => keyed::<Sha1>(key, &text),
        Some("HmacSHA256") => keyed::<Sha256>(key, &text),
        Some(other) => return Err(ApiError::invalid_value("SignatureMethod", other)),
    };
    if same(&expected, signature) { Ok(()) } else { Err(ApiError::signature_failure()) }
}

/// `METHODHost/path?name=value&...`, sorted by name, decoded, a `_` in a name read as a dot.
fn signed_text(received: &Received<'_>, pairs: &[Pair<'_>]) -> Result<String, ApiError> {
    let mut signed: Vec<_> = pairs
        .iter()
        .filter(|(name, _)| name != "Signature")
        .map(|(name, value)| (name.replace('_', "."), value))
        .collect();
    signed.sort_unstable();
    let host = received.host()?.ok_or_else(ApiError::signature_failure)?;
    let mut text = format!("{}{host}{}", received.method, received.uri.path());
    for (index, (name, value)) in signed.iter().enumerate() {
        text.push(if index == 0 { '?' } else { '&' });
        text.push_str(name);
        text.push('=');
        text.push_str(value);
    }
    Ok(text)
}

fn keyed<Hash: EagerHash>(key: &[u8], text: &str) -> String
where
    Hmac<Hash>: KeyInit + Mac,
{
    let mut mac =
        <Hmac<Hash> as KeyInit>::new_from_slice(key).expect("a key of any length will do");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}
