//! The course of one invocation, as its watcher sees it: the meaning of each message, the part of
//! the log that output belongs to, and the outcome of each kind of end. It receives bytes and
//! times. How they are read is up to the watcher: [`super::watch`] for a single process,
//! [`super::hosted`] for many.

use super::{
    Observer, Request,
    marker::{Marker, Splitter},
    proof::{self, Key, Proof},
    usage,
    wire::{self, Answered, Frames, FromInstance},
};
use crate::{
    contract::{Context, Failure, Invocation, Outcome, report::ColdStart},
    python::InvalidEvent,
};
use std::time::{Duration, Instant};

/// How far an instance has come.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Phase {
    /// Whether it has its interpreter. Before that it may be making a snapshot, which does not
    /// count as the function's time.
    pub ready: bool,
    /// Whether the function is loaded, and so the cold start is over.
    pub initialized: bool,
}

/// One invocation, as far as it has come.
pub(super) struct Course<'a> {
    pub request: Request<'a>,
    pub observer: &'a mut dyn Observer,
    pub phase: Phase,
    /// When the timeout, or the init timeout while the function is loading, is over.
    pub deadline: Instant,
    key: Key,
    /// The number of this call, and what shows that a message is part of it.
    call: u64,
    proof: Proof,
    /// Whether it is this call that the function was loaded for.
    has_loaded: bool,
    /// Whether the imports of the load are still to be told.
    wants_imports: bool,
    frames: Frames,
    /// When the handler was called, as far as the watcher knows.
    called: Instant,
    /// Looks for the end of the loading phase in the log, until it was found.
    splitter: Option<Splitter>,
    /// Output after the marker that was read before the message that announces it.
    after_marker: Option<Vec<u8>>,
    /// Whether the observer knows that the invocation exists.
    announced: bool,
}

/// Why the watching ends.
pub(super) enum End {
    Answered(Answered),
    Rejected(InvalidEvent),
    Memory,
    /// The socket or the process ended without an answer.
    Gone,
    /// Something came that was not asked for: the function wrote to the socket itself, or
    /// somebody else did.
    Unasked,
    Deadline,
}

/// What an end comes to.
pub(super) enum Verdict {
    /// The answer stands.
    Answered(Answered),
    /// The event is not JSON: nothing was invoked.
    Rejected(InvalidEvent),
    /// The instance must be killed; then call [`Course::discarded`].
    Discard { failure: Failure, duration: Duration },
}

impl<'a> Course<'a> {
    /// An invocation by an instance that was `started` then, writes `marker` and has `key`.
    pub(super) fn new(
        request: Request<'a>,
        observer: &'a mut dyn Observer,
        phase: Phase,
        started: Instant,
        marker: Marker,
        key: Key,
    ) -> Self {
        let now = Instant::now();
        let call = proof::fresh_call();
        let deadline = if phase.initialized {
            now + Duration::from_secs(request.function.timeout_seconds.into())
        } else {
            started + Duration::from_secs(request.function.init_timeout_seconds.into())
        };
        Self {
            request,
            observer,
            phase,
            deadline,
            key,
            call,
            proof: key.proof(call),
            has_loaded: false,
            wants_imports: request.times_imports,
            frames: Frames::default(),
            called: now,
            splitter: (!phase.initialized).then(|| Splitter::new(marker)),
            after_marker: None,
            announced: false,
        }
    }

    /// The invocation, as it goes to the instance.
    pub(super) fn call(&self) -> Vec<u8> {
        let Request { function, request_id, event, context, times_imports, .. } = self.request;
        let own = || Context::new(function, request_id).to_json();
        let context = context.map_or_else(own, str::to_owned);
        wire::invocation_frame(self.call, context.as_bytes(), event, times_imports)
    }

    /// The wish that the function is loaded, as it goes to the instance.
    pub(super) fn load(&self) -> Vec<u8> {
        wire::load_frame(self.call)
    }

    /// How many bytes the message has in all that has begun to come, as far as it says so.
    pub(super) fn announced_bytes(&self) -> usize {
        self.frames.announced_bytes()
    }

    /// Whether nothing came beyond what was asked for.
    pub(super) fn is_clean(&self) -> bool {
        self.frames.is_empty()
    }

    /// The most memory the instance may use, in bytes.
    pub(super) fn memory_limit(&self) -> u64 {
        usage::limit_bytes(self.request.function.memory_mb)
    }

    /// Bytes came from the instance's socket: [`Self::next_end`] acts upon them.
    pub(super) fn received(&mut self, bytes: &[u8]) {
        self.frames.push(bytes);
    }

    /// Bytes came from the log. To keep the order of output and messages, read the log after the
    /// socket, and before acting on the socket's messages.
    pub(super) fn logged(&mut self, bytes: &[u8]) {
        if let Some(waiting) = &mut self.after_marker {
            waiting.extend_from_slice(bytes);
        } else if let Some(splitter) = &mut self.splitter {
            let (before, after) = splitter.split(bytes);
            self.after_marker = after;
            self.show(&before);
        } else {
            self.show(bytes);
        }
    }

    /// Acts on what was received. `ended` means that no more will come.
    pub(super) fn next_end(&mut self, ended: bool) -> Option<End> {
        while let Some(message) = self.frames.next().transpose() {
            // Bytes that are no message: the function wrote to the socket itself.
            let Ok((proof, message)) = message else { return Some(End::Unasked) };
            if let Err(end) = self.check(proof, &message) {
                return Some(end);
            }
            if let Some(end) = self.act_on(message) {
                return Some(end);
            }
        }
        ended.then_some(End::Gone)
    }

    /// Whether a message was asked for: each kind comes once, in its turn, and proves that it is
    /// part of this call.
    fn check(&self, proof: Proof, message: &FromInstance) -> Result<(), End> {
        let is_of_call = self.phase.ready && proof == self.proof;
        let is_of_start = || proof == self.key.proof(0);
        let is_asked_for = match message {
            FromInstance::Note(_) => !self.phase.ready && is_of_start(),
            FromInstance::Imports(_) => is_of_call && !self.phase.initialized && self.wants_imports,
            FromInstance::Initialized(_) => is_of_call && !self.phase.initialized,
            FromInstance::Rejected(_) => is_of_call && !self.has_loaded,
            FromInstance::Answered(_) => is_of_call,
            FromInstance::MemoryExhausted => {
                is_of_call || (!self.phase.initialized && is_of_start())
            }
        };
        match message {
            _ if is_asked_for => Ok(()),
            // Before this call came: what the function had left running took it all.
            FromInstance::MemoryExhausted => Err(End::Gone),
            _ => Err(End::Unasked),
        }
    }

    fn act_on(&mut self, message: FromInstance) -> Option<End> {
        match message {
            FromInstance::Rejected(invalid) => return Some(End::Rejected(invalid)),
            FromInstance::Answered(answered) => return Some(End::Answered(answered)),
            FromInstance::MemoryExhausted => return Some(End::Memory),
            FromInstance::Imports(times) => {
                self.wants_imports = false;
                self.observer.imports(times);
            }
            FromInstance::Note(text) => {
                self.phase.ready = true;
                self.observer.note(&text);
            }
            FromInstance::Initialized(initialized) => {
                self.announce();
                self.observer.cold_start(&ColdStart {
                    pull_code: self.request.pull_code,
                    init_runtime: initialized.init_runtime,
                    init_function: initialized.init_function,
                    memory_bytes: initialized.memory_bytes,
                });
                self.release_log();
                self.phase.initialized = true;
                self.has_loaded = true;
                self.called = Instant::now();
                let timeout = Duration::from_secs(self.request.function.timeout_seconds.into());
                self.deadline = self.called + timeout;
            }
        }
        None
    }

    /// The end of an instance with more processes than it may have, which its log tells.
    pub(super) fn is_crowd(&mut self, at_most: Option<u32>) -> End {
        let most = at_most.unwrap_or_default();
        self.release_log();
        let line = format!(
            "krait: the function had more than {most} processes: --max-processes allows more, in \
             krait.toml sandbox.max-processes\n"
        );
        self.show(line.as_bytes());
        End::Gone
    }

    /// What an end comes to.
    pub(super) fn verdict(&self, end: End) -> Verdict {
        let memory = Failure::Memory { megabytes: self.request.function.memory_mb };
        let (failure, duration) = match end {
            End::Rejected(invalid) => return Verdict::Rejected(invalid),
            End::Answered(answered) if answered.memory_bytes <= self.memory_limit() => {
                return Verdict::Answered(answered);
            }
            End::Answered(_) | End::Memory => (memory, self.called.elapsed()),
            End::Gone | End::Unasked => (Failure::ProcessExit, self.called.elapsed()),
            End::Deadline => self.timed_out(),
        };
        Verdict::Discard { failure, duration }
    }

    fn timed_out(&self) -> (Failure, Duration) {
        if self.phase.initialized {
            let seconds = self.request.function.timeout_seconds;
            // The platform reports the limit itself (§4.1), not what it took to enforce it.
            return (Failure::Timeout { seconds }, Duration::from_secs(seconds.into()));
        }
        let seconds = self.request.function.init_timeout_seconds;
        (Failure::InitTimeout { seconds }, Duration::ZERO)
    }

    /// The invocation of an answer that stands.
    pub(super) fn answered(mut self, answered: Answered) -> Invocation {
        self.release_log();
        self.announce();
        if let Some(note) = &answered.note {
            self.observer.note(note);
        }
        let (outcome, memory_bytes) = match answered.failure {
            None => (Outcome::Returned(answered.ret_msg), answered.memory_bytes),
            // As the platform reports it: the function was never reached (§2.1).
            Some(failure @ (Failure::Load { .. } | Failure::EntryMissing { .. })) => {
                (Outcome::Failed(failure), 0)
            }
            Some(failure) => (Outcome::Failed(failure), answered.memory_bytes),
        };
        self.over(outcome, answered.duration, memory_bytes)
    }

    /// The invocation of an instance that was ended, whose log was read to its end.
    pub(super) fn discarded(
        mut self,
        failure: Failure,
        duration: Duration,
        peak_bytes: u64,
    ) -> Invocation {
        self.release_log();
        self.announce();
        self.over(Outcome::Failed(failure), duration, peak_bytes)
    }

    fn over(self, outcome: Outcome, duration: Duration, memory_bytes: u64) -> Invocation {
        let request_id = self.request.request_id.to_owned();
        let invocation = Invocation { request_id, outcome, duration, memory_bytes };
        self.observer.over(&invocation);
        invocation
    }

    fn announce(&mut self) {
        if !std::mem::replace(&mut self.announced, true) {
            self.observer.started();
        }
    }

    /// Passes on output that waited for a message, once the message has come or cannot come.
    pub(super) fn release_log(&mut self) {
        if let Some(mut splitter) = self.splitter.take() {
            self.show(&splitter.rest());
        }
        if let Some(waiting) = self.after_marker.take() {
            self.show(&waiting);
        }
    }

    fn show(&mut self, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.announce();
            self.observer.output(bytes);
        }
    }
}
