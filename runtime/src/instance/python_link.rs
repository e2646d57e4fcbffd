//! A path that runs Python, for `sys.executable`: a link to this program that is called `python3`.
//!
//! The first of these that can be had:
//!
//! 1. a link beside the program, which its owner made;
//! 2. one in the user's folder of caches, made here, in a folder for each place of the program;
//! 3. the program itself, which takes Python's options (`cli/python.rs`).

use crate::snapshot::user_folder;
use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt, symlink},
    },
    path::{Path, PathBuf},
};

const NAME: &str = "python3";

/// The path; empty where the kernel does not tell of this program.
pub fn path() -> PathBuf {
    let Ok(program) = fs::read_link("/proc/self/exe") else { return PathBuf::new() };
    beside(&program).or_else(|| in_cache(&program).ok()).unwrap_or(program)
}

fn beside(program: &Path) -> Option<PathBuf> {
    let link = program.with_file_name(NAME);
    fs::symlink_metadata(&link).ok()?;
    (fs::canonicalize(&link).ok()? == program).then_some(link)
}

fn in_cache(program: &Path) -> io::Result<PathBuf> {
    let refused = || io::Error::from(io::ErrorKind::PermissionDenied);
    let cache = user_folder().ok_or_else(refused)?;
    let folder = cache.join(format!("python-{:016x}", hash(program.as_os_str().as_bytes())));
    let link = folder.join(NAME);
    if !is_own(&folder) {
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        if !is_own(&folder) {
            return Err(refused());
        }
    }
    if fs::read_link(&link).is_ok_and(|target| target == program) {
        return Ok(link);
    }
    // Whoever does the same at the same time puts the same there.
    let unfinished = folder.join(format!("{NAME}.{}", std::process::id()));
    let _ = fs::remove_file(&unfinished);
    symlink(program, &unfinished)?;
    fs::rename(&unfinished, &link)?;
    Ok(link)
}

/// Whether a folder is the user's, and nobody else can write to it.
fn is_own(folder: &Path) -> bool {
    let user = rustix::process::geteuid().as_raw();
    fs::symlink_metadata(folder)
        .is_ok_and(|about| about.is_dir() && about.uid() == user && about.mode() & 0o022 == 0)
}

/// FNV-1a: of the same bytes, the same number in each build.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
