//! An instance of `krait serve`: forked by a zygote, watched by a server that waits for many at
//! once.

mod following;

use super::{
    connection::{self, Ending, Spare},
    group::Group,
    keeper::{FunctionZygote, Keeper},
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
        wire::{self, AssignedFunction, Assignment},
    },
    python::CodePaths,
};
use following::{FollowingEnd, is_gone};
use std::{
    hash::{DefaultHasher, Hash, Hasher},
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
    /// The number by which its function is told from others.
    function: u64,
    marker: Marker,
    key: Key,
    started: Instant,
    phase: Phase,
    processes_at_most: Option<u32>,
    /// What the kernel counts it by; none in a zygote of its function, which all its instances share.
    group: Option<Arc<Group>>,
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

impl Keeper {
    /// An instance of `function`, whose code is at `code`, in a process that is forked for it.
    ///
    /// # Errors
    /// When the kernel refuses another process, or no zygote can be started.
    pub async fn instance(
        &self,
        function: &Function,
        code: &CodePaths,
    ) -> Result<Hosted, StartError> {
        let spare = self.spare().await.map_err(StartError::Process)?;
        Hosted::assign(spare, self.clone(), function, code)
    }
}

impl FunctionZygote {
    /// An instance whose function is loaded.
    ///
    /// # Errors
    /// When the zygote has ended, or the kernel refuses another process.
    pub async fn instance(
        self: &Arc<Self>,
        function: &Function,
        code: &CodePaths,
    ) -> Result<Hosted, StartError> {
        let (spare, keeper) = self.spare().await.map_err(StartError::Process)?;
        let mut hosted = Hosted::assign(spare, keeper, function, code)?;
        hosted.keep(self.clone());
        Ok(hosted)
    }
}

/// The same for the same function, as long as this process lives.
fn number_of(function: &Function) -> u64 {
    let mut hasher = DefaultHasher::new();
    (&function.namespace, &function.name).hash(&mut hasher);
    hasher.finish()
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
        let mut assigned =
            AssignedFunction::of(function, code, keeper.policy(), marker, key, false);
        assigned.user = keeper.user_of(function, &assigned.policy, &spare.log);
        let processes_at_most = assigned.policy.processes_at_most();
        let assignment = Assignment::Function(Box::new(assigned));
        let Spare { process, mut socket, log, pidfd, ending, group } = spare;
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
            function: number_of(function),
            marker,
            key,
            started,
            phase: Phase::default(),
            processes_at_most,
            group,
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
        // Where the kernel was quicker than a look.
        let was_killed = || self.group.as_ref().is_some_and(|group| group.was_killed());
        let end = if matches!(end, End::Gone) && was_killed() { End::Memory } else { end };
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
}

impl Drop for Hosted {
    fn drop(&mut self) {
        if self.ending.borrow().is_none() {
            self.keeper.kill(self.process);
        }
    }
}
