//! Memory that many share: who needs more than a little takes it from here, and gives it back. No function
//! has all of it, and who keeps others waiting without need is to wait the next time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// One function may hold so large a part of the whole.
const PART_OF_ONE: usize = 4;

/// Somebody waits who asked so short a time ago: who waits asks all the time.
const WAITS: Duration = Duration::from_millis(100);

/// How long a function gets nothing, once it kept others waiting.
const BARRED: Duration = Duration::from_secs(10);

/// So many bytes for all together. Clones are the same budget.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    left: usize,
    most_of_one: usize,
    /// When somebody asked last for what others held.
    wanted: Option<Instant>,
    holders: HashMap<u64, Holder>,
}

/// What a function holds, and until when it gets no more.
#[derive(Debug, Default)]
struct Holder {
    bytes: usize,
    barred: Option<Instant>,
}

/// A part of a budget. Dropped, it is given back.
#[derive(Debug)]
pub(super) struct Grant {
    budget: Budget,
    function: u64,
    bytes: usize,
}

impl Budget {
    pub(super) fn new(bytes: usize) -> Self {
        let (most_of_one, holders) = (bytes / PART_OF_ONE, HashMap::new());
        let state = State { left: bytes, most_of_one, wanted: None, holders };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Takes so many bytes for a function, if they are there for it.
    pub(super) fn take(&self, function: u64, bytes: usize) -> Option<Grant> {
        let now = Instant::now();
        let mut state = self.state();
        let most = state.most_of_one;
        let holder = state.holders.entry(function).or_default();
        holder.barred = holder.barred.filter(|until| *until > now);
        let is_too_much = holder.bytes > 0 && holder.bytes + bytes > most;
        if holder.barred.is_some() || is_too_much {
            return None;
        }
        match state.left.checked_sub(bytes) {
            Some(left) => {
                state.left = left;
                state.holders.entry(function).or_default().bytes += bytes;
                Some(Grant { budget: self.clone(), function, bytes })
            }
            None => {
                state.wanted = Some(now);
                None
            }
        }
    }

    /// Whether somebody waits for what others hold.
    pub(super) fn is_wanted(&self) -> bool {
        self.state().wanted.is_some_and(|when| when.elapsed() < WAITS)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Grant {
    /// Has its function get nothing more for some time: it did not use this.
    pub(super) fn bar(&self) {
        let mut state = self.budget.state();
        state.holders.entry(self.function).or_default().barred = Some(Instant::now() + BARRED);
    }
}

impl Drop for Grant {
    fn drop(&mut self) {
        let now = Instant::now();
        let mut state = self.budget.state();
        state.left += self.bytes;
        if let Some(holder) = state.holders.get_mut(&self.function) {
            holder.bytes -= self.bytes;
        }
        state
            .holders
            .retain(|_, holder| holder.bytes > 0 || holder.barred.is_some_and(|until| until > now));
    }
}
