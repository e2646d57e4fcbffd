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
//! is acknowledged without running it.

use super::{Cluster, ClusterError, header, message};
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
use serde::{Deserialize, Serialize};
use std::{
    sync::{Arc, MutexGuard, PoisonError, atomic::Ordering},
    time::Duration,
};
use tokio::time::timeout;

/// What queued events' subjects begin with; then come namespace, function and request id.
pub(super) const QUEUED: &str = "krait.queue.";
/// What the subjects of notes begin with; then comes the request id.
pub(super) const NOTED: &str = "krait.event.";
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
}

/// What is noted of an event.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Noted {
    #[serde(flatten)]
    event: AsyncEvent,
    run_errors: u32,
    system_errors: u32,
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
    /// seconds, or when the connection was made anew.
    ///
    /// # Errors
    /// When the servers do not answer, or the consumer is gone.
    pub(in crate::platform) async fn pull(
        &self,
        from: &Pulled,
        most: usize,
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
        let delivered = pulled.info().map_or(1, |info| info.delivered);
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
        let may_be_known = delivered > 1 || found.invoke_type == "TIMER";
        let before = if may_be_known { self.noted(&request_id).await } else { Ok(None) };
        let Ok(before) = before else {
            let _ = acker.ack_with(AckKind::Nak(Some(LOOKED_UP_AGAIN))).await;
            return None;
        };
        let now = crate::platform::now_ms();
        let mut noted = before.unwrap_or(Noted { event: found, run_errors: 0, system_errors: 0 });
        if !is_going(noted.event.state) {
            let _ = acker.ack_with(AckKind::Ack).await;
            return None;
        }
        if noted.event.due_at > now {
            // A server that was started again has forgotten the delay.
            let left = u64::try_from(noted.event.due_at - now).unwrap_or(0);
            let _ = acker.ack_with(AckKind::Nak(Some(Duration::from_millis(left)))).await;
            return None;
        }
        // Each attempt that ended is noted.
        if delivered - 1 > i64::from(noted.event.attempt) {
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
        self.held().insert(request_id, Held { acker, noted });
        Some(event)
    }

    /// Notes an event's result, and takes it out of the queue. This waits until the servers have
    /// the result.
    pub(in crate::platform) async fn finish(&self, request_id: &str, result: EventResult) {
        let Some(mut noted) = self.held().get(request_id).map(|held| held.noted.clone()) else {
            return;
        };
        let ret_msg = &result.ret_msg[..result.ret_msg.floor_char_boundary(RET_MSG_BYTES)];
        noted.event.state = match result.ending {
            Ending::Finished => EventState::Finished,
            Ending::Failed => EventState::Failed,
            Ending::Aborted => EventState::Aborted,
        };
        noted.event.status_code = Some(result.status_code);
        noted.event.ret_msg = Some(ret_msg.to_owned());
        noted.event.ended_at = Some(result.ended_at);
        self.note_surely(request_id, &noted).await;
        self.release(request_id, AckKind::Ack).await;
    }

    /// Gives an event back, for an attempt at `due_at`. This waits until the servers know why.
    pub(in crate::platform) async fn postpone(
        &self,
        request_id: &str,
        due_at: i64,
        class: RetryClass,
    ) {
        let Some(mut noted) = self.held().get(request_id).map(|held| held.noted.clone()) else {
            return;
        };
        match class {
            RetryClass::RunError => noted.run_errors += 1,
            RetryClass::SystemError => noted.system_errors += 1,
            RetryClass::OverConcurrency => {}
        }
        noted.event.state = EventState::Queued;
        noted.event.due_at = due_at;
        self.note_surely(request_id, &noted).await;
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
        if let Some(noted) = self.noted(request_id).await? {
            return Ok(Some(noted.event));
        }
        let queued = Self::last(&self.shared.queue, &format!("{QUEUED}*.*.{request_id}")).await?;
        let Some(queued) = queued else {
            // It may have ended between the two.
            return Ok(self.noted(request_id).await?.map(|noted| noted.event));
        };
        Ok(event_of_parts(&queued.subject, Some(&queued.headers)))
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
        let Some(mut event) = self.event_status(request_id).await? else { return Ok(None) };
        if !is_going(event.state) {
            return Ok(Some(event.state));
        }
        event.state = EventState::Aborted;
        event.termination = Some(how);
        event.ended_at = Some(now);
        let noted = Noted { event, run_errors: 0, system_errors: 0 };
        self.note(request_id, &noted).await?;
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

    /// How many events came to this node of which an attempt had begun before, and had not ended.
    pub fn redelivered(&self) -> u64 {
        self.shared.redelivered.load(Ordering::Relaxed)
    }

    async fn noted(&self, request_id: &str) -> Result<Option<Noted>, ClusterError> {
        let last = Self::last(&self.shared.events, &format!("{NOTED}{request_id}")).await?;
        let read = |message: jetstream::message::StreamMessage| {
            serde_json::from_slice(&message.payload).map_err(|_| ClusterError::Damaged {
                what: format!("the note about the event {request_id}"),
            })
        };
        last.map(read).transpose()
    }

    async fn note(&self, request_id: &str, noted: &Noted) -> Result<(), ClusterError> {
        // Texts and numbers: it can be written.
        let text = serde_json::to_string(noted).unwrap_or_default();
        self.publish(format!("{NOTED}{request_id}"), message(text)).await.map(drop)
    }

    /// Notes what must not be lost. While the servers are away, the event stays with this node.
    async fn note_surely(&self, request_id: &str, noted: &Noted) {
        let mut is_told = false;
        while let Err(error) = self.note(request_id, noted).await {
            if !is_told {
                self.shared.log.note(&format!(
                    "the result of the event {request_id} cannot be recorded: {error}; it is tried \
                     again"
                ));
            }
            is_told = true;
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn held(&self) -> MutexGuard<'_, std::collections::HashMap<String, Held>> {
        self.shared.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// No name has a `=`.
fn consumer_name(key: &FunctionKey) -> String {
    format!("{}={}", key.namespace, key.name)
}

fn is_going(state: EventState) -> bool {
    matches!(state, EventState::Queued | EventState::Running)
}

/// Whether a text can be a part of a subject. Callers choose what they ask for.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The event of a message that was never tried.
fn event_of(message: &jetstream::Message) -> Option<AsyncEvent> {
    event_of_parts(&message.subject, message.headers.as_ref())
}

fn event_of_parts(subject: &str, headers: Option<&async_nats::HeaderMap>) -> Option<AsyncEvent> {
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
        due_at: enqueued_at,
        started_at: None,
        ended_at: None,
        status_code: None,
        ret_msg: None,
        termination: None,
    })
}
