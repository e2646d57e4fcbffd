//! Where a platform keeps what must outlive it: in this node's own store alone, or with the nodes
//! of a cluster. Both keep the same promises (docs/contract.md §5):
//!
//! | what | embedded | with a cluster |
//! | --- | --- | --- |
//! | asynchronous events | the store's queue | a work queue of the servers |
//! | functions, namespaces, code | the store | the servers; the store has a copy |
//! | timers | this node alone fires them | all nodes fire them, under one request id |
//! | results and logs | the store | the servers; the store has a copy |

use super::{
    LATEST,
    cluster::{Cluster, ClusterError},
    new_request_id,
    store::{
        AsyncEvent, EventFilter, EventOrder, EventResult, EventState, FunctionKey,
        InvocationRecord, Namespace, NewEvent, Page, RetryClass, Store, StoreError, StoredFunction,
        Termination,
    },
};
use bytes::Bytes;
use sha2::{Digest, Sha256};

/// See the module's own documentation.
pub(super) enum Backing {
    Embedded(Store),
    Cluster { cluster: Cluster, store: Store },
}

impl From<ClusterError> for StoreError {
    fn from(error: ClusterError) -> Self {
        Self::Cluster(error)
    }
}

impl Backing {
    pub(super) fn store(&self) -> &Store {
        match self {
            Self::Embedded(store) | Self::Cluster { store, .. } => store,
        }
    }

    pub(super) fn cluster(&self) -> Option<&Cluster> {
        match self {
            Self::Embedded(_) => None,
            Self::Cluster { cluster, .. } => Some(cluster),
        }
    }
}

/// Asynchronous events.
impl Backing {
    /// Queues an event. When this returns, it is durable.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when there is an event of this request id, or when it cannot be kept.
    pub(super) async fn enqueue(&self, event: NewEvent) -> Result<(), StoreError> {
        match self {
            Self::Embedded(store) => store.enqueue(event).await,
            Self::Cluster { cluster, .. } => {
                let request_id = event.request_id.clone();
                let is_new = cluster.enqueue(event).await?;
                if is_new { Ok(()) } else { Err(StoreError::Taken { request_id }) }
            }
        }
    }

    /// Records an event's result. From then on the event never runs.
    ///
    /// # Errors
    /// When it cannot be kept. With a cluster this waits until it can.
    pub(super) async fn finish(
        &self,
        request_id: &str,
        result: EventResult,
    ) -> Result<(), StoreError> {
        match self {
            Self::Embedded(store) => store.finish(request_id, result).await.map(drop),
            Self::Cluster { cluster, .. } => {
                cluster.finish(request_id, result).await;
                Ok(())
            }
        }
    }

    /// Queues an event again that was being run, for an attempt at `due_at`.
    ///
    /// # Errors
    /// As [`Self::finish`].
    pub(super) async fn postpone(
        &self,
        request_id: &str,
        due_at: i64,
        class: RetryClass,
    ) -> Result<(), StoreError> {
        match self {
            Self::Embedded(store) => store.postpone(request_id, due_at, class).await.map(drop),
            Self::Cluster { cluster, .. } => {
                cluster.postpone(request_id, due_at, class).await;
                Ok(())
            }
        }
    }

    /// This node runs an event no longer, whether or not it has a result.
    pub(super) fn leave(&self, request_id: &str) {
        if let Self::Cluster { cluster, .. } = self {
            cluster.forget_held(request_id);
        }
    }

    /// An event's status; none if it is unknown.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) async fn event_status(
        &self,
        request_id: &str,
    ) -> Result<Option<AsyncEvent>, StoreError> {
        match self {
            Self::Embedded(store) => store.event_status(request_id).await,
            Self::Cluster { cluster, .. } => Ok(cluster.event_status(request_id).await?),
        }
    }

    /// Ends an event. Returns its state then. If that is [`EventState::Running`], its instance is
    /// on this node, and the caller must end it.
    ///
    /// # Errors
    /// When it cannot be read or written.
    pub(super) async fn terminate(
        &self,
        request_id: &str,
        how: Termination,
        now: i64,
    ) -> Result<Option<EventState>, StoreError> {
        match self {
            Self::Embedded(store) => store.terminate(request_id, how, now).await,
            Self::Cluster { cluster, .. } => Ok(cluster.terminate(request_id, how, now).await?),
        }
    }

    /// A page of the events that match `filter`, and their total number.
    ///
    /// # Errors
    /// When they cannot be read.
    pub(super) async fn list_events(
        &self,
        filter: EventFilter,
        order: EventOrder,
        page: Page,
    ) -> Result<(Vec<AsyncEvent>, u64), StoreError> {
        match self {
            Self::Embedded(store) => store.list_events(filter, order, page).await,
            Self::Cluster { cluster, .. } => {
                let mut events = cluster.list_events(&filter).await?;
                let total = events.len() as u64;
                order.sort(&mut events);
                let (offset, limit) = (page.offset as usize, page.limit as usize);
                Ok((events.into_iter().skip(offset).take(limit).collect(), total))
            }
        }
    }

    /// How many events wait for an attempt. With a cluster, those that run are counted too.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(super) async fn queued(&self) -> Result<u64, StoreError> {
        match self {
            Self::Embedded(store) => store.queued().await,
            Self::Cluster { cluster, .. } => Ok(cluster.queued().await?),
        }
    }

    /// The request id of a timer's event that is due at that time, in milliseconds since 1970.
    ///
    /// In a cluster every node makes the same one. The queue keeps one event of an id, so a timer
    /// fires once, and no node needs to be the one that fires: none can die before it has.
    pub(super) fn timer_request_id(&self, key: &FunctionKey, timer: &str, due: i64) -> String {
        match self {
            Self::Embedded(_) => new_request_id(),
            Self::Cluster { .. } => {
                let FunctionKey { namespace, name } = key;
                let named = format!("{namespace}/{name}/{timer}/{due}");
                let mut bytes = [0; 16];
                bytes.copy_from_slice(&Sha256::digest(named)[..16]);
                uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
            }
        }
    }
}

/// Records of invocations.
impl Backing {
    /// Keeps a record soon.
    pub(super) fn record(&self, record: InvocationRecord) {
        match self {
            Self::Embedded(store) => store.record(record),
            Self::Cluster { cluster, .. } => cluster.record(record),
        }
    }

    /// How many records were lost, since too many came at once, or could not be kept.
    pub(super) fn lost_records(&self) -> u64 {
        let sent = self.cluster().map_or(0, Cluster::lost_records);
        self.store().lost_records() + sent
    }
}

/// Functions and namespaces. The store comes last: it has nothing that the servers do not have.
impl Backing {
    /// Keeps a version of a function, in place of the one that this node knows.
    ///
    /// # Errors
    /// [`ClusterError::Changed`] when another node was faster, or when it cannot be written.
    pub(super) async fn save_function(&self, function: StoredFunction) -> Result<(), StoreError> {
        if let Some(cluster) = self.cluster() {
            cluster.save_function(&function).await?;
        }
        self.store().save_function(function).await
    }

    /// Removes one version of a function, or the function with `versions`, which are all it has.
    ///
    /// # Errors
    /// As [`Self::save_function`].
    pub(super) async fn delete_function(
        &self,
        key: &FunctionKey,
        version: Option<u32>,
        versions: impl Iterator<Item = u32>,
    ) -> Result<(), StoreError> {
        let version = version.map(|version| version.to_string());
        if let Some(cluster) = self.cluster() {
            match &version {
                Some(version) => cluster.delete_function(key, version).await?,
                None => {
                    for each in versions {
                        cluster.delete_function(key, &each.to_string()).await?;
                    }
                    cluster.delete_function(key, LATEST).await?;
                }
            }
        }
        self.store().delete_function(key.clone(), version).await.map(drop)
    }

    /// Keeps a zip that is in the store for the other nodes, too.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub(super) async fn share_code(&self, digest: &str, zip: &Bytes) -> Result<(), StoreError> {
        match self.cluster() {
            Some(cluster) => Ok(cluster.save_code(digest, zip).await?),
            None => Ok(()),
        }
    }

    /// Keeps a namespace.
    ///
    /// # Errors
    /// As [`Self::save_function`].
    pub(super) async fn save_namespace(&self, namespace: Namespace) -> Result<(), StoreError> {
        if let Some(cluster) = self.cluster() {
            cluster.save_namespace(&namespace).await?;
        }
        self.store().save_namespace(namespace).await
    }

    /// Removes a namespace. Returns whether it existed.
    ///
    /// # Errors
    /// As [`Self::save_function`].
    pub(super) async fn delete_namespace(&self, name: String) -> Result<bool, StoreError> {
        if let Some(cluster) = self.cluster() {
            cluster.delete_namespace(&name).await?;
        }
        self.store().delete_namespace(name).await
    }
}
