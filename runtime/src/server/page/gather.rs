//! Collects the data of the pages from the platform.

use super::super::Server;
use crate::platform::{
    Deployed, InstanceState, ShownInstance,
    counts::Counted,
    now_ms,
    store::{FunctionKey, InvocationRecord, Page, RecordFilter, RecordOrder},
};
use std::collections::HashMap;

/// How many of the last invocations a page shows.
const SHOWN_INVOCATIONS: u32 = 25;

/// The platform's state at one moment, or one function's part of it.
pub(super) struct Overview {
    /// Milliseconds since the epoch.
    pub now: i64,
    /// All functions, for the form.
    pub functions: Vec<(FunctionKey, Deployed)>,
    pub counts: HashMap<FunctionKey, Counted>,
    pub instances: Vec<ShownInstance>,
    pub waiting: usize,
    /// None if the store could not be read.
    pub queued: Option<u64>,
    /// The last invocations, the latest first; or why they could not be read.
    pub invocations: Result<Vec<InvocationRecord>, String>,
}

impl Overview {
    /// Of all functions, or of one.
    pub(super) async fn gather(server: &Server, of: Option<&FunctionKey>) -> Self {
        let platform = &server.platform;
        let filter = RecordFilter {
            namespace: of.map(|key| key.namespace.clone()),
            function: of.map(|key| key.name.clone()),
            ..RecordFilter::default()
        };
        let page = Page { offset: 0, limit: SHOWN_INVOCATIONS };
        let invocations = platform.store().logs(filter, RecordOrder::StartTime, true, page).await;
        let mut instances = platform.instances();
        instances.retain(|instance| of.is_none_or(|key| instance.key == *key));
        instances.sort_by(|one, other| {
            (&one.key, one.since, one.process).cmp(&(&other.key, other.since, other.process))
        });
        Self {
            now: now_ms(),
            functions: platform.registry().all(),
            counts: platform.counts().all().into_iter().collect(),
            instances,
            waiting: platform.waiting(),
            queued: platform.queued().await.ok(),
            invocations: invocations.map(|(records, _)| records).map_err(|error| error.to_string()),
        }
    }

    pub(super) fn busy(&self) -> usize {
        self.instances.iter().filter(|each| each.state == InstanceState::Busy).count()
    }
}

/// A function's counts, added up.
#[derive(Default)]
pub(super) struct Sums {
    pub calls: u64,
    /// Invocations with a status code other than 200.
    pub failed: u64,
    pub cold_starts: u64,
    /// In seconds; none before the first.
    pub mean: Option<f64>,
}

impl Sums {
    pub(super) fn of(counted: Option<&Counted>) -> Self {
        let Some(counted) = counted else { return Self::default() };
        let calls: u64 = counted.invocations.values().sum();
        let returned = counted.invocations.get(&200).copied().unwrap_or_default();
        Self {
            calls,
            failed: calls - returned,
            cold_starts: counted.cold_starts.counts.iter().sum(),
            mean: (calls > 0).then(|| counted.durations.sum / calls as f64),
        }
    }
}
