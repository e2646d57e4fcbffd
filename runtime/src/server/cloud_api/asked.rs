//! Parameters that several actions share: a function, a page of a list, an order, a time.

use super::{errors::ApiError, parameters::Parameters};
use crate::platform::store::{FunctionKey, Page};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// The default length of a page.
const USUAL_LIMIT: u32 = 20;

/// The text under a name; an empty one is none.
pub(super) fn text<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.text(name).filter(|text| !text.is_empty())
}

/// The namespace, which is `default` where none is given.
pub(super) fn namespace(parameters: &Parameters) -> String {
    text(parameters, "Namespace").unwrap_or("default").to_owned()
}

/// The function that `FunctionName` and `Namespace` name.
///
/// # Errors
/// `MissingParameter`.
pub(super) fn function(parameters: &Parameters) -> Result<FunctionKey, ApiError> {
    let name = parameters.required_text("FunctionName")?.to_owned();
    Ok(FunctionKey { namespace: namespace(parameters), name })
}

/// `Offset` and `Limit`, of which the latter is at most `most`.
///
/// # Errors
/// `InvalidParameterValue.Offset` or `.Limit`.
pub(super) fn page(parameters: &Parameters, most: u32) -> Result<Page, ApiError> {
    let offset = parameters.integer("Offset").unwrap_or(0);
    let offset = u32::try_from(offset).map_err(|_| ApiError::offset_invalid("it is 0 or more"))?;
    let limit = parameters.integer("Limit").unwrap_or(USUAL_LIMIT.into());
    let limit = u32::try_from(limit).ok().filter(|limit| *limit <= most);
    let limit = limit.ok_or_else(|| ApiError::limit_invalid(format!("it is 0 to {most}")))?;
    Ok(Page { offset, limit })
}

/// Whether `Order` puts the largest first; none if it is absent. Most actions document upper case,
/// `GetFunctionLogs` lower case. Both are accepted.
///
/// # Errors
/// `InvalidParameterValue.Order`.
pub(super) fn descending(parameters: &Parameters) -> Result<Option<bool>, ApiError> {
    match text(parameters, "Order") {
        None => Ok(None),
        Some(order) if order.eq_ignore_ascii_case("ASC") => Ok(Some(false)),
        Some(order) if order.eq_ignore_ascii_case("DESC") => Ok(Some(true)),
        Some(_) => Err(ApiError::order_invalid("it is ASC or DESC")),
    }
}

/// The requested page of a list.
pub(super) fn part<T>(list: Vec<T>, page: Page) -> impl Iterator<Item = T> {
    list.into_iter().skip(page.offset as usize).take(page.limit as usize)
}

/// A time as the API reads it, `2026-11-25 13:00:00`, in milliseconds since the epoch. UTC is
/// krait's choice: the documents name no zone.
///
/// # Errors
/// `InvalidParameterValue.DateTime`.
pub(super) fn time(parameters: &Parameters, name: &str) -> Result<Option<i64>, ApiError> {
    let Some(text) = text(parameters, name) else { return Ok(None) };
    let read = DateTime::strptime("%Y-%m-%d %H:%M:%S", text)
        .and_then(|time| time.to_zoned(TimeZone::UTC))
        .map(|time| Some(time.timestamp().as_millisecond()));
    let path = parameters.path(name);
    read.map_err(|_| ApiError::time_invalid(&path, "write it as 2026-11-25 13:00:00, in UTC"))
}

/// A time as the API writes most times, to the second, in UTC.
pub(super) fn shown(milliseconds: i64) -> String {
    written(milliseconds, "%Y-%m-%d %H:%M:%S")
}

/// A time as the API writes times of events, to the microsecond, in UTC.
pub(super) fn shown_exactly(milliseconds: i64) -> String {
    written(milliseconds, "%Y-%m-%d %H:%M:%S.%6f")
}

fn written(milliseconds: i64, form: &str) -> String {
    let time = Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    time.strftime(form).to_string()
}
