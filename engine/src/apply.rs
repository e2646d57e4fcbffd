//! Making changes.

use crate::{Change, ChangeError, changes_of};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

/// The files of a crate that `changes` alter or add, by their path from its folder, with the text
/// that they get.
///
/// # Errors
/// When a change cannot be read, or was written for another file.
pub fn changed_files(
    source: &Path,
    changes: &Path,
) -> Result<BTreeMap<PathBuf, String>, ChangeError> {
    let changes_read = changes_of(changes)?;
    let mut edits: BTreeMap<&str, Vec<(&Change, &crate::Edit)>> = BTreeMap::new();
    let mut expected: BTreeMap<&str, Vec<(&Change, &str)>> = BTreeMap::new();
    for change in &changes_read {
        for file in &change.files {
            expected.entry(&file.path).or_default().push((change, &file.checksum));
            edits
                .entry(&file.path)
                .or_default()
                .extend(file.edits.iter().map(|edit| (change, edit)));
        }
    }
    let mut texts = BTreeMap::new();
    for (name, mut edits) in edits {
        let path = source.join(name);
        let found = checksum(&path)?;
        for (change, expected) in &expected[name] {
            if **expected != found {
                return Err(ChangeError::Checksum {
                    change: change.path.clone(),
                    file: path,
                    expected: (*expected).to_owned(),
                    found,
                });
            }
        }
        let text = read(&path)?;
        edits.sort_by_key(|(_, edit)| (edit.lines.start, edit.lines.end));
        texts.insert(PathBuf::from(name), edited(&text, &edits, &path)?);
    }
    for (path, name) in files_below(changes)? {
        if name.extension().is_some_and(|extension| extension == "md") {
            continue;
        }
        if source.join(&name).exists() {
            return Err(ChangeError::Exists { file: path });
        }
        texts.insert(name, read(&path)?);
    }
    Ok(texts)
}

/// Lays a copy of a crate, with its changes made, into `target`.
///
/// What is right there already stays, so that several may do this at once. Files keep the times of
/// the crate's own: cargo, which looks at what was compiled, would take new ones for a change.
///
/// # Errors
/// When a change cannot be read, was written for another file, or a file cannot be written.
pub fn lay(source: &Path, changes: &Path, target: &Path) -> Result<(), ChangeError> {
    let mut changed = changed_files(source, changes)?;
    let manifest = source.join("Cargo.toml");
    let time = fs::metadata(&manifest)
        .and_then(|data| data.modified())
        .map_err(|error| ChangeError::File { path: manifest, error })?;
    for (path, name) in files_below(source)? {
        let content = match changed.remove(&name) {
            Some(text) => text.into_bytes(),
            None => fs::read(&path).map_err(|error| ChangeError::File { path, error })?,
        };
        write(&target.join(name), &content, time)?;
    }
    for (name, text) in changed {
        write(&target.join(name), text.as_bytes(), time)?;
    }
    Ok(())
}

fn edited(
    text: &str,
    edits: &[(&Change, &crate::Edit)],
    file: &Path,
) -> Result<String, ChangeError> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut result = String::with_capacity(text.len());
    let mut next = 0;
    for (change, edit) in edits {
        let fail = |reason: String| ChangeError::Lines {
            change: change.path.clone(),
            file: file.to_path_buf(),
            first: edit.lines.start + 1,
            reason,
        };
        if edit.lines.start < next {
            return Err(fail("another edit replaces this line".to_owned()));
        }
        if edit.lines.end > lines.len() {
            return Err(fail(format!("the file has {} lines", lines.len())));
        }
        result.extend(lines[next..edit.lines.start].iter().copied());
        if !edit.text.is_empty() && !result.is_empty() && !result.ends_with('\n') {
            result.push('\n');
        }
        result.push_str(&edit.text);
        next = edit.lines.end;
    }
    result.extend(lines[next..].iter().copied());
    Ok(result)
}

/// The SHA-256 of a file, in hexadecimal, as coreutils' `sha256sum` tells it.
///
/// # Errors
/// When the file cannot be read, or there is no `sha256sum`.
pub fn checksum(path: &Path) -> Result<String, ChangeError> {
    let failed = |error| ChangeError::File { path: path.to_path_buf(), error };
    let output = Command::new("sha256sum").arg("--").arg(path).output().map_err(|error| {
        failed(io::Error::new(error.kind(), format!("sha256sum does not run: {error}")))
    })?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(failed(io::Error::other(reason)));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    // A backslash before it tells of special characters in the path.
    Ok(text.trim_start_matches('\\').split(' ').next().unwrap_or_default().to_owned())
}

fn read(path: &Path) -> Result<String, ChangeError> {
    fs::read_to_string(path).map_err(|error| ChangeError::File { path: path.to_path_buf(), error })
}

fn write(path: &Path, content: &[u8], time: std::time::SystemTime) -> Result<(), ChangeError> {
    if fs::read(path).is_ok_and(|there| there == content) {
        return Ok(());
    }
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{}", std::process::id()));
    let unfinished = path.with_file_name(name);
    let written = || {
        fs::create_dir_all(path.parent().unwrap_or(path))?;
        fs::write(&unfinished, content)?;
        fs::File::options().append(true).open(&unfinished)?.set_modified(time)?;
        fs::rename(&unfinished, path)
    };
    written().map_err(|error| ChangeError::File { path: path.to_path_buf(), error })
}

/// Every file below a folder, with its path from there.
fn files_below(folder: &Path) -> Result<Vec<(PathBuf, PathBuf)>, ChangeError> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(current) = folders.pop() {
        let failed = |error| ChangeError::File { path: current.clone(), error };
        for entry in fs::read_dir(&current).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(name) = path.strip_prefix(folder) {
                found.push((path.clone(), name.to_path_buf()));
            }
        }
    }
    Ok(found)
}
