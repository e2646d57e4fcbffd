//! The rules by which nodes agree on an event, with no I/O.
//!
//! Two nodes can run the same event: when the lease of one was over while it still ran, and the
//! servers gave the event to another. So a node writes a note only over the note that it knows; the
//! servers check that. A node that comes too late reads the other's note, and [`meet`] says what
//! becomes of its own. `tests/store/protocol.rs` checks these rules in every order of what can
//! happen to two nodes.

use crate::platform::store::{AsyncEvent, EventState};
use serde::{Deserialize, Serialize};

/// What is noted of an event, beyond its message in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    #[serde(flatten)]
    pub event: AsyncEvent,
    /// How often it was given back after an error of each class (docs/contract.md §5).
    pub run_errors: u32,
    pub system_errors: u32,
    /// What a newer krait noted besides. It stays.
    #[serde(flatten)]
    pub more: serde_json::Map<String, serde_json::Value>,
}

impl Noted {
    /// For an event that was never tried.
    pub fn of(event: AsyncEvent) -> Self {
        Self { event, run_errors: 0, system_errors: 0, more: serde_json::Map::new() }
    }
}

/// What a node does with an event that was delivered to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivered {
    /// It has a result: it is acknowledged without running.
    Over,
    /// A server that was started again has forgotten the delay. These ms are left of it.
    Early { left: u64 },
    /// It runs.
    Due,
}

/// What to do with an event that was delivered at `now`, in ms since 1970. `noted` is what is known
/// of it.
pub fn delivered(noted: Option<&Noted>, now: i64) -> Delivered {
    match noted {
        Some(noted) if !is_going(noted.event.state) => Delivered::Over,
        Some(noted) if noted.event.due_at > now => {
            Delivered::Early { left: u64::try_from(noted.event.due_at - now).unwrap_or(0) }
        }
        _ => Delivered::Due,
    }
}

/// What is to be written for `ours`, where `found` is noted and not what its writer knew. None: the
/// other note stays.
///
/// The first result stays. One that ended the event by request has nothing of the invocation; what
/// its node knows of that is added. Of two retries, the first stays: they are of one attempt.
pub fn meet(found: Option<&Noted>, mut ours: Noted) -> Option<Noted> {
    let Some(found) = found else { return Some(ours) };
    let (was_going, goes) = (is_going(found.event.state), is_going(ours.event.state));
    for (name, value) in &found.more {
        ours.more.entry(name).or_insert_with(|| value.clone());
    }
    if was_going && !goes {
        return Some(ours);
    }
    if found.event.state == EventState::Aborted && found.event.status_code.is_none() && !goes {
        ours.event.state = EventState::Aborted;
        ours.event.termination = found.event.termination;
        return Some(ours);
    }
    None
}

/// Whether an event has no result yet.
pub fn is_going(state: EventState) -> bool {
    matches!(state, EventState::Queued | EventState::Running)
}
