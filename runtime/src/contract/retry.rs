//! When asynchronous events are retried, and the message about those that are given up
//! (docs/contract.md §5, the newer document).

use super::{Failure, Function, envelope::ERROR_CODE, limits};
use serde_json::{Value, json};
use std::time::Duration;

/// The class of a failure, which decides about retries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The function's failure: it raised, took too long or too much memory, or ended its process.
    RunError,
    /// There was no room for another instance.
    OverConcurrency,
    /// The platform's failure.
    SystemError,
    /// The caller's error: another attempt would fail too, or is not wanted.
    CallerError,
}

/// The class of a platform's status code (§2.3), none for success.
///
/// The platform's document assigns only 432. docs/contract.md infers the run errors 430, 433, 434,
/// 439 and 443, the system error 500, and the caller's errors 400 to 436. The rest is a guess: a
/// failure that the function's code or result caused is a run error (405, 407, 437, 444 to 450
/// without 449); a burst limit (429) is over concurrency; a lack of resources (449) is the
/// platform's error; everything else, such as a canceled request (499), is not retried.
pub fn class(status_code: u16) -> Option<Class> {
    match status_code {
        200 => None,
        405 | 407 | 430 | 433 | 434 | 437 | 439 | 443..=448 | 450 => Some(Class::RunError),
        429 | 432 => Some(Class::OverConcurrency),
        449 | 500..=599 => Some(Class::SystemError),
        _ => Some(Class::CallerError),
    }
}

/// How often, for how long and at which intervals an event is tried. The default is the platform's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often it is tried again after run errors: 0 to 2 ([`limits::retry_count`]).
    pub retry_num: u32,
    /// Since the event was queued. No attempt begins later.
    pub max_age: Duration,
    pub intervals: Intervals,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            retry_num: limits::DEFAULT_RETRY_COUNT,
            max_age: Duration::from_secs(limits::DEFAULT_EVENT_AGE_SECONDS.into()),
            intervals: Intervals::default(),
        }
    }
}

/// How long after a failure the next attempt is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intervals {
    pub run_error: Duration,
    pub over_concurrency: Duration,
    /// After the first system error; each further one doubles it.
    pub system_error_first: Duration,
    /// The longest interval after doubling.
    pub system_error_most: Duration,
}

impl Default for Intervals {
    /// The platform's. That the back-off begins with a second and doubles is a guess.
    fn default() -> Self {
        Self {
            run_error: Duration::from_secs(60),
            over_concurrency: Duration::from_secs(60),
            system_error_first: Duration::from_secs(1),
            system_error_most: Duration::from_secs(300),
        }
    }
}

/// What happens to an event that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It is retried after that time.
    After(Duration),
    /// It is not retried. It goes to the dead letter target, or is dropped.
    GiveUp,
}

impl RetryPolicy {
    /// What happens to an event whose attempt has just failed with that class. `run_errors_so_far`
    /// and `system_errors_so_far` count its earlier failed attempts, without this one. `age` is the
    /// time since it was queued.
    ///
    /// If the next attempt would begin after the maximum age, the event is given up at once.
    pub fn next(
        &self,
        class: Class,
        run_errors_so_far: u32,
        system_errors_so_far: u32,
        age: Duration,
    ) -> Next {
        let intervals = &self.intervals;
        let interval = match class {
            Class::RunError if run_errors_so_far < self.retry_num => intervals.run_error,
            Class::RunError | Class::CallerError => return Next::GiveUp,
            Class::OverConcurrency => intervals.over_concurrency,
            Class::SystemError => {
                let times = 2_u32.saturating_pow(system_errors_so_far);
                let doubled = intervals.system_error_first.saturating_mul(times);
                doubled.min(intervals.system_error_most)
            }
        };
        if self.is_over(age.saturating_add(interval)) {
            Next::GiveUp
        } else {
            Next::After(interval)
        }
    }

    /// Whether an event of that age is too old for an attempt.
    pub fn is_over(&self, age: Duration) -> bool {
        age > self.max_age
    }
}

/// The message to the dead letter target about an event that was given up.
#[derive(Debug, Clone)]
pub struct DeadLetter<'a> {
    pub function: &'a Function,
    pub request_id: &'a str,
    /// The caller's qualifier, else `$DEFAULT`.
    pub qualifier: &'a str,
    /// What sent the event, such as `TRIGGER_TIMER`.
    pub source: &'a str,
    /// The event: a JSON text.
    pub event: &'a str,
    /// How its last attempt failed; none if it became too old while waiting.
    pub failure: Option<&'a Failure>,
    pub policy: &'a RetryPolicy,
    /// When the event was queued, in milliseconds since 1970.
    pub invoked_at: i64,
    /// When it was given up, in milliseconds since 1970.
    pub pushed_at: i64,
}

impl DeadLetter<'_> {
    /// The message as the text of a JSON object, with the keys in the document's order.
    ///
    /// Guesses: `PushTime` is milliseconds as a string, for the sample shows a string and no
    /// value; `RetryNum` and `Ttl` are what was configured; the text for an event that became
    /// too old.
    pub fn to_json(&self) -> String {
        let Function { name, namespace, appid, uin, .. } = self.function;
        let max_age = self.policy.max_age.as_secs();
        let error_message = match self.failure {
            Some(Failure::UserCode { stack_trace }) => stack_trace.clone(),
            Some(failure) => failure.message(),
            None => format!("The event was not handled within {max_age} seconds"),
        };
        // A number in every real account. krait's user may set any text.
        let appid = appid.parse().map_or_else(|_| Value::from(appid.as_str()), u64::into);
        let message = json!({
            "RequestId": self.request_id,
            "ErrorCode": ERROR_CODE,
            "ErrorMessage": error_message,
            "Body": {
                "AppId": appid,
                "Uin": uin,
                "SubAccountUin": uin,
                "RequestSource": self.source,
                "FunctionName": name,
                "Namespace": namespace,
                "Qualifier": self.qualifier,
                "InvocationType": "Event",
                "ClientContext": self.event,
                "LogType": "",
                "TimeStampForInvoker": self.invoked_at,
                "RequestId": self.request_id,
                "PushTime": self.pushed_at.to_string(),
                "RetryNum": self.policy.retry_num,
                "Ttl": max_age,
            },
        });
        message.to_string()
    }
}
