//! The server's side of zygotes: starts one, starts another where it has ended, has instances
//! forked, and knows which of them have ended.

use super::{
    hosted::Hosted,
    messages::{self, News, Order},
};
use crate::{
    contract::Function,
    instance::{
        StartError, descendants,
        engine::ZYGOTE_SOCKET,
        marker::Marker,
        process,
        wire::{self, Assignment, Serve},
    },
    python::CodePaths,
};
use std::{
    collections::{HashMap, VecDeque},
    fmt, io,
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::{net::UnixStream as Socket, process::CommandExt},
    },
    path::PathBuf,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, Interest},
    net::{UnixStream, unix::OwnedReadHalf, unix::OwnedWriteHalf},
    signal::unix::{SignalKind, signal},
    sync::{Semaphore, oneshot, watch},
};

/// How long a zygote may take for its interpreter: it may have to make a snapshot first.
const READY_WITHIN: Duration = Duration::from_secs(120);

/// Between the end of a zygote that never was ready and the next try.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How long after a zygote's end its instances are certain to be the server's children.
const ADOPTED_WITHIN: Duration = Duration::from_millis(200);

/// How many orders to fork a zygote has before it at once: many more would fill its socket, or
/// have more descriptors on their way than a user may have (`unix(7)`, `ETOOMANYREFS`).
const ORDERS_AT_ONCE: usize = 64;

/// Tells of an instance's end: its peak of resident memory in bytes.
pub(super) type Ending = watch::Receiver<Option<u64>>;

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

/// A zygote, as far as the server knows it.
#[derive(Debug)]
struct Zygote {
    orders: OwnedWriteHalf,
    /// The right to order a fork.
    forks: Semaphore,
    state: Mutex<ZygoteState>,
}

#[derive(Debug, Default)]
struct ZygoteState {
    has_ended: bool,
    /// Who waits for an instance, in the order in which they asked.
    waiting: VecDeque<oneshot::Sender<io::Result<(i32, Ending)>>>,
}

/// A process that was forked and knows no function yet.
#[derive(Debug)]
pub(super) struct Spare {
    pub process: i32,
    pub socket: Socket,
    pub log: OwnedFd,
    pub ending: Ending,
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
    /// are forked before they are needed.
    ///
    /// # Errors
    /// When there is no zygote to be had.
    pub async fn start(spares: usize) -> Result<Self, ZygoteError> {
        descendants::become_subreaper();
        process::hide_from_functions();
        let shared = Arc::new(Shared {
            program: own_program(),
            state: Mutex::default(),
            zygote: watch::Sender::new(None),
            running: AtomicUsize::new(0),
            spares,
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
        let serve = Serve::of(function, code, Marker::fresh(), false);
        let assignment = Assignment::Zygote(Some(Box::new(serve)));
        wire::send_assignment(&mut socket, &assignment).map_err(StartError::Assignment)?;
        tokio::task::spawn_blocking(move || {
            let _ = io::copy(&mut std::fs::File::from(log), &mut io::stderr());
        });
        let within = Duration::from_secs(function.init_timeout_seconds.into());
        let zygote = self.connect(socket, within).await.map_err(StartError::Engine)?;
        Ok(FunctionZygote { zygote, started })
    }

    /// How many processes of instances there are, spares included.
    pub fn instances(&self) -> usize {
        self.state().living.len()
    }

    /// Ends an instance and its process group, if it lives.
    pub(super) fn kill(&self, instance: i32) {
        let state = self.state();
        let Some(living) = state.living.get(&instance) else { return };
        if living.zygote.has_ended() || living.zygote.order(Order::Kill(instance), &[]).is_err() {
            // SAFETY: the process fell to this one when its zygote ended, and was not reaped:
            // the number is its own.
            unsafe {
                libc::kill(-instance, libc::SIGKILL);
                libc::kill(instance, libc::SIGKILL);
            }
        }
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
        let (mut socket, other) = Socket::pair().map_err(ZygoteError::Start)?;
        let mut command = Command::new(&self.shared.program);
        command.arg("zygote").stdin(Stdio::null()).stdout(Stdio::null());
        let descriptor = other.as_raw_fd();
        // SAFETY: between fork and exec only dup2 and fcntl are called, which allocate nothing.
        unsafe {
            command.pre_exec(move || {
                let placed = if descriptor == ZYGOTE_SOCKET {
                    libc::fcntl(descriptor, libc::F_SETFD, 0)
                } else {
                    libc::dup2(descriptor, ZYGOTE_SOCKET)
                };
                if placed == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
            });
        }
        let starter = command.spawn().map_err(ZygoteError::Start)?;
        self.state().starters.push(starter.id().cast_signed());
        drop(other);
        wire::send_assignment(&mut socket, &Assignment::Zygote(None))
            .map_err(ZygoteError::Start)?;
        self.connected(socket, READY_WITHIN).await.map_err(|_| ZygoteError::NotReady)
    }

    async fn connected(
        &self,
        socket: Socket,
        within: Duration,
    ) -> io::Result<(Arc<Zygote>, OwnedReadHalf)> {
        socket.set_nonblocking(true)?;
        let (mut news, orders) = UnixStream::from_std(socket)?.into_split();
        let mut first = [0; News::BYTES];
        tokio::time::timeout(within, news.read_exact(&mut first)).await??;
        match News::decode(first) {
            Some(News::Ready) => {
                let forks = Semaphore::new(ORDERS_AT_ONCE);
                Ok((Arc::new(Zygote { orders, forks, state: Mutex::default() }), news))
            }
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    async fn connect(&self, socket: Socket, within: Duration) -> io::Result<Arc<Zygote>> {
        let (zygote, news) = self.connected(socket, within).await?;
        let (keeper, listening) = (self.clone(), zygote.clone());
        tokio::spawn(async move { keeper.listen(&listening, news).await });
        Ok(zygote)
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

impl Zygote {
    /// Has a process forked.
    async fn fork(&self) -> io::Result<Spare> {
        let _turn = self.forks.acquire().await.map_err(io::Error::other)?;
        let (socket, other) = Socket::pair()?;
        let (log, log_writer) = pipe()?;
        let descriptors = [log_writer.as_raw_fd(), other.as_raw_fd()];
        let forked = loop {
            match self.order_fork(&descriptors) {
                // It has many orders to follow before this one.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.orders.writable().await?;
                }
                ordered => break ordered?,
            }
        };
        drop((other, log_writer));
        let (process, ending) =
            forked.await.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))??;
        Ok(Spare { process, socket, log, ending })
    }

    fn order_fork(
        &self,
        descriptors: &[i32],
    ) -> io::Result<oneshot::Receiver<io::Result<(i32, Ending)>>> {
        // In one step, so that who waits first is answered first.
        let mut state = self.state();
        if state.has_ended {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.order(Order::Fork, descriptors)?;
        let (sender, forked) = oneshot::channel();
        state.waiting.push_back(sender);
        Ok(forked)
    }

    fn order(&self, order: Order, descriptors: &[i32]) -> io::Result<()> {
        let orders = self.orders.as_ref();
        let send = || messages::send(orders.as_raw_fd(), order, descriptors);
        orders.try_io(Interest::WRITABLE, send)
    }

    fn answer(&self, answer: io::Result<(i32, Ending)>) {
        if let Some(waiting) = self.state().waiting.pop_front() {
            let _ = waiting.send(answer);
        }
    }

    fn has_ended(&self) -> bool {
        self.state().has_ended
    }

    /// Who still waits learns that there is nobody to ask.
    fn end(&self) {
        let mut state = self.state();
        state.has_ended = true;
        state.waiting.clear();
    }

    fn state(&self) -> MutexGuard<'_, ZygoteState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A pipe whose reading end does not block.
fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let (reader, writer) = io::pipe()?;
    let reader = OwnedFd::from(reader);
    process::set_nonblocking(reader.as_raw_fd());
    Ok((reader, OwnedFd::from(writer)))
}

/// This program, even where its file has been replaced meanwhile; where `/proc` is not
/// mounted, by the name it was called by.
fn own_program() -> PathBuf {
    let own = PathBuf::from("/proc/self/exe");
    if own.exists() {
        return own;
    }
    // SAFETY: the kernel's own string, which lives as long as the process.
    let called = unsafe {
        let name: *const libc::c_char =
            std::ptr::with_exposed_provenance(libc::getauxval(libc::AT_EXECFN) as usize);
        (!name.is_null()).then(|| std::ffi::CStr::from_ptr(name).to_owned())
    };
    called.map_or(own, |called| PathBuf::from(called.to_string_lossy().into_owned()))
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
