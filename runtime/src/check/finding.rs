//! What a check tells.

use std::fmt;

/// One thing that a check found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Finding {
    /// The file as a user would type it: behind a zip's name, the path within it.
    pub file: String,
    /// From 1; a finding that belongs to no line has 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    pub level: Level,
    pub kind: Kind,
    pub text: String,
    /// What helps.
    pub tip: Option<String>,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The function fails, whatever its event is.
    Error,
    /// It can fail.
    Warning,
    /// It was made with that in mind, or is worth knowing.
    Note,
}

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A module, or a name in one, is not there.
    MissingModule,
    /// A module is an extension that the target cannot load.
    CompiledExtension,
    /// A file is not Python, or not the target's.
    Syntax,
    /// The handler's file, function or parameters.
    Handler,
    /// Code or a zip is larger than the platform takes.
    Size,
    /// A file has the name of a module of the standard library.
    Shadow,
    /// A write to the code's folder.
    Write,
    /// A trigger that is no more.
    Trigger,
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        })
    }
}
