//! Takes up what other nodes of a cluster change: functions, versions and namespaces.

use super::{
    LATEST, Origin, Platform,
    cluster::{Change, Cluster, ClusterError},
    store::{FunctionKey, StoreError, StoredFunction},
};
use bytes::Bytes;
use std::{collections::HashMap, time::Duration};
use tokio::sync::oneshot;

/// The pause before the servers are asked again.
const PAUSE: Duration = Duration::from_secs(1);

impl Platform {
    /// Follows the cluster's functions, and puts them in service. Returns when those are that are
    /// there now.
    ///
    /// # Errors
    /// When this node's own store cannot be read or written.
    pub(super) async fn follow_functions(&self, cluster: Cluster) -> Result<(), StoreError> {
        // The store has copies. What there was before, the servers tell.
        for stored in self.store().functions().await? {
            let key = FunctionKey { namespace: stored.namespace, name: stored.name };
            self.store().delete_function(key, Some(stored.version)).await?;
        }
        for namespace in self.store().namespaces().await? {
            self.store().delete_namespace(namespace.name).await?;
        }
        let (complete, is_complete) = oneshot::channel();
        let platform = self.clone();
        tokio::spawn(async move {
            let mut complete = Some(complete);
            let take = |change| {
                let done = matches!(change, Change::Complete).then(|| complete.take()).flatten();
                let (platform, cluster) = (platform.clone(), cluster.clone());
                async move {
                    platform.take_change(&cluster, change).await;
                    if let Some(done) = done {
                        let _ = done.send(());
                    }
                }
            };
            cluster.follow_functions(&platform.shared.managing, take).await;
        });
        is_complete.await.map_err(|_| StoreError::Closed)
    }

    async fn take_change(&self, cluster: &Cluster, change: Change) {
        let said = match change {
            Change::Complete => Ok(()),
            Change::Function(stored) if !Self::can_read(&stored) => {
                let StoredFunction { namespace, name, .. } = (*stored).clone();
                let key = FunctionKey { namespace, name };
                cluster.note_unread(&key, &stored.version);
                self.take_unread(cluster, &key, &stored.version);
                Err(format!(
                    "the function {} of the cluster cannot be used: a newer krait has written it",
                    key.name
                ))
            }
            Change::Function(stored) => {
                let name = stored.name.clone();
                let taken = self.take_function(cluster, *stored).await;
                taken.map_err(|problem| {
                    format!("the function {name} of the cluster cannot be used: {problem}")
                })
            }
            Change::FunctionUnread { key, version } => {
                self.take_unread(cluster, &key, &version);
                Ok(())
            }
            Change::FunctionGone { key, version } => {
                let number = version.parse().ok();
                if number.is_none() {
                    cluster.note_deleted(&key);
                }
                if !self.is_of_project(&key) {
                    self.registry().remove(&key, number);
                    self.shared.pool.forget(&key);
                }
                let stored = number.map(|_| version);
                let deleted = self.store().delete_function(key, stored).await;
                self.collect_code().await;
                deleted.map(drop).map_err(|error| error.to_string())
            }
            Change::Namespace(namespace) => {
                let saved = self.store().save_namespace(namespace).await;
                saved.map_err(|error| error.to_string())
            }
            Change::NamespaceGone(name) => {
                let deleted = self.store().delete_namespace(name).await;
                deleted.map(drop).map_err(|error| error.to_string())
            }
        };
        if let Err(problem) = said {
            self.log().note(&problem);
        }
    }

    /// Takes a function out of service here that this krait cannot read: what is known of it is old.
    fn take_unread(&self, cluster: &Cluster, key: &FunctionKey, version: &str) {
        if version == LATEST && !self.is_of_project(key) {
            cluster.note_there(key);
            self.registry().remove(key, None);
            self.shared.pool.forget(key);
            let problem = "a newer krait has written it, and this one cannot read it";
            self.registry().set_problem(key, problem.to_owned());
        }
    }

    async fn take_function(&self, cluster: &Cluster, stored: StoredFunction) -> Result<(), String> {
        let key = FunctionKey { namespace: stored.namespace.clone(), name: stored.name.clone() };
        cluster.note_there(&key);
        if self.is_of_project(&key) {
            return Err("the project has one of that name".to_owned());
        }
        let digest = stored.code.clone().unwrap_or_default();
        let is_latest = stored.version == LATEST;
        let taken = async {
            let mut _saved = None;
            if !self.store().code_path(&digest).exists() {
                let code =
                    self.fetched(cluster, &digest).await.map_err(|error| error.to_string())?;
                let saved = self.store().save_code(code).await;
                _saved = Some(saved.map_err(|error| error.to_string())?);
            }
            let saved = self.store().save_function(stored.clone()).await;
            saved.map_err(|error| error.to_string())?;
            self.load(stored, &mut HashMap::new()).await
        };
        let taken = taken.await;
        if let Err(problem) = &taken
            && is_latest
        {
            self.registry().set_problem(&key, problem.clone());
        }
        taken
    }

    /// A function's code from the servers. While they are away, it waits.
    async fn fetched(&self, cluster: &Cluster, digest: &str) -> Result<Bytes, ClusterError> {
        loop {
            match cluster.code(digest).await {
                Err(error @ ClusterError::Away { .. }) => {
                    self.log().note(&format!("code cannot be read: {error}; it is tried again"));
                    tokio::time::sleep(PAUSE).await;
                }
                done => return done,
            }
        }
    }

    fn is_of_project(&self, key: &FunctionKey) -> bool {
        let deployed = self.registry().get(key);
        let latest = deployed.and_then(|deployed| deployed.latest);
        latest.is_some_and(|latest| latest.origin == Origin::Project)
    }
}
