//! The result of one invocation, and its form in the Invoke API.

use super::{Failure, envelope::json_text};
use serde::Serialize;
use std::time::Duration;

/// How an invocation ended, for its caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// RetMsg: the returned value as JSON text.
    Returned(String),
    Failed(Failure),
}

/// The parts of a cold start (docs/contract.md §4.1).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ColdStart {
    /// Finding and unpacking the code.
    pub pull_code: Duration,
    /// Starting the process and building the interpreter.
    pub init_runtime: Duration,
    /// Importing the user's module.
    pub init_function: Duration,
    /// Resident memory when it was done, in bytes.
    pub memory_bytes: u64,
}

/// One invocation, finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    pub request_id: String,
    pub outcome: Outcome,
    /// From the event's text to RetMsg's text. Exactly the timeout for a 433, and zero if the
    /// function was never reached.
    pub duration: Duration,
    /// Peak resident memory of the instance, in bytes.
    pub memory_bytes: u64,
}

impl Invocation {
    /// The text the caller gets: the value, or the envelope.
    pub fn ret_msg(&self) -> String {
        match &self.outcome {
            Outcome::Returned(ret_msg) => ret_msg.clone(),
            Outcome::Failed(failure) => failure.envelope(&self.request_id),
        }
    }

    /// The platform's status code (§2.3): 200 where the function answered.
    pub fn status_code(&self) -> u16 {
        match &self.outcome {
            Outcome::Returned(_) => 200,
            Outcome::Failed(failure) => failure.status_code(),
        }
    }

    /// Milliseconds as the platform bills them: rounded up.
    pub fn billed_ms(&self) -> u64 {
        u64::try_from(self.duration.as_micros().div_ceil(1000)).unwrap_or(u64::MAX)
    }

    /// The `Result` object of the Invoke API (§3.2) as JSON text. `log` is empty if none was
    /// requested.
    pub fn result_json(&self, log: &str) -> String {
        json_text(&self.result(&self.ret_msg(), log))
    }

    /// The `Result` object of the Invoke API (§3.2), with [`Self::ret_msg`]. On a failure
    /// `InvokeResult` is 1 and `ErrMsg` is the envelope's message. The documents are silent; this
    /// is krait's choice (§14).
    pub fn result<'a>(&'a self, ret_msg: &'a str, log: &'a str) -> ResultFields<'a> {
        let (invoke_result, error_message) = match &self.outcome {
            Outcome::Returned(_) => (0, String::new()),
            Outcome::Failed(failure) => (1, failure.message()),
        };
        ResultFields {
            mem_usage: self.memory_bytes,
            log,
            ret_msg,
            bill_duration: self.billed_ms(),
            function_request_id: &self.request_id,
            duration: self.duration.as_micros() as f64 / 1000.0,
            err_msg: error_message,
            invoke_result,
        }
    }
}

/// The `Result` object that acknowledges an asynchronous invocation: all but the
/// request's id is empty (§3.2).
pub fn accepted(request_id: &str) -> ResultFields<'_> {
    ResultFields {
        mem_usage: 0,
        log: "",
        ret_msg: "",
        bill_duration: 0,
        function_request_id: request_id,
        duration: 0.0,
        err_msg: String::new(),
        invoke_result: 0,
    }
}

/// The same as JSON text.
pub fn accepted_json(request_id: &str) -> String {
    json_text(&accepted(request_id))
}

/// The `Result` object of the Invoke API, ready to be written as JSON.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ResultFields<'a> {
    mem_usage: u64,
    log: &'a str,
    ret_msg: &'a str,
    bill_duration: u64,
    function_request_id: &'a str,
    duration: f64,
    err_msg: String,
    invoke_result: i32,
}
