//! Runs one invocation, from taking a permit to recording the result.

use super::{
    Refused, Revision, Shared,
    cancellation::Cancellation,
    counts::Measured,
    now_ms,
    recorder::Recorder,
    store::{FunctionKey, InvocationRecord, Termination},
};
use crate::{
    contract::{Failure, Invocation, Outcome, report::ColdStart},
    instance::{self, InvokeError, StartError},
};
use bytes::Bytes;
use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use tokio::sync::watch;

/// How many new instances may end before they accept an invocation, until it is given up. Warm ones
/// do not count: all of them end at once with their zygote.
const TRIES: usize = 5;

/// How long an invocation waits for the machine to have a process for it, and how long between two
/// tries.
const REFUSED_WITHIN: Duration = Duration::from_secs(30);
const REFUSED_PAUSE: Duration = Duration::from_millis(20);

/// What is to be invoked.
#[derive(Debug, Clone)]
pub struct Request {
    pub key: FunctionKey,
    pub qualifier: String,
    pub request_id: String,
    pub event: Bytes,
    pub source: Source,
}

/// Who asks for an invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    CloudApi,
    FunctionUrl,
    ApiGateway,
    Timer,
    Page,
}

impl Source {
    /// As the API's `InvokeType` has it, as far as that is known.
    pub fn name(self) -> &'static str {
        match self {
            Self::CloudApi => "CLOUD_API",
            Self::FunctionUrl => "FUNCTION_URL",
            Self::ApiGateway => "APIGATEWAY",
            Self::Timer => "TIMER",
            Self::Page => "CONSOLE",
        }
    }
}

/// A finished invocation, with its log.
#[derive(Debug, Clone)]
pub struct Completed {
    pub invocation: Invocation,
    /// The end of the log, as the Invoke API gives it.
    pub log_tail: String,
    pub cold_start: Option<ColdStart>,
}

/// The running invocations, with handles to end those that can be terminated.
#[derive(Default)]
pub(crate) struct Running {
    cancellations: Mutex<HashMap<String, Arc<Cancellation>>>,
    count: watch::Sender<usize>,
}

impl Running {
    /// What ends the invocation of a request from elsewhere, until it is forgotten.
    pub(super) fn cancellable(&self, request_id: &str) -> Arc<Cancellation> {
        let cancellation = Arc::<Cancellation>::default();
        self.cancellations().insert(request_id.to_owned(), cancellation.clone());
        cancellation
    }

    pub(super) fn forget(&self, request_id: &str) {
        self.cancellations().remove(request_id);
    }

    /// Ends an invocation, if it is running.
    pub(super) fn cancel(&self, request_id: &str, how: Termination) {
        if let Some(cancellation) = self.cancellations().get(request_id) {
            cancellation.ask(how);
        }
    }

    /// Completes when no invocation is running.
    pub(super) async fn until_none(&self) {
        let _ = self.count.subscribe().wait_for(|count| *count == 0).await;
    }

    fn begin(&self) -> Begun<'_> {
        self.count.send_modify(|count| *count += 1);
        Begun(self)
    }

    fn cancellations(&self) -> MutexGuard<'_, HashMap<String, Arc<Cancellation>>> {
        self.cancellations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Begun<'a>(&'a Running);

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.0.count.send_modify(|count| *count -= 1);
    }
}

/// Invokes `revision`, as retry number `retry`, unless `cancellation` is requested first.
///
/// # Errors
/// When the event is not JSON: nothing was invoked.
pub(super) async fn run(
    shared: &Shared,
    revision: &Revision,
    request: &Request,
    retry: u32,
    cancellation: &Cancellation,
) -> Result<Completed, Refused> {
    let _begun = shared.running.begin();
    let started_at = now_ms();
    let begun = Instant::now();
    let mut recorder =
        Recorder::new(&request.request_id, revision.function.memory_mb, shared.log.clone());
    let invocation = invoke(shared, revision, request, &mut recorder, cancellation).await?;
    let measured = Measured {
        status_code: invocation.status_code(),
        duration: begun.elapsed(),
        cold_start: recorder.cold_start.map(|_| begun.elapsed()),
    };
    let cold_start = recorder.cold_start;
    shared.counts.note(&request.key, &measured);
    shared.log.invocation(&request.key, &invocation, &measured);
    let log_tail = recorder.tail().to_owned();
    shared.backing.record(record(revision, request, &invocation, recorder, started_at, retry));
    Ok(Completed { invocation, log_tail, cold_start })
}

async fn invoke(
    shared: &Shared,
    revision: &Revision,
    request: &Request,
    recorder: &mut Recorder,
    cancellation: &Cancellation,
) -> Result<Invocation, Refused> {
    let mut started = 0;
    let begun = Instant::now();
    while started < TRIES {
        let acquired = tokio::select! {
            // Checked first, so that a permit that was given is not lost.
            biased;
            acquired = shared.pool.acquire(revision) => acquired,
            () = cancellation.asked() => return Ok(not_reached(request, Failure::ProcessExit)),
        };
        let Ok((mut permit, warm)) = acquired else {
            let failure = Failure::ConcurrencyExceeded {
                function: revision.function.name.clone(),
                megabytes: revision.function.memory_mb,
            };
            return Ok(not_reached(request, failure));
        };
        let mut instance = match warm {
            Some(instance) => instance,
            None => match shared.pool.start(revision).await {
                Ok(instance) => {
                    started += 1;
                    instance
                }
                // The process ended before it had a function.
                Err(StartError::Assignment(_)) => {
                    started += 1;
                    continue;
                }
                // It has no process to give: one that works comes free, or an idle one makes way.
                Err(StartError::Process(error))
                    if is_out_of_processes(&error) && begun.elapsed() < REFUSED_WITHIN =>
                {
                    let others = shared.pool.note_refused();
                    drop(permit);
                    if !others {
                        started += 1;
                    }
                    tokio::time::sleep(REFUSED_PAUSE).await;
                    continue;
                }
                Err(error) => {
                    let failure = Failure::Internal { message: error.to_string() };
                    return Ok(not_reached(request, failure));
                }
            },
        };
        if !cancellation.may_run(instance.hosted.killer()) {
            permit.keep(instance);
            return Ok(not_reached(request, Failure::ProcessExit));
        }
        shared.pool.note_busy(&mut instance);
        let process = instance.hosted.process();
        let call = instance::Request {
            function: &revision.function,
            request_id: &request.request_id,
            event: &request.event,
            pull_code: revision.pull_code,
            context: None,
            times_imports: false,
        };
        let result = instance.hosted.invoke(call, recorder).await;
        shared.pool.note_done(process);
        match result {
            Ok(invocation) => {
                let reusable = match &invocation.outcome {
                    Outcome::Returned(_) => true,
                    Outcome::Failed(failure) => !failure.ends_instance(),
                };
                if reusable {
                    permit.keep(instance);
                }
                return Ok(invocation);
            }
            Err(InvokeError::Event(invalid)) => {
                permit.keep(instance);
                return Err(Refused::Event(invalid));
            }
            Err(InvokeError::Untaken) => {}
            Err(error @ (InvokeError::Interrupted { .. } | InvokeError::Watch(_))) => {
                let failure = Failure::Internal { message: error.to_string() };
                return Ok(not_reached(request, failure));
            }
        }
    }
    let message = "every instance ended before it could be called".to_owned();
    Ok(not_reached(request, Failure::Internal { message }))
}

/// Whether the kernel refused a process, memory for one, or descriptors, for now.
fn is_out_of_processes(error: &io::Error) -> bool {
    let refused = [libc::EAGAIN, libc::ENOMEM, libc::EMFILE, libc::ENFILE];
    error.raw_os_error().is_some_and(|number| refused.contains(&number))
}

/// The result of a call that never reached the function.
fn not_reached(request: &Request, failure: Failure) -> Invocation {
    Invocation {
        request_id: request.request_id.clone(),
        outcome: Outcome::Failed(failure),
        duration: Duration::ZERO,
        memory_bytes: 0,
    }
}

fn record(
    revision: &Revision,
    request: &Request,
    invocation: &Invocation,
    recorder: Recorder,
    started_at: i64,
    retry: u32,
) -> InvocationRecord {
    let ret_code = match invocation.outcome {
        Outcome::Returned(_) => 0,
        Outcome::Failed(_) => -1,
    };
    InvocationRecord {
        request_id: request.request_id.clone(),
        namespace: request.key.namespace.clone(),
        function: request.key.name.clone(),
        version: revision.function.version.clone(),
        retry,
        started_at,
        duration_us: u64::try_from(invocation.duration.as_micros()).unwrap_or(u64::MAX),
        billed_ms: invocation.billed_ms(),
        memory_bytes: invocation.memory_bytes,
        ret_code,
        status_code: invocation.status_code(),
        ret_msg: invocation.ret_msg(),
        log: recorder.into_text(),
    }
}
