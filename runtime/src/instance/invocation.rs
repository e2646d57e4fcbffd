//! One invocation, as its caller and its observer see it, for every kind of instance.

use crate::{
    contract::{Function, Invocation, report::ColdStart},
    python::{ImportTime, InvalidEvent},
};
use std::{fmt, io, os::fd::BorrowedFd, time::Duration};

/// A request for one invocation.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    pub function: &'a Function,
    pub request_id: &'a str,
    pub event: &'a [u8],
    /// How long the code took to find and unpack, for the cold start's report.
    pub pull_code: Duration,
    /// The context as the text of a JSON object, where another platform told it. Otherwise it
    /// is that of the function.
    pub context: Option<&'a str>,
    /// Whether the observer is told what each import took, where the function is loaded for this.
    pub times_imports: bool,
}

/// Receives what happens during an invocation.
pub trait Observer: Send {
    /// Where the instance's interpreter came from. For debugging only.
    fn note(&mut self, text: &str);
    /// The event was accepted: the invocation exists. Comes first, and once.
    fn started(&mut self);
    /// The function wrote this to its standard output or error.
    fn output(&mut self, bytes: &[u8]);
    /// The imports of the function's load, if the request asked for them. Comes before
    /// [`Self::cold_start`], and before the end of a function that cannot be loaded.
    fn imports(&mut self, _times: Vec<ImportTime>) {}
    /// The function is loaded, and about to be called for the first time.
    fn cold_start(&mut self, parts: &ColdStart);
    /// The invocation is over. Comes last, and once.
    fn over(&mut self, invocation: &Invocation);
    /// The descriptor that the observer waits to write to, if any.
    fn waits_for(&self) -> Option<BorrowedFd<'_>> {
        None
    }
    /// That descriptor can be written to.
    fn ready(&mut self) {}
}

/// An instance that could not be started: krait's own fault, or the machine's.
#[derive(Debug)]
pub enum StartError {
    /// No process or no pipe to it could be made.
    Process(io::Error),
    /// The process ended, or its assignment could not be serialised.
    Assignment(io::Error),
}

impl fmt::Display for StartError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Process(error) => {
                write!(formatter, "no process for an instance could be made: {error}")
            }
            Self::Assignment(error) => {
                write!(formatter, "an instance could not be told what to serve: {error}")
            }
        }
    }
}

impl std::error::Error for StartError {}

/// An invocation that was not made.
#[derive(Debug)]
pub enum InvokeError {
    /// The event is not JSON: the platform's 400.
    Event(InvalidEvent),
    /// A signal asked krait itself to end.
    Interrupted { signal: i32 },
    /// The kernel refused what watching needs.
    Watch(io::Error),
    /// The instance ended before it accepted the invocation. The function saw nothing of it.
    Untaken,
}

impl fmt::Display for InvokeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Event(invalid) => write!(formatter, "the event is not valid JSON: {invalid}"),
            Self::Interrupted { signal } => write!(formatter, "ended by signal {signal}"),
            Self::Watch(error) => write!(formatter, "an instance cannot be watched: {error}"),
            Self::Untaken => write!(formatter, "the instance had ended before it was called"),
        }
    }
}

impl std::error::Error for InvokeError {}
