//! What is wrong with a function's files, whatever is in them: sizes, names, a gateway's trigger.

use super::{
    Finding, Kind, Level,
    imports::{Imports, Root},
    library::Part,
};
use crate::contract::limits;
use std::{fs, path::Path};

/// The findings, of a function whose code came from a zip or a folder.
pub(super) fn check(imports: &mut Imports, archive: Option<&Path>) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(archive) = archive
        && let Ok(about) = fs::metadata(archive)
        && about.len() > limits::ZIP_BYTES
    {
        findings.push(finding(
            archive.display().to_string(),
            Level::Warning,
            Kind::Size,
            format!(
                "it has {} MB; the API takes at most {} MB",
                megabytes(about.len()),
                limits::ZIP_BYTES / limits::MIB
            ),
            Some("upload it to COS and name it there, or move packages to a layer".to_owned()),
        ));
    }
    let size: u64 = imports.roots.iter().map(|root| size_of(&root.folder)).sum();
    if size > limits::CODE_BYTES {
        findings.push(finding(
            imports.roots.first().map_or(String::new(), shown_folder),
            Level::Error,
            Kind::Size,
            format!(
                "code and layers have {} MB; the platform takes at most {} MB",
                megabytes(size),
                limits::CODE_BYTES / limits::MIB
            ),
            Some("leave out what the function does not need".to_owned()),
        ));
    }
    findings.extend(shadows(imports));
    findings
}

/// What a template says of an API gateway; `shown` is the template as the user typed it.
pub fn gateway_of(template: &Path, shown: &str) -> Vec<Finding> {
    let text = fs::read_to_string(template).unwrap_or_default();
    let is_gateway = |line: &str| {
        let line = line.trim().trim_start_matches("- ").trim_end();
        matches!(
            line,
            "apigw:" | "Type: APIGW" | "Type: ApiGw" | "Type: \"APIGW\"" | "Type: 'APIGW'"
        )
    };
    let lines = text.lines().enumerate().filter(|(_, line)| is_gateway(line));
    lines
        .map(|(index, line)| Finding {
            file: shown.to_owned(),
            line: index + 1,
            column: line.len() - line.trim_start().len() + 1,
            level: Level::Warning,
            kind: Kind::Trigger,
            text: "the platform has no API gateway triggers any more".to_owned(),
            tip: Some(
                "use a function URL; its event has no requestContext, pathParameters, \
                 queryStringParameters, headerParameters and isBase64Encoded"
                    .to_owned(),
            ),
        })
        .collect()
}

/// Whether a template gives a function layers, whose modules are not known here.
pub fn names_layers(template: &Path) -> bool {
    let text = fs::read_to_string(template).unwrap_or_default();
    text.lines().any(|line| matches!(line.trim().split(':').next(), Some("layers" | "Layers")))
}

/// Files of the function's own that are called as modules of the library.
fn shadows(imports: &mut Imports) -> Vec<Finding> {
    let Some(code) = imports.roots.first().map(|root| root.folder.clone()) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for entry in fs::read_dir(&code).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let file =
            if entry.path().is_dir() { entry.path().join("__init__.py") } else { entry.path() };
        let module = name.strip_suffix(".py").unwrap_or(&name);
        let is_module = file.is_file() && file.extension().is_some_and(|end| end == "py");
        if !is_module || module.starts_with('_') || matches!(module, "test" | "krait") {
            continue;
        }
        let Some(part) = imports.library.get(module) else { continue };
        let text = match part {
            Part::BuiltIn => {
                format!("import {module} gives the standard library's {module}, not this")
            }
            Part::Library => {
                format!("it hides the standard library's {module} from all that imports that")
            }
        };
        let tip = Some(format!("call it otherwise, such as my_{module}"));
        findings.push(finding(imports.shown(&file), Level::Warning, Kind::Shadow, text, tip));
    }
    findings
}

pub(super) fn finding(
    file: String,
    level: Level,
    kind: Kind,
    text: String,
    tip: Option<String>,
) -> Finding {
    Finding { file, line: 1, column: 1, level, kind, text, tip }
}

pub(super) fn shown_folder(root: &Root) -> String {
    let shown = root.shown.trim_end_matches('/');
    if shown.is_empty() { ".".to_owned() } else { shown.to_owned() }
}

fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(limits::MIB)
}

/// The sizes of all files below a folder, in bytes.
fn size_of(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(about) if about.is_dir() => size_of(&entry.path()),
            Ok(about) => about.len(),
            Err(_) => 0,
        })
        .sum()
}
