//! Finding a function's code: a folder, a `.py` file, a zip package, layers, a template.
//!
//! Everything ends as folders on disk, because that is what the interpreter imports from.

mod error;
mod template;
mod unpack;

pub use error::PackageError;
pub use template::{Declared, find as find_template, read as read_template};
pub use unpack::current_user;

use crate::{
    contract::{Handler, limits},
    python::CodePaths,
};
use std::path::{Path, PathBuf};

/// Code that is ready to be imported.
#[derive(Debug, Clone)]
pub struct Package {
    pub paths: CodePaths,
    /// The handler the code's own name implies: `.py` files have one.
    pub implied_handler: Option<Handler>,
    /// Where the code came from, if it was unpacked: the zip.
    archive: Option<PathBuf>,
}

/// Opens `code` (a folder, a `.py` file or a zip) and `layers` (folders or zips). Zips are
/// unpacked below `cache`, once for each content.
///
/// # Errors
/// When something is missing, is not code, or cannot be unpacked.
pub fn open(code: &Path, layers: &[PathBuf], cache: &Path) -> Result<Package, PackageError> {
    if layers.len() > limits::LAYERS {
        return Err(PackageError::TooManyLayers { given: layers.len() });
    }
    let layers = layers
        .iter()
        .map(|layer| Ok(open_folder_or_zip(layer, cache)?.0))
        .collect::<Result<_, PackageError>>()?;
    let is_python = code.extension().is_some_and(|extension| extension == "py");
    if is_python && code.is_file() {
        let file = absolute(code)?;
        let module = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let folder = file.parent().unwrap_or(Path::new("/")).to_path_buf();
        let implied_handler = Some(Handler { module, ..Handler::default() });
        return Ok(Package {
            paths: CodePaths { code: folder, layers },
            implied_handler,
            archive: None,
        });
    }
    let (folder, archive) = open_folder_or_zip(code, cache)?;
    Ok(Package { paths: CodePaths { code: folder, layers }, implied_handler: None, archive })
}

impl Package {
    /// Refuses a zip whose entry file sits in a folder instead of at the root: the most
    /// common mistake of the platform's users (scf-contract §12).
    ///
    /// # Errors
    /// [`PackageError::EntryInFolder`], naming the folder.
    pub fn check_entry(&self, handler: &Handler) -> Result<(), PackageError> {
        let Some(archive) = &self.archive else {
            return Ok(());
        };
        let entry = PathBuf::from(format!("{}.py", handler.entry_path()));
        let root = &self.paths.code;
        if root.join(&entry).is_file() || root.join(handler.entry_path()).is_dir() {
            return Ok(());
        }
        let folders = std::fs::read_dir(root).into_iter().flatten().flatten();
        for folder in folders {
            if folder.path().join(&entry).is_file() {
                return Err(PackageError::EntryInFolder {
                    archive: archive.clone(),
                    entry,
                    folder: folder.file_name().to_string_lossy().into_owned(),
                });
            }
        }
        Ok(())
    }
}

/// The folder, and the zip it was unpacked from if it was.
fn open_folder_or_zip(
    path: &Path,
    cache: &Path,
) -> Result<(PathBuf, Option<PathBuf>), PackageError> {
    let kind = std::fs::metadata(path)
        .map_err(|error| PackageError::Unreadable { path: path.to_path_buf(), error })?;
    if kind.is_dir() {
        return Ok((absolute(path)?, None));
    }
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip")) {
        let folder = unpack::into_cache(path, cache)?;
        return Ok((folder, Some(path.to_path_buf())));
    }
    Err(PackageError::NotCode { path: path.to_path_buf() })
}

fn absolute(path: &Path) -> Result<PathBuf, PackageError> {
    path.canonicalize()
        .map_err(|error| PackageError::Unreadable { path: path.to_path_buf(), error })
}
