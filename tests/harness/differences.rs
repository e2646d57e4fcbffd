//! Cases with another result in a WebAssembly module. `tests/webassembly.md` lists them by what the
//! module lacks, with their results there.

use super::markdown::{self, Block};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// How a case fares in a module.
#[derive(Clone)]
pub(crate) enum InModule {
    Same,
    /// It runs, and gives these results in place of the case's own. Without blocks, its results
    /// must differ; otherwise it need not be listed.
    Differs(Vec<Block>),
    /// It does not run: it would not end, or needs another command of krait.
    NotRun,
}

/// Whether what is tested is `krait.wasm` in a host.
pub(crate) fn in_module() -> bool {
    std::env::var_os("KRAIT_IN_MODULE").is_some()
}

/// The list, read: its parts' headings begin with "Differs" or "Not run", and each item is a
/// case's name in backquotes, with blocks below it.
pub(crate) struct Listed(Vec<(String, InModule)>);

impl Listed {
    pub(crate) fn read() -> Self {
        let text = fs::read_to_string(path()).expect("tests/webassembly.md is readable");
        let mut kind = InModule::Same;
        let mut cases: Vec<(String, InModule)> = Vec::new();
        let mut lines = text.lines().enumerate();
        while let Some((number, line)) = lines.next() {
            if let Some(heading) = line.strip_prefix("## ") {
                kind = match heading {
                    _ if heading.starts_with("Differs") => InModule::Differs(Vec::new()),
                    _ if heading.starts_with("Not run") => InModule::NotRun,
                    _ => panic!("tests/webassembly.md: what is {heading:?}?"),
                };
            } else if let Some(name) = item(line) {
                cases.push((name.to_owned(), kind.clone()));
            } else if let Some(block) = markdown::block(number, line, &mut lines) {
                match cases.last_mut() {
                    Some((_, InModule::Differs(blocks))) => blocks.push(block),
                    _ => panic!("tests/webassembly.md:{number}: a block of no case that differs"),
                }
            }
        }
        Self(cases)
    }

    pub(crate) fn of(&self, name: &str) -> InModule {
        let is_meant = |listed: &str| {
            let whole_file = listed.strip_suffix("::*");
            listed == name || whole_file.is_some_and(|file| name.split("::").next() == Some(file))
        };
        let found = self.0.iter().find(|(listed, _)| is_meant(listed));
        found.map_or(InModule::Same, |(_, kind)| kind.clone())
    }
}

/// Writes the results of a differing case below its item.
pub(crate) fn bless<'a>(
    name: &str,
    actual: impl Iterator<Item = &'a (&'static str, String)> + Clone,
) {
    let text = fs::read_to_string(path()).expect("tests/webassembly.md is readable");
    let mut written = String::new();
    let old: Vec<&str> = text.lines().collect();
    let mut lines = text.lines().enumerate();
    let mut blessed = false;
    while let Some((number, line)) = lines.next() {
        if let Some(block) = markdown::block(number, line, &mut lines) {
            // What stood below the item goes.
            if !blessed {
                written
                    .extend(old[number..=block.lines.end].iter().map(|line| format!("{line}\n")));
            }
            continue;
        }
        blessed = item(line) == Some(name);
        written += &format!("{line}\n");
        if blessed {
            for (kind, text) in actual.clone() {
                let fence = if text.contains("```") { "````" } else { "```" };
                written += &format!("{fence}{kind}\n{text}{fence}\n");
            }
        }
    }
    fs::write(path(), written).expect("tests/webassembly.md is writable");
}

fn item(line: &str) -> Option<&str> {
    line.strip_prefix("- `")?.split('`').next()
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/webassembly.md")
}
