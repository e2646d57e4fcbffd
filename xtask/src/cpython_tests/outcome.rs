//! What came of one test.

use std::fmt;

/// What came of a test.
#[derive(Clone)]
pub(super) struct Outcome {
    pub(super) what: What,
    /// The traceback, the reason to skip it, or the last lines of the log.
    pub(super) text: String,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum What {
    Passed,
    Skipped,
    Failed,
    /// It ended its process.
    Dead,
    /// It took longer than one may wait.
    Hangs,
}

impl fmt::Display for What {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Passed => "passed",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Dead => "dies",
            Self::Hangs => "hangs",
        })
    }
}

impl Outcome {
    pub(super) fn is_failure(&self) -> bool {
        !matches!(self.what, What::Passed | What::Skipped)
    }

    /// The last line that says something, shortened.
    pub(super) fn last_line(&self) -> String {
        let line = self.text.lines().rev().find(|line| !line.trim().is_empty());
        line.unwrap_or_default().trim().chars().take(200).collect()
    }
}
