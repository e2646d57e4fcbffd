//! Typed access to the parameters of an action.

use super::errors::ApiError;
use serde_json::{Map, Value};

/// An action's parameters, or those of an object among them. Each has its type, as
/// [`shape::checked`](super::shape::checked) ensured. Large values are taken rather than copied; a
/// second call finds nothing.
#[derive(Debug, Default)]
pub struct Parameters {
    values: Map<String, Value>,
    /// The prefix of their names in errors: `Code.`, or nothing.
    prefix: String,
}

impl Parameters {
    /// Parameters at the top of a request, whose values were checked.
    pub fn new(values: Map<String, Value>) -> Self {
        Self { values, prefix: String::new() }
    }

    /// All of them.
    pub fn values(&self) -> &Map<String, Value> {
        &self.values
    }

    /// The text under a name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).and_then(Value::as_str)
    }

    /// The text under a name.
    ///
    /// # Errors
    /// `MissingParameter` where there is none.
    pub fn required_text(&self, name: &str) -> Result<&str, ApiError> {
        self.text(name).ok_or_else(|| self.missing(name))
    }

    /// The text under a name, without a copy.
    pub fn take_text(&mut self, name: &str) -> Option<String> {
        match self.values.get_mut(name).map(Value::take) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The text under a name, without a copy.
    ///
    /// # Errors
    /// `MissingParameter` where there is none.
    pub fn take_required_text(&mut self, name: &str) -> Result<String, ApiError> {
        self.take_text(name).ok_or_else(|| self.missing(name))
    }

    /// The integer under a name.
    pub fn integer(&self, name: &str) -> Option<i64> {
        self.values.get(name).and_then(Value::as_i64)
    }

    /// The integer under a name, as an unsigned one of 32 bits.
    ///
    /// # Errors
    /// `InvalidParameterValue` if it does not fit.
    pub fn natural(&self, name: &str) -> Result<Option<u32>, ApiError> {
        let Some(value) = self.integer(name) else { return Ok(None) };
        match u32::try_from(value) {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(ApiError::invalid_value(&self.path(name), value)),
        }
    }

    /// The boolean under a name.
    pub fn boolean(&self, name: &str) -> Option<bool> {
        self.values.get(name).and_then(Value::as_bool)
    }

    /// A switch that is written as the text `TRUE` or `FALSE`, as the API writes most switches
    /// (docs/contract.md §3.5).
    ///
    /// # Errors
    /// `InvalidParameterValue` where it is another text.
    pub fn switch(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.text(name) {
            None => Ok(None),
            Some("TRUE") => Ok(Some(true)),
            Some("FALSE") => Ok(Some(false)),
            Some(other) => Err(ApiError::invalid_value(&self.path(name), other)),
        }
    }

    /// The texts of the list under a name; none where it is not given.
    pub fn take_texts(&mut self, name: &str) -> Option<Vec<String>> {
        let texts = self.take_list(name)?.into_iter().filter_map(|item| match item {
            Value::String(text) => Some(text),
            _ => None,
        });
        Some(texts.collect())
    }

    /// The object under a name.
    pub fn take_object(&mut self, name: &str) -> Option<Self> {
        match self.values.get_mut(name).map(Value::take) {
            Some(Value::Object(values)) => Some(self.inner(values, self.path(name))),
            _ => None,
        }
    }

    /// The objects of the list under a name; none where it is not given.
    pub fn take_objects(&mut self, name: &str) -> Option<Vec<Self>> {
        let objects = self.take_list(name)?.into_iter().enumerate();
        let objects = objects.filter_map(|(index, item)| match item {
            Value::Object(values) => {
                Some(self.inner(values, format!("{}.{index}", self.path(name))))
            }
            _ => None,
        });
        Some(objects.collect())
    }

    /// The full name of a parameter, for an error that the action itself reports:
    /// `Environment.Variables.0.Key`.
    pub fn path(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn take_list(&mut self, name: &str) -> Option<Vec<Value>> {
        match self.values.get_mut(name).map(Value::take) {
            Some(Value::Array(items)) => Some(items),
            _ => None,
        }
    }

    fn inner(&self, values: Map<String, Value>, path: String) -> Self {
        Self { values, prefix: path + "." }
    }

    fn missing(&self, name: &str) -> ApiError {
        ApiError::missing_parameter(&self.path(name))
    }
}
