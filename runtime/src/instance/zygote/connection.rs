//! The server's end of a zygote's socket: it starts the zygote, sends orders, and passes each
//! forked process to the task that ordered it.

use super::group::Group;
use super::messages::{self, News, Order};
use crate::{
    instance::{
        pidfd, process,
        wire::{self, Assignment, ZYGOTE_SOCKET},
    },
    sandbox::Groups,
};
use rustix::process::Signal;
use std::{
    collections::VecDeque,
    ffi::OsStr,
    io,
    os::{
        fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd},
        unix::{ffi::OsStrExt, net::UnixStream as Socket, process::CommandExt},
    },
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    io::{Interest, unix::AsyncFd},
    net::{
        UnixStream,
        unix::{OwnedReadHalf, OwnedWriteHalf},
    },
    runtime::Handle,
    sync::{Semaphore, oneshot, watch},
};

/// How many orders to fork may be on their way to a zygote at once. Many more would fill its
/// socket, or exceed a user's limit of descriptors in flight (`unix(7)`, `ETOOMANYREFS`).
const ORDERS_AT_ONCE: usize = 64;

/// What tells one process from every other, and can be waited for, where the kernel has such.
pub(super) type Pidfd = Option<Arc<OwnedFd>>;

/// Reports an instance's end: its peak of resident memory in bytes.
pub(super) type Ending = watch::Receiver<Option<u64>>;

/// A zygote, as far as the server knows it.
#[derive(Debug)]
pub(super) struct Zygote {
    orders: OwnedWriteHalf,
    process: Option<OwnedFd>,
    /// The right to order a fork.
    forks: Semaphore,
    state: Mutex<ForkQueue>,
}

#[derive(Debug, Default)]
struct ForkQueue {
    has_ended: bool,
    /// The tasks that wait for an instance, in the order in which they asked.
    waiting: VecDeque<oneshot::Sender<io::Result<Forked>>>,
}

/// A process that a zygote forked.
#[derive(Debug)]
pub(super) struct Forked {
    pub process: i32,
    pub pidfd: Pidfd,
    pub ending: Ending,
}

/// A zygote's news, as they come.
#[derive(Debug)]
pub(super) struct Hearing {
    socket: OwnedReadHalf,
    /// The part that has come of the next.
    bytes: [u8; News::BYTES],
    filled: usize,
    descriptors: Vec<OwnedFd>,
}

impl Hearing {
    /// The next, and the descriptor that came beside it. Whoever stops waiting for it loses
    /// nothing.
    ///
    /// # Errors
    /// When the zygote has gone, or what came is no news.
    pub(super) async fn next(&mut self) -> io::Result<(News, Option<OwnedFd>)> {
        while self.filled < News::BYTES {
            let Self { socket, bytes, filled, descriptors } = self;
            let socket: &UnixStream = socket.as_ref();
            let receive = || messages::receive_some(socket, &mut bytes[*filled..], descriptors);
            match socket.async_io(Interest::READABLE, receive).await {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(length) => self.filled += length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.filled = 0;
        let news = News::decode(self.bytes).ok_or(io::ErrorKind::InvalidData)?;
        Ok((news, std::mem::take(&mut self.descriptors).pop()))
    }
}

/// A process that was forked and knows no function yet.
#[derive(Debug)]
pub(super) struct Spare {
    pub process: i32,
    pub socket: Socket,
    pub log: OwnedFd,
    pub pidfd: Pidfd,
    pub ending: Ending,
    /// The group that it was told to enter.
    pub group: Option<Arc<Group>>,
}

/// Starts the process that will make a zygote of any function, whose instances have their groups there.
/// Gives its number, and the socket for [`Zygote::connect`].
///
/// # Errors
/// When `program` cannot be started once more.
pub(super) fn start(program: &Path, groups: Option<Groups>) -> io::Result<(i32, Socket)> {
    let (mut socket, other) = Socket::pair()?;
    let mut command = Command::new(program);
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
    let starter = command.spawn()?;
    drop(other);
    let assignment = Assignment::Zygote { function: None, groups };
    wire::send_assignment(&mut socket, &assignment)?;
    Ok((starter.id().cast_signed(), socket))
}

impl Zygote {
    /// Waits until the zygote at the other end of `socket` is ready.
    ///
    /// # Errors
    /// When it ended, or was not ready in time.
    pub(super) async fn connect(
        socket: Socket,
        within: Duration,
    ) -> io::Result<(Arc<Self>, Hearing)> {
        socket.set_nonblocking(true)?;
        let (socket, orders) = UnixStream::from_std(socket)?.into_split();
        let bytes = [0; News::BYTES];
        let mut hearing = Hearing { socket, bytes, filled: 0, descriptors: Vec::new() };
        match tokio::time::timeout(within, hearing.next()).await?? {
            (News::Ready, process) => {
                let forks = Semaphore::new(ORDERS_AT_ONCE);
                let zygote = Self { orders, process, forks, state: Mutex::default() };
                Ok((Arc::new(zygote), hearing))
            }
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    /// Asks it to say that it is there.
    pub(super) fn ping(&self) {
        // Where it has taken no orders for long, it is asked already.
        let _ = self.order(Order::Ping, &[]);
    }

    /// Sends it a signal; false where it has ended, or cannot be told from others.
    pub(super) fn signal(&self, signal: Signal) -> bool {
        self.process.as_ref().is_some_and(|process| pidfd::signal(process.as_fd(), signal).is_ok())
    }

    /// Orders a fork, and waits for the process, which is to enter a `group`.
    ///
    /// # Errors
    /// [`io::ErrorKind::BrokenPipe`] when the zygote has ended, or what kept it from forking.
    pub(super) async fn fork(&self, group: Option<Arc<Group>>) -> io::Result<Spare> {
        let _turn = self.forks.acquire().await.map_err(io::Error::other)?;
        let (socket, other) = Socket::pair()?;
        let (log, log_writer) = pipe()?;
        let descriptors = [log_writer.as_fd(), other.as_fd()];
        let forked = loop {
            let order = Order::Fork(group.as_ref().map_or(0, |group| group.number()));
            match self.order_fork(order, &descriptors) {
                // Many orders are before this one.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.orders.writable().await?;
                }
                ordered => break ordered?,
            }
        };
        drop((other, log_writer));
        let Forked { process, pidfd, ending } =
            forked.await.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))??;
        Ok(Spare { process, socket, log, pidfd, ending, group })
    }

    /// Sends an order, at once or when there is room after earlier ones. A zygote that has ended
    /// executes none.
    pub(super) fn order_soon(self: &Arc<Self>, order: Order) {
        let is_full = |sent: io::Result<()>| {
            sent.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
        };
        // When the server ends, its zygotes end.
        if is_full(self.order(order, &[]))
            && let Ok(runtime) = Handle::try_current()
        {
            let zygote = self.clone();
            runtime.spawn(async move {
                while zygote.orders.writable().await.is_ok() && is_full(zygote.order(order, &[])) {}
            });
        }
    }

    /// Answers the task that has waited longest for a fork.
    pub(super) fn answer(&self, answer: io::Result<Forked>) {
        if let Some(waiting) = self.state().waiting.pop_front() {
            let _ = waiting.send(answer);
        }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.state().has_ended
    }

    /// The tasks that still wait learn that the zygote has ended.
    pub(super) fn end(&self) {
        let mut state = self.state();
        state.has_ended = true;
        state.waiting.clear();
    }

    fn order_fork(
        &self,
        order: Order,
        descriptors: &[BorrowedFd<'_>],
    ) -> io::Result<oneshot::Receiver<io::Result<Forked>>> {
        // In one step, so that the first to wait is answered first.
        let mut state = self.state();
        if state.has_ended {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        self.order(order, descriptors)?;
        let (sender, forked) = oneshot::channel();
        state.waiting.push_back(sender);
        Ok(forked)
    }

    fn order(&self, order: Order, descriptors: &[BorrowedFd<'_>]) -> io::Result<()> {
        let orders = self.orders.as_ref();
        let send = || messages::send(orders, order, descriptors);
        orders.try_io(Interest::WRITABLE, send)
    }

    fn state(&self) -> MutexGuard<'_, ForkQueue> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Watches a socket, or another source of events, for `interest` alone.
///
/// # Errors
/// When the kernel watches no more descriptors.
pub(in crate::instance) fn watched<T: AsRawFd>(
    source: T,
    interest: Interest,
) -> io::Result<AsyncFd<T>> {
    // SAFETY: the source owns its descriptor, which is the same as long as it lives.
    Ok(unsafe { AsyncFd::register_with_interest(source, interest) }?)
}

/// Whether the other end has not read all that was sent to it.
pub(super) fn is_unread(socket: &Socket) -> bool {
    let mut bytes: libc::c_int = 0;
    // SAFETY: the call writes one number (`SIOCOUTQ` of unix(7), by its other name).
    let told = unsafe { libc::ioctl(socket.as_raw_fd(), libc::TIOCOUTQ, &raw mut bytes) };
    told == 0 && bytes > 0
}

/// A pipe whose reading end does not block.
fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let (reader, writer) = io::pipe()?;
    let reader = OwnedFd::from(reader);
    process::set_nonblocking(&reader);
    Ok((reader, OwnedFd::from(writer)))
}

/// This program, even if its file has been replaced meanwhile. If `/proc` is not mounted, the name
/// it was called by.
pub(super) fn own_program() -> PathBuf {
    let own = PathBuf::from("/proc/self/exe");
    if own.exists() {
        return own;
    }
    let called = rustix::param::linux_execfn();
    if called.is_empty() { own } else { PathBuf::from(OsStr::from_bytes(called.to_bytes())) }
}
