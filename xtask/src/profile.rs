//! Building by profile. `cargo xtask profile` builds krait so that it counts what it runs, has it do
//! such work as handlers do, and keeps the counts in the repository; `cargo xtask dist` has the
//! compiler lay the code out by them. ARCHITECTURE.md, "Built by profile", has the reasons.

mod kept;
#[cfg(test)]
mod tests;
mod training;

use super::{cargo_with, host, root, target_folder};
use anyhow::{Context, Result, bail, ensure};
use kept::MadeFor;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Nothing is unwound in what ships: a panic ends its process, and no backtrace is printed. The tables for it, which
/// rustc writes for every function all the same, would be 2 MB. What LLVM adds again, `link-without-unwinding.sh`
/// takes out.
const WITHOUT_UNWINDING: &str = "-Cforce-unwind-tables=no";

/// What `cargo xtask dist` gives cargo: flags for rustc, so that what ships has no tables for unwinding, and is built
/// by the profile that is kept, if that fits. Says in a line whether it does.
pub(super) fn arguments() -> Result<Vec<String>> {
    if std::env::var_os("KRAIT_PROFILE").is_some_and(|value| value == "off") {
        eprintln!("built without a profile: KRAIT_PROFILE is off");
        return configuration(&[WITHOUT_UNWINDING]);
    }
    let (fit, profile) = kept::fitting(&kept_folder(), &MadeFor::now()?);
    eprintln!("{fit}");
    let Some(profile) = profile else { return configuration(&[WITHOUT_UNWINDING]) };
    // Named by its content: cargo compiles anew when its name is another.
    let path = folder().join(format!("{}.profdata", profile.name));
    if !path.exists() {
        fs::create_dir_all(folder())?;
        let made = path.with_extension(std::process::id().to_string());
        fs::write(&made, &profile.content)?;
        fs::rename(made, &path)?;
    }
    let used = format!("-Cprofile-use={}", path.display());
    // A function that was changed since is compiled as one that was not counted.
    configuration(&[WITHOUT_UNWINDING, &used, "-Cllvm-args=-no-pgo-warn-mismatch"])
}

/// Makes the profile anew.
pub(super) fn make() -> Result<()> {
    let merge = merger()?;
    let program = counting_program()?;
    let (raw, merged) = (folder().join("raw"), folder().join("merged.profdata"));
    let _ = fs::remove_dir_all(&raw);
    training::run(&program, &raw, |part| add_up(&merge, &[part], &merged).is_ok())?;
    add_up(&merge, &[&raw.join("work"), &raw.join("server")], &merged)?;
    let bytes = kept::keep(&kept_folder(), &fs::read(&merged)?, &MadeFor::now()?)?;
    println!("{}: {bytes} bytes", kept_folder().display());
    Ok(())
}

/// Adds the counts in folders up, with LLVM's program for it.
fn add_up(merge: &Path, parts: &[&Path], merged: &Path) -> Result<()> {
    let status = Command::new(merge)
        // What was never called is left out.
        .args(["merge", "--sparse", "--output"])
        .arg(merged)
        .args(parts)
        .status();
    let succeeded = status.with_context(|| format!("{} does not run", merge.display()))?.success();
    ensure!(succeeded, "{} failed", merge.display());
    Ok(())
}

/// Builds krait so that it counts. Without link-time optimisation, which comes after the counting
/// is put in, and takes longest.
fn counting_program() -> Result<PathBuf> {
    let built = folder().join("build");
    let counts = format!("-Cprofile-generate={}", folder().join("raw").display());
    let flags = configuration(&[
        &counts,
        "-Clto=off",
        "-Clinker-plugin-lto=no",
        "-Cembed-bitcode=no",
        // Room for what is called at a place, and how much memory is moved.
        "-Cllvm-args=-vp-counters-per-site=4",
        "--cfg=krait_trains",
    ])?;
    let mut words: Vec<&str> =
        vec!["rustc", "--profile", "dist", "--package", "krait", "--bin", "krait"];
    let built_text = built.to_string_lossy();
    words.extend(["--target-dir", &*built_text]);
    words.extend(flags.iter().map(String::as_str));
    // Functions that nothing calls stay, as their counts name them, and want what a static program
    // has not: lld refuses that, whatever it is told.
    words.extend(["--", "-C", "strip=none", "-C", "link-arg=-fuse-ld=bfd"]);
    words.extend(["-C", "link-arg=-Wl,--unresolved-symbols=ignore-all"]);
    // Where there is a clang, C would be compiled by it for the words about plugins above, and count, too.
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_owned());
    cargo_with(&words, &[("CC".to_owned(), compiler)])?;
    Ok(built.join(host()?).join("dist/krait"))
}

/// More flags for rustc, for what is built for this machine, as an option of cargo's.
fn configuration(flags: &[&str]) -> Result<Vec<String>> {
    // A text in JSON is one in TOML.
    let flags = serde_json::to_string(flags)?;
    Ok(vec!["--config".into(), format!("target.{}.rustflags={flags}", host()?)])
}

/// The program that merges counts, of the LLVM that rustc was made with, or a newer one.
fn merger() -> Result<PathBuf> {
    let compiler = compiler()?;
    let version = compiler.lines().find_map(|line| line.strip_prefix("LLVM version: "));
    let major = version.and_then(|version| version.split('.').next());
    let major = major.context("rustc does not tell its LLVM's version")?;
    let output = Command::new("rustc").args(["--print", "sysroot"]).output()?;
    let sysroot = PathBuf::from(String::from_utf8(output.stdout)?.trim());
    let places = [
        sysroot.join("lib/rustlib").join(host()?).join("bin/llvm-profdata"),
        PathBuf::from(format!("/usr/lib/llvm-{major}/bin/llvm-profdata")),
    ];
    if let Some(found) = places.into_iter().find(|path| path.is_file()) {
        return Ok(found);
    }
    bail!(
        "there is no llvm-profdata of LLVM {major}: `rustup component add llvm-tools` brings it, or \
         Debian's package llvm-{major}"
    )
}

/// What rustc tells of itself.
fn compiler() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output().context("rustc does not run")?;
    Ok(String::from_utf8(output.stdout)?)
}

/// Where the profile is in the repository.
fn kept_folder() -> PathBuf {
    root().join("benches/profile/kept")
}

/// The work that krait is trained on.
fn work_folder() -> PathBuf {
    root().join("benches/profile")
}

/// Where all else lies that has to do with it.
fn folder() -> PathBuf {
    target_folder().join("profile")
}

/// The files of a folder and its folders, by their paths in it.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).with_context(|| next.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}
