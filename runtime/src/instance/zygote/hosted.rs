//! An instance among many: forked by a zygote, watched by a server that waits for all of them
//! at once.

use super::{
    connection::{self, Ending, Spare},
    keeper::{FunctionZygote, Keeper},
};
use crate::{
    contract::{Failure, Function, Invocation, Outcome},
    instance::{
        InvokeError, Observer, Request, StartError,
        course::{Course, End, Phase, Verdict},
        descendants,
        marker::Marker,
        usage,
        watch::{LARGEST_PIPE_BYTES, LOG_PIECE_BYTES, MEMORY_INTERVAL},
        wire::{self, Assignment, Serve},
    },
    python::CodePaths,
};
use rustix::io::Errno;
use std::{
    io::{self, Write},
    mem::MaybeUninit,
    os::unix::net::UnixStream as Socket,
    pin::Pin,
    sync::Arc,
    time::Instant,
};
use tokio::{
    io::{Interest, unix::AsyncFd},
    net::unix::pipe,
    time::{Sleep, sleep_until},
};

/// With this many invocations at once, memory is looked at half as often as with one.
const CROWD: usize = 16;

/// A function instance of a server's. Dropped, it is ended.
#[derive(Debug)]
pub struct Hosted {
    process: i32,
    /// Watched for what can be read, and only that: the kernel tells of room to write whenever
    /// the instance has read something, which would wake the server for nothing.
    socket: AsyncFd<Socket>,
    log: pipe::Receiver,
    log_is_open: bool,
    ending: Ending,
    keeper: Keeper,
    /// The function's own zygote, where it was forked by one: with that it would end.
    zygote: Option<Arc<FunctionZygote>>,
    marker: Marker,
    started: Instant,
    phase: Phase,
    /// Wakes who waits for an invocation's end. One for all of them: to put off a timer that
    /// runs is nothing but a store, where a new one that is due first wakes the runtime.
    alarm: Pin<Box<Sleep>>,
}

/// Ends an instance from elsewhere: its invocation becomes a 439, or what its caller makes of
/// it.
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

    /// Sends the instance SIGTERM, if it has not ended yet: unless its function handles that, it
    /// ends.
    pub fn terminate(&self) {
        self.keeper.terminate(self.process);
    }
}

/// What following an instance stops at.
enum Stop {
    End(End),
    /// The function is loaded, which was all that was asked for.
    Loaded,
    /// The instance had ended before it took what was sent.
    Untaken,
}

/// What was read of a socket.
enum Received {
    All,
    /// It has ended.
    Ended,
    /// It has ended before the invocation was taken from it.
    Untaken,
}

impl Hosted {
    /// Has a fresh process serve `function`, whose code is at `code`. The function is loaded
    /// with the first invocation.
    pub(super) fn assign(
        spare: Spare,
        keeper: Keeper,
        function: &Function,
        code: &CodePaths,
    ) -> Result<Self, StartError> {
        let marker = Marker::fresh();
        let serve = Serve::of(function, code, keeper.policy(), marker, false);
        let assignment = Assignment::Serve(Box::new(serve));
        let Spare { process, mut socket, log, ending } = spare;
        // The other end waits for it, and takes it as it comes.
        wire::send_assignment(&mut socket, &assignment).map_err(StartError::Assignment)?;
        let asynchronous = || {
            socket.set_nonblocking(true)?;
            let socket = connection::watched(socket, Interest::READABLE)?;
            Ok((socket, pipe::Receiver::from_owned_fd(log)?))
        };
        let (socket, log) = asynchronous().map_err(StartError::Engine)?;
        let started = Instant::now();
        Ok(Self {
            process,
            socket,
            log,
            log_is_open: true,
            ending,
            keeper,
            zygote: None,
            marker,
            started,
            phase: Phase::default(),
            alarm: Box::pin(sleep_until(started.into())),
        })
    }

    /// Has the zygote that it was forked by live at least as long as it does.
    pub(super) fn keep(&mut self, zygote: Arc<FunctionZygote>) {
        self.zygote = Some(zygote);
    }

    /// The process's number.
    pub fn process(&self) -> i32 {
        self.process
    }

    /// Resident memory of the instance and all it started, in bytes; none where `/proc` is not
    /// mounted.
    pub fn resident_bytes(&self) -> Option<u64> {
        usage::resident_bytes(self.process, &descendants::of(self.process))
    }

    /// Whether its process has ended.
    pub fn has_ended(&self) -> bool {
        self.ending.borrow().is_some()
    }

    /// Comes back when its process has ended.
    pub fn ended(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut ending = self.ending.clone();
        async move {
            let _ = ending.wait_for(Option::is_some).await;
        }
    }

    /// What ends it from elsewhere.
    pub fn killer(&self) -> Killer {
        Killer { process: self.process, keeper: self.keeper.clone() }
    }

    /// Makes one invocation. After a failure other than 407 and 430 the instance is dead, and
    /// serves no more (scf-contract §1.7).
    ///
    /// # Errors
    /// When the event is not JSON, or the instance had ended before it took the invocation:
    /// then nothing of it was seen by the function.
    pub async fn invoke(
        &mut self,
        request: Request<'_>,
        observer: &mut dyn Observer,
    ) -> Result<Invocation, InvokeError> {
        let mut course = Course::new(request, observer, self.phase, self.started, self.marker);
        let call = course.call();
        match self.follow(&mut course, &call, |_| false).await {
            Stop::End(end) => self.conclude(course, end).await,
            Stop::Loaded | Stop::Untaken => Err(InvokeError::Untaken),
        }
    }

    /// Has the function loaded, ahead of its first invocation.
    ///
    /// # Errors
    /// How it failed to load: the instance is dead then.
    pub async fn load(
        &mut self,
        request: Request<'_>,
        observer: &mut dyn Observer,
    ) -> Result<(), Failure> {
        let mut course = Course::new(request, observer, self.phase, self.started, self.marker);
        let is_loaded = |course: &Course<'_>| course.phase.initialized;
        match self.follow(&mut course, &wire::load_frame(), is_loaded).await {
            Stop::Loaded => Ok(()),
            Stop::Untaken => Err(Failure::ProcessExit),
            Stop::End(end) => match self.conclude(course, end).await {
                Ok(Invocation { outcome: Outcome::Failed(failure), .. }) => Err(failure),
                _ => Err(Failure::ProcessExit),
            },
        }
    }

    /// Follows an invocation, or the loading of a function, to its end.
    async fn follow(
        &mut self,
        course: &mut Course<'_>,
        call: &[u8],
        is_loaded: impl Fn(&Course<'_>) -> bool,
    ) -> Stop {
        let _running = self.keeper.count_running();
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
            Verdict::Answered(answered) => Ok(course.answered(answered)),
            Verdict::Discard { failure, duration } => {
                self.keeper.kill(self.process);
                let peak_bytes = match self.ending.wait_for(Option::is_some).await {
                    Ok(ended) => ended.unwrap_or(0),
                    Err(_) => 0,
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
    ) -> Stop {
        let mut left = call;
        // While there is more to send than the socket takes at once.
        let mut room = None;
        let mut next_look = Instant::now() + MEMORY_INTERVAL;
        loop {
            if !left.is_empty() {
                match self.send(&mut left, &mut room) {
                    Ok(()) => {}
                    Err(_) => return Stop::Untaken,
                }
            }
            self.alarm.as_mut().reset(course.deadline.min(next_look).into());
            let mut ended = false;
            tokio::select! {
                biased;
                _ = self.socket.readable() => {}
                () = has_room(&mut room), if !left.is_empty() => continue,
                _ = self.ending.wait_for(Option::is_some) => ended = true,
                _ = self.log.readable(), if self.log_is_open => {}
                () = self.alarm.as_mut() => {}
            }
            let end = match self.receive(course) {
                Received::All => match self.catch_up(course, ended) {
                    // What its function had left behind may keep the socket open: then it is not
                    // the kernel that says that the end had not read all.
                    Some(End::Gone) if connection::is_unread(self.socket.get_ref()) => {
                        return Stop::Untaken;
                    }
                    end => end,
                },
                Received::Ended => self.catch_up(course, true),
                Received::Untaken => return Stop::Untaken,
            };
            if let Some(end) = end {
                return Stop::End(end);
            }
            if is_loaded(course) {
                return Stop::Loaded;
            }
            let now = Instant::now();
            // What was sent in time was read by now, however late it is; the function may also
            // have been loaded meanwhile, which sets a new deadline.
            if now >= course.deadline {
                return Stop::End(End::Deadline);
            }
            if now >= next_look {
                next_look = now + MEMORY_INTERVAL * self.keeper.running().div_ceil(CROWD) as u32;
                let used = self.resident_bytes().filter(|_| course.phase.ready);
                if used.is_some_and(|used| used > course.memory_limit()) {
                    return Stop::End(End::Memory);
                }
            }
        }
    }

    fn catch_up(&mut self, course: &mut Course<'_>, ended: bool) -> Option<End> {
        self.take_log(course);
        course.next_end(ended)
    }

    /// Sends as much of `left` as the socket takes. Where that is not all, `room` is what tells
    /// of more room.
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

    /// Reads what is in the socket now, and not what the runtime knows of: what was sent before
    /// the instance ended may be news to it.
    fn receive(&self, course: &mut Course<'_>) -> Received {
        let mut memory = [MaybeUninit::uninit(); LOG_PIECE_BYTES];
        for _ in 0..LARGEST_PIPE_BYTES / LOG_PIECE_BYTES {
            match rustix::io::read(self.socket.get_ref(), &mut memory) {
                Ok(([], _)) => return Received::Ended,
                Ok((piece, rest)) => {
                    course.received(piece);
                    if rest.is_empty() {
                        continue;
                    }
                }
                Err(Errno::WOULDBLOCK) => {}
                // The kernel's word for an end that had not read all that was sent to it.
                Err(Errno::CONNRESET) => return Received::Untaken,
                Err(_) => return Received::Ended,
            }
            let _ = self.socket.try_io(Interest::READABLE, |_| emptied());
            break;
        }
        Received::All
    }

    /// Reads what is in the log now, as well, but not for ever from one that fills as fast as it
    /// is read.
    fn take_log(&mut self, course: &mut Course<'_>) {
        let mut memory = [MaybeUninit::uninit(); LOG_PIECE_BYTES];
        for _ in 0..LARGEST_PIPE_BYTES / LOG_PIECE_BYTES {
            match rustix::io::read(&self.log, &mut memory) {
                Ok(([], _)) => self.log_is_open = false,
                Ok((piece, _)) => {
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

/// What the runtime is told once a source was read to its end for now: it wakes nobody before
/// there is more.
fn emptied() -> io::Result<()> {
    Err(io::ErrorKind::WouldBlock.into())
}

/// Comes back when a socket that was full takes more.
async fn has_room(room: &mut Option<AsyncFd<Socket>>) {
    if let Some(room) = room
        && let Ok(mut room) = room.writable_mut().await
    {
        // Who was told of it fills it.
        room.clear_ready();
    }
}

impl Drop for Hosted {
    fn drop(&mut self) {
        if !self.has_ended() {
            self.keeper.kill(self.process);
        }
    }
}
