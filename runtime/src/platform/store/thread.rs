//! Threads that own a connection each, so that no other thread waits for the disk.
//!
//! A thread puts all waiting commands into one transaction, and commits once. While the disk
//! writes, the next commands gather. So a disk with a few hundred commits a second does thousands
//! of durable writes.

use super::StoreError;
use rusqlite::Connection;
use rustix::{process::setpriority_process, thread::gettid};
use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};
use tokio::sync::oneshot;

/// How many commands may share a transaction, so that none waits long for the others.
const BATCH: usize = 1024;

/// How long a command without a waiting caller is held back, so that others join it. Then a page of
/// an index is written once for all of them.
const LINGER: Duration = Duration::from_millis(200);

/// A thread's priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Haste {
    Awaited,
    /// Other threads get a processor first.
    GivesWay,
}

/// The thread's nice value. On a busy machine it gets a tenth of another thread's time.
const NICENESS: i32 = 10;

/// A command for the thread.
pub(super) trait Command: Send {
    /// Executes it within a transaction. An error here is an error of the disk, not of the command:
    /// it rolls the whole transaction back.
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()>;

    /// Called with the result of the commit.
    fn complete(self: Box<Self>, outcome: &Result<(), StoreError>);
}

/// A thread that owns a connection; it ends when this is dropped or closed.
#[derive(Debug)]
pub(super) struct Worker {
    messages: mpsc::Sender<Message>,
}

/// The lock on a data folder, released when the last thread that holds it has ended.
#[derive(Debug)]
pub(super) struct FolderLock(pub(super) File);

enum Message {
    Run(Box<dyn Command>),
    RunSoon(Box<dyn Command>),
    Close(oneshot::Sender<Result<(), StoreError>>),
}

impl Worker {
    /// Starts the thread, which holds `lock` until it ends.
    pub(super) fn start(
        name: &str,
        connection: Connection,
        file: &Path,
        lock: &Arc<FolderLock>,
        haste: Haste,
    ) -> io::Result<Self> {
        let (messages, received) = mpsc::channel();
        let owner =
            Owner { connection, file: file.to_path_buf(), received, _lock: Arc::clone(lock) };
        thread::Builder::new().name(name.to_owned()).spawn(move || {
            if haste == Haste::GivesWay {
                // If the system refuses this, the thread competes with the calls that it records.
                let _ = setpriority_process(Some(gettid()), NICENESS);
            }
            owner.serve();
        })?;
        Ok(Self { messages })
    }

    /// Runs `work` in a transaction, and returns its result after the commit. It is executed even
    /// if the caller no longer waits.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Run(Box::new(Asked { work: Some(work), given: None, reply })));
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Executes a command without a waiting caller, a moment later, or before the next command with
    /// one.
    pub(super) fn run_soon(&self, command: impl Command + 'static) {
        self.send(Message::RunSoon(Box::new(command)));
    }

    /// Executes a command without a waiting caller, at once.
    pub(super) fn run_now(&self, command: impl Command + 'static) {
        self.send(Message::Run(Box::new(command)));
    }

    /// Executes the waiting commands, ends the thread, and closes the connection.
    pub(super) async fn close(&self) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Close(reply));
        answer.await.unwrap_or(Ok(()))
    }

    /// If the thread has ended, waiting callers learn that the store is closed.
    fn send(&self, message: Message) {
        if let Err(mpsc::SendError(Message::Run(command) | Message::RunSoon(command))) =
            self.messages.send(message)
        {
            command.complete(&Err(StoreError::Closed));
        }
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Even if a process that was forked in between still has the file open.
        let _ = self.0.unlock();
    }
}

/// What the thread owns.
struct Owner {
    connection: Connection,
    file: PathBuf,
    received: mpsc::Receiver<Message>,
    _lock: Arc<FolderLock>,
}

/// The commands for one transaction, and whether the thread ends after them.
#[derive(Default)]
struct Batch {
    commands: Vec<Box<dyn Command>>,
    close: Option<oneshot::Sender<Result<(), StoreError>>>,
}

impl Owner {
    fn serve(mut self) {
        while let Ok(first) = self.received.recv() {
            let mut batch = self.gather(first);
            let outcome = commit(&mut self.connection, &mut batch.commands)
                .map_err(|error| StoreError::database(&self.file, &error));
            for command in batch.commands {
                command.complete(&outcome);
            }
            if let Some(reply) = batch.close {
                let file = self.file.clone();
                // The lock is released with the connection, before the caller learns of it.
                let closed = self.close();
                let _ = reply.send(closed.map_err(|error| StoreError::database(&file, &error)));
                return;
            }
        }
        let _ = self.close();
    }

    fn gather(&self, first: Message) -> Batch {
        let mut batch = Batch::default();
        let mut next = Some(first);
        let mut hurried = false;
        while let Some(message) = next {
            match message {
                Message::Run(command) => {
                    hurried = true;
                    batch.commands.push(command);
                }
                Message::RunSoon(command) => batch.commands.push(command),
                Message::Close(reply) => {
                    batch.close = Some(reply);
                    break;
                }
            }
            next = match hurried {
                _ if batch.commands.len() == BATCH => None,
                true => self.received.try_recv().ok(),
                false => self.received.recv_timeout(LINGER).ok(),
            };
        }
        batch
    }

    /// The last connection to a database writes all of its log to the file.
    fn close(self) -> rusqlite::Result<()> {
        self.connection.close().map_err(|(_, error)| error)
    }
}

fn commit(connection: &mut Connection, commands: &mut [Box<dyn Command>]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for command in commands {
        command.run(&transaction)?;
    }
    transaction.commit()
}

/// A command whose caller waits for its result.
struct Asked<T, Work> {
    work: Option<Work>,
    given: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, Work> Command for Asked<T, Work>
where
    T: Send,
    Work: FnOnce(&Connection) -> rusqlite::Result<T> + Send,
{
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if let Some(work) = self.work.take() {
            self.given = Some(work(connection)?);
        }
        Ok(())
    }

    fn complete(self: Box<Self>, outcome: &Result<(), StoreError>) {
        let answer = match (outcome, self.given) {
            (Ok(()), Some(given)) => Ok(given),
            (Ok(()), None) => Err(StoreError::Closed),
            (Err(error), _) => Err(error.clone()),
        };
        // A caller that went away needs no answer.
        let _ = self.reply.send(answer);
    }
}
