//! A package for a platform that starts `bootstrap`: a zip.

use super::{
    PackError, Parts, Sizes,
    entry::{self, Content, Entry},
    error::megabytes,
    length_of, unwritable, written_to,
};
use crate::{contract::limits, package::PACKED_LAYERS};
use std::path::Path;

/// A platform with a runtime API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    Scf,
    Lambda,
}

/// The program that the platforms start.
const BOOTSTRAP: &str = "bootstrap";

impl Provider {
    fn name(self) -> &'static str {
        match self {
            Self::Scf => "SCF",
            Self::Lambda => "Lambda",
        }
    }

    /// The most bytes of a zip that is uploaded as it is, and of what is in it.
    fn limits(self) -> (u64, u64) {
        match self {
            Self::Scf => (limits::ZIP_BYTES, limits::CODE_BYTES),
            Self::Lambda => (limits::LAMBDA_ZIP_BYTES, limits::LAMBDA_CODE_BYTES),
        }
    }

    /// What is said of a zip that is too large to be uploaded as it is.
    pub fn remark(self, sizes: Sizes) -> Option<String> {
        let (most, _) = self.limits();
        let store = match self {
            Self::Scf => "COS",
            Self::Lambda => "S3",
        };
        (sizes.written > most).then(|| {
            format!(
                "the zip is {}: {} takes {} by direct upload; put it into {store} and name it there",
                megabytes(sizes.written),
                self.name(),
                megabytes(most)
            )
        })
    }
}

/// Writes a package of a function for `provider` to `target`.
///
/// # Errors
/// When it is too large for the provider, or cannot be written.
pub fn write(parts: &Parts<'_>, provider: Provider, target: &Path) -> Result<Sizes, PackError> {
    let Parts { contents, program, .. } = parts;
    if contents.code.iter().any(|member| member.path == BOOTSTRAP) {
        return Err(PackError::Taken { name: BOOTSTRAP });
    }
    let unpacked = contents.bytes() + program.bytes;
    let (_, most) = provider.limits();
    if unpacked > most {
        return Err(PackError::TooLarge { bytes: unpacked, most, place: provider.name() });
    }
    let mut entries = entry::of_function(contents, "", &format!("{PACKED_LAYERS}/"));
    entries.push(Entry {
        name: BOOTSTRAP.to_owned(),
        is_executable: true,
        content: Content::Program(program),
    });
    written_to(target, |file| entry::zip(entries, file, &unwritable(target)))?;
    Ok(Sizes { unpacked, written: length_of(target)? })
}
