//! Finding a function's code: a folder, a `.py` file, a zip package, layers, a template.
//!
//! Everything ends as folders on disk, because that is what the interpreter imports from. A
//! WebAssembly module may not write to its host's disk: there a zip is read in place.

mod compression;
mod error;
#[cfg(target_os = "wasi")]
mod in_place;
mod node;
mod template;
mod text;
#[cfg(unix)]
mod unpack;

pub use error::PackageError;
pub use template::{
    Declared, DeclaredTimer, find as find_template, read as read_template,
    read_all as read_templates,
};
pub use text::read_text;

use crate::{
    contract::{Handler, limits},
    python::CodePaths,
};
#[cfg(target_os = "wasi")]
use std::path::Component;
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
/// unpacked into the user's cache, once for each content, or below `/tmp`.
///
/// # Errors
/// When something is missing, is not code, or cannot be unpacked.
pub fn open(code: &Path, layers: &[PathBuf]) -> Result<Package, PackageError> {
    if layers.len() > limits::LAYERS {
        return Err(PackageError::TooManyLayers { given: layers.len() });
    }
    let layers = layers
        .iter()
        .map(|layer| Ok(open_folder_or_zip(layer)?.0))
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
    let (folder, archive) = open_folder_or_zip(code)?;
    Ok(Package { paths: CodePaths { code: folder, layers }, implied_handler: None, archive })
}

impl Package {
    /// Whether its code is that of a zip, which nothing changes.
    pub fn is_unpacked(&self) -> bool {
        self.archive.is_some()
    }

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
        if self.holds(&entry) || self.holds(Path::new(&handler.entry_path())) {
            return Ok(());
        }
        match self.top_folders().into_iter().find(|folder| self.holds(&folder.join(&entry))) {
            Some(folder) => Err(PackageError::EntryInFolder {
                archive: archive.clone(),
                entry,
                folder: folder.to_string_lossy().into_owned(),
            }),
            None => Ok(()),
        }
    }

    /// Whether the code has a file or a folder at a path from its root.
    #[cfg(unix)]
    fn holds(&self, path: &Path) -> bool {
        self.paths.code.join(path).exists()
    }

    /// The folders at the code's root.
    #[cfg(unix)]
    fn top_folders(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&self.paths.code).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().into()).collect()
    }
}

/// The folder, and the zip it was unpacked from if it was.
fn open_folder_or_zip(path: &Path) -> Result<(PathBuf, Option<PathBuf>), PackageError> {
    let kind = std::fs::metadata(path)
        .map_err(|error| PackageError::Unreadable { path: path.to_path_buf(), error })?;
    if kind.is_dir() {
        return Ok((absolute(path)?, None));
    }
    if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("zip")) {
        #[cfg(unix)]
        let unpacked = unpack::into_cache(path)?;
        #[cfg(target_os = "wasi")]
        let unpacked = in_place::check(path)?;
        return Ok((unpacked, Some(path.to_path_buf())));
    }
    Err(PackageError::NotCode { path: path.to_path_buf() })
}

/// A path that means the same whatever folder is current.
///
/// # Errors
/// When there is nothing there.
#[cfg(unix)]
pub fn absolute(path: &Path) -> Result<PathBuf, PackageError> {
    path.canonicalize()
        .map_err(|error| PackageError::Unreadable { path: path.to_path_buf(), error })
}

/// A module has no current folder of its own, and cannot ask where links lead: paths are from
/// the host's folder, where it says which that is and has opened it, or else from `/`.
///
/// # Errors
/// None: whether something is there is seen when it is opened.
#[cfg(target_os = "wasi")]
pub fn absolute(path: &Path) -> Result<PathBuf, PackageError> {
    let of_host = std::env::var_os("PWD").map(PathBuf::from).filter(|folder| folder.is_dir());
    let mut absolute = of_host.unwrap_or(PathBuf::from("/"));
    for part in path.components() {
        match part {
            Component::RootDir => absolute = PathBuf::from("/"),
            Component::Normal(name) => absolute.push(name),
            Component::ParentDir => {
                absolute.pop();
            }
            _ => {}
        }
    }
    Ok(absolute)
}
