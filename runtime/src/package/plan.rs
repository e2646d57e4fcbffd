//! What a zip comes to on the disk, before anything is written.

use super::{PackageError, compression::foreign_compression};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Seek, SeekFrom},
    path::{Component, Path, PathBuf},
};
use zip::{CompressionMethod, ZipArchive};

/// How many files, links and folders a package may have: what a platform's functions have is
/// counted in thousands, and each costs the disk a block and the kernel memory.
const MEMBERS: usize = 100_000;

/// How deep its folders may nest.
const DEPTH: usize = 64;

/// How long a path within it may be, in bytes; a part of one, as long as file systems take.
const PATH_BYTES: usize = 1024;
const PART_BYTES: usize = 255;

/// The paths of a package, all relative.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// The files, and which member of the zip each is: of two of one name, the last.
    pub files: BTreeMap<PathBuf, usize>,
    /// The links, and where they lead.
    pub links: BTreeMap<PathBuf, PathBuf>,
    /// The folders, those that are only implied included.
    pub folders: BTreeSet<PathBuf>,
}

impl Plan {
    /// # Errors
    /// When the zip may not be unpacked, or cannot.
    pub(super) fn of<R: Read + Seek>(
        zip: &mut ZipArchive<R>,
        archive: &Path,
    ) -> Result<Self, PackageError> {
        let archive = || archive.to_path_buf();
        let damaged = |error: &dyn std::error::Error| PackageError::Damaged {
            archive: archive(),
            reason: error.to_string(),
        };
        let mut plan = Self::default();
        for index in 0..zip.len() {
            let raw = zip.by_index_raw(index).map_err(|error| damaged(&error))?;
            let name = raw.name().map_err(|error| damaged(&error))?.into_owned();
            if raw.encrypted() || raw.compression() == CompressionMethod::AES {
                return Err(PackageError::Encrypted { archive: archive(), member: name });
            }
            if let Some(method) = foreign_compression(raw.compression()) {
                return Err(PackageError::Compression { archive: archive(), member: name, method });
            }
            let outside = || PackageError::Outside { archive: archive(), member: name.clone() };
            let path = raw.enclosed_name().ok_or_else(outside)?;
            let parts = || path.components().map(|part| part.as_os_str().len());
            if parts().count() > DEPTH
                || parts().any(|length| length > PART_BYTES)
                || path.as_os_str().len() > PATH_BYTES
            {
                return Err(PackageError::TooDeep { archive: archive(), member: name });
            }
            let (is_link, is_folder) = (raw.is_symlink(), raw.is_dir());
            drop(raw);
            if path.as_os_str().is_empty() {
                // The package's own folder.
                if is_folder {
                    continue;
                }
                return Err(outside());
            }
            let above = path.ancestors().skip(1).filter(|each| !each.as_os_str().is_empty());
            plan.folders.extend(above.map(Path::to_path_buf));
            if is_link {
                let mut member = zip.by_index(index).map_err(|error| damaged(&error))?;
                let mut target = String::new();
                member
                    .by_ref()
                    .take(4096)
                    .read_to_string(&mut target)
                    .map_err(|error| damaged(&error))?;
                plan.links.insert(path, inner_target(target).ok_or_else(outside)?);
            } else if is_folder {
                plan.folders.insert(path);
            } else {
                plan.files.insert(path, index);
            }
            if plan.files.len() + plan.links.len() + plan.folders.len() > MEMBERS {
                return Err(too_many(archive()));
            }
        }
        let is_twice = |path: &&PathBuf| plan.folders.contains(*path);
        let twice = plan.files.keys().chain(plan.links.keys()).find(is_twice);
        match twice.or_else(|| plan.links.keys().find(|path| plan.files.contains_key(*path))) {
            Some(path) => Err(PackageError::Damaged {
                archive: archive(),
                reason: format!("its member {} is two things at once", path.display()),
            }),
            None => Ok(plan),
        }
    }
}

/// A link may point to where only folders and files of the package, or other such links, can
/// lie: a relative path that never climbs.
fn inner_target(target: String) -> Option<PathBuf> {
    let target = PathBuf::from(target);
    let stays = target
        .components()
        .all(|component| matches!(component, Component::Normal(_) | Component::CurDir));
    (stays && !target.as_os_str().is_empty()).then_some(target)
}

/// Refuses a zip that says at its end that it has more members than a package may have: to read
/// the list of them takes memory for each.
///
/// # Errors
/// [`PackageError::TooManyMembers`]. What cannot be read is found out later.
pub(super) fn check_count<R: Read + Seek>(
    file: &mut R,
    archive: &Path,
) -> Result<(), PackageError> {
    if counted(file).is_some_and(|count| count > MEMBERS as u64) {
        return Err(too_many(archive.to_path_buf()));
    }
    Ok(())
}

fn too_many(archive: PathBuf) -> PackageError {
    PackageError::TooManyMembers { archive, most: MEMBERS }
}

/// The number in the record at a zip's end, or in the one before it of large zips (APPNOTE
/// 4.3.14 and 4.3.16).
fn counted<R: Read + Seek>(file: &mut R) -> Option<u64> {
    const RECORD: &[u8] = b"PK\x05\x06";
    const LARGE_RECORD: &[u8] = b"PK\x06\x06";
    /// The largest comment, the record, and the two of large zips before it.
    const LOOKED_AT: u64 = (1 << 16) + 22 + 20 + 56;
    const UNKNOWN: u16 = u16::MAX;
    let length = file.seek(SeekFrom::End(0)).ok()?;
    file.seek(SeekFrom::Start(length.saturating_sub(LOOKED_AT))).ok()?;
    let mut end = Vec::new();
    file.take(LOOKED_AT).read_to_end(&mut end).ok()?;
    let last = |wanted: &[u8]| end.windows(wanted.len()).rposition(|found| found == wanted);
    let at = last(RECORD)?;
    let count = u16::from_le_bytes(*end.get(at + 10..)?.first_chunk()?);
    if count < UNKNOWN {
        return Some(count.into());
    }
    let at = last(LARGE_RECORD)?;
    Some(u64::from_le_bytes(*end.get(at + 32..)?.first_chunk()?))
}
