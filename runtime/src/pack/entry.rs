//! What an archive has in it: files with the modes and the order that make it reproducible.

use super::{Contents, Program, contents::Member, error::PackError};
use std::{
    borrow::Cow,
    fs,
    io::{self, Read as _, Write},
};

/// A file of an archive.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    pub name: String,
    pub is_executable: bool,
    pub content: Content<'a>,
}

#[derive(Debug)]
pub(super) enum Content<'a> {
    File(&'a Member),
    Bytes(Vec<u8>),
    Program(&'a Program),
}

impl Entry<'_> {
    pub(super) fn mode(&self) -> u32 {
        if self.is_executable { 0o755 } else { 0o644 }
    }

    /// All that it holds.
    pub(super) fn read(&self) -> Result<Cow<'_, [u8]>, PackError> {
        match &self.content {
            Content::Bytes(bytes) => Ok(bytes.into()),
            Content::File(Member { source, .. }) => {
                let read = fs::read(source);
                let unreadable = |error| PackError::Unreadable { path: source.clone(), error };
                read.map(Cow::from).map_err(unreadable)
            }
            Content::Program(program) => {
                let mut bytes = Vec::new();
                let read = program.reader().and_then(|mut reader| reader.read_to_end(&mut bytes));
                read.map_err(|error| PackError::Unreadable { path: program.path.clone(), error })?;
                Ok(bytes.into())
            }
        }
    }
}

/// The files of a function: the code in the folder `code`, the layers in `layers/0` and so on,
/// where `layers` is a folder. Each folder ends with `/`, unless it is the root.
pub(super) fn of_function<'a>(contents: &'a Contents, code: &str, layers: &str) -> Vec<Entry<'a>> {
    let entry = |folder: &str, member: &'a Member| Entry {
        name: format!("{folder}{}", member.path),
        is_executable: member.is_executable,
        content: Content::File(member),
    };
    let mut entries: Vec<Entry<'a>> =
        contents.code.iter().map(|member| entry(code, member)).collect();
    for (number, layer) in contents.layers.iter().enumerate() {
        let folder = format!("{layers}{number}/");
        entries.extend(layer.iter().map(|member| entry(&folder, member)));
    }
    entries
}

/// Writes a zip of entries, sorted by their names.
pub(super) fn zip<W: Write + io::Seek>(
    mut entries: Vec<Entry<'_>>,
    file: W,
    failed: &dyn Fn(io::Error) -> PackError,
) -> Result<(), PackError> {
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    let mut zip = zip::ZipWriter::new(file);
    for entry in &entries {
        let content = entry.read()?;
        let options = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .compression_level(Some(6))
            // The first time that a zip knows: 1980.
            .last_modified_time(zip::DateTime::default())
            .unix_permissions(entry.mode());
        zip.start_file(entry.name.as_str(), options).map_err(|error| failed(error.into()))?;
        zip.write_all(&content).map_err(failed)?;
    }
    zip.finish().map_err(|error| failed(error.into()))?;
    Ok(())
}
