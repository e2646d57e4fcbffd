//! What a module's host must know to end a function that runs too long, as a module cannot do it itself: when
//! the next limit comes, and later, in another instance, how such an invocation ends.
//!
//! hosts/README.md describes both environment variables. Without them, nothing is told.

use super::request::Settled;
use crate::contract::{Failure, Invocation, Outcome};
use serde::Deserialize;
use std::{
    io::{Write as _, stderr},
    time::Duration,
};

/// The word that begins a line for the host on standard error. The host makes a new one for each instance, and a
/// function does not see the host's environment: it cannot write such a line.
const TELLS: &str = "KRAIT_HOST_LIMITS";

/// How the host ended the same invocation in another instance, as JSON.
const ENDED: &str = "KRAIT_HOST_ENDED";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ended {
    /// 433, 439 or 450.
    status_code: u16,
    request_id: String,
    duration_ms: u64,
}

/// What the host wants to be told of one invocation.
pub(super) struct HostLimits<'a> {
    /// None if it did not ask.
    word: Option<String>,
    request_id: &'a str,
}

impl<'a> HostLimits<'a> {
    /// Looks whether the host asked. The environment is the host's until an instance starts.
    pub(super) fn of(request_id: &'a str) -> Self {
        Self { word: std::env::var(TELLS).ok(), request_id }
    }

    /// Whether the host asked.
    pub(super) fn are_told(&self) -> bool {
        self.word.is_some()
    }

    /// Tells the host that the next step has `seconds` from now, and with which status it ends otherwise.
    pub(super) fn tell(&self, seconds: u32, status_code: u16) {
        let Some(word) = &self.word else { return };
        let limit = serde_json::json!({
            "requestId": self.request_id,
            "seconds": seconds,
            "statusCode": status_code,
        });
        // One write: the host takes it for one line. A host that reads no standard error has no use for it.
        let _ = stderr().lock().write_all(format!("{word} {limit}\n").as_bytes());
    }
}

/// The invocation that the host ended, if this instance is to answer for it.
///
/// # Errors
/// When the host did not say it as hosts/README.md has it.
pub(super) fn ended(settled: &Settled) -> anyhow::Result<Option<Invocation>> {
    let Ok(text) = std::env::var(ENDED) else { return Ok(None) };
    let ended: Ended = serde_json::from_str(&text)
        .map_err(|error| anyhow::anyhow!("{ENDED} cannot be used: {error}"))?;
    let function = &settled.function;
    let failure = match ended.status_code {
        433 => Failure::Timeout { seconds: function.timeout_seconds },
        439 => Failure::ProcessExit,
        450 => Failure::InitTimeout { seconds: function.init_timeout_seconds },
        other => {
            anyhow::bail!("{ENDED}: a host can end an invocation with 433, 439 or 450, not {other}")
        }
    };
    Ok(Some(Invocation {
        request_id: ended.request_id,
        outcome: Outcome::Failed(failure),
        duration: Duration::from_millis(ended.duration_ms),
        memory_bytes: 0,
    }))
}
