//! Failures that are not the function's: the platform did not run it, or did not end the
//! run (scf-contract §2.3).

use super::http::InvalidResponse;
use std::fmt;

/// How the platform failed an invocation. `Display` is the envelope's `errorMessage`; all but
/// those of 432 and 435 are krait's own words, as no paste of the others is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlatformFailure {
    /// The event is not JSON: 400.
    InvalidEvent { reason: String },
    /// What a function returned is no answer to an HTTP request: 403.
    InvalidResponse(InvalidResponse),
    /// The event is larger than it may be: 406.
    EventTooLarge { limit: usize },
    /// The function's reserved quota is in use, and its queue is full: 432.
    FunctionBusy { function: String, megabytes: u32 },
    /// What all functions share is in use, and the queue is full: 432.
    RegionBusy { function: String, megabytes: u32 },
    /// There is no such function: 435.
    FunctionNotFound { function: String },
    /// A parameter of the invocation cannot be used: 436.
    InvalidParameter { reason: String },
    /// The function's code is not ready to be run: 438.
    NotActive { function: String, status: String },
    /// The function has no such version or alias: 442.
    QualifierNotFound { function: String, qualifier: String },
    /// The caller took the invocation back: 499.
    Canceled,
    /// The platform itself is at fault: 500.
    Internal { reason: String },
}

impl PlatformFailure {
    /// The platform's status code (§2.3).
    pub fn status_code(&self) -> u16 {
        match self {
            Self::InvalidEvent { .. } => 400,
            Self::InvalidResponse(_) => 403,
            Self::EventTooLarge { .. } => 406,
            Self::FunctionBusy { .. } | Self::RegionBusy { .. } => 432,
            Self::FunctionNotFound { .. } => 435,
            Self::InvalidParameter { .. } => 436,
            Self::NotActive { .. } => 438,
            Self::QualifierNotFound { .. } => 442,
            Self::Canceled => 499,
            Self::Internal { .. } => 500,
        }
    }

    /// The cloud API's code for it (§3.4), of those that InvokeFunction may give. That a 432
    /// is `LimitExceeded.Quota`, and a 499 a failed operation, are guesses.
    pub fn api_code(&self) -> &'static str {
        match self {
            Self::InvalidEvent { .. } => "InvalidParameterValue.Param",
            Self::EventTooLarge { .. } => "InvalidParameter.RequestTooLarge",
            Self::FunctionBusy { .. } | Self::RegionBusy { .. } => "LimitExceeded.Quota",
            Self::FunctionNotFound { .. } => "ResourceNotFound.FunctionName",
            Self::InvalidParameter { .. } => "InvalidParameterValue",
            Self::NotActive { .. } => "FailedOperation.FunctionStatusError",
            Self::QualifierNotFound { .. } => "ResourceNotFound.Qualifier",
            Self::InvalidResponse(_) | Self::Canceled => "FailedOperation.InvokeFunction",
            Self::Internal { .. } => "InternalError.System",
        }
    }
}

impl fmt::Display for PlatformFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidEvent { reason } => write!(formatter, "The event is not JSON: {reason}"),
            Self::InvalidResponse(invalid) => {
                write!(formatter, "Invalid scf response format: {invalid}")
            }
            Self::EventTooLarge { limit } => write!(
                formatter,
                "The size of the event exceeds the upper limit ({}KB); put large data in a store \
                 and send where it is",
                limit / 1024
            ),
            Self::FunctionBusy { function, megabytes } => write!(
                formatter,
                "Function [{function}] concurrency exceeded reserved quota {megabytes} MB"
            ),
            Self::RegionBusy { function, megabytes } => write!(
                formatter,
                "Function [{function}] concurrency exceeded region unreserved quota {megabytes} MB"
            ),
            Self::FunctionNotFound { function } => {
                write!(formatter, "Function not found: [{function}]")
            }
            Self::InvalidParameter { reason } => formatter.write_str(reason),
            Self::NotActive { function, status } => write!(
                formatter,
                "Function [{function}] is {status}, not Active; see why with GetFunction, or \
                 update its code"
            ),
            Self::QualifierNotFound { function, qualifier } => write!(
                formatter,
                "Function [{function}] has no version or alias {qualifier}; publish it, or use \
                 $LATEST"
            ),
            Self::Canceled => formatter.write_str("The invocation was canceled by its caller"),
            Self::Internal { reason } => write!(formatter, "Internal error: {reason}"),
        }
    }
}

impl std::error::Error for PlatformFailure {}
