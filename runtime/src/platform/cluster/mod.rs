//! What several nodes share: the queue of asynchronous events, functions and their code, results
//! and logs. It is all kept by NATS servers with JetStream. No node leads, and no node keeps what
//! another needs.
//!
//! ```text
//! stream KRAIT_QUEUE          krait.queue.NAMESPACE.FUNCTION.ID   events to be run: a work queue
//! stream KRAIT_EVENTS         krait.event.ID                      how far each has come   notes.rs
//! stream KRAIT_RECORDS        krait.record.NAMESPACE.FUNCTION     results and logs      records.rs
//! bucket krait-functions      function.NAMESPACE.NAME.VERSION     configuration       functions.rs
//!                             namespace.NAME
//! bucket krait-code (objects) the SHA-256 of a zip                code                     code.rs
//! subject krait.stop.ID       to all nodes: end this invocation                           queue.rs
//! ```
//!
//! The buckets have NATS's own layout: `nats kv` and `nats object` show them. They are written as
//! streams here, since reads then come from a stream's leader, which has every acknowledged write.
//! A read of the client's own key-value type may come from a replica that is behind.

mod address;
mod code;
mod error;
mod functions;
mod link;
mod listing;
mod notes;
pub mod protocol;
mod queue;
mod records;

pub use address::Servers;
pub use error::ClusterError;
pub use functions::Change;

use super::{log::Log, store::FunctionKey};
use async_nats::{
    HeaderMap,
    jetstream::{
        self, ErrorCode,
        context::{PublishError, PublishErrorKind},
        message::PublishMessage,
        publish::PublishAck,
        stream::{Config, DiscardPolicy, RetentionPolicy, StorageType, Stream},
    },
};
use bytes::Bytes;
use functions::Revisions;
use link::Link;
use queue::Held;
use records::Outgoing;
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, atomic::AtomicU64},
    time::Duration,
};

/// How many events the queue holds (docs/contract.md §5). One more is refused.
const QUEUED_EVENTS: i64 = 100_000;

/// For how long a stream knows the ids of events or records, so that none is kept twice.
const DUPLICATE_WINDOW: Duration = Duration::from_secs(120);

/// How long results and records are kept (docs/contract.md §3.5), and how many.
const KEPT: Duration = Duration::from_secs(3 * 24 * 60 * 60);
const KEPT_EVENTS: i64 = 1_000_000;
const KEPT_EVENT_BYTES: i64 = 1 << 30;
const KEPT_RECORDS: i64 = 100_000;
const KEPT_RECORD_BYTES: i64 = 256 << 20;

/// The smallest `max_payload` of a server that every message fits into: an event of 128 KB, and a
/// chunk of code, with their headers.
const PAYLOAD_BYTES: usize = 256 << 10;

/// How long a server may take to keep something.
const ANSWERED_WITHIN: Duration = Duration::from_secs(5);

/// What a node does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Takes requests, and runs what is asked of it synchronously. Runs no queued event.
    Api,
    /// Runs queued events and fires timers. Takes no requests.
    Worker,
    All,
}

impl Role {
    pub fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Worker => "worker",
            Self::All => "all",
        }
    }

    /// Whether it runs queued events and fires timers.
    pub fn works(self) -> bool {
        self != Self::Api
    }

    /// Whether it takes requests.
    pub fn serves(self) -> bool {
        self != Self::Worker
    }
}

/// How a node joins a cluster.
#[derive(Debug, Clone)]
pub struct Membership {
    pub servers: Servers,
    /// On how many servers everything is kept. None: as it is, or on one.
    pub replicas: Option<usize>,
    /// This node's name.
    pub node: String,
    pub role: Role,
}

/// A node's part in a cluster. Cheap to clone.
#[derive(Clone)]
pub struct Cluster {
    shared: Arc<Shared>,
}

struct Shared {
    membership: Membership,
    log: Log,
    link: Link,
    context: jetstream::Context,
    queue: Stream,
    events: Stream,
    records: Stream,
    functions: Stream,
    code: Stream,
    /// The events that this node runs, by request id.
    held: Mutex<HashMap<String, Held>>,
    /// Events that came to this node more than once.
    redelivered: AtomicU64,
    revisions: Mutex<Revisions>,
    /// Functions that were deleted, and not made again. Their queued events still fail.
    deleted: Mutex<HashSet<FunctionKey>>,
    outgoing: Outgoing,
    /// Held while events are listed.
    listing: tokio::sync::Mutex<()>,
    /// The keys of the functions' bucket that this krait cannot read.
    unread: Mutex<HashSet<String>>,
}

impl Cluster {
    /// Connects, and makes what is not there yet.
    ///
    /// # Errors
    /// [`ClusterError`]: no server answers, or none that can be used.
    pub async fn join(membership: Membership, log: Log) -> Result<Self, ClusterError> {
        let servers = membership.servers.to_string();
        let link = Link::connect(&membership, log.clone()).await?;
        let payload = link.client().server_info().max_payload;
        if payload < PAYLOAD_BYTES {
            let reason = format!(
                "it takes messages of {payload} bytes, and krait needs {PAYLOAD_BYTES}; raise its \
                 max_payload"
            );
            return Err(ClusterError::Unfit { servers, reason });
        }
        let context =
            jetstream::ContextBuilder::new().timeout(ANSWERED_WITHIN).build(link.client().clone());
        let make = |config| made(&context, config, &membership, &log);
        let shared = Shared {
            queue: make(of_queue()).await?,
            events: make(of_events()).await?,
            records: make(of_records()).await?,
            functions: make(functions::stream()).await?,
            code: make(code::stream()).await?,
            held: Mutex::default(),
            redelivered: AtomicU64::new(0),
            revisions: Mutex::default(),
            deleted: Mutex::default(),
            outgoing: Outgoing::default(),
            listing: tokio::sync::Mutex::default(),
            unread: Mutex::default(),
            context,
            membership,
            log,
            link,
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// How this node joined.
    pub fn membership(&self) -> &Membership {
        &self.shared.membership
    }

    /// Whether a server is connected.
    pub fn is_connected(&self) -> bool {
        self.shared.link.is_up()
    }

    /// Publishes to a stream, and waits until the stream has it.
    async fn publish(
        &self,
        subject: String,
        message: PublishMessage,
    ) -> Result<PublishAck, ClusterError> {
        if !self.is_connected() {
            return Err(ClusterError::Away { reason: "there is no connection".to_owned() });
        }
        let failed = |error: PublishError| publish_error(&error, &subject);
        let sent = self.shared.context.send_publish(subject.clone(), message).await;
        sent.map_err(failed)?.await.map_err(failed)
    }

    /// The last message of a subject; none if there is none.
    async fn last(
        stream: &Stream,
        subject: &str,
    ) -> Result<Option<jetstream::message::StreamMessage>, ClusterError> {
        use jetstream::stream::LastRawMessageErrorKind as Kind;
        match stream.get_last_raw_message_by_subject(subject).await {
            Ok(message) => Ok(Some(message)),
            Err(error) if error.kind() == Kind::NoMessageFound => Ok(None),
            Err(error) => Err(ClusterError::Away { reason: error.to_string() }),
        }
    }
}

/// A payload to be published.
fn message(payload: impl Into<Bytes>) -> PublishMessage {
    PublishMessage::build().payload(payload.into())
}

/// A header's text.
fn header<'a>(headers: Option<&'a HeaderMap>, name: &str) -> Option<&'a str> {
    headers?.get(name).map(async_nats::HeaderValue::as_str)
}

fn publish_error(error: &PublishError, subject: &str) -> ClusterError {
    let source = std::error::Error::source(error);
    let answered = source.and_then(|source| source.downcast_ref::<jetstream::Error>());
    let code = answered.map(jetstream::Error::error_code);
    let reason = answered.map_or_else(|| error.to_string(), ToString::to_string);
    match (error.kind(), code) {
        (PublishErrorKind::WrongLastSequence, _) => {
            ClusterError::Changed { key: subject.to_owned() }
        }
        (
            _,
            Some(
                ErrorCode::STREAM_STORE_FAILED
                | ErrorCode::INSUFFICIENT_RESOURCES
                | ErrorCode::STORAGE_RESOURCES_EXCEEDED
                | ErrorCode::ACCOUNT_RESOURCES_EXCEEDED,
            ),
        )
        | (PublishErrorKind::MaxAckPending, _) => ClusterError::Full { reason },
        _ => ClusterError::Away { reason },
    }
}

/// A stream, made if it is not there. One that is there keeps what other nodes said of it, but for
/// its replicas where they were asked for.
async fn made(
    context: &jetstream::Context,
    config: Config,
    membership: &Membership,
    log: &Log,
) -> Result<Stream, ClusterError> {
    let name = config.name.clone();
    let unfit = |reason: String| ClusterError::Unfit {
        servers: membership.servers.to_string(),
        reason: format!("its stream {name} cannot be made: {reason}"),
    };
    let replicas = membership.replicas;
    let wanted = Config { num_replicas: replicas.unwrap_or(1), ..config };
    let stream = context.get_or_create_stream(wanted).await;
    let stream = stream.map_err(|error| unfit(error.to_string()))?;
    let there = stream.cached_info().config.clone();
    if let Some(replicas) = replicas.filter(|replicas| *replicas != there.num_replicas) {
        log.note(&format!(
            "the stream {name} had {} replicas, and is to have {replicas}",
            there.num_replicas
        ));
        let changed = Config { num_replicas: replicas, ..there };
        context.update_stream(changed).await.map_err(|error| unfit(error.to_string()))?;
    }
    Ok(stream)
}

fn of_queue() -> Config {
    Config {
        name: "KRAIT_QUEUE".to_owned(),
        description: Some("krait: asynchronous events to be run".to_owned()),
        subjects: vec![format!("{}>", queue::QUEUED)],
        retention: RetentionPolicy::WorkQueue,
        discard: DiscardPolicy::New,
        max_messages: QUEUED_EVENTS,
        duplicate_window: DUPLICATE_WINDOW,
        ..on_disk()
    }
}

fn of_events() -> Config {
    Config {
        name: "KRAIT_EVENTS".to_owned(),
        description: Some("krait: results of asynchronous events, and their retries".to_owned()),
        subjects: vec![format!("{}*", notes::NOTED)],
        max_messages: KEPT_EVENTS,
        max_messages_per_subject: 1,
        max_bytes: KEPT_EVENT_BYTES,
        max_age: KEPT,
        ..on_disk()
    }
}

fn of_records() -> Config {
    Config {
        name: "KRAIT_RECORDS".to_owned(),
        description: Some("krait: results and logs of invocations".to_owned()),
        subjects: vec![format!("{}>", records::RECORDED)],
        max_messages: KEPT_RECORDS,
        max_bytes: KEPT_RECORD_BYTES,
        max_age: KEPT,
        duplicate_window: DUPLICATE_WINDOW,
        ..on_disk()
    }
}

/// A stream on disk, with nothing said but that.
fn on_disk() -> Config {
    Config {
        storage: StorageType::File,
        max_bytes: -1,
        max_messages: -1,
        max_messages_per_subject: -1,
        max_consumers: -1,
        max_message_size: -1,
        ..Config::default()
    }
}
