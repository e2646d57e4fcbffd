//! Watches one invocation from a separate process: its log, answer, time and memory.

use super::{
    InvokeError, Observer, Request,
    course::{Course, End, Verdict},
    descendants,
    handle::Instance,
    signals::Signals,
    usage,
};
use crate::contract::{Failure, Invocation, Outcome};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
};
use std::{
    io::{self, Read, Write},
    os::fd::AsFd,
    time::{Duration, Instant},
};

/// How often memory is read.
pub(super) const MEMORY_INTERVAL: Duration = Duration::from_millis(5);

/// After a look that took some time, so many times as long none is taken.
pub(super) const LOOKS_REST: u32 = 4;

/// The largest piece of the log that is passed on at once, in bytes.
pub(super) const LOG_PIECE_BYTES: usize = 1 << 16;

/// The most that Linux lets a pipe hold for a user without privileges, in bytes.
pub(super) const LARGEST_PIPE_BYTES: usize = 1 << 20;

impl Instance {
    /// Runs one invocation and waits for its end. After a failure other than 407 and 430, the
    /// instance has ended (docs/contract.md §1.7).
    ///
    /// # Errors
    /// When the event is not JSON, or krait itself is to end.
    pub fn invoke(
        &mut self,
        request: Request<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Invocation, InvokeError> {
        match self.watch(request, observer, false)? {
            Watched::Over(invocation) => Ok(invocation),
            Watched::Loaded => Err(InvokeError::Untaken),
        }
    }

    /// Loads the function ahead of its first invocation, and waits until that is done. A failure
    /// has ended the instance. `request` has no event.
    ///
    /// # Errors
    /// When krait itself is to end.
    pub fn load(
        &mut self,
        request: Request<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Result<(), Failure>, InvokeError> {
        match self.watch(request, observer, true)? {
            Watched::Loaded => Ok(Ok(())),
            Watched::Over(invocation) => Ok(Err(match invocation.outcome {
                Outcome::Failed(failure) => failure,
                Outcome::Returned(_) => Failure::ProcessExit,
            })),
        }
    }

    fn watch(
        &mut self,
        request: Request<'_>,
        observer: &mut dyn Observer,
        only_loads: bool,
    ) -> Result<Watched, InvokeError> {
        let signals = Signals::block().map_err(InvokeError::Watch)?;
        let course =
            Course::new(request, observer, self.phase, self.started, self.marker, self.key);
        let watch = Watch {
            call: if only_loads { course.load() } else { course.call() },
            only_loads,
            sent: 0,
            instance: self,
            course,
            signals,
            next_look: Instant::now() + MEMORY_INTERVAL,
        };
        watch.run()
    }
}

/// What watching came to.
enum Watched {
    Over(Invocation),
    /// The function is loaded, and no more was asked for.
    Loaded,
}

struct Watch<'a> {
    instance: &'a mut Instance,
    course: Course<'a>,
    signals: Signals,
    /// The invocation, as it goes to the instance.
    call: Vec<u8>,
    /// Whether the call is over when the function is loaded.
    only_loads: bool,
    /// How much of it the instance has taken, in bytes.
    sent: usize,
    next_look: Instant,
}

/// What stops the watching.
enum WatchEnd {
    End(End),
    Loaded,
    Signal(i32),
}

impl Watch<'_> {
    fn run(mut self) -> Result<Watched, InvokeError> {
        let stop = self.until_end().map_err(InvokeError::Watch)?;
        self.instance.phase = self.course.phase;
        let end = match stop {
            WatchEnd::End(end) => end,
            WatchEnd::Loaded => return Ok(Watched::Loaded),
            WatchEnd::Signal(signal) => {
                self.take_log();
                self.course.release_log();
                return Err(InvokeError::Interrupted { signal });
            }
        };
        match self.course.verdict(end) {
            Verdict::Rejected(invalid) => Err(InvokeError::Event(invalid)),
            Verdict::Answered(answered) => {
                if !self.course.is_clean() {
                    self.instance.kill();
                }
                Ok(Watched::Over(self.course.answered(answered)))
            }
            Verdict::Discard { failure, duration } => {
                self.instance.kill();
                let reaped = self.instance.reap(true);
                // What was written before the end is in the pipe now, whole.
                self.take_log();
                let peak_bytes = reaped.map_or(0, |reaped| reaped.peak_bytes);
                Ok(Watched::Over(self.course.discarded(failure, duration, peak_bytes)))
            }
        }
    }

    fn until_end(&mut self) -> io::Result<WatchEnd> {
        loop {
            let now = Instant::now();
            if now >= self.course.deadline {
                // A message that was sent in time counts, however late it is read. The message may
                // also say that the function is loaded, which sets a new deadline.
                if let Some(end) = self.catch_up(false) {
                    return Ok(WatchEnd::End(end));
                }
                if now >= self.course.deadline {
                    return Ok(WatchEnd::End(End::Deadline));
                }
            }
            let mut ended = false;
            if now >= self.next_look {
                if self.course.phase.ready
                    && let Some(end) = self.excess()
                {
                    return Ok(WatchEnd::End(end));
                }
                self.next_look = now + MEMORY_INTERVAL.max(now.elapsed() * LOOKS_REST);
                ended = self.instance.reap(false).is_some();
            }
            let ready = self.wait(self.course.deadline.min(self.next_look) - now)?;
            if let Some(signal) = ready.signals.then(|| self.signals.take()).flatten() {
                return Ok(WatchEnd::Signal(signal));
            }
            if ready.observer {
                self.course.observer.ready();
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
                return Ok(WatchEnd::End(end));
            }
            if self.only_loads && self.course.phase.initialized {
                return Ok(WatchEnd::Loaded);
            }
        }
    }

    /// Reads what the instance has sent and written. `ended` means that no more will come.
    fn catch_up(&mut self, ended: bool) -> Option<End> {
        let ended = self.receive() || ended;
        self.take_log();
        self.course.next_end(ended)
    }

    /// Reads the log, but not forever if it fills as fast as it is read.
    fn take_log(&mut self) {
        let mut piece = [0; LOG_PIECE_BYTES];
        for _ in 0..LARGEST_PIPE_BYTES / LOG_PIECE_BYTES {
            match rustix::io::read(&self.instance.log, &mut piece) {
                Ok(length) if length > 0 => self.course.logged(&piece[..length]),
                _ => return,
            }
        }
    }

    /// Reads what is in the socket, but no more than a few messages at a time; true when it
    /// has ended.
    fn receive(&mut self) -> bool {
        let mut piece = [0; LOG_PIECE_BYTES];
        for _ in 0..LARGEST_PIPE_BYTES / LOG_PIECE_BYTES {
            match self.instance.socket.read(&mut piece) {
                Ok(0) => return true,
                Ok(length) => self.course.received(&piece[..length]),
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

    /// Whether the function has too much of something.
    fn excess(&mut self) -> Option<End> {
        let process = self.instance.process;
        let descendants = descendants::of(process);
        if usage::is_crowd(&descendants, self.instance.processes_at_most) {
            return Some(self.course.is_crowd(self.instance.processes_at_most));
        }
        let limit = self.course.memory_limit();
        let used = usage::resident_bytes(process, &descendants, limit);
        used.is_some_and(|used| used > limit).then_some(End::Memory)
    }

    fn wait(&self, at_most: Duration) -> io::Result<Ready> {
        let is_sending = self.sent < self.call.len();
        let sending = if is_sending { PollFlags::OUT } else { PollFlags::empty() };
        let (socket, log) = (self.instance.socket.as_fd(), self.instance.log.as_fd());
        let mut entries = vec![
            PollFd::from_borrowed_fd(socket, PollFlags::IN | sending),
            PollFd::from_borrowed_fd(log, PollFlags::IN),
            PollFd::from_borrowed_fd(self.signals.as_fd(), PollFlags::IN),
        ];
        let observer = self.course.observer.waits_for();
        entries.extend(observer.map(|observer| PollFd::from_borrowed_fd(observer, PollFlags::OUT)));
        let at_most = Timespec::try_from(at_most).map_err(io::Error::other)?;
        match poll(&mut entries, Some(&at_most)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let has = |index: usize| entries.get(index).map_or(PollFlags::empty(), PollFd::revents);
        Ok(Ready {
            readable: has(0).intersects(!PollFlags::OUT),
            writable: has(0).contains(PollFlags::OUT),
            log: has(1).contains(PollFlags::IN),
            signals: !has(2).is_empty(),
            observer: !has(3).is_empty(),
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
