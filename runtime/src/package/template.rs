//! Functions declared in a `template.yaml` (TCSAM, docs/contract.md §11.3) or a
//! `serverless.yml` (component scf, §11.2).

use super::{
    PackageError,
    node::{NOTHING, Node},
    read_text,
};
use crate::contract::policy::Rules;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;
use std::{
    fmt,
    path::{Path, PathBuf},
};

/// A template's declaration of one function. Absent keys are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declared {
    pub name: String,
    pub namespace: Option<String>,
    pub region: Option<String>,
    /// Relative to the template's folder in the file; absolute here.
    pub code: Option<PathBuf>,
    pub handler: Option<String>,
    pub memory_mb: Option<u32>,
    pub timeout_seconds: Option<u32>,
    pub init_timeout_seconds: Option<u32>,
    pub environment: IndexMap<String, String>,
    pub timers: Vec<DeclaredTimer>,
    /// krait's own: what it may reach of the machine. Paths are absolute.
    pub sandbox: Option<Rules>,
}

/// A timer trigger, as a template declares it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeclaredTimer {
    pub name: String,
    pub cron: String,
    pub message: String,
    pub enabled: bool,
}

/// The file names of templates in a folder of code, in the order in which they are tried.
const NAMES: [&str; 4] = ["template.yaml", "template.yml", "serverless.yml", "serverless.yaml"];

/// The template in `folder`, if it has one.
pub fn find(folder: &Path) -> Option<PathBuf> {
    NAMES.iter().map(|name| folder.join(name)).find(|path| path.is_file())
}

/// Reads the function `name` from the template at `path`; without a name, the only one.
///
/// # Errors
/// When the file cannot be read or parsed, or has no such function.
pub fn read(path: &Path, name: Option<&str>) -> Result<Declared, PackageError> {
    let functions = read_all(path)?;
    let names = functions.iter().map(|function| function.name.clone()).collect();
    let mut matching: Vec<Declared> = functions
        .into_iter()
        .filter(|function| name.is_none_or(|name| function.name == name))
        .collect();
    match (matching.pop(), matching.is_empty()) {
        (Some(function), true) => Ok(function),
        _ => Err(PackageError::NoSuchFunction {
            path: path.to_path_buf(),
            name: name.map(str::to_owned),
            functions: names,
        }),
    }
}

/// Reads every function from the template at `path`.
///
/// # Errors
/// When the file cannot be read or parsed.
pub fn read_all(path: &Path) -> Result<Vec<Declared>, PackageError> {
    let text = read_text(path)
        .map_err(|error| PackageError::Unreadable { path: path.to_path_buf(), error })?;
    let invalid = |reason: String| PackageError::Template { path: path.to_path_buf(), reason };
    let root = Node::read(&text).map_err(invalid)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    if root.get("component").is_some() || root.get("inputs").is_some() {
        Ok(vec![serverless(&root, folder).map_err(invalid)?])
    } else {
        tcsam(&root, folder).map_err(invalid)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TcsamFunction {
    code_uri: Option<String>,
    local_zip_file: Option<String>,
    handler: Option<String>,
    memory_size: Option<u32>,
    timeout: Option<u32>,
    init_timeout: Option<u32>,
}

/// The timers among a function's `Events`.
fn tcsam_timers(events: Option<&Node>) -> Vec<DeclaredTimer> {
    let events = events.and_then(Node::as_map).into_iter().flatten();
    let is_timer = |event: &Node| event.get("Type").and_then(Node::as_text) == Some("Timer");
    let timers = events.filter(|(_, event)| is_timer(event));
    timers
        .map(|(name, event)| {
            let properties = event.get("Properties").unwrap_or(&NOTHING);
            declared_timer(name, properties, "CronExpression", ["Message", "Enable"])
        })
        .collect()
}

/// The timers among the component's `events`.
fn serverless_timers(events: Option<&Node>) -> Vec<DeclaredTimer> {
    let events = if let Some(Node::List(events)) = events { events.as_slice() } else { &[] };
    let timers = events.iter().filter_map(|event| event.get("timer"));
    timers
        .map(|timer| {
            let parameters = timer.get("parameters").unwrap_or(timer);
            let name = parameters.get("name").and_then(Node::as_text).unwrap_or("timer");
            declared_timer(name, parameters, "cronExpression", ["argument", "enable"])
        })
        .collect()
}

fn declared_timer(
    name: &str,
    properties: &Node,
    cron: &str,
    [message, enable]: [&str; 2],
) -> DeclaredTimer {
    let text = |key: &str| properties.get(key).and_then(Node::as_text).unwrap_or_default();
    // It may be text, as in the API.
    let enabled = match properties.get(enable) {
        Some(Node::Plain(Value::Bool(enabled), _)) => *enabled,
        _ => !matches!(text(enable).to_ascii_lowercase().as_str(), "false" | "close"),
    };
    let text = |key: &str| text(key).to_owned();
    DeclaredTimer { name: name.to_owned(), cron: text(cron), message: text(message), enabled }
}

/// Every function of a TCSAM template: under its namespace, as the schema has it.
fn tcsam(root: &Node, folder: &Path) -> Result<Vec<Declared>, String> {
    let Some(resources) = root.get("Resources").and_then(Node::as_map) else {
        return Err("it has neither Resources (TCSAM) nor inputs (component scf)".to_owned());
    };
    let globals = root.get("Globals").and_then(|globals| globals.get("Function"));
    let globals = globals.unwrap_or(&NOTHING);
    let mut functions = Vec::new();
    for (namespace, resource) in resources {
        if is_function(resource) {
            functions.push(tcsam_function(namespace, None, resource, globals, folder)?);
        }
        for (name, resource) in resource.as_map().into_iter().flatten() {
            if is_function(resource) {
                functions.push(tcsam_function(name, Some(namespace), resource, globals, folder)?);
            }
        }
    }
    Ok(functions)
}

fn is_function(resource: &Node) -> bool {
    resource.get("Type").and_then(Node::as_text) == Some("TencentCloud::Serverless::Function")
}

fn tcsam_function(
    name: &str,
    namespace: Option<&String>,
    resource: &Node,
    globals: &Node,
    folder: &Path,
) -> Result<Declared, String> {
    let mut properties = globals.clone();
    properties.merge(resource.get("Properties").cloned().unwrap_or_else(|| NOTHING.clone()));
    let ill_formed =
        |error: &dyn fmt::Display| format!("the function {name} is not well-formed: {error}");
    let environment =
        variables(&properties, ["Environment", "Variables"]).map_err(|error| ill_formed(&error))?;
    let timers = tcsam_timers(properties.get("Events"));
    let sandbox = rules(resource, ["Metadata", "Krait", "Sandbox"], folder)
        .map_err(|error| ill_formed(&error))?;
    let function = TcsamFunction::deserialize(properties).map_err(|error| ill_formed(&error))?;
    Ok(Declared {
        name: name.to_owned(),
        namespace: namespace.cloned(),
        region: None,
        code: function.local_zip_file.or(function.code_uri).map(|code| folder.join(code)),
        handler: function.handler,
        memory_mb: function.memory_size,
        timeout_seconds: function.timeout,
        init_timeout_seconds: function.init_timeout,
        environment,
        timers,
        sandbox,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServerlessInputs {
    name: Option<String>,
    namespace: Option<String>,
    region: Option<String>,
    handler: Option<String>,
    memory_size: Option<u32>,
    timeout: Option<u32>,
    init_timeout: Option<u32>,
}

fn serverless(root: &Node, folder: &Path) -> Result<Declared, String> {
    if let Some(component) = root.get("component").and_then(Node::as_text)
        && component != "scf"
    {
        return Err(format!("its component is {component}; krait knows scf"));
    }
    let given = root.get("inputs").cloned().unwrap_or(Node::Map(IndexMap::new()));
    let ill_formed = |error: &dyn fmt::Display| format!("its inputs are not well-formed: {error}");
    let environment =
        variables(&given, ["environment", "variables"]).map_err(|error| ill_formed(&error))?;
    let timers = serverless_timers(given.get("events"));
    let sandbox =
        rules(root, ["custom", "krait", "sandbox"], folder).map_err(|error| ill_formed(&error))?;
    let source = given.get("src").and_then(|source| match source.get("src") {
        Some(within) => within.as_text(),
        None => source.as_text(),
    });
    let code = source.map(|source| folder.join(source));
    let inputs = ServerlessInputs::deserialize(given).map_err(|error| ill_formed(&error))?;
    let name = inputs.name.or_else(|| Some(root.get("name")?.as_text()?.to_owned()));
    Ok(Declared {
        name: name.unwrap_or_else(|| "function".to_owned()),
        namespace: inputs.namespace,
        region: inputs.region,
        code,
        handler: inputs.handler,
        memory_mb: inputs.memory_size,
        timeout_seconds: inputs.timeout,
        init_timeout_seconds: inputs.init_timeout,
        environment,
        timers,
        sandbox,
    })
}

/// The rules of a function's sandbox, at a place that deployers leave alone. Their keys are those of
/// krait.toml.
fn rules(root: &Node, path: [&str; 3], folder: &Path) -> Result<Option<Rules>, serde_json::Error> {
    let found = path.iter().try_fold(root, |node, key| node.get(key));
    let Some(found) = found else { return Ok(None) };
    let mut rules = Rules::deserialize(Value::deserialize(found.clone())?)?;
    for path in rules.read.iter_mut().chain(&mut rules.write) {
        let joined = folder.join(&*path);
        *path = std::path::absolute(&joined).unwrap_or(joined);
    }
    Ok(Some(rules))
}

/// The variables at a place in a function's properties.
fn variables(
    properties: &Node,
    [environment, variables]: [&str; 2],
) -> Result<IndexMap<String, String>, String> {
    let found = properties.get(environment).and_then(|environment| environment.get(variables));
    found.unwrap_or(&NOTHING).to_variables()
}
