//! Counts of invocations, for monitoring.

use super::store::FunctionKey;
use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Upper bounds of the histograms of durations, in seconds.
pub const BOUNDS: [f64; 14] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 3.0, 10.0];

/// One invocation, as far as it is counted.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    pub status_code: u16,
    /// From the request to its answer, including the wait for an instance.
    pub duration: Duration,
    /// The same for a cold start.
    pub cold_start: Option<Duration>,
}

/// Counts by function.
#[derive(Default)]
pub struct Counts {
    functions: Mutex<BTreeMap<FunctionKey, Counted>>,
}

/// What was counted of one function.
#[derive(Debug, Clone, Default)]
pub struct Counted {
    /// By status code.
    pub invocations: BTreeMap<u16, u64>,
    pub durations: Histogram,
    pub cold_starts: Histogram,
}

/// A histogram of durations.
#[derive(Debug, Clone, Default)]
pub struct Histogram {
    /// The number of durations between each bound and the one before it, and of those beyond the
    /// last.
    pub counts: [u64; BOUNDS.len() + 1],
    /// In seconds.
    pub sum: f64,
}

impl Histogram {
    fn note(&mut self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        let at = BOUNDS.iter().position(|bound| seconds <= *bound).unwrap_or(BOUNDS.len());
        self.counts[at] += 1;
        self.sum += seconds;
    }
}

impl Counts {
    pub(super) fn note(&self, key: &FunctionKey, measured: &Measured) {
        let mut functions = self.functions();
        if !functions.contains_key(key) {
            functions.insert(key.clone(), Counted::default());
        }
        let Some(counted) = functions.get_mut(key) else { return };
        *counted.invocations.entry(measured.status_code).or_default() += 1;
        counted.durations.note(measured.duration);
        if let Some(cold_start) = measured.cold_start {
            counted.cold_starts.note(cold_start);
        }
    }

    /// What was counted so far.
    pub fn all(&self) -> Vec<(FunctionKey, Counted)> {
        self.functions().iter().map(|(key, counted)| (key.clone(), counted.clone())).collect()
    }

    fn functions(&self) -> MutexGuard<'_, BTreeMap<FunctionKey, Counted>> {
        self.functions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
