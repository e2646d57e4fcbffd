//! What processes take of memory, as `/proc` tells it.

use anyhow::{Context, Result};
use std::{collections::HashMap, fs};

/// Memory that no other process has, in KB: `Private_Dirty` and `Private_Clean`.
pub(crate) fn private(process: u32) -> Result<(f64, f64)> {
    let text = rollup(process)?;
    Ok((field(&text, "Private_Dirty:")?, field(&text, "Private_Clean:")?))
}

/// The proportional share of some processes, in KB.
pub(crate) fn shares(processes: &[u32]) -> Result<f64> {
    processes.iter().map(|process| field(&rollup(*process)?, "Pss:")).sum()
}

/// A process and all that came of it.
pub(crate) fn family(first: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(process) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        if let Some(parent) = parent(process) {
            children.entry(parent).or_default().push(process);
        }
    }
    let mut family = vec![first];
    let mut at = 0;
    while let Some(process) = family.get(at) {
        family.extend(children.remove(process).unwrap_or_default());
        at += 1;
    }
    family
}

fn parent(process: u32) -> Option<u32> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // After the name, which may contain anything: the state, then the parent.
    text.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()
}

fn rollup(process: u32) -> Result<String> {
    fs::read_to_string(format!("/proc/{process}/smaps_rollup"))
        .with_context(|| format!("the memory of {process}; only root may look at a server's"))
}

fn field(text: &str, name: &str) -> Result<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name)).context("a field")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
