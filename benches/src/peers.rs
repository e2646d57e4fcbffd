//! The CPythons of this machine.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A host CPython.
pub(crate) struct Peer {
    pub program: PathBuf,
    pub version: String,
}

/// Every CPython 3 in pyenv's folder and in the PATH, by its real program: pyenv's own
/// wrapper scripts would add their time.
pub(crate) fn find() -> Vec<Peer> {
    let versions = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".pyenv/versions"));
    let pyenv =
        versions.and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let mut programs: Vec<PathBuf> = pyenv
        .map(|version| version.path().join("bin/python3"))
        .filter(|path| path.exists())
        .collect();
    if programs.is_empty() {
        programs.push(PathBuf::from("python3"));
    }
    let mut peers: Vec<Peer> = programs.iter().filter_map(|program| peer(program)).collect();
    peers.sort_by(|one, other| one.version.cmp(&other.version));
    peers
}

fn peer(program: &Path) -> Option<Peer> {
    let script = "import sys; print(sys.executable, '.'.join(map(str, sys.version_info[:3])))";
    let output = Command::new(program).args(["-I", "-S", "-c", script]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (program, version) = text.trim().rsplit_once(' ')?;
    let recent = version.split('.').nth(1)?.parse::<u32>().ok()? >= 9;
    recent.then(|| Peer { program: program.into(), version: version.to_owned() })
}
