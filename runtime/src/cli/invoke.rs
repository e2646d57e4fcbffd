//! `krait invoke`.

use super::{
    Fatal,
    options::{InvocationType, InvokeArguments, LogChoice, OutputChoice},
    request::{self, Settled},
    shown_log::ShownLog,
};
use crate::{
    contract::{Invocation, Outcome, report},
    instance::{Engine, Instance, InvokeError, Request},
};
use anyhow::anyhow;
use std::io::{Write, stdout};

/// Invokes once and prints what came of it.
pub(super) fn run(arguments: InvokeArguments) -> Result<u8, Fatal> {
    let settled = request::settle(&arguments)?;
    let mut log = ShownLog::new(arguments.log, &settled.request_id, settled.function.memory_mb);
    let mut instance =
        Instance::start(Engine::take(), &settled.function, &settled.package.paths, true)
            .map_err(Fatal::internal)?;
    let request = Request {
        function: &settled.function,
        request_id: &settled.request_id,
        event: &settled.event,
        pull_code: settled.pull_code,
    };
    let invocation = instance.invoke(request, &mut log).map_err(|error| {
        log.flush();
        refused(error, &settled)
    })?;
    log.finish(&invocation);
    if let Some(text) = answer(&arguments, &invocation, &log) {
        // Whoever stopped reading has what they wanted.
        let _ = writeln!(stdout().lock(), "{text}");
    }
    Ok(match invocation.outcome {
        Outcome::Returned(_) => 0,
        Outcome::Failed(_) => 1,
    })
}

/// What goes to stdout, if anything does.
fn answer(arguments: &InvokeArguments, invocation: &Invocation, log: &ShownLog) -> Option<String> {
    match (arguments.output, arguments.invocation_type) {
        (OutputChoice::RetMsg, InvocationType::RequestResponse) => Some(invocation.ret_msg()),
        (OutputChoice::RetMsg, InvocationType::Event) => None,
        (OutputChoice::Result, InvocationType::RequestResponse) => {
            let tail = if arguments.log == LogChoice::None { "" } else { log.api_tail() };
            Some(invocation.result_json(tail))
        }
        (OutputChoice::Result, InvocationType::Event) => {
            Some(report::accepted_json(&invocation.request_id))
        }
    }
}

fn refused(error: InvokeError, settled: &Settled) -> Fatal {
    match error {
        InvokeError::Event(invalid) => Fatal::Request(anyhow!(
            "the event from {} is not valid JSON (400 InvalidParameterValue): {invalid}\n  tip: an \
             event is one JSON value in UTF-8, such as '{{\"key\": \"value\"}}'",
            settled.event_source
        )),
        InvokeError::Interrupted { signal } => Fatal::Signal(signal),
        InvokeError::Watch(_) => Fatal::internal(error),
    }
}
