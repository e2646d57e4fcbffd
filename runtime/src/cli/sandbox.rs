//! `krait sandbox`, and the options that are about it.

use super::{
    Fatal,
    options::{SandboxArguments, SandboxFiles, SandboxMode},
};
use crate::{
    contract::policy::{Files, Mode, Policy, Rules},
    sandbox::{Machine, UserIds},
};
use anyhow::{Context as _, anyhow};
use std::{
    num::NonZeroU32,
    path::{Path, PathBuf},
};

/// Tells what this machine gives, a line for each thing, and what comes of it.
pub(super) fn run() -> Result<u8, Fatal> {
    let machine = Machine::look_closely();
    let landlock = match machine.landlock {
        0 => "none: Linux 5.13 has it, unless it is switched off at the start (lsm=)".to_owned(),
        version if version < 6 => format!("{version} of 6: a newer Linux keeps more"),
        version => format!("{version}"),
    };
    println!("Landlock        {landlock}");
    println!("seccomp         {}", yes(machine.seccomp));
    println!(
        "own /tmp        {}",
        match machine.namespaces {
            Some(true) if machine.root => "yes, by root's right to mount",
            Some(true) => "yes, by a user namespace",
            _ => "none: there are no user namespaces for this user",
        }
    );
    println!(
        "cgroups         {}",
        match Machine::groups() {
            Ok(what) => format!("yes, {what}"),
            Err(why) => format!("none: {why}"),
        }
    );
    println!(
        "users           {}",
        match UserIds::find(None) {
            Ok(ids) => format!("yes, one of the ids {ids} for each function of krait serve"),
            Err(why) => format!("none: {why}"),
        }
    );
    println!(
        "root            {}",
        if machine.root { "yes: functions get none of its rights" } else { "no" }
    );
    match machine.missing().as_slice() {
        [] => println!("A function is kept to its own files, network and system calls."),
        missing => {
            for each in missing {
                println!("missing: {each}");
            }
        }
    }
    Ok(0)
}

fn yes(is_there: bool) -> &'static str {
    if is_there { "yes" } else { "none" }
}

/// The policy that was typed, over `policy`.
///
/// # Errors
/// When a sandbox is required that this machine has not got, or a path is not there.
pub(super) fn policy(arguments: &SandboxArguments, policy: Policy) -> Result<Policy, Fatal> {
    let mode = match arguments.sandbox {
        SandboxMode::Auto => Mode::Auto,
        SandboxMode::Require => Mode::Require,
        SandboxMode::Off => Mode::Off,
    };
    if mode == Mode::Require {
        Machine::look()
            .require()
            .map_err(|missing| anyhow!("--sandbox=require cannot be kept: {missing}"))
            .map_err(Fatal::Request)?;
    }
    // Who names what is open, or wants a whole sandbox, wants the rest closed.
    let named = !arguments.allow_read.is_empty() || !arguments.allow_write.is_empty();
    let files = match arguments.files {
        Some(SandboxFiles::All) => Files::All,
        Some(SandboxFiles::Own) => Files::Own,
        None if named || mode == Mode::Require => Files::Own,
        None => policy.files,
    };
    Ok(Policy {
        mode,
        files,
        read: there(&arguments.allow_read, &arguments.allow_write, "--allow-read")?,
        write: there(&arguments.allow_write, &arguments.allow_write, "--allow-write")?,
        network: arguments.network.clone().unwrap_or(policy.network),
        processes: policy.processes && !arguments.no_processes,
        max_processes: arguments.max_processes.map(NonZeroU32::get).or(policy.max_processes),
        max_file_megabytes: arguments.max_file_size.or(policy.max_file_megabytes),
        temporary_megabytes: arguments.tmp_size.map_or(policy.temporary_megabytes, NonZeroU32::get),
        ..policy
    })
}

/// What a template says of the sandbox that was not typed. Code may come with its template, so what
/// somebody closed for it stays closed: the template opens no more than `krait invoke` does itself.
pub(super) fn of_template(arguments: &SandboxArguments, rules: Option<&Rules>) -> Rules {
    let mut rules = rules.cloned().unwrap_or_default();
    // With no word of files, all are open.
    let typed = arguments.files.is_some()
        || !arguments.allow_read.is_empty()
        || !arguments.allow_write.is_empty()
        || !matches!(arguments.sandbox, SandboxMode::Auto);
    if typed {
        rules = Rules { files: None, read: Vec::new(), write: Vec::new(), ..rules };
    }
    Rules {
        mode: rules.mode.filter(|mode| *mode == Mode::Require),
        network: rules.network.filter(|_| arguments.network.is_none()),
        processes: rules.processes.filter(|_| !arguments.no_processes),
        max_processes: rules.max_processes.filter(|_| arguments.max_processes.is_none()),
        max_file_size: rules.max_file_size.filter(|_| arguments.max_file_size.is_none()),
        ..rules
    }
}

/// The paths without links, if they are there. In a folder of `writable`, links may be the function's: they
/// stay, and are refused when they are to be opened.
fn there(paths: &[PathBuf], writable: &[PathBuf], option: &str) -> Result<Vec<PathBuf>, Fatal> {
    let resolved = |path: &PathBuf| {
        let absolute = std::path::absolute(path)?;
        for folder in writable {
            let folder = std::path::absolute(folder)?;
            match absolute.strip_prefix(&folder) {
                Ok(rest) if rest != Path::new("") => {
                    let path = folder.canonicalize()?.join(rest);
                    return path.symlink_metadata().map(|_| path);
                }
                _ => {}
            }
        }
        path.canonicalize()
    };
    let there = |path: &PathBuf| {
        resolved(path)
            .with_context(|| format!("{option} {} cannot be opened", path.display()))
            .map_err(Fatal::Request)
    };
    paths.iter().map(there).collect()
}
