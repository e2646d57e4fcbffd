//! Looks at the memory of instances, on a thread of its own: a function that starts hundreds of
//! processes makes that slow, and nobody else is to wait for it.
//!
//! An instance with a group is counted by the kernel: a look reads three files, however many processes
//! it has. Without, it is its processes that are looked at. Each look may cost a twentieth of the time until the next of the same instance, and all
//! together a fifth of a processor.

use super::group::Group;
use crate::instance::{
    descendants, usage,
    watch::{LOOKS_REST, MEMORY_INTERVAL},
};
use std::{
    io,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Instant,
};
use tokio::sync::Notify;

/// After a look, so many times as long none is taken at the same instance.
const REST: u32 = 19;

/// The thread, and who is looked at. It ends with the last of those that can ask for looks.
#[derive(Debug)]
pub(super) struct Scales {
    shared: Arc<Shared>,
}

/// An instance that is looked at as long as this is kept.
#[derive(Debug)]
pub(super) struct Weighed {
    entry: Arc<Entry>,
}

#[derive(Debug, Default)]
struct Shared {
    /// None once the thread is to end.
    entries: Mutex<Option<Vec<Arc<Entry>>>>,
    came: Condvar,
}

#[derive(Debug)]
struct Entry {
    process: i32,
    limit_bytes: u64,
    processes_at_most: Option<u32>,
    group: Option<Arc<Group>>,
    is_left: AtomicBool,
    /// Whether it was too many processes.
    is_crowd: AtomicBool,
    /// Told once it holds too much, or has too many processes.
    over: Notify,
    due: Mutex<Instant>,
}

impl Scales {
    /// # Errors
    /// When the machine has no thread to give.
    pub(super) fn start() -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        *shared.entries() = Some(Vec::new());
        let of_thread = shared.clone();
        thread::Builder::new().name("memory".to_owned()).spawn(move || look(&of_thread))?;
        Ok(Self { shared })
    }

    /// Has an instance looked at, which is to hold no more than so many bytes, and to have no more
    /// than so many processes.
    pub(super) fn weigh(
        &self,
        process: i32,
        limit_bytes: u64,
        processes_at_most: Option<u32>,
        group: Option<Arc<Group>>,
    ) -> Weighed {
        let entry = Arc::new(Entry {
            process,
            limit_bytes,
            processes_at_most,
            group,
            is_crowd: AtomicBool::new(false),
            is_left: AtomicBool::new(false),
            over: Notify::new(),
            due: Mutex::new(Instant::now()),
        });
        if let Some(entries) = &mut *self.shared.entries() {
            entries.push(entry.clone());
            if entries.len() == 1 {
                self.shared.came.notify_one();
            }
        }
        Weighed { entry }
    }
}

impl Drop for Scales {
    fn drop(&mut self) {
        *self.shared.entries() = None;
        self.shared.came.notify_one();
    }
}

impl Weighed {
    /// Comes back when it holds too much, or has too many processes.
    pub(super) async fn is_over(&self) {
        self.entry.over.notified().await;
    }

    /// Whether it was too many processes.
    pub(super) fn is_crowd(&self) -> bool {
        self.entry.is_crowd.load(Ordering::Relaxed)
    }
}

impl Drop for Weighed {
    fn drop(&mut self) {
        self.entry.is_left.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    fn entries(&self) -> MutexGuard<'_, Option<Vec<Arc<Entry>>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Who is to be looked at now; waits while there is nobody. None when it is enough.
    fn present(&self) -> Option<Vec<Arc<Entry>>> {
        let mut entries = self.entries();
        loop {
            let present = entries.as_mut()?;
            present.retain(|entry| !entry.is_left.load(Ordering::Relaxed));
            if !present.is_empty() {
                return Some(present.clone());
            }
            entries = self.came.wait(entries).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Entry {
    /// Tells if it holds too much, or has too many processes.
    fn look(&self) {
        let weight = self.group.as_ref().and_then(|group| group.weigh(self.limit_bytes));
        let in_groups = weight.is_some();
        // What the kernel counts need not be looked for.
        let is_counted = weight.is_some_and(|weight| weight.limits_processes);
        let descendants = match in_groups && (is_counted || self.processes_at_most.is_none()) {
            true => Vec::new(),
            false => descendants::of(self.process),
        };
        if !is_counted && usage::is_crowd(&descendants, self.processes_at_most) {
            self.is_crowd.store(true, Ordering::Relaxed);
            self.over.notify_one();
        }
        // The group has what is its own; the process also has what it shares with its zygote, which
        // counts on the platform.
        let counted = if in_groups { &[][..] } else { &descendants };
        let used = usage::resident_bytes(self.process, counted, self.limit_bytes).unwrap_or(0);
        let of_group = weight.map_or(0, |weight| weight.bytes);
        if used.max(of_group) > self.limit_bytes || weight.is_some_and(|weight| weight.was_killed) {
            self.over.notify_one();
        }
    }
}

/// The thread's life.
fn look(shared: &Shared) {
    while let Some(entries) = shared.present() {
        let begun = Instant::now();
        for entry in entries {
            let mut due = entry.due.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            if now < *due {
                continue;
            }
            entry.look();
            *due = now + MEMORY_INTERVAL.max(now.elapsed() * REST);
        }
        thread::sleep(MEMORY_INTERVAL.max(begun.elapsed() * LOOKS_REST));
    }
}
