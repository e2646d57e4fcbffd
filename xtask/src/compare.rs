//! The comparing machine: `tests/compare/machine.py`, with what it needs.

use super::{cargo, cpython, host, root, target_folder};
use anyhow::{Context, Result, bail};
use std::{path::PathBuf, process::Command};

const USAGE: &str = "\
usage: cargo xtask compare [OPTIONS] [TOPIC...]
  TOPIC            what to compare, a file of tests/compare/topics; all of them if left out
  --seconds N      for how long programs are written and run [default: 60]
  --rounds N       so many batches of each topic at most: the same programs on every machine
  --lenient        only tell of an error that both sides raise, and tell otherwise
  --seed S         the same seed writes the same programs [default: 14]
  --say PROGRAM    compare this alone: an expression, or a file with statements
  --program PATH   the krait that is compared [default: the release build, which is built]
  --python PATH    the CPython [default: 3.14, laid into target/python314]
  --jobs N         how many batches are run at once [default: one for each processor]
  --shrink N       for how many seconds differences are made small [default: 240]";

/// Does what the words after `cargo xtask compare` ask for. An error if anything differs that is
/// not in `tests/compare/known.toml`, or something in it differs no more.
pub(super) fn run(words: &[String]) -> Result<()> {
    let mut program = None;
    let mut python = None;
    let mut passed_on = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("{word} needs a value"));
        match word.as_str() {
            "--program" => program = Some(PathBuf::from(value()?)),
            "--python" => python = Some(PathBuf::from(value()?)),
            "--lenient" => passed_on.push(word.clone()),
            "--seconds" | "--rounds" | "--seed" | "--say" | "--jobs" | "--shrink" => {
                passed_on.extend([word.clone(), value()?.clone()]);
            }
            topic if !topic.starts_with('-') && is_topic(topic) => passed_on.push(word.clone()),
            topic if !topic.starts_with('-') => bail!("there is no topic {topic:?}\n{USAGE}"),
            _ => bail!("{USAGE}"),
        }
    }
    let python = python.map_or_else(cpython::newest, Ok)?;
    let program = match program {
        Some(program) => program,
        None => {
            cargo(&["build", "--release", "--package", "krait"])?;
            target_folder().join(host()?).join("release/krait")
        }
    };
    let program = program.canonicalize().with_context(|| program.display().to_string())?;
    let status = Command::new(&python)
        // No files beside the sources.
        .args(["-B", "-E", "-s"])
        .arg(folder().join("machine.py"))
        .arg("--krait")
        .arg(&program)
        .arg("--python")
        .arg(&python)
        .args(passed_on)
        .status()
        .with_context(|| format!("{} does not run", python.display()))?;
    if !status.success() {
        bail!("krait and CPython differ, or the list of what is known is not true");
    }
    Ok(())
}

fn is_topic(name: &str) -> bool {
    folder().join("topics").join(format!("{name}.py")).exists()
}

fn folder() -> PathBuf {
    root().join("tests/compare")
}
