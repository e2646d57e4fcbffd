//! The events that triggers give a function (docs/contract.md §8), and changing a value in one.

use serde_json::{Map, Value};
use std::fmt;

/// What one kind of trigger gives a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TriggerEvent {
    /// Its name: lower case, words joined by `-`.
    pub name: &'static str,
    /// A short description of the event.
    pub title: &'static str,
    /// The section of docs/contract.md that documents it.
    pub source: &'static str,
    /// An example: a JSON object with the documented keys in the documented order, indented
    /// by two spaces, with a newline at its end. The values are made up.
    pub text: &'static str,
}

macro_rules! trigger_event {
    ($name:literal, $source:literal, $title:literal) => {
        TriggerEvent {
            name: $name,
            title: $title,
            source: $source,
            text: include_str!(concat!("events/", $name, ".json")),
        }
    };
}

/// In the order of the contract's sections. Open points, and krait's choices:
///
/// - `api-gateway`: header names are in lower case, as in practice; the documentation mixes.
///   `isBase64Encoded` is there, and true, only where base64 is switched on.
/// - `function-url`: none of `requestContext`, `isBase64Encoded` and the declared parameters; the
///   form of a binary body is unconfirmed, so the body here is text.
/// - `cos`: `cosRegion` and `s3Region` are in newer events only; `unkown` is the platform's
///   own spelling.
/// - `timer`: `Time` is UTC. That schedules are in UTC+8 is unconfirmed.
/// - `ckafka`: one page of the documentation spells `Partition`; a body may be base64.
/// - `cls`: `data` is base64 of gzip, which one page of the documentation calls ZIP.
/// - `tdmq`: the documentation misspells `subject`.
/// - `clb`: `isBase64Encoded` is a string.
static ALL: [TriggerEvent; 10] = [
    trigger_event!("api-gateway", "§8.1", "an HTTP request to an API gateway"),
    trigger_event!("function-url", "§8.2", "an HTTP request to the function's own URL"),
    trigger_event!("cos", "§8.3", "an object stored in a COS bucket"),
    trigger_event!("timer", "§8.4", "a timer that is due"),
    trigger_event!("ckafka", "§8.5", "messages of a CKafka topic"),
    trigger_event!("cls", "§8.6", "records of a CLS log topic, gzipped"),
    trigger_event!("cmq", "§8.7", "a message of a CMQ topic"),
    trigger_event!("tdmq", "§8.7", "a message of a TDMQ topic, by EventBridge"),
    trigger_event!("mps", "§8.8", "an MPS task that has ended"),
    trigger_event!("clb", "§8.9", "an HTTP request to a CLB load balancer"),
];

/// Every trigger's event, in the order of the contract's sections.
pub fn all() -> &'static [TriggerEvent] {
    &ALL
}

/// The event of that name, if there is one.
pub fn named(name: &str) -> Option<&'static TriggerEvent> {
    ALL.iter().find(|event| event.name == name)
}

impl TriggerEvent {
    /// The event as a value.
    pub fn value(&self) -> Value {
        serde_json::from_str(self.text).expect("each file of events/ is JSON")
    }
}

/// A `PATH=VALUE` that cannot be set in an event. `Display` names it, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidSetting {
    /// There is no `=`.
    NoValue { setting: String },
    /// The path is empty, or is not of keys and `[index]`.
    Path { path: String },
    /// The path asks for a key where there is no object, or for an item where there is no
    /// array.
    Mismatch {
        path: String,
        /// The part of the path that exists; empty for the event itself.
        at: String,
        /// What is there, such as `a string`.
        found: &'static str,
        /// What the path asks for there, such as `key size`.
        asked: String,
    },
    /// The array is too short, or does not exist: its length is 0 then.
    NoItem { path: String, at: String, index: usize, length: usize },
    /// The value holds an integer beyond 64 bits, which could not be kept to the digit.
    WideInteger { path: String, number: String },
}

impl fmt::Display for InvalidSetting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoValue { setting } => write!(
                formatter,
                "the setting {setting:?} is not of the form PATH=VALUE, such as \
                 Records[0].event.eventTime=1700000000"
            ),
            Self::Path { path } => write!(
                formatter,
                "the path {path:?} cannot be read; write keys with dots between them, and an \
                 array's item as [0] after its key, such as Records[0].event.eventName"
            ),
            Self::Mismatch { path, at, found, asked } => {
                let (place, remedy) = match at.as_str() {
                    "" => ("the event", "begin with a key of the event".to_owned()),
                    at => (at, format!("set {at} as a whole, to JSON")),
                };
                write!(
                    formatter,
                    "the path {path:?} leads nowhere: {place} is {found} and has no {asked}; \
                     {remedy}"
                )
            }
            Self::NoItem { path, at, index, length } => {
                let items = match length {
                    0 => "has no items".to_owned(),
                    1 => format!("has one item, [0], and no [{index}]"),
                    _ => format!("has {length} items, [0] to [{}], and no [{index}]", length - 1),
                };
                write!(
                    formatter,
                    "the path {path:?} leads nowhere: {at} {items}; set {at} as a \
                     whole, to a JSON array"
                )
            }
            Self::WideInteger { path, number } => write!(
                formatter,
                "the value for {path:?} holds an integer beyond 64 bits, {number}; write it as a \
                 string, or give the whole event as JSON"
            ),
        }
    }
}

impl std::error::Error for InvalidSetting {}

/// Sets one value of `event`. `setting` is `PATH=VALUE`: the path is keys with dots between
/// them, each followed by `[index]` for an item of an array, counted from 0; the value is
/// JSON if it can be read as JSON, and the string itself otherwise.
///
/// Keys that an object lacks are made, with objects along the way; items of an array are
/// not. A value that was there keeps its place, and a new key comes last.
///
/// # Errors
/// [`InvalidSetting`]; `event` is as it was.
pub fn set(event: &mut Value, setting: &str) -> Result<(), InvalidSetting> {
    let (path, text) = setting
        .split_once('=')
        .ok_or_else(|| InvalidSetting::NoValue { setting: setting.to_owned() })?;
    let steps = steps(path).ok_or_else(|| InvalidSetting::Path { path: path.to_owned() })?;
    let value = value(path, text)?;
    put(event, path, &steps, value)
}

/// One step of a path.
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

impl fmt::Display for Step<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => write!(formatter, "key {key}"),
            Self::Index(index) => write!(formatter, "item [{index}]"),
        }
    }
}

fn steps(path: &str) -> Option<Vec<Step<'_>>> {
    let mut steps = Vec::new();
    for (number, part) in path.split('.').enumerate() {
        let (key, mut indexes) = part.split_at(part.find('[').unwrap_or(part.len()));
        match key {
            // An array at the very beginning has no key.
            "" if number > 0 || indexes.is_empty() => return None,
            "" => {}
            key if key.contains(']') => return None,
            key => steps.push(Step::Key(key)),
        }
        while !indexes.is_empty() {
            let (index, rest) = indexes.strip_prefix('[')?.split_once(']')?;
            let is_number = index.bytes().all(|each| each.is_ascii_digit());
            steps.push(Step::Index(is_number.then(|| index.parse().ok())??));
            indexes = rest;
        }
    }
    Some(steps)
}

fn value(path: &str, text: &str) -> Result<Value, InvalidSetting> {
    let Ok(value) = serde_json::from_str(text) else {
        return Ok(Value::String(text.to_owned()));
    };
    match wide_integer(text) {
        Some(number) => {
            Err(InvalidSetting::WideInteger { path: path.to_owned(), number: number.to_owned() })
        }
        None => Ok(value),
    }
}

/// An integer beyond 64 bits in a JSON text: a [`Value`] would hold the nearest float.
fn wide_integer(json: &str) -> Option<&str> {
    // Between numbers: all of a string, and what no number has.
    let mut in_string = false;
    let mut escaped = false;
    let outside = |each: char| {
        let of_string = in_string || each == '"';
        in_string ^= each == '"' && !escaped;
        escaped = in_string && each == '\\' && !escaped;
        of_string || !matches!(each, '0'..='9' | '-' | '+' | '.' | 'e' | 'E')
    };
    json.split(outside).find(|number| {
        number.bytes().any(|each| each.is_ascii_digit())
            && !number.contains(['.', 'e', 'E'])
            && number.parse::<i64>().is_err()
            && number.parse::<u64>().is_err()
    })
}

fn put(
    event: &mut Value,
    path: &str,
    steps: &[Step<'_>],
    value: Value,
) -> Result<(), InvalidSetting> {
    let mut place = event;
    let mut at = String::new();
    let mut steps = steps.iter();
    while let Some(step) = steps.next() {
        match (step, place) {
            (Step::Key(key), Value::Object(object)) => {
                if !at.is_empty() {
                    at.push('.');
                }
                at.push_str(key);
                if !object.contains_key(*key) {
                    let made = made(path, at, steps.as_slice(), value)?;
                    object.insert((*key).to_owned(), made);
                    return Ok(());
                }
                place = &mut object[*key];
            }
            (Step::Index(index), Value::Array(items)) => {
                let length = items.len();
                let Some(item) = items.get_mut(*index) else {
                    let path = path.to_owned();
                    return Err(InvalidSetting::NoItem { path, at, index: *index, length });
                };
                at.push_str(&format!("[{index}]"));
                place = item;
            }
            (step, place) => {
                return Err(InvalidSetting::Mismatch {
                    path: path.to_owned(),
                    at,
                    found: kind(place),
                    asked: step.to_string(),
                });
            }
        }
    }
    *place = value;
    Ok(())
}

/// The value of a key that was not there: `value` below the objects that the path asks for.
fn made(
    path: &str,
    mut at: String,
    steps: &[Step<'_>],
    value: Value,
) -> Result<Value, InvalidSetting> {
    let mut keys = Vec::new();
    for step in steps {
        match step {
            Step::Key(key) => {
                keys.push(*key);
                at = format!("{at}.{key}");
            }
            Step::Index(index) => {
                let path = path.to_owned();
                return Err(InvalidSetting::NoItem { path, at, index: *index, length: 0 });
            }
        }
    }
    Ok(keys
        .into_iter()
        .rev()
        .fold(value, |inner, key| Value::Object(Map::from_iter([(key.to_owned(), inner)]))))
}

/// What a value is, such as `a string`.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
