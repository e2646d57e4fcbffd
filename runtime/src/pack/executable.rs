//! One program: krait with a function.
//!
//! ```text
//! krait
//! a zip: code/…, layers/N/…, krait.toml
//! zeros up to a page, and the Trailer: where the zip begins, and how long it is
//! krait's snapshot, if there is one, and its trailer      snapshot/image.rs
//! zeros up to a page, and the second snapshot: with the function loaded, if it is
//! what is known of that function: contract/kept.rs, as JSON
//! the second snapshot's trailer
//! ```

use super::{
    PackError, Parts, Sizes,
    entry::{self, Content, Entry},
    length_of,
    program::Program,
    settings, unwritable, written_to,
};
use crate::{
    contract::KeptFunction,
    package::{self, PackageError},
    snapshot::{self, Place},
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

/// Where the files of a program are whose function is loaded already, on each machine: what was loaded knows
/// its paths. It is the place that all systems have for what is kept and can be made again.
const ABOVE_FILES: &str = "/var/tmp";

/// The function's files, as they lie in the program.
#[derive(Debug)]
pub struct Files {
    zip: Vec<u8>,
    /// Where they are on each machine.
    pub folder: PathBuf,
}

impl Files {
    /// The files of a function; `loads_once` as in [`settings::text`].
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn of(parts: &Parts<'_>, loads_once: bool, target: &Path) -> Result<Self, PackError> {
        /// How many digits of the content's digest tell one from another.
        const DIGITS: usize = 16;
        let Parts { function, contents, .. } = parts;
        let failed = unwritable(target);
        let mut entries = entry::of_function(contents, "code/", "layers/");
        let text = settings::text(function, contents.layers.len(), "", loads_once);
        entries.push(Entry {
            name: settings::FILE.to_owned(),
            is_executable: false,
            content: Content::Bytes(text.into()),
        });
        let mut zip = io::Cursor::new(Vec::new());
        entry::zip(entries, &mut zip, &failed)?;
        let zip = zip.into_inner();
        let digest = package::digest(io::Cursor::new(&zip)).map_err(&failed)?;
        let name = format!("{}-{}", function.name, &digest[..DIGITS.min(digest.len())]);
        Ok(Self { zip, folder: Path::new(ABOVE_FILES).join(name) })
    }

    /// Unpacks them to where they are on each machine.
    ///
    /// # Errors
    /// When they cannot be there.
    pub fn unpack(&self) -> Result<(), PackageError> {
        package::unpacked_part_at(io::Cursor::new(&self.zip), &self.folder, &self.folder)
    }
}

/// A function that was loaded.
#[derive(Debug)]
pub struct Loaded<'a> {
    /// The snapshot that it was loaded over.
    pub first: Place,
    /// The file of the snapshot with the function.
    pub second: &'a Path,
    pub known: &'a KeptFunction,
}

impl Program {
    /// This program, with the snapshot that is attached to it.
    ///
    /// # Errors
    /// When its file cannot be read, or has a function packed into it.
    pub fn own() -> Result<Self, PackError> {
        let path = PathBuf::from("/proc/self/exe");
        let opened = snapshot::own_file();
        let file = opened.map_err(|error| PackError::Unreadable { path: path.clone(), error })?;
        if Packed::own().is_some() {
            return Err(PackError::Packed);
        }
        Self::of(path, file)
    }
}

/// Writes a program with the function to `target`.
///
/// # Errors
/// When it cannot be written.
pub fn write(
    parts: &Parts<'_>,
    Files { zip, .. }: &Files,
    loaded: Option<&Loaded<'_>>,
    target: &Path,
) -> Result<Sizes, PackError> {
    let Parts { contents, program, .. } = parts;
    let snapshot = snapshot::attached_at(&program.file);
    let start = snapshot.unwrap_or(program.bytes);
    written_to(target, |file| {
        let mut write = || -> io::Result<()> {
            io::copy(&mut program.reader()?.take(start), file)?;
            file.write_all(zip)?;
            let end = start + zip.len() as u64;
            let next = pad(file, end, TRAILER_BYTES, program.page())?;
            file.write_all(&MAGIC)?;
            file.write_all(&start.to_le_bytes())?;
            file.write_all(&(zip.len() as u64).to_le_bytes())?;
            let first = match (snapshot, loaded) {
                (Some(_), _) => {
                    let mut from = &program.file;
                    from.seek(SeekFrom::Start(start))?;
                    let bytes = program.bytes - start - snapshot::TRAILER_BYTES;
                    Some(io::copy(&mut from.take(bytes), file)?)
                }
                (None, Some(loaded)) => Some(loaded.first.copy_to(file)?),
                (None, None) => None,
            };
            if let Some(bytes) = first {
                file.write_all(&snapshot::trailer(next))?;
                if let Some(loaded) = loaded {
                    let first_end = next + bytes + snapshot::TRAILER_BYTES;
                    let second = pad(file, first_end, 0, program.page())?;
                    let bytes = io::copy(&mut File::open(loaded.second)?, file)?;
                    file.write_all(&serde_json::to_vec(loaded.known)?)?;
                    file.write_all(&snapshot::second_trailer(first_end, second, bytes))?;
                }
            }
            file.flush()?;
            file.get_ref().set_permissions(Permissions::from_mode(0o755))
        };
        write().map_err(unwritable(target))
    })?;
    Ok(Sizes { unpacked: contents.bytes() + program.bytes, written: length_of(target)? })
}

/// Writes zeros from `end` on, so that `room` bytes are left before a multiple of a page. Returns that.
fn pad(file: &mut impl io::Write, end: u64, room: u64, page: u64) -> io::Result<u64> {
    let next = (end + room).next_multiple_of(page);
    io::copy(&mut io::repeat(0).take(next - room - end), file)?;
    Ok(next)
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

    /// Its files, unpacked. They stay: in `folder` if that can be had, otherwise in the user's cache.
    ///
    /// # Errors
    /// When they can be unpacked nowhere.
    pub fn unpacked(self, folder: Option<&Path>) -> Result<Unpacked, PackageError> {
        let own = fs::read_link("/proc/self/exe").unwrap_or_else(|_| PathBuf::from("this program"));
        let mut part = Part { file: self.file, start: self.offset, bytes: self.bytes, at: 0 };
        if let Some(folder) = folder
            && package::unpacked_part_at(&mut part, &own, folder).is_ok()
        {
            return Ok(Unpacked { folder: folder.to_path_buf() });
        }
        part.at = 0;
        Ok(Unpacked { folder: package::unpacked_part(part, &own)? })
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
