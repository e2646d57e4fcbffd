//! A file of Python code, read.

use super::library::Target;
use ruff_python_ast::{PythonVersion, Stmt};
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};
use ruff_text_size::{Ranged, TextSize};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A file and its statements. Where it is not well-formed, they are what the parser made of it.
pub(super) struct Source {
    pub path: PathBuf,
    text: String,
    pub statements: Vec<Stmt>,
    pub invalid: Option<Invalid>,
}

/// Why a file is not the target's Python.
#[derive(Debug, Clone)]
pub(super) struct Invalid {
    pub line: usize,
    pub column: usize,
    pub text: String,
}

impl Source {
    /// Reads a file; none where it cannot be read. `thorough` also finds what only a compiler
    /// sees.
    pub(super) fn read(path: &Path, target: Target, thorough: bool) -> Option<Self> {
        let bytes = fs::read(path).ok()?;
        // Other encodings have a comment that says so, and ASCII where it matters.
        let text = String::from_utf8_lossy(&bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
        let version = PythonVersion { major: 3, minor: target.minor() };
        let options = ParseOptions::from(Mode::Module).with_target_version(version);
        let parsed = parse_unchecked(&text, options).try_into_module()?;
        let at = |offset: TextSize, text: String| (usize::from(offset), text);
        let mut wrong = parsed
            .errors()
            .first()
            .map(|error| at(error.location.start(), error.error.to_string()));
        if wrong.is_none() {
            let unsupported = parsed.unsupported_syntax_errors().first();
            wrong = unsupported.map(|error| at(error.range.start(), error.to_string()));
        }
        let mut source =
            Self { path: path.to_path_buf(), text, statements: Vec::new(), invalid: None };
        source.invalid = match wrong {
            Some((offset, text)) => {
                let (line, column) = source.position(TextSize::try_from(offset).ok()?);
                Some(Invalid { line, column, text: format!("SyntaxError: {text}") })
            }
            None => None,
        };
        // The compiler's words are CPython's.
        if (thorough || parsed.has_invalid_syntax())
            && let Some((line, column, text)) = crate::python::syntax_error(&source.text)
        {
            source.invalid = Some(Invalid { line, column, text });
        }
        source.statements = parsed.into_syntax().body.into_iter().collect();
        Some(source)
    }

    /// The line and column of what is at an offset.
    pub(super) fn position(&self, offset: TextSize) -> (usize, usize) {
        let before = &self.text[..self.text.floor_char_boundary(usize::from(offset))];
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (line, before[start..].chars().count() + 1)
    }

    pub(super) fn start(&self, node: &impl Ranged) -> (usize, usize) {
        self.position(node.start())
    }

    /// Whether a word is anywhere in it.
    pub(super) fn mentions(&self, word: &str) -> bool {
        self.text.contains(word)
    }
}
