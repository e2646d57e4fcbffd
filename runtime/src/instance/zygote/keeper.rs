//! The server's side of zygotes. The keeper starts a zygote, restarts it after its end, orders
//! forks, and knows which instances have ended.

use super::{
    budget::Budget,
    connection::{self, Forked, Hearing, Pidfd, Spare, Zygote},
    group::{Group, Grouping},
    messages::{News, Order},
    scales::Scales,
};
use crate::{
    contract::{
        Function, Policy,
        policy::{Files, Mode},
    },
    instance::{
        StartError, descendants, kernel,
        marker::Marker,
        pidfd, process,
        proof::Key,
        wire::{self, AssignedFunction, Assignment},
    },
    python::CodePaths,
    sandbox::{Holding, UserIds, Users, is_writable_to_all},
};
use rustix::{
    fs::fchown,
    process::{Gid, Signal, Uid},
};
use std::{
    collections::HashMap,
    fmt,
    io::{self, BufRead, BufReader},
    os::fd::{AsFd, OwnedFd},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
    time::{MissedTickBehavior, interval},
};

/// How long a zygote may take to get its interpreter. It may have to make a snapshot first.
const READY_WITHIN: Duration = Duration::from_secs(120);

/// The pause after a zygote that ended before it was ready.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How long after a zygote's end its instances have certainly become the server's children.
const ADOPTED_WITHIN: Duration = Duration::from_millis(200);

/// How often a zygote is asked whether it is there.
const PING_INTERVAL: Duration = Duration::from_secs(1);

/// After so many pings without an answer it is ended, and another is started. Before that it
/// is told to go on, in case somebody stopped it.
const PINGS_UNANSWERED: u32 = 5;

/// How many bytes may be on their way of long answers of all instances.
const ANSWERS_BYTES: usize = 128 << 20;

/// Takes a line for the server's log.
pub type Note = Arc<dyn Fn(&str) + Send + Sync>;

/// A zygote could not be started.
#[derive(Debug)]
pub enum ZygoteError {
    /// The program could not be started once more.
    Start(io::Error),
    /// It ended, or said nothing, before its interpreter was there.
    NotReady,
    /// The kernel refused what watching children needs.
    Watch(io::Error),
}

impl fmt::Display for ZygoteError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(error) => {
                write!(formatter, "the zygote, a process of krait's own, cannot start: {error}")
            }
            Self::NotReady => write!(
                formatter,
                "the zygote, a process of krait's own, ended before it was ready; krait invoke \
                 may tell why"
            ),
            Self::Watch(error) => write!(formatter, "processes cannot be watched: {error}"),
        }
    }
}

impl std::error::Error for ZygoteError {}

/// Keeps zygotes and knows every instance. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Keeper {
    shared: Arc<Shared>,
}

struct Shared {
    program: PathBuf,
    state: Mutex<Processes>,
    /// The zygote that forks instances of any function, while there is one.
    zygote: watch::Sender<Option<Arc<Zygote>>>,
    /// How many processes are forked ahead of time.
    spares: usize,
    /// What instances are kept to.
    policy: Policy,
    scales: Scales,
    /// Where each instance has a group, if they are to have any.
    grouping: Option<Grouping>,
    /// The users of functions, if they are to have any of their own.
    users: Option<Users>,
    answers: Budget,
    note: Note,
}

impl fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Shared").field("program", &self.program).finish_non_exhaustive()
    }
}

#[derive(Debug, Default)]
struct Processes {
    living: HashMap<i32, Living>,
    spares: Vec<Spare>,
    /// The children of this process that are not instances: what was started to fork zygotes.
    starters: Vec<i32>,
}

#[derive(Debug)]
struct Living {
    ending: watch::Sender<Option<u64>>,
    /// The zygote that forked it, while that lives. Only the zygote learns of the instance's end,
    /// and may kill it by its number.
    zygote: Arc<Zygote>,
    pidfd: Pidfd,
}

impl Keeper {
    /// Starts a zygote and waits until it is ready. This process becomes the one that orphaned
    /// descendants fall to, and closes its memory and environment to them. `spares` processes
    /// are forked before they are needed, instances are kept to `policy`, have groups in what is held,
    /// and users of these ids; `note` takes what there is to say.
    ///
    /// # Errors
    /// When no zygote can be started.
    pub async fn start(
        spares: usize,
        policy: Policy,
        groups: Option<Holding>,
        users: Option<UserIds>,
        note: Note,
    ) -> Result<Self, ZygoteError> {
        descendants::become_subreaper();
        process::hide_from_functions();
        let shared = Arc::new(Shared {
            program: connection::own_program(),
            state: Mutex::default(),
            zygote: watch::Sender::new(None),
            spares,
            policy,
            scales: Scales::start().map_err(ZygoteError::Watch)?,
            grouping: groups.map(Grouping::start).transpose().map_err(ZygoteError::Watch)?,
            users: users.map(Users::new),
            answers: Budget::new(ANSWERS_BYTES),
            note,
        });
        let keeper = Self { shared };
        let mut children = signal(SignalKind::child()).map_err(ZygoteError::Watch)?;
        tokio::spawn({
            let keeper = keeper.clone();
            async move {
                while children.recv().await.is_some() {
                    keeper.reap();
                }
            }
        });
        let zygote = keeper.start_zygote().await?;
        tokio::spawn(keeper.clone().keep(zygote));
        Ok(keeper)
    }

    /// A process that knows no function yet: one that was forked ahead of time, or a new one.
    ///
    /// # Errors
    /// When the kernel refuses another process, or no zygote can be started.
    pub(super) async fn spare(&self) -> io::Result<Spare> {
        let spare = loop {
            let spare = self.state().spares.pop();
            match spare {
                // A spare that has ended meanwhile is skipped.
                Some(spare) if spare.ending.borrow().is_some() => {}
                Some(spare) => break spare,
                None => break self.fork().await?,
            }
        };
        self.refill();
        Ok(spare)
    }

    /// A zygote for one function, which it has loaded, so that its instances need no imports.
    /// Output of the loading goes to this process's log.
    ///
    /// # Errors
    /// When no process can be started for it.
    pub async fn zygote_of(
        &self,
        function: &Function,
        code: &CodePaths,
    ) -> Result<FunctionZygote, StartError> {
        let Spare { process, mut socket, log, group, .. } =
            self.fork().await.map_err(StartError::Process)?;
        // If anything goes wrong, the process is killed: the code that it loads may never return.
        let started = Started { process, keeper: self.clone(), _group: group };
        let policy = &self.shared.policy;
        let mut assigned =
            AssignedFunction::of(function, code, policy, Marker::fresh(), Key::fresh(), false);
        assigned.user = self.user_of(function, &assigned.policy, &log);
        // Its instances are in its group.
        let assignment = Assignment::Zygote { function: Some(Box::new(assigned)), groups: None };
        wire::send_assignment(&mut socket, &assignment).map_err(StartError::Assignment)?;
        let note = self.shared.note.clone();
        // It is read by a thread that waits.
        process::set_blocking(&log);
        let name = format!("{}/{}", function.namespace, function.name);
        tokio::task::spawn_blocking(move || pass_lines_on(std::fs::File::from(log), &name, &note));
        let within = Duration::from_secs(function.init_timeout_seconds.into());
        let (zygote, news) = Zygote::connect(socket, within).await.map_err(StartError::Process)?;
        let (keeper, listening) = (self.clone(), zygote.clone());
        tokio::spawn(async move { keeper.listen(&listening, news).await });
        Ok(FunctionZygote { zygote, started })
    }

    /// Ends the processes that were forked before they are needed.
    pub fn give_spares_up(&self) {
        let spares = std::mem::take(&mut self.state().spares);
        for spare in spares {
            self.kill(spare.process);
        }
    }

    /// How many processes of instances there are, spares included.
    pub fn instances(&self) -> usize {
        self.state().living.len()
    }

    /// Ends an instance and its process group, if it lives.
    pub(super) fn kill(&self, instance: i32) {
        self.signal(instance, Order::Kill(instance));
    }

    /// Sends SIGTERM to an instance, if it lives. Its function decides what it does then.
    pub(super) fn terminate(&self, instance: i32) {
        self.signal(instance, Order::Terminate(instance));
    }

    fn signal(&self, instance: i32, order: Order) {
        let state = self.state();
        let Some(living) = state.living.get(&instance) else { return };
        // At once, whatever the zygote does.
        let number = if matches!(order, Order::Kill(_)) { Signal::KILL } else { Signal::TERM };
        let sent = living.pidfd.as_ref().map(|process| pidfd::signal(process.as_fd(), number));
        match sent {
            Some(_) if order == Order::Terminate(instance) => {}
            // The instance fell to this process when its zygote ended, and was not reaped, since it
            // is among the living: the number is its own.
            _ if living.zygote.has_ended() => order.carry_out(),
            // Its process group, too.
            _ => living.zygote.order_soon(order),
        }
    }

    /// Ends every process that there is, and waits for their ends, though not for long. The
    /// keeper is of no use afterwards.
    pub fn close(&self) {
        descendants::kill_all();
        if let Some(grouping) = &self.shared.grouping {
            grouping.close();
        }
    }

    /// What instances are kept to.
    pub(super) fn policy(&self) -> &Policy {
        &self.shared.policy
    }

    /// The user that an instance of `function` becomes, where it is to be one of its own. `log` is the
    /// instance's, and is given to that user: a function may open its own output once more, by
    /// `/dev/stdout`. Where a function may write to folders of krait's own user, it stays that user's.
    pub(super) fn user_of(
        &self,
        function: &Function,
        policy: &Policy,
        log: &OwnedFd,
    ) -> Option<u32> {
        let users = self.shared.users.as_ref()?;
        let is_apart = policy.mode != Mode::Off
            && policy.files == Files::Own
            && policy.write.iter().all(|path| is_writable_to_all(path));
        let user = is_apart.then(|| users.of(&function.namespace, &function.name))?;
        // Without it, the function can only not open it once more.
        let _ = fchown(log, Some(Uid::from_raw(user)), Some(Gid::from_raw(user)));
        Some(user)
    }

    /// What looks at the memory of instances.
    pub(super) fn scales(&self) -> &Scales {
        &self.shared.scales
    }

    /// What long answers take their memory from.
    pub(super) fn answers(&self) -> &Budget {
        &self.shared.answers
    }

    async fn fork(&self) -> io::Result<Spare> {
        let mut zygotes = self.shared.zygote.subscribe();
        loop {
            let zygote = tokio::time::timeout(READY_WITHIN, zygotes.wait_for(Option::is_some))
                .await
                .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
                .map_err(io::Error::other)?
                .clone();
            if let Some(zygote) = zygote {
                let group = self.shared.grouping.as_ref().map(Grouping::next);
                match zygote.fork(group).await {
                    // It ended meanwhile: the next one is asked.
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                        if zygotes.changed().await.is_err() {
                            return Err(error);
                        }
                    }
                    other => return other,
                }
            }
        }
    }

    /// Forks spares until there are enough.
    fn refill(&self) {
        if self.state().spares.len() >= self.shared.spares {
            return;
        }
        let keeper = self.clone();
        tokio::spawn(async move {
            if let Ok(spare) = keeper.fork().await {
                let mut state = keeper.state();
                if state.spares.len() < keeper.shared.spares {
                    state.spares.push(spare);
                }
            }
        });
    }

    /// Starts another zygote whenever one has ended.
    async fn keep(self, mut zygote: (Arc<Zygote>, Hearing)) {
        loop {
            let (current, news) = zygote;
            self.shared.zygote.send_replace(Some(current.clone()));
            for _ in 0..self.shared.spares {
                self.refill();
            }
            self.listen(&current, news).await;
            self.shared.zygote.send_replace(None);
            self.state().spares.clear();
            zygote = loop {
                match self.start_zygote().await {
                    Ok(zygote) => break zygote,
                    Err(error) => {
                        (self.shared.note)(&format!("{error}; trying again"));
                        tokio::time::sleep(RETRY_AFTER).await;
                    }
                }
            };
        }
    }

    async fn start_zygote(&self) -> Result<(Arc<Zygote>, Hearing), ZygoteError> {
        let groups = self.shared.grouping.as_ref().map(|grouping| grouping.groups().clone());
        let (starter, socket) =
            connection::start(&self.shared.program, groups).map_err(ZygoteError::Start)?;
        self.state().starters.push(starter);
        Zygote::connect(socket, READY_WITHIN).await.map_err(|_| ZygoteError::NotReady)
    }

    /// Takes a zygote's news, until it has ended, and ends it when it has none for too long.
    async fn listen(&self, zygote: &Arc<Zygote>, mut hearing: Hearing) {
        let mut ticks = interval(PING_INTERVAL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut unanswered = 0;
        loop {
            let heard = tokio::select! {
                biased;
                heard = hearing.next() => heard,
                _ = ticks.tick() => {
                    self.watch_over(zygote, unanswered);
                    unanswered += 1;
                    continue;
                }
            };
            let Ok((news, descriptor)) = heard else { break };
            unanswered = 0;
            match news {
                News::Forked(process) => {
                    let (sender, ending) = watch::channel(None);
                    let pidfd: Pidfd = descriptor.map(Arc::new);
                    let living =
                        Living { ending: sender, zygote: zygote.clone(), pidfd: pidfd.clone() };
                    self.state().living.insert(process, living);
                    zygote.answer(Ok(Forked { process, pidfd, ending }));
                }
                News::Refused(error) => {
                    zygote.answer(Err(io::Error::from_raw_os_error(error)));
                }
                News::Ended { process, peak_bytes } => self.note_end(process, peak_bytes),
                News::Ready | News::Pong => {}
            }
        }
        zygote.end();
        let keeper = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(ADOPTED_WITHIN).await;
            keeper.note_lost();
        });
    }

    /// Does something about a zygote that has not answered so many pings, and asks once more.
    fn watch_over(&self, zygote: &Zygote, unanswered: u32) {
        if unanswered > PINGS_UNANSWERED {
            (self.shared.note)("a zygote, a process of krait's own, answers no more; it is ended");
            if !zygote.signal(Signal::KILL) {
                // What started it is this process's child; what it leaves falls to this one.
                for starter in &self.state().starters {
                    // A child of this process that was not reaped.
                    kernel::signal(*starter, Signal::KILL);
                }
            }
        } else if unanswered > 0 {
            zygote.signal(Signal::CONT);
        }
        zygote.ping();
    }

    /// Records every child of this process that has ended, and kills what instances without a
    /// zygote left behind.
    fn reap(&self) {
        while let Some((process, peak_bytes)) = descendants::reap_ended() {
            self.state().starters.retain(|each| *each != process);
            self.note_end(process, peak_bytes);
        }
        let state = self.state();
        descendants::kill_children_but(|process| {
            state.living.contains_key(&process) || state.starters.contains(&process)
        });
    }

    fn note_end(&self, process: i32, peak_bytes: u64) {
        if let Some(living) = self.state().living.remove(&process) {
            living.ending.send_replace(Some(peak_bytes));
        }
    }

    /// Gives up the instances that ended with their zygote, before the zygote could report it.
    fn note_lost(&self) {
        let state = self.state();
        let orphans = state.living.iter().filter(|(_, living)| living.zygote.has_ended());
        let lost: Vec<i32> = orphans
            .map(|(process, _)| *process)
            .filter(|process| !kernel::is_child(*process))
            .collect();
        drop(state);
        for process in lost {
            self.note_end(process, 0);
        }
    }

    fn state(&self) -> MutexGuard<'_, Processes> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A zygote that has loaded a function. It lives as long as its instances.
#[derive(Debug)]
pub struct FunctionZygote {
    zygote: Arc<Zygote>,
    started: Started,
}

/// A process that is killed when it is dropped.
#[derive(Debug)]
struct Started {
    process: i32,
    keeper: Keeper,
    /// Its instances are in it, too.
    _group: Option<Arc<Group>>,
}

impl FunctionZygote {
    /// A process that has loaded the function, and what ends it.
    pub(super) async fn spare(&self) -> io::Result<(Spare, Keeper)> {
        Ok((self.zygote.fork(None).await?, self.started.keeper.clone()))
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        self.keeper.kill(self.process);
    }
}

/// Passes on what a function of that name writes that is loaded ahead of time, line by line.
fn pass_lines_on(log: std::fs::File, name: &str, note: &Note) {
    /// What of a line is passed on at once, in bytes.
    const LONGEST: u64 = 1 << 16;
    let mut log = BufReader::new(log);
    let mut line = Vec::new();
    while io::Read::take(&mut log, LONGEST).read_until(b'\n', &mut line).is_ok_and(|read| read > 0)
    {
        let line_of_function = String::from_utf8_lossy(&line);
        note(&format!("{name} | {}", line_of_function.trim_end_matches('\n')));
        line.clear();
    }
}
