//! What is declared of a function, wherever it is declared. Its checks are in `configuration.rs`.

use crate::contract::policy::Rules;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// One function, as it is declared. What is absent is the platform's default.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Declaration {
    #[serde(default)]
    pub name: String,
    pub namespace: Option<String>,
    pub region: Option<String>,
    pub code: Option<PathBuf>,
    pub handler: Option<String>,
    pub description: Option<String>,
    /// As the API shows it; krait has one for Python, and takes those that functions bring.
    pub runtime: Option<String>,
    /// In MB.
    pub memory: Option<u32>,
    /// In seconds.
    pub timeout: Option<u32>,
    /// In seconds.
    pub init_timeout: Option<u32>,
    #[serde(default)]
    pub layers: Vec<PathBuf>,
    /// Invocations at once.
    pub concurrency: Option<usize>,
    #[serde(default)]
    pub snapshot: SnapshotOf,
    /// How often an asynchronous invocation that failed is tried again: 0 to 2.
    pub retries: Option<u32>,
    /// How long a queued event is retried, in seconds.
    pub max_event_age: Option<u32>,
    /// Instead of the platform's minute between tries, in seconds.
    pub retry_interval: Option<f64>,
    #[serde(default)]
    pub environment: IndexMap<String, String>,
    /// What it may reach of the machine, where that is not what the server says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<Rules>,
    pub dead_letter: Option<DeadLetter>,
    #[serde(default)]
    pub timers: Vec<Timer>,
}

/// What an instance is forked from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SnapshotOf {
    /// An interpreter that knows no function.
    #[default]
    Runtime,
    /// An interpreter that has loaded the function, once for all instances.
    Init,
}

/// The target of events that were given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeadLetter {
    /// Another function, of the same namespace, which gets the message as its event.
    Function(String),
    /// A file that gets one line per event.
    File(PathBuf),
}

/// A timer trigger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    pub name: String,
    /// Seven fields, or five (docs/contract.md §8.4).
    pub cron: String,
    #[serde(default)]
    pub message: String,
    #[serde(default = "enabled")]
    pub enabled: bool,
}

fn enabled() -> bool {
    true
}
