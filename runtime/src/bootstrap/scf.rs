//! The runtime API of SCF's custom runtime (docs/contract.md §9).

use super::{
    BootstrapError, Face,
    api::{Answer, Api, ApiError},
    code_folder, folders, function,
};
use crate::{
    contract::{Context, Failure, Function, environment},
    package,
    python::{CodePaths, InvalidEvent},
};
use http::Method;
use indexmap::IndexMap;

const READY: &str = "/runtime/init/ready";
const NEXT: &str = "/runtime/invocation/next";
const RESPONSE: &str = "/runtime/invocation/response";
const ERROR: &str = "/runtime/invocation/error";

pub(super) struct Scf {
    function: Function,
}

/// What the platform's variables say.
pub(super) fn settle(
    environment: IndexMap<String, String>,
    handler: Option<String>,
) -> Result<(Scf, Api, Function, CodePaths), BootstrapError> {
    let text = |name: &str| environment.get(name).cloned();
    let host = text("SCF_RUNTIME_API").unwrap_or_default();
    let address = match text("SCF_RUNTIME_API_PORT") {
        Some(port) if !port.is_empty() => format!("{host}:{port}"),
        _ => host,
    };
    let handler = match handler {
        Some(handler) => handler.parse().map_err(|error| BootstrapError::Variable {
            name: "_HANDLER",
            problem: format!("{error}"),
        })?,
        None => Default::default(),
    };
    let defaults = Function::default();
    let memory_mb = text("SCF_FUNCTIONMEMORY").and_then(|text| text.parse().ok());
    let function = Function {
        name: text("SCF_FUNCTIONNAME").unwrap_or(defaults.name),
        version: text("SCF_FUNCTIONVERSION").unwrap_or(defaults.version),
        namespace: text("SCF_NAMESPACE").unwrap_or(defaults.namespace),
        region: text("TENCENTCLOUD_REGION").unwrap_or(defaults.region),
        appid: text("TENCENTCLOUD_APPID").unwrap_or(defaults.appid),
        uin: text("TENCENTCLOUD_UIN").unwrap_or(defaults.uin),
        handler,
        // The platform keeps it, and says how much it is with each event.
        memory_mb: memory_mb.unwrap_or(super::BEYOND_ANY_LIMIT_MB),
        environment: environment::of_user(&environment),
        ..function(environment.clone())
    };
    let code = code_folder(environment.get("USER_CODE_ROOT"));
    let layers = [package::packed_layers(&code), folders(["/opt"])].concat();
    let code = CodePaths { code, layers };
    let api = Api::at(address)?;
    Ok((Scf { function: function.clone() }, api, function, code))
}

/// An event, as the platform sends it.
pub(super) struct Event {
    answer: Answer,
    request_id: String,
    context: String,
}

impl Face for Scf {
    type Event = Event;

    fn ready(&self, api: &mut Api) -> Result<(), ApiError> {
        // As the platform's samples: one blank.
        api.ask(Method::POST, READY, &[], b" ".to_vec()).map(drop)
    }

    /// The platform has no address for it: it finds that nothing is ready. The log says why.
    fn not_ready(&self, _api: &mut Api, _failure: &Failure) -> Result<(), ApiError> {
        Ok(())
    }

    fn next(&self, api: &mut Api) -> Result<Event, ApiError> {
        let answer = api.ask(Method::GET, NEXT, &[], Vec::new())?;
        let request_id = answer.header("request_id").map(str::to_owned);
        let request_id = request_id.ok_or_else(|| ApiError::Malformed {
            what: format!("GET {NEXT}"),
            problem: "has no header request_id".to_owned(),
        })?;
        let number = |name| answer.header(name).and_then(|text| text.trim().parse().ok());
        let mut context = Context::new(&self.function, &request_id);
        // Where nothing is said, it is what functions have that say nothing.
        let defaults = Function::default();
        context.memory_limit_in_mb = number("memory_limit_in_mb").unwrap_or(defaults.memory_mb);
        context.time_limit_in_ms =
            number("time_limit_in_ms").unwrap_or(defaults.timeout_seconds * 1000);
        let context = context.to_json();
        Ok(Event { answer, request_id, context })
    }

    fn call<'a>(&self, event: &'a Event) -> (&'a str, &'a [u8], &'a str) {
        (&event.request_id, &event.answer.body, &event.context)
    }

    fn returned(&self, api: &mut Api, _event: &Event, text: String) -> Result<(), ApiError> {
        api.ask(Method::POST, RESPONSE, &[], text.into_bytes()).map(drop)
    }

    fn failed(&self, api: &mut Api, _event: &Event, failure: &Failure) -> Result<(), ApiError> {
        let text = match failure {
            Failure::UserCode { stack_trace } => stack_trace.clone(),
            other => other.message(),
        };
        api.ask(Method::POST, ERROR, &[], text.into_bytes()).map(drop)
    }

    fn rejected(
        &self,
        api: &mut Api,
        _event: &Event,
        invalid: &InvalidEvent,
    ) -> Result<(), ApiError> {
        let text = format!("the event is not valid JSON: {invalid}");
        api.ask(Method::POST, ERROR, &[], text.into_bytes()).map(drop)
    }
}
