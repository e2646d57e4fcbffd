//! Why a request led to no invocation.

use super::store::{FunctionKey, StoreError};
use std::fmt;

/// A request that led to no invocation.
#[derive(Debug)]
pub enum Refused {
    /// There is no function of that name in that namespace: 435.
    NoFunction(FunctionKey),
    /// The function has no such version: 442.
    NoQualifier { key: FunctionKey, qualifier: String },
    /// The function's code or configuration cannot be used: 438.
    NotActive { key: FunctionKey, problem: String },
    /// The event is not JSON: 400.
    Event(crate::python::InvalidEvent),
    /// The event to be queued is not JSON: 400.
    NotJson(serde_json::Error),
    /// The event is larger than it may be: 406.
    TooLarge { size: usize, limit: usize },
    /// The platform is about to end.
    Closing,
    /// The store refused to keep the event.
    Store(StoreError),
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFunction(key) => write!(
                formatter,
                "there is no function {} in the namespace {}",
                key.name, key.namespace
            ),
            Self::NoQualifier { key, qualifier } => write!(
                formatter,
                "the function {} has no version {qualifier}; publish one, or use $LATEST",
                key.name
            ),
            Self::NotActive { key, problem } => {
                write!(formatter, "the function {} cannot be used: {problem}", key.name)
            }
            Self::Event(invalid) => write!(formatter, "the event is not valid JSON: {invalid}"),
            Self::NotJson(error) => write!(formatter, "the event is not valid JSON: {error}"),
            Self::TooLarge { size, limit } => {
                write!(formatter, "the event has {size} bytes; it may have {limit}")
            }
            Self::Closing => write!(formatter, "krait is about to end"),
            Self::Store(error) => write!(formatter, "the event could not be kept: {error}"),
        }
    }
}

impl std::error::Error for Refused {}
