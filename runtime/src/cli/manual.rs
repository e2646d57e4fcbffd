//! `krait man`: the manual pages, made of the options' own descriptions.

use super::{Fatal, options::CommandLine};
use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_mangen::Man;
use std::{
    fs,
    io::{Write as _, stdout},
    path::Path,
};

/// Writes a page for krait, `krait.1`, and one for each of its commands, `krait-invoke.1` and so on, into a
/// folder; without one, prints the first page.
pub(super) fn run(folder: Option<&Path>) -> Result<u8, Fatal> {
    let command = CommandLine::command();
    let Some(folder) = folder else {
        let mut page = Vec::new();
        let rendered = Man::new(command).render(&mut page);
        rendered.context("the page was not made").map_err(Fatal::Internal)?;
        // A reader that stopped reading has what it wanted.
        let _ = stdout().lock().write_all(&page);
        return Ok(0);
    };
    fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(command, folder))
        .with_context(|| format!("no pages were written to {}", folder.display()))
        .map(|()| 0)
        .map_err(Fatal::Request)
}
