//! Places for connections: each takes descriptors and memory. When all are taken and somebody
//! else comes, those that have been idle for longest are asked to go.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout},
};

/// A connection may be idle so long before it is asked to go. A client that sends one request after
/// the other would have to try again, if its connection was closed at that moment.
const IDLE_FOR: Duration = Duration::from_millis(200);

/// How long one that was asked to go has, before the next is asked, too: it may have an answer to
/// write.
const GONE_WITHIN: Duration = Duration::from_millis(20);

/// How often it is looked whether somebody is idle now, where nobody was.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// So many places.
#[derive(Debug)]
pub(super) struct Places {
    count: u32,
    free: Arc<Semaphore>,
    idle: Arc<Mutex<Idle>>,
}

/// The connections on which no request is worked on, by when that began.
#[derive(Debug, Default)]
struct Idle {
    last: u64,
    since: BTreeMap<u64, (Instant, Arc<Notify>)>,
}

/// The place of one connection. It is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place(Arc<Held>);

#[derive(Debug)]
struct Held {
    idle: Arc<Mutex<Idle>>,
    go: Arc<Notify>,
    state: Mutex<State>,
    _permit: OwnedSemaphorePermit,
}

#[derive(Debug, Default)]
struct State {
    /// How many requests are worked on.
    requests: usize,
    /// Its number among the idle ones.
    idle: Option<u64>,
}

/// A request that is worked on. While it is kept, its connection is not idle.
#[derive(Debug)]
pub(super) struct Busy(Arc<Held>);

impl Places {
    pub(super) fn new(count: u32) -> Self {
        let free = Semaphore::new(usize::try_from(count).unwrap_or(Semaphore::MAX_PERMITS));
        Self { count, free: Arc::new(free), idle: Arc::default() }
    }

    /// Waits for a place.
    pub(super) async fn take(&self) -> Place {
        loop {
            let wait = match self.free.available_permits() {
                0 if self.send_one_away() => GONE_WITHIN,
                _ => LOOK_AGAIN,
            };
            // It is never closed.
            if let Ok(Ok(permit)) = timeout(wait, self.free.clone().acquire_owned()).await {
                return Place::new(self.idle.clone(), permit);
            }
        }
    }

    /// Asks the one to go that has been idle for longest. False if nobody has been for long enough.
    fn send_one_away(&self) -> bool {
        let mut idle = locked(&self.idle);
        let Some(first) = idle.since.first_entry() else { return false };
        if first.get().0.elapsed() < IDLE_FOR {
            return false;
        }
        first.remove().1.notify_one();
        true
    }

    /// Waits until all places are free.
    pub(super) async fn are_free(&self) {
        // It is never closed.
        let _ = self.free.acquire_many(self.count).await;
    }
}

impl Place {
    fn new(idle: Arc<Mutex<Idle>>, permit: OwnedSemaphorePermit) -> Self {
        let held = Held { idle, go: Arc::default(), state: Mutex::default(), _permit: permit };
        held.becomes_idle(&mut locked(&held.state));
        Self(Arc::new(held))
    }

    /// A request is worked on from now on.
    pub(super) fn busy(&self) -> Busy {
        let mut state = locked(&self.0.state);
        state.requests += 1;
        self.0.is_not_idle(&mut state);
        drop(state);
        Busy(self.0.clone())
    }

    /// Comes back when it is to go.
    pub(super) async fn is_to_go(&self) {
        self.0.go.notified().await;
    }
}

impl Held {
    fn becomes_idle(&self, state: &mut State) {
        let mut idle = locked(&self.idle);
        idle.last += 1;
        let number = idle.last;
        idle.since.insert(number, (Instant::now(), self.go.clone()));
        state.idle = Some(number);
    }

    fn is_not_idle(&self, state: &mut State) {
        if let Some(number) = state.idle.take() {
            locked(&self.idle).since.remove(&number);
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut state = locked(&self.0.state);
        state.requests -= 1;
        if state.requests == 0 {
            self.0.becomes_idle(&mut state);
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut state =
            std::mem::take(self.state.get_mut().unwrap_or_else(PoisonError::into_inner));
        self.is_not_idle(&mut state);
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
