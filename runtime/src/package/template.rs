//! Functions declared in a `template.yaml` (TCSAM, scf-contract §11.3) or a
//! `serverless.yml` (component scf, §11.2).

use super::PackageError;
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// What a template says of one function. What it does not say is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Declared {
    pub name: String,
    pub namespace: Option<String>,
    pub region: Option<String>,
    /// Relative to the template's folder, made absolute by it.
    pub code: Option<PathBuf>,
    pub handler: Option<String>,
    pub memory_mb: Option<u32>,
    pub timeout_seconds: Option<u32>,
    pub init_timeout_seconds: Option<u32>,
    pub environment: IndexMap<String, String>,
    pub timers: Vec<DeclaredTimer>,
}

/// A timer trigger, as a template declares it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeclaredTimer {
    pub name: String,
    pub cron: String,
    pub message: String,
    pub enabled: bool,
}

/// Names a template is found under in a folder of code, in the order they are tried.
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
    let text = std::fs::read_to_string(path)
        .map_err(|error| PackageError::Unreadable { path: path.to_path_buf(), error })?;
    let invalid = |reason: String| PackageError::Template { path: path.to_path_buf(), reason };
    let root: Value = serde_saphyr::from_str(&text)
        .map_err(|error| invalid(error.to_string().trim_start_matches("error: ").to_owned()))?;
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
    #[serde(default)]
    environment: TcsamEnvironment,
    #[serde(default)]
    events: Map<String, Value>,
}

/// The timers among a function's `Events`; `Enable` may be text, as in the API.
fn tcsam_timers(events: &Map<String, Value>) -> Vec<DeclaredTimer> {
    let timers = events.iter().filter(|(_, event)| event["Type"] == "Timer");
    timers
        .map(|(name, event)| {
            declared_timer(name, &event["Properties"], "CronExpression", ["Message", "Enable"])
        })
        .collect()
}

/// The timers among the component's `events`.
fn serverless_timers(events: &[Value]) -> Vec<DeclaredTimer> {
    let timers = events.iter().filter_map(|event| event.get("timer"));
    timers
        .map(|timer| {
            let parameters = timer.get("parameters").unwrap_or(timer);
            let name = parameters["name"].as_str().unwrap_or("timer");
            declared_timer(name, parameters, "cronExpression", ["argument", "enable"])
        })
        .collect()
}

fn declared_timer(
    name: &str,
    properties: &Value,
    cron: &str,
    [message, enable]: [&str; 2],
) -> DeclaredTimer {
    let text = |key: &str| properties[key].as_str().unwrap_or_default().to_owned();
    let enabled = match &properties[enable] {
        Value::Bool(enabled) => *enabled,
        Value::String(text) => !matches!(text.to_ascii_lowercase().as_str(), "false" | "close"),
        _ => true,
    };
    DeclaredTimer { name: name.to_owned(), cron: text(cron), message: text(message), enabled }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct TcsamEnvironment {
    #[serde(default)]
    variables: Map<String, Value>,
}

/// Every function of a TCSAM template: under its namespace, as the schema has it.
fn tcsam(root: &Value, folder: &Path) -> Result<Vec<Declared>, String> {
    let Some(resources) = root.get("Resources").and_then(Value::as_object) else {
        return Err("it has neither Resources (TCSAM) nor inputs (component scf)".to_owned());
    };
    let globals = root.pointer("/Globals/Function").cloned().unwrap_or(Value::Null);
    let mut functions = Vec::new();
    for (namespace, resource) in resources {
        if is_function(resource) {
            functions.push(tcsam_function(namespace, None, resource, &globals, folder)?);
        }
        for (name, resource) in resource.as_object().into_iter().flatten() {
            if is_function(resource) {
                functions.push(tcsam_function(name, Some(namespace), resource, &globals, folder)?);
            }
        }
    }
    Ok(functions)
}

fn is_function(resource: &Value) -> bool {
    resource.get("Type").and_then(Value::as_str) == Some("TencentCloud::Serverless::Function")
}

fn tcsam_function(
    name: &str,
    namespace: Option<&String>,
    resource: &Value,
    globals: &Value,
    folder: &Path,
) -> Result<Declared, String> {
    let mut properties = globals.clone();
    merge(&mut properties, resource.get("Properties").cloned().unwrap_or(Value::Null));
    let function: TcsamFunction = serde_json::from_value(properties)
        .map_err(|error| format!("the function {name} is not well-formed: {error}"))?;
    Ok(Declared {
        name: name.to_owned(),
        namespace: namespace.cloned(),
        region: None,
        code: function.local_zip_file.or(function.code_uri).map(|code| folder.join(code)),
        handler: function.handler,
        memory_mb: function.memory_size,
        timeout_seconds: function.timeout,
        init_timeout_seconds: function.init_timeout,
        environment: texts(function.environment.variables),
        timers: tcsam_timers(&function.events),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServerlessInputs {
    name: Option<String>,
    namespace: Option<String>,
    region: Option<String>,
    src: Option<Value>,
    handler: Option<String>,
    memory_size: Option<u32>,
    timeout: Option<u32>,
    init_timeout: Option<u32>,
    #[serde(default)]
    environment: ServerlessEnvironment,
    #[serde(default)]
    events: Vec<Value>,
}

#[derive(Default, Deserialize)]
struct ServerlessEnvironment {
    #[serde(default)]
    variables: Map<String, Value>,
}

fn serverless(root: &Value, folder: &Path) -> Result<Declared, String> {
    if let Some(component) = root.get("component").and_then(Value::as_str)
        && component != "scf"
    {
        return Err(format!("its component is {component}; krait knows scf"));
    }
    let inputs = root.get("inputs").cloned().unwrap_or(Value::Object(Map::new()));
    let inputs: ServerlessInputs = serde_json::from_value(inputs)
        .map_err(|error| format!("its inputs are not well-formed: {error}"))?;
    let source = match &inputs.src {
        Some(Value::String(source)) => Some(source.as_str()),
        Some(source) => source.get("src").and_then(Value::as_str),
        None => None,
    };
    let name = inputs.name.or_else(|| root.get("name")?.as_str().map(str::to_owned));
    Ok(Declared {
        name: name.unwrap_or_else(|| "function".to_owned()),
        namespace: inputs.namespace,
        region: inputs.region,
        code: source.map(|source| folder.join(source)),
        handler: inputs.handler,
        memory_mb: inputs.memory_size,
        timeout_seconds: inputs.timeout,
        init_timeout_seconds: inputs.init_timeout,
        environment: texts(inputs.environment.variables),
        timers: serverless_timers(&inputs.events),
    })
}

/// Lays `over` upon `base`: objects key by key, everything else whole.
fn merge(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (key, value) in over {
                merge(base.entry(key).or_insert(Value::Null), value);
            }
        }
        (_, Value::Null) => {}
        (base, over) => *base = over,
    }
}

/// Environment values are always strings; YAML's numbers and booleans are taken as written.
fn texts(variables: Map<String, Value>) -> IndexMap<String, String> {
    variables
        .into_iter()
        .map(|(key, value)| match value {
            Value::String(text) => (key, text),
            Value::Null => (key, String::new()),
            other => (key, other.to_string()),
        })
        .collect()
}
