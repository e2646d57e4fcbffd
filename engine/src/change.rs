//! Reading changes.

use crate::ChangeError;
use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

/// A change of one crate, as its file tells it.
#[derive(Debug)]
pub struct Change {
    pub path: PathBuf,
    /// What is right with it, in a line.
    pub title: String,
    /// Why, and all else that is said before the first file.
    pub about: String,
    /// The cases that show it, as `FILE: NAME` in `tests/cases`, or why there is none.
    pub case: String,
    /// Whether the engine's authors would want it.
    pub offer: String,
    pub files: Vec<FileChange>,
}

/// What a change does to one file.
#[derive(Debug)]
pub struct FileChange {
    /// From the crate's folder.
    pub path: String,
    /// The SHA-256 of the file that the lines are counted in, in hexadecimal.
    pub checksum: String,
    pub edits: Vec<Edit>,
}

/// Lines that come instead of others.
#[derive(Debug)]
pub struct Edit {
    /// The lines that go, counted from 0; empty where text is put in before a line.
    pub lines: Range<usize>,
    pub text: String,
}

/// The changes of a crate, in the order of their names; none where it has no folder.
///
/// # Errors
/// When one cannot be read, or is not written as it must be.
pub fn changes_of(folder: &Path) -> Result<Vec<Change>, ChangeError> {
    let failed = |error| ChangeError::File { path: folder.to_path_buf(), error };
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            paths.push(path);
        }
    }
    paths.sort();
    paths.into_iter().map(Change::read).collect()
}

impl Change {
    /// The name of its file, without `.md`.
    pub fn name(&self) -> String {
        self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }

    fn read(path: PathBuf) -> Result<Self, ChangeError> {
        let text = fs::read_to_string(&path)
            .map_err(|error| ChangeError::File { path: path.clone(), error })?;
        let mut reader = Reader { lines: text.lines().enumerate().peekable(), path: &path };
        let title = reader.title()?;
        let mut about = String::new();
        let (mut case, mut offer) = (None, None);
        let mut last = &mut about;
        while let Some(line) = reader.next_unless_heading() {
            if let Some(value) = line.strip_prefix("Case: ") {
                last = case.insert(value.to_owned());
            } else if let Some(value) = line.strip_prefix("Offer: ") {
                last = offer.insert(value.to_owned());
            } else {
                if !last.is_empty() {
                    last.push('\n');
                }
                last.push_str(line);
            }
        }
        let mut files = Vec::new();
        while let Some(file) = reader.file()? {
            files.push(file);
        }
        let missing = |what| reader.fail(1, format!("there is no line that begins with {what:?}"));
        let case = case.ok_or_else(|| missing("Case: "))?.trim().to_owned();
        let offer = offer.ok_or_else(|| missing("Offer: "))?.trim().to_owned();
        let about = about.trim().to_owned();
        Ok(Self { title, about, case, offer, files, path })
    }
}

struct Reader<'text> {
    lines: std::iter::Peekable<std::iter::Enumerate<std::str::Lines<'text>>>,
    path: &'text Path,
}

impl<'text> Reader<'text> {
    fn title(&mut self) -> Result<String, ChangeError> {
        match self.lines.next() {
            Some((_, line)) if line.starts_with("# ") => Ok(line[2..].to_owned()),
            _ => Err(self.fail(1, "the first line must be `# ` and a title".to_owned())),
        }
    }

    fn next_unless_heading(&mut self) -> Option<&'text str> {
        self.lines.next_if(|(_, line)| !line.starts_with("## ")).map(|(_, line)| line)
    }

    /// `## PATH CHECKSUM`, and edits.
    fn file(&mut self) -> Result<Option<FileChange>, ChangeError> {
        let Some((index, line)) = self.lines.next() else { return Ok(None) };
        let heading = line.strip_prefix("## ").and_then(|rest| rest.split_once(' '));
        let Some((path, checksum)) = heading else {
            return Err(self.fail(index + 1, "expected `## FILE SHA256`".to_owned()));
        };
        let mut edits = Vec::new();
        loop {
            while self.lines.next_if(|(_, line)| line.is_empty()).is_some() {}
            let Some((index, line)) = self.lines.next_if(|(_, line)| line.starts_with("### "))
            else {
                break;
            };
            edits.push(self.edit(index, &line[4..])?);
        }
        Ok(Some(FileChange { path: path.to_owned(), checksum: checksum.trim().to_owned(), edits }))
    }

    /// What follows `### after 7`, `### 7`, `### 7-9` (a block of lines) or `### without 7-9`.
    fn edit(&mut self, index: usize, place: &str) -> Result<Edit, ChangeError> {
        let wrong = || {
            let expected = "expected `### after N`, `### N`, `### N-M` or `### without N-M`";
            self.fail(index + 1, expected.to_owned())
        };
        let number = |text: &str| text.parse::<usize>().map_err(|_| wrong());
        let range = |text: &str| match text.split_once('-') {
            Some((first, last)) => Ok::<_, ChangeError>((number(first)?, number(last)?)),
            None => number(text).map(|only| (only, only)),
        };
        if let Some(after) = place.strip_prefix("after ") {
            let after = number(after)?;
            return Ok(Edit { lines: after..after, text: self.block(index)? });
        }
        let (place, has_block) = match place.strip_prefix("without ") {
            Some(place) => (place, false),
            None => (place, true),
        };
        let (first, last) = range(place)?;
        if first == 0 || last < first {
            return Err(wrong());
        }
        let text = if has_block { self.block(index)? } else { String::new() };
        Ok(Edit { lines: first - 1..last, text })
    }

    /// The lines between two fences.
    fn block(&mut self, heading: usize) -> Result<String, ChangeError> {
        let missing = |this: &Self| this.fail(heading + 1, "no fenced block follows".to_owned());
        let fence = match self.lines.next() {
            Some((_, line)) if line.starts_with("```") => {
                line.trim_end_matches(|each: char| each != '`')
            }
            _ => return Err(missing(self)),
        };
        let mut text = String::new();
        loop {
            match self.lines.next() {
                Some((_, line)) if line == fence => return Ok(text),
                Some((_, line)) => {
                    text.push_str(line);
                    text.push('\n');
                }
                None => return Err(missing(self)),
            }
        }
    }

    fn fail(&self, line: usize, reason: String) -> ChangeError {
        ChangeError::Form { change: self.path.to_path_buf(), line, reason }
    }
}
