//! Where the files come from: an in-toto statement with SLSA's predicate (slsa.dev/spec/v1.0/provenance).
//!
//! It has no time and no name of a run, so that the same commit gives the same bytes. Who signs the sums says
//! that it is true.

use super::{Facts, Program, root, sums};
use anyhow::Result;
use serde_json::{Value, json};
use std::{env, fs};

/// The statement about files and their digests.
pub(super) fn text(
    subjects: &[(String, String)],
    programs: &[Program],
    facts: &Facts,
) -> Result<Vec<u8>> {
    let named =
        |(name, digest): &(String, String)| json!({"name": name, "digest": {"sha256": digest}});
    let targets: Vec<&str> = programs.iter().map(|program| program.target.triple).collect();
    let lock = sums::digest(&fs::read(root().join("Cargo.lock"))?);
    let mut source = json!({"name": "krait", "digest": {"gitCommit": facts.commit}});
    if let Some(repository) = &facts.repository {
        source["uri"] = Value::from(format!("git+{repository}@{}", facts.commit));
    }
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects.iter().map(named).collect::<Vec<_>>(),
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": "urn:krait:cargo-xtask-release:1",
                "externalParameters": {"tag": facts.tag(), "targets": targets},
                "internalParameters": {"compiler": facts.compiler, "SOURCE_DATE_EPOCH": facts.time},
                "resolvedDependencies": [
                    source,
                    {"name": "Cargo.lock", "digest": {"sha256": lock}},
                ],
            },
            "runDetails": {"builder": {"id": builder()}},
        },
    });
    let mut text = serde_json::to_vec_pretty(&statement)?;
    text.push(b'\n');
    Ok(text)
}

/// The workflow that builds, as GitHub names it, or a releaser's own machine.
fn builder() -> String {
    match (env::var("GITHUB_SERVER_URL"), env::var("GITHUB_WORKFLOW_REF")) {
        (Ok(server), Ok(workflow)) => format!("{server}/{workflow}"),
        _ => "urn:krait:releaser".to_owned(),
    }
}
