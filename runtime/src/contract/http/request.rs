//! What the events of both triggers have in common.

use super::HttpRequest;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// A path as a function gets it: percent-decoded once, or unchanged if the result would not be
/// UTF-8.
pub fn decoded_path(path: &str) -> Cow<'_, str> {
    percent_decoded(path)
}

/// The body for an event, and whether it is base64: a body that is not UTF-8 is (§14). Without a
/// body it is the empty string, which is a guess.
pub(super) fn body(request: &HttpRequest<'_>) -> (Value, bool) {
    match std::str::from_utf8(request.body) {
        Ok(text) => (text.into(), false),
        Err(_) => (STANDARD.encode(request.body).into(), true),
    }
}

/// The headers as an event has them. Those of one name are joined as HTTP lets them be, with
/// `, ` between (RFC 9110 §5.3), and cookies with `; ` (RFC 6265 §5.4). `own` are the
/// platform's: they come last, and a client cannot forge them.
pub(super) fn headers(request: &HttpRequest<'_>, own: &[(&str, &str)]) -> Value {
    let mut joined = Map::new();
    for (name, value) in request.headers {
        match joined.get_mut(*name) {
            _ if own.iter().any(|(own, _)| own == name) => {}
            Some(Value::String(before)) => {
                before.push_str(if *name == "cookie" { "; " } else { ", " });
                before.push_str(value);
            }
            _ => {
                joined.insert((*name).to_owned(), (*value).into());
            }
        }
    }
    joined.extend(own.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())));
    joined.into()
}

/// The query for an event, in the order sent. Three guesses: a repeated key has an array of its
/// values, so that none is lost; a key without `=` has the empty string; a text that would not be
/// UTF-8 keeps its escapes.
pub(super) fn query(request: &HttpRequest<'_>) -> Value {
    let mut values = Map::new();
    for part in request.query.split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let value = Value::from(form_decoded(value));
        match values.get_mut(&form_decoded(key)) {
            None => {
                values.insert(form_decoded(key), value);
            }
            Some(Value::Array(all)) => all.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }
    values.into()
}

fn form_decoded(text: &str) -> String {
    percent_decoded(&text.replace('+', " ")).into_owned()
}

/// The text with each `%` and two digits replaced by their byte. A `%` without digits stays.
fn percent_decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return text.into();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let (byte, after) = escaped(rest).unwrap_or((*first, after));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8(bytes).map_or(text.into(), Cow::Owned)
}

/// The byte that an escape at the beginning means, and what follows it.
fn escaped(text: &[u8]) -> Option<(u8, &[u8])> {
    let [b'%', high, low, after @ ..] = text else { return None };
    let digit = |each: u8| char::from(each).to_digit(16);
    let byte = u8::try_from(digit(*high)? * 16 + digit(*low)?).ok()?;
    Some((byte, after))
}
