//! What comes along with a program: licences, completions and manual pages.

use super::{Program, root};
use anyhow::{Context, Result};
use std::fs;

/// The shells, and what their completions are called where each looks for them.
const SHELLS: [(&str, &str); 5] = [
    ("bash", "krait.bash"),
    ("zsh", "_krait"),
    ("fish", "krait.fish"),
    ("elvish", "krait.elv"),
    ("powershell", "_krait.ps1"),
];

const LICENCES: [&str; 3] = ["LICENSE", "LICENSE-APACHE", "LICENSE-MIT"];

/// A file by its name.
pub(super) type Named = (String, Vec<u8>);

/// The files beside a program, each kind sorted by name.
#[derive(Debug)]
pub(super) struct Parts {
    /// Also that of what is inside: `THIRD-PARTY.txt`.
    pub licences: Vec<Named>,
    pub completions: Vec<Named>,
    /// `krait.1` and one for each command.
    pub manual: Vec<Named>,
}

impl Parts {
    /// Asks a program that runs here: they are the same for each target.
    pub(super) fn of(program: &Program, third_party: String) -> Result<Self> {
        let mut licences = Vec::new();
        for name in LICENCES {
            licences.push((name.to_owned(), fs::read(root().join(name)).context(name)?));
        }
        licences.push(("THIRD-PARTY.txt".to_owned(), third_party.into_bytes()));
        let mut completions = Vec::new();
        for (shell, name) in SHELLS {
            completions
                .push((name.to_owned(), program.prints(&["completions", shell])?.into_bytes()));
        }
        completions.sort();
        Ok(Self { licences, completions, manual: manual(program)? })
    }

    /// The completions of one shell.
    pub(super) fn completions_of(&self, shell: &str) -> Result<&[u8]> {
        let name = SHELLS.iter().find(|(name, _)| *name == shell).map(|(_, file)| *file);
        let found = self.completions.iter().find(|(file, _)| Some(&**file) == name);
        found.map(|(_, text)| &**text).with_context(|| format!("no completions for {shell}"))
    }
}

fn manual(program: &Program) -> Result<Vec<Named>> {
    let folder = std::env::temp_dir().join(format!("krait-release-{}", std::process::id()));
    let written = program.prints(&["man", &folder.to_string_lossy()]);
    let read = written.and_then(|_| {
        let mut pages = Vec::new();
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            pages.push((entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?));
        }
        pages.sort();
        Ok(pages)
    });
    // What was read stays, whatever becomes of the folder.
    let _ = fs::remove_dir_all(&folder);
    read
}
