//! Functions' code: an object store, in NATS's own layout (its ADR 20). An object's name is the
//! SHA-256 of the zip.

use super::{Cluster, ClusterError, message, on_disk};
use crate::package::digest_of;
use async_nats::jetstream::{
    consumer::{DeliverPolicy, pull},
    stream::{Config, DiscardPolicy},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio::time::timeout;

const BUCKET: &str = "krait-code";

/// As NATS's clients have it.
const CHUNK_BYTES: usize = 128 << 10;

/// How long the next chunk may take.
const CHUNK_WITHIN: Duration = Duration::from_secs(10);

/// An object, as the store's layout describes it.
#[derive(Debug, Serialize, Deserialize)]
struct Object {
    name: String,
    bucket: String,
    /// What its chunks are found by.
    nuid: String,
    size: usize,
    chunks: usize,
    mtime: String,
    digest: String,
    options: Options,
}

#[derive(Debug, Serialize, Deserialize)]
struct Options {
    max_chunk_size: usize,
}

pub(super) fn stream() -> Config {
    Config {
        name: format!("OBJ_{BUCKET}"),
        description: Some("krait: the functions' code".to_owned()),
        subjects: vec![format!("$O.{BUCKET}.C.>"), format!("$O.{BUCKET}.M.>")],
        discard: DiscardPolicy::New,
        allow_rollup: true,
        allow_direct: true,
        ..on_disk()
    }
}

impl Cluster {
    /// Keeps a zip under its digest, unless it is there.
    ///
    /// # Errors
    /// When the servers have no room, or do not answer.
    pub(in crate::platform) async fn save_code(
        &self,
        digest: &str,
        code: &Bytes,
    ) -> Result<(), ClusterError> {
        if Self::last(&self.shared.code, &described_by(digest)).await?.is_some() {
            return Ok(());
        }
        let nuid = uuid::Uuid::new_v4().simple().to_string();
        let chunks: Vec<Bytes> = (0..code.len())
            .step_by(CHUNK_BYTES)
            .map(|at| code.slice(at..code.len().min(at + CHUNK_BYTES)))
            .collect();
        for chunk in &chunks {
            self.publish(format!("$O.{BUCKET}.C.{nuid}"), message(chunk.clone())).await?;
        }
        let object = Object {
            name: digest.to_owned(),
            bucket: BUCKET.to_owned(),
            nuid,
            size: code.len(),
            chunks: chunks.len(),
            mtime: jiff::Timestamp::now().to_string(),
            digest: format!("SHA-256={}", BASE64_URL_SAFE.encode(Sha256::digest(code))),
            options: Options { max_chunk_size: CHUNK_BYTES },
        };
        // Texts and numbers: it can be written.
        let described = message(serde_json::to_vec(&object).unwrap_or_default());
        let described = described.header("Nats-Rollup", "sub");
        self.publish(described_by(digest), described).await.map(drop)
    }

    /// The zip of a digest.
    ///
    /// # Errors
    /// [`ClusterError::Damaged`] when it is not there, or is not what was kept.
    pub(in crate::platform) async fn code(&self, digest: &str) -> Result<Bytes, ClusterError> {
        let damaged = || ClusterError::Damaged { what: format!("the code {digest}") };
        let away = |reason: String| ClusterError::Away { reason };
        let described = Self::last(&self.shared.code, &described_by(digest)).await?;
        let described = described.ok_or_else(damaged)?;
        let object: Object = serde_json::from_slice(&described.payload).map_err(|_| damaged())?;
        let config = pull::OrderedConfig {
            deliver_policy: DeliverPolicy::All,
            filter_subject: format!("$O.{BUCKET}.C.{}", object.nuid),
            ..pull::OrderedConfig::default()
        };
        let consumer = self.shared.code.create_consumer(config).await;
        let consumer = consumer.map_err(|error| away(error.to_string()))?;
        let chunks = consumer.messages().await;
        let mut chunks = chunks.map_err(|error| away(error.to_string()))?;
        let mut code = BytesMut::new();
        for _ in 0..object.chunks {
            let chunk = timeout(CHUNK_WITHIN, chunks.next()).await;
            let chunk = chunk.map_err(|_| away("a chunk of code did not come".to_owned()))?;
            let chunk = chunk.ok_or_else(damaged)?.map_err(|error| away(error.to_string()))?;
            code.extend_from_slice(&chunk.payload);
        }
        if digest_of(&code) == digest { Ok(code.freeze()) } else { Err(damaged()) }
    }
}

/// The subject of an object's description.
fn described_by(name: &str) -> String {
    format!("$O.{BUCKET}.M.{}", BASE64_URL_SAFE.encode(name))
}
