//! CPython to compare with.

use super::target_folder;
use anyhow::{Context, Result, bail};
use std::{
    env, fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The version that krait is at.
pub(super) const WANTED: (u32, u32) = (3, 14);
/// What older ones lack, the comparing programs use.
const OLDEST: (u32, u32) = (3, 11);

/// CPython 3.14, laid under the target folder where there is a tool for that; else the newest of
/// the machine, which must not be older than 3.11.
pub(super) fn newest() -> Result<PathBuf> {
    match laid() {
        Ok(folder) => Ok(folder.join("python3.14")),
        Err(error) => {
            let pyenv = env::var_os("HOME").map(|home| Path::new(&home).join(".pyenv/versions"));
            let pyenv = pyenv.and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten();
            let pyenv = pyenv.flatten().map(|entry| entry.path().join("bin/python3"));
            let (version, python) = [PathBuf::from("python3.14"), PathBuf::from("python3")]
                .into_iter()
                .chain(pyenv)
                .filter_map(|python| Some((version(&python)?, python)))
                .max_by_key(|(version, _)| *version)
                .filter(|(version, _)| *version >= OLDEST)
                .context("there is no CPython 3.11 or newer here; --python names one")?;
            if version != WANTED {
                eprintln!("{error:#}: comparing with {}, which differs", python.display());
            }
            Ok(python)
        }
    }
}

/// What Debian's unstable has of CPython 3.14: the program, its library and test suite, and the
/// libraries that these want, for the machine's own may be older.
const PACKAGES: &[&str] = &[
    "python3.14-minimal",
    "libpython3.14-minimal",
    "libpython3.14-stdlib",
    "libpython3.14-testsuite",
    "libc6",
    "zlib1g",
    "libexpat1",
    "libssl3t64",
    "libffi8",
    "libsqlite3-0",
    "libbz2-1.0",
    "liblzma5",
    "libuuid1",
    "libmpdec4",
    "libreadline8t64",
    "libtinfo6",
    "libncursesw6",
    "libzstd1",
];

/// Runs CPython with the libraries beside it, wherever its folder is.
const PROGRAM: &str = r#"#!/bin/sh
root=$(dirname "$(readlink -f "$0")")/root
libraries=$root/usr/lib/x86_64-linux-gnu
exec "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" "$root/usr/bin/python3.14" "$@"
"#;

/// The folder with CPython 3.14, its libc and its test suite (`root`), and `python3.14`, which runs
/// it. It is laid when it is first wanted, from Debian's packages: that takes `apt-get`, `dpkg` and
/// Debian's keys, a mirror of Debian, and no rights.
pub(super) fn laid() -> Result<PathBuf> {
    let folder = target_folder().join("python314");
    if !folder.join("python3.14").exists() {
        lay(&folder).context("CPython 3.14 is not laid")?;
    }
    Ok(folder)
}

/// The version of the CPython that is laid, as 3.14.10.
pub(super) fn laid_version() -> Result<String> {
    let program = laid()?.join("python3.14");
    let code = "import platform; print(platform.python_version())";
    let output = Command::new(program).args(["-c", code]).output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn lay(folder: &Path) -> Result<()> {
    // What is half laid is never taken for the whole.
    let half = folder.with_extension("half");
    if half.exists() {
        fs::remove_dir_all(&half)?;
    }
    let apt = half.join("apt");
    for part in ["lists/partial", "cache/archives/partial", "state", "packages"] {
        fs::create_dir_all(apt.join(part))?;
    }
    fs::write(apt.join("status"), "")?;
    fs::write(
        apt.join("sources.list"),
        format!(
            "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {} sid main\n",
            mirror().unwrap_or_else(|| "http://deb.debian.org/debian/".to_owned())
        ),
    )?;
    let get = |words: &[&str]| {
        let mut command = Command::new("apt-get");
        for (name, part) in [
            ("Dir::Etc::sourcelist", "sources.list"),
            ("Dir::Etc::sourceparts", "none"),
            ("Dir::State", "state"),
            ("Dir::State::lists", "lists"),
            ("Dir::State::status", "status"),
            ("Dir::Cache", "cache"),
        ] {
            command.arg("-o").arg(format!("{name}={}", apt.join(part).display()));
        }
        command.args(["-o", "APT::Architecture=amd64", "-o", "APT::Sandbox::User=", "-qq"]);
        command.args(words).current_dir(apt.join("packages"));
        quiet(&mut command)
    };
    get(&["update"])?;
    get(&[&["download"], PACKAGES].concat())?;
    for package in fs::read_dir(apt.join("packages"))? {
        let package = package?.path();
        quiet(Command::new("dpkg").arg("-x").arg(package).arg(half.join("root")))?;
    }
    let program = half.join("python3.14");
    fs::write(&program, PROGRAM)?;
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
    quiet(Command::new(&program).args(["-c", "import ssl, sqlite3, ctypes, lzma, decimal, test"]))?;
    fs::remove_dir_all(&apt)?;
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::rename(&half, folder).with_context(|| folder.display().to_string())
}

/// The mirror of Debian that the machine's own packages come from.
fn mirror() -> Option<String> {
    let mut command = Command::new("apt-get");
    let output = command.args(["indextargets", "--format", "$(REPO_URI)"]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().find(|line| line.trim_end_matches('/').ends_with("/debian")).map(str::to_owned)
}

/// Runs a command. What it said is told only when it fails.
fn quiet(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_owned();
    let output = command.stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("{} does not run", name.display()))?;
    if !output.status.success() {
        bail!("{}: {}", name.display(), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}

fn version(python: &Path) -> Option<(u32, u32)> {
    let script = "import sys; print(*sys.version_info[:2])";
    let output = Command::new(python).args(["-I", "-c", script]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (major, minor) = text.trim().split_once(' ')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
