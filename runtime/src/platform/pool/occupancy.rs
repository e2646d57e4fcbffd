//! Which instances there are, which are busy, and which calls wait: what the pool decides by.

use super::{Limits, PooledInstance, ShownInstance};
use crate::platform::store::FunctionKey;
use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};
use tokio::sync::oneshot;

/// After the machine refused another instance, how long none is asked for beyond those it had
/// room for.
const REFUSED_FOR: Duration = Duration::from_secs(2);

/// The pool's instances and the calls that wait for them.
#[derive(Default)]
pub(super) struct Occupancy {
    pub lanes: HashMap<FunctionKey, Lane>,
    /// How many instances exist or are being started, in all lanes.
    pub total: usize,
    /// Functions with calls that wait, each in its turn.
    pub turns: VecDeque<FunctionKey>,
    /// The instances that are busy, by process.
    pub busy: HashMap<i32, ShownInstance>,
    /// How many instances the machine had room for when it last refused another, and when that
    /// was.
    pub room: Option<(usize, Instant)>,
}

/// One function's instances and calls.
#[derive(Default)]
pub(super) struct Lane {
    /// The most recently used is at the end.
    pub idle: Vec<Idle>,
    /// Invocations that are running.
    pub busy: usize,
    pub waiting: VecDeque<Waiting>,
    /// The revision that is the latest, since it was last replaced.
    pub latest: Option<u64>,
}

/// An instance without a call.
pub(super) struct Idle {
    pub instance: PooledInstance,
    pub since: Instant,
}

/// A call that waits for a permit.
pub(super) struct Waiting {
    pub revision: u64,
    pub concurrency: usize,
    pub turn: oneshot::Sender<Option<PooledInstance>>,
}

impl Occupancy {
    /// Takes a permit if there is one, with a warm instance or the right to start one.
    pub(super) fn try_acquire(
        &mut self,
        key: &FunctionKey,
        revision: u64,
        concurrency: usize,
        limits: &Limits,
    ) -> Option<Option<PooledInstance>> {
        let lane = self.lanes.entry(key.clone()).or_default();
        if lane.busy >= concurrency {
            return None;
        }
        while let Some(at) = lane.idle.iter().rposition(|idle| idle.instance.revision == revision) {
            let idle = lane.idle.remove(at);
            if !idle.instance.hosted.has_ended() {
                lane.busy += 1;
                return Some(Some(idle.instance));
            }
            self.total -= 1;
        }
        if self.total >= self.most(limits) && !self.end_longest_idle() {
            return None;
        }
        self.total += 1;
        self.lanes.entry(key.clone()).or_default().busy += 1;
        Some(None)
    }

    /// How many instances there may be now.
    fn most(&self, limits: &Limits) -> usize {
        match self.room {
            Some((room, refused)) if refused.elapsed() < REFUSED_FOR => room.min(limits.instances),
            _ => limits.instances,
        }
    }

    /// Keeps a returned instance for the next call. If its code has been replaced, returns it, to
    /// be ended.
    pub(super) fn release(
        &mut self,
        key: &FunctionKey,
        instance: Option<PooledInstance>,
    ) -> Option<PooledInstance> {
        let lane = self.lanes.entry(key.clone()).or_default();
        lane.busy -= 1;
        match instance {
            Some(instance) if !lane.has_replaced(&instance) => {
                lane.idle.push(Idle { instance, since: Instant::now() });
                None
            }
            given_up => {
                self.total -= 1;
                given_up
            }
        }
    }

    /// Gives permits to the calls that wait, with functions in turn.
    pub(super) fn admit_waiting(&mut self, limits: &Limits) {
        let mut unserved = VecDeque::new();
        // Each function once: if it gets nothing now, it gets nothing in this round.
        for _ in 0..self.turns.len() {
            let Some(key) = self.turns.pop_front() else { break };
            let first = |occupancy: &mut Self| {
                let lane = occupancy.lanes.get_mut(&key)?;
                while lane.waiting.front().is_some_and(|each| each.turn.is_closed()) {
                    lane.waiting.pop_front();
                }
                lane.waiting.front().map(|waiting| (waiting.revision, waiting.concurrency))
            };
            let Some((revision, concurrency)) = first(self) else { continue };
            let Some(instance) = self.try_acquire(&key, revision, concurrency, limits) else {
                // It keeps its turn. Otherwise functions that can be served would always come
                // first.
                unserved.push_back(key);
                continue;
            };
            let lane = self.lanes.entry(key.clone()).or_default();
            if let Some(waiting) = lane.waiting.pop_front()
                && let Err(instance) = waiting.turn.send(instance)
            {
                // Nobody waits any more.
                drop(self.release(&key, instance));
            }
            if first(self).is_some() {
                self.turns.push_back(key);
            }
        }
        unserved.append(&mut self.turns);
        self.turns = unserved;
    }

    /// Ends the instance that has been idle longest. False where none is idle.
    pub(super) fn end_longest_idle(&mut self) -> bool {
        let lanes = self.lanes.values_mut().filter(|lane| !lane.idle.is_empty());
        let longest = lanes.min_by_key(|lane| lane.idle.first().map(|idle| idle.since));
        let Some(lane) = longest else { return false };
        drop(lane.idle.remove(0));
        self.total -= 1;
        true
    }

    /// Takes idle instances out.
    pub(super) fn take_idle(&mut self, chosen: impl Fn(&FunctionKey, &Idle) -> bool) -> Vec<Idle> {
        let mut taken = Vec::new();
        for (key, lane) in &mut self.lanes {
            taken.extend(lane.idle.extract_if(.., |idle| chosen(key, idle)));
        }
        self.total -= taken.len();
        taken
    }
}

impl Lane {
    fn has_replaced(&self, instance: &PooledInstance) -> bool {
        instance.is_latest() && self.latest.is_some_and(|latest| latest != instance.revision)
    }
}
