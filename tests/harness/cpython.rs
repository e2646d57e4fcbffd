//! The same handler on CPython, where the host has one.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

/// What the platform's runtime does, in a few lines: the answer of a handler as JSON.
const SCRIPT: &str = "\
import json, sys
sys.path.insert(0, '.')
sys.stdout = sys.stderr
event = json.loads(sys.argv[1])
import index
value = index.main_handler(event, {})
text = json.dumps(value, ensure_ascii=False)
sys.__stdout__.buffer.write((text + '\\n').encode('utf-8'))
";

/// Of the CPythons on this machine, the newest: in the PATH, where pyenv keeps them, or where
/// `cargo xtask` lays one. Those before 3.11 lack what the cases use. With `KRAIT_CPYTHON=required`, as
/// in CI, a machine without one fails the tests: nothing would be compared.
static NEWEST: LazyLock<Option<(Version, PathBuf)>> = LazyLock::new(|| {
    let versions = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".pyenv/versions"));
    let pyenv =
        versions.and_then(|folder| fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let pyenv = pyenv.map(|version| version.path().join("bin/python3"));
    let laid = Path::new(env!("CARGO_TARGET_TMPDIR")).ancestors().nth(2);
    let laid = laid.map(|target| target.join("python314/python3.14"));
    let newest = std::iter::once(PathBuf::from("python3"))
        .chain(pyenv)
        .chain(laid)
        .filter_map(|python| Some((version(&python)?, python)))
        .max()
        .filter(|(version, _)| *version >= (3, 11));
    match &newest {
        Some((_, python)) => eprintln!("comparing with {}", python.display()),
        None if std::env::var_os("KRAIT_CPYTHON").is_some_and(|value| value == "required") => {
            panic!("no CPython 3.11 or newer here, and KRAIT_CPYTHON=required: install one")
        }
        None => eprintln!("no CPython 3.11 or newer here: cases are not compared with it"),
    }
    newest
});

/// Major and minor.
type Version = (u32, u32);

fn version(python: &Path) -> Option<Version> {
    let script = "import sys; print(*sys.version_info[:2])";
    let output = Command::new(python).args(["-c", script]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (major, minor) = text.trim().split_once(' ')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// The newest, where it is as new as `oldest`.
pub(crate) fn newest(oldest: Version) -> Option<&'static Path> {
    let newest = NEWEST.as_ref().filter(|(version, _)| *version >= oldest);
    newest.map(|(_, python)| &**python)
}

/// What it calls itself.
pub(crate) fn executable(python: &Path) -> String {
    let output = Command::new(python).args(["-c", "import sys; print(sys.executable)"]).output();
    let output = output.map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}

/// How CPython's answer to the script's `--event` differs from `expected`; empty if it
/// does not, or if there is no CPython, or only one that is older than `oldest`.
pub(crate) fn differences(oldest: Version, folder: &Path, script: &str, expected: &str) -> String {
    let Some((_, python)) = NEWEST.as_ref().filter(|(version, _)| *version >= oldest) else {
        return String::new();
    };
    let event = event_of(script);
    let output = Command::new(python)
        .args(["-I", "-X", "utf8", "-c", SCRIPT, &event])
        .current_dir(folder)
        .env("TZ", "UTC")
        .output()
        .expect("CPython runs");
    let actual = String::from_utf8_lossy(&output.stdout);
    if actual == expected {
        return String::new();
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    format!("\n--- CPython answers\n{actual}{errors}--- instead of\n{expected}")
}

/// The text between the quotes after `-e` or `--event`.
fn event_of(script: &str) -> String {
    let after = script.split_once("-e '").or_else(|| script.split_once("--event '"));
    after.and_then(|(_, rest)| rest.split_once('\'')).map_or("{}", |(event, _)| event).to_owned()
}
