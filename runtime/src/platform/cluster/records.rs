//! Results and logs of invocations. Each node sends its own to a stream. Each node that takes
//! requests reads them all, into its own store, from where the API answers.

use super::{Cluster, ClusterError, message};
use crate::platform::store::InvocationRecord;
use async_nats::jetstream::consumer::{DeliverPolicy, pull};
use bytes::Bytes;
use futures_util::StreamExt as _;
use std::{
    collections::VecDeque,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::Notify;

/// What records' subjects begin with; then come namespace and function.
pub(super) const RECORDED: &str = "krait.record.";

/// How many records wait to be sent, and how many bytes. More are lost, the oldest first.
const WAITING_RECORDS: usize = 10_000;
const WAITING_BYTES: usize = 32 << 20;

/// How many bytes of each text are sent: the first of RetMsg, the last of a log. In a message they
/// may take more, as JSON writes them.
const TEXT_BYTES: usize = 64 << 10;

/// How many records are sent before the stream has said that it has them.
const UNDERWAY: usize = 64;

const PAUSE: Duration = Duration::from_millis(500);

/// Records that wait to be sent.
#[derive(Default)]
pub(super) struct Outgoing {
    waiting: Mutex<Waiting>,
    come: Notify,
    lost: AtomicU64,
}

#[derive(Default)]
struct Waiting {
    records: VecDeque<Sent>,
    bytes: usize,
}

/// A record on its way.
#[derive(Clone)]
struct Sent {
    /// By this the stream knows a record that it has already.
    id: String,
    subject: String,
    text: Bytes,
}

impl Cluster {
    /// Sends a record soon. Texts over 64 KiB are cut.
    pub(in crate::platform) fn record(&self, mut record: InvocationRecord) {
        record.ret_msg.truncate(record.ret_msg.floor_char_boundary(TEXT_BYTES));
        let surplus = record.log.len().saturating_sub(TEXT_BYTES);
        record.log.drain(..record.log.ceil_char_boundary(surplus));
        let subject = format!("{RECORDED}{}.{}", record.namespace, record.function);
        // Texts and numbers: it can be written.
        let text = Bytes::from(serde_json::to_vec(&record).unwrap_or_default());
        let outgoing = &self.shared.outgoing;
        let mut waiting = outgoing.waiting();
        waiting.bytes += text.len();
        waiting.records.push_back(Sent { id: uuid::Uuid::new_v4().to_string(), subject, text });
        while waiting.records.len() > WAITING_RECORDS || waiting.bytes > WAITING_BYTES {
            let Some(oldest) = waiting.records.pop_front() else { break };
            waiting.bytes -= oldest.text.len();
            outgoing.lost.fetch_add(1, Ordering::Relaxed);
        }
        drop(waiting);
        outgoing.come.notify_one();
    }

    /// How many records were lost, since too many waited.
    pub(in crate::platform) fn lost_records(&self) -> u64 {
        self.shared.outgoing.lost.load(Ordering::Relaxed)
    }

    /// Whether every record is sent.
    pub(in crate::platform) fn is_all_sent(&self) -> bool {
        self.shared.outgoing.waiting().records.is_empty()
    }

    /// Sends what waits, for ever. While the servers are away, it waits.
    pub(in crate::platform) async fn send_records(&self) {
        let outgoing = &self.shared.outgoing;
        loop {
            let batch: Vec<Sent> =
                outgoing.waiting().records.iter().take(UNDERWAY).cloned().collect();
            if batch.is_empty() {
                outgoing.come.notified().await;
                continue;
            }
            let mut sent = 0;
            let all = batch.iter().map(|record| {
                let message = message(record.text.clone()).message_id(&record.id);
                self.publish(record.subject.clone(), message)
            });
            // Those before the first that failed are there. Those after it are sent again. The
            // stream keeps one record of an id within its duplicate window.
            for outcome in futures_util::future::join_all(all).await {
                match outcome {
                    Ok(_) => sent += 1,
                    Err(_) => break,
                }
            }
            outgoing.waiting().remove(&batch[..sent]);
            if sent < batch.len() {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Gives each record to `keep`, those of all nodes, from the oldest that there is. It never
    /// ends.
    pub(in crate::platform) async fn follow_records(&self, keep: impl Fn(InvocationRecord)) {
        let mut next = 1;
        loop {
            if let Err(error) = self.follow_records_from(&mut next, &keep).await {
                self.shared.log.note(&format!("the records cannot be read: {error}"));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn follow_records_from(
        &self,
        next: &mut u64,
        keep: impl Fn(InvocationRecord),
    ) -> Result<(), ClusterError> {
        let away = |reason: String| ClusterError::Away { reason };
        let config = pull::OrderedConfig {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: *next },
            ..pull::OrderedConfig::default()
        };
        let consumer = self.shared.records.create_consumer(config).await;
        let consumer = consumer.map_err(|error| away(error.to_string()))?;
        let messages = consumer.messages().await;
        let mut messages = messages.map_err(|error| away(error.to_string()))?;
        while let Some(message) = messages.next().await {
            let message = message.map_err(|error| away(error.to_string()))?;
            let sequence = message.info().map_or(*next, |info| info.stream_sequence);
            // What a newer krait writes otherwise is passed over.
            if let Ok(record) = serde_json::from_slice(&message.payload) {
                keep(record);
            }
            *next = sequence + 1;
        }
        Ok(())
    }
}

impl Outgoing {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// Removes what was sent, if it was not lost meanwhile.
    fn remove(&mut self, sent: &[Sent]) {
        for record in sent {
            if self.records.front().is_some_and(|first| first.id == record.id) {
                self.records.pop_front();
                self.bytes -= record.text.len();
            }
        }
    }
}
