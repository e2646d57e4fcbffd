//! The lists in `tests/cpython`: which modules are run, and what fails in each.

use super::outcome::{Outcome, What};
use anyhow::{Context, Result, bail};
use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

/// A line of `modules.txt`: `NAME`, with `ci` or `python` after it, or `NAME left out: WHY`.
pub(super) struct ModuleLine<'a> {
    pub(super) name: &'a str,
    pub(super) ci: bool,
    /// It is run by `krait python`.
    pub(super) python: bool,
    pub(super) left_out: Option<&'a str>,
}

/// What a line says; None where it says nothing.
pub(super) fn module_line(line: &str) -> Option<ModuleLine<'_>> {
    let line = line.split('#').next().unwrap_or_default().trim();
    let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    let left_out = rest.strip_prefix("left out:").map(str::trim);
    let marked =
        |mark: &str| left_out.is_none() && rest.split_whitespace().any(|word| word == mark);
    (!name.is_empty()).then_some(ModuleLine {
        name,
        ci: marked("ci"),
        python: marked("python"),
        left_out,
    })
}

/// An error if the suite has modules that the list says nothing of.
pub(super) fn check_modules(lines: &[ModuleLine<'_>], suite: &Path) -> Result<()> {
    let mut forgotten = Vec::new();
    for entry in fs::read_dir(suite)? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        let name = name.strip_suffix(".py").unwrap_or(&name);
        let is_test = name.starts_with("test_") && !name.contains('.');
        let is_part = |line: &ModuleLine<'_>| {
            line.name
                .strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        if is_test && !lines.iter().any(is_part) {
            forgotten.push(name.to_owned());
        }
    }
    if !forgotten.is_empty() {
        forgotten.sort();
        bail!("tests/cpython/modules.txt says nothing of {}", forgotten.join(", "));
    }
    Ok(())
}

/// Why a test is known to fail: `KIND: TEXT`, after `dies; `, `hangs; ` or `sometimes; `.
#[derive(Clone)]
pub(super) struct Listed {
    reason: String,
}

impl Listed {
    /// What can be said of a failure before anybody has looked at it.
    pub(super) fn unsorted(outcome: &Outcome) -> Self {
        let how = match outcome.what {
            What::Dead => "dies; ",
            What::Hangs => "hangs; ",
            _ => "",
        };
        Self { reason: format!("{how}unsorted: {}", outcome.last_line()) }
    }

    /// The kind, as `tests/cpython/README.md` lists them.
    pub(super) fn kind(&self) -> &str {
        let reason = self.reason.rsplit_once("; ").map_or(&*self.reason, |(how, rest)| {
            if matches!(how, "dies" | "hangs" | "sometimes") { rest } else { &self.reason }
        });
        reason.split(':').next().unwrap_or_default()
    }

    /// The test ends its process.
    pub(super) fn dies(&self) -> bool {
        self.reason.starts_with("dies; ")
    }

    /// The test never ends.
    pub(super) fn hangs(&self) -> bool {
        self.reason.starts_with("hangs; ")
    }

    /// The test does not fail always.
    pub(super) fn sometimes(&self) -> bool {
        self.reason.starts_with("sometimes; ")
    }
}

/// What is known to fail in a module: lines of `NAME  REASON`, and comments.
#[derive(Clone, Default)]
pub(super) struct Expected {
    comments: String,
    names: BTreeMap<String, Listed>,
}

impl Expected {
    /// Reads a list. One that is not there is empty.
    pub(super) fn read(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let mut expected = Self::default();
        for line in text.lines().filter(|line| !line.is_empty()) {
            if line.starts_with('#') {
                writeln!(expected.comments, "{line}")?;
                continue;
            }
            let entry = line.split_once("  ").map(|(name, reason)| (name, reason.trim()));
            let Some((name, reason)) = entry.filter(|(_, reason)| reason.contains(':')) else {
                bail!("{}: no name and reason, with two spaces between: {line}", path.display());
            };
            expected.names.insert(name.to_owned(), Listed { reason: reason.to_owned() });
        }
        Ok(expected)
    }

    /// Writes the list, or removes it if nothing fails.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        if self.names.is_empty() {
            if path.exists() {
                fs::remove_file(path)?;
            }
            return Ok(());
        }
        let mut text = self.comments.clone();
        for (name, listed) in &self.names {
            writeln!(text, "{name}  {}", listed.reason)?;
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, text).with_context(|| path.display().to_string())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Listed> {
        self.names.get(name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = (&String, &Listed)> {
        self.names.iter()
    }

    pub(super) fn add(&mut self, name: &str, listed: Listed) {
        self.names.insert(name.to_owned(), listed);
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.names.remove(name);
    }
}
