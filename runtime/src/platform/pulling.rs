//! Runs a cluster's queued events: a task for each function that this node has pulls them.

use super::{
    Shared,
    cluster::Cluster,
    dispatcher::{AtWork, Underway, work},
    store::FunctionKey,
};
use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::{sync::watch, task::JoinHandle};

/// How often new functions are looked for.
const LOOK_INTERVAL: Duration = Duration::from_millis(250);

/// How long a function waits for room, if none of its events ends.
const ROOM_PAUSE: Duration = Duration::from_millis(100);

/// The pause after the servers did not answer.
const PAUSE: Duration = Duration::from_millis(500);

/// How many events are pulled at once.
const PULLED_AT_ONCE: usize = 64;

/// Runs until the platform closes.
pub(super) async fn run(shared: Arc<Shared>, cluster: Cluster) {
    let at_work = Arc::<AtWork>::default();
    let mut pulling: HashMap<FunctionKey, JoinHandle<()>> = HashMap::new();
    let (over, is_over) = watch::channel(false);
    shared.pulling.send_replace(true);
    let is_ending =
        || shared.closing.load(Ordering::Relaxed) || shared.draining.load(Ordering::Relaxed);
    while !is_ending() {
        pulling.retain(|_, task| !task.is_finished());
        let known = shared.registry.keys().into_iter().chain(cluster.deleted_keys());
        for key in known.filter(|key| !cluster.is_unread(key)) {
            pulling.entry(key.clone()).or_insert_with(|| {
                let over = is_over.clone();
                tokio::spawn(pull(shared.clone(), cluster.clone(), at_work.clone(), key, over))
            });
        }
        // Draining and closing notify.
        let _ = tokio::time::timeout(LOOK_INTERVAL, shared.queued.notified()).await;
    }
    shared.log.note("this node takes no more events");
    // Events that come now go back to the queue, for other nodes.
    over.send_replace(true);
    for task in pulling.into_values() {
        let _ = task.await;
    }
    shared.pulling.send_replace(false);
}

/// Pulls a function's events until it is gone. Events of a function that was deleted are pulled
/// until there are none, so that each gets its result.
async fn pull(
    shared: Arc<Shared>,
    cluster: Cluster,
    at_work: Arc<AtWork>,
    key: FunctionKey,
    mut over: watch::Receiver<bool>,
) {
    let mut pulled = None;
    while !*over.borrow() {
        let is_there = shared.registry.get(&key).is_some();
        if !is_there && !cluster.was_deleted(&key) || cluster.is_unread(&key) {
            // The project has it no longer, or this krait is too old for it. Other nodes may have it.
            return;
        }
        let room = at_work.room_for(&shared, &key).min(PULLED_AT_ONCE);
        if room == 0 {
            let _ = tokio::time::timeout(ROOM_PAUSE, at_work.ended.notified()).await;
            continue;
        }
        let consumer = match &pulled {
            Some(consumer) => consumer,
            None => match cluster.pulled(&key).await {
                Ok(consumer) => pulled.insert(consumer),
                Err(_) => {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            },
        };
        let take = |event| {
            tokio::spawn(work(Underway::begin(&shared, &at_work, event)));
        };
        match cluster.pull(consumer, room, &mut over, take).await {
            Ok(0) if !is_there => {
                cluster.note_there(&key);
                return cluster.forget_pulled(&key).await;
            }
            Ok(_) => {}
            Err(_) => {
                // Another node may have removed it, or the servers are away.
                pulled = None;
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
