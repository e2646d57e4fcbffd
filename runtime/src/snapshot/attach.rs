//! A program with its snapshot attached: one file.

use super::{
    Place, Refusal,
    image::{SECOND_TRAILER_BYTES, SecondTrailer, TRAILER_BYTES, Trailer},
    program,
};
use crate::heap::addresses::PAGE;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, Write},
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::Path,
};

/// Writes a copy of this program to `target`, with the snapshot in the file `snapshot`
/// attached instead of whatever is attached to the program itself.
///
/// # Errors
/// When a file cannot be read or written.
pub fn attach(snapshot: &Path, target: &Path) -> io::Result<()> {
    let program = program::open_own_file()?;
    let bytes = match Place::attached() {
        Ok(place) => place.offset,
        Err(Refusal::Absent) => program.metadata()?.len(),
        Err(refusal) => return Err(io::Error::other(refusal.to_string())),
    };
    // A running program cannot be written to, but another file can take its name.
    let unfinished = target.with_extension("unfinished");
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o755).open(&unfinished)?;
    io::copy(&mut program.take(bytes), &mut file)?;
    let offset = bytes.next_multiple_of(PAGE as u64);
    file.set_len(offset)?;
    file.seek(io::SeekFrom::End(0))?;
    io::copy(&mut File::open(snapshot)?, &mut file)?;
    file.write_all(&Trailer::new(offset).to_bytes())?;
    fs::rename(&unfinished, target)
}

/// The file of this program.
///
/// # Errors
/// When it cannot be found or read.
pub fn own_file() -> io::Result<File> {
    program::open_own_file()
}

/// Where in the file of a program the snapshot begins that is attached to it, if there is one.
pub fn attached_at(program: &File) -> Option<u64> {
    Some(Place::attached_to(program.try_clone().ok()?).ok()?.offset)
}

/// What ends a program whose snapshot begins at `offset`, a multiple of a page.
pub fn trailer(offset: u64) -> [u8; TRAILER_BYTES as usize] {
    Trailer::new(offset).to_bytes()
}

/// What ends a program that has a second snapshot of `bytes` at `offset`, a multiple of a page. Without it,
/// the file would end at `first_end`. What the second's maker notes lies before these bytes.
pub fn second_trailer(first_end: u64, offset: u64, bytes: u64) -> [u8; SECOND_TRAILER_BYTES] {
    SecondTrailer::new(first_end, offset, bytes).to_bytes()
}

/// What the maker of this program's second snapshot noted; none where there is no such snapshot.
pub fn notes_of_second() -> Option<Vec<u8>> {
    let file = own_file().ok()?;
    let length = file.metadata().ok()?.len();
    let notes = SecondTrailer::of(&file, length)?.notes(length);
    let mut bytes = vec![0; usize::try_from(notes.end - notes.start).ok()?];
    file.read_exact_at(&mut bytes, notes.start).ok()?;
    Some(bytes)
}
