//! What Lambda's API answers where nothing was invoked.

use crate::{
    platform::{Refused, cluster::ClusterError, store::StoreError},
    server::exchange::{Answer, typed},
};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::json;

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");

/// An error of the API. SDKs raise an exception of its type.
#[derive(Debug)]
pub(super) struct LambdaError {
    status: StatusCode,
    kind: &'static str,
    message: String,
}

impl LambdaError {
    fn new(status: StatusCode, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, message: message.into() }
    }

    /// Why the platform invoked nothing of the function with this ARN.
    pub(super) fn of(refused: &Refused, arn: &str) -> Self {
        let not_json = |reason: &dyn std::fmt::Display| {
            let message = format!("Could not parse request body into json: {reason}");
            Self::new(StatusCode::BAD_REQUEST, "InvalidRequestContentException", message)
        };
        match refused {
            Refused::NoFunction(_) | Refused::NoQualifier { .. } => Self::new(
                StatusCode::NOT_FOUND,
                "ResourceNotFoundException",
                format!("Function not found: {arn}"),
            ),
            Refused::NotActive { problem, .. } => Self::new(
                StatusCode::CONFLICT,
                "ResourceConflictException",
                format!(
                    "The operation cannot be performed at this time. The function is currently in \
                     the following state: Failed ({problem})"
                ),
            ),
            Refused::Event(invalid) => not_json(invalid),
            Refused::NotJson(error) => not_json(error),
            Refused::TooLarge { limit, .. } => Self::too_large(*limit),
            Refused::Store(StoreError::Cluster(ClusterError::Full { .. })) => Self::throttled(),
            Refused::Closing | Refused::Store(_) => Self::internal(&refused.to_string()),
        }
    }

    pub(super) fn no_such_operation() -> Self {
        let message = "krait has nothing of Lambda's API but Invoke: POST \
                       /2015-03-31/functions/NAME/invocations";
        Self::new(StatusCode::NOT_FOUND, "UnknownOperationException", message)
    }

    pub(super) fn no_function_name(name: &str) -> Self {
        Self::validation(&format!(
            "Value '{name}' at 'functionName' failed to satisfy constraint: Member must satisfy \
             regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?([a-z]{{2}}(-gov)?-[a-z]+-\
             \\d{{1}}:)?(\\d{{12}}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?"
        ))
    }

    pub(super) fn not_in_enumeration(value: &str, name: &str, values: &str) -> Self {
        Self::validation(&format!(
            "Value '{value}' at '{name}' failed to satisfy constraint: Member must satisfy enum \
             value set: {values}"
        ))
    }

    fn validation(problem: &str) -> Self {
        let message = format!("1 validation error detected: {problem}");
        Self::new(StatusCode::BAD_REQUEST, "ValidationException", message)
    }

    pub(super) fn other_qualifier() -> Self {
        let message = "The derived qualifier from the function name does not match the specified \
                       qualifier.";
        Self::new(StatusCode::BAD_REQUEST, "InvalidParameterValueException", message)
    }

    pub(super) fn too_large(limit: usize) -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "RequestTooLargeException",
            format!("Request must be smaller than {limit} bytes for the InvokeFunction operation"),
        )
    }

    pub(super) fn throttled() -> Self {
        let kind = "TooManyRequestsException";
        Self::new(StatusCode::TOO_MANY_REQUESTS, kind, "Rate Exceeded.")
    }

    pub(super) fn internal(message: &str) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "ServiceException", message)
    }

    pub(super) fn not_signed() -> Self {
        let kind = "MissingAuthenticationTokenException";
        Self::new(StatusCode::FORBIDDEN, kind, "Missing Authentication Token")
    }

    pub(super) fn incomplete_signature(problem: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "IncompleteSignatureException", problem)
    }

    pub(super) fn unknown_key() -> Self {
        let message = "The security token included in the request is invalid.";
        Self::new(StatusCode::FORBIDDEN, "UnrecognizedClientException", message)
    }

    pub(super) fn wrong_signature() -> Self {
        Self::invalid_signature(
            "The request signature we calculated does not match the signature you provided. Check \
             your AWS Secret Access Key and signing method. Consult the service documentation for \
             details.",
        )
    }

    pub(super) fn invalid_signature(message: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "InvalidSignatureException", message)
    }

    /// The answer, as SDKs read it.
    pub(super) fn answer(self) -> Answer {
        let whose = if self.status.is_server_error() { "Service" } else { "User" };
        let body = json!({ "Type": whose, "Message": self.message }).to_string();
        let mut answer = typed(self.status, "application/json", body);
        answer.headers_mut().insert(ERROR_TYPE, HeaderValue::from_static(self.kind));
        answer
    }
}
