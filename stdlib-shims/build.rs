//! Assembles and compiles the Python half of the standard library, which krait freezes.
//!
//! It is `rustpython-pylib`'s `Lib` without what no handler can use, plus the files under
//! `python/`. Files in `replace/` replace the library's files or add new ones. Files in `append/`
//! are added to the end of the module of the same name. A WebAssembly module also gets the files
//! under `python/module/`, and most of its library is packed: see `src/packed.rs`.
//!
//! This file puts the library together. What is left out of it is in `build/left_out.rs`.

#[path = "build/freeze.rs"]
mod freeze;
#[path = "build/left_out.rs"]
mod left_out;
#[path = "build/packing.rs"]
mod packing;
#[path = "build/patterns.rs"]
mod patterns;

use freeze::{freeze, freeze_one};
use left_out::{LEFT_OUT_IN_MODULE, is_left_out, refusal};
use packing::{NOT_PACKED, STAND_IN, encode, pack};
use patterns::with_flags_as_numbers;
use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fs, io,
    path::{Path, PathBuf},
};

/// The changes of the library's modules: see `engine/README.md`.
const LIBRARY_CHANGES: &str = "../engine/changes/rustpython-pylib";

/// The variable that names a folder of the engine's sources to use as they are, and where the
/// library's modules are in it.
const EDITED_ENGINE: &str = "KRAIT_ENGINE_SOURCES";
const LIBRARY: &str = "rustpython-pylib/Lib";

/// What to use instead of packages with compiled extensions: of ASCII, with no escapes that Python
/// has not.
const EXTENSIONS: &str = "extensions.toml";

/// Where krait's own Python files are.
const SHIMS: &str = "python";

/// Where stand-ins of Python are, and the package that they make.
const STAND_INS: &str = "../stand-ins/python";
const STAND_INS_PACKAGE: &str = "_krait_stand_ins";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={SHIMS}");
    let mut sources = library()?;
    for (name, source) in &mut sources {
        if !name.starts_with("re") {
            *source = with_flags_as_numbers(source);
        }
    }
    if is_module() {
        for name in LEFT_OUT_IN_MODULE {
            sources.insert(PathBuf::from(name).with_extension("py"), refusal(name));
        }
    }
    // What stands in for it asks it where a program has a terminal.
    let colours = sources.get(Path::new("_colorize.py")).filter(|_| !is_module()).cloned();
    sources.extend(colours.map(|colours| (PathBuf::from("_krait_colours.py"), colours)));
    let everywhere = Path::new(SHIMS);
    let in_module = everywhere.join("module");
    let folders = if is_module() { vec![everywhere, &in_module] } else { vec![everywhere] };
    for folder in folders {
        for (file, name) in python_files(&folder.join("replace"))? {
            if folder == everywhere && is_left_out(&name) {
                continue;
            }
            sources.insert(name, fs::read_to_string(file)?);
        }
        for (file, name) in python_files(&folder.join("append"))? {
            if is_left_out(&name) {
                continue;
            }
            let source = sources.get_mut(&name).unwrap_or_else(|| panic!("no module at {name:?}"));
            source.push('\n');
            source.push_str(&fs::read_to_string(file)?);
        }
    }
    println!("cargo:rerun-if-changed={EXTENSIONS}");
    let extensions = fs::read_to_string(EXTENSIONS)?;
    let module = format!("TEXT = {extensions:?}\n");
    sources.insert(PathBuf::from("_krait_instead.py"), module);
    if env::var_os("CARGO_FEATURE_STAND_INS").is_some() {
        println!("cargo:rerun-if-changed={STAND_INS}");
        for (file, name) in python_files(Path::new(STAND_INS))? {
            sources.insert(Path::new(STAND_INS_PACKAGE).join(name), fs::read_to_string(file)?);
        }
    } else {
        // It calls what zstandard's stand-in is made of.
        sources.remove(Path::new("_zstd.py"));
    }
    let sources: Vec<_> = sources.into_iter().collect();
    let frozen = freeze(&sources);
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    if is_module() {
        let (mut packed, mut kept): (Vec<_>, Vec<_>) =
            frozen.into_iter().partition(|(name, _)| !NOT_PACKED.contains(&name.as_str()));
        packed.sort_by(|(one, _), (other, _)| one.cmp(other));
        kept.extend(freeze_one(Path::new(STAND_IN), "raise ImportError('not unpacked')"));
        fs::write(out.join("packed.rs"), pack(&packed, &out)?)?;
        fs::write(out.join("frozen.bin"), encode(&kept))?;
    } else {
        fs::write(out.join("frozen.bin"), encode(&frozen))?;
    }
    Ok(())
}

/// The library's modules by their path from `Lib`, as the engine's changes have them, less what is
/// left out.
fn library() -> Result<BTreeMap<PathBuf, String>, Box<dyn Error>> {
    println!("cargo:rerun-if-changed={LIBRARY_CHANGES}");
    println!("cargo:rerun-if-env-changed={EDITED_ENGINE}");
    let mut folder = PathBuf::from(rustpython_pylib::LIB_PATH);
    let edited = env::var_os(EDITED_ENGINE).map(|engine| Path::new(&engine).join(LIBRARY));
    let mut changed = BTreeMap::new();
    if let Some(edited) = edited.filter(|edited| edited.is_dir()) {
        folder = edited;
        println!("cargo:rerun-if-changed={}", folder.display());
    } else if let Some(library_crate) = folder.parent() {
        changed = krait_engine::changed_files(library_crate, Path::new(LIBRARY_CHANGES))?;
    }
    let mut sources = BTreeMap::new();
    for (file, name) in python_files(&folder)? {
        sources.insert(name, fs::read_to_string(file)?);
    }
    for (name, text) in changed {
        sources.insert(name.strip_prefix("Lib")?.to_path_buf(), text);
    }
    sources.retain(|name, _| !is_left_out(name));
    if !is_module() {
        sources.insert(PathBuf::from("_krait_venv.py"), scripts_of_venv(&folder)?);
    }
    Ok(sources)
}

/// The scripts that a virtual environment gets, as a module of Python: they have no characters that
/// Rust writes otherwise than Python.
fn scripts_of_venv(library: &Path) -> io::Result<String> {
    let mut text = "SCRIPTS = {\n".to_owned();
    for name in
        ["common/activate", "common/activate.fish", "common/Activate.ps1", "posix/activate.csh"]
    {
        let script = fs::read_to_string(library.join("venv/scripts").join(name))?;
        assert!(script.is_ascii(), "{name} has other characters");
        text += &format!("{name:?}: {script:?},\n");
    }
    Ok(text + "}\n")
}

/// Whether the library is for a WebAssembly module.
fn is_module() -> bool {
    env::var("CARGO_CFG_TARGET_FAMILY").is_ok_and(|family| family == "wasm")
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
