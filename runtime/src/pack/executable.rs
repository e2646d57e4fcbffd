//! One program: krait with a function.
//!
//! ```text
//! krait
//! a zip: code/…, layers/N/…, krait.toml
//! zeros up to a page, and the Trailer: where the zip begins, and how long it is
//! the snapshot, if there is one, and its trailer      snapshot/image.rs
//! ```

use super::{
    PackError, Parts, Sizes,
    entry::{self, Content, Entry},
    length_of, settings, unwritable, written_to,
};
use crate::{
    package::{self, PackageError},
    snapshot,
};
use std::{
    fs::{self, File, Permissions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    os::unix::fs::{FileExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

const MAGIC: [u8; 8] = *b"krait\0f1";
const TRAILER_BYTES: u64 = 24;

/// The names of the files below the folder of [`Packed::unpacked`].
const CODE: &str = "code";

/// Writes a program with the function to `target`.
///
/// # Errors
/// When it cannot be written.
pub fn write(parts: &Parts<'_>, target: &Path) -> Result<Sizes, PackError> {
    let Parts { function, contents, program } = parts;
    let failed = unwritable(target);
    let mut entries = entry::of_function(contents, "code/", "layers/");
    entries.push(Entry {
        name: settings::FILE.to_owned(),
        is_executable: false,
        content: Content::Bytes(settings::text(function, contents.layers.len(), "").into()),
    });
    let mut zip = io::Cursor::new(Vec::new());
    entry::zip(entries, &mut zip, &failed)?;
    let zip = zip.into_inner();
    let snapshot = snapshot::attached_at(&program.file);
    let start = snapshot.unwrap_or(program.bytes);
    written_to(target, |file| {
        let mut write = || -> io::Result<()> {
            io::copy(&mut program.reader()?.take(start), file)?;
            file.write_all(&zip)?;
            let end = start + zip.len() as u64;
            let next = (end + TRAILER_BYTES).next_multiple_of(program.page());
            io::copy(&mut io::repeat(0).take(next - TRAILER_BYTES - end), file)?;
            file.write_all(&MAGIC)?;
            file.write_all(&start.to_le_bytes())?;
            file.write_all(&(zip.len() as u64).to_le_bytes())?;
            if snapshot.is_some() {
                let mut from = &program.file;
                from.seek(SeekFrom::Start(start))?;
                let bytes = program.bytes - start - snapshot::TRAILER_BYTES;
                io::copy(&mut from.take(bytes), file)?;
                file.write_all(&snapshot::trailer(next))?;
            }
            file.flush()?;
            file.get_ref().set_permissions(Permissions::from_mode(0o755))
        };
        write().map_err(unwritable(target))
    })?;
    Ok(Sizes { unpacked: contents.bytes() + program.bytes, written: length_of(target)? })
}

/// The function that is packed into this program.
#[derive(Debug)]
pub struct Packed {
    file: File,
    offset: u64,
    bytes: u64,
}

impl Packed {
    /// None where there is no function in it.
    pub fn own() -> Option<Self> {
        let file = snapshot::own_file().ok()?;
        let length = file.metadata().ok()?.len();
        let end = snapshot::attached_at(&file).unwrap_or(length);
        let mut trailer = [0; TRAILER_BYTES as usize];
        file.read_exact_at(&mut trailer, end.checked_sub(TRAILER_BYTES)?).ok()?;
        let (magic, numbers) = trailer.split_first_chunk::<8>()?;
        let (offset, bytes) = numbers.split_first_chunk::<8>()?;
        let (offset, bytes) =
            (u64::from_le_bytes(*offset), u64::from_le_bytes(*bytes.first_chunk()?));
        let is_inside = offset.checked_add(bytes).is_some_and(|last| last <= end);
        (*magic == MAGIC && is_inside).then_some(Self { file, offset, bytes })
    }

    /// Its files, unpacked into the user's cache, where they stay.
    ///
    /// # Errors
    /// When there is no such folder, or it cannot be written.
    pub fn unpacked(self) -> Result<Unpacked, PackageError> {
        let own = fs::read_link("/proc/self/exe").unwrap_or_else(|_| PathBuf::from("this program"));
        let part = Part { file: self.file, start: self.offset, bytes: self.bytes, at: 0 };
        let folder = package::unpacked_part(part, &own)?;
        Ok(Unpacked { folder })
    }
}

/// The folder of a packed function.
#[derive(Debug)]
pub struct Unpacked {
    folder: PathBuf,
}

impl Unpacked {
    /// Where the code is.
    pub fn code(&self) -> PathBuf {
        self.folder.join(CODE)
    }

    /// The `krait.toml` that declares the function.
    pub fn settings(&self) -> PathBuf {
        self.folder.join(settings::FILE)
    }
}

/// A part of a file, as a file of its own.
struct Part {
    file: File,
    start: u64,
    bytes: u64,
    at: u64,
}

impl io::Read for Part {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.bytes.saturating_sub(self.at);
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.file.read_at(&mut buffer[..most], self.start + self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl io::Seek for Part {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.bytes.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
