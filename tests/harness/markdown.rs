//! Cases as they stand in Markdown.

use super::refusals::Refused;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The phrases in a case's prose that run its handler on CPython too, with the oldest version that
/// gives the same.
const ON_CPYTHON: [(&str, (u32, u32)); 2] =
    [("Same on CPython.", (3, 11)), ("Same on CPython 3.14.", (3, 14))];

/// The phrase in a case's prose that tells that only root can run it.
const NEEDS_ROOT: &str = "Needs root.";

/// The phrase that tells that the kernel must have Landlock, with rules for TCP.
const NEEDS_LANDLOCK: &str = "Needs Landlock.";

/// The phrase that tells that its files must not be below `/tmp`, which every function may use.
const NEEDS_OUTSIDE: &str = "Needs a place outside /tmp.";

/// One case: a heading and the blocks below it.
pub(crate) struct Case {
    /// The Markdown file's name, without its extension.
    pub file: String,
    pub path: PathBuf,
    /// The heading.
    pub name: String,
    /// The oldest CPython that gives the case's result; none if the case does not run on CPython.
    pub on_cpython: Option<(u32, u32)>,
    pub needs_root: bool,
    pub needs_landlock: bool,
    pub needs_outside: bool,
    /// What the kernel refuses to the command.
    pub refused: Option<Refused>,
    pub blocks: Vec<Block>,
}

/// A fenced block.
#[derive(Clone)]
pub(crate) struct Block {
    /// The word after the fence: a language, or `sh`, `stdout`, `stderr`, `exit`, `zip`.
    pub kind: String,
    /// What follows that word: the file the block is written to.
    pub target: String,
    pub text: String,
    /// The lines of the file between the fences, counted from 0, the end excluded.
    pub lines: std::ops::Range<usize>,
}

impl Case {
    /// The text of the only block of a kind.
    pub(crate) fn only(&self, kind: &str) -> Option<&Block> {
        let mut blocks = self.blocks.iter().filter(|block| block.kind == kind);
        let first = blocks.next();
        assert!(blocks.next().is_none(), "{}: more than one block {kind}", self.name);
        first
    }
}

/// The cases of a file.
pub(crate) fn cases(path: &Path) -> Vec<Case> {
    let text = fs::read_to_string(path).expect("a case file is readable");
    let file = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut cases: Vec<Case> = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(name) = line.strip_prefix("## ") {
            cases.push(Case {
                file: file.clone(),
                path: path.to_path_buf(),
                name: name.to_owned(),
                on_cpython: None,
                needs_root: false,
                needs_landlock: false,
                needs_outside: false,
                refused: None,
                blocks: Vec::new(),
            });
        } else if let Some(case) = cases.last_mut() {
            let phrase = ON_CPYTHON.iter().find(|(phrase, _)| line.contains(phrase));
            case.on_cpython = case.on_cpython.or(phrase.map(|(_, oldest)| *oldest));
            case.needs_root |= line.contains(NEEDS_ROOT);
            case.needs_landlock |= line.contains(NEEDS_LANDLOCK);
            case.needs_outside |= line.contains(NEEDS_OUTSIDE);
            case.refused = case.refused.or(Refused::by(line));
            if let Some(block) = block(number, line, &mut lines) {
                case.blocks.push(block);
            }
        }
    }
    cases
}

/// The block that the line `number` opens, if it is a fence; its other lines are taken from
/// those that follow.
pub(crate) fn block<'a>(
    number: usize,
    line: &str,
    lines: &mut impl Iterator<Item = (usize, &'a str)>,
) -> Option<Block> {
    let fence: String = line.chars().take_while(|each| *each == '`').collect();
    if fence.len() < 3 {
        return None;
    }
    let opened = &line[fence.len()..];
    let (kind, target) = opened.split_once(' ').unwrap_or((opened, ""));
    let mut block = Block {
        kind: kind.to_owned(),
        target: target.trim().to_owned(),
        text: String::new(),
        lines: number + 1..number + 1,
    };
    for (number, line) in lines {
        block.lines.end = number;
        if line == fence {
            break;
        }
        block.text.push_str(line);
        block.text.push('\n');
    }
    Some(block)
}
