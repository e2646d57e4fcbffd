//! `cargo xtask dist`: the program that ships, for this machine or for one with another processor.

use super::{
    cargo_with, commit, host, locks, profile, target_folder,
    toolchain::{self, Toolchain},
    words,
};
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

/// The script says what it does, and why. Its path is as short as that in every clone: cargo calls rustc in the
/// workspace's root, and the words are part of what names the crate.
const LINKER: [&str; 4] =
    ["-C", "linker=xtask/link-without-unwinding.sh", "-C", "linker-flavor=gcc"];

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
    cargo_with(&[&build[..], &words(&flags), &KEEP_SYMBOLS, &LINKER].concat(), &commit())?;
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
/// The counts of `cargo xtask profile` are of this machine's code, so it is built without.
pub(super) fn other(triple: &str, profile: &str) -> Result<PathBuf> {
    ensure!(triple != host()?, "{triple} is this machine's own: `cargo xtask dist` builds it");
    // On x86_64 the program itself must confirm that its lock prefixes can be put back.
    let processor = match triple {
        "aarch64-unknown-linux-gnu" => "aarch64",
        _ => bail!(
            "{triple} cannot be built here: aarch64-unknown-linux-gnu can, on another machine"
        ),
    };
    let linker = format!("CARGO_TARGET_{}_LINKER", triple.to_uppercase().replace('-', "_"));
    let mut environment = commit();
    let mut more = Vec::new();
    if !toolchain::has_target(triple)? {
        let toolchain = Toolchain::of_debian("debian-arm-toolchain.sh", triple)?;
        environment.extend(toolchain.environment);
        more = toolchain.arguments;
    } else if env::var_os(&linker).is_none() {
        environment.push((linker, format!("{processor}-linux-gnu-gcc")));
    }
    // Cargo's own folder for it: its standard library may be another compiler's.
    let built = target_folder().join(processor);
    let shown = built.to_string_lossy();
    let build = ["rustc", "--profile", profile, "--package", "krait", "--bin", "krait"];
    let place = ["--target", triple, "--target-dir", &shown];
    cargo_with(&[&build[..], &place, &words(&more), &KEEP_SYMBOLS].concat(), &environment)?;

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
    command.args(["-cpu", "cortex-a53"]).arg(program);
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
