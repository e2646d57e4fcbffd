//! Finding the file of a module in folders.

use super::library::Target;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What a module's name stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// A file of Python code.
    File(PathBuf),
    /// A folder with `__init__.py`.
    Package { folder: PathBuf },
    /// Folders without.
    Namespace(Vec<PathBuf>),
    /// What holds no source, but is loaded: bytecode, or an extension for the target.
    Opaque { folder: Option<PathBuf> },
    /// Only an extension that the target does not load.
    Extension(PathBuf),
}

/// Searches folders for a module, by the last part of its name.
pub(super) fn find(folders: &[PathBuf], name: &str, target: Target) -> Option<Found> {
    let mut namespace = Vec::new();
    let mut extension = None;
    for parent in folders {
        let folder = parent.join(name);
        if folder.is_dir() {
            if folder.join("__init__.py").is_file() {
                return Some(Found::Package { folder });
            }
            match of_extension(&folder, "__init__", target) {
                Some(Extension::Loaded | Extension::Bytecode) => {
                    return Some(Found::Opaque { folder: Some(folder) });
                }
                Some(Extension::Refused(file)) => extension = extension.or(Some(file)),
                None => namespace.push(folder),
            }
        }
        let compiled = of_extension(parent, name, target);
        if compiled == Some(Extension::Loaded) {
            return Some(Found::Opaque { folder: None });
        }
        let file = parent.join(format!("{name}.py"));
        if file.is_file() {
            return Some(Found::File(file));
        }
        match compiled {
            Some(Extension::Bytecode) => return Some(Found::Opaque { folder: None }),
            Some(Extension::Refused(file)) => extension = extension.or(Some(file)),
            _ => {}
        }
    }
    if let Some(file) = extension {
        return Some(Found::Extension(file));
    }
    (!namespace.is_empty()).then_some(Found::Namespace(namespace))
}

#[derive(Debug, PartialEq, Eq)]
enum Extension {
    /// The target loads it.
    Loaded,
    Refused(PathBuf),
    /// No extension, but code whose source is not there.
    Bytecode,
}

/// The compiled file of a module in a folder, if there is one.
fn of_extension(folder: &Path, name: &str, target: Target) -> Option<Extension> {
    let mut refused = None;
    for entry in fs::read_dir(folder).ok()?.flatten() {
        let file = entry.file_name();
        let Some(rest) = file.to_str().and_then(|file| file.strip_prefix(name)) else { continue };
        let Some(tag) = rest.strip_prefix('.') else { continue };
        if tag == "pyc" {
            refused = Some(Extension::Bytecode);
            continue;
        }
        if ![".so", ".pyd", ".dylib"].iter().any(|end| rest.ends_with(end)) {
            continue;
        }
        if is_loaded(tag, target) {
            return Some(Extension::Loaded);
        }
        refused = Some(Extension::Refused(entry.path()));
    }
    refused
}

/// Whether a target loads an extension with these words behind the module's name.
fn is_loaded(tag: &str, target: Target) -> bool {
    let Target::Cloud(minor) = target else { return false };
    let Some(tag) = tag.strip_suffix("so").map(|tag| tag.trim_end_matches('.')) else {
        return false;
    };
    let own = format!("cpython-3{minor}");
    let of_own = tag.strip_prefix(&own).map(|rest| rest.trim_start_matches('m'));
    matches!(tag, "" | "abi3") || matches!(of_own, Some("-x86_64-linux-gnu"))
}

/// What an extension is for, as its file's name tells: its Python, and its system where that is not
/// the platform's.
pub(super) fn made_for(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let mut python = "CPython".to_owned();
    for part in name.split('.').skip(1) {
        let part =
            part.strip_prefix("cp3").map_or(part.to_owned(), |rest| format!("cpython-3{rest}"));
        for (start, implementation) in [("cpython-", "CPython"), ("pypy", "PyPy")] {
            let Some(rest) = part.strip_prefix(start) else { continue };
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            if digits.len() > 1 {
                python = format!("{implementation} {}.{}", &digits[..1], &digits[1..]);
            }
        }
    }
    let system = if name.ends_with(".pyd") {
        " on Windows"
    } else if name.contains("darwin") || name.ends_with(".dylib") {
        " on macOS"
    } else if name.contains("aarch64") {
        " on ARM"
    } else if name.contains("musl") {
        " on musl"
    } else {
        ""
    };
    python + system
}
