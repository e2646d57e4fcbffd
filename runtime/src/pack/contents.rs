//! Which files of a function are packed.

use super::{
    error::PackError,
    ignore::{DEFAULTS, Ignore},
};
use crate::{package::read_text, python::CodePaths};
use std::{
    fs, io,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

/// The function's own patterns, in the root of its code.
pub const IGNORE_FILE: &str = ".kraitignore";

/// As a package's that is unpacked.
const DEPTH: usize = 64;
const PATH_BYTES: usize = 1024;

/// A file that is packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its path from the root of the code or the layer, with `/` between its parts.
    pub path: String,
    pub source: PathBuf,
    pub is_executable: bool,
    pub bytes: u64,
}

/// The files of a function, sorted by their paths.
#[derive(Debug, Default)]
pub struct Contents {
    pub code: Vec<Member>,
    pub layers: Vec<Vec<Member>>,
    /// What was left out of the code: files, and folders with all that is in them.
    pub left_out: Vec<String>,
}

impl Contents {
    /// The files of code and layers. What lies at one of the paths `apart` is not packed, without a
    /// word: what an earlier call wrote.
    ///
    /// # Errors
    /// When something cannot be read, or cannot be in a package.
    pub fn of(code: &CodePaths, apart: &[PathBuf]) -> Result<Self, PackError> {
        let mut own = Ignore::default();
        let path = code.code.join(IGNORE_FILE);
        add(&mut own, DEFAULTS, &path)?;
        match read_text(&path) {
            Ok(text) => add(&mut own, &text, &path)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(PackError::Unreadable { path, error }),
        }
        let mut usual = Ignore::default();
        add(&mut usual, DEFAULTS, &path)?;
        let apart: Vec<PathBuf> =
            apart.iter().filter_map(|path| path.canonicalize().ok()).collect();
        let mut walk =
            Walk { ignore: &own, apart: &apart, found: Vec::new(), left_out: Vec::new() };
        walk.folder(&code.code, "", &mut Vec::new())?;
        let (mut files, left_out) = (walk.found, walk.left_out);
        if files.is_empty() {
            return Err(PackError::Empty { code: code.code.clone() });
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        let layers = code.layers.iter().map(|layer| {
            let mut walk =
                Walk { ignore: &usual, apart: &apart, found: Vec::new(), left_out: Vec::new() };
            walk.folder(layer, "", &mut Vec::new())?;
            walk.found.sort_by(|one, other| one.path.cmp(&other.path));
            Ok(walk.found)
        });
        let layers = layers.collect::<Result<_, PackError>>()?;
        Ok(Self { code: files, layers, left_out })
    }

    /// Of all files together.
    pub fn bytes(&self) -> u64 {
        let all = self.code.iter().chain(self.layers.iter().flatten());
        all.map(|member| member.bytes).sum()
    }

    /// How many files there are.
    pub fn count(&self) -> usize {
        self.code.len() + self.layers.iter().map(Vec::len).sum::<usize>()
    }
}

fn add(ignore: &mut Ignore, text: &str, path: &Path) -> Result<(), PackError> {
    ignore.add(text).map_err(|(line, text)| PackError::Pattern {
        path: path.to_path_buf(),
        line,
        text,
    })
}

struct Walk<'a> {
    ignore: &'a Ignore,
    apart: &'a [PathBuf],
    found: Vec<Member>,
    left_out: Vec<String>,
}

impl Walk<'_> {
    /// Looks through a folder, links followed. `above` are the folders that it is in.
    fn folder(
        &mut self,
        folder: &Path,
        path: &str,
        above: &mut Vec<(u64, u64)>,
    ) -> Result<(), PackError> {
        let unreadable = |error| PackError::Unreadable { path: folder.to_path_buf(), error };
        let about = fs::metadata(folder).map_err(unreadable)?;
        let identity = (about.dev(), about.ino());
        if above.contains(&identity) {
            return Err(PackError::Circle { path: folder.to_path_buf() });
        }
        if above.len() > DEPTH {
            return Err(PackError::Name { path: folder.to_path_buf() });
        }
        above.push(identity);
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let source = entry.map_err(unreadable)?.path();
            let unnamed = || PackError::Name { path: source.clone() };
            let name = source.file_name().and_then(|name| name.to_str()).ok_or_else(unnamed)?;
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}/{name}") };
            if path.len() > PATH_BYTES || name.contains(['\\', '\n', '\r']) {
                return Err(unnamed());
            }
            self.entry(source, path, above)?;
        }
        above.pop();
        Ok(())
    }

    fn entry(
        &mut self,
        source: PathBuf,
        path: String,
        above: &mut Vec<(u64, u64)>,
    ) -> Result<(), PackError> {
        let is_folder = source.is_dir();
        if self.ignore.leaves_out(&path, is_folder) || is_folder && is_environment(&source) {
            self.left_out.push(if is_folder { format!("{path}/") } else { path });
            return Ok(());
        }
        if self.apart.iter().any(|apart| source.canonicalize().is_ok_and(|own| own == *apart)) {
            return Ok(());
        }
        if is_folder {
            return self.folder(&source, &path, above);
        }
        let about = fs::metadata(&source)
            .map_err(|error| PackError::Unreadable { path: source.clone(), error })?;
        if !about.is_file() {
            return Err(PackError::Special { path: source });
        }
        let is_executable = about.permissions().mode() & 0o100 != 0;
        self.found.push(Member { path, source, is_executable, bytes: about.len() });
        Ok(())
    }
}

/// Whether a folder is a virtual environment, whatever its name.
fn is_environment(folder: &Path) -> bool {
    folder.join("pyvenv.cfg").is_file()
}
