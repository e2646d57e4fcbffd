//! The engine's changes: listing, showing, editing and recording them.

mod record;

use super::{cargo_with, root, target_folder};
use anyhow::{Context, Result, bail};
use krait_engine::{Change, Edit, changes_of};
use std::{
    env,
    fmt::Write as _,
    fs,
    ops::Range,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

/// How many lines around a change are shown.
const CONTEXT: usize = 3;

/// Does what the words after `cargo xtask engine` ask for.
pub(super) fn run(words: &[String]) -> Result<()> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match *words {
        [] => list(),
        ["show", name] => show(name),
        ["edit"] => edit(),
        ["cargo", command, ref rest @ ..] => run_cargo(command, rest),
        ["record", name] => record::record(name),
        _ => bail!(
            "usage: cargo xtask engine             list the changes
       cargo xtask engine show NAME   show a change, made
       cargo xtask engine edit        lay the engine's sources, changed, into {0}
       cargo xtask engine cargo ...   have cargo build with what lies there
       cargo xtask engine record NAME keep what is new there as the change NAME",
            sources_folder().display()
        ),
    }
}

fn list() -> Result<()> {
    println!("* is for the engine's authors, too.");
    for (name, _) in changed_crates()? {
        println!("\n{name}");
        for change in changes_of(&changes_folder(&name))? {
            let mark = if change.offer.starts_with("yes") { '*' } else { ' ' };
            println!("{mark} {:<36} {}", change.name(), change.title);
        }
    }
    Ok(())
}

fn show(name: &str) -> Result<()> {
    let mut found = false;
    for (crate_name, source) in changed_crates()? {
        // What does not fit is told of before anything is shown.
        krait_engine::changed_files(&source, &changes_folder(&crate_name))?;
        for change in changes_of(&changes_folder(&crate_name))? {
            if change.name() == name {
                found = true;
                print!("{}", shown(&change, &crate_name, &source)?);
            }
        }
    }
    if !found {
        bail!("there is no change {name:?}: cargo xtask engine lists them");
    }
    Ok(())
}

/// A change as `diff -u` would show it, below what it says of itself.
fn shown(change: &Change, crate_name: &str, source: &Path) -> Result<String> {
    let mut text = format!("{crate_name}: {}\n", change.title);
    if !change.about.is_empty() {
        writeln!(text, "\n{}", change.about)?;
    }
    writeln!(text, "\nCase: {}\nOffer: {}", change.case, change.offer)?;
    for file in &change.files {
        let content = fs::read_to_string(source.join(&file.path))?;
        let lines: Vec<&str> = content.lines().collect();
        writeln!(text, "\n--- {crate_name}/{}", file.path)?;
        for Edit { lines: Range { start, end }, text: new } in &file.edits {
            writeln!(text, "@@ {} @@", start + 1)?;
            let before = start.saturating_sub(CONTEXT)..*start;
            let after = *end..(end + CONTEXT).min(lines.len());
            for (sign, range) in [(' ', before), ('-', *start..*end)] {
                for line in &lines[range] {
                    writeln!(text, "{sign}{line}")?;
                }
            }
            for line in new.lines() {
                writeln!(text, "+{line}")?;
            }
            for line in &lines[after] {
                writeln!(text, " {line}")?;
            }
        }
    }
    Ok(text)
}

/// Lays the engine's sources, with the changes made, where they can be edited.
fn edit() -> Result<()> {
    let folder = sources_folder();
    if folder.exists() {
        bail!("{} is there already: record what is new in it, or remove it", folder.display());
    }
    for (name, source) in engine_crates()? {
        let changes = changes_folder(&name);
        fs::create_dir_all(&changes)?;
        let laid = folder.join(&name);
        krait_engine::lay(&source, &changes, &laid)?;
        // What is laid is as old as it was in its package: cargo is to compile it all the same.
        if let Ok(root) = fs::File::options().append(true).open(laid.join("src/lib.rs")) {
            root.set_modified(SystemTime::now())?;
        }
        // Where it holds nothing, it goes again.
        let _ = fs::remove_dir(&changes);
    }
    println!("{}", folder.display());
    Ok(())
}

fn run_cargo(command: &str, rest: &[&str]) -> Result<()> {
    let path = |path: PathBuf| path.to_string_lossy().into_owned();
    let environment = [
        ("KRAIT_ENGINE_SOURCES".to_owned(), path(sources_folder())),
        ("CARGO_TARGET_DIR".to_owned(), path(target_folder().join("engine/target"))),
    ];
    cargo_with(&[&[command], rest].concat(), &environment)
}

/// The crates that have changes, with the folders of their sources.
fn changed_crates() -> Result<Vec<(String, PathBuf)>> {
    let mut crates = engine_crates()?;
    crates.retain(|(name, _)| changes_folder(name).is_dir());
    Ok(crates)
}

/// The engine's crates, and others that have changes, with the folders of their sources.
fn engine_crates() -> Result<Vec<(String, PathBuf)>> {
    let output = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(root())
        .output()
        .context("cargo does not run")?;
    if !output.status.success() {
        bail!("cargo metadata failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let packages = metadata["packages"].as_array().context("cargo lists no packages")?;
    let mut crates = Vec::new();
    for package in packages {
        let (Some(name), Some(manifest)) =
            (package["name"].as_str(), package["manifest_path"].as_str())
        else {
            continue;
        };
        if package["source"].is_string()
            && (name.starts_with("rustpython-") || changes_folder(name).is_dir())
            && let Some(folder) = Path::new(manifest).parent()
        {
            crates.push((name.to_owned(), folder.to_path_buf()));
        }
    }
    crates.sort();
    Ok(crates)
}

fn changes_folder(crate_name: &str) -> PathBuf {
    root().join("engine/changes").join(crate_name)
}

fn sources_folder() -> PathBuf {
    target_folder().join("engine/sources")
}
