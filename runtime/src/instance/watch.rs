//! Watching one invocation: its log, its answer, its time, its memory.

use super::{
    InvokeError, Observer, Request, descendants,
    marker::Splitter,
    process::Instance,
    signals::Signals,
    usage,
    wire::{self, Answered, Frames, FromInstance},
};
use crate::{
    contract::{Context, Failure, Invocation, Outcome, report::ColdStart},
    python::InvalidEvent,
};
use std::{
    io::{self, Read, Write},
    os::fd::AsRawFd,
    time::{Duration, Instant},
};

/// How often memory is looked at.
const MEMORY_INTERVAL: Duration = Duration::from_millis(5);

/// The largest piece of the log that is passed on at once, in bytes.
const LOG_PIECE_BYTES: usize = 1 << 16;

/// The most that Linux lets a pipe hold for a user without privileges, in bytes.
const LARGEST_PIPE_BYTES: usize = 1 << 20;

impl Instance {
    /// Makes one invocation and waits for its end. After a failure other than 407 and 430 the
    /// instance is dead, and serves no more (scf-contract §1.7).
    ///
    /// # Errors
    /// When the event is not JSON, or krait itself is to end.
    pub fn invoke(
        &mut self,
        request: Request<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Invocation, InvokeError> {
        let signals = Signals::block().map_err(InvokeError::Watch)?;
        let now = Instant::now();
        let deadline = if self.initialized {
            now + Duration::from_secs(request.function.timeout_seconds.into())
        } else {
            self.started + Duration::from_secs(request.function.init_timeout_seconds.into())
        };
        let context = Context::new(request.function, request.request_id).to_json();
        let splitter = (!self.initialized).then(|| Splitter::new(self.marker));
        let watch = Watch {
            call: wire::invocation_frame(context.as_bytes(), request.event),
            sent: 0,
            instance: self,
            request,
            observer,
            signals,
            frames: Frames::default(),
            deadline,
            called: now,
            splitter,
            after_marker: None,
            next_look: now + MEMORY_INTERVAL,
            announced: false,
        };
        watch.run()
    }
}

struct Watch<'a> {
    instance: &'a mut Instance,
    request: Request<'a>,
    observer: &'a mut dyn Observer,
    signals: Signals,
    frames: Frames,
    /// The invocation, as it goes to the instance.
    call: Vec<u8>,
    /// How much of it the instance has taken, in bytes.
    sent: usize,
    deadline: Instant,
    /// When the handler was called, as far as the watcher knows.
    called: Instant,
    next_look: Instant,
    /// Looks for the end of the loading phase in the log, until it was found.
    splitter: Option<Splitter>,
    /// What was written after it, before the message that tells of it was read.
    after_marker: Option<Vec<u8>>,
    /// Whether the observer knows that the invocation exists.
    announced: bool,
}

/// Why the watching ends.
enum End {
    Answered(Answered),
    Rejected(InvalidEvent),
    Memory,
    /// The socket or the process ended without an answer.
    Gone,
    Deadline,
    Signal(i32),
}

impl Watch<'_> {
    fn run(mut self) -> Result<Invocation, InvokeError> {
        let end = self.until_end().map_err(InvokeError::Watch)?;
        let limit = usage::limit_bytes(self.request.function.memory_mb);
        match end {
            End::Rejected(invalid) => Err(InvokeError::Event(invalid)),
            End::Signal(signal) => {
                self.take_log();
                self.release_log();
                Err(InvokeError::Interrupted { signal })
            }
            End::Answered(answered) if answered.memory_bytes > limit => Ok(self.memory_exceeded()),
            End::Answered(answered) => Ok(self.answered(answered)),
            End::Memory => Ok(self.memory_exceeded()),
            End::Deadline => Ok(self.timed_out()),
            End::Gone => {
                let elapsed = self.called.elapsed();
                Ok(self.discarded(Failure::ProcessExit, elapsed))
            }
        }
    }

    fn answered(mut self, answered: Answered) -> Invocation {
        self.release_log();
        self.announce();
        let (outcome, memory_bytes) = match answered.failure {
            None => (Outcome::Returned(answered.ret_msg), answered.memory_bytes),
            // As the platform reports it: the function was never reached (§2.1).
            Some(failure @ (Failure::Load { .. } | Failure::EntryMissing { .. })) => {
                (Outcome::Failed(failure), 0)
            }
            Some(failure) => (Outcome::Failed(failure), answered.memory_bytes),
        };
        self.invocation(outcome, answered.duration, memory_bytes)
    }

    fn memory_exceeded(self) -> Invocation {
        let elapsed = self.called.elapsed();
        let megabytes = self.request.function.memory_mb;
        self.discarded(Failure::Memory { megabytes }, elapsed)
    }

    fn timed_out(self) -> Invocation {
        if self.instance.initialized {
            let seconds = self.request.function.timeout_seconds;
            // The platform reports the limit itself (§4.1), not what it took to enforce it.
            return self
                .discarded(Failure::Timeout { seconds }, Duration::from_secs(seconds.into()));
        }
        let seconds = self.request.function.init_timeout_seconds;
        self.discarded(Failure::InitTimeout { seconds }, Duration::ZERO)
    }

    /// Ends the instance, takes what it still wrote, and reports `failure`.
    fn discarded(mut self, failure: Failure, duration: Duration) -> Invocation {
        self.instance.kill();
        let reaped = self.instance.reap(true);
        // What was written before the end is in the pipe now, whole.
        self.take_log();
        self.release_log();
        self.announce();
        let memory_bytes = reaped.map_or(0, |reaped| reaped.peak_bytes);
        self.invocation(Outcome::Failed(failure), duration, memory_bytes)
    }

    fn invocation(self, outcome: Outcome, duration: Duration, memory_bytes: u64) -> Invocation {
        let request_id = self.request.request_id.to_owned();
        let invocation = Invocation { request_id, outcome, duration, memory_bytes };
        self.observer.over(&invocation);
        invocation
    }

    fn until_end(&mut self) -> io::Result<End> {
        loop {
            let now = Instant::now();
            if now >= self.deadline {
                // What was sent in time counts, however late it is read. It may also be that
                // the function is loaded, which sets a new deadline.
                if let Some(end) = self.catch_up(false) {
                    return Ok(end);
                }
                if now >= self.deadline {
                    return Ok(End::Deadline);
                }
            }
            let mut ended = false;
            if now >= self.next_look {
                self.next_look = now + MEMORY_INTERVAL;
                if self.instance.ready && self.uses_too_much_memory() {
                    return Ok(End::Memory);
                }
                ended = self.instance.reap(false).is_some();
            }
            let ready = self.wait(self.deadline.min(self.next_look) - now)?;
            if let Some(signal) = ready.signals.then(|| self.signals.take()).flatten() {
                return Ok(End::Signal(signal));
            }
            if ready.observer {
                self.observer.ready();
            }
            if ready.writable {
                self.send_some();
            }
            // The process itself counts, not only its end of the socket: children that it
            // left behind hold that open.
            ended |= ready.signals && self.instance.reap(false).is_some();
            if (ready.readable || ready.log || ended)
                && let Some(end) = self.catch_up(ended)
            {
                return Ok(end);
            }
        }
    }

    /// Takes what the instance has sent and written; `ended` tells that it will send no more.
    fn catch_up(&mut self, ended: bool) -> Option<End> {
        let ended = self.receive() || ended;
        // After the socket was read, and before what it said is acted upon: output comes
        // before the message that was sent after it.
        self.take_log();
        while let Some(message) = self.frames.next().transpose() {
            // Bytes that are no message: the function wrote to the socket itself.
            let Ok(message) = message else { return Some(End::Gone) };
            if let Some(end) = self.act_on(message) {
                return Some(end);
            }
        }
        ended.then_some(End::Gone)
    }

    fn act_on(&mut self, message: FromInstance) -> Option<End> {
        match message {
            FromInstance::Rejected(invalid) => return Some(End::Rejected(invalid)),
            FromInstance::Answered(answered) => return Some(End::Answered(answered)),
            FromInstance::MemoryExhausted => return Some(End::Memory),
            FromInstance::Note(text) => {
                self.instance.ready = true;
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
                self.instance.initialized = true;
                self.called = Instant::now();
                let timeout = Duration::from_secs(self.request.function.timeout_seconds.into());
                self.deadline = self.called + timeout;
            }
        }
        None
    }

    fn announce(&mut self) {
        if !std::mem::replace(&mut self.announced, true) {
            self.observer.started();
        }
    }

    /// Reads what is in the log, but not for ever from one that fills as fast as it is read.
    fn take_log(&mut self) {
        let mut piece = [0; LOG_PIECE_BYTES];
        for _ in 0..LARGEST_PIPE_BYTES / LOG_PIECE_BYTES {
            // SAFETY: the buffer is as long as is said.
            let read = unsafe {
                libc::read(self.instance.log.as_raw_fd(), piece.as_mut_ptr().cast(), piece.len())
            };
            match usize::try_from(read) {
                Ok(length) if length > 0 => self.pass_on(&piece[..length]),
                _ => return,
            }
        }
    }

    /// Passes output on to the observer, as far as its turn has come.
    fn pass_on(&mut self, bytes: &[u8]) {
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

    /// Passes on what waited for a message that has come, or will not come.
    fn release_log(&mut self) {
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

    /// Reads what is in the socket, but no more than a few messages at a time; true when it
    /// has ended.
    fn receive(&mut self) -> bool {
        let mut piece = [0; LOG_PIECE_BYTES];
        for _ in 0..LARGEST_PIPE_BYTES / LOG_PIECE_BYTES {
            match self.instance.socket.read(&mut piece) {
                Ok(0) => return true,
                Ok(length) => self.frames.push(&piece[..length]),
                Err(error) => match error.kind() {
                    io::ErrorKind::Interrupted => {}
                    io::ErrorKind::WouldBlock => return false,
                    _ => return true,
                },
            }
        }
        false
    }

    fn send_some(&mut self) {
        if let Ok(sent) = self.instance.socket.write(&self.call[self.sent..]) {
            self.sent += sent;
        }
    }

    fn uses_too_much_memory(&self) -> bool {
        let process = self.instance.process;
        let used = usage::resident_bytes(process, &descendants::of(process));
        used.is_some_and(|used| used > usage::limit_bytes(self.request.function.memory_mb))
    }

    fn wait(&self, at_most: Duration) -> io::Result<Ready> {
        let entry = |fd, events| libc::pollfd { fd, events, revents: 0 };
        let sending = if self.sent == self.call.len() { 0 } else { libc::POLLOUT };
        let mut entries = [
            entry(self.instance.socket.as_raw_fd(), libc::POLLIN | sending),
            entry(self.instance.log.as_raw_fd(), libc::POLLIN),
            entry(self.signals.descriptor(), libc::POLLIN),
            entry(self.observer.waits_for().unwrap_or(-1), libc::POLLOUT),
        ];
        // Rounded up, so that a deadline that is near is not polled for without a pause.
        let milliseconds = at_most.as_micros().div_ceil(1000) as libc::c_int;
        // SAFETY: the entries are as many as is said.
        let result = unsafe { libc::poll(entries.as_mut_ptr(), entries.len() as _, milliseconds) };
        if result == -1 {
            let error = io::Error::last_os_error();
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
        let [socket, log, signals, observer] = entries.map(|entry| entry.revents);
        Ok(Ready {
            readable: socket & !libc::POLLOUT != 0,
            writable: socket & libc::POLLOUT != 0,
            log: log & libc::POLLIN != 0,
            signals: signals != 0,
            observer: observer != 0,
        })
    }
}

struct Ready {
    readable: bool,
    writable: bool,
    log: bool,
    signals: bool,
    observer: bool,
}
