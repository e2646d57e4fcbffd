//! What is inside: the crates of the program, by `cargo metadata`, and their list for CycloneDX 1.5.

use super::{Facts, root};
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    path::PathBuf,
    process::Command,
};

/// What only a build script needs, and puts into the program: the standard library.
const EMBEDDED: [&str; 1] = ["rustpython-pylib"];

/// What `cargo metadata` tells, of which krait's dependencies are taken.
#[derive(Debug, Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    resolve: Resolve,
}

/// A crate.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Package {
    pub name: String,
    pub version: String,
    id: String,
    pub license: Option<String>,
    pub license_file: Option<String>,
    pub manifest_path: PathBuf,
    /// None for the project's own.
    pub source: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<Kind>,
}

#[derive(Debug, Deserialize)]
struct Kind {
    kind: Option<String>,
}

/// krait's crates on the released targets, and who needs whom. What only builds or tests is not inside.
#[derive(Debug)]
pub(super) struct Graph {
    /// Sorted by name and version.
    pub packages: Vec<Package>,
    /// The ids of what each package needs, by its id.
    needs: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    /// Asks cargo, which compiles nothing for it.
    pub(super) fn of(targets: &[&str]) -> Result<Self> {
        let mut packages = BTreeMap::new();
        let mut needs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for target in targets {
            let told = metadata(target)?;
            let by_id: BTreeMap<_, _> =
                told.packages.into_iter().map(|package| (package.id.clone(), package)).collect();
            let nodes: BTreeMap<_, _> =
                told.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
            let krait = by_id.values().find(|package| package.name == "krait");
            let mut open = vec![krait.context("cargo metadata knows no krait")?.id.as_str()];
            let mut seen = BTreeSet::new();
            while let Some(id) = open.pop() {
                if !seen.insert(id) {
                    continue;
                }
                let node = nodes.get(id).with_context(|| format!("cargo knows no {id}"))?;
                let package = by_id.get(id).with_context(|| format!("cargo knows no {id}"))?;
                packages.insert(id.to_owned(), package.clone());
                let inside = node.deps.iter().filter(|dependency| {
                    let name = by_id.get(&dependency.pkg).map(|package| package.name.as_str());
                    dependency.dep_kinds.iter().any(|kind| kind.kind.is_none())
                        || name.is_some_and(|name| EMBEDDED.contains(&name))
                });
                for dependency in inside {
                    needs.entry(id.to_owned()).or_default().insert(dependency.pkg.clone());
                    open.push(&dependency.pkg);
                }
            }
        }
        let mut packages: Vec<Package> = packages.into_values().collect();
        packages.sort();
        Ok(Self { packages, needs })
    }

    fn reference(&self, id: &str) -> Option<String> {
        self.packages.iter().find(|package| package.id == id).map(Package::reference)
    }
}

impl Package {
    /// The package's URL (purl-spec). The project's own crates are in no registry.
    fn reference(&self) -> String {
        let registry = if self.source.is_some() { "cargo" } else { "generic" };
        format!("pkg:{registry}/{}@{}", self.name, self.version)
    }

    /// A licence as SPDX writes it: older crates have `/` for `OR`.
    pub(super) fn expression(&self) -> Option<String> {
        self.license.as_ref().map(|text| text.replace(" / ", "/").replace('/', " OR "))
    }
}

fn metadata(target: &str) -> Result<Metadata> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root()).args(["metadata", "--format-version", "1", "--locked"]);
    let output =
        cargo.args(["--filter-platform", target]).output().context("cargo does not run")?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cargo metadata failed: {said}");
    serde_json::from_slice(&output.stdout).context("what cargo metadata printed")
}

/// The list as JSON. It has no time and no random number, so that it is the same each time.
pub(super) fn text(graph: &Graph, facts: &Facts) -> Result<Vec<u8>> {
    let (own, others): (Vec<_>, Vec<_>) =
        graph.packages.iter().partition(|package| package.name == "krait");
    let own = own.first().context("krait is no part of itself")?;
    let dependency = |package: &Package| {
        let needs = graph.needs.get(&package.id);
        let needs = needs.into_iter().flatten().filter_map(|id| graph.reference(id));
        json!({"ref": package.reference(), "dependsOn": needs.collect::<BTreeSet<_>>()})
    };
    let bill = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": super::image::time(facts.time),
            "component": component(own, "application"),
        },
        "components": others.iter().map(|each| component(each, "library")).collect::<Vec<_>>(),
        "dependencies": graph.packages.iter().map(dependency).collect::<Vec<_>>(),
    });
    let mut text = serde_json::to_vec_pretty(&bill)?;
    text.push(b'\n');
    Ok(text)
}

fn component(package: &Package, kind: &str) -> Value {
    let mut component = json!({
        "type": kind,
        "bom-ref": package.reference(),
        "name": package.name,
        "version": package.version,
        "purl": package.reference(),
    });
    if let Some(expression) = package.expression() {
        component["licenses"] = json!([{"expression": expression}]);
    } else if let Some(file) = &package.license_file {
        component["licenses"] = json!([{"license": {"name": file}}]);
    }
    component
}
