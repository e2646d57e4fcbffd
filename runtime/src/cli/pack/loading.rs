//! `krait pack --for exe`: the function is loaded, and the program has what that made.

use crate::{
    cli::{Fatal, options::PackArguments},
    contract::{KeptFunction, environment, kept::zone},
    instance::{
        Prewarmed,
        loader::{self, Loads, Said},
    },
    pack::{
        Parts, Sizes, differing,
        executable::{self, Files, Loaded},
    },
    python::CodePaths,
    snapshot::Place,
};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::ExitStatus,
};

/// Why a program is written without a loaded function.
enum Unloaded {
    /// It cannot be: for this reason. The program loads it at its start.
    Why(String),
    /// The function is wrong, which is told. Nothing is written.
    Failed(String),
}

/// Writes a program. None where the function cannot be loaded, which was told.
pub(super) fn write(
    arguments: &PackArguments,
    parts: &Parts<'_>,
    target: &Path,
) -> Result<Option<Sizes>, Fatal> {
    let without = |reason: Option<String>| {
        if let Some(reason) = reason {
            eprintln!("warning: the program loads the function at each start: {reason}");
        }
        let files = Files::of(parts, false, target).map_err(Fatal::request)?;
        executable::write(parts, &files, None, target).map(Some).map_err(Fatal::request)
    };
    if arguments.no_load {
        return without(None);
    }
    if arguments.program.is_some() {
        return without(Some("this krait cannot load it for another one".to_owned()));
    }
    let files = Files::of(parts, true, target).map_err(Fatal::request)?;
    let made = [1, 2].map(|number| beside(target, number));
    let result = match loaded(parts, &files, &made) {
        Ok((first, known)) => {
            let loaded = Loaded { first, second: &made[0], known: &known };
            let written = executable::write(parts, &files, Some(&loaded), target);
            written.map(Some).map_err(Fatal::request)
        }
        Err(Unloaded::Why(reason)) => without(Some(reason)),
        Err(Unloaded::Failed(told)) => {
            eprint!("{told}");
            Ok(None)
        }
    };
    for file in made {
        // What is left of it would only be in the way.
        let _ = fs::remove_file(file);
    }
    result
}

/// Where the snapshot of a load is written.
fn beside(target: &Path, number: u32) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(format!(".loaded-{number}"));
    target.with_file_name(name)
}

/// Loads the function twice. Gives the snapshot that it was loaded over, and what is known of it.
fn loaded(
    parts: &Parts<'_>,
    files: &Files,
    made: &[PathBuf; 2],
) -> Result<(Place, KeptFunction), Unloaded> {
    let why = |error: &dyn std::fmt::Display| Unloaded::Why(error.to_string());
    for _ in 0..2 {
        // The second time they are compared, so that all were read before the first load, which would leave
        // its time at them.
        files.unpack().map_err(|error| why(&error))?;
    }
    let mut known = KeptFunction {
        folder: files.folder.clone(),
        handler: parts.function.handler.to_string(),
        layers: parts.contents.layers.len(),
        read: BTreeMap::new(),
        zone: zone(&environment::of(parts.function)),
        environment: None,
    };
    let code = CodePaths { code: known.code(), layers: known.layers() };
    let absolute: Vec<PathBuf> = made
        .iter()
        .map(|file| File::create(file).and_then(|_| std::path::absolute(file)))
        .collect::<Result<_, _>>()
        .map_err(|error| why(&error))?;
    let loads = Loads { seconds: parts.function.init_timeout_seconds, files: &absolute };
    let said = Prewarmed::take()
        .and_then(|process| process.load(parts.function, &code, &loads))
        .map_err(|error| why(&error))?;
    let mut seen = Vec::new();
    let mut written = 0;
    for said in said {
        match said {
            Said::NoFirst(reason) | Said::Unfit(reason) => return Err(Unloaded::Why(reason)),
            Said::Lasting(call) => {
                return Err(Unloaded::Why(format!("{} while it is imported", loader::left(call))));
            }
            // The second load sees another world.
            Said::Failed { .. } | Said::Ended(1..) if written == 1 => {
                let what = "it cannot be imported at another time, or on another machine";
                return Err(Unloaded::Why(what.to_owned()));
            }
            Said::Failed { output, message } => {
                return Err(Unloaded::Failed(failed(&output, &message)));
            }
            Said::Loaded { read, read_all, held } => seen.push((read, read_all, held)),
            Said::Written => written += 1,
            Said::Ended(0) => {}
            Said::Ended(status) => {
                let how = ExitStatus::from_raw(status);
                let message = match how.signal() {
                    Some(libc::SIGALRM) => {
                        format!("the import took more than {} seconds", loads.seconds)
                    }
                    _ => format!("its process ended while it was imported: {how}"),
                };
                return Err(Unloaded::Failed(failed("", &message)));
            }
        }
    }
    let ([(read, read_all, held), (_, _, other)], 2) = (&seen[..], written) else {
        return Err(Unloaded::Why("the process that loads it has ended".to_owned()));
    };
    let same = fs::read(&made[0]).and_then(|one| Ok(one == fs::read(&made[1])?));
    if !same.map_err(|error| why(&error))? {
        return Err(Unloaded::Why(differing(held, other)));
    }
    let first = loader::first_snapshot().map_err(|refusal| why(&refusal))?;
    known.read = read.iter().cloned().collect();
    if *read_all {
        let all = environment::of(parts.function);
        known.environment = Some(all.into_iter().collect());
    }
    Ok((first, known))
}

/// What is told of a function that cannot be loaded.
pub(super) fn failed(output: &str, message: &str) -> String {
    let newline = if output.is_empty() || output.ends_with('\n') { "" } else { "\n" };
    format!(
        "{output}{newline}error: the function cannot be loaded, so nothing is written\n{}\n  tip: --no-load \
         packs it all the same; --env sets what it looks for in its environment\n",
        message.trim_end()
    )
}
