//! krait as the runtime of a function on another platform: SCF's custom runtime (docs/contract.md
//! §9) and AWS Lambda's.
//!
//! The platform starts krait, which asks its runtime API for one event after the other and answers
//! each. The function is in an instance, as that of `krait invoke`; it stays for all events. The
//! platform keeps the time, and starts krait anew when it ends.

#![forbid(unsafe_code)]

mod api;
mod lambda;
mod scf;

pub use api::ApiError;

use crate::{
    contract::{Failure, Function, Invocation, Outcome, Policy, policy::Mode, report::ColdStart},
    instance::{self, Instance, InvokeError, Observer, Prewarmed, Request, StartError},
    python::{CodePaths, InvalidEvent},
};
use api::Api;
use indexmap::IndexMap;
use std::{
    fmt, io,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

/// The most memory, in MB, where the platform does not say how much there is: it keeps it itself.
const BEYOND_ANY_LIMIT_MB: u32 = 1 << 20;

/// The most seconds that krait itself gives a function: the platform's own limits are shorter.
const BEYOND_ANY_LIMIT_SECONDS: u32 = 100_000;

/// Why a runtime ended. None of it ends well: a runtime goes on until its platform ends it.
#[derive(Debug)]
pub enum BootstrapError {
    /// No runtime API is in the environment.
    NoApi,
    /// A variable says what it cannot.
    Variable {
        name: &'static str,
        problem: String,
    },
    /// The function could not be loaded, or its process has ended.
    Function(Failure),
    /// The runtime API failed, or said what it should not.
    Api(ApiError),
    Start(StartError),
    Watch(io::Error),
    /// A signal asked krait to end.
    Signal(i32),
}

impl fmt::Display for BootstrapError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoApi => write!(
                formatter,
                "there is no runtime API: neither SCF_RUNTIME_API nor AWS_LAMBDA_RUNTIME_API is \
                 set\n  tip: the platform starts `krait bootstrap`; to run a function here, use \
                 `krait invoke` or `krait serve`"
            ),
            Self::Variable { name, problem } => write!(formatter, "{name}: {problem}"),
            Self::Function(failure) => {
                write!(formatter, "the function has ended: {}", failure.message())
            }
            Self::Api(error) => write!(formatter, "{error}"),
            Self::Start(error) => write!(formatter, "{error}"),
            Self::Watch(error) => write!(formatter, "an instance cannot be watched: {error}"),
            Self::Signal(signal) => write!(formatter, "ended by signal {signal}"),
        }
    }
}

impl std::error::Error for BootstrapError {}

impl From<ApiError> for BootstrapError {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Signal(signal) => Self::Signal(signal),
            other => Self::Api(other),
        }
    }
}

impl From<InvokeError> for BootstrapError {
    fn from(error: InvokeError) -> Self {
        match error {
            InvokeError::Interrupted { signal } => Self::Signal(signal),
            InvokeError::Watch(error) => Self::Watch(error),
            // Events that are no JSON are answered before it comes to this.
            InvokeError::Untaken | InvokeError::Event(_) => Self::Function(Failure::ProcessExit),
        }
    }
}

/// What differs between the runtime APIs.
trait Face {
    /// One event, with what the API says of it.
    type Event;

    /// The function is loaded.
    fn ready(&self, api: &mut Api) -> Result<(), ApiError>;

    /// The function could not be loaded; krait ends then.
    fn not_ready(&self, api: &mut Api, failure: &Failure) -> Result<(), ApiError>;

    /// Waits for the next event.
    fn next(&self, api: &mut Api) -> Result<Self::Event, ApiError>;

    /// An event's request id, its text and its context's.
    fn call<'a>(&self, event: &'a Self::Event) -> (&'a str, &'a [u8], &'a str);

    fn returned(&self, api: &mut Api, event: &Self::Event, text: String) -> Result<(), ApiError>;

    fn failed(&self, api: &mut Api, event: &Self::Event, failure: &Failure)
    -> Result<(), ApiError>;

    /// The event is not JSON.
    fn rejected(
        &self,
        api: &mut Api,
        event: &Self::Event,
        invalid: &InvalidEvent,
    ) -> Result<(), ApiError>;
}

/// Serves the runtime API that `environment` names, until it or the function ends. `handler` and
/// `code` win over the environment's.
///
/// # Errors
/// Always: why it ended.
pub fn run(
    environment: IndexMap<String, String>,
    handler: Option<String>,
    code: Option<CodePaths>,
) -> Result<std::convert::Infallible, BootstrapError> {
    let handler = handler.or_else(|| environment.get("_HANDLER").cloned());
    if environment.contains_key("SCF_RUNTIME_API") {
        let (face, api, function, found) = scf::settle(environment, handler)?;
        serve(&face, api, &function, &code.unwrap_or(found))
    } else if environment.contains_key("AWS_LAMBDA_RUNTIME_API") {
        let (face, api, function, found) = lambda::settle(environment, handler)?;
        serve(&face, api, &function, &code.unwrap_or(found))
    } else {
        Err(BootstrapError::NoApi)
    }
}

fn serve<F: Face>(
    face: &F,
    mut api: Api,
    function: &Function,
    code: &CodePaths,
) -> Result<std::convert::Infallible, BootstrapError> {
    instance::kept::start_again_unless(function, code, false);
    // The platform isolates the function, by what krait may be unable to see.
    let policy = Policy { mode: Mode::Off, ..Policy::of_invoke() };
    let mut instance = Instance::start(Prewarmed::take(), function, code, &policy, false)
        .map_err(BootstrapError::Start)?;
    let nothing = Request {
        function,
        request_id: "",
        event: b"",
        pull_code: Duration::ZERO,
        context: None,
        times_imports: false,
    };
    if let Err(failure) = instance.load(nothing, &mut Log)? {
        face.not_ready(&mut api, &failure)?;
        return Err(BootstrapError::Function(failure));
    }
    face.ready(&mut api)?;
    loop {
        let event = face.next(&mut api)?;
        let (request_id, text, context) = face.call(&event);
        let request = Request { request_id, event: text, context: Some(context), ..nothing };
        match instance.invoke(request, &mut Log) {
            Ok(Invocation { outcome: Outcome::Returned(text), .. }) => {
                face.returned(&mut api, &event, text)?;
            }
            Ok(Invocation { outcome: Outcome::Failed(failure), .. }) => {
                face.failed(&mut api, &event, &failure)?;
                if failure.ends_instance() {
                    return Err(BootstrapError::Function(failure));
                }
            }
            Err(InvokeError::Event(invalid)) => face.rejected(&mut api, &event, &invalid)?,
            Err(error) => return Err(error.into()),
        }
    }
}

/// What the function writes goes to standard output: the platform adds its own lines.
struct Log;

impl Observer for Log {
    fn note(&mut self, _text: &str) {}

    fn started(&mut self) {}

    fn output(&mut self, bytes: &[u8]) {
        // Nobody reads the log: the answer still counts.
        let mut stdout = io::stdout().lock();
        let _ = stdout.write_all(bytes).and_then(|()| stdout.flush());
    }

    fn cold_start(&mut self, _parts: &ColdStart) {}

    fn over(&mut self, _invocation: &Invocation) {}
}

/// What is the same for both platforms.
fn function(environment: IndexMap<String, String>) -> Function {
    Function {
        timeout_seconds: BEYOND_ANY_LIMIT_SECONDS,
        init_timeout_seconds: BEYOND_ANY_LIMIT_SECONDS,
        given_environment: Some(environment),
        ..Function::default()
    }
}

/// The first of some folders that is there, or this process's own.
fn code_folder(named: Option<&String>) -> PathBuf {
    named
        .map(|name| PathBuf::from(name.trim_end_matches('/')))
        .filter(|folder| folder.is_dir())
        .or_else(|| std::env::current_dir().ok())
        .unwrap_or_else(|| PathBuf::from("/"))
}

/// Those of some folders that are there.
fn folders<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<PathBuf> {
    names.into_iter().map(Path::new).filter(|path| path.is_dir()).map(Path::to_owned).collect()
}
