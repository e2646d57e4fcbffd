//! An instance of `krait serve`: forked by a zygote, watched by a server that waits for many at
//! once.

use super::{
    budget::Grant,
    connection::{self, Ending, Spare},
    keeper::{FunctionZygote, Keeper},
    scales::Weighed,
};
use crate::{
    contract::{Failure, Function, Invocation, Outcome},
    instance::{
        InvokeError, Observer, Request, StartError,
        course::{Course, End, Phase, Verdict},
        descendants,
        marker::Marker,
        proof::Key,
        usage,
        watch::{LARGEST_PIPE_BYTES, LOG_PIECE_BYTES, MEMORY_INTERVAL},
        wire::{self, AssignedFunction, Assignment},
    },
    python::CodePaths,
};
use rustix::io::Errno;
use std::{
    io::{self, Write},
    mem::MaybeUninit,
    os::{fd::OwnedFd, unix::net::UnixStream as Socket},
    pin::Pin,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    io::{Interest, unix::AsyncFd},
    net::unix::pipe,
    time::{Sleep, sleep, sleep_until},
};

/// How much is read of one instance's socket before the others have their turn, in bytes.
const TURN_BYTES: usize = 256 << 10;

/// A message with more bytes than this takes them from what all instances have together.
const SMALL_MESSAGE_BYTES: usize = 64 << 10;

/// How long a larger one may take to come, once it may: it holds memory of the server's.
const MESSAGE_WITHIN: Duration = Duration::from_secs(10);

/// How long after a process's end its zygote may take to tell of its peak of memory.
const TOLD_WITHIN: Duration = Duration::from_millis(100);

/// A function instance of the server. Dropping it ends the instance.
#[derive(Debug)]
pub struct Hosted {
    process: i32,
    /// Watched for reading only. The kernel would report room for writing each time the instance
    /// reads, which would wake the server for nothing.
    socket: AsyncFd<Socket>,
    log: pipe::Receiver,
    log_is_open: bool,
    ending: Ending,
    /// Its process, which the kernel tells the end of even where no zygote does.
    pidfd: Option<AsyncFd<Arc<OwnedFd>>>,
    /// How much of its log was read since the others had their turn, in bytes.
    unrested_bytes: usize,
    /// Whether it sent what nobody had asked for: it serves no more.
    is_spoiled: bool,
    keeper: Keeper,
    /// The function's own zygote, if it was forked by one. The instance would end with it.
    zygote: Option<Arc<FunctionZygote>>,
    marker: Marker,
    key: Key,
    started: Instant,
    phase: Phase,
    processes_at_most: Option<u32>,
    /// Wakes the task that waits for an invocation's end. It is reused: postponing a running timer
    /// is a single store, but a new timer that is due first wakes the runtime.
    alarm: Pin<Box<Sleep>>,
}

/// Ends an instance from another task. Its invocation becomes a 439, or what the caller decides.
#[derive(Debug, Clone)]
pub struct Killer {
    process: i32,
    keeper: Keeper,
}

impl Killer {
    /// Ends the instance, if it has not ended yet.
    pub fn kill(&self) {
        self.keeper.kill(self.process);
    }

    /// Sends SIGTERM to the instance, if it has not ended yet. It ends unless its function handles
    /// the signal.
    pub fn terminate(&self) {
        self.keeper.terminate(self.process);
    }
}

/// The events that end the following of an instance.
enum FollowingEnd {
    End(End),
    /// The function is loaded, and no invocation was requested.
    Loaded,
    /// The instance had ended before it took what was sent.
    Untaken,
}

/// What was read of a socket.
enum Received {
    All,
    /// As much as one instance may have read at a time.
    Turn,
    /// There is no memory left for what is coming: it is to be looked for again.
    Held,
    /// It has ended.
    Ended,
    /// It has ended before the invocation was taken from it.
    Untaken,
}

impl Hosted {
    /// Assigns `function`, whose code is at `code`, to a fresh process. The first invocation loads
    /// the function.
    pub(super) fn assign(
        spare: Spare,
        keeper: Keeper,
        function: &Function,
        code: &CodePaths,
    ) -> Result<Self, StartError> {
        let (marker, key) = (Marker::fresh(), Key::fresh());
        let assigned = AssignedFunction::of(function, code, keeper.policy(), marker, key, false);
        let processes_at_most = assigned.policy.processes_at_most();
        let assignment = Assignment::Function(Box::new(assigned));
        let Spare { process, mut socket, log, pidfd, ending } = spare;
        // The other end waits for it, and takes it as it comes.
        wire::send_assignment(&mut socket, &assignment).map_err(StartError::Assignment)?;
        let asynchronous = || {
            socket.set_nonblocking(true)?;
            let socket = connection::watched(socket, Interest::READABLE)?;
            let pidfd = pidfd.map(|pidfd| connection::watched(pidfd, Interest::READABLE));
            Ok((socket, pipe::Receiver::from_owned_fd(log)?, pidfd.transpose()?))
        };
        let (socket, log, pidfd) = asynchronous().map_err(StartError::Process)?;
        let started = Instant::now();
        Ok(Self {
            process,
            socket,
            log,
            log_is_open: true,
            ending,
            pidfd,
            unrested_bytes: 0,
            is_spoiled: false,
            keeper,
            zygote: None,
            marker,
            key,
            started,
            phase: Phase::default(),
            processes_at_most,
            alarm: Box::pin(sleep_until(started.into())),
        })
    }

    /// Keeps the zygote that forked it alive at least as long as it lives.
    pub(super) fn keep(&mut self, zygote: Arc<FunctionZygote>) {
        self.zygote = Some(zygote);
    }

    /// The process's number.
    pub fn process(&self) -> i32 {
        self.process
    }

    /// Resident memory of the instance and all it started, in bytes; none where `/proc` is not
    /// mounted. It is only as exact as is needed to know whether it is less than `limit`.
    pub fn resident_bytes(&self, limit: u64) -> Option<u64> {
        usage::resident_bytes(self.process, &descendants::of(self.process), limit)
    }

    /// Whether its process has ended, or is of no more use.
    pub fn has_ended(&self) -> bool {
        self.is_spoiled || self.ending.borrow().is_some()
    }

    /// The handle that ends it from another task.
    pub fn killer(&self) -> Killer {
        Killer { process: self.process, keeper: self.keeper.clone() }
    }

    /// Runs one invocation. After a failure other than 407 and 430, the instance has ended
    /// (docs/contract.md §1.7).
    ///
    /// # Errors
    /// When the event is not JSON, or the instance ended before it accepted the invocation. In both
    /// cases the function saw nothing of it.
    pub async fn invoke(
        &mut self,
        request: Request<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Invocation, InvokeError> {
        let mut course = self.course(request, observer);
        let call = course.call();
        match self.follow(&mut course, &call, |_| false).await {
            FollowingEnd::End(end) => self.conclude(course, end).await,
            FollowingEnd::Loaded | FollowingEnd::Untaken => Err(InvokeError::Untaken),
        }
    }

    /// Loads the function ahead of its first invocation.
    ///
    /// # Errors
    /// Why it could not be loaded. The instance has ended then.
    pub async fn load(
        &mut self,
        request: Request<'_>,
        observer: &mut dyn Observer,
    ) -> Result<(), Failure> {
        let mut course = self.course(request, observer);
        let call = course.load();
        let is_loaded = |course: &Course<'_>| course.phase.initialized;
        match self.follow(&mut course, &call, is_loaded).await {
            FollowingEnd::Loaded => Ok(()),
            FollowingEnd::Untaken => Err(Failure::ProcessExit),
            FollowingEnd::End(end) => match self.conclude(course, end).await {
                Ok(Invocation { outcome: Outcome::Failed(failure), .. }) => Err(failure),
                _ => Err(Failure::ProcessExit),
            },
        }
    }

    fn course<'a>(&self, request: Request<'a>, observer: &'a mut dyn Observer) -> Course<'a> {
        Course::new(request, observer, self.phase, self.started, self.marker, self.key)
    }

    /// Follows an invocation, or the loading of a function, to its end.
    async fn follow(
        &mut self,
        course: &mut Course<'_>,
        call: &[u8],
        is_loaded: impl Fn(&Course<'_>) -> bool,
    ) -> FollowingEnd {
        let stop = self.until_end(course, call, is_loaded).await;
        self.phase = course.phase;
        stop
    }

    async fn conclude(
        &mut self,
        mut course: Course<'_>,
        end: End,
    ) -> Result<Invocation, InvokeError> {
        match course.verdict(end) {
            Verdict::Rejected(invalid) => Err(InvokeError::Event(invalid)),
            Verdict::Answered(answered) => {
                if !course.is_clean() {
                    self.is_spoiled = true;
                    self.keeper.kill(self.process);
                }
                Ok(course.answered(answered))
            }
            Verdict::Discard { failure, duration } => {
                self.keeper.kill(self.process);
                let told_late = async {
                    is_gone(self.pidfd.as_ref()).await;
                    sleep(TOLD_WITHIN).await;
                };
                let peak_bytes = tokio::select! {
                    ended = self.ending.wait_for(Option::is_some) => {
                        ended.ok().and_then(|ended| *ended).unwrap_or(0)
                    }
                    () = told_late => 0,
                };
                // What was written before the end is in the pipe now, whole.
                self.take_log(&mut course);
                Ok(course.discarded(failure, duration, peak_bytes))
            }
        }
    }

    async fn until_end(
        &mut self,
        course: &mut Course<'_>,
        call: &[u8],
        is_loaded: impl Fn(&Course<'_>) -> bool,
    ) -> FollowingEnd {
        let mut left = call;
        // While there is more to send than the socket takes at once.
        let mut room = None;
        // A short call is over before its memory is looked at.
        let mut weighed: Option<Weighed> = None;
        let mut first_look = Some(Instant::now() + MEMORY_INTERVAL);
        let mut long_message = None;
        let mut is_held = false;
        loop {
            if !left.is_empty() {
                match self.send(&mut left, &mut room) {
                    Ok(()) => {}
                    Err(_) => return FollowingEnd::Untaken,
                }
            }
            let held_until = is_held.then(|| Instant::now() + MEMORY_INTERVAL);
            let whole_until = long_message.as_ref().map(|(_, until): &(Grant, Instant)| *until);
            let wakes = [first_look, held_until, whole_until];
            let alarm = wakes.into_iter().flatten().fold(course.deadline, Instant::min);
            self.alarm.as_mut().reset(alarm.into());
            let (mut ended, mut is_too_much) = (false, false);
            tokio::select! {
                biased;
                _ = self.socket.readable(), if !is_held => {}
                () = is_over(weighed.as_ref()) => is_too_much = true,
                () = has_room(&mut room), if !left.is_empty() => continue,
                _ = self.ending.wait_for(Option::is_some) => ended = true,
                () = is_gone(self.pidfd.as_ref()) => ended = true,
                _ = self.log.readable(), if self.log_is_open => {}
                () = self.alarm.as_mut() => {}
            }
            if is_too_much {
                return FollowingEnd::End(self.excess(course, weighed.as_ref()));
            }
            let received = self.receive(course, &mut long_message);
            is_held = matches!(received, Received::Held) && !ended;
            let is_turn_over = matches!(received, Received::Turn);
            let end = match received {
                Received::All | Received::Turn | Received::Held => {
                    match self.catch_up(course, ended) {
                        // Processes that the function left behind may keep the socket open. Then
                        // the kernel does not report that the other end had unread data.
                        Some(End::Gone) if connection::is_unread(self.socket.get_ref()) => {
                            return FollowingEnd::Untaken;
                        }
                        end => end,
                    }
                }
                Received::Ended => self.catch_up(course, true),
                Received::Untaken => return FollowingEnd::Untaken,
            };
            if let Some(end) = end {
                return FollowingEnd::End(end);
            }
            if is_loaded(course) {
                return FollowingEnd::Loaded;
            }
            let now = Instant::now();
            // Messages that were sent in time are read by now, however late it is. One may say that
            // the function is loaded, which sets a new deadline.
            if now >= course.deadline {
                return FollowingEnd::End(End::Deadline);
            }
            if whole_until.is_some_and(|until| now >= until) {
                return FollowingEnd::End(End::Unasked);
            }
            if first_look.is_some_and(|look| now >= look) {
                // Before it is ready it may be making a snapshot, which is not the function's.
                first_look = (!course.phase.ready).then(|| now + MEMORY_INTERVAL);
                if course.phase.ready {
                    let limit = course.memory_limit();
                    weighed = Some(self.keeper.scales().weigh(
                        self.process,
                        limit,
                        self.processes_at_most,
                    ));
                }
            }
            if is_turn_over || self.unrested_bytes >= TURN_BYTES {
                self.unrested_bytes = 0;
                tokio::task::yield_now().await;
            }
        }
    }

    /// What an instance has too much of.
    fn excess(&mut self, course: &mut Course<'_>, weighed: Option<&Weighed>) -> End {
        if !weighed.is_some_and(Weighed::is_crowd) {
            return End::Memory;
        }
        self.take_log(course);
        course.is_crowd(self.processes_at_most)
    }

    fn catch_up(&mut self, course: &mut Course<'_>, ended: bool) -> Option<End> {
        self.take_log(course);
        course.next_end(ended)
    }

    /// Sends as much of `left` as the socket takes. If that is not all, `room` reports further
    /// room.
    fn send(&self, left: &mut &[u8], room: &mut Option<AsyncFd<Socket>>) -> io::Result<()> {
        while !left.is_empty() {
            match self.socket.get_ref().write(left) {
                Ok(length) => *left = &left[length..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if room.is_none() {
                        let socket = self.socket.get_ref().try_clone()?;
                        *room = Some(connection::watched(socket, Interest::WRITABLE)?);
                    }
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        *room = None;
        Ok(())
    }

    /// Reads what is in the socket now. It does not rely on the runtime's readiness, which may not
    /// yet know what was sent before the instance ended. Memory for a long message is taken before
    /// it is read.
    fn receive(
        &self,
        course: &mut Course<'_>,
        long_message: &mut Option<(Grant, Instant)>,
    ) -> Received {
        let mut memory = [MaybeUninit::uninit(); LOG_PIECE_BYTES];
        for _ in 0..TURN_BYTES / LOG_PIECE_BYTES {
            let coming = course.announced_bytes();
            if coming > SMALL_MESSAGE_BYTES && long_message.is_none() {
                let Some(grant) = self.keeper.answers().take(coming) else {
                    return Received::Held;
                };
                *long_message = Some((grant, Instant::now() + MESSAGE_WITHIN));
            }
            match rustix::io::read(self.socket.get_ref(), &mut memory) {
                Ok(([], _)) => return Received::Ended,
                Ok((piece, rest)) => {
                    course.received(piece);
                    if rest.is_empty() {
                        continue;
                    }
                }
                Err(Errno::WOULDBLOCK) => {}
                // The kernel's error when the other end closed with unread data.
                Err(Errno::CONNRESET) => return Received::Untaken,
                Err(_) => return Received::Ended,
            }
            let _ = self.socket.try_io(Interest::READABLE, |_| emptied());
            return Received::All;
        }
        Received::Turn
    }

    /// Reads what is in the log now, as well, but not for ever from one that fills as fast as it
    /// is read: then the others have their turn.
    fn take_log(&mut self, course: &mut Course<'_>) {
        let mut memory = [MaybeUninit::uninit(); LOG_PIECE_BYTES];
        for _ in 0..LARGEST_PIPE_BYTES / LOG_PIECE_BYTES {
            match rustix::io::read(&self.log, &mut memory) {
                Ok(([], _)) => self.log_is_open = false,
                Ok((piece, _)) => {
                    self.unrested_bytes += piece.len();
                    course.logged(piece);
                    continue;
                }
                Err(_) => {}
            }
            let _ = self.log.try_io(emptied);
            return;
        }
    }
}

/// Tells the runtime that a source is empty for now, so that it wakes no task before there is more.
fn emptied() -> io::Result<()> {
    Err(io::ErrorKind::WouldBlock.into())
}

/// Comes back when a process has ended, where the kernel tells.
async fn is_gone(process: Option<&AsyncFd<Arc<OwnedFd>>>) {
    match process {
        // It stays readable.
        Some(process) => drop(process.readable().await),
        None => std::future::pending().await,
    }
}

/// Comes back when an instance that is looked at holds too much memory.
async fn is_over(weighed: Option<&Weighed>) {
    match weighed {
        Some(weighed) => weighed.is_over().await,
        None => std::future::pending().await,
    }
}

/// Completes when a full socket has room again.
async fn has_room(room: &mut Option<AsyncFd<Socket>>) {
    if let Some(room) = room
        && let Ok(mut room) = room.writable_mut().await
    {
        // The task that learned of room fills it.
        room.clear_ready();
    }
}

impl Drop for Hosted {
    fn drop(&mut self) {
        if self.ending.borrow().is_none() {
            self.keeper.kill(self.process);
        }
    }
}
