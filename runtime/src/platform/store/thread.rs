//! Threads that own a connection each, so that nobody else waits for the disk.
//!
//! A thread takes everything that waits for it into one transaction, and commits once: while
//! the disk writes, the next commands gather. That is what makes thousands of durable writes
//! a second out of a few hundred.

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

/// At most so many commands share a transaction, so that none waits long for the others.
const BATCH: usize = 1024;

/// How long a command that can wait is kept back for others to join it: a page of an index is
/// written once for all of them.
const LINGER: Duration = Duration::from_millis(200);

/// Whether somebody usually waits for what a thread does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Haste {
    Awaited,
    /// Whoever else wants a processor comes first.
    GivesWay,
}

/// How much a thread gives way: a tenth of what others have is left to it on a busy machine.
const NICENESS: i32 = 10;

/// What is to be done on the thread.
pub(super) trait Command: Send {
    /// Does it, within a transaction. An error is one of the disk, not of what was asked:
    /// it takes the whole transaction back.
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()>;

    /// Hears whether the transaction was committed.
    fn complete(self: Box<Self>, outcome: &Result<(), StoreError>);
}

/// A thread that owns a connection; it ends when this is dropped or closed.
#[derive(Debug)]
pub(super) struct Worker {
    messages: mpsc::Sender<Message>,
}

/// The lock on a data folder, given back when the last thread that holds it has ended.
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
                // A system that refuses this has it compete with the calls it records.
                let _ = setpriority_process(Some(gettid()), NICENESS);
            }
            owner.serve();
        })?;
        Ok(Self { messages })
    }

    /// Does `work` in a transaction; what it gives comes when that is committed. It is done
    /// even if the caller no longer waits.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Run(Box::new(Asked { work: Some(work), given: None, reply })));
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    /// Has a command done that nobody waits for, a moment later, or before the next that
    /// somebody does wait for.
    pub(super) fn run_soon(&self, command: impl Command + 'static) {
        self.send(Message::RunSoon(Box::new(command)));
    }

    /// Has a command done that nobody waits for, without delay.
    pub(super) fn run_now(&self, command: impl Command + 'static) {
        self.send(Message::Run(Box::new(command)));
    }

    /// Ends the thread when it has done what waits, and closes the connection.
    pub(super) async fn close(&self) -> Result<(), StoreError> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Close(reply));
        answer.await.unwrap_or(Ok(()))
    }

    /// Where the thread has ended, whoever waits hears that the store is closed.
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
        // Also where a process that was forked in between still has the file open.
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

/// What waited: commands for one transaction, and whether the thread then ends.
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
                // With the connection the lock is given up, before the caller hears of it.
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

/// A command whose caller waits for what it gives.
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
