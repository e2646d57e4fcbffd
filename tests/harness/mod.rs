//! The runner of Markdown cases: reading them, laying their files out, running them.

mod archive;
mod cpython;
mod differences;
mod markdown;
mod refusals;
mod run;

pub(crate) use differences::{InModule, Listed, in_module};
pub(crate) use markdown::Case;
pub(crate) use run::is_blessing;

use std::{fs, path::Path};

/// Every case of every file in `tests/cases`, in order of file and place.
pub(crate) fn all_cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .expect("tests/cases is a folder")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    files.sort();
    files.iter().flat_map(|path| markdown::cases(path)).collect()
}
