//! Assembles the Python half of the standard library that krait freezes.
//!
//! It is `rustpython-pylib`'s `Lib` less what no handler can use, plus the files
//! under `python/`: those in `replace/` stand instead of (or beside) the library's
//! own, those in `append/` are added to the end of the module of the same name.

use std::{
    collections::hash_map::DefaultHasher,
    env, fs,
    hash::{Hash, Hasher},
    io,
    path::{Path, PathBuf},
};

/// Entries of `Lib` that are not frozen, by path from `Lib`. Each wants a screen,
/// a terminal, a package index, another operating system, or a developer's desk.
const LEFT_OUT: &[&str] = &[
    "__hello__.py",
    "__phello__",
    "_aix_support.py",
    "_android_support.py",
    "_apple_support.py",
    "_ios_support.py",
    "_osx_support.py",
    "_pyrepl",
    "antigravity.py",
    "asyncio/windows_events.py",
    "asyncio/windows_utils.py",
    "ctypes/macholib",
    "doctest.py",
    "ensurepip",
    "idlelib",
    "lib2to3",
    "msilib",
    "nturl2path.py",
    "pydoc_data",
    "site-packages",
    "this.py",
    "tkinter",
    "turtle.py",
    "turtledemo",
    "venv",
    "webbrowser.py",
];

fn main() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let lib = out.join("Lib");
    let shims = Path::new("python");
    println!("cargo:rerun-if-changed={}", shims.display());

    if lib.exists() {
        fs::remove_dir_all(&lib)?;
    }
    copy_library(Path::new(rustpython_pylib::LIB_PATH), &lib, Path::new(""))?;
    for (file, name) in python_files(&shims.join("replace"))? {
        let target = lib.join(&name);
        fs::create_dir_all(target.parent().expect("a file has a folder"))?;
        fs::copy(file, target)?;
    }
    for (file, name) in python_files(&shims.join("append"))? {
        let target = lib.join(&name);
        let mut source = fs::read_to_string(&target)?;
        source.push('\n');
        source.push_str(&fs::read_to_string(file)?);
        fs::write(target, source)?;
    }

    // The macro reads the folder while it is expanded, which cargo cannot see: the
    // digest makes this file, and so the crate, change whenever the folder does.
    let digest = digest(&lib)?;
    fs::write(
        out.join("frozen.rs"),
        format!("// {digest:016x}\nrustpython_vm::py_freeze!(dir = \"Lib\")\n"),
    )
}

fn copy_library(from: &Path, to: &Path, name: &Path) -> io::Result<()> {
    fs::create_dir_all(to.join(name))?;
    for entry in fs::read_dir(from.join(name))? {
        let entry = entry?;
        let name = name.join(entry.file_name());
        let text = name.to_str().unwrap_or_default();
        if LEFT_OUT.contains(&text) || matches!(entry.file_name().to_str(), Some("test" | "tests")) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy_library(from, to, &name)?;
        } else if text.ends_with(".py") {
            // Not fs::copy: the registry's files may be read-only, and shims are appended.
            fs::write(to.join(&name), fs::read(from.join(&name))?)?;
        }
    }
    Ok(())
}

/// Every `.py` file under `folder`, with its path from there, in order of name.
fn python_files(folder: &Path) -> io::Result<Vec<(PathBuf, PathBuf)>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(current) = folders.pop() {
        for entry in fs::read_dir(&current)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "py") {
                let name = path.strip_prefix(folder).expect("below folder").to_path_buf();
                found.push((path, name));
            }
        }
    }
    found.sort();
    Ok(found)
}

fn digest(folder: &Path) -> io::Result<u64> {
    let mut hasher = DefaultHasher::new();
    for (file, name) in python_files(folder)? {
        name.hash(&mut hasher);
        fs::read(file)?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}
