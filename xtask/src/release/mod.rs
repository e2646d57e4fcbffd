//! `cargo xtask release`: everything that one downloads, made by one command and checked by anyone.
//!
//! The same commit gives the same bytes: names are sorted, owners are root, and every time is
//! `SOURCE_DATE_EPOCH`, or the commit's. docs/releasing.md is for the releaser and for who downloads.

mod archive;
mod bill;
mod debian;
mod facts;
mod image;
mod install;
mod licences;
mod notes;
mod npm;
mod options;
mod parts;
mod program;
mod provenance;
mod signing;
mod sums;
mod targets;
#[cfg(test)]
mod tests;
mod wheel;

use super::{dist, host, module, root, target_folder};
use anyhow::{Context, Result, bail, ensure};
use facts::Facts;
pub(super) use facts::git;
use options::Options;
use parts::Parts;
use program::Program;
use std::{
    fs,
    path::{Path, PathBuf},
};
use targets::{TARGETS, Target};

/// Writes a release into a folder, and prints its files.
pub(super) fn run(words: &[String]) -> Result<()> {
    if let [first, rest @ ..] = words
        && first == "verify"
    {
        return signing::verify_release(rest);
    }
    let options = Options::read(words)?;
    let facts = Facts::now()?;
    let signer = signing::Signer::of_releaser()?;
    let folder = options.out.clone().unwrap_or_else(|| target_folder().join("release"));
    empty(&folder)?;
    let programs = programs(&options, &facts)?;
    let module = module_file(&options)?;
    let notes =
        notes::of_version(&fs::read_to_string(root().join("CHANGELOG.md"))?, &facts.version)?;
    let targets: Vec<&str> = programs.iter().map(|program| program.target.triple).collect();
    let graph = bill::Graph::of(&targets)?;
    let own = host()?;
    let own = programs.iter().find(|program| program.target.triple == own).context(
        "no program of this machine is among them, which would print the completions and manual pages",
    )?;
    let parts = Parts::of(own, licences::text(&graph)?)?;

    let compression = archive::Compression::of(options.quick);
    // Two processors have enough to do with one program's files.
    for program in &programs {
        let writers: [Writer<'_>; 4] = [
            Box::new(|| archive::write(&folder, program, &parts, &facts, compression)),
            Box::new(|| debian::write(&folder, program, &parts, &facts, compression)),
            Box::new(|| wheel::write(&folder, program, &parts, &facts, compression)),
            Box::new(|| {
                let path =
                    folder.join(format!("krait-{}-{}", facts.version, program.target.triple));
                write_program(&path, &program.bytes)
            }),
        ];
        at_once(writers)?;
    }
    image::write(&folder, &programs, &parts, &facts, compression)?;
    if let Some(module) = &module {
        npm::write(&folder, module, &facts)?;
    }
    fs::write(
        folder.join(format!("krait-{}.cdx.json", facts.version)),
        bill::text(&graph, &facts)?,
    )?;
    fs::write(folder.join("RELEASE-NOTES.md"), notes)?;
    let key = signer.as_ref().map(signing::Signer::public_key).transpose()?;
    install::write(&folder, &programs, key.as_deref(), &options)?;
    let subjects = sums::of(&folder)?;
    let statement = provenance::text(&subjects, &programs, &facts)?;
    fs::write(folder.join(format!("krait-{}.provenance.json", facts.version)), statement)?;
    let sums = sums::text(&sums::of(&folder)?);
    fs::write(folder.join(sums::FILE), &sums)?;
    match &signer {
        Some(signer) => signer.sign(&folder, &sums, &facts)?,
        None => eprintln!("not signed: {} names no key (docs/releasing.md)", signing::KEY),
    }
    list(&folder)
}

type Writer<'a> = Box<dyn FnOnce() -> Result<()> + Send + 'a>;

/// Calls each in a thread of its own; the first error is given.
fn at_once<const COUNT: usize>(writers: [Writer<'_>; COUNT]) -> Result<()> {
    std::thread::scope(|scope| {
        let running = writers.map(|writer| scope.spawn(writer));
        for each in running {
            match each.join() {
                Ok(result) => result?,
                Err(_) => bail!("a writer panicked"),
            }
        }
        Ok(())
    })
}

/// The programs that are given. Where none is, that of this machine, too, which is built; and those of all
/// targets, if all are asked for.
fn programs(options: &Options, facts: &Facts) -> Result<Vec<Program>> {
    let mut found = Vec::new();
    for path in &options.programs {
        found.push(Program::read(path)?);
    }
    for target in TARGETS {
        let count = found.iter().filter(|program| program.target.triple == target.triple).count();
        ensure!(count <= 1, "there are {count} programs for {}", target.triple);
        if count == 1 || !options.programs.is_empty() && !options.all {
            continue;
        }
        let own = target.triple == host()?;
        if !own && !options.all {
            let triple = target.triple;
            eprintln!("not in this release: {triple}, which --all or --program would add");
            continue;
        }
        let program = if own { dist::own()? } else { dist::other(target.triple, dist::PROFILE)? };
        found.push(Program::read(&program)?);
    }
    found.sort_by_key(|program| program.target.place());
    for program in &found {
        program.check_version(facts)?;
    }
    Ok(found)
}

/// `krait.wasm`: the one that is given, the one that is built, or none where none is wanted.
fn module_file(options: &Options) -> Result<Option<PathBuf>> {
    if options.without_module {
        return Ok(None);
    }
    match &options.module {
        Some(path) => Ok(Some(path.clone())),
        None => module::build().map(Some),
    }
}

/// Makes a folder that has nothing in it. One that has is emptied only if it holds a release.
fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        let mut entries = fs::read_dir(folder).with_context(|| folder.display().to_string())?;
        ensure!(
            entries.next().is_none() || folder.join(sums::FILE).is_file(),
            "{} holds something else than a release: name another folder with --out",
            folder.display()
        );
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())
}

/// Writes a file that can be executed.
fn write_program(path: &Path, bytes: &[u8]) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::write(path, bytes).with_context(|| path.display().to_string())?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

fn list(folder: &Path) -> Result<()> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        lines.push(format!("{:>11}  {}", entry.metadata()?.len(), entry.path().display()));
    }
    lines.sort_by(|one, other| one[11..].cmp(&other[11..]));
    for line in lines {
        println!("{line}");
    }
    Ok(())
}
