//! The platform around instances: functions, the choice of an instance for a call, stored
//! functions, events and records, and timers. It knows no HTTP.
//!
//! The path of an invocation: [`Platform::invoke`] finds the revision that a qualifier names
//! ([`registry`]), takes an instance of it or waits for one ([`pool`]), invokes it, and records the
//! result ([`store`], [`log`], [`counts`]). An asynchronous event goes to the store first;
//! [`dispatcher`] takes it from there. With several nodes, [`backing`] has the store and the
//! [`cluster`] behind one face.

#![forbid(unsafe_code)]

mod background;
mod backing;
mod cancellation;
pub mod cluster;
pub mod configuration;
pub mod counts;
mod declaration;
mod deployment;
mod dispatcher;
mod invalid;
pub mod log;
mod management;
mod pool;
mod project;
mod pulling;
mod recorder;
mod refused;
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
pub use refused::Refused;
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
use running::Running;
use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
    time::{SystemTime, UNIX_EPOCH},
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
