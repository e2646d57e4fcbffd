//! `krait check`: what of a function will not work, told without running any of it.
//!
//! It follows imports from the handler's file as an interpreter would, through the function's own
//! files, its packages and its layers. It knows what a target's standard library has, and reads
//! Python by the parser that the engine uses; it holds no interpreter. What is conditional or
//! guarded is never an error.

#![forbid(unsafe_code)]

mod decided;
mod finding;
mod handler;
mod imports;
mod library;
mod paths;
mod remedy;
mod search;
mod shapes;
mod source;
mod surroundings;
mod walk;
mod writes;

pub use finding::{Finding, Kind, Level};
pub use library::Target;
pub use surroundings::{gateway_of, names_layers};

use crate::{contract::Handler, python::CodePaths};
use imports::{Certainty, Imports, Root, Told};
use std::path::{Component, Path, PathBuf};

/// What is to be checked.
pub struct Asked<'a> {
    pub target: Target,
    pub handler: &'a Handler,
    pub paths: &'a CodePaths,
    /// The code as the user typed it, and the layers.
    pub code: &'a Path,
    pub layers: &'a [PathBuf],
    /// Whether the function has other layers, too, so that a missing module may be in one.
    pub has_other_layers: bool,
    /// The zip that the code came from.
    pub archive: Option<&'a Path>,
}

/// All findings, in the order of files and lines.
pub fn check(asked: &Asked<'_>) -> Vec<Finding> {
    let CodePaths { code, layers } = asked.paths;
    let path: Vec<PathBuf> = std::iter::once(code).chain(layers).cloned().collect();
    let mut roots = vec![Root { folder: code.clone(), shown: prefix(asked.code) }];
    for (folder, typed) in layers.iter().zip(asked.layers) {
        roots.push(Root { folder: folder.clone(), shown: prefix(typed) });
    }
    let mut imports = Imports::new(asked.target, path, roots);
    imports.path_is_open |= asked.has_other_layers;
    let mut findings = surroundings::check(&mut imports, asked.archive);
    match entry_file(code, asked.handler) {
        Some(file) => {
            let entry = imports.load_entry(&asked.handler.module, file);
            for id in 0..imports.modules.len() {
                let module = &mut imports.modules[id];
                if let Some(source) = module.source.clone().filter(|_| module.own) {
                    if id == entry && source.invalid.is_none() {
                        module.told.extend(handler::check(&source, &asked.handler.function));
                    }
                    module.told.extend(writes::check(&source, code, asked.target));
                }
            }
            findings.extend(told(&imports, entry));
        }
        None => findings.push(no_entry(asked, &imports)),
    }
    findings.sort();
    findings.dedup();
    findings
}

/// What stands before a file's path within some code.
fn prefix(typed: &Path) -> String {
    let is_file = typed.extension().is_some_and(|end| end == "py") && typed.is_file();
    let folder = if is_file { typed.parent().unwrap_or(Path::new("")) } else { typed };
    // Without the `.` in `./code` and `code/.`.
    let folder: PathBuf = folder.components().filter(|part| *part != Component::CurDir).collect();
    if folder.as_os_str().is_empty() { String::new() } else { format!("{}/", folder.display()) }
}

fn entry_file(code: &Path, handler: &Handler) -> Option<PathBuf> {
    let base = code.join(handler.entry_path());
    let file = base.with_file_name(format!("{}.py", base.file_name()?.to_str()?));
    [file, base.join("__init__.py")].into_iter().find(|path| path.is_file())
}

fn no_entry(asked: &Asked<'_>, imports: &Imports) -> Finding {
    let handler = asked.handler;
    let shown = imports.roots.first().map_or(String::new(), surroundings::shown_folder);
    let file = format!("{}.py", handler.entry_path());
    let folders = std::fs::read_dir(&asked.paths.code).into_iter().flatten().flatten();
    let mut folders: Vec<_> = folders
        .filter(|entry| entry.path().join(&file).is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    folders.sort();
    let (text, tip) = match folders.first() {
        Some(folder) => (
            format!("{file} is in the folder {folder}, not at the root"),
            if asked.archive.is_some() {
                format!("zip what is in the folder: cd {folder} && zip -r ../package.zip .")
            } else {
                format!("krait check {}", prefix(&asked.code.join(folder)).trim_end_matches('/'))
            },
        ),
        None => (
            format!("it has no {file}, which the handler {handler} names"),
            "name the function's file and function: --handler FILE.FUNCTION".to_owned(),
        ),
    };
    surroundings::finding(shown, Level::Error, Kind::Handler, text, Some(tip))
}

/// The findings of all modules, each as sure as its module is imported.
fn told(imports: &Imports, entry: usize) -> Vec<Finding> {
    let mut reached: Vec<Option<Certainty>> = vec![None; imports.modules.len()];
    let mut open = vec![(entry, Certainty::Certain)];
    while let Some((id, certainty)) = open.pop() {
        if reached[id].is_some_and(|reached| reached <= certainty) {
            continue;
        }
        reached[id] = Some(certainty);
        open.extend(
            imports.modules[id].imports.iter().map(|(next, own)| (*next, certainty.max(*own))),
        );
    }
    let mut findings = Vec::new();
    for (module, certainty) in imports.modules.iter().zip(reached) {
        let (Some(source), Some(certainty)) = (&module.source, certainty) else { continue };
        for Told { certainty: own, position: (line, column), kind, text, tip } in &module.told {
            let level = match certainty.max(*own) {
                Certainty::Certain => Level::Error,
                Certainty::Perhaps | Certainty::Later => Level::Warning,
                Certainty::Guarded => Level::Note,
            };
            findings.push(Finding {
                level,
                file: imports.shown(&source.path),
                line: *line,
                column: *column,
                kind: *kind,
                text: text.clone(),
                // What is guarded needs no help.
                tip: tip.clone().filter(|_| level != Level::Note || *kind == Kind::Trigger),
            });
        }
    }
    findings
}
