//! Cancels an invocation from another task, whether it has an instance or still waits for one.

use super::store::Termination;
use crate::instance::Killer;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::Notify;

/// How long a function may take to end after its SIGTERM. How long the platform gives it is not
/// known; this is what container engines do.
const GRACE: Duration = Duration::from_secs(10);

/// What ends one invocation.
#[derive(Debug, Default)]
pub(super) struct Cancellation {
    state: Mutex<CancellationState>,
    asked: Notify,
}

#[derive(Debug, Default)]
struct CancellationState {
    is_asked: bool,
    /// Ends the instance, once there is one.
    killer: Option<Killer>,
}

impl Cancellation {
    /// Ends the invocation: before it begins, or by a signal to its instance.
    pub(super) fn ask(&self, how: Termination) {
        let killer = {
            let mut state = self.state();
            state.is_asked = true;
            state.killer.clone()
        };
        self.asked.notify_one();
        match (killer, how) {
            (None, _) => {}
            (Some(killer), Termination::Kill) => killer.kill(),
            (Some(killer), Termination::Graceful) => {
                killer.terminate();
                tokio::spawn(async move {
                    tokio::time::sleep(GRACE).await;
                    killer.kill();
                });
            }
        }
    }

    /// Completes when the invocation must end.
    pub(super) async fn asked(&self) {
        self.asked.notified().await;
    }

    /// Whether the invocation may begin. From now on, `killer` ends its instance.
    pub(super) fn may_run(&self, killer: Killer) -> bool {
        let mut state = self.state();
        state.killer = Some(killer);
        !state.is_asked
    }

    fn state(&self) -> MutexGuard<'_, CancellationState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
