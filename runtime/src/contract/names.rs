//! What functions, namespaces and aliases may be called (docs/contract.md §3.5, §6).

use super::limits::NAME_LENGTH;
use std::fmt;

/// Longest name of a namespace, by the SDK's text for `NamespaceInvalid`. (§6 has one limit for all
/// names.)
const NAMESPACE_LENGTH: usize = 30;

/// A name that the platform would refuse. `Display` names the rule and the remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidName {
    /// Of a function: not a letter, then letters, digits, `-` and `_`, ending with neither of
    /// these two, 2 to 60 in all.
    Function(String),
    /// Of a namespace: not 1 to 30 letters, digits, `-` and `_`.
    Namespace(String),
    /// Of an alias: not a letter, then letters, digits, `-` and `_`, at most 60 in all.
    Alias(String),
}

impl fmt::Display for InvalidName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Function(name) => write!(
                formatter,
                "{name:?} cannot name a function; begin with a letter, go on with letters, \
                 digits, - and _, end with a letter or digit, and take 2 to {NAME_LENGTH} in all"
            ),
            Self::Namespace(name) => write!(
                formatter,
                "{name:?} cannot name a namespace; take 1 to {NAMESPACE_LENGTH} letters, digits, \
                 - and _"
            ),
            Self::Alias(name) => write!(
                formatter,
                "{name:?} cannot name an alias; begin with a letter, go on with letters, digits, \
                 - and _, and take 1 to {NAME_LENGTH} in all"
            ),
        }
    }
}

impl std::error::Error for InvalidName {}

/// Checks the name of a function.
///
/// # Errors
/// [`InvalidName::Function`].
pub fn function_name(name: &str) -> Result<(), InvalidName> {
    let allowed = (2..=NAME_LENGTH).contains(&name.len())
        && of_name_characters(name)
        && begins_with_letter(name)
        && !name.ends_with(['-', '_']);
    allowed.then_some(()).ok_or_else(|| InvalidName::Function(name.to_owned()))
}

/// Checks the name of a namespace.
///
/// # Errors
/// [`InvalidName::Namespace`].
pub fn namespace(name: &str) -> Result<(), InvalidName> {
    let allowed = (1..=NAMESPACE_LENGTH).contains(&name.len()) && of_name_characters(name);
    allowed.then_some(()).ok_or_else(|| InvalidName::Namespace(name.to_owned()))
}

/// Checks the name of an alias that a user makes. That it begins with a letter is a guess. The rule
/// distinguishes it from a version's number, and from the platform's `$LATEST` and `$DEFAULT`.
///
/// # Errors
/// [`InvalidName::Alias`].
pub fn alias(name: &str) -> Result<(), InvalidName> {
    let allowed = name.len() <= NAME_LENGTH && of_name_characters(name) && begins_with_letter(name);
    allowed.then_some(()).ok_or_else(|| InvalidName::Alias(name.to_owned()))
}

fn of_name_characters(name: &str) -> bool {
    name.bytes().all(|each| each.is_ascii_alphanumeric() || each == b'-' || each == b'_')
}

fn begins_with_letter(name: &str) -> bool {
    name.starts_with(|each: char| each.is_ascii_alphabetic())
}
