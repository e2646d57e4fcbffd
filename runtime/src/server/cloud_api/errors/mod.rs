//! Errors of the API (docs/contract.md §3.4): a code for programs and a text for people. A failed
//! function is not an error but an ordinary result.
//!
//! Codes are the platform's. A text is the platform's if its comment says so, else krait's. All are
//! English, whatever language a request asks for.

mod functions;
mod queries;
mod request;

use std::{borrow::Cow, fmt};

/// Why a request is refused. Each constructor says when it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError {
    pub code: &'static str,
    pub message: Cow<'static, str>,
}

impl ApiError {
    fn of(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into() }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for ApiError {}

/// A part of a request, shortened for a message.
fn excerpt(text: &str) -> Cow<'_, str> {
    const MOST: usize = 128;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => Cow::Owned(format!("{}...", &text[..end])),
        None => Cow::Borrowed(text),
    }
}
