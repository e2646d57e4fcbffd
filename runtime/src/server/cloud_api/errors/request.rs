//! Errors before an action runs, with the codes that all services of the API have.

use super::super::{actions::Action, wire::VERSION};
use super::{ApiError, excerpt};
use std::fmt::Display;

const INVALID_PARAMETER: &str = "InvalidParameter";
const UNSUPPORTED_PROTOCOL: &str = "UnsupportedProtocol";
const SIGNATURE_FAILURE: &str = "AuthFailure.SignatureFailure";

/// Errors of a request's content and form.
impl ApiError {
    /// A required parameter of the action, or of every request, is missing. The platform's text.
    pub fn missing_parameter(path: &str) -> Self {
        let message = format!("The request is missing a required parameter `{path}`.");
        Self::of("MissingParameter", message)
    }

    /// The action has no parameter of that name. The platform's text.
    pub fn unknown_parameter(path: &str) -> Self {
        let message = format!("The parameter `{}` is not recognized.", excerpt(path));
        Self::of("UnknownParameter", message)
    }

    /// A value is not of the documented type. The platform's text.
    pub fn wrong_type(path: &str, expected: &str) -> Self {
        let message = format!(
            "The value type of parameter `{path}` is not valid, input type should be `{expected}`"
        );
        Self::of(INVALID_PARAMETER, message)
    }

    /// A value has the right type but is not allowed, and there is no narrower code. The platform's
    /// text.
    pub fn invalid_value(path: &str, value: impl Display) -> Self {
        let value = value.to_string();
        let message = format!(
            "The value `{}` specified in the parameter `{path}` is not valid.",
            excerpt(&value)
        );
        Self::of("InvalidParameterValue", message)
    }

    /// All requests together are larger than they may be for now. The API's common code for too
    /// many requests.
    pub fn no_memory() -> Self {
        let message = "Other requests hold all memory that there is for them; try again.";
        Self::of("RequestLimitExceeded", message.to_owned())
    }

    /// The action is not among those that krait has.
    pub fn invalid_action(name: &str) -> Self {
        let supported: Vec<_> = Action::ALL.iter().map(|action| action.name()).collect();
        let supported = supported.join(", ");
        let message = format!(
            "The action `{}` is not supported by krait. It has: {supported}.",
            excerpt(name)
        );
        Self::of("InvalidAction", message)
    }

    /// The version is not the service's.
    pub fn no_such_version(version: &str) -> Self {
        let message =
            format!("The version `{}` does not exist; it is {VERSION}.", excerpt(version));
        Self::of("NoSuchVersion", message)
    }

    /// The method is neither GET nor POST.
    pub fn unsupported_method(method: &str) -> Self {
        let message = format!("The method {} is not supported: use POST or GET.", excerpt(method));
        Self::of(UNSUPPORTED_PROTOCOL, message)
    }

    /// The body is of a type that no action of this service takes, such as
    /// `multipart/form-data`.
    pub fn unsupported_content(media_type: &str) -> Self {
        let message = format!(
            "The content type `{}` is not supported: send application/json or \
             application/x-www-form-urlencoded.",
            excerpt(media_type)
        );
        Self::of(UNSUPPORTED_PROTOCOL, message)
    }

    /// The body is larger than the face accepts, in bytes.
    pub fn request_too_large(limit: usize) -> Self {
        let message = format!("The request is larger than {limit} bytes.");
        Self::of("RequestSizeLimitExceeded", message)
    }

    /// There are more calls than can be accepted now.
    pub fn request_limit_exceeded() -> Self {
        Self::of("RequestLimitExceeded", "Too many requests wait already; try again later.")
    }

    /// krait itself failed; its log says how.
    pub fn internal() -> Self {
        Self::of("InternalError", "krait failed to answer; its log says why.")
    }

    pub(in super::super) fn not_json(error: &serde_json::Error) -> Self {
        Self::of(INVALID_PARAMETER, format!("The body is not JSON: {error}."))
    }

    pub(in super::super) fn not_an_object() -> Self {
        Self::of(INVALID_PARAMETER, "The body must be a JSON object, with a name for each value.")
    }

    pub(in super::super) fn too_many_values(most: usize) -> Self {
        Self::of(INVALID_PARAMETER, format!("The request has more than {most} values."))
    }

    pub(in super::super) fn not_utf8() -> Self {
        Self::of(INVALID_PARAMETER, "The parameters are not UTF-8.")
    }

    /// The platform's text.
    pub(in super::super) fn not_a_pair() -> Self {
        Self::of(INVALID_PARAMETER, "Url key and value should be splited by `=`.")
    }

    pub(in super::super) fn given_twice(name: &str) -> Self {
        let message = format!("The parameter `{}` is given twice.", excerpt(name));
        Self::of(INVALID_PARAMETER, message)
    }

    pub(in super::super) fn not_counted(index: &str) -> Self {
        let message = format!(
            "The items of a list are numbered from 0 without a gap; `{}` does not fit.",
            excerpt(index)
        );
        Self::of(INVALID_PARAMETER, message)
    }

    pub(in super::super) fn unreadable_header(name: &str) -> Self {
        let message = format!("The header `{}` is not ASCII text.", excerpt(name));
        Self::of(INVALID_PARAMETER, message)
    }
}

/// Errors of authentication.
impl ApiError {
    /// Credentials are configured, and the signature is missing or cannot be read.
    pub fn invalid_authorization() -> Self {
        Self::of(
            "AuthFailure.InvalidAuthorization",
            "The `Authorization` in the request headers is missing or cannot be read: sign with \
             TC3-HMAC-SHA256, content-type and host among the signed headers.",
        )
    }

    /// The secret id is not the configured one. The platform's text.
    pub fn secret_id_not_found() -> Self {
        Self::of(
            "AuthFailure.SecretIdNotFound",
            "The SecretId is not found, please ensure that your SecretId is correct.",
        )
    }

    /// The signature is not that of this request with the configured key. The platform's
    /// text.
    pub fn signature_failure() -> Self {
        Self::of(
            SIGNATURE_FAILURE,
            "The provided credentials could not be validated. Please check your signature is \
             correct.",
        )
    }

    /// A form of more than 1 MB is signed with the older generation. The platform's text.
    pub fn too_large_for_signature() -> Self {
        Self::of(
            SIGNATURE_FAILURE,
            "The provided credentials could not be validated because of exceeding request size \
             limit, please use new signature method `TC3-HMAC-SHA256`.",
        )
    }

    /// The request's time is too far from the server's, in seconds.
    pub fn signature_expired(skew: u64) -> Self {
        let message = format!(
            "The signature is expired: its timestamp and the server's time differ by {skew} \
             seconds, and may differ by 300. Please check your clock."
        );
        Self::of("AuthFailure.SignatureExpire", message)
    }

    /// A token is configured, and the request has another or none.
    pub fn token_failure() -> Self {
        Self::of("AuthFailure.TokenFailure", "The token of the request is not correct.")
    }
}
