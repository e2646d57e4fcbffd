//! The krait that is packed.

use super::error::PackError;
use std::{
    fs::File,
    io::{self, Read, Seek as _, SeekFrom},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

/// A krait for Linux.
#[derive(Debug)]
pub struct Program {
    pub(super) path: PathBuf,
    pub(super) file: File,
    /// What processors it runs on, as images have it.
    pub architecture: &'static str,
    pub(super) bytes: u64,
}

impl Program {
    /// Another krait, of another processor for example.
    ///
    /// # Errors
    /// When it cannot be read, or is no program for Linux.
    pub fn at(path: &Path) -> Result<Self, PackError> {
        let file = File::open(path)
            .map_err(|error| PackError::Unreadable { path: path.to_path_buf(), error })?;
        Self::of(path.to_path_buf(), file)
    }

    pub(super) fn of(path: PathBuf, file: File) -> Result<Self, PackError> {
        let mut head = [0; 20];
        let known = file.read_exact_at(&mut head, 0).ok().and_then(|()| architecture(&head));
        let Some(architecture) = known else { return Err(PackError::Program { path }) };
        let bytes = match file.metadata() {
            Ok(about) => about.len(),
            Err(error) => return Err(PackError::Unreadable { path, error }),
        };
        Ok(Self { path, file, architecture, bytes })
    }

    /// A snapshot begins at a multiple of this in its file: the largest page that a kernel may have.
    pub(super) fn page(&self) -> u64 {
        if self.architecture == "arm64" { 64 << 10 } else { 4096 }
    }

    /// All of it, from its start.
    pub(super) fn reader(&self) -> io::Result<impl Read + '_> {
        let mut file = &self.file;
        file.seek(SeekFrom::Start(0))?;
        Ok(file.take(self.bytes))
    }
}

/// What an ELF file's head says of the processor.
fn architecture(head: &[u8; 20]) -> Option<&'static str> {
    const MAGIC: &[u8] = b"\x7fELF";
    const X86_64: u16 = 62;
    const AARCH64: u16 = 183;
    match (head.starts_with(MAGIC), u16::from_le_bytes([head[18], head[19]])) {
        (true, X86_64) => Some("amd64"),
        (true, AARCH64) => Some("arm64"),
        _ => None,
    }
}
