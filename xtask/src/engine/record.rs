//! Writing what was edited into changes.

use super::{changes_folder, engine_crates, sources_folder};
use crate::target_folder;
use anyhow::{Context, Result, bail};
use krait_engine::{Change, Edit, changes_of};
use std::{collections::BTreeMap, fs, ops::Range, path::Path, process::Command};

/// Writes what differs between the engine's sources and those that were edited into changes: what
/// touches what a change had already into that, all else into the one of this name.
pub(super) fn record(name: &str) -> Result<()> {
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
        for Owned { owner, edit } in edits_of(name, &known, &file, &original, &edited.join(&file))?
        {
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

/// An edit, and the change that it belongs to.
struct Owned {
    owner: String,
    edit: Edit,
}

/// The edits that make the edited file of the original: those that are known, as they are, and
/// what is new. What is new and touches known edits becomes one with them, and is the first's.
fn edits_of(
    name: &str,
    known: &[Change],
    file: &str,
    original: &Path,
    edited: &Path,
) -> Result<Vec<Owned>> {
    let laid = Laid::of(known, file, &fs::read_to_string(original)?)?;
    let text = fs::read_to_string(edited)?;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let copy = target_folder().join("engine/laid");
    fs::write(&copy, &laid.text)?;
    let news = differences(&copy, edited)?;
    fs::remove_file(&copy)?;

    let mut left: Vec<bool> = vec![true; laid.known.len()];
    let mut result = Vec::new();
    // How many lines the news before have added to the file, and the known edits before.
    let mut added = 0;
    let mut news = news.into_iter().peekable();
    while let Some(new) = news.next() {
        let mut group = new.lines.clone();
        let before = added;
        added += grown(&new);
        // Until nothing more touches it.
        loop {
            let touching = laid.known.iter().enumerate().filter(|(at, (place, _))| {
                left[*at] && place.start <= group.end && group.start <= place.end
            });
            let touching: Vec<usize> = touching.map(|(at, _)| at).collect();
            for at in &touching {
                left[*at] = false;
                let place = &laid.known[*at].0;
                group = group.start.min(place.start)..group.end.max(place.end);
            }
            let more = news.next_if(|next| next.lines.start <= group.end);
            if let Some(more) = &more {
                group.end = group.end.max(more.lines.end);
                added += grown(more);
            }
            if touching.is_empty() && more.is_none() {
                break;
            }
        }
        let inside = |(place, _): &&(Range<usize>, Owned)| {
            group.start <= place.start && place.end <= group.end
        };
        let owner = laid.known.iter().find(inside).map(|(_, owned)| owned.owner.clone());
        let range = shifted(group.start, before)?..shifted(group.end, added)?;
        result.push(Owned {
            owner: owner.unwrap_or_else(|| name.to_owned()),
            edit: Edit {
                lines: laid.of_original(&group)?,
                text: lines.get(range).context("diff counts otherwise")?.concat(),
            },
        });
    }
    let untouched = laid.known.into_iter().zip(left).filter(|(_, left)| *left);
    result.extend(untouched.map(|((_, owned), _)| owned));
    result.sort_by_key(|each| (each.edit.lines.start, each.edit.lines.end));
    Ok(result)
}

/// A file with its known edits made.
struct Laid {
    text: String,
    /// The known edits, and where in the text each is, in lines.
    known: Vec<(Range<usize>, Owned)>,
}

impl Laid {
    fn of(changes: &[Change], file: &str, original: &str) -> Result<Self> {
        let mut owned: Vec<Owned> = Vec::new();
        for change in changes {
            let files = change.files.iter().filter(|each| each.path == file);
            owned.extend(files.flat_map(|file| &file.edits).map(|edit| Owned {
                owner: change.name(),
                edit: Edit { lines: edit.lines.clone(), text: edit.text.clone() },
            }));
        }
        owned.sort_by_key(|each| (each.edit.lines.start, each.edit.lines.end));
        let lines: Vec<&str> = original.split_inclusive('\n').collect();
        let mut laid: Vec<&str> = Vec::new();
        let mut places = Vec::new();
        let mut next = 0;
        for Owned { edit, .. } in &owned {
            laid.extend(lines.get(next..edit.lines.start).context("edits overlap")?);
            let start = laid.len();
            laid.extend(edit.text.split_inclusive('\n'));
            places.push(start..laid.len());
            next = edit.lines.end;
        }
        laid.extend(&lines[next..]);
        let text = laid.concat();
        Ok(Self { text, known: places.into_iter().zip(owned).collect() })
    }

    /// Lines of the text, counted in the original; edits that they touch are within them.
    fn of_original(&self, lines: &Range<usize>) -> Result<Range<usize>> {
        let grown_before = |ends_before: &dyn Fn(usize) -> bool| -> isize {
            let before = self.known.iter().filter(|(place, _)| ends_before(place.end));
            before.map(|(_, owned)| grown(&owned.edit)).sum()
        };
        let start = shifted(lines.start, -grown_before(&|end| end < lines.start))?;
        Ok(start..shifted(lines.end, -grown_before(&|end| end <= lines.end))?)
    }
}

/// By how many lines an edit makes its file longer.
fn grown(edit: &Edit) -> isize {
    edit.text.lines().count() as isize - edit.lines.len() as isize
}

fn shifted(line: usize, by: isize) -> Result<usize> {
    line.checked_add_signed(by).context("a line before the first")
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
