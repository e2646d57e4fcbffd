//! The shape of an action's parameters, and its check. The platform's gateway checks it before the
//! action (docs/contract.md §3.3).

use super::errors::ApiError;
use serde_json::{Map, Value};

/// A parameter that an action knows.
#[derive(Debug)]
pub struct Parameter {
    pub name: &'static str,
    pub kind: Kind,
    pub required: bool,
}

/// What a parameter's value is.
#[derive(Debug)]
pub enum Kind {
    Text,
    /// A signed integer of 64 bits.
    Integer,
    Boolean,
    Object(&'static [Parameter]),
    List(&'static Kind),
    /// Known to the API, not used by krait, and not checked.
    Ignored,
}

/// How parameters were written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// JSON. Values must have the documented types: "128" is not an integer.
    Json,
    /// A query or a form. Everything is text, and is converted to the documented type.
    Text,
}

/// A parameter that may be left out.
pub const fn optional(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, required: false }
}

/// A parameter that must be given.
pub const fn required(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, required: true }
}

/// The values, each with its type. A JSON null counts as absent, because some SDKs send it.
///
/// # Errors
/// `UnknownParameter`, `MissingParameter`, or `InvalidParameter` for a wrong type; each names
/// the parameter with its path, such as `Environment.Variables.0.Key`.
pub fn checked(
    values: Map<String, Value>,
    known: &'static [Parameter],
    source: Source,
) -> Result<Map<String, Value>, ApiError> {
    fields(values, known, source, None)
}

/// The path of a value: a name or an index, and its container.
#[derive(Clone, Copy)]
struct ParameterPath<'a> {
    within: Option<&'a ParameterPath<'a>>,
    name: Name<'a>,
}

#[derive(Clone, Copy)]
enum Name<'a> {
    Field(&'a str),
    Item(usize),
}

impl ParameterPath<'_> {
    fn text(&self) -> String {
        let name = match self.name {
            Name::Field(name) => name.to_owned(),
            Name::Item(index) => index.to_string(),
        };
        match self.within {
            Some(outer) => format!("{}.{name}", outer.text()),
            None => name,
        }
    }
}

fn fields(
    values: Map<String, Value>,
    known: &'static [Parameter],
    source: Source,
    within: Option<&ParameterPath<'_>>,
) -> Result<Map<String, Value>, ApiError> {
    let mut shaped = Map::with_capacity(values.len());
    for (name, value) in values {
        let path = ParameterPath { within, name: Name::Field(&name) };
        let parameter = known.iter().find(|parameter| parameter.name == name);
        let Some(parameter) = parameter else {
            return Err(ApiError::unknown_parameter(&path.text()));
        };
        if !value.is_null() {
            let value = typed(value, &parameter.kind, source, &path)?;
            shaped.insert(name, value);
        }
    }
    match known.iter().find(|each| each.required && !shaped.contains_key(each.name)) {
        Some(missing) => {
            let path = ParameterPath { within, name: Name::Field(missing.name) };
            Err(ApiError::missing_parameter(&path.text()))
        }
        None => Ok(shaped),
    }
}

fn typed(
    value: Value,
    kind: &'static Kind,
    source: Source,
    path: &ParameterPath<'_>,
) -> Result<Value, ApiError> {
    match (kind, value) {
        (Kind::Ignored, value) => Ok(value),
        (Kind::Text, value @ Value::String(_)) => Ok(value),
        (Kind::Integer, value @ Value::Number(_)) if value.is_i64() => Ok(value),
        (Kind::Boolean, value @ Value::Bool(_)) => Ok(value),
        (Kind::Integer, Value::String(text)) if source == Source::Text => text
            .parse::<i64>()
            .map(Value::from)
            .map_err(|_| ApiError::wrong_type(&path.text(), kind.name())),
        (Kind::Boolean, Value::String(text)) if source == Source::Text => match &*text {
            // Python's SDK writes True where Go's writes true.
            "true" | "True" | "TRUE" => Ok(Value::Bool(true)),
            "false" | "False" | "FALSE" => Ok(Value::Bool(false)),
            _ => Err(ApiError::wrong_type(&path.text(), kind.name())),
        },
        (Kind::Object(known), Value::Object(values)) => {
            fields(values, known, source, Some(path)).map(Value::Object)
        }
        (Kind::List(kind), Value::Array(items)) => {
            let items = items.into_iter().enumerate().map(|(index, item)| {
                let path = ParameterPath { within: Some(path), name: Name::Item(index) };
                typed(item, kind, source, &path)
            });
            items.collect::<Result<_, _>>().map(Value::Array)
        }
        _ => Err(ApiError::wrong_type(&path.text(), kind.name())),
    }
}

impl Kind {
    /// The type's name in an error. Only `string` is known from the platform; the others are
    /// guesses in its manner.
    fn name(&self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Integer => "int64",
            Self::Boolean => "bool",
            Self::Object(_) => "object",
            Self::List(_) => "array",
            Self::Ignored => "any",
        }
    }
}
