//! `THIRD-PARTY.txt`: the licences of what is inside, each text once.

use super::bill::{Graph, Package};
use anyhow::{Context, Result, ensure};
use std::{collections::BTreeMap, fs};

/// How the files are called in which a crate has its licences.
const NAMES: [&str; 5] = ["license", "licence", "copying", "notice", "unlicense"];

/// A list of crates, and below it the texts with the crates that each is of.
pub(super) fn text(graph: &Graph) -> Result<String> {
    let mut list = String::from("krait contains the following, under these licences:\n\n");
    let mut crates_of: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in graph.packages.iter().filter(|package| package.source.is_some()) {
        let name = format!("{} {}", package.name, package.version);
        let licence = package.expression().or_else(|| package.license_file.clone());
        let licence = licence.with_context(|| format!("{name} says nothing of its licence"))?;
        list.push_str(&format!("    {name}: {licence}\n"));
        for text in texts(package)? {
            crates_of.entry(text).or_default().push(name.clone());
        }
    }
    ensure!(!crates_of.is_empty(), "no crate has the text of its licence");
    let mut parts: Vec<(Vec<String>, String)> =
        crates_of.into_iter().map(|(text, crates)| (crates, text)).collect();
    parts.sort();
    for (crates, text) in parts {
        list.push_str(&format!("\n---- {}\n\n{text}\n", crates.join(", ")));
    }
    Ok(list)
}

/// The texts that a crate comes with. Some have none: what they say in the list is all there is.
fn texts(package: &Package) -> Result<Vec<String>> {
    let folder = package.manifest_path.parent().context("a manifest lies in a folder")?;
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().to_lowercase();
        if NAMES.iter().any(|begin| name.starts_with(begin)) && entry.path().is_file() {
            paths.push(entry.path());
        }
    }
    paths.extend(package.license_file.iter().map(|file| folder.join(file)));
    paths.sort();
    paths.dedup();
    let mut texts = Vec::new();
    for path in paths {
        let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
        texts.push(String::from_utf8_lossy(&bytes).replace("\r\n", "\n").trim().to_owned());
    }
    Ok(texts)
}
