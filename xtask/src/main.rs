//! krait's build tasks: `cargo xtask TASK`.

use anyhow::{Context, Result, bail};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

const USAGE: &str = "\
usage: cargo xtask TASK
  dist     build what ships into target/dist/krait
  bench    measure it beside CPython, and print BENCHMARKS.md's tables";

fn main() -> Result<()> {
    let task = env::args().nth(1);
    match task.as_deref() {
        Some("dist") => dist().map(|program| println!("{}", program.display())),
        Some("bench") => bench(),
        _ => bail!("{USAGE}"),
    }
}

/// Builds the optimised, stripped program and puts it where it is easy to find.
fn dist() -> Result<PathBuf> {
    cargo(&["build", "--profile", "dist", "--package", "krait"])?;
    let built = target_folder().join(host()?).join("dist/krait");
    let program = target_folder().join("dist/krait");
    fs::copy(&built, &program).with_context(|| format!("{} was not built", built.display()))?;
    Ok(program)
}

/// Runs the benchmark program against the program that ships.
fn bench() -> Result<()> {
    let program = dist()?;
    let arguments =
        ["run", "--profile", "dist", "--package", "krait-benches", "--", &*program.to_string_lossy()];
    cargo(&arguments)
}

fn cargo(arguments: &[&str]) -> Result<()> {
    let (command, rest) = arguments.split_first().context("a cargo command")?;
    // The interpreter's parser declares a newer Rust than it needs.
    let status = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .arg(command)
        .arg("--ignore-rust-version")
        .args(rest)
        .current_dir(root())
        .status()
        .context("cargo does not run")?;
    if !status.success() {
        bail!("cargo {} failed", arguments.join(" "));
    }
    Ok(())
}

/// The triple of this machine, under which cargo puts what `.cargo/config.toml` builds.
fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("rustc does not run")?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.context("rustc does not tell its host")?.to_owned())
}

fn target_folder() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}
