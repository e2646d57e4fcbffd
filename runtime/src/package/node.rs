//! A YAML document whose scalars keep their text.
//!
//! `A: 007` in a template is a number for YAML, but the function's variable must be `007`. So each
//! value that YAML does not read as text keeps its text too.

use indexmap::IndexMap;
use serde::{
    Deserialize, Deserializer,
    de::{
        IntoDeserializer, MapAccess, SeqAccess, Visitor,
        value::{MapDeserializer, SeqDeserializer},
    },
};
use serde_json::{Number, Value};
use serde_saphyr::{NonFiniteFloatPolicy, Spanned};
use std::fmt;

/// A value of the document.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Text(String),
    /// A number, a boolean or null, and its text.
    Plain(Value, String),
    List(Vec<Node>),
    Map(IndexMap<String, Node>),
}

/// What there is where nothing is.
pub(super) static NOTHING: Node = Node::Plain(Value::Null, String::new());

impl Node {
    /// Reads a document.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let options = serde_saphyr::options! {
            non_finite_float_policy: NonFiniteFloatPolicy::PassThrough,
        };
        let read: Spanned<Raw> = serde_saphyr::from_str_with_options(text, options)
            .map_err(|error| error.to_string().trim_start_matches("error: ").to_owned())?;
        Ok(read.written_in(text))
    }

    /// A map's value for a key; none if this is no map.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.as_map()?.get(key)
    }

    pub(super) fn as_map(&self) -> Option<&IndexMap<String, Self>> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }

    /// A scalar's text, as it is written; none for null.
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Plain(Value::Bool(_) | Value::Number(_), text) => Some(text),
            _ => None,
        }
    }

    /// Overrides this with `over`: maps key by key, everything else as a whole.
    pub(super) fn merge(&mut self, over: Self) {
        match (self, over) {
            (Self::Map(base), Self::Map(over)) => {
                for (key, value) in over {
                    match base.get_mut(&key) {
                        Some(under) => under.merge(value),
                        None => drop(base.insert(key, value)),
                    }
                }
            }
            (_, Self::Plain(Value::Null, _)) => {}
            (base, over) => *base = over,
        }
    }

    /// The variables of an environment: scalars as they are written, including null, and everything
    /// else as JSON.
    ///
    /// # Errors
    /// When this is no map.
    pub(super) fn to_variables(&self) -> Result<IndexMap<String, String>, String> {
        let text = |node: &Self| match node {
            Self::Text(text) | Self::Plain(_, text) => text.clone(),
            other => other.to_json().to_string(),
        };
        match self {
            Self::Plain(Value::Null, _) => Ok(IndexMap::new()),
            Self::Map(map) => Ok(map.iter().map(|(key, node)| (key.clone(), text(node))).collect()),
            _ => Err("the environment's variables are not KEY: VALUE".to_owned()),
        }
    }

    fn to_json(&self) -> Value {
        match self {
            Self::Text(text) => Value::String(text.clone()),
            Self::Plain(value, _) => value.clone(),
            Self::List(list) => list.iter().map(Self::to_json).collect(),
            Self::Map(map) => {
                Value::Object(map.iter().map(|(key, node)| (key.clone(), node.to_json())).collect())
            }
        }
    }
}

/// The value in serde's form.
enum Raw {
    Text(String),
    Plain(Value),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(String, Spanned<Raw>)>),
}

trait WrittenIn {
    fn written_in(self, text: &str) -> Node;
}

impl WrittenIn for Spanned<Raw> {
    fn written_in(self, text: &str) -> Node {
        let span = self.defined.span();
        match self.value {
            Raw::Text(text) => Node::Text(text),
            Raw::Plain(value) => {
                let place = |number: Option<u64>| usize::try_from(number?).ok();
                let written = place(span.byte_offset())
                    .zip(place(span.byte_len()))
                    .and_then(|(start, length)| text.get(start..start.checked_add(length)?))
                    .filter(|written| !written.starts_with(['"', '\'', '|', '>', '!', '&', '*']));
                let written = match (&value, written) {
                    (_, Some(written)) => written.trim().to_owned(),
                    (Value::Null, None) => String::new(),
                    (value, None) => value.to_string(),
                };
                Node::Plain(value, written)
            }
            Raw::List(list) => {
                Node::List(list.into_iter().map(|each| each.written_in(text)).collect())
            }
            Raw::Map(map) => Node::Map(
                map.into_iter().map(|(key, value)| (key, value.written_in(text))).collect(),
            ),
        }
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfAny;

        impl<'de> Visitor<'de> for OfAny {
            type Value = Raw;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a value")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
                Ok(Raw::Plain(Value::Bool(value)))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
                Ok(Raw::Plain(Value::from(value)))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
                Ok(Raw::Plain(Value::from(value)))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
                // JSON has no number for some.
                Ok(Raw::Plain(Number::from_f64(value).map_or(Value::from(u64::MAX), Value::Number)))
            }

            fn visit_str<E>(self, value: &str) -> Result<Raw, E> {
                Ok(Raw::Text(value.to_owned()))
            }

            fn visit_string<E>(self, value: String) -> Result<Raw, E> {
                Ok(Raw::Text(value))
            }

            fn visit_unit<E>(self) -> Result<Raw, E> {
                Ok(Raw::Plain(Value::Null))
            }

            fn visit_none<E>(self) -> Result<Raw, E> {
                Ok(Raw::Plain(Value::Null))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
                let mut list = Vec::new();
                while let Some(value) = access.next_element()? {
                    list.push(value);
                }
                Ok(Raw::List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Raw, A::Error> {
                let mut map = Vec::new();
                while let Some(entry) = access.next_entry()? {
                    map.push(entry);
                }
                Ok(Raw::Map(map))
            }
        }

        deserializer.deserialize_any(OfAny)
    }
}

impl<'de> IntoDeserializer<'de, serde_json::Error> for Node {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Node {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self {
            Self::Text(text) => visitor.visit_string(text),
            Self::Plain(value, _) => value.deserialize_any(visitor),
            Self::List(list) => visitor.visit_seq(SeqDeserializer::new(list.into_iter())),
            Self::Map(map) => visitor.visit_map(MapDeserializer::new(map.into_iter())),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self {
            Self::Plain(Value::Null, _) => visitor.visit_none(),
            other => visitor.visit_some(other),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self {
            Self::Text(text) | Self::Plain(Value::Bool(_) | Value::Number(_), text) => {
                visitor.visit_string(text)
            }
            other => other.deserialize_any(visitor),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        self.deserialize_string(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
