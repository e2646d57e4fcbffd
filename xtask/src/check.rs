//! `cargo xtask check [NAME...]`: what a change should pass before it is committed, within minutes.

use super::{cargo_with, root};
use anyhow::{Context, Result, bail};
use std::{path::Path, process::Command, time::Instant};

/// Run where nobody says which cases a change can touch: a function's whole way, and its failures.
const USUAL: [&str; 2] = ["founding::", "failures::"];

/// Formats, links and uses of components, clippy, and the cases with these words in their names. Without words,
/// the cases of changed files, or else the [`USUAL`] ones. Prints how long each step took.
pub(crate) fn run(words: &[String]) -> Result<()> {
    step("fmt", || command("cargo", &["fmt", "--all", "--check"]))?;
    step("documents", || command("python3", &["tests/documents.py"]))?;
    let environment = lints()?;
    let cases = ["test", "--release", "--package", "krait", "--test", "cases"];
    step("clippy and build", || cargo_with(&[&cases[..], &["--no-run"]].concat(), &environment))?;
    let mut chosen = words.to_vec();
    if chosen.is_empty() {
        chosen = changed_cases()?;
    }
    if chosen.is_empty() {
        chosen = USUAL.map(str::to_owned).to_vec();
    }
    for word in &chosen {
        let run = || cargo_with(&[&cases[..], &["--", word]].concat(), &environment);
        step(&format!("cases {word}"), run)?;
    }
    Ok(())
}

fn step(name: &str, run: impl FnOnce() -> Result<()>) -> Result<()> {
    let begun = Instant::now();
    let result = run().with_context(|| name.to_owned());
    println!("=== {name}: {} s", begun.elapsed().as_secs());
    result
}

fn command(program: &str, arguments: &[&str]) -> Result<()> {
    let status = Command::new(program).args(arguments).current_dir(root()).status();
    if !status.with_context(|| format!("{program} does not run"))?.success() {
        bail!("{program} {} failed", arguments.join(" "));
    }
    Ok(())
}

/// Has cargo compile krait's own crates by clippy, whose warnings are errors, as `.ci/run` does.
fn lints() -> Result<Vec<(String, String)>> {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output();
    let sysroot = output.context("rustc does not run")?.stdout;
    let sysroot = String::from_utf8_lossy(&sysroot);
    let driver = Path::new(sysroot.trim()).join("bin/clippy-driver");
    let arguments = "--deny__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__";
    Ok(vec![
        ("RUSTC_WORKSPACE_WRAPPER".to_owned(), driver.to_string_lossy().into_owned()),
        ("CLIPPY_ARGS".to_owned(), arguments.to_owned()),
    ])
}

/// The files of cases that differ from the last commit, as their cases' names begin.
fn changed_cases() -> Result<Vec<String>> {
    let arguments = ["status", "--porcelain", "--", "tests/cases"];
    let output = Command::new("git").args(arguments).current_dir(root()).output();
    let listed = output.context("git does not run")?.stdout;
    let listed = String::from_utf8_lossy(&listed);
    let names = listed.lines().filter_map(|line| Path::new(line.get(3..)?).file_stem()?.to_str());
    Ok(names.map(|name| format!("{name}::")).collect())
}
