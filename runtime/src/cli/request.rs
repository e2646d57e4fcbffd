//! Turns the command line into a request for an invocation.

use super::{
    Fatal,
    options::{InvocationType, InvokeArguments},
    variables::{self, NoVariable},
};
use crate::{
    contract::{
        Function, Handler, environment,
        events::{self, TriggerEvent},
        limits,
    },
    package::{self, Declared, Package},
};
use anyhow::{Context as _, anyhow};
use indexmap::IndexMap;
use serde_json::Value;
use std::{
    fs::File,
    io::{Read, stdin},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Everything an invocation needs.
pub(super) struct Settled {
    pub function: Function,
    pub package: Package,
    pub request_id: String,
    pub event: Vec<u8>,
    /// How the user gave the event, for messages.
    pub event_source: String,
    /// How long the code took to find and unpack.
    pub pull_code: Duration,
}

/// Resolves the command line: options first, then a template, then defaults.
///
/// # Errors
/// When the input is wrong. Each error names the input and the remedy.
pub(super) fn settle(arguments: &InvokeArguments) -> Result<Settled, Fatal> {
    let declared = declared(arguments)?;
    let typed_code = arguments.code.as_deref();
    let code = typed_code
        .filter(|_| arguments.template.is_some() || declared.code.is_none())
        .or(declared.code.as_deref())
        .unwrap_or(Path::new("."));

    let begun = Instant::now();
    let package = package::open(code, &arguments.layers).map_err(Fatal::request)?;
    let pull_code = begun.elapsed();

    let handler = match arguments.handler.as_deref().or(declared.handler.as_deref()) {
        Some(text) => text.parse().map_err(Fatal::request)?,
        None => package.implied_handler.clone().unwrap_or_default(),
    };
    package.check_entry(&handler).map_err(Fatal::request)?;
    let function = Function {
        #[cfg(unix)]
        sandbox: super::sandbox::of_template(&arguments.sandbox, declared.sandbox.as_ref()),
        ..function(&Typed::of(arguments), &declared, handler, code)?
    };
    let (event, event_source) = event(arguments)?;
    let request_id =
        arguments.request_id.clone().unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    Ok(Settled { function, package, request_id, event, event_source, pull_code })
}

fn declared(arguments: &InvokeArguments) -> Result<Declared, Fatal> {
    let template = template(
        arguments.code.as_deref(),
        arguments.handler.is_some(),
        arguments.template.as_deref(),
    );
    declared_in(template.as_deref(), arguments.function.as_deref())
}

/// The template that declares a function: the one that is named, or that is in the code's folder
/// where no handler is named.
pub(super) fn template(
    code: Option<&Path>,
    has_handler: bool,
    named: Option<&Path>,
) -> Option<PathBuf> {
    let folder = code.unwrap_or(Path::new("."));
    let found = || (!has_handler).then(|| package::find_template(folder)).flatten();
    named.map(Path::to_path_buf).or_else(found)
}

/// What a template says of a function.
pub(super) fn declared_in(
    template: Option<&Path>,
    function: Option<&str>,
) -> Result<Declared, Fatal> {
    match template {
        Some(template) => package::read_template(template, function).map_err(Fatal::request),
        None => match function {
            Some(name) => Err(Fatal::Request(anyhow!(
                "--function {name} needs a template: name one with --template, or put a \
                 template.yaml or serverless.yml into the code's folder"
            ))),
            None => Ok(Declared::default()),
        },
    }
}

/// What was typed of a function.
#[derive(Default)]
pub(super) struct Typed<'a> {
    pub name: Option<&'a str>,
    pub namespace: Option<&'a str>,
    pub version: Option<&'a str>,
    pub region: Option<&'a str>,
    pub appid: Option<&'a str>,
    pub uin: Option<&'a str>,
    pub memory: Option<u32>,
    pub timeout: Option<u32>,
    pub init_timeout: Option<u32>,
    pub environment: &'a [(String, String)],
    pub environment_files: &'a [PathBuf],
}

impl<'a> Typed<'a> {
    fn of(arguments: &'a InvokeArguments) -> Self {
        Self {
            name: arguments.name.as_deref(),
            namespace: arguments.namespace.as_deref(),
            version: arguments.function_version.as_deref(),
            region: arguments.region.as_deref(),
            appid: arguments.appid.as_deref(),
            uin: arguments.uin.as_deref(),
            memory: arguments.memory,
            timeout: arguments.timeout,
            init_timeout: arguments.init_timeout,
            environment: &arguments.environment,
            environment_files: &arguments.environment_files,
        }
    }
}

/// The function that was typed, over what a template says, over defaults.
pub(super) fn function(
    arguments: &Typed<'_>,
    declared: &Declared,
    handler: Handler,
    code: &Path,
) -> Result<Function, Fatal> {
    let defaults = Function::default();
    let checked = |typed: Option<u32>,
                   said: Option<u32>,
                   check: fn(u32) -> Result<u32, limits::OutOfRange>,
                   default: u32| {
        // The options were checked already; the template was not.
        let value = typed.or(said).unwrap_or(default);
        check(value).map_err(|error: limits::OutOfRange| {
            Fatal::Request(anyhow!(
                "the template's function {} gives {value}, but {error}",
                declared.name
            ))
        })
    };
    let text = |typed: Option<&str>, said: Option<&str>, default: String| {
        typed.or(said).map_or(default, str::to_owned)
    };
    let declared_name = Some(declared.name.as_str()).filter(|name| !name.is_empty());
    Ok(Function {
        name: text(arguments.name, declared_name, name_of(code).unwrap_or(defaults.name)),
        namespace: text(arguments.namespace, declared.namespace.as_deref(), defaults.namespace),
        version: text(arguments.version, None, defaults.version),
        region: text(arguments.region, declared.region.as_deref(), defaults.region),
        appid: text(arguments.appid, None, defaults.appid),
        uin: text(arguments.uin, None, defaults.uin),
        handler,
        memory_mb: checked(
            arguments.memory,
            declared.memory_mb,
            limits::memory,
            defaults.memory_mb,
        )?,
        timeout_seconds: checked(
            arguments.timeout,
            declared.timeout_seconds,
            limits::timeout,
            defaults.timeout_seconds,
        )?,
        init_timeout_seconds: checked(
            arguments.init_timeout,
            declared.init_timeout_seconds,
            limits::init_timeout,
            defaults.init_timeout_seconds,
        )?,
        environment: variables(arguments, declared)?,
        ..defaults
    })
}

/// The folder's or file's own name.
fn name_of(code: &Path) -> Option<String> {
    let path = package::absolute(code).ok()?;
    let name = if path.is_dir() { path.file_name() } else { path.file_stem() };
    Some(name?.to_string_lossy().into_owned())
}

fn variables(
    arguments: &Typed<'_>,
    declared: &Declared,
) -> Result<IndexMap<String, String>, Fatal> {
    let mut variables = declared.environment.clone();
    for path in arguments.environment_files {
        let text = package::read_text(path)
            .with_context(|| format!("the environment file {} cannot be read", path.display()))
            .map_err(Fatal::Request)?;
        variables.extend(variables::read(&text).map_err(|NoVariable { line, text }| {
            Fatal::Request(anyhow!(
                "line {line} of the environment file {} is not of the form KEY=VALUE: {text}",
                path.display()
            ))
        })?);
    }
    variables.extend(arguments.environment.iter().cloned());
    environment::check(&variables).map_err(Fatal::request)?;
    Ok(variables)
}

/// The event's text and where it came from.
fn event(arguments: &InvokeArguments) -> Result<(Vec<u8>, String), Fatal> {
    let limit = match arguments.invocation_type {
        InvocationType::RequestResponse => limits::SYNC_EVENT_BYTES,
        InvocationType::Event => limits::ASYNC_EVENT_BYTES,
    };
    let file = arguments.event_file.as_deref();
    let from_stdin = arguments.event.as_deref() == Some("-") || file == Some(Path::new("-"));
    let (event, source) = if from_stdin {
        (read_at_most(stdin().lock(), limit), "stdin".to_owned())
    } else if let Some(path) = file {
        let read = File::open(path).and_then(|file| read_at_most(file, limit));
        (read, format!("the file {}", path.display()))
    } else if let Some(trigger) = arguments.trigger {
        let event = trigger_event(trigger, &arguments.settings)?;
        (Ok(event.to_string().into_bytes()), format!("the trigger {}", trigger.name))
    } else {
        let text = arguments.event.clone().unwrap_or_else(|| "{}".to_owned());
        (Ok(text.into_bytes()), "--event".to_owned())
    };
    let event = event
        .with_context(|| format!("the event cannot be read from {source}"))
        .map_err(Fatal::Request)?;
    if event.len() > limit {
        let kind = match arguments.invocation_type {
            InvocationType::RequestResponse => "a synchronous",
            InvocationType::Event => "an asynchronous",
        };
        return Err(Fatal::Request(anyhow!(
            "the event from {source} is too large (406 RequestTooLarge): {kind} invocation takes \
             at most {limit} bytes; pass a reference to the data instead"
        )));
    }
    Ok((event, source))
}

/// A trigger's event with values set, in the order of the command line.
pub(super) fn trigger_event(trigger: &TriggerEvent, settings: &[String]) -> Result<Value, Fatal> {
    let mut event = trigger.value();
    for setting in settings {
        events::set(&mut event, setting).map_err(Fatal::request)?;
    }
    Ok(event)
}

/// Reads all, or one byte more than `limit`.
fn read_at_most(reader: impl Read, limit: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(limit as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
