//! What a platform does besides its requests, from its start to its end.

use super::{Platform, cluster::Cluster, dispatcher, now_ms, pulling, timers};
use std::{sync::atomic::Ordering, time::Duration};

/// How often instances that were idle too long are looked for.
const TIDY_INTERVAL: Duration = Duration::from_secs(1);

/// How often old records are removed from the store.
const EXPIRE_INTERVAL: Duration = Duration::from_secs(300);

/// How long the last records may take to be sent to a cluster, and how often that is looked at.
const SENT_WITHIN: Duration = Duration::from_secs(2);
const SENT_INTERVAL: Duration = Duration::from_millis(10);

impl Platform {
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

    /// In a cluster, takes no more queued events: other nodes run them. Requests are still accepted.
    pub fn drain(&self) {
        self.shared.draining.store(true, Ordering::Relaxed);
        if self.cluster().is_some() {
            self.shared.queued.notify_one();
        }
    }

    /// Accepts no more requests, and waits until all invocations have ended or `limit` has passed.
    pub async fn close(&self, limit: Duration) {
        self.shared.closing.store(true, Ordering::Relaxed);
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
}
