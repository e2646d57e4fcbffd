//! What keeps a sandbox from being whole.

use std::{fmt, io, path::PathBuf};

/// See the module's own documentation.
#[derive(Debug)]
pub enum SandboxError {
    /// The machine lacks what the sandbox is made of.
    Missing(Vec<&'static str>),
    /// A Landlock ruleset cannot be made or put in force.
    Ruleset(landlock::RulesetError),
    /// What is to be opened by the policy is not there.
    Path { path: PathBuf, error: io::Error },
    /// The kernel refuses a filter of system calls.
    Filter(io::Error),
    /// The process cannot give its capabilities up.
    Capabilities(io::Error),
    /// There is no `/tmp` of its own to be had.
    Temporary(io::Error),
    /// The process cannot become its function's own user's.
    User(io::Error),
}

impl fmt::Display for SandboxError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(what) => {
                write!(formatter, "this machine has no {}", what.join(", and no "))
            }
            Self::Ruleset(error) => write!(formatter, "Landlock: {error}"),
            Self::Path { path, error } => {
                write!(formatter, "{} cannot be opened to a function: {error}", path.display())
            }
            Self::Filter(error) => write!(formatter, "no filter of system calls: {error}"),
            Self::Capabilities(error) => {
                write!(formatter, "capabilities cannot be dropped: {error}")
            }
            Self::Temporary(error) => write!(formatter, "no /tmp of its own: {error}"),
            Self::User(error) => write!(formatter, "no user of its own: {error}"),
        }
    }
}

impl std::error::Error for SandboxError {}

impl From<landlock::RulesetError> for SandboxError {
    fn from(error: landlock::RulesetError) -> Self {
        Self::Ruleset(error)
    }
}
