//! Lists of events. The servers keep no index: a list reads the notes of all events that have one, and the
//! messages of those that were never tried. That is meant for people who look, not for programs that ask
//! every second.

use super::{Cluster, ClusterError, notes::NOTED, protocol::Noted, queue::event_of_parts};
use crate::platform::store::{AsyncEvent, EventFilter};
use async_nats::jetstream::consumer::{DeliverPolicy, pull};
use async_nats::jetstream::stream::RawMessageErrorKind;
use futures_util::StreamExt as _;
use std::collections::HashMap;

/// How many messages of the queue are asked for at once.
const ASKED_AT_ONCE: usize = 64;

impl Cluster {
    /// The events that match `filter`, in no order.
    ///
    /// # Errors
    /// When the servers do not answer.
    pub(in crate::platform) async fn list_events(
        &self,
        filter: &EventFilter,
    ) -> Result<Vec<AsyncEvent>, ClusterError> {
        // One list at a time: each may read a million notes.
        let _alone = self.shared.listing.lock().await;
        // What is in the queue comes first: an event that ends meanwhile is noted before it leaves.
        let mut found = self.list_queued(filter).await?;
        self.list_noted(filter, &mut found).await?;
        let matching = found.into_values().filter(|event| filter.matches(event));
        Ok(matching.collect())
    }

    /// The events of the filter's function that are in the queue.
    async fn list_queued(
        &self,
        filter: &EventFilter,
    ) -> Result<HashMap<String, AsyncEvent>, ClusterError> {
        let away = |reason: String| ClusterError::Away { reason };
        let mut queue = self.shared.queue.clone();
        let state = queue.info().await.map_err(|error| away(error.to_string()))?.state.clone();
        let queue = &queue;
        let mut messages = futures_util::stream::iter(state.first_sequence..=state.last_sequence)
            .map(|sequence| async move {
                match queue.get_raw_message(sequence).await {
                    Ok(message) => Ok(Some(message)),
                    Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => Ok(None),
                    Err(error) => Err(away(error.to_string())),
                }
            })
            .buffer_unordered(ASKED_AT_ONCE);
        let mut found = HashMap::new();
        while let Some(message) = messages.next().await {
            let Some(message) = message? else { continue };
            let event = event_of_parts(&message.subject, Some(&message.headers), message.sequence);
            if let Some(event) = event.filter(|event| filter.is_of_function(event)) {
                found.insert(event.request_id.clone(), event);
            }
        }
        Ok(found)
    }

    /// Adds the events of the filter's function that have a note.
    async fn list_noted(
        &self,
        filter: &EventFilter,
        found: &mut HashMap<String, AsyncEvent>,
    ) -> Result<(), ClusterError> {
        let away = |reason: String| ClusterError::Away { reason };
        let mut events = self.shared.events.clone();
        let there = events.info().await.map_err(|error| away(error.to_string()))?.state.messages;
        if there == 0 {
            return Ok(());
        }
        let config = pull::OrderedConfig {
            deliver_policy: DeliverPolicy::LastPerSubject,
            filter_subject: format!("{NOTED}*"),
            ..pull::OrderedConfig::default()
        };
        let consumer = events.create_consumer(config).await;
        let consumer = consumer.map_err(|error| away(error.to_string()))?;
        let messages = consumer.messages().await;
        let mut messages = messages.map_err(|error| away(error.to_string()))?;
        while let Some(message) = messages.next().await {
            let message = message.map_err(|error| away(error.to_string()))?;
            // What a newer krait writes otherwise is passed over.
            if let Ok(Noted { mut event, .. }) = serde_json::from_slice(&message.payload)
                && filter.is_of_function(&event)
            {
                // A list does not show it.
                event.ret_msg = None;
                found.insert(event.request_id.clone(), event);
            }
            if message.info().is_ok_and(|info| info.pending == 0) {
                break;
            }
        }
        Ok(())
    }
}
