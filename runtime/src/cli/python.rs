//! `krait python`, and a link to krait that is called `python3`.

use super::python_options::{self, Asked, Misuse};
use crate::{
    instance::{python_path, run_program},
    locks,
    python::{Program, python_version},
    snapshot::user_folder,
};
use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

/// Runs Python and does not come back, where this program was called for that. What is not so is
/// left to the command line. `closed` tells which standard streams were closed when the process began.
pub fn run_if_called_so(closed: [bool; 3]) {
    let mut arguments = env::args_os();
    let called = arguments.next().unwrap_or_default();
    let rest: Vec<OsString> = arguments.collect();
    if is_python(&called) {
        run(executable(&called), rest, closed)
    }
    let Some(first) = rest.first() else { return };
    if first == "python" {
        run(python_path(), rest[1..].to_vec(), closed)
    }
    // What `sys.executable` is where no link can be had is called so.
    if is_for_python(first) {
        run(python_path(), rest, closed)
    }
}

/// Whether a program is called `python`, `python3` or the like.
fn is_python(called: &OsStr) -> bool {
    let name = Path::new(called).file_name().unwrap_or_default().as_bytes();
    let version = name.strip_prefix(b"python");
    version.is_some_and(|version| version.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.'))
}

/// Whether an argument is one of Python's and none of krait's: an option, or a program's file.
fn is_for_python(first: &OsStr) -> bool {
    match first.as_bytes() {
        [b'-', letter, ..] => !matches!(letter, b'-' | b'h' | b'V'),
        name => name.ends_with(b".py") && Path::new(first).is_file(),
    }
}

/// The path that this program was called by, or another that runs Python.
fn executable(called: &OsStr) -> PathBuf {
    let called = Path::new(called);
    let found = if called.as_os_str().as_bytes().contains(&b'/') {
        std::path::absolute(called).ok()
    } else {
        env::var_os("PATH").and_then(|path| {
            let mut places = env::split_paths(&path).map(|folder| folder.join(called));
            places.find(|place| place.is_file()).and_then(|place| std::path::absolute(place).ok())
        })
    };
    // A caller can say what it likes: it must be this program.
    let own = fs::canonicalize("/proc/self/exe").ok();
    let is_own = |path: &PathBuf| fs::canonicalize(path).ok() == own;
    found.filter(is_own).unwrap_or_else(python_path)
}

/// Below it is what is installed for krait, outside of virtual environments.
pub(super) fn prefix() -> PathBuf {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data = absolute("XDG_DATA_HOME")
        .or_else(|| Some(absolute("HOME")?.join(".local").join("share")))
        .or_else(user_folder);
    data.map_or_else(|| PathBuf::from("/usr/local"), |data| data.join("krait"))
}

fn run(executable: PathBuf, typed: Vec<OsString>, closed: [bool; 3]) -> ! {
    let name = executable.to_string_lossy().into_owned();
    let program = match python_options::read(&typed) {
        Ok(Asked::Program(program)) => program,
        Ok(Asked::Version) => {
            println!("Python {}", python_version());
            std::process::exit(0)
        }
        Ok(Asked::Help) => {
            print!("{}", python_options::help(&name));
            std::process::exit(0)
        }
        Err(Misuse::Fatal(message, state)) => {
            eprintln!("Fatal Python error: {message}\nPython runtime state: {state}\n");
            std::process::exit(1)
        }
        Err(Misuse::Usage(message)) => {
            eprintln!(
                "{message}\nusage: {name} [option] ... [-c cmd | -m mod | file | -] [arg] ...\n\
                 Try `python -h' for more information."
            );
            std::process::exit(2)
        }
    };
    if let Err(error) = locks::keep_if_asked() {
        eprintln!("krait: KRAIT_LOCKS=keep cannot be had: {error}");
    }
    run_program(Program { executable, prefix: prefix(), typed, closed, ..*program })
}
