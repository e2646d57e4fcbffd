//! The queue of asynchronous events (docs/contract.md §5).
//!
//! An event is a message of a work queue, from its acceptance to its end. Each function has a
//! consumer of its own, from which all nodes that have the function pull. A node that pulled a
//! message has it for [`EVENT_LEASE`], and prolongs that while the event runs. If the node dies,
//! the server gives the message to another node after that time.
//!
//! A retry is the same message, given back with a delay. What must be known of an event beyond its
//! message, such as how often it failed, is noted under its request id. When an event ends, its
//! result is noted first, and then the message is acknowledged. A message whose event has a result
//! is acknowledged without running it (`protocol.rs`).
//!
//! Where the servers have no room for a note, the message goes first: nothing else makes room.

use super::{
    Cluster, ClusterError, header, message,
    notes::{Noting, Place},
    protocol::{Delivered, Noted, delivered, is_going},
};
use crate::platform::store::{
    AsyncEvent, Ending, EventResult, EventState, FunctionKey, NewEvent, QueuedEvent, RetryClass,
    Termination,
};
use async_nats::jetstream::{
    self, AckKind,
    consumer::{AckPolicy, Consumer, pull},
    message::Acker,
};
use futures_util::StreamExt as _;
use std::{
    sync::{Arc, MutexGuard, PoisonError, atomic::Ordering},
    time::Duration,
};
use tokio::{sync::watch, time::timeout};

/// What queued events' subjects begin with; then come namespace, function and request id.
pub(super) const QUEUED: &str = "krait.queue.";
/// What the subjects of requests to end an invocation begin with.
const STOPPED: &str = "krait.stop.";

/// How long a node has an event without a sign of life. After that another node gets it.
const EVENT_LEASE: Duration = Duration::from_secs(10);

/// How often a node says that its events still run.
const SIGN_OF_LIFE: Duration = Duration::from_secs(3);

/// How many events of a function may be with nodes or wait for a retry. As many as the queue holds.
const OUTSTANDING: i64 = super::QUEUED_EVENTS;

/// How long a pull waits for events. A pull that the servers forgot costs this much.
const PULL: Duration = Duration::from_secs(5);
/// After this a pull is given up, even if the client does not say that it is over.
const PULL_GIVEN_UP: Duration = Duration::from_secs(8);

/// How long an ending node waits for events that are on their way to it.
const STRAGGLERS: Duration = Duration::from_millis(50);

/// The pause before something is tried again that the servers did not answer.
const PAUSE: Duration = Duration::from_millis(500);
/// How long an event is given back for that could not be looked up.
const LOOKED_UP_AGAIN: Duration = Duration::from_secs(1);

const QUALIFIER: &str = "Krait-Qualifier";
const INVOKE_TYPE: &str = "Krait-Invoke-Type";
const ENQUEUED_AT: &str = "Krait-Enqueued-At";

/// How many bytes of a result are noted.
const RET_MSG_BYTES: usize = 64 << 10;

/// An event that this node runs.
pub(super) struct Held {
    acker: Arc<Acker>,
    noted: Noted,
    /// The note that this node knows of it.
    known: Place,
}

/// The consumer of a function's events.
pub(in crate::platform) struct Pulled {
    consumer: Consumer<pull::Config>,
}

impl Cluster {
    /// Queues an event. When this returns, the stream has it on its replicas. Returns whether it
    /// is new: false if the queue has had this request id in the last two minutes.
    ///
    /// # Errors
    /// [`ClusterError::Full`] and [`ClusterError::Away`].
    pub(in crate::platform) async fn enqueue(&self, event: NewEvent) -> Result<bool, ClusterError> {
        let subject =
            format!("{QUEUED}{}.{}.{}", event.namespace, event.function, event.request_id);
        let message = message(event.event)
            .message_id(&event.request_id)
            .header(QUALIFIER, event.qualifier.as_str())
            .header(INVOKE_TYPE, event.invoke_type.as_str())
            .header(ENQUEUED_AT, event.enqueued_at.to_string().as_str());
        Ok(!self.publish(subject, message).await?.duplicate)
    }

    /// The consumer of a function's events, made if it is not there.
    ///
    /// # Errors
    /// When the servers do not answer.
    pub(in crate::platform) async fn pulled(
        &self,
        key: &FunctionKey,
    ) -> Result<Pulled, ClusterError> {
        let name = consumer_name(key);
        let config = pull::Config {
            durable_name: Some(name.clone()),
            filter_subject: format!("{QUEUED}{}.{}.*", key.namespace, key.name),
            ack_policy: AckPolicy::Explicit,
            ack_wait: EVENT_LEASE,
            max_ack_pending: OUTSTANDING,
            ..pull::Config::default()
        };
        let consumer = self.shared.queue.get_or_create_consumer(&name, config).await;
        match consumer {
            Ok(consumer) => Ok(Pulled { consumer }),
            Err(error) => Err(ClusterError::Away { reason: error.to_string() }),
        }
    }

    /// Removes the consumer of a function that is gone.
    pub(in crate::platform) async fn forget_pulled(&self, key: &FunctionKey) {
        // Another node may have been faster.
        let _ = self.shared.queue.delete_consumer(&consumer_name(key)).await;
    }

    /// Pulls at most `most` events, and gives each to `take`. Returns how many after some
    /// seconds, when the connection was made anew, or when `over` changes. Events that come then
    /// go back to the queue.
    ///
    /// # Errors
    /// When the servers do not answer, or the consumer is gone.
    pub(in crate::platform) async fn pull(
        &self,
        from: &Pulled,
        most: usize,
        over: &mut watch::Receiver<bool>,
        mut take: impl FnMut(QueuedEvent),
    ) -> Result<usize, ClusterError> {
        let away = |reason: String| ClusterError::Away { reason };
        let mut connections = self.shared.link.connections();
        connections.mark_unchanged();
        let batch = from.consumer.batch().max_messages(most).expires(PULL).messages();
        let mut batch = batch.await.map_err(|error| away(error.to_string()))?;
        let mut taken = 0;
        loop {
            let next = tokio::select! {
                next = timeout(PULL_GIVEN_UP, batch.next()) => next.ok().flatten(),
                // The servers forgot the pull.
                _ = connections.changed() => None,
                _ = over.changed() => {
                    give_back(&mut batch).await;
                    None
                }
            };
            let Some(next) = next else { return Ok(taken) };
            let pulled = next.map_err(|error| away(error.to_string()))?;
            if let Some(event) = self.taken(pulled).await {
                taken += 1;
                take(event);
            }
        }
    }

    /// What is to be run for a message, if anything is.
    async fn taken(&self, pulled: jetstream::Message) -> Option<QueuedEvent> {
        let deliveries = pulled.info().map_or(1, |info| info.delivered);
        let Some(found) = event_of(&pulled) else {
            self.shared.log.note(&format!(
                "the message {} in the queue is no event, and is removed",
                pulled.subject
            ));
            let _ = pulled.ack_with(AckKind::Term).await;
            return None;
        };
        let payload = pulled.payload.clone();
        let acker = Arc::new(pulled.split().1);
        let request_id = found.request_id.clone();
        if let Some(held) = self.held().get_mut(&request_id) {
            // The signs of life were late. It runs here already.
            held.acker = acker;
            return None;
        }
        // A first delivery has nothing noted, but for timers: all nodes fire them.
        let may_be_known = deliveries > 1 || found.invoke_type == "TIMER";
        let before = if may_be_known { self.noted(&request_id).await } else { Ok((None, 0)) };
        let Ok((before, known)) = before else {
            let _ = acker.ack_with(AckKind::Nak(Some(LOOKED_UP_AGAIN))).await;
            return None;
        };
        let now = crate::platform::now_ms();
        match delivered(before.as_ref(), now) {
            Delivered::Over => {
                let _ = acker.ack_with(AckKind::Ack).await;
                return None;
            }
            Delivered::Early { left } => {
                let _ = acker.ack_with(AckKind::Nak(Some(Duration::from_millis(left)))).await;
                return None;
            }
            Delivered::Due => {}
        }
        let mut noted = before.unwrap_or_else(|| Noted::of(found));
        // Each attempt that ended is noted.
        if deliveries - 1 > i64::from(noted.event.attempt) {
            self.shared.redelivered.fetch_add(1, Ordering::Relaxed);
        }
        noted.event.state = EventState::Running;
        noted.event.attempt += 1;
        noted.event.started_at.get_or_insert(now);
        let event = QueuedEvent {
            request_id: request_id.clone(),
            namespace: noted.event.namespace.clone(),
            function: noted.event.function.clone(),
            qualifier: noted.event.qualifier.clone(),
            invoke_type: noted.event.invoke_type.clone(),
            event: payload,
            enqueued_at: noted.event.enqueued_at,
            attempt: noted.event.attempt,
            run_errors: noted.run_errors,
            system_errors: noted.system_errors,
        };
        self.held().insert(request_id, Held { acker, noted, known });
        Some(event)
    }

    /// Notes an event's result, and takes it out of the queue. This waits until the servers have
    /// the result. If they have no room for it, the event is taken out first.
    pub(in crate::platform) async fn finish(&self, request_id: &str, result: EventResult) {
        let Some((mut noted, known)) = self.held_note(request_id) else { return };
        let ret_msg = &result.ret_msg[..result.ret_msg.floor_char_boundary(RET_MSG_BYTES)];
        noted.event.state = match result.ending {
            Ending::Finished => EventState::Finished,
            Ending::Failed => EventState::Failed,
            Ending::Aborted => EventState::Aborted,
        };
        noted.event.status_code = Some(result.status_code);
        noted.event.ret_msg = Some(ret_msg.to_owned());
        noted.event.ended_at = Some(result.ended_at);
        let noting = self.note_surely(request_id, noted.clone(), known).await;
        self.release(request_id, AckKind::Ack).await;
        if let Noting::NoRoom = noting {
            self.note_late(request_id, &noted, known).await;
        }
    }

    /// Gives an event back, for an attempt at `due_at`. This waits until the servers know why. If
    /// they have no room for that, this attempt is not counted.
    pub(in crate::platform) async fn postpone(
        &self,
        request_id: &str,
        due_at: i64,
        class: RetryClass,
    ) {
        let Some((mut noted, known)) = self.held_note(request_id) else { return };
        match class {
            RetryClass::RunError => noted.run_errors += 1,
            RetryClass::SystemError => noted.system_errors += 1,
            RetryClass::OverConcurrency => {}
        }
        noted.event.state = EventState::Queued;
        noted.event.due_at = due_at;
        if let Noting::Kept = self.note_surely(request_id, noted, known).await {
            // Another node has the event. To give it back would take it away from there.
            return self.forget_held(request_id);
        }
        let pause = u64::try_from(due_at - crate::platform::now_ms()).unwrap_or(0);
        self.release(request_id, AckKind::Nak(Some(Duration::from_millis(pause)))).await;
    }

    /// Holds an event no longer, and tells the servers so. If that is lost, they give it out again
    /// after the lease, and its result is found.
    async fn release(&self, request_id: &str, how: AckKind) {
        let held = self.held().remove(request_id);
        if let Some(held) = held {
            let _ = held.acker.ack_with(how).await;
        }
    }

    /// Holds an event no longer, whatever became of it. If it has no result, another node gets it
    /// after the lease.
    pub(in crate::platform) fn forget_held(&self, request_id: &str) {
        self.held().remove(request_id);
    }

    /// What is known of an event.
    ///
    /// # Errors
    /// When the servers do not answer.
    pub(in crate::platform) async fn event_status(
        &self,
        request_id: &str,
    ) -> Result<Option<AsyncEvent>, ClusterError> {
        if !is_token(request_id) {
            return Ok(None);
        }
        Ok(self.known_event(request_id).await?.0.map(|noted| noted.event))
    }

    /// What is known of an event, and which note says so, if one does.
    async fn known_event(&self, request_id: &str) -> Result<(Option<Noted>, Place), ClusterError> {
        if let (Some(noted), place) = self.noted(request_id).await? {
            return Ok((Some(noted), place));
        }
        let queued = Self::last(&self.shared.queue, &format!("{QUEUED}*.*.{request_id}")).await?;
        let Some(queued) = queued else {
            // It may have ended between the two.
            return self.noted(request_id).await;
        };
        let event = event_of_parts(&queued.subject, Some(&queued.headers), queued.sequence);
        Ok((event.map(Noted::of), 0))
    }

    /// Takes an event out of the queue, and asks the node that runs it to end it. Returns its state
    /// then; none if it is unknown.
    ///
    /// # Errors
    /// When the servers do not answer.
    pub(in crate::platform) async fn terminate(
        &self,
        request_id: &str,
        how: Termination,
        now: i64,
    ) -> Result<Option<EventState>, ClusterError> {
        if !is_token(request_id) {
            return Ok(None);
        }
        loop {
            let (noted, known) = self.known_event(request_id).await?;
            let Some(mut noted) = noted else { return Ok(None) };
            if !is_going(noted.event.state) {
                return Ok(Some(noted.event.state));
            }
            noted.event.state = EventState::Aborted;
            noted.event.termination = Some(how);
            noted.event.ended_at = Some(now);
            match self.note(request_id, &noted, known).await {
                Ok(()) => break,
                // It ended meanwhile, or is to be retried.
                Err(ClusterError::Changed { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let subject = format!("{QUEUED}*.*.{request_id}");
        if let Some(queued) = Self::last(&self.shared.queue, &subject).await? {
            // It may have been acknowledged meanwhile.
            let _ = self.shared.queue.delete_message(queued.sequence).await;
        }
        let how = match how {
            Termination::Kill => "kill",
            Termination::Graceful => "graceful",
        };
        let client = self.shared.link.client();
        let told = client.publish(format!("{STOPPED}{request_id}"), how.into()).await;
        told.map_err(|error| ClusterError::Away { reason: error.to_string() })?;
        Ok(Some(EventState::Aborted))
    }

    /// Calls `stop` for each request to end an invocation, from whatever node.
    pub(in crate::platform) async fn follow_stops(&self, stop: impl Fn(&str, Termination)) {
        loop {
            let subject = format!("{STOPPED}*");
            if let Ok(mut asked) = self.shared.link.client().subscribe(subject).await {
                while let Some(asked) = asked.next().await {
                    let request_id = asked.subject.as_str().strip_prefix(STOPPED);
                    let how = match &asked.payload[..] {
                        b"graceful" => Termination::Graceful,
                        _ => Termination::Kill,
                    };
                    if let Some(request_id) = request_id {
                        stop(request_id, how);
                    }
                }
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Says again and again that this node's events still run.
    pub(in crate::platform) async fn show_life(&self) {
        loop {
            tokio::time::sleep(SIGN_OF_LIFE).await;
            let ackers: Vec<Arc<Acker>> =
                self.held().values().map(|held| held.acker.clone()).collect();
            for acker in ackers {
                let _ = acker.ack_with(AckKind::Progress).await;
            }
        }
    }

    /// How many events wait or run, on all nodes.
    ///
    /// # Errors
    /// When the servers do not answer.
    pub(in crate::platform) async fn queued(&self) -> Result<u64, ClusterError> {
        let mut queue = self.shared.queue.clone();
        match queue.info().await {
            Ok(info) => Ok(info.state.messages),
            Err(error) => Err(ClusterError::Away { reason: error.to_string() }),
        }
    }

    /// How many events came to this node that had come to a node before which did not end them.
    pub fn redelivered(&self) -> u64 {
        self.shared.redelivered.load(Ordering::Relaxed)
    }

    /// What this node knows of an event that it runs.
    fn held_note(&self, request_id: &str) -> Option<(Noted, Place)> {
        self.held().get(request_id).map(|held| (held.noted.clone(), held.known))
    }

    fn held(&self) -> MutexGuard<'_, std::collections::HashMap<String, Held>> {
        self.shared.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives events back until none has come for a moment.
async fn give_back(batch: &mut pull::Batch) {
    while let Ok(Some(Ok(come))) = timeout(STRAGGLERS, batch.next()).await {
        // The delay keeps it from coming to this pull again.
        let _ = come.ack_with(AckKind::Nak(Some(2 * STRAGGLERS))).await;
    }
}

/// No name has a `=`.
fn consumer_name(key: &FunctionKey) -> String {
    format!("{}={}", key.namespace, key.name)
}

/// Whether a text can be a part of a subject. Callers choose what they ask for.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The event of a message that was never tried.
fn event_of(message: &jetstream::Message) -> Option<AsyncEvent> {
    let place = message.info().ok()?.stream_sequence;
    event_of_parts(&message.subject, message.headers.as_ref(), place)
}

pub(super) fn event_of_parts(
    subject: &str,
    headers: Option<&async_nats::HeaderMap>,
    place: u64,
) -> Option<AsyncEvent> {
    let mut parts = subject.strip_prefix(QUEUED)?.split('.');
    let (namespace, function, request_id) = (parts.next()?, parts.next()?, parts.next()?);
    let enqueued_at = header(headers, ENQUEUED_AT)?.parse().ok()?;
    Some(AsyncEvent {
        request_id: request_id.to_owned(),
        namespace: namespace.to_owned(),
        function: function.to_owned(),
        qualifier: header(headers, QUALIFIER)?.to_owned(),
        invoke_type: header(headers, INVOKE_TYPE)?.to_owned(),
        state: EventState::Queued,
        attempt: 0,
        enqueued_at,
        place,
        due_at: enqueued_at,
        started_at: None,
        ended_at: None,
        status_code: None,
        ret_msg: None,
        termination: None,
    })
}
