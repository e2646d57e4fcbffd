//! The platform around instances: functions, the choice of an instance for a call, stored
//! functions, events and records, and timers. It knows no HTTP.
//!
//! The path of an invocation: [`Platform::invoke`] finds the revision that a qualifier names
//! ([`registry`]), takes an instance of it or waits for one ([`pool`]), invokes it, and records the
//! result ([`store`], [`log`], [`counts`]). An asynchronous event goes to the store first;
//! [`dispatcher`] takes it from there. With several nodes, [`backing`] has the store and the
//! [`cluster`] behind one face.

#![forbid(unsafe_code)]

mod backing;
mod cancellation;
pub mod cluster;
pub mod configuration;
pub mod counts;
mod declaration;
mod dispatcher;
mod invalid;
pub mod log;
mod management;
mod pool;
mod project;
mod pulling;
mod recorder;
mod registry;
mod revision;
mod running;
mod shared_functions;
pub mod store;
mod timers;

pub use declaration::{DeadLetter, SnapshotOf, Timer};
pub use invalid::InvalidFunction;
pub use management::ManagementError;
pub use pool::{InstanceState, Limits, ShownInstance};
pub use project::{Project, WatchError};
pub use registry::{Deployed, Registry};
pub use revision::{Code, Origin, Revision, Settings};
pub use running::{Completed, Request, Source};

use crate::{contract::limits, instance::Keeper};
use backing::Backing;
use cancellation::Cancellation;
use cluster::Cluster;
use counts::Counts;
use log::Log;
use pool::Pool;
use recorder::Recorder;
use running::Running;
use std::{
    fmt,
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use store::{
    AsyncEvent, EventFilter, EventOrder, EventState, FunctionKey, NewEvent, Page, Store,
    StoreError, Termination,
};
use tokio::sync::{Notify, watch};

/// The version of a function that is not published.
pub(crate) const LATEST: &str = "$LATEST";

/// How many packages are unpacked at once.
const UNPACKED_AT_ONCE: usize = 2;

/// How often instances that were idle too long are looked for.
const TIDY_INTERVAL: Duration = Duration::from_secs(1);

/// How often old records are removed from the store.
const EXPIRE_INTERVAL: Duration = Duration::from_secs(300);

/// How long the last records may take to be sent to a cluster, and how often that is looked at.
const SENT_WITHIN: Duration = Duration::from_secs(2);
const SENT_INTERVAL: Duration = Duration::from_millis(10);

/// A function platform. Cheap to clone.
#[derive(Clone)]
pub struct Platform {
    shared: Arc<Shared>,
}

struct Shared {
    pub registry: Registry,
    /// Held while a function or namespace is changed: one after the other.
    pub managing: tokio::sync::Mutex<()>,
    /// The right to unpack code that was brought along.
    pub unpacking: tokio::sync::Semaphore,
    pub pool: Arc<Pool>,
    pub backing: Backing,
    pub log: Log,
    pub counts: Counts,
    pub running: Running,
    /// An event was queued, or may be due sooner.
    pub queued: Notify,
    pub closing: AtomicBool,
    /// Whether this node of a cluster takes no more queued events.
    pub draining: AtomicBool,
    /// Whether events may still be pulled from a cluster.
    pub pulling: watch::Sender<bool>,
}

/// What a platform is made with.
pub struct Parts {
    pub keeper: Keeper,
    pub store: Store,
    /// What this node has in common with others.
    pub cluster: Option<Cluster>,
    pub log: Log,
    pub limits: Limits,
    /// Where unpacked code is kept.
    pub folder: PathBuf,
}

/// A request that led to no invocation.
#[derive(Debug)]
pub enum Refused {
    /// There is no function of that name in that namespace: 435.
    NoFunction(FunctionKey),
    /// The function has no such version: 442.
    NoQualifier { key: FunctionKey, qualifier: String },
    /// The function's code or configuration cannot be used: 438.
    NotActive { key: FunctionKey, problem: String },
    /// The event is not JSON: 400.
    Event(crate::python::InvalidEvent),
    /// The event to be queued is not JSON: 400.
    NotJson(serde_json::Error),
    /// The event is larger than it may be: 406.
    TooLarge { size: usize, limit: usize },
    /// The platform is about to end.
    Closing,
    /// The store refused to keep the event.
    Store(StoreError),
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFunction(key) => write!(
                formatter,
                "there is no function {} in the namespace {}",
                key.name, key.namespace
            ),
            Self::NoQualifier { key, qualifier } => write!(
                formatter,
                "the function {} has no version {qualifier}; publish one, or use $LATEST",
                key.name
            ),
            Self::NotActive { key, problem } => {
                write!(formatter, "the function {} cannot be used: {problem}", key.name)
            }
            Self::Event(invalid) => write!(formatter, "the event is not valid JSON: {invalid}"),
            Self::NotJson(error) => write!(formatter, "the event is not valid JSON: {error}"),
            Self::TooLarge { size, limit } => {
                write!(formatter, "the event has {size} bytes; it may have {limit}")
            }
            Self::Closing => write!(formatter, "krait is about to end"),
            Self::Store(error) => write!(formatter, "the event could not be kept: {error}"),
        }
    }
}

impl std::error::Error for Refused {}

impl Platform {
    /// A platform without functions.
    pub fn new(parts: Parts) -> Self {
        let pool = Arc::new(Pool::new(parts.keeper, parts.limits));
        let backing = match parts.cluster {
            None => Backing::Embedded(parts.store),
            Some(cluster) => Backing::Cluster { cluster, store: parts.store },
        };
        let shared = Arc::new(Shared {
            registry: Registry::new(parts.folder),
            managing: tokio::sync::Mutex::default(),
            unpacking: tokio::sync::Semaphore::new(UNPACKED_AT_ONCE),
            pool,
            backing,
            log: parts.log,
            counts: Counts::default(),
            running: Running::default(),
            queued: Notify::new(),
            closing: AtomicBool::new(false),
            draining: AtomicBool::new(false),
            pulling: watch::Sender::new(false),
        });
        Self { shared }
    }

    /// Starts the background tasks: queued events, timers, the end of idle instances.
    pub fn start(&self) {
        match self.cluster() {
            None => {
                tokio::spawn(dispatcher::run(self.shared.clone()));
                tokio::spawn(timers::run(self.clone()));
            }
            Some(cluster) => self.start_in(cluster.clone()),
        }
        let shared = self.shared.clone();
        tokio::spawn(async move {
            let mut expired = tokio::time::Instant::now();
            loop {
                tokio::time::sleep(TIDY_INTERVAL).await;
                shared.pool.tidy();
                if expired.elapsed() >= EXPIRE_INTERVAL {
                    expired = tokio::time::Instant::now();
                    let _ = shared.backing.store().expire(now_ms()).await;
                }
            }
        });
    }

    /// The background tasks of a node of a cluster.
    fn start_in(&self, cluster: Cluster) {
        let role = cluster.membership().role;
        let shared = self.shared.clone();
        if role.works() {
            tokio::spawn(pulling::run(shared.clone(), cluster.clone()));
            tokio::spawn(timers::run(self.clone()));
            let (lively, stopping) = (cluster.clone(), cluster.clone());
            tokio::spawn(async move { lively.show_life().await });
            let of_stops = shared.clone();
            tokio::spawn(async move {
                let stop = |id: &str, how| of_stops.running.cancel(id, how);
                stopping.follow_stops(stop).await;
            });
        }
        let sending = cluster.clone();
        tokio::spawn(async move { sending.send_records().await });
        if role.serves() {
            tokio::spawn(async move {
                // Copies of an earlier life: they come again.
                let _ = shared.backing.store().expire(i64::MAX).await;
                cluster.follow_records(|record| shared.backing.store().record(record)).await;
            });
        }
    }

    /// The functions and their revisions in service.
    pub fn registry(&self) -> &Registry {
        &self.shared.registry
    }

    /// The store. Faces only read it.
    pub fn store(&self) -> &Store {
        self.shared.backing.store()
    }

    /// What this node has in common with others, if it is one of several.
    pub fn cluster(&self) -> Option<&Cluster> {
        self.shared.backing.cluster()
    }

    /// A page of the asynchronous events that match `filter`, and their total number.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn list_events(
        &self,
        filter: EventFilter,
        order: EventOrder,
        page: Page,
    ) -> Result<(Vec<AsyncEvent>, u64), StoreError> {
        self.shared.backing.list_events(filter, order, page).await
    }

    /// An event's status; none if it is unknown.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn event_status(&self, request_id: &str) -> Result<Option<AsyncEvent>, StoreError> {
        self.shared.backing.event_status(request_id).await
    }

    /// How many asynchronous events wait for an attempt. With a cluster, those that run are
    /// counted too, and those of all nodes.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn queued(&self) -> Result<u64, StoreError> {
        self.shared.backing.queued().await
    }

    /// How many records of invocations were lost since the start.
    pub fn lost_records(&self) -> u64 {
        self.shared.backing.lost_records()
    }

    fn timer_request_id(&self, key: &FunctionKey, timer: &str, due: i64) -> String {
        self.shared.backing.timer_request_id(key, timer, due)
    }

    /// The counts of invocations since the start.
    pub fn counts(&self) -> &Counts {
        &self.shared.counts
    }

    /// The server's log.
    pub fn log(&self) -> &Log {
        &self.shared.log
    }

    /// The instances there are.
    pub fn instances(&self) -> Vec<ShownInstance> {
        self.shared.pool.shown()
    }

    /// How many calls wait for an instance.
    pub fn waiting(&self) -> usize {
        self.shared.pool.waiting()
    }

    /// Invokes a function and waits for its answer. If the caller stops waiting, the invocation
    /// goes on.
    ///
    /// # Errors
    /// [`Refused`]: nothing was invoked.
    pub async fn invoke(&self, request: Request) -> Result<Completed, Refused> {
        if request.event.len() > limits::SYNC_EVENT_BYTES {
            let (size, limit) = (request.event.len(), limits::SYNC_EVENT_BYTES);
            return Err(Refused::TooLarge { size, limit });
        }
        if self.is_closing() {
            return Err(Refused::Closing);
        }
        let revision = self.shared.registry.resolve(&request.key, &request.qualifier)?;
        let shared = self.shared.clone();
        // A separate task: a caller that leaves does not stop it.
        let task = tokio::spawn(async move {
            running::run(&shared, &revision, &request, 0, &Cancellation::default()).await
        });
        task.await.unwrap_or(Err(Refused::Closing))
    }

    /// Queues an asynchronous invocation. When this returns, the event is on disk.
    ///
    /// # Errors
    /// [`Refused`]: nothing was queued.
    pub async fn enqueue(&self, request: Request) -> Result<(), Refused> {
        if request.event.len() > limits::ASYNC_EVENT_BYTES {
            let (size, limit) = (request.event.len(), limits::ASYNC_EVENT_BYTES);
            return Err(Refused::TooLarge { size, limit });
        }
        if self.is_closing() {
            return Err(Refused::Closing);
        }
        self.shared.registry.resolve(&request.key, &request.qualifier)?;
        // Checked now, because its caller is gone when an instance reads it.
        serde_json::from_slice::<serde::de::IgnoredAny>(&request.event)
            .map_err(Refused::NotJson)?;
        let now = now_ms();
        let event = NewEvent {
            request_id: request.request_id,
            namespace: request.key.namespace,
            function: request.key.name,
            qualifier: request.qualifier,
            invoke_type: request.source.name().to_owned(),
            event: request.event,
            enqueued_at: now,
            due_at: now,
        };
        self.shared.backing.enqueue(event).await.map_err(Refused::Store)?;
        self.shared.queued.notify_one();
        Ok(())
    }

    /// Ends an asynchronous invocation, or keeps it from beginning; none if it is unknown.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn terminate(
        &self,
        request_id: &str,
        how: Termination,
    ) -> Result<Option<EventState>, StoreError> {
        let state = self.shared.backing.terminate(request_id, how, now_ms()).await?;
        if state == Some(EventState::Running) {
            self.shared.running.cancel(request_id, how);
        }
        Ok(state)
    }

    /// Puts a function's code or configuration in service. Running invocations finish on the
    /// revision that they began with.
    pub fn deploy(&self, revision: Revision) -> Arc<Revision> {
        let revision = self.shared.registry.numbered(revision);
        self.put_in_service(revision)
    }

    /// The same, if the revision can be loaded. If it cannot, the previous one keeps serving. The
    /// instance that loaded it serves the first call.
    ///
    /// # Errors
    /// Why it could not be loaded; also noted in the registry.
    pub async fn deploy_loaded(&self, revision: Revision) -> Result<Arc<Revision>, String> {
        let revision = self.shared.registry.numbered(revision);
        match self.loaded(&revision).await {
            Ok(instance) => {
                let revision = self.put_in_service(revision);
                self.shared.pool.adopt(instance);
                Ok(revision)
            }
            Err(problem) => {
                self.shared.registry.set_problem(&revision.key(), problem.clone());
                Err(problem)
            }
        }
    }

    async fn loaded(&self, revision: &Revision) -> Result<pool::PooledInstance, String> {
        let mut instance =
            self.shared.pool.start(revision).await.map_err(|error| error.to_string())?;
        let request_id = new_request_id();
        let memory = revision.function.memory_mb;
        let mut recorder = Recorder::new(&request_id, memory, self.shared.log.clone());
        let request = crate::instance::Request {
            function: &revision.function,
            request_id: &request_id,
            event: b"",
            pull_code: revision.pull_code,
            context: None,
            times_imports: false,
        };
        let loaded = instance.hosted.load(request, &mut recorder).await;
        loaded.map(|()| instance).map_err(|failure| failure.message())
    }

    fn put_in_service(&self, revision: Arc<Revision>) -> Arc<Revision> {
        let key = revision.key();
        let revision = self.shared.registry.deploy(revision);
        self.shared.pool.retire(&key, revision.id);
        revision
    }

    /// Takes a function out of service.
    pub fn withdraw(&self, key: &FunctionKey) {
        self.shared.registry.remove(key, None);
        self.shared.pool.forget(key);
    }

    /// In a cluster, takes no more queued events: other nodes run them. Requests are still accepted.
    pub fn drain(&self) {
        self.shared.draining.store(true, std::sync::atomic::Ordering::Relaxed);
        if self.cluster().is_some() {
            self.shared.queued.notify_one();
        }
    }

    /// Accepts no more requests, and waits until all invocations have ended or `limit` has passed.
    pub async fn close(&self, limit: Duration) {
        self.shared.closing.store(true, std::sync::atomic::Ordering::Relaxed);
        self.shared.queued.notify_one();
        let over = async {
            let _ = self.shared.pulling.subscribe().wait_for(|pulling| !pulling).await;
            self.shared.running.until_none().await;
        };
        let _ = tokio::time::timeout(limit, over).await;
        if let Some(cluster) = self.cluster() {
            let sent = async {
                while !cluster.is_all_sent() {
                    tokio::time::sleep(SENT_INTERVAL).await;
                }
            };
            let _ = tokio::time::timeout(SENT_WITHIN, sent).await;
        }
        let _ = self.shared.backing.store().close().await;
        self.shared.log.flush();
    }

    /// Whether the platform accepts no more requests.
    pub fn is_closing(&self) -> bool {
        self.shared.closing.load(std::sync::atomic::Ordering::Relaxed)
    }
}

/// A unique request id: a random UUID. Its bytes come from a generator in this process, which asks
/// the kernel for a seed only now and then.
pub fn new_request_id() -> String {
    uuid::Builder::from_random_bytes(rand::random()).into_uuid().to_string()
}

/// Milliseconds since the epoch.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
