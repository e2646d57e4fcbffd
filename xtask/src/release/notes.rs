//! Release notes: the version's part of CHANGELOG.md.

use anyhow::{Context, Result, ensure};

/// The text below a version's heading, `## VERSION` or `## VERSION (DATE)`.
pub(super) fn of_version(changelog: &str, version: &str) -> Result<String> {
    let mut lines = changelog.lines().skip_while(|line| {
        let title = line.strip_prefix("## ").and_then(|title| title.split_whitespace().next());
        title != Some(version)
    });
    let title = lines.next().with_context(|| {
        format!("CHANGELOG.md has no heading `## {version}`: what changed must be said there first")
    })?;
    let body: Vec<&str> = lines.take_while(|line| !line.starts_with("## ")).collect();
    let body = body.join("\n");
    ensure!(!body.trim().is_empty(), "CHANGELOG.md says nothing about {version}");
    Ok(format!("# krait {}\n\n{}\n", title.trim_start_matches("## "), body.trim()))
}
