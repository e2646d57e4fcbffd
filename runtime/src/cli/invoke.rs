//! `krait invoke`.

#[cfg(target_os = "wasi")]
use super::host_limits::{self, HostLimits};
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
    instance::{Instance, InvokeError, Observer, Prewarmed, Request},
    python::ImportTime,
};
use anyhow::anyhow;
use std::{
    io::{Write, stdout},
    os::fd::BorrowedFd,
    path::Path,
};

/// Invokes a function once and prints the result.
pub(super) fn run(arguments: InvokeArguments) -> Result<u8, Fatal> {
    let settled = request::settle(&arguments)?;
    #[cfg(target_os = "wasi")]
    if let Some(invocation) = host_limits::ended(&settled).map_err(Fatal::Request)? {
        return Ok(answer_for_host(&arguments, &settled, &invocation));
    }
    let policy = policy(&arguments, &settled)?;
    let shown = ShownLog::new(arguments.log, &settled.request_id, settled.function.memory_mb);
    let mut terminal = Terminal {
        arguments: &arguments,
        #[cfg(target_os = "wasi")]
        seconds: (settled.function.init_timeout_seconds, settled.function.timeout_seconds),
        #[cfg(target_os = "wasi")]
        limits: HostLimits::of(&settled.request_id),
        log: shown,
        measured: Measured::default(),
    };
    let mut instance = Instance::start(
        Prewarmed::take(),
        &settled.function,
        &settled.package.paths,
        &policy,
        true,
    )
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
        refused(error, &settled, &arguments)
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

/// Answers for an instance that the host had to end.
#[cfg(target_os = "wasi")]
fn answer_for_host(arguments: &InvokeArguments, settled: &Settled, invocation: &Invocation) -> u8 {
    let log = ShownLog::new(arguments.log, &invocation.request_id, settled.function.memory_mb);
    let seconds = (settled.function.init_timeout_seconds, settled.function.timeout_seconds);
    let limits = HostLimits::of(&invocation.request_id);
    Terminal { arguments, seconds, limits, log, measured: Measured::default() }.over(invocation);
    1
}

/// Shows an invocation: its log on stderr as it comes, then its answer on stdout.
struct Terminal<'a> {
    arguments: &'a InvokeArguments,
    /// How long the function may load and be called.
    #[cfg(target_os = "wasi")]
    seconds: (u32, u32),
    #[cfg(target_os = "wasi")]
    limits: HostLimits<'a>,
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

#[cfg(target_os = "wasi")]
impl Terminal<'_> {
    /// Tells the host by when the next step must be over; then the host ends this instance, and what the log
    /// has until now must not be lost.
    fn tell_host(&mut self, seconds: u32, status_code: u16) {
        if self.limits.are_told() && self.arguments.log == LogChoice::All {
            self.log.flush();
        }
        self.limits.tell(seconds, status_code);
    }
}

impl Observer for Terminal<'_> {
    fn note(&mut self, text: &str) {
        self.log.note(text);
    }

    fn started(&mut self) {
        self.log.started();
        #[cfg(target_os = "wasi")]
        self.tell_host(self.seconds.0, 450);
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
        #[cfg(target_os = "wasi")]
        self.tell_host(self.seconds.1, 433);
    }

    fn over(&mut self, invocation: &Invocation) {
        self.log.over(invocation);
        if let Some(text) = self.answer(invocation) {
            // A reader that stopped reading has what it wanted.
            let _ = writeln!(stdout().lock(), "{text}");
        }
    }

    fn waits_for(&self) -> Option<BorrowedFd<'_>> {
        self.log.waits_for()
    }

    fn ready(&mut self) {
        self.log.ready();
    }
}

fn refused(error: InvokeError, settled: &Settled, arguments: &InvokeArguments) -> Fatal {
    match error {
        InvokeError::Event(invalid) => Fatal::Request(anyhow!(
            "the event from {} is not valid JSON (400 InvalidParameterValue): {invalid}\n  tip: {}",
            settled.event_source,
            event_tip(arguments.event.as_deref())
        )),
        InvokeError::Interrupted { signal } => Fatal::Signal(signal),
        InvokeError::Watch(_) | InvokeError::Untaken => Fatal::internal(error),
    }
}

/// Who typed a file's name as the event meant the file.
fn event_tip(typed: Option<&str>) -> String {
    match typed.filter(|typed| Path::new(typed).is_file()) {
        Some(file) => format!("--event-file {file} takes the event from that file"),
        None => "an event is one JSON value in UTF-8, such as '{\"key\": \"value\"}'".into(),
    }
}
