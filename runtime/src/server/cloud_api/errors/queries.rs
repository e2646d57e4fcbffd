//! Lists, logs, and the status of events.

use super::{ApiError, excerpt};
use std::fmt::Display;

/// Errors of list parameters. `problem` says what is wrong and what is allowed.
impl ApiError {
    /// `Limit` is negative, or larger than a page may be.
    pub fn limit_invalid(problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.Limit", "Limit", problem)
    }

    /// `Offset` is negative.
    pub fn offset_invalid(problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.Offset", "Offset", problem)
    }

    /// `Order` is neither `ASC` nor `DESC`.
    pub fn order_invalid(problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.Order", "Order", problem)
    }

    /// `OrderBy` or `Orderby` is not a sort key.
    pub fn order_by_invalid(name: &str, problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.OrderBy", name, problem)
    }

    /// `Filters` has an unknown name.
    pub fn filters_invalid(problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.Filters", "Filters", problem)
    }

    /// `Status` is not a status of events.
    pub fn status_invalid(problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.Status", "Status", problem)
    }

    /// `InvokeType` is not a type of events.
    pub fn invoke_type_invalid(problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.InvokeType", "InvokeType", problem)
    }

    /// `Filter.RetCode` is not a documented value.
    pub fn ret_code_invalid(problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.RetCode", "Filter.RetCode", problem)
    }

    /// A time is not written as `2026-11-25 13:00:00`.
    pub fn time_invalid(parameter: &str, problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.DateTime", parameter, problem)
    }

    /// `StartTime` and `EndTime` are more than a day apart, or the wrong way round.
    pub fn time_range_invalid(problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.StartTime", "StartTime", problem)
    }

    /// One of `StartTime` and `EndTime` comes without the other.
    pub fn half_a_time_range() -> Self {
        let message = "Give both StartTime and EndTime, or neither.";
        Self::of("InvalidParameterValue.StartTimeOrEndTime", message)
    }

    /// No invocation has that request id.
    pub fn request_not_found(id: &str) -> Self {
        let message = format!("Request not found: [{}]", excerpt(id));
        Self::of("InvalidParameterValue.FunctionRequestId", message)
    }
}

/// Asynchronous events.
impl ApiError {
    /// No event has that request id.
    pub fn event_not_found(id: &str) -> Self {
        let message = format!("Async event not found: [{}]", excerpt(id));
        Self::of("ResourceNotFound.AsyncEvent", message)
    }

    /// `TerminateAsyncEvent` for an event that is over.
    pub fn event_is_over(id: &str, status: &str) -> Self {
        let message = format!("The event [{}] is {status} and cannot be terminated.", excerpt(id));
        Self::of("FailedOperation.AsyncEventStatus", message)
    }
}
