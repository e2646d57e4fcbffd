//! `GetFunction` and `ListFunctions` (docs/contract.md §3.5).

use super::{Call, answer, asked, errors::ApiError, functions, refusal};
use crate::platform::{Deployed, Revision, Timer, store::FunctionKey};
use bytes::Bytes;
use serde_json::{Map, Value, json};

/// How many functions a page may have: a guess.
const LARGEST_PAGE: u32 = 100;

/// How much of a function's code is shown: a guess.
const SHOWN_CODE_BYTES: u64 = 1024 * 1024;

/// Filters of the platform for properties that krait's functions do not have.
const ABSENT: [&str; 9] = [
    "VpcId",
    "SubnetId",
    "ClsTopicId",
    "ClsLogsetId",
    "Role",
    "CfsId",
    "CfsMountInsId",
    "Eip",
    "PublicNetStatus",
];

pub(super) async fn get(call: Call<'_>) -> Result<Bytes, ApiError> {
    let Call { platform, request_id, parameters } = &call;
    let key = asked::function(parameters)?;
    let show_code = parameters.switch("ShowCode")? == Some(true);
    let deployed = platform.registry().get(&key);
    let deployed = deployed.ok_or_else(|| ApiError::function_not_found(&key.name))?;
    let mut shown = summary(&key, &deployed);
    let qualifier = asked::text(parameters, "Qualifier").unwrap_or("$LATEST");
    shown.insert("Qualifier".to_owned(), qualifier.into());
    shown.insert("CodeResult".to_owned(), result_name(&deployed).into());
    shown.insert("CodeError".to_owned(), deployed.problem.clone().unwrap_or_default().into());
    shown.insert("ErrNo".to_owned(), i32::from(deployed.problem.is_some()).into());
    if deployed.latest.is_some() || qualifier != "$LATEST" {
        let revision = functions::revision(platform, &key, parameters)?;
        let code = if show_code { entry_code(&revision).await } else { String::new() };
        if let Value::Object(details) = details(&revision, code) {
            shown.extend(details);
        }
    }
    Ok(answer::result(request_id, &shown))
}

/// Without an order, by name: a guess.
pub(super) async fn list(call: Call<'_>) -> Result<Bytes, ApiError> {
    let Call { platform, request_id, mut parameters } = call;
    let page = asked::page(&parameters, LARGEST_PAGE)?;
    let descending = asked::descending(&parameters)?.unwrap_or(false);
    let order = match asked::text(&parameters, "Orderby") {
        None | Some("FunctionName") => "FunctionName",
        Some("AddTime") => "AddTime",
        Some("ModTime") => "ModTime",
        Some(_) => {
            return Err(ApiError::order_by_invalid(
                "Orderby",
                "it is AddTime, ModTime or FunctionName",
            ));
        }
    };
    let namespace = asked::namespace(&parameters);
    let namespaces = platform.namespaces().await;
    let namespaces = namespaces.map_err(|error| refusal::unread(platform, error))?;
    if !namespaces.iter().any(|each| each.name == namespace) {
        return Err(ApiError::namespace_not_found(&namespace));
    }
    let mut conditions = Vec::new();
    for mut filter in parameters.take_objects("Filters").unwrap_or_default() {
        let name = filter.take_required_text("Name")?;
        conditions.push((field(&name)?, filter.take_texts("Values").unwrap_or_default()));
    }
    let contains = |parameter: &str, text: &Value| {
        let part = parameters.text(parameter).unwrap_or_default();
        text.as_str().unwrap_or_default().contains(part)
    };
    let all = platform.registry().all().into_iter();
    let all = all.filter(|(key, _)| key.namespace == namespace);
    let mut found: Vec<Map<String, Value>> = all
        .map(|(key, deployed)| summary(&key, &deployed))
        .filter(|shown| contains("SearchKey", &shown["FunctionName"]))
        .filter(|shown| contains("Description", &shown["Description"]))
        .filter(|shown| {
            conditions.iter().all(|(field, values)| {
                values.iter().any(|value| shown.get(*field).is_some_and(|shown| shown == value))
            })
        })
        .collect();
    // Times sort like their texts. Equal times stay in the order of names.
    found.sort_by(|one, other| one[order].as_str().cmp(&other[order].as_str()));
    if descending {
        found.reverse();
    }
    let total = found.len();
    let functions: Vec<_> = asked::part(found, page).collect();
    Ok(answer::result(request_id, &json!({ "Functions": functions, "TotalCount": total })))
}

/// The field of a summary that a filter refers to. The documents' example has `Type` and their text
/// has `FunctionType`, so both are accepted.
fn field(filter: &str) -> Result<&'static str, ApiError> {
    match filter {
        "Status" => Ok("Status"),
        "Runtime" => Ok("Runtime"),
        "Type" | "FunctionType" => Ok("Type"),
        "AsyncRunEnable" => Ok("AsyncRunEnable"),
        "TraceEnable" => Ok("TraceEnable"),
        _ => {
            let absent = ABSENT.iter().find(|name| **name == filter);
            absent.copied().ok_or_else(|| {
                ApiError::filters_invalid("krait filters by Status, Runtime and FunctionType")
            })
        }
    }
}

/// What a list shows of each function.
fn summary(key: &FunctionKey, deployed: &Deployed) -> Map<String, Value> {
    let latest = deployed.latest.as_deref();
    let time = |time: fn(&Revision) -> i64| latest.map(|latest| asked::shown(time(latest)));
    let settings = latest.map(|latest| &latest.settings);
    let problem = deployed.problem.as_deref();
    let reasons: Vec<Value> = problem
        .map(|problem| json!({ "ErrorCode": "InvalidCode", "ErrorMessage": problem }))
        .into_iter()
        .collect();
    let shown = json!({
        "FunctionName": key.name,
        "Namespace": key.namespace,
        "AddTime": time(|latest| latest.created_at).unwrap_or_default(),
        "ModTime": time(|latest| latest.modified_at).unwrap_or_default(),
        "Runtime": settings.map_or("", |settings| settings.runtime.as_str()),
        "Description": settings.map_or("", |settings| settings.description.as_str()),
        "Type": "Event",
        "Status": status(deployed),
        "StatusDesc": problem.unwrap_or_default(),
        "StatusReasons": reasons,
        "Tags": [],
        "AsyncRunEnable": "FALSE",
        "TraceEnable": "FALSE",
    });
    match shown {
        Value::Object(shown) => shown,
        _ => Map::new(),
    }
}

fn details(revision: &Revision, code: String) -> Value {
    let function = &revision.function;
    let settings = &revision.settings;
    let variables = function.environment.iter();
    let variables: Vec<Value> =
        variables.map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    let triggers: Vec<Value> =
        settings.timers.iter().map(|timer| trigger(timer, revision)).collect();
    let mut shown = json!({
        "AddTime": asked::shown(revision.created_at),
        "ModTime": asked::shown(revision.modified_at),
        "Description": settings.description,
        "FunctionVersion": function.version,
        "Handler": function.handler.to_string(),
        "Runtime": settings.runtime,
        "MemorySize": function.memory_mb,
        "Timeout": function.timeout_seconds,
        "InitTimeout": function.init_timeout_seconds,
        "Environment": { "Variables": variables },
        "CodeInfo": code,
        "CodeSize": functions::code_size(revision),
        "Triggers": triggers,
        "Layers": [],
        "Role": "",
        "InstallDependency": "FALSE",
        "AvailableStatus": "Available",
    });
    if let Some(target) = &settings.dead_letter {
        shown["DeadLetterConfig"] = functions::dead_letter(target);
    }
    shown
}

fn trigger(timer: &Timer, revision: &Revision) -> Value {
    json!({
        "TriggerName": timer.name,
        "Type": "timer",
        "TriggerDesc": json!({ "cron": timer.cron }).to_string(),
        "CustomArgument": timer.message,
        "Enable": i32::from(timer.enabled),
        "AddTime": asked::shown(revision.created_at),
        "ModTime": asked::shown(revision.modified_at),
        "AvailableStatus": "Available",
        "Qualifier": "$DEFAULT",
    })
}

/// The handler's file; empty if it cannot be read, or is too large to show.
async fn entry_code(revision: &Revision) -> String {
    let entry = format!("{}.py", revision.function.handler.entry_path());
    let path = revision.package.paths.code.join(entry);
    let reading = tokio::task::spawn_blocking(move || {
        let small = std::fs::metadata(&path).is_ok_and(|found| found.len() <= SHOWN_CODE_BYTES);
        small.then(|| std::fs::read_to_string(path).ok()).flatten()
    });
    reading.await.ok().flatten().unwrap_or_default()
}

fn status(deployed: &Deployed) -> &'static str {
    match (&deployed.latest, &deployed.problem) {
        (None, _) => "CreateFailed",
        (Some(_), Some(_)) => "UpdateFailed",
        (Some(_), None) => "Active",
    }
}

fn result_name(deployed: &Deployed) -> &'static str {
    if deployed.problem.is_some() { "failed" } else { "success" }
}
