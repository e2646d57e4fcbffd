//! Checks that a request was signed with the secret key (docs/contract.md §3.1).
//!
//! Neither generation of signatures covers the `X-TC-` headers. Somebody on the network can replace
//! the action in `X-TC-Action`, and repeat a request for five minutes. That is a weakness of the
//! protocol; only TLS in front of krait helps.

mod forms;
mod headers;

use super::{errors::ApiError, wire::Received};
use crate::server::authorization::same;
use http::{Method, header};
use std::fmt;
use subtle::ConstantTimeEq;

/// How far a request's time may be off, in seconds.
pub const LARGEST_SKEW: u64 = 300;

/// The credentials that requests must be signed with.
#[derive(Debug, Clone)]
pub struct Credentials {
    pub secret_id: String,
    pub secret_key: Secret,
    /// A temporary key's token, which each request must then carry. Without one, a request's token
    /// is ignored.
    pub token: Option<Secret>,
}

impl Credentials {
    /// Whether a secret id and a secret key equal these. The comparison's time depends only on
    /// their lengths.
    pub fn are(&self, secret_id: &str, secret_key: &str) -> bool {
        let id = self.secret_id.as_bytes().ct_eq(secret_id.as_bytes());
        (id & self.secret_key.0.as_bytes().ct_eq(secret_key.as_bytes())).into()
    }
}

/// A text that is not printed.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text, so that `Debug` does not print it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

/// Checks a request's signature, of either generation. `now` is the time in seconds since 1970. The
/// body is read only as bytes, so that this can run before [`read`](super::wire::read).
///
/// # Errors
/// `AuthFailure.InvalidAuthorization` where there is no signature, or none that can be read;
/// `AuthFailure.SecretIdNotFound`; `AuthFailure.SignatureExpire` where its time is more than
/// [`LARGEST_SKEW`] from `now`; `AuthFailure.TokenFailure`; `AuthFailure.SignatureFailure`
/// where it is not the request's; `MissingParameter` and `InvalidParameter` for a part of it.
pub fn check(received: &Received<'_>, credentials: &Credentials, now: i64) -> Result<(), ApiError> {
    if let Some(authorization) = received.header(&header::AUTHORIZATION)? {
        return headers::check(received, authorization, credentials, now);
    }
    if *received.method == Method::GET || received.is_form()? {
        return forms::check(received, credentials, now);
    }
    Err(ApiError::invalid_authorization())
}

/// The fields that both generations have.
struct Claim<'a> {
    secret_id: &'a str,
    /// Seconds since 1970, as they are written.
    timestamp: &'a str,
    token: Option<&'a str>,
}

impl Claim<'_> {
    /// Checks everything except the signature. Returns the time in seconds since 1970.
    fn check(&self, credentials: &Credentials, now: i64) -> Result<i64, ApiError> {
        if self.secret_id != credentials.secret_id {
            return Err(ApiError::secret_id_not_found());
        }
        let timestamp: i64 = self
            .timestamp
            .parse()
            .map_err(|_| ApiError::invalid_value("Timestamp", self.timestamp))?;
        if timestamp.abs_diff(now) > LARGEST_SKEW {
            return Err(ApiError::signature_expired(timestamp.abs_diff(now)));
        }
        match &credentials.token {
            Some(token) if !same(&token.0, self.token.unwrap_or_default()) => {
                Err(ApiError::token_failure())
            }
            _ => Ok(timestamp),
        }
    }
}
