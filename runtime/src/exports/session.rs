//! The state behind the host's calls: one loaded function, its instance, its invocations.

use super::{
    answer::{self, Answer},
    options::{LogTarget, Options},
    packed::{self, Packed},
};
use crate::{
    contract::{
        Column, Failure, Function, Invocation, Journal, Outcome, Policy, limits, report::ColdStart,
    },
    instance::{self, Instance, InvokeError, NotKept, Observer, Prewarmed, Request},
    package::{self, Package},
};
use serde::Serialize;
use std::{
    cell::RefCell,
    io::{Write, stderr},
    os::fd::BorrowedFd,
    time::{Duration, Instant},
};

thread_local! {
    static SESSION: RefCell<Option<Session>> = const { RefCell::new(None) };
}

/// A loaded function.
pub(super) struct Session {
    function: Function,
    package: Package,
    pull_code: Duration,
    log: LogTarget,
    /// Made by the first invocation.
    instance: Option<Instance>,
    /// Whether the instance must not be used again.
    over: bool,
    /// What is known of the function, where it came with the module.
    packed: Option<Packed>,
}

/// An invocation in numbers.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report<'a> {
    request_id: &'a str,
    duration_ms: f64,
    /// As the platform bills them: rounded up.
    billed_ms: u64,
    memory_bytes: u64,
    /// None if the instance was warm.
    cold_start: Option<ColdReport>,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct ColdReport {
    pull_code_ms: f64,
    init_runtime_ms: f64,
    init_function_ms: f64,
}

impl Session {
    pub(super) fn load(options: &[u8]) -> *const Answer {
        let unusable = |error| format!("the options of krait_load cannot be used: {error}");
        let result =
            serde_json::from_slice(options).map_err(unusable).and_then(|options: Options| {
                if options.code.is_some() {
                    SESSION.set(Some(Self::of(options)?));
                    return Ok(());
                }
                SESSION.with_borrow_mut(|session| match session {
                    Some(session) if session.packed.is_some() => session.change(options),
                    _ => Err(
                        "the options of krait_load have no code, and no function is in this module"
                            .to_owned(),
                    ),
                })
            });
        match result {
            Ok(()) => done(),
            Err(message) => refused(message),
        }
    }

    fn of(options: Options) -> Result<Self, String> {
        let begun = Instant::now();
        let code = options.code.clone().unwrap_or_default();
        let package = package::open(&code, &options.layers).map_err(|error| error.to_string())?;
        let pull_code = begun.elapsed();
        let log = options.log.unwrap_or_default();
        let handler = package.implied_handler.clone().unwrap_or_default();
        let function = options.function(Function { handler, ..Function::default() })?;
        package.check_entry(&function.handler).map_err(|error| error.to_string())?;
        Ok(Self { function, package, pull_code, log, instance: None, over: false, packed: None })
    }

    /// Changes what is known of the function that came with the module.
    fn change(&mut self, options: Options) -> Result<(), String> {
        let log = options.log.unwrap_or(self.log);
        let function = options.function(self.function.clone())?;
        match (&self.instance, &self.packed) {
            (Some(instance), Some(packed)) if instance.is_asleep() => {
                packed.check(&self.function, &function)?;
            }
            (None, _) => {}
            _ => return Err("the function runs already; make another instance".to_owned()),
        }
        (self.log, self.function) = (log, function);
        Ok(())
    }

    /// Prepares the module's memory to be kept with this function, loaded if `loads`. Asked once more, it has
    /// forgotten what it told.
    pub(super) fn keep(loads: bool) -> *const Answer {
        with_loaded(|session| {
            if session.packed.is_some() {
                return done();
            }
            session.pull_code = Duration::ZERO;
            if !loads {
                session.packed = Some(Packed::default());
                instance::keep_unloaded();
                return done();
            }
            let mut ended = packed::Ended::default();
            let code = &session.package.paths;
            match Instance::load_to_keep(&session.function, code, &mut ended) {
                Ok((instance, told)) => {
                    let (packed, held) = Packed::of(told);
                    (session.instance, session.packed) = (Some(instance), Some(packed));
                    answer::give(0, held, String::new(), String::new())
                }
                Err(NotKept::Failed { output, message }) => {
                    let output = String::from_utf8_lossy(&output).into_owned();
                    answer::give(2, message, output, String::new())
                }
                Err(NotKept::Unfit(why)) => answer::give(3, why, String::new(), String::new()),
            }
        })
    }

    pub(super) fn invoke(event: &[u8], request_id: &[u8]) -> *const Answer {
        with_loaded(|session| {
            if session.over {
                let message = "this instance has ended; make a new one of the module";
                return answer::give(3, message.to_owned(), String::new(), String::new());
            }
            if event.len() > limits::SYNC_EVENT_BYTES {
                return refused(format!(
                    "the event is too large (406 RequestTooLarge): an invocation takes at most {} \
                     bytes",
                    limits::SYNC_EVENT_BYTES
                ));
            }
            let request_id = request_id_of(request_id);
            session.answer(event, &request_id)
        })
    }

    pub(super) fn ended(status_code: u32, request_id: &[u8], duration: Duration) -> *const Answer {
        with_loaded(|session| {
            let failure = match status_code {
                433 => Failure::Timeout { seconds: session.function.timeout_seconds },
                434 => Failure::Memory { megabytes: session.function.memory_mb },
                439 => Failure::ProcessExit,
                other => {
                    return refused(format!(
                        "a host cannot end an invocation with {other}; it can with 433, 434 or 439"
                    ));
                }
            };
            let request_id = request_id_of(request_id);
            let outcome = Outcome::Failed(failure);
            let invocation = Invocation { request_id, outcome, duration, memory_bytes: 0 };
            session.recorder(&invocation.request_id).over(&invocation);
            answer::last()
        })
    }

    fn answer(&mut self, event: &[u8], request_id: &str) -> *const Answer {
        let mut recorder = self.recorder(request_id);
        let instance = match &mut self.instance {
            Some(instance) => instance,
            none => {
                let code = &self.package.paths;
                let policy = Policy::default();
                match Instance::start(Prewarmed::take(), &self.function, code, &policy, false) {
                    Ok(instance) => none.insert(instance),
                    Err(error) => {
                        return answer::give(3, error.to_string(), String::new(), String::new());
                    }
                }
            }
        };
        let request = Request {
            function: &self.function,
            request_id,
            event,
            pull_code: self.pull_code,
            context: None,
            times_imports: false,
        };
        match instance.invoke(request, &mut recorder) {
            Ok(Invocation { outcome: Outcome::Failed(failure), .. }) => {
                self.over = failure.ends_instance();
                answer::last()
            }
            Ok(_) => answer::last(),
            Err(InvokeError::Event(invalid)) => refused(format!(
                "the event is not valid JSON (400 InvalidParameterValue): {invalid}"
            )),
            Err(error) => answer::give(3, error.to_string(), String::new(), String::new()),
        }
    }

    fn recorder(&self, request_id: &str) -> Recorder {
        Recorder {
            journal: Journal::new(Column::LogQuery, request_id, self.function.memory_mb),
            target: self.log,
            text: String::new(),
            cold_start: None,
        }
    }
}

fn with_loaded(body: impl FnOnce(&mut Session) -> *const Answer) -> *const Answer {
    SESSION.with_borrow_mut(|session| match session {
        Some(session) => body(session),
        None => refused("no function is loaded; call krait_load first".to_owned()),
    })
}

fn done() -> *const Answer {
    answer::give(0, String::new(), String::new(), String::new())
}

pub(super) fn refused(message: String) -> *const Answer {
    answer::give(2, message, String::new(), String::new())
}

fn request_id_of(given: &[u8]) -> String {
    if given.is_empty() {
        return uuid::Uuid::new_v4().to_string();
    }
    String::from_utf8_lossy(given).into_owned()
}

/// Keeps one invocation's log, and makes the answer when it is over.
struct Recorder {
    journal: Journal,
    target: LogTarget,
    text: String,
    cold_start: Option<ColdReport>,
}

impl Recorder {
    fn write(&mut self, text: &str) {
        match self.target {
            LogTarget::Answer => self.text.push_str(text),
            // A host that reads no log still gets the answer.
            LogTarget::Stderr => drop(stderr().lock().write_all(text.as_bytes())),
        }
    }
}

impl Observer for Recorder {
    fn note(&mut self, _: &str) {}

    fn started(&mut self) {
        let text = self.journal.start();
        self.write(&text);
    }

    fn output(&mut self, bytes: &[u8]) {
        let text = self.journal.output(bytes);
        self.write(&text);
    }

    fn cold_start(&mut self, parts: &ColdStart) {
        let text = self.journal.cold_start(parts);
        self.write(&text);
        self.cold_start = Some(ColdReport {
            pull_code_ms: milliseconds(parts.pull_code),
            init_runtime_ms: milliseconds(parts.init_runtime),
            init_function_ms: milliseconds(parts.init_function),
        });
    }

    fn over(&mut self, invocation: &Invocation) {
        let text = self.journal.finish(invocation);
        self.write(&text);
        let report = Report {
            request_id: &invocation.request_id,
            duration_ms: milliseconds(invocation.duration),
            billed_ms: invocation.billed_ms(),
            memory_bytes: invocation.memory_bytes,
            cold_start: self.cold_start,
        };
        let status = match invocation.outcome {
            Outcome::Returned(_) => 0,
            Outcome::Failed(_) => 1,
        };
        let report = serde_json::to_string(&report).unwrap_or_default();
        answer::give(status, invocation.ret_msg(), std::mem::take(&mut self.text), report);
    }

    fn waits_for(&self) -> Option<BorrowedFd<'_>> {
        None
    }

    fn ready(&mut self) {}
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}
