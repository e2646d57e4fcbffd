//! The same handler on CPython, where the host has one.

use std::{
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

/// The newest CPython on this machine: only a recent one is comparable.
static NEWEST: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    ["python3.14", "python3.13", "python3.12", "python3"].into_iter().map(PathBuf::from).find(
        |python| {
            let answer = Command::new(python)
                .args(["-c", "import sys; sys.exit(sys.version_info < (3, 12))"])
                .output();
            answer.is_ok_and(|output| output.status.success())
        },
    )
});

/// How CPython's answer to the script's `--event` differs from `expected`; empty if it
/// does not, or if there is no CPython.
pub fn differences(folder: &Path, script: &str, expected: &str) -> String {
    let Some(python) = &*NEWEST else {
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
