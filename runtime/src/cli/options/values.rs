//! What an option's value may be: a number within limits, a variable, a trigger's name.

use crate::contract::{
    events::{self, TriggerEvent},
    limits,
};
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

pub(super) fn trigger() -> impl TypedValueParser<Value = &'static TriggerEvent> {
    let names = events::all().iter().map(|event| PossibleValue::new(event.name).help(event.title));
    PossibleValuesParser::new(names)
        .map(|name| events::named(&name).expect("a possible value is a name"))
}

pub(super) fn timeout(text: &str) -> Result<u32, String> {
    limit(text, limits::timeout, "a timeout is a whole number of seconds")
}

pub(super) fn init_timeout(text: &str) -> Result<u32, String> {
    limit(text, limits::init_timeout, "an init timeout is a whole number of seconds")
}

pub(super) fn memory(text: &str) -> Result<u32, String> {
    limit(text, limits::memory, "memory is a whole number of MB")
}

fn limit(
    text: &str,
    check: fn(u32) -> Result<u32, limits::OutOfRange>,
    whole: &str,
) -> Result<u32, String> {
    let number = text.parse().map_err(|_| whole.to_owned())?;
    check(number).map_err(|error| error.to_string())
}

pub(super) fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("a variable is written KEY=VALUE".to_owned()),
    }
}

/// A count that must not be 0.
#[cfg(unix)]
pub(super) fn at_least_one<T: TryFrom<u64>>(text: &str) -> Result<T, String> {
    let number = text.parse::<u64>().ok().filter(|number| *number > 0);
    let number = number.and_then(|number| number.try_into().ok());
    number.ok_or_else(|| "it is a whole number, 1 or more".to_owned())
}

#[cfg(unix)]
pub(super) fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "it is a number of seconds".to_owned())?;
    let valid = std::time::Duration::try_from_secs_f64(seconds).is_ok();
    if valid { Ok(seconds) } else { Err("it is a number of seconds, 0 or more".to_owned()) }
}
