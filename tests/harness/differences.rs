//! The cases that come out otherwise in a WebAssembly module: `tests/webassembly.md` lists
//! them by what the module lacks.

use std::{fs, path::Path};

/// How a case fares in a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InModule {
    Same,
    /// It is run, and must come out otherwise: else it is listed in vain.
    Differs,
    /// It is not run: it would not end, or needs another command of krait's.
    NotRun,
}

/// Whether what is tested is `krait.wasm` in a host.
pub(crate) fn in_module() -> bool {
    std::env::var_os("KRAIT_IN_MODULE").is_some()
}

/// Reads the list: its parts' headings begin with "Differs" or "Not run", and each item is a
/// case's name in backquotes.
pub(crate) fn listed() -> impl Fn(&str) -> InModule {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/webassembly.md");
    let text = fs::read_to_string(path).expect("tests/webassembly.md is readable");
    let mut kind = InModule::Same;
    let mut cases = Vec::new();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            kind = match heading {
                _ if heading.starts_with("Differs") => InModule::Differs,
                _ if heading.starts_with("Not run") => InModule::NotRun,
                _ => panic!("tests/webassembly.md: what is {heading:?}?"),
            };
        } else if let Some(name) = line.strip_prefix("- `").and_then(|item| item.split('`').next())
        {
            cases.push((name.to_owned(), kind));
        }
    }
    move |name| {
        let found = cases.iter().find(|(case, _)| {
            case == name
                || case
                    .strip_suffix("::*")
                    .is_some_and(|file| name.split("::").next() == Some(file))
        });
        found.map_or(InModule::Same, |(_, kind)| *kind)
    }
}
