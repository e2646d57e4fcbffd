//! Turns the command line into a request for an invocation.

use super::{
    Fatal,
    options::{FunctionArguments, InvocationType, InvokeArguments},
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
    let FunctionArguments { layers, template, function: named, .. } = &arguments.declared;
    let Found { declared, code, package, handler, pull_code, .. } = Named {
        code: arguments.code.as_deref(),
        handler: arguments.handler.as_deref(),
        layers,
        template: template.as_deref(),
        function: named.as_deref(),
    }
    .find()?;
    package.check_entry(&handler).map_err(Fatal::request)?;
    let function = Function {
        #[cfg(unix)]
        sandbox: super::sandbox::of_template(&arguments.sandbox, declared.sandbox.as_ref()),
        ..function(&Typed::of(arguments), &declared, handler, &code)?
    };
    #[cfg(unix)]
    crate::instance::kept::start_again_unless(
        &function,
        &package.paths,
        arguments.cold_start.import_time.is_some(),
    );
    let (event, event_source) = event(arguments)?;
    let request_id =
        arguments.request_id.clone().unwrap_or_else(|| uuid::Uuid::new_v4().to_string());
    Ok(Settled { function, package, request_id, event, event_source, pull_code })
}

/// How the command line names a function.
pub(super) struct Named<'a> {
    pub code: Option<&'a Path>,
    pub handler: Option<&'a str>,
    pub layers: &'a [PathBuf],
    pub template: Option<&'a Path>,
    /// Which of the template's functions.
    pub function: Option<&'a str>,
}

/// The function that was named.
pub(super) struct Found {
    /// The template's path, where there is one. `krait check`, which asks for it, needs Unix.
    #[cfg(unix)]
    pub template: Option<PathBuf>,
    /// What the template says.
    pub declared: Declared,
    pub code: PathBuf,
    pub package: Package,
    /// Whether the code has such a file is left to the caller: `Package::check_entry`.
    pub handler: Handler,
    /// How long the code took to find and unpack.
    pub pull_code: Duration,
}

impl Named<'_> {
    /// Finds the function: what was typed, else what the template says, else the default.
    ///
    /// # Errors
    /// A template, code or layer that is not there or is wrong; a handler that is none.
    pub(super) fn find(&self) -> Result<Found, Fatal> {
        let template = self.template();
        let declared = self.declared(template.as_deref())?;
        // What was typed counts, except where a template was found in it: that says where the code is.
        let code = self
            .code
            .filter(|_| self.template.is_some() || declared.code.is_none())
            .or(declared.code.as_deref())
            .unwrap_or(Path::new("."))
            .to_path_buf();

        let begun = Instant::now();
        let package = package::open(&code, self.layers).map_err(Fatal::request)?;
        let pull_code = begun.elapsed();

        let handler = match self.handler.or(declared.handler.as_deref()) {
            Some(text) => text.parse().map_err(Fatal::request)?,
            None => package.implied_handler.clone().unwrap_or_default(),
        };
        Ok(Found {
            #[cfg(unix)]
            template,
            declared,
            code,
            package,
            handler,
            pull_code,
        })
    }

    /// The template that declares it: the one that is named, or that is in the code's folder where
    /// no handler is named.
    fn template(&self) -> Option<PathBuf> {
        let folder = self.code.unwrap_or(Path::new("."));
        let found = || self.handler.is_none().then(|| package::find_template(folder)).flatten();
        self.template.map(Path::to_path_buf).or_else(found)
    }

    fn declared(&self, template: Option<&Path>) -> Result<Declared, Fatal> {
        match (template, self.function) {
            (Some(template), name) => {
                package::read_template(template, name).map_err(Fatal::request)
            }
            (None, Some(name)) => Err(Fatal::Request(anyhow!(
                "--function {name} needs a template: name one with --template, or put a \
                 template.yaml or serverless.yml into the code's folder"
            ))),
            (None, None) => Ok(Declared::default()),
        }
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
            environment: &arguments.declared.environment,
            environment_files: &arguments.declared.environment_files,
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
