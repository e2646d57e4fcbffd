//! Rust for another target than this machine's: rustup's, or else Debian's.

use super::root;
use anyhow::{Context, Result, bail};
use std::{
    path::Path,
    process::{Command, Stdio},
};

/// Whether rustup's standard library for a target is there, or could be had.
pub(super) fn has_target(target: &str) -> Result<bool> {
    let output =
        Command::new("rustc").args(["--print", "target-libdir", "--target", target]).output()?;
    let folder = String::from_utf8(output.stdout)?;
    if Path::new(folder.trim()).is_dir() {
        return Ok(true);
    }
    let added = Command::new("rustup").args(["target", "add", target]).status();
    Ok(added.is_ok_and(|status| status.success()))
}

/// What cargo needs to build with another toolchain than rustup's.
#[derive(Default)]
pub(super) struct Toolchain {
    pub environment: Vec<(String, String)>,
    pub arguments: Vec<String>,
}

impl Toolchain {
    /// Has a script of this folder install it, and reads what the script prints: an environment for the
    /// shell, in which one variable has the words for cargo.
    pub(super) fn of_debian(script: &str, target: &str) -> Result<Self> {
        let script = root().join("xtask").join(script);
        let output = Command::new("bash")
            .arg(&script)
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("{} does not run", script.display()))?;
        if !output.status.success() {
            bail!(
                "there is no Rust for {target}: neither rustup's target (rustup target add {target}) \
                 nor Debian's toolchain ({})",
                script.display()
            );
        }
        let mut toolchain = Self::default();
        for line in String::from_utf8(output.stdout)?.lines() {
            let assignment = line.strip_prefix("export ").and_then(|line| line.split_once('='));
            let Some((name, value)) = assignment else { continue };
            let value = value.trim_matches('\'').to_owned();
            if name.ends_with("_CARGO_ARGUMENTS") {
                toolchain.arguments = value.split_whitespace().map(str::to_owned).collect();
            } else {
                toolchain.environment.push((name.to_owned(), value));
            }
        }
        Ok(toolchain)
    }
}
