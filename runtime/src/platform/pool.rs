//! Gives calls to instances: the most recently used warm one first, new ones within the limits, and
//! a bounded queue for each function if there are too many calls.

mod occupancy;

use super::{Revision, SnapshotOf, now_ms, store::FunctionKey};
use crate::instance::{FunctionZygote, Hosted, Keeper, StartError};
use occupancy::{Idle, Occupancy, Waiting};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, Instant},
};
use tokio::sync::{Mutex as AsyncMutex, oneshot};

/// The version that follows the code.
const LATEST: &str = "$LATEST";

/// The server's limits.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Instances of all functions.
    pub instances: usize,
    /// Invocations of one function at once, unless it says otherwise.
    pub concurrency: usize,
    /// Calls of one function that wait for an instance.
    pub queue: usize,
    /// How long an instance is kept without a call.
    pub idle: Duration,
    /// After how many invocations an instance is ended; never where there is none.
    pub invocations: Option<u64>,
    /// From how much resident memory on, in bytes, an instance is ended after its invocation;
    /// never where there is none.
    pub memory: Option<u64>,
    /// Queued events of one function that are worked on at once.
    pub async_workers: usize,
}

/// What an instance is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstanceState {
    Idle,
    Busy,
}

/// An instance, as the status page shows it.
#[derive(Debug, Clone)]
pub struct ShownInstance {
    pub key: FunctionKey,
    pub version: String,
    pub process: i32,
    pub state: InstanceState,
    pub invocations: u64,
    /// Milliseconds since the epoch.
    pub since: i64,
}

/// The instances of all functions.
pub(super) struct Pool {
    keeper: Keeper,
    limits: Limits,
    occupancy: Mutex<Occupancy>,
    /// Zygotes of functions that are loaded ahead of time, by version, with the revision that
    /// was loaded. Instances keep theirs.
    zygotes: Mutex<HashMap<(FunctionKey, String), (u64, OwnZygote)>>,
}

/// A function's own zygote, while there is one.
type OwnZygote = Arc<AsyncMutex<Option<Arc<FunctionZygote>>>>;

/// A hosted instance, and what the pool knows of it.
pub(super) struct PooledInstance {
    pub hosted: Hosted,
    revision: u64,
    shown: ShownInstance,
}

/// The right to one invocation. Dropping it gives it back.
pub(super) struct Permit {
    pool: Weak<Pool>,
    key: FunctionKey,
    /// The instance to be used again, once it was put here.
    instance: Option<PooledInstance>,
}

/// There is no permit: the function has its maximum of running calls and of waiting calls.
pub(super) struct Full;

impl Pool {
    pub(super) fn new(keeper: Keeper, limits: Limits) -> Self {
        Self { keeper, limits, occupancy: Mutex::default(), zygotes: Mutex::default() }
    }

    /// Takes a permit for an invocation of `revision`, with a warm instance if there is one. Waits
    /// if the limits are reached.
    ///
    /// # Errors
    /// When too many wait already.
    pub(super) async fn acquire(
        self: &Arc<Self>,
        revision: &Revision,
    ) -> Result<(Permit, Option<PooledInstance>), Full> {
        let key = revision.key();
        let concurrency = self.concurrency(revision);
        let turn = {
            let mut occupancy = self.occupancy();
            match occupancy.try_acquire(&key, revision.id, concurrency, &self.limits) {
                Some(instance) => {
                    return Ok((self.granted(key), instance));
                }
                None => {
                    let lane = occupancy.lanes.entry(key.clone()).or_default();
                    if lane.waiting.len() >= self.limits.queue {
                        lane.waiting.retain(|each| !each.turn.is_closed());
                        if lane.waiting.len() >= self.limits.queue {
                            return Err(Full);
                        }
                    }
                    let (sender, turn) = oneshot::channel();
                    lane.waiting.push_back(Waiting {
                        revision: revision.id,
                        concurrency,
                        turn: sender,
                    });
                    if !occupancy.turns.contains(&key) {
                        occupancy.turns.push_back(key.clone());
                    }
                    turn
                }
            }
        };
        let instance = turn.await.map_err(|_| Full)?;
        Ok((self.granted(key), instance))
    }

    fn granted(self: &Arc<Self>, key: FunctionKey) -> Permit {
        Permit { pool: Arc::downgrade(self), key, instance: None }
    }

    /// Starts an instance of `revision`, for a permit without an instance.
    ///
    /// # Errors
    /// When the kernel refuses another process.
    pub(super) async fn start(&self, revision: &Revision) -> Result<PooledInstance, StartError> {
        let (function, code) = (&revision.function, &revision.package.paths);
        // What brings its own runtime is not krait's to load.
        let snapshot = match function.own_runtime {
            true => SnapshotOf::Runtime,
            false => revision.settings.snapshot,
        };
        let hosted = match snapshot {
            SnapshotOf::Runtime => self.keeper.instance(function, code).await?,
            SnapshotOf::Init => self.forked_after_init(revision).await?,
        };
        let shown = ShownInstance {
            key: revision.key(),
            version: function.version.clone(),
            process: hosted.process(),
            state: InstanceState::Busy,
            invocations: 0,
            since: now_ms(),
        };
        Ok(PooledInstance { hosted, revision: revision.id, shown })
    }

    /// The machine had no process for a permit that is given back now: until it may have one again,
    /// the instances there are have to do. False where there is none.
    pub(super) fn note_refused(&self) -> bool {
        self.keeper.give_spares_up();
        let mut occupancy = self.occupancy();
        // This permit is among them.
        let room = occupancy.total.saturating_sub(1);
        occupancy.room = Some((room, Instant::now()));
        // One that is idle makes way for the next try.
        occupancy.end_longest_idle();
        room > 0
    }

    /// Forks from the function's own zygote, which is started first if there is none. If it cannot
    /// be started, because loading ends the process or takes too long, an ordinary instance shows
    /// why.
    async fn forked_after_init(&self, revision: &Revision) -> Result<Hosted, StartError> {
        let (function, code) = (&revision.function, &revision.package.paths);
        let own = self.own_zygote(revision);
        // Only calls of this revision wait while it is loaded.
        let mut zygote = own.lock().await;
        if let Some(zygote) = &*zygote
            && let Ok(hosted) = zygote.instance(function, code).await
        {
            return Ok(hosted);
        }
        *zygote = self.keeper.zygote_of(function, code).await.ok().map(Arc::new);
        if let Some(zygote) = &*zygote
            && let Ok(hosted) = zygote.instance(function, code).await
        {
            return Ok(hosted);
        }
        self.keeper.instance(function, code).await
    }

    fn own_zygote(&self, revision: &Revision) -> OwnZygote {
        let mut zygotes = self.zygotes();
        let key = (revision.key(), revision.function.version.clone());
        let (id, zygote) = zygotes.entry(key).or_default();
        if *id != revision.id {
            (*id, *zygote) = (revision.id, OwnZygote::default());
        }
        zygote.clone()
    }

    /// Keeps an instance that was started without a call, if there is room for it.
    pub(super) fn adopt(&self, instance: PooledInstance) {
        let mut occupancy = self.occupancy();
        if occupancy.total < self.limits.instances {
            occupancy.total += 1;
            let lane = occupancy.lanes.entry(instance.shown.key.clone()).or_default();
            lane.idle.push(Idle { instance, since: Instant::now() });
        }
    }

    /// Shows that an instance is about to serve.
    pub(super) fn note_busy(&self, instance: &mut PooledInstance) {
        instance.shown.invocations += 1;
        instance.shown.state = InstanceState::Busy;
        self.occupancy().busy.insert(instance.shown.process, instance.shown.clone());
    }

    /// Shows that an instance serves no more.
    pub(super) fn note_done(&self, process: i32) {
        self.occupancy().busy.remove(&process);
    }

    /// Ends the idle instances of a function whose code is not `revision`.
    pub(super) fn retire(&self, key: &FunctionKey, revision: u64) {
        let mut occupancy = self.occupancy();
        let ended = occupancy.take_idle(|other, idle| {
            other == key && idle.instance.revision != revision && idle.instance.is_latest()
        });
        // An instance that runs the old code comes back to this lane and is ended then.
        occupancy.lanes.entry(key.clone()).or_default().latest = Some(revision);
        drop((occupancy, ended));
        self.zygotes().retain(|(other, version), (id, _)| {
            other != key || version != LATEST || *id == revision
        });
    }

    /// Ends every idle instance of a function.
    pub(super) fn forget(&self, key: &FunctionKey) {
        let ended = self.occupancy().take_idle(|other, _| other == key);
        drop(ended);
        self.zygotes().retain(|(other, _), _| other != key);
    }

    /// Ends instances that were idle for too long, and forgets those that ended by themselves.
    pub(super) fn tidy(&self) {
        let mut occupancy = self.occupancy();
        let ended = occupancy.take_idle(|_, idle| {
            idle.instance.hosted.has_ended() || idle.since.elapsed() >= self.limits.idle
        });
        occupancy
            .lanes
            .retain(|_, lane| !lane.idle.is_empty() || lane.busy > 0 || !lane.waiting.is_empty());
        occupancy.admit_waiting(&self.limits);
        drop((occupancy, ended));
    }

    pub(super) fn shown(&self) -> Vec<ShownInstance> {
        let occupancy = self.occupancy();
        let idle = occupancy.lanes.values().flat_map(|lane| &lane.idle);
        let idle = idle.map(|idle| ShownInstance {
            state: InstanceState::Idle,
            ..idle.instance.shown.clone()
        });
        occupancy.busy.values().cloned().chain(idle).collect()
    }

    /// How many queued events of a function run at once. More would only wait.
    pub(super) fn async_workers(&self, revision: &Revision) -> usize {
        self.limits.async_workers.min(self.concurrency(revision))
    }

    fn concurrency(&self, revision: &Revision) -> usize {
        revision.settings.concurrency.unwrap_or(self.limits.concurrency)
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.limits
    }

    pub(super) fn waiting(&self) -> usize {
        let occupancy = self.occupancy();
        let waiting = occupancy.lanes.values().flat_map(|lane| &lane.waiting);
        // Some may have been terminated meanwhile.
        waiting.filter(|each| !each.turn.is_closed()).count()
    }

    /// Takes a permit back, and gives it to the call that has waited longest, with functions in
    /// turn.
    fn give_back(&self, key: &FunctionKey, instance: Option<PooledInstance>) {
        let mut occupancy = self.occupancy();
        let instance = instance.filter(|instance| {
            let served = instance.shown.invocations;
            !instance.hosted.has_ended()
                && self.limits.invocations.is_none_or(|limit| served < limit)
                && self.limits.memory.is_none_or(|limit| {
                    instance.hosted.resident_bytes(limit).is_none_or(|bytes| bytes < limit)
                })
        });
        let ended = occupancy.release(key, instance);
        occupancy.admit_waiting(&self.limits);
        drop((occupancy, ended));
    }

    fn zygotes(&self) -> MutexGuard<'_, HashMap<(FunctionKey, String), (u64, OwnZygote)>> {
        self.zygotes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn occupancy(&self) -> MutexGuard<'_, Occupancy> {
        self.occupancy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PooledInstance {
    fn is_latest(&self) -> bool {
        self.shown.version == LATEST
    }
}

impl Permit {
    /// The instance may serve again.
    pub(super) fn keep(&mut self, instance: PooledInstance) {
        self.instance = Some(instance);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let Some(pool) = self.pool.upgrade() else { return };
        let instance = self.instance.take();
        pool.give_back(&self.key, instance);
    }
}
