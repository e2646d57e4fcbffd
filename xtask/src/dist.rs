//! `cargo xtask dist`: the program that ships, for this machine or for one with another processor.

use super::{cargo_with, commit, host, locks, profile, target_folder, words};
use anyhow::{Context, Result, bail, ensure};
use std::{
    env, fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Command,
};

/// The profile of cargo by which what ships is built.
pub(super) const PROFILE: &str = "dist";

/// The symbols tell which functions are the interpreter's.
const KEEP_SYMBOLS: [&str; 3] = ["--", "-C", "strip=none"];

/// Carries out the command: no words, or a target and, to try it, another profile.
pub(super) fn run(words: &[String]) -> Result<PathBuf> {
    match words {
        [] => own(),
        [target] => other(target, PROFILE),
        [target, profile] => other(target, profile),
        _ => bail!("usage: cargo xtask dist [TARGET [PROFILE]]"),
    }
}

/// Builds the optimised program by its profile, removes its lock prefixes, where its processor has such, and its
/// symbols, and makes it write a copy with its snapshot attached to `target/dist`.
pub(super) fn own() -> Result<PathBuf> {
    let build = ["rustc", "--profile", PROFILE, "--package", "krait", "--bin", "krait"];
    let flags = profile::arguments()?;
    cargo_with(&[&build[..], &words(&flags), &KEEP_SYMBOLS].concat(), &commit())?;
    let folder = target_folder().join("dist");
    fs::create_dir_all(&folder)?;
    let bare = folder.join("krait.bare");
    let host = host()?;
    let built = target_folder().join(&host).join("dist/krait");
    if host.starts_with("x86_64-") {
        let places = locks::take_out(&built, &bare)?;
        eprintln!("{places} lock prefixes taken out");
    } else {
        locks::strip(&built, &bare, "strip")?;
    }
    let program = folder.join("krait");
    ensure!(attach(Command::new(&bare), &program)?, "{} does not run", bare.display());
    fs::remove_file(bare)?;
    Ok(program)
}

/// Builds the program for another processor by the GNU cross compiler, removes its symbols, and, where qemu can run
/// it, has it write a copy with its snapshot attached. Gives `target/dist/krait-TARGET`.
///
/// The counts of `cargo xtask profile` are of this machine's code, so it is built without. `KRAIT_ARM_CARGO_ARGUMENTS`
/// has more words for cargo, where xtask/debian-arm-toolchain.sh made the toolchain.
pub(super) fn other(triple: &str, profile: &str) -> Result<PathBuf> {
    let processor = triple.strip_suffix("-unknown-linux-gnu").with_context(|| {
        format!("{triple} is no target of krait's: it would end in -unknown-linux-gnu")
    })?;
    if triple == host()? {
        bail!("{triple} is this machine's own target: `cargo xtask dist` builds it");
    }
    ensure!(
        !processor.starts_with("x86_64"),
        "{triple} is built on a machine of its own, which takes its lock prefixes out and tries it"
    );
    let linker = format!("CARGO_TARGET_{}_LINKER", triple.to_uppercase().replace('-', "_"));
    let mut environment = commit();
    if env::var_os(&linker).is_none() {
        environment.push((linker, format!("{processor}-linux-gnu-gcc")));
    }
    // Cargo's own folder for it: its standard library may be another compiler's.
    let built = target_folder().join(processor);
    let shown = built.to_string_lossy();
    let more = env::var("KRAIT_ARM_CARGO_ARGUMENTS").unwrap_or_default();
    let build = ["rustc", "--profile", profile, "--package", "krait", "--bin", "krait"];
    let place = ["--target", triple, "--target-dir", &shown];
    let more: Vec<&str> = more.split_whitespace().collect();
    cargo_with(&[&build[..], &place, &more, &KEEP_SYMBOLS].concat(), &environment)?;

    let folder = target_folder().join("dist");
    fs::create_dir_all(&folder)?;
    let bare = folder.join(format!("krait-{triple}.bare"));
    let built = built.join(triple).join(profile).join("krait");
    locks::strip(&built, &bare, &format!("{processor}-linux-gnu-strip"))?;
    let program = folder.join(format!("krait-{triple}"));
    if attach(emulated(processor, &bare), &program)? {
        fs::remove_file(bare)?;
    } else {
        eprintln!(
            "{triple}: without a snapshot, as there is no qemu-{processor}-static to make it"
        );
        fs::rename(bare, &program)?;
    }
    Ok(program)
}

/// A command that runs a program for another processor: one with few features, so that the snapshot, which
/// needs those of the processor that made it, fits most.
fn emulated(processor: &str, program: &Path) -> Command {
    let mut command = Command::new(format!("qemu-{processor}-static"));
    if processor == "aarch64" {
        command.args(["-cpu", "cortex-a53"]);
    }
    command.arg(program);
    command
}

/// Has a program write a copy with its snapshot attached. False if what would run it is not there.
fn attach(mut run: Command, program: &Path) -> Result<bool> {
    match run.args(["snapshot", "--attach"]).arg(program).status() {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        attached => {
            let attached = attached.with_context(|| format!("{run:?} does not run"))?;
            ensure!(attached.success(), "{run:?} made no snapshot");
            Ok(true)
        }
    }
}
