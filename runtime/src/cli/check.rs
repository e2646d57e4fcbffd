//! `krait check`.

use super::{
    Fatal,
    options::{CheckArguments, CheckFormat},
    request::{Found, Named},
};
use crate::check::{self, Asked, Finding, Level, Target};
use anyhow::Context as _;
use std::io::{Write, stdout};

/// Checks a function, and prints what was found.
pub(super) fn run(arguments: &CheckArguments) -> Result<u8, Fatal> {
    let found = Named {
        code: arguments.code.as_deref(),
        handler: arguments.handler.as_deref(),
        layers: &arguments.layers,
        template: arguments.template.as_deref(),
        function: arguments.function.as_deref(),
    };
    let Found { template, code, package, handler, .. } = found.find()?;
    let target = match arguments.python.strip_prefix("3.").and_then(|minor| minor.parse().ok()) {
        Some(minor) if arguments.place == "cloud" => Target::Cloud(minor),
        _ => Target::Krait,
    };
    let mut findings = check::check(&Asked {
        target,
        handler: &handler,
        paths: &package.paths,
        code: &code,
        layers: &arguments.layers,
        has_other_layers: arguments.layers.is_empty()
            && template.as_deref().is_some_and(check::names_layers),
        archive: package.archive(),
    });
    if let Some(template) = &template {
        let shown = template.strip_prefix(".").unwrap_or(template).to_string_lossy();
        findings.extend(check::gateway_of(template, &shown));
    }
    let text = match arguments.format {
        CheckFormat::Text => findings.iter().map(in_text).collect(),
        CheckFormat::Github => findings.iter().map(for_github).collect(),
        CheckFormat::Json => {
            let text = serde_json::to_string_pretty(&findings);
            text.context("the findings cannot be written").map_err(Fatal::Internal)? + "\n"
        }
    };
    // A reader that stopped reading has what it wanted.
    let _ = stdout().lock().write_all(text.as_bytes());
    eprintln!("{}", summary(&findings));
    Ok(u8::from(findings.iter().any(|finding| finding.level == Level::Error)))
}

/// A finding as a person reads it.
pub(super) fn in_text(finding: &Finding) -> String {
    let Finding { file, line, column, level, text, tip, .. } = finding;
    let tip = tip.as_ref().map_or(String::new(), |tip| format!("  tip: {tip}\n"));
    format!("{file}:{line}:{column}: {level}: {text}\n{tip}")
}

/// As commands of a workflow on GitHub.
fn for_github(finding: &Finding) -> String {
    let Finding { file, line, column, level, text, tip, .. } = finding;
    let level = match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let message = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let file = message(file).replace(':', "%3A").replace(',', "%2C");
    let tip = tip.as_ref().map_or(String::new(), |tip| format!("\ntip: {tip}"));
    format!(
        "::{level} file={file},line={line},col={column}::{}\n",
        message(&format!("{text}{tip}"))
    )
}

fn summary(findings: &[Finding]) -> String {
    let count = |level: Level, name: &str| match findings
        .iter()
        .filter(|finding| finding.level == level)
        .count()
    {
        0 => None,
        1 => Some(format!("1 {name}")),
        count => Some(format!("{count} {name}s")),
    };
    let errors = count(Level::Error, "error").unwrap_or("no errors".to_owned());
    let others = [count(Level::Warning, "warning"), count(Level::Note, "note")];
    std::iter::once(errors).chain(others.into_iter().flatten()).collect::<Vec<_>>().join(", ")
}
