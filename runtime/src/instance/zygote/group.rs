//! The server's side of instances' groups: each has a number, and is removed, with whatever is left
//! in it, when its instance is given up. A thread of its own does that: the kernel lets some
//! milliseconds pass before a group can go whose processes were killed.

use crate::sandbox::{Groups, Holding, Weight};
use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI32, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::Duration,
};

/// How soon a group is removed, and tried again that could not be: its processes are ending.
const AGAIN_AFTER: Duration = Duration::from_millis(10);

/// Gives groups to instances.
#[derive(Debug)]
pub(super) struct Grouping {
    groups: Arc<Groups>,
    /// None once it is over.
    holding: Mutex<Option<Holding>>,
    last: AtomicI32,
    gone: Sender<i32>,
}

/// A group of one instance. Dropping it kills what is in it, and removes it.
#[derive(Debug)]
pub(super) struct Group {
    groups: Arc<Groups>,
    number: i32,
    gone: Sender<i32>,
}

impl Grouping {
    /// # Errors
    /// When the machine has no thread to give.
    pub(super) fn start(holding: Holding) -> io::Result<Self> {
        let groups = Arc::new(holding.groups().clone());
        let (gone, left) = mpsc::channel();
        let of_thread = groups.clone();
        thread::Builder::new()
            .name("groups".to_owned())
            .spawn(move || remove_all(&of_thread, &left))?;
        Ok(Self { groups, holding: Mutex::new(Some(holding)), last: AtomicI32::new(0), gone })
    }

    /// A group for the next instance, which makes it itself.
    pub(super) fn next(&self) -> Arc<Group> {
        // 0 is no group. After two thousand million, those of the first are long gone.
        let number = self.last.fetch_add(1, Ordering::Relaxed).rem_euclid(i32::MAX) + 1;
        Arc::new(Group { groups: self.groups.clone(), number, gone: self.gone.clone() })
    }

    pub(super) fn groups(&self) -> &Groups {
        &self.groups
    }

    /// Removes all, after every instance has ended.
    pub(super) fn close(&self) {
        drop(self.holding.lock().unwrap_or_else(PoisonError::into_inner).take());
    }
}

impl Group {
    pub(super) fn number(&self) -> i32 {
        self.number
    }

    /// What the kernel says that it holds: none where it does not count it.
    pub(super) fn weigh(&self, enough: u64) -> Option<Weight> {
        self.groups.weigh(self.number, enough)
    }

    /// Whether the kernel has ended a process of it for its memory.
    pub(super) fn was_killed(&self) -> bool {
        self.groups.was_killed(self.number)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // The thread lives as long as there is a sender.
        let _ = self.gone.send(self.number);
    }
}

/// The thread's life.
fn remove_all(groups: &Groups, gone: &Receiver<i32>) {
    let mut left: Vec<i32> = Vec::new();
    loop {
        let next = match left.is_empty() {
            true => gone.recv().map_err(|_| RecvTimeoutError::Disconnected),
            false => gone.recv_timeout(AGAIN_AFTER),
        };
        match next {
            Ok(number) => {
                left.push(number);
                thread::sleep(AGAIN_AFTER);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        left.extend(gone.try_iter());
        left.retain(|number| !groups.remove(*number));
    }
}
