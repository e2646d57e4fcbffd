//! Declarations of functions that the platform would refuse.

use crate::contract::{
    environment::InvalidEnvironment,
    handler::InvalidHandler,
    limits::{DESCRIPTION_LENGTH, OutOfRange, TIMER_MESSAGE_BYTES},
    names::InvalidName,
    schedule::InvalidSchedule,
};
use std::fmt;

/// Why a function's declaration is refused. `Display` names the rule and the remedy.
#[derive(Debug, Clone, PartialEq)]
pub enum InvalidFunction {
    Name(InvalidName),
    Namespace(InvalidName),
    Handler(InvalidHandler),
    /// Longer than 1000 characters.
    Description {
        length: usize,
    },
    /// Neither a Python 3 (docs/contract.md §10), which krait runs all with the one it has, nor one
    /// that functions bring.
    Runtime(String),
    Memory(OutOfRange),
    Timeout(OutOfRange),
    InitTimeout(OutOfRange),
    Environment(InvalidEnvironment),
    EventAge(OutOfRange),
    RetryCount(OutOfRange),
    /// With a concurrency of 0, a call would wait forever.
    Concurrency,
    /// Negative, or no number.
    RetryInterval,
    Timer {
        name: String,
        reason: Box<InvalidSchedule>,
    },
    /// A timer's message beyond 4 KB (docs/contract.md §6).
    TimerMessage {
        name: String,
        bytes: usize,
    },
    /// The time zone of its timers, the function's `TZ`, is unknown.
    TimeZone(String),
}

impl fmt::Display for InvalidFunction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(error) | Self::Namespace(error) => error.fmt(formatter),
            Self::Handler(error) => error.fmt(formatter),
            Self::Description { length } => write!(
                formatter,
                "a description has at most {DESCRIPTION_LENGTH} characters, and this one {length}"
            ),
            Self::Runtime(runtime) => write!(
                formatter,
                "krait has no runtime {runtime:?}; take Python3 with a minor version, such as \
                 Python3.10, or CustomRuntime"
            ),
            Self::Memory(error)
            | Self::Timeout(error)
            | Self::InitTimeout(error)
            | Self::EventAge(error)
            | Self::RetryCount(error) => error.fmt(formatter),
            Self::Environment(error) => error.fmt(formatter),
            Self::Concurrency => formatter.write_str("concurrency is 1 or more"),
            Self::RetryInterval => {
                formatter.write_str("retry-interval is a number of seconds, 0 or more")
            }
            Self::TimeZone(name) => write!(
                formatter,
                "its timers are in the time zone {name}, which is not known; TZ is a name such as \
                 Asia/Shanghai"
            ),
            Self::TimerMessage { name, bytes } => write!(
                formatter,
                "the timer {name}: a message has at most {TIMER_MESSAGE_BYTES} bytes, and this one \
                 {bytes}"
            ),
            Self::Timer { name, reason } => write!(formatter, "the timer {name}: {reason}"),
        }
    }
}

impl std::error::Error for InvalidFunction {}
