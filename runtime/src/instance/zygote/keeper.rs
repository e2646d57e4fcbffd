//! The server's side of zygotes: starts one, starts another where it has ended, has instances
//! forked, and knows which of them have ended.

use super::{
    connection::{self, Spare, Zygote},
    hosted::Hosted,
    messages::{News, Order},
};
use crate::{
    contract::{Function, Policy},
    instance::{
        StartError, descendants,
        marker::Marker,
        process,
        wire::{self, Assignment, Serve},
    },
    python::CodePaths,
};
use std::{
    collections::HashMap,
    fmt, io,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::AsyncReadExt,
    net::unix::OwnedReadHalf,
    signal::unix::{SignalKind, signal},
    sync::watch,
};

/// How long a zygote may take for its interpreter: it may have to make a snapshot first.
const READY_WITHIN: Duration = Duration::from_secs(120);

/// Between the end of a zygote that never was ready and the next try.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How long after a zygote's end its instances are certain to be the server's children.
const ADOPTED_WITHIN: Duration = Duration::from_millis(200);

/// A zygote that cannot be had.
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

#[derive(Debug)]
struct Shared {
    program: PathBuf,
    state: Mutex<State>,
    /// The zygote that forks instances of any function, while there is one.
    zygote: watch::Sender<Option<Arc<Zygote>>>,
    running: AtomicUsize,
    /// How many processes are forked before they are needed.
    spares: usize,
    /// What instances are kept to.
    policy: Policy,
}

#[derive(Debug, Default)]
struct State {
    living: HashMap<i32, Living>,
    spares: Vec<Spare>,
    /// The children of this process that are not instances: what was started to fork zygotes.
    starters: Vec<i32>,
}

#[derive(Debug)]
struct Living {
    ending: watch::Sender<Option<u64>>,
    /// The zygote that forked it, as long as that lives: only it can tell of the end, and end
    /// it by its number.
    zygote: Arc<Zygote>,
}

/// Counts an invocation as long as it lives.
pub(super) struct Running(Arc<Shared>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Keeper {
    /// Starts a zygote and waits until it is ready. This process becomes the one that orphaned
    /// descendants fall to, and closes its memory and environment to them. `spares` processes
    /// are forked before they are needed. Instances are kept to `policy`.
    ///
    /// # Errors
    /// When there is no zygote to be had.
    pub async fn start(spares: usize, policy: Policy) -> Result<Self, ZygoteError> {
        descendants::become_subreaper();
        process::hide_from_functions();
        let shared = Arc::new(Shared {
            program: connection::own_program(),
            state: Mutex::default(),
            zygote: watch::Sender::new(None),
            running: AtomicUsize::new(0),
            spares,
            policy,
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

    /// An instance of `function`, whose code is at `code`, in a process that is forked for it.
    ///
    /// # Errors
    /// When the kernel refuses another process, or no zygote is to be had.
    pub async fn instance(
        &self,
        function: &Function,
        code: &CodePaths,
    ) -> Result<Hosted, StartError> {
        let spare = loop {
            let spare = self.state().spares.pop();
            match spare {
                // One that has ended meanwhile is passed over.
                Some(spare) if spare.ending.borrow().is_some() => {}
                Some(spare) => break spare,
                None => break self.fork().await.map_err(StartError::Engine)?,
            }
        };
        self.refill();
        Hosted::assign(spare, self.clone(), function, code)
    }

    /// A zygote of a function alone, which is loaded in it: its instances have done their
    /// imports. What loading prints goes to this process's log.
    ///
    /// # Errors
    /// When there is no process to be had for it.
    pub async fn zygote_of(
        &self,
        function: &Function,
        code: &CodePaths,
    ) -> Result<FunctionZygote, StartError> {
        let Spare { process, mut socket, log, .. } =
            self.fork().await.map_err(StartError::Engine)?;
        // Whatever goes wrong, the process is ended: what it loads may never come back.
        let started = Started { process, keeper: self.clone() };
        let policy = &self.shared.policy;
        let serve = Serve::of(function, code, policy, Marker::fresh(), false);
        let assignment = Assignment::Zygote(Some(Box::new(serve)));
        wire::send_assignment(&mut socket, &assignment).map_err(StartError::Assignment)?;
        tokio::task::spawn_blocking(move || {
            let _ = io::copy(&mut std::fs::File::from(log), &mut io::stderr());
        });
        let within = Duration::from_secs(function.init_timeout_seconds.into());
        let (zygote, news) = Zygote::connect(socket, within).await.map_err(StartError::Engine)?;
        let (keeper, listening) = (self.clone(), zygote.clone());
        tokio::spawn(async move { keeper.listen(&listening, news).await });
        Ok(FunctionZygote { zygote, started })
    }

    /// How many processes of instances there are, spares included.
    pub fn instances(&self) -> usize {
        self.state().living.len()
    }

    /// Ends an instance and its process group, if it lives.
    pub(super) fn kill(&self, instance: i32) {
        self.signal(instance, Order::Kill(instance));
    }

    /// Asks an instance to end, if it lives: what its function does then is its own business.
    pub(super) fn terminate(&self, instance: i32) {
        self.signal(instance, Order::Terminate(instance));
    }

    fn signal(&self, instance: i32, order: Order) {
        let state = self.state();
        match state.living.get(&instance) {
            // SAFETY: the instance fell to this process when its zygote ended, and was not
            // reaped, since it is among the living: the number is its own.
            Some(living) if living.zygote.has_ended() => unsafe { order.carry_out() },
            Some(living) => living.zygote.order_soon(order),
            None => {}
        }
    }

    /// What instances are kept to.
    pub(super) fn policy(&self) -> &Policy {
        &self.shared.policy
    }

    pub(super) fn count_running(&self) -> Running {
        self.shared.running.fetch_add(1, Ordering::Relaxed);
        Running(self.shared.clone())
    }

    pub(super) fn running(&self) -> usize {
        self.shared.running.load(Ordering::Relaxed)
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
                match zygote.fork().await {
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
    async fn keep(self, mut zygote: (Arc<Zygote>, OwnedReadHalf)) {
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
                        eprintln!("krait: {error}; trying again");
                        tokio::time::sleep(RETRY_AFTER).await;
                    }
                }
            };
        }
    }

    async fn start_zygote(&self) -> Result<(Arc<Zygote>, OwnedReadHalf), ZygoteError> {
        let (starter, socket) =
            connection::start(&self.shared.program).map_err(ZygoteError::Start)?;
        self.state().starters.push(starter);
        Zygote::connect(socket, READY_WITHIN).await.map_err(|_| ZygoteError::NotReady)
    }

    /// Takes a zygote's news, until it has ended.
    async fn listen(&self, zygote: &Arc<Zygote>, mut news: OwnedReadHalf) {
        let mut bytes = [0; News::BYTES];
        while news.read_exact(&mut bytes).await.is_ok() {
            match News::decode(bytes) {
                Some(News::Forked(process)) => {
                    let (sender, ending) = watch::channel(None);
                    let living = Living { ending: sender, zygote: zygote.clone() };
                    self.state().living.insert(process, living);
                    zygote.answer(Ok((process, ending)));
                }
                Some(News::Refused(error)) => {
                    zygote.answer(Err(io::Error::from_raw_os_error(error)));
                }
                Some(News::Ended { process, peak_bytes }) => self.note_end(process, peak_bytes),
                Some(News::Ready) => {}
                None => break,
            }
        }
        zygote.end();
        let keeper = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(ADOPTED_WITHIN).await;
            keeper.note_lost();
        });
    }

    /// Takes note of every child of this process that has ended, and ends what instances
    /// without a zygote left behind.
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

    /// Gives up the instances that ended with their zygote, before it could tell.
    fn note_lost(&self) {
        let state = self.state();
        let orphans = state.living.iter().filter(|(_, living)| living.zygote.has_ended());
        let lost: Vec<i32> =
            orphans.map(|(process, _)| *process).filter(|process| !is_child(*process)).collect();
        drop(state);
        for process in lost {
            self.note_end(process, 0);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A zygote that has loaded a function. It lives as long as its instances.
#[derive(Debug)]
pub struct FunctionZygote {
    zygote: Arc<Zygote>,
    started: Started,
}

/// A process that is ended when it is not needed any more.
#[derive(Debug)]
struct Started {
    process: i32,
    keeper: Keeper,
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
        let spare = self.zygote.fork().await.map_err(StartError::Engine)?;
        let mut hosted = Hosted::assign(spare, self.started.keeper.clone(), function, code)?;
        hosted.keep(self.clone());
        Ok(hosted)
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        self.keeper.kill(self.process);
    }
}

/// Whether a process is a child of this one, ended or not.
fn is_child(process: i32) -> bool {
    // SAFETY: an all-zero structure is valid; nothing is reaped.
    unsafe {
        let mut information: libc::siginfo_t = std::mem::zeroed();
        let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
        libc::waitid(libc::P_PID, process.cast_unsigned(), &raw mut information, options) == 0
    }
}
