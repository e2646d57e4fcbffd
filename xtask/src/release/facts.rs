//! What is the same for every file of a release.

use super::root;
use anyhow::{Context, Result, ensure};
use std::{env, process::Command};

/// The variable that fixes every time, in seconds since 1970 (reproducible-builds.org).
const EPOCH: &str = "SOURCE_DATE_EPOCH";

/// A version, and where it comes from.
#[derive(Debug)]
pub(super) struct Facts {
    pub version: String,
    /// Of the commit, in hexadecimal digits.
    pub commit: String,
    /// Seconds since 1970.
    pub time: u64,
    /// Where the repository is, as git has it, if it has a remote.
    pub repository: Option<String>,
    /// rustc's own words about its version.
    pub compiler: String,
}

impl Facts {
    pub(super) fn now() -> Result<Self> {
        let commit = git(&["rev-parse", "HEAD"])?;
        let time = match env::var(EPOCH) {
            Ok(text) => text,
            Err(_) => git(&["log", "-1", "--format=%ct"])?,
        };
        let time = time.parse().with_context(|| format!("{EPOCH} is {time:?}, no seconds"))?;
        let version = env!("CARGO_PKG_VERSION").to_owned();
        ensure!(
            version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'),
            "{version}: a wheel writes such a version in another way, which is not done yet"
        );
        let compiler = Command::new("rustc").arg("--version").output()?;
        Ok(Self {
            version,
            commit,
            time,
            repository: git(&["config", "remote.origin.url"]).ok().filter(|text| !text.is_empty()),
            compiler: String::from_utf8(compiler.stdout)?.trim().to_owned(),
        })
    }

    /// The tag of this version.
    pub(super) fn tag(&self) -> String {
        format!("v{}", self.version)
    }
}

/// What git says in this repository.
pub(in super::super) fn git(words: &[&str]) -> Result<String> {
    let output = Command::new("git").arg("-C").arg(root()).args(words).output();
    let output = output.context("git does not run")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "git {} failed: {said}", words.join(" "));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
