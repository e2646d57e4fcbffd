//! The engine's changes: listing, showing, editing and recording them.

use super::{cargo_with, root, target_folder};
use anyhow::{Context, Result, bail};
use krait_engine::{Change, Edit, changes_of};
use std::{
    collections::BTreeMap,
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
        ["record", name] => record(name),
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

/// Writes what differs between the engine's sources and those that were edited into changes: what
/// a change had already, or touches what it had, into that, all else into the one of this name.
fn record(name: &str) -> Result<()> {
    let sources = sources_folder();
    if !sources.exists() {
        bail!("there is nothing to record: cargo xtask engine edit lays the sources");
    }
    for (crate_name, source) in engine_crates()? {
        record_crate(name, &source, &sources.join(&crate_name), &changes_folder(&crate_name))?;
    }
    Ok(())
}

/// What a change has, by file: the file's checksum, and edits.
type Recorded = BTreeMap<String, (String, Vec<Edit>)>;

fn record_crate(name: &str, source: &Path, edited: &Path, folder: &Path) -> Result<()> {
    let known = if folder.is_dir() { changes_of(folder)? } else { Vec::new() };
    let mut recorded: BTreeMap<String, Recorded> =
        known.iter().map(|change| (change.name(), Recorded::new())).collect();
    for file in files_that_differ(source, edited)? {
        let original = source.join(&file);
        if !original.exists() {
            let added = folder.join(&file);
            fs::create_dir_all(added.parent().unwrap_or(folder))?;
            fs::copy(edited.join(&file), added)?;
            continue;
        }
        let checksum = krait_engine::checksum(&original)?;
        for edit in differences(&original, &edited.join(&file))? {
            let owner = owner(&known, &file, &edit).unwrap_or_else(|| name.to_owned());
            let files = recorded.entry(owner).or_default();
            let (_, edits) =
                files.entry(file.clone()).or_insert_with(|| (checksum.clone(), Vec::new()));
            edits.push(edit);
        }
    }
    for (name, files) in recorded {
        let path = folder.join(format!("{name}.md"));
        let before = fs::read_to_string(&path)
            .unwrap_or_else(|_| format!("# {name}\n\nWhy.\n\nCase: none yet\n\nOffer: yes\n"));
        let head = before.split("\n## ").next().unwrap_or_default().trim_end();
        let after = format!("{head}\n{}", written(&files));
        if before != after {
            fs::create_dir_all(folder)?;
            fs::write(&path, after)?;
            println!("{}", path.display());
        }
    }
    Ok(())
}

/// The change that an edit belongs to already.
fn owner(known: &[Change], file: &str, edit: &Edit) -> Option<String> {
    let edits = |change: &&Change| -> Vec<Range<usize>> {
        let of_file = change.files.iter().filter(|each| each.path == file);
        of_file.flat_map(|each| each.edits.iter().map(|edit| edit.lines.clone())).collect()
    };
    let touches = |range: &Range<usize>| {
        *range == edit.lines || (range.start < edit.lines.end && edit.lines.start < range.end)
    };
    let owner = known.iter().find(|change| edits(change).iter().any(touches));
    owner.map(Change::name)
}

fn written(files: &Recorded) -> String {
    let mut text = String::new();
    for (file, (checksum, edits)) in files {
        text.push_str(&format!("\n## {file} {checksum}\n"));
        for Edit { lines, text: new } in edits {
            let range = if lines.len() > 1 {
                format!("{}-{}", lines.start + 1, lines.end)
            } else {
                (lines.start + 1).to_string()
            };
            let heading = match (lines.is_empty(), new.is_empty()) {
                (true, _) => format!("after {}", lines.start),
                (false, true) => format!("without {range}"),
                (false, false) => range,
            };
            text.push_str(&format!("\n### {heading}\n"));
            if !new.is_empty() {
                let language = file.rsplit('.').next().unwrap_or_default();
                let language = if language == "py" { "python" } else { "rust" };
                let fence = if new.contains("```") { "````" } else { "```" };
                text.push_str(&format!("{fence}{language}\n{new}{fence}\n"));
            }
        }
    }
    text
}

/// The files that are other ones in the second folder, or in it alone.
fn files_that_differ(source: &Path, edited: &Path) -> Result<Vec<String>> {
    let output = Command::new("diff")
        .args(["--recursive", "--new-file", "--brief"])
        .args([source, edited])
        .output()
        .context("diff does not run")?;
    let text = String::from_utf8(output.stdout)?;
    let prefix = format!("Files {}/", source.display());
    let middle = format!(" and {}/", edited.display());
    let names = text.lines().filter_map(|line| line.strip_prefix(&prefix)?.split(&middle).next());
    Ok(names.map(str::to_owned).filter(|name| !name.ends_with(".orig")).collect())
}

/// What `diff` finds, as edits of the first file.
fn differences(original: &Path, edited: &Path) -> Result<Vec<Edit>> {
    let output =
        Command::new("diff").args([original, edited]).output().context("diff does not run")?;
    let text = String::from_utf8(output.stdout)?;
    let mut edits: Vec<Edit> = Vec::new();
    for line in text.lines() {
        if let Some(new) = line.strip_prefix("> ") {
            let edit = edits.last_mut().context("diff prints a line before a place")?;
            edit.text.push_str(new);
            edit.text.push('\n');
        } else if line.starts_with(|first: char| first.is_ascii_digit()) {
            edits.push(Edit { lines: place(line)?, text: String::new() });
        }
    }
    Ok(edits)
}

/// The lines that `diff`'s `7a8`, `7,9c7,8` or `7d6` is about.
fn place(line: &str) -> Result<Range<usize>> {
    let end = line.find(|each: char| each.is_ascii_alphabetic()).context("a letter")?;
    let (first, last) = line[..end].split_once(',').unwrap_or((&line[..end], &line[..end]));
    let (first, last) = (first.parse::<usize>()?, last.parse::<usize>()?);
    Ok(if line[end..].starts_with('a') { last..last } else { first - 1..last })
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
