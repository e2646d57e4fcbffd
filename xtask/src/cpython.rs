//! CPython to compare with.

use super::{root, target_folder};
use anyhow::{Context, Result, bail};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The version that krait is at.
pub(super) const WANTED: (u32, u32) = (3, 14);
/// What older ones lack, the comparing programs use.
const OLDEST: (u32, u32) = (3, 11);

/// CPython 3.14, laid under the target folder where there is a tool for that; else the newest of
/// the machine, which must not be older than 3.11.
pub(super) fn newest() -> Result<PathBuf> {
    match laid() {
        Ok(folder) => Ok(folder.join("python3.14")),
        Err(error) => {
            let pyenv = env::var_os("HOME").map(|home| Path::new(&home).join(".pyenv/versions"));
            let pyenv = pyenv.and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten();
            let pyenv = pyenv.flatten().map(|entry| entry.path().join("bin/python3"));
            let (version, python) = [PathBuf::from("python3.14"), PathBuf::from("python3")]
                .into_iter()
                .chain(pyenv)
                .filter_map(|python| Some((version(&python)?, python)))
                .max_by_key(|(version, _)| *version)
                .filter(|(version, _)| *version >= OLDEST)
                .context("there is no CPython 3.11 or newer here; --python names one")?;
            if version != WANTED {
                eprintln!("{error:#}: comparing with {}, which differs", python.display());
            }
            Ok(python)
        }
    }
}

/// The folder with CPython 3.14, its libc and its test suite, and `python3.14`, which runs it.
pub(super) fn laid() -> Result<PathBuf> {
    let folder = target_folder().join("python314");
    if !folder.join("python3.14").exists() {
        let tool = root().join("../shared/tools/python314");
        let output = Command::new(&tool).arg(&folder).output();
        let output = output.with_context(|| format!("{} does not run", tool.display()))?;
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            bail!("{} laid no CPython into {}: {errors}", tool.display(), folder.display());
        }
    }
    Ok(folder)
}

fn version(python: &Path) -> Option<(u32, u32)> {
    let script = "import sys; print(*sys.version_info[:2])";
    let output = Command::new(python).args(["-I", "-c", script]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (major, minor) = text.trim().split_once(' ')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
