//! AWS Lambda's runtime API, version 2018-06-01.

use super::{
    BootstrapError, Face,
    api::{Answer, Api, ApiError},
    code_folder, folders, function,
};
use crate::{
    contract::{
        Dialect, Failure, Function, Handler,
        lambda::{Call, Diagnostic},
    },
    package,
    python::{CodePaths, InvalidEvent},
};
use http::Method;
use indexmap::IndexMap;
use std::io::Write;

const RUNTIME: &str = "/2018-06-01/runtime";
const ERROR_TYPE: &str = "Lambda-Runtime-Function-Error-Type";
/// Where Lambda sends it, it wants it back.
const INVOCATION_ID: &str = "Lambda-Runtime-Invocation-Id";
const JSON: (&str, &str) = ("Content-Type", "application/json");

pub(super) struct Lambda {
    handler: Handler,
}

/// What the platform's variables say. A handler string that is none is told to the API.
pub(super) fn settle(
    environment: IndexMap<String, String>,
    handler: Option<String>,
) -> Result<(Lambda, Api, Function, CodePaths), BootstrapError> {
    let mut api = Api::at(environment["AWS_LAMBDA_RUNTIME_API"].clone())?;
    let given = handler.ok_or_else(|| BootstrapError::Variable {
        name: "_HANDLER",
        problem: "it is not set: it names the handler, as index.main_handler".to_owned(),
    })?;
    let handler: Handler = match given.parse() {
        Ok(handler) => handler,
        Err(error) => {
            not_loaded(&mut api, &Diagnostic::of_handler(&given))?;
            let problem = format!("{error}");
            return Err(BootstrapError::Variable { name: "_HANDLER", problem });
        }
    };
    let text = |name: &str| environment.get(name).cloned();
    let defaults = Function::default();
    let memory_mb = text("AWS_LAMBDA_FUNCTION_MEMORY_SIZE").and_then(|text| text.parse().ok());
    let function = Function {
        name: text("AWS_LAMBDA_FUNCTION_NAME").unwrap_or(defaults.name),
        version: text("AWS_LAMBDA_FUNCTION_VERSION").unwrap_or(defaults.version),
        handler: handler.clone(),
        memory_mb: memory_mb.unwrap_or(super::BEYOND_ANY_LIMIT_MB),
        dialect: Dialect::Lambda,
        ..function(environment.clone())
    };
    let code = code_folder(environment.get("LAMBDA_TASK_ROOT"));
    let own = folders(["/opt/python/lib/python3.14/site-packages", "/opt/python"]);
    let layers = [package::packed_layers(&code), own].concat();
    let code = CodePaths { code, layers };
    Ok((Lambda { handler }, api, function, code))
}

/// An event, as Lambda sends it.
pub(super) struct Event {
    answer: Answer,
    request_id: String,
    context: String,
}

impl Event {
    fn invocation_id(&self) -> Option<(&str, &str)> {
        self.answer.header(INVOCATION_ID).map(|id| (INVOCATION_ID, id))
    }

    fn path(&self, what: &str) -> String {
        format!("{RUNTIME}/invocation/{}/{what}", self.request_id)
    }
}

impl Lambda {
    fn tell(&self, api: &mut Api, event: &Event, diagnostic: &Diagnostic) -> Result<(), ApiError> {
        log(diagnostic);
        let kind = kind_header(diagnostic);
        let headers: Vec<_> =
            [JSON, (ERROR_TYPE, &kind)].into_iter().chain(event.invocation_id()).collect();
        let envelope = diagnostic.envelope(&event.request_id);
        api.ask(Method::POST, &event.path("error"), &headers, envelope.into_bytes()).map(drop)
    }
}

/// The envelope's type, as far as a header can hold it.
fn kind_header(diagnostic: &Diagnostic) -> String {
    diagnostic.error_type.chars().filter(|each| each.is_ascii_graphic()).collect()
}

fn not_loaded(api: &mut Api, diagnostic: &Diagnostic) -> Result<(), ApiError> {
    log(diagnostic);
    let kind = kind_header(diagnostic);
    let path = format!("{RUNTIME}/init/error");
    let headers = [JSON, (ERROR_TYPE, &kind)];
    api.ask(Method::POST, &path, &headers, diagnostic.envelope("").into_bytes()).map(drop)
}

fn log(diagnostic: &Diagnostic) {
    // Nobody reads the log: the answer still counts.
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(diagnostic.log_line().as_bytes()).and_then(|()| stdout.flush());
}

impl Face for Lambda {
    type Event = Event;

    /// Lambda knows it by the first request for an event.
    fn ready(&self, _api: &mut Api) -> Result<(), ApiError> {
        Ok(())
    }

    fn not_ready(&self, api: &mut Api, failure: &Failure) -> Result<(), ApiError> {
        match Diagnostic::of(failure, &self.handler) {
            Some(diagnostic) => not_loaded(api, &diagnostic),
            None => Ok(()),
        }
    }

    fn next(&self, api: &mut Api) -> Result<Event, ApiError> {
        let path = format!("{RUNTIME}/invocation/next");
        let answer = api.ask(Method::GET, &path, &[], Vec::new())?;
        let missing = |name: &str| ApiError::Malformed {
            what: format!("GET {path}"),
            problem: format!("has no header {name}"),
        };
        let request_id = answer
            .header("Lambda-Runtime-Aws-Request-Id")
            .ok_or_else(|| missing("Lambda-Runtime-Aws-Request-Id"))?
            .to_owned();
        let deadline_ms = answer
            .header("Lambda-Runtime-Deadline-Ms")
            .and_then(|text| text.trim().parse().ok())
            .ok_or_else(|| missing("Lambda-Runtime-Deadline-Ms"))?;
        let call = Call {
            aws_request_id: &request_id,
            invoked_function_arn: answer.header("Lambda-Runtime-Invoked-Function-Arn"),
            deadline_ms,
            trace_id: answer.header("Lambda-Runtime-Trace-Id"),
            client_context: answer.header("Lambda-Runtime-Client-Context"),
            cognito_identity: answer.header("Lambda-Runtime-Cognito-Identity"),
            tenant_id: answer.header("Lambda-Runtime-Aws-Tenant-Id"),
        };
        let context = call.to_json();
        Ok(Event { answer, request_id, context })
    }

    fn call<'a>(&self, event: &'a Event) -> (&'a str, &'a [u8], &'a str) {
        (&event.request_id, &event.answer.body, &event.context)
    }

    fn returned(&self, api: &mut Api, event: &Event, text: String) -> Result<(), ApiError> {
        let headers: Vec<_> = [JSON].into_iter().chain(event.invocation_id()).collect();
        api.ask(Method::POST, &event.path("response"), &headers, text.into_bytes()).map(drop)
    }

    fn failed(&self, api: &mut Api, event: &Event, failure: &Failure) -> Result<(), ApiError> {
        match Diagnostic::of(failure, &self.handler) {
            Some(diagnostic) => self.tell(api, event, &diagnostic),
            None => Ok(()),
        }
    }

    fn rejected(
        &self,
        api: &mut Api,
        event: &Event,
        invalid: &InvalidEvent,
    ) -> Result<(), ApiError> {
        self.tell(api, event, &Diagnostic::of_event(invalid))
    }
}
