//! Finding a function's code: a folder, a `.py` file, a zip package, layers, a template.
//!
//! All code ends up in folders on disk, because the interpreter imports from folders. A WebAssembly
//! module may not write to its host's disk, so it reads a zip in place.

#![forbid(unsafe_code)]

#[cfg(unix)]
mod cache;
mod compression;
#[cfg(unix)]
mod digest;
mod error;
#[cfg(target_os = "wasi")]
mod in_place;
mod node;
#[cfg(unix)]
mod plan;
mod template;
mod text;
#[cfg(unix)]
mod trusted;
#[cfg(unix)]
mod unpack;

#[cfg(unix)]
pub use digest::digest_of;
pub use error::{PackageError, shortened};
pub use template::{
    Declared, DeclaredTimer, find as find_template, read as read_template,
    read_all as read_templates,
};
pub use text::read_text;

/// The folder of a packed function's layers, within its code: `0`, `1` and so on, in the order in
/// which they are searched. A platform's package has one root only.
pub const PACKED_LAYERS: &str = ".krait/layers";

/// The layers that are packed with code.
pub fn packed_layers(code: &Path) -> Vec<PathBuf> {
    let folder = code.join(PACKED_LAYERS);
    (0..limits::LAYERS)
        .map(|number| folder.join(number.to_string()))
        .take_while(|layer| layer.is_dir())
        .collect()
}

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
    /// The handler that the code's name implies. Only `.py` files imply one.
    pub implied_handler: Option<Handler>,
    /// Where the code came from, if it was unpacked: the zip.
    archive: Option<PathBuf>,
    /// What keeps unpacked code and layers in the cache while they are used.
    #[cfg(unix)]
    _leases: Leases,
}

#[cfg(unix)]
type Leases = Vec<std::sync::Arc<std::fs::File>>;

/// Opens `code` (a folder, a `.py` file or a zip) and `layers` (folders or zips). Zips are
/// unpacked into the user's cache, once for each content, and looked through before they are used
/// again.
///
/// # Errors
/// When something is missing, is not code, or cannot be unpacked.
pub fn open(code: &Path, layers: &[PathBuf]) -> Result<Package, PackageError> {
    open_at(code, layers, None)
}

/// The same, but zips are unpacked into `folder`, which is made for them where there are any, and
/// is the caller's to remove.
///
/// # Errors
/// As those of [`open`].
#[cfg(unix)]
pub fn open_into(code: &Path, layers: &[PathBuf], folder: &Path) -> Result<Package, PackageError> {
    open_at(code, layers, Some(folder))
}

/// Unpacks a zip that is a part of the file `within` into the user's cache, as [`open`] does. It
/// stays there as long as this process runs.
///
/// # Errors
/// As those of [`open`].
#[cfg(unix)]
pub fn unpacked_part(
    zip: impl std::io::Read + std::io::Seek,
    within: &Path,
) -> Result<PathBuf, PackageError> {
    let (folder, lease) = cache::unpacked_from(zip, within)?;
    std::mem::forget(lease);
    Ok(folder)
}

/// The same, but it is unpacked into `folder`, which is made for it unless it is there. It stays there for
/// good.
///
/// # Errors
/// When it cannot be unpacked, or others than this user could change what is there.
#[cfg(unix)]
pub fn unpacked_part_at(
    zip: impl std::io::Read + std::io::Seek,
    within: &Path,
    folder: &Path,
) -> Result<(), PackageError> {
    let (_, lease) = cache::unpacked_at(zip, within, folder)?;
    std::mem::forget(lease);
    Ok(())
}

/// The SHA-256 of a zip's content, as text.
///
/// # Errors
/// When it cannot be read.
#[cfg(unix)]
pub fn digest(mut zip: impl std::io::Read + std::io::Seek) -> std::io::Result<String> {
    digest::content_digest(&mut zip)
}

/// A zip that is known by the SHA-256 of its content, unpacked into `folder`.
///
/// # Errors
/// When it has another content or cannot be unpacked.
#[cfg(unix)]
pub fn open_stored(code: &Path, digest: &str, folder: &Path) -> Result<Package, PackageError> {
    let unreadable = |error| PackageError::Unreadable { path: code.to_path_buf(), error };
    // Into memory first: what is looked at is what is unpacked.
    let mut content = std::io::Cursor::new(std::fs::read(code).map_err(unreadable)?);
    if digest::content_digest(&mut content).map_err(unreadable)? != digest {
        let archive = code.to_path_buf();
        let reason = "its content is not what was stored".to_owned();
        return Err(PackageError::Damaged { archive, reason });
    }
    let unpacked = folder.join("code");
    unpack::into_folder(content, code, &unpacked)?;
    Ok(Package {
        paths: CodePaths { code: unpacked, layers: Vec::new() },
        implied_handler: None,
        archive: Some(code.to_path_buf()),
        _leases: Vec::new(),
    })
}

/// Zips are unpacked below `folder`, or where there is none into the user's cache.
fn open_at(
    code: &Path,
    layers: &[PathBuf],
    folder: Option<&Path>,
) -> Result<Package, PackageError> {
    if layers.len() > limits::LAYERS {
        return Err(PackageError::TooManyLayers { given: layers.len() });
    }
    let mut opening = Opening {
        folder,
        #[cfg(unix)]
        leases: Vec::new(),
    };
    let layers = layers
        .iter()
        .enumerate()
        .map(|(index, layer)| Ok(opening.folder_or_zip(layer, &format!("layer-{index}"))?.0))
        .collect::<Result<_, PackageError>>()?;
    let is_python = code.extension().is_some_and(|extension| extension == "py");
    let (folder, implied_handler, archive) = if is_python && code.is_file() {
        let file = absolute(code)?;
        let module = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let folder = file.parent().unwrap_or(Path::new("/")).to_path_buf();
        (folder, Some(Handler { module, ..Handler::default() }), None)
    } else {
        let (folder, archive) = opening.folder_or_zip(code, "code")?;
        (folder, None, archive)
    };
    Ok(Package {
        paths: CodePaths { code: folder, layers },
        implied_handler,
        archive,
        #[cfg(unix)]
        _leases: opening.leases,
    })
}

impl Package {
    /// The zip that the code was unpacked from, if it was.
    pub fn archive(&self) -> Option<&Path> {
        self.archive.as_deref()
    }

    /// Whether its code is that of a zip, which nothing changes.
    pub fn is_unpacked(&self) -> bool {
        self.archive.is_some()
    }

    /// Refuses a zip whose entry file sits in a folder instead of at the root: the most
    /// common mistake of the platform's users (docs/contract.md §12).
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

    /// Whether the code brings its own runtime: an executable file `bootstrap` at its root.
    ///
    /// # Errors
    /// When it does not.
    #[cfg(unix)]
    pub fn check_bootstrap(&self) -> Result<(), PackageError> {
        if has_bootstrap(&self.paths.code) {
            return Ok(());
        }
        let code = self.archive.clone().unwrap_or_else(|| self.paths.code.clone());
        Err(PackageError::NoBootstrap { code, is_there: self.holds(Path::new(BOOTSTRAP)) })
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

/// What a function's own runtime is called (docs/contract.md §9).
#[cfg(unix)]
const BOOTSTRAP: &str = "bootstrap";

/// Whether a folder holds an executable file `bootstrap`.
#[cfg(unix)]
pub fn has_bootstrap(folder: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let found = std::fs::metadata(folder.join(BOOTSTRAP));
    found.is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

struct Opening<'a> {
    /// Where zips are unpacked; in the user's cache where there is none.
    folder: Option<&'a Path>,
    #[cfg(unix)]
    leases: Leases,
}

impl Opening<'_> {
    /// The folder, and the zip it was unpacked from if it was; `name` is what it is for.
    fn folder_or_zip(
        &mut self,
        path: &Path,
        name: &str,
    ) -> Result<(PathBuf, Option<PathBuf>), PackageError> {
        let unreadable = |error| PackageError::Unreadable { path: path.to_path_buf(), error };
        let kind = std::fs::metadata(path).map_err(unreadable)?;
        if kind.is_dir() {
            return Ok((absolute(path)?, None));
        }
        if path.extension().is_none_or(|extension| !extension.eq_ignore_ascii_case("zip")) {
            return Err(PackageError::NotCode { path: path.to_path_buf() });
        }
        Ok((self.zip(path, name)?, Some(path.to_path_buf())))
    }

    #[cfg(unix)]
    fn zip(&mut self, path: &Path, name: &str) -> Result<PathBuf, PackageError> {
        let Some(folder) = self.folder else {
            let (folder, lease) = cache::unpacked(path)?;
            self.leases.push(std::sync::Arc::new(lease));
            return Ok(folder);
        };
        let folder = folder.join(name);
        let file = std::fs::File::open(path)
            .map_err(|error| PackageError::Unreadable { path: path.to_path_buf(), error })?;
        unpack::into_folder(file, path, &folder)?;
        Ok(folder)
    }

    /// A module reads zips where they are.
    #[cfg(target_os = "wasi")]
    fn zip(&mut self, path: &Path, _: &str) -> Result<PathBuf, PackageError> {
        debug_assert!(self.folder.is_none());
        in_place::check(path)
    }
}

/// A path that does not depend on the current folder.
///
/// # Errors
/// When there is nothing there.
#[cfg(unix)]
pub fn absolute(path: &Path) -> Result<PathBuf, PackageError> {
    path.canonicalize()
        .map_err(|error| PackageError::Unreadable { path: path.to_path_buf(), error })
}

/// A module has no current folder, and cannot resolve links. Paths are relative to the host's
/// folder, if the host names and opens it, else to `/`.
///
/// # Errors
/// None. A missing file is noticed when it is opened.
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
