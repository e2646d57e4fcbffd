//! Functions' configuration, versions and namespaces: a key-value bucket, which every node follows.
//!
//! A change says which revision of its key it is made to. If another node changed the key
//! meanwhile, it is refused.

use super::{Cluster, ClusterError, header, message, on_disk};
use crate::platform::{
    LATEST,
    store::{FunctionKey, Namespace, StoredFunction},
};
use async_nats::jetstream::{
    self,
    consumer::{DeliverPolicy, pull},
    stream::{Config, DiscardPolicy},
};
use futures_util::StreamExt as _;
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::{HashMap, HashSet},
    sync::{MutexGuard, PoisonError},
    time::Duration,
};

const BUCKET: &str = "krait-functions";

/// The header that says that a key is gone.
const OPERATION: &str = "KV-Operation";

/// `$LATEST` in a key, which has no `$`.
const LATEST_KEY: &str = "latest";

const PAUSE: Duration = Duration::from_millis(500);

/// The last known revision of each key: its message's number in the stream.
pub(super) type Revisions = HashMap<String, u64>;

/// What another node changed, or this one.
#[derive(Debug)]
pub enum Change {
    Function(Box<StoredFunction>),
    /// A version, or all of a function.
    FunctionGone {
        key: FunctionKey,
        version: String,
    },
    /// A newer krait has written a version of a function, and this one cannot read it.
    FunctionUnread {
        key: FunctionKey,
        version: String,
    },
    Namespace(Namespace),
    NamespaceGone(String),
    /// All that was there at the beginning was told.
    Complete,
}

pub(super) fn stream() -> Config {
    Config {
        name: format!("KV_{BUCKET}"),
        description: Some("krait: functions and namespaces".to_owned()),
        subjects: vec![format!("$KV.{BUCKET}.>")],
        discard: DiscardPolicy::New,
        max_messages_per_subject: 1,
        allow_rollup: true,
        deny_delete: true,
        allow_direct: true,
        ..on_disk()
    }
}

impl Cluster {
    /// Keeps a version of a function, in place of the one that this node knows.
    ///
    /// # Errors
    /// [`ClusterError::Changed`] when another node was faster.
    pub(in crate::platform) async fn save_function(
        &self,
        function: &StoredFunction,
    ) -> Result<(), ClusterError> {
        let key = function_key(&function.namespace, &function.name, &function.version);
        // Texts and numbers: it can be written.
        self.put(key, serde_json::to_vec(function).unwrap_or_default()).await
    }

    /// Removes a version of a function. `$LATEST` is to be the last.
    ///
    /// # Errors
    /// [`ClusterError::Changed`] when another node was faster.
    pub(in crate::platform) async fn delete_function(
        &self,
        key: &FunctionKey,
        version: &str,
    ) -> Result<(), ClusterError> {
        self.delete(function_key(&key.namespace, &key.name, version)).await
    }

    /// Keeps a namespace.
    ///
    /// # Errors
    /// [`ClusterError::Changed`] when another node was faster.
    pub(in crate::platform) async fn save_namespace(
        &self,
        namespace: &Namespace,
    ) -> Result<(), ClusterError> {
        let text = serde_json::to_vec(namespace).unwrap_or_default();
        self.put(format!("namespace.{}", namespace.name), text).await
    }

    /// Removes a namespace.
    ///
    /// # Errors
    /// [`ClusterError::Changed`] when another node was faster.
    pub(in crate::platform) async fn delete_namespace(
        &self,
        name: &str,
    ) -> Result<(), ClusterError> {
        self.delete(format!("namespace.{name}")).await
    }

    /// Notes that this krait cannot read a version of a function: a newer one has written it.
    pub(in crate::platform) fn note_unread(&self, key: &FunctionKey, version: &str) {
        self.unread().insert(function_key(&key.namespace, &key.name, version));
    }

    /// Whether this krait cannot read a function. Other nodes run its events then.
    pub(in crate::platform) fn is_unread(&self, key: &FunctionKey) -> bool {
        self.unread().contains(&function_key(&key.namespace, &key.name, LATEST))
    }

    /// Notes that a function is deleted.
    pub(in crate::platform) fn note_deleted(&self, key: &FunctionKey) {
        self.deleted().insert(key.clone());
    }

    /// The functions that are deleted.
    pub(in crate::platform) fn deleted_keys(&self) -> Vec<FunctionKey> {
        self.deleted().iter().cloned().collect()
    }

    /// Notes that a function is there, or that none of its events is.
    pub(in crate::platform) fn note_there(&self, key: &FunctionKey) {
        self.deleted().remove(key);
    }

    /// Whether a function is deleted.
    pub(in crate::platform) fn was_deleted(&self, key: &FunctionKey) -> bool {
        self.deleted().contains(key)
    }

    fn deleted(&self) -> MutexGuard<'_, HashSet<FunctionKey>> {
        self.shared.deleted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn put(&self, key: String, text: Vec<u8>) -> Result<(), ClusterError> {
        self.change(key, message(text)).await
    }

    async fn delete(&self, key: String) -> Result<(), ClusterError> {
        // Nothing of it is lost that is to be kept.
        self.unread().remove(&key);
        self.change(key, message("").header(OPERATION, "DEL")).await
    }

    async fn change(
        &self,
        key: String,
        message: jetstream::message::PublishMessage,
    ) -> Result<(), ClusterError> {
        if self.unread().contains(&key) {
            return Err(ClusterError::Newer { key });
        }
        let known = self.revisions().get(&key).copied().unwrap_or(0);
        let message = message.expected_last_subject_sequence(known);
        let kept = self.publish(format!("$KV.{BUCKET}.{key}"), message).await;
        let kept = kept.map_err(|error| match error {
            ClusterError::Changed { .. } => ClusterError::Changed { key: key.clone() },
            other => other,
        })?;
        self.knows(key, kept.sequence);
        Ok(())
    }

    /// Notes a key's revision. Returns whether it is new here.
    fn knows(&self, key: String, revision: u64) -> bool {
        let mut revisions = self.revisions();
        let known = revisions.entry(key).or_insert(0);
        let is_new = *known < revision;
        *known = revision.max(*known);
        is_new
    }

    /// Gives each change that this node did not make itself to `take`, beginning with all that is
    /// there. It never ends.
    ///
    /// `alone` is held while it is decided whether this node knows a change, and while it is taken:
    /// it is the lock under which this node makes changes.
    pub(in crate::platform) async fn follow_functions<Taking: Future<Output = ()>>(
        &self,
        alone: &tokio::sync::Mutex<()>,
        mut take: impl FnMut(Change) -> Taking,
    ) {
        let mut is_complete = false;
        loop {
            if let Err(error) = self.follow_once(alone, &mut is_complete, &mut take).await {
                self.shared.log.note(&format!("the functions cannot be followed: {error}"));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn follow_once<Taking: Future<Output = ()>>(
        &self,
        alone: &tokio::sync::Mutex<()>,
        is_complete: &mut bool,
        take: &mut impl FnMut(Change) -> Taking,
    ) -> Result<(), ClusterError> {
        let away = |reason: String| ClusterError::Away { reason };
        let mut stream = self.shared.functions.clone();
        let there = stream.info().await.map_err(|error| away(error.to_string()))?.state.messages;
        if there == 0 && !*is_complete {
            *is_complete = true;
            take(Change::Complete).await;
        }
        let config = pull::OrderedConfig {
            deliver_policy: DeliverPolicy::LastPerSubject,
            filter_subject: format!("$KV.{BUCKET}.>"),
            ..pull::OrderedConfig::default()
        };
        let consumer = stream.create_consumer(config).await;
        let consumer = consumer.map_err(|error| away(error.to_string()))?;
        let messages = consumer.messages().await;
        let mut messages = messages.map_err(|error| away(error.to_string()))?;
        while let Some(message) = messages.next().await {
            let message = message.map_err(|error| away(error.to_string()))?;
            let (sequence, pending) =
                message.info().map_or((0, 0), |info| (info.stream_sequence, info.pending));
            let prefix = format!("$KV.{BUCKET}.");
            if let Some(key) = message.subject.as_str().strip_prefix(&prefix) {
                let _alone = alone.lock().await;
                let is_new = self.knows(key.to_owned(), sequence);
                let change = change(key, &message);
                match &change {
                    Some(change) if !matches!(change, Change::FunctionUnread { .. }) => {
                        self.unread().remove(key);
                    }
                    _ => {
                        self.unread().insert(key.to_owned());
                        self.shared.log.note(&format!(
                            "the key {key} of the bucket {BUCKET} cannot be read; a newer krait may \
                             have written it"
                        ));
                    }
                }
                if let Some(change) = change.filter(|_| is_new) {
                    take(change).await;
                }
            }
            if pending == 0 && !*is_complete {
                *is_complete = true;
                take(Change::Complete).await;
            }
        }
        Ok(())
    }

    fn unread(&self) -> MutexGuard<'_, HashSet<String>> {
        self.shared.unread.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn revisions(&self) -> MutexGuard<'_, Revisions> {
        self.shared.revisions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn function_key(namespace: &str, name: &str, version: &str) -> String {
    let version = if version == LATEST { LATEST_KEY } else { version };
    format!("function.{namespace}.{name}.{version}")
}

/// What a message of the bucket says.
fn change(key: &str, message: &jetstream::Message) -> Option<Change> {
    let is_gone = header(message.headers.as_ref(), OPERATION).is_some();
    let parts: Vec<&str> = key.split('.').collect();
    match parts[..] {
        ["function", namespace, name, version] if is_gone => {
            let key = FunctionKey { namespace: namespace.to_owned(), name: name.to_owned() };
            let version = if version == LATEST_KEY { LATEST } else { version };
            Some(Change::FunctionGone { key, version: version.to_owned() })
        }
        ["function", namespace, name, version] => Some(match whole(&message.payload) {
            Some(stored) => Change::Function(stored),
            None => Change::FunctionUnread {
                key: FunctionKey { namespace: namespace.to_owned(), name: name.to_owned() },
                version: if version == LATEST_KEY { LATEST } else { version }.to_owned(),
            },
        }),
        ["namespace", name] if is_gone => Some(Change::NamespaceGone(name.to_owned())),
        ["namespace", _] => Some(Change::Namespace(whole(&message.payload)?)),
        _ => None,
    }
}

/// What a text says, if this krait knows all of it. Else a change would lose the rest.
fn whole<T: DeserializeOwned + Serialize>(text: &[u8]) -> Option<T> {
    let found: serde_json::Value = serde_json::from_slice(text).ok()?;
    let read = T::deserialize(&found).ok()?;
    let known = serde_json::to_value(&read).ok()?;
    let mut names = found.as_object()?.keys();
    names.all(|name| known.get(name).is_some()).then_some(read)
}
