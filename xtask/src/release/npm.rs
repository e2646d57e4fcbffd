//! `krait.wasm`, and the npm package that holds it.

use super::{Facts, root};
use anyhow::{Context, Result, ensure};
use serde_json::Value;
use std::{fs, path::Path, process::Command};

/// Writes both.
pub(super) fn write(folder: &Path, module: &Path, facts: &Facts) -> Result<()> {
    let package = root().join("hosts/javascript");
    let about: Value = serde_json::from_slice(&fs::read(package.join("package.json"))?)?;
    ensure!(
        about["version"] == *facts.version,
        "hosts/javascript/package.json has version {}, and Cargo.toml {}",
        about["version"],
        facts.version
    );
    let copied = folder.join(format!("krait-{}.wasm", facts.version));
    fs::copy(module, &copied).with_context(|| module.display().to_string())?;
    if !package.join("node_modules/esbuild").is_dir() {
        npm(&package, &["ci", "--silent", "--ignore-scripts"])?;
        npm(&package, &["rebuild", "--silent", "esbuild"])?;
    }
    npm(&package, &["run", "--silent", "prepare"])?;
    fs::copy(module, package.join("dist/krait.wasm"))?;
    let folder = folder.canonicalize()?;
    let folder = folder.to_string_lossy();
    // Its scripts are run already, with this module.
    npm(&package, &["pack", "--silent", "--ignore-scripts", "--pack-destination", &*folder])
}

fn npm(folder: &Path, words: &[&str]) -> Result<()> {
    let output = Command::new("npm").current_dir(folder).args(words).output();
    let output = output.context("npm does not run: the package needs it, or --without-module")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "npm {} failed: {said}", words.join(" "));
    Ok(())
}
