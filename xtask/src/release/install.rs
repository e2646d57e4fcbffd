//! `install.sh`, with the release that it belongs to filled in.

use super::{Program, options::Options, root};
use anyhow::{Context, Result, ensure};
use std::{fs, path::Path};

/// Writes the script for these programs. `key` is the public key of who signs.
pub(super) fn write(
    folder: &Path,
    programs: &[Program],
    key: Option<&str>,
    options: &Options,
) -> Result<()> {
    let mut script = fs::read_to_string(root().join("install.sh")).context("install.sh")?;
    let machines: Vec<&str> = programs.iter().map(|program| program.target.machine).collect();
    let values = [
        ("version", env!("CARGO_PKG_VERSION")),
        ("machines", &machines.join(" ")),
        ("url", options.url.as_deref().unwrap_or_default()),
        ("key", key.unwrap_or_default()),
    ];
    for (name, value) in values {
        ensure!(
            value.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
                && !value.contains('\''),
            "{value:?} cannot be part of a script"
        );
        let old = format!("\n{name}=''");
        ensure!(script.matches(&old).count() == 1, "install.sh has no place for its {name}");
        script = script.replace(&old, &format!("\n{name}='{value}'"));
    }
    super::write_program(&folder.join("install.sh"), script.as_bytes())
}
