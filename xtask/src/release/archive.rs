//! Archives with fixed owners, times and order: `tar.gz` and `tar.zst`.

use super::{Facts, Parts, Program};
use anyhow::{Context, Result};
use flate2::GzBuilder;
use std::{fs, io::Write as _, path::Path, sync::Arc};

/// How much is compressed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Compression {
    /// Of gzip and of zip's deflate.
    pub deflate: u32,
    pub zstd: i32,
}

impl Compression {
    /// What ships; or, to try it, what takes no time.
    pub(super) fn of(quick: bool) -> Self {
        if quick { Self { deflate: 1, zstd: 1 } } else { Self { deflate: 9, zstd: 19 } }
    }
}

/// A file of an archive.
#[derive(Debug)]
pub(super) struct File {
    /// Relative, with `/` between folders.
    pub path: String,
    pub mode: u32,
    pub bytes: Arc<[u8]>,
}

impl File {
    pub(super) fn new(path: impl Into<String>, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { path: path.into(), mode: 0o644, bytes: bytes.into() }
    }

    pub(super) fn program(path: impl Into<String>, program: &Program) -> Self {
        Self { path: path.into(), mode: 0o755, bytes: Arc::clone(&program.bytes) }
    }
}

/// Writes both archives of a program, with one folder in them.
pub(super) fn write(
    folder: &Path,
    program: &Program,
    parts: &Parts,
    facts: &Facts,
    compression: Compression,
) -> Result<()> {
    let name = format!("krait-{}-{}", facts.version, program.target.triple);
    let tar = tar(files(&name, program, parts), "", facts.time)?;
    let packed = std::thread::scope(|scope| {
        let gzip = scope.spawn(|| gzip(&tar, compression));
        let zstd = zstd(&tar, compression);
        (gzip.join(), zstd)
    });
    let (Ok(gzip), zstd) = packed else { anyhow::bail!("compression panicked") };
    for (end, bytes) in [("tar.gz", gzip?), ("tar.zst", zstd?)] {
        let path = folder.join(format!("{name}.{end}"));
        fs::write(&path, bytes).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

fn files(name: &str, program: &Program, parts: &Parts) -> Vec<File> {
    let mut files = vec![File::program(format!("{name}/krait"), program)];
    let kinds =
        [("", &parts.licences), ("completions/", &parts.completions), ("man/man1/", &parts.manual)];
    for (place, kind) in kinds {
        for (file, bytes) in kind {
            files.push(File::new(format!("{name}/{place}{file}"), bytes.clone()));
        }
    }
    files
}

/// A tar of files and the folders above them, each name behind `prefix`, sorted, root's own.
pub(super) fn tar(mut files: Vec<File>, prefix: &str, time: u64) -> Result<Vec<u8>> {
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let mut builder = tar::Builder::new(Vec::new());
    let mut made: Vec<String> = Vec::new();
    if !prefix.is_empty() {
        add(&mut builder, prefix, 0o755, tar::EntryType::Directory, time, &[])?;
    }
    for file in &files {
        for (end, _) in file.path.match_indices('/') {
            let folder = &file.path[..=end];
            if !made.iter().any(|each| each == folder) {
                let path = format!("{prefix}{folder}");
                add(&mut builder, &path, 0o755, tar::EntryType::Directory, time, &[])?;
                made.push(folder.to_owned());
            }
        }
        let path = format!("{prefix}{}", file.path);
        add(&mut builder, &path, file.mode, tar::EntryType::Regular, time, &file.bytes)?;
    }
    Ok(builder.into_inner()?)
}

/// Adds a file or a folder that is root's.
pub(super) fn add(
    builder: &mut tar::Builder<Vec<u8>>,
    path: &str,
    mode: u32,
    kind: tar::EntryType,
    time: u64,
    bytes: &[u8],
) -> Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_username("root")?;
    header.set_groupname("root")?;
    header.set_mtime(time);
    header.set_size(bytes.len() as u64);
    // `append_data` would drop the `./` that Debian's packages begin names with.
    let name = path.as_bytes();
    let room = &mut header.as_old_mut().name;
    anyhow::ensure!(name.len() <= room.len(), "{path} is too long a name for an archive");
    room[..name.len()].copy_from_slice(name);
    header.set_cksum();
    builder.append(&header, bytes)?;
    Ok(())
}

/// Compresses, without a name and a time.
pub(super) fn gzip(bytes: &[u8], compression: Compression) -> Result<Vec<u8>> {
    let level = flate2::Compression::new(compression.deflate);
    let mut writer = GzBuilder::new().write(Vec::new(), level);
    writer.write_all(bytes)?;
    Ok(writer.finish()?)
}

fn zstd(bytes: &[u8], compression: Compression) -> Result<Vec<u8>> {
    let mut writer = zstd::Encoder::new(Vec::new(), compression.zstd)?;
    writer.include_checksum(true)?;
    // What comes out does not depend on how many threads there are, if there is one at all.
    writer.multithread(2)?;
    writer.set_pledged_src_size(Some(bytes.len() as u64))?;
    writer.write_all(bytes)?;
    Ok(writer.finish()?)
}
