//! `krait invoke`.

use super::{
    Fatal,
    cold_start::{self, Measured},
    options::{InvocationType, InvokeArguments, LogChoice, OutputChoice},
    request::{self, Settled},
    shown_log::ShownLog,
    style,
};
use crate::{
    contract::{Invocation, Outcome, Policy, report, report::ColdStart},
    instance::{Engine, Instance, InvokeError, Observer, Request},
    python::ImportTime,
};
use anyhow::anyhow;
use std::io::{Write, stdout};

/// Invokes a function once and prints the result.
pub(super) fn run(arguments: InvokeArguments) -> Result<u8, Fatal> {
    let settled = request::settle(&arguments)?;
    let policy = policy(&arguments, &settled)?;
    let shown = ShownLog::new(arguments.log, &settled.request_id, settled.function.memory_mb);
    let mut terminal =
        Terminal { arguments: &arguments, log: shown, measured: Measured::default() };
    let mut instance =
        Instance::start(Engine::take(), &settled.function, &settled.package.paths, &policy, true)
            .map_err(Fatal::internal)?;
    let request = Request {
        function: &settled.function,
        request_id: &settled.request_id,
        event: &settled.event,
        pull_code: settled.pull_code,
        context: None,
        times_imports: arguments.cold_start.import_time.is_some(),
    };
    let invocation = instance.invoke(request, &mut terminal).map_err(|error| {
        terminal.log.flush();
        refused(error, &settled)
    })?;
    terminal.measured.show(&arguments.cold_start);
    Ok(match (invocation.outcome, terminal.measured.over_budget(&arguments.cold_start)) {
        (Outcome::Failed(_), _) => 1,
        (Outcome::Returned(_), Some(error)) => style::print_error(&error, cold_start::OVER_BUDGET),
        (Outcome::Returned(_), None) => 0,
    })
}

/// What the function is kept to.
#[cfg(unix)]
fn policy(arguments: &InvokeArguments, settled: &Settled) -> Result<Policy, Fatal> {
    let mut policy = super::sandbox::policy(&arguments.sandbox, Policy::of_invoke())?;
    policy.writable_code &= !settled.package.is_unpacked();
    Ok(policy)
}

/// A module's host keeps it to what it opens.
#[cfg(target_os = "wasi")]
fn policy(_arguments: &InvokeArguments, _settled: &Settled) -> Result<Policy, Fatal> {
    Ok(Policy::default())
}

/// Shows an invocation: its log on stderr as it comes, then its answer on stdout.
struct Terminal<'a> {
    arguments: &'a InvokeArguments,
    log: ShownLog,
    measured: Measured,
}

impl Terminal<'_> {
    /// The text for stdout, if any.
    fn answer(&self, invocation: &Invocation) -> Option<String> {
        match (self.arguments.output, self.arguments.invocation_type) {
            (OutputChoice::RetMsg, InvocationType::RequestResponse) => Some(invocation.ret_msg()),
            (OutputChoice::RetMsg, InvocationType::Event) => None,
            (OutputChoice::Result, InvocationType::RequestResponse) => {
                let wanted = self.arguments.log != LogChoice::None;
                Some(invocation.result_json(if wanted { self.log.api_tail() } else { "" }))
            }
            (OutputChoice::Result, InvocationType::Event) => {
                Some(report::accepted_json(&invocation.request_id))
            }
        }
    }
}

impl Observer for Terminal<'_> {
    fn note(&mut self, text: &str) {
        self.log.note(text);
    }

    fn started(&mut self) {
        self.log.started();
    }

    fn output(&mut self, bytes: &[u8]) {
        self.log.output(bytes);
    }

    fn imports(&mut self, times: Vec<ImportTime>) {
        self.measured.imports = times;
    }

    fn cold_start(&mut self, parts: &ColdStart) {
        self.measured.parts = Some(*parts);
        self.log.cold_start(parts);
    }

    fn over(&mut self, invocation: &Invocation) {
        self.log.over(invocation);
        if let Some(text) = self.answer(invocation) {
            // A reader that stopped reading has what it wanted.
            let _ = writeln!(stdout().lock(), "{text}");
        }
    }

    fn waits_for(&self) -> Option<i32> {
        self.log.waits_for()
    }

    fn ready(&mut self) {
        self.log.ready();
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
        InvokeError::Watch(_) | InvokeError::Untaken => Fatal::internal(error),
    }
}
