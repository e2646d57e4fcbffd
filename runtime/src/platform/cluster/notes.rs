//! Notes of how far events have come, in a stream of their own. Its last message of a subject is
//! the note.

use super::{
    Cluster, ClusterError, message,
    protocol::{Noted, meet},
};
use std::time::Duration;

/// What the subjects of notes begin with; then comes the request id.
pub(super) const NOTED: &str = "krait.event.";

/// The pause before a note is tried again that the servers did not take.
const PAUSE: Duration = Duration::from_millis(500);
/// How often a result is tried again that there was no room for.
const TRIED_LATE: u32 = 20;

/// Which note of an event is known: its place in the stream. 0 is none.
pub(super) type Place = u64;

/// How noting what must not be lost ended.
pub(super) enum Noting {
    Done,
    /// Another node's note stays.
    Kept,
    /// The servers have no room for it.
    NoRoom,
}

impl Cluster {
    /// What is noted of an event, and which note that is.
    ///
    /// # Errors
    /// When the servers do not answer.
    pub(super) async fn noted(
        &self,
        request_id: &str,
    ) -> Result<(Option<Noted>, Place), ClusterError> {
        let last = Self::last(&self.shared.events, &format!("{NOTED}{request_id}")).await?;
        let Some(last) = last else { return Ok((None, 0)) };
        let damaged =
            |_| ClusterError::Damaged { what: format!("the note about the event {request_id}") };
        Ok((Some(serde_json::from_slice(&last.payload).map_err(damaged)?), last.sequence))
    }

    /// Writes a note over the one that is known.
    ///
    /// # Errors
    /// [`ClusterError::Changed`] if another is there, [`ClusterError::Full`] and
    /// [`ClusterError::Away`].
    pub(super) async fn note(
        &self,
        request_id: &str,
        noted: &Noted,
        known: Place,
    ) -> Result<(), ClusterError> {
        // Texts and numbers: it can be written.
        let text = serde_json::to_string(noted).unwrap_or_default();
        let message = message(text).expected_last_subject_sequence(known);
        self.publish(format!("{NOTED}{request_id}"), message).await.map(drop)
    }

    /// Notes what must not be lost. While the servers are away, this waits.
    pub(super) async fn note_surely(
        &self,
        request_id: &str,
        mut noted: Noted,
        mut known: Place,
    ) -> Noting {
        let mut is_told = false;
        loop {
            let error = match self.note(request_id, &noted, known).await {
                Ok(()) => return Noting::Done,
                Err(ClusterError::Full { .. }) => return Noting::NoRoom,
                // Another node's, or this one, whose answer was lost.
                Err(ClusterError::Changed { .. }) => match self.noted(request_id).await {
                    Ok((found, place)) => match meet(found.as_ref(), noted.clone()) {
                        None => return Noting::Kept,
                        Some(merged) => {
                            (noted, known) = (merged, place);
                            continue;
                        }
                    },
                    Err(error) => error,
                },
                Err(error) => error,
            };
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

    /// Notes the result of an event that had to leave the queue to make room for it. A node that
    /// dies meanwhile loses the result, and nothing else.
    pub(super) async fn note_late(&self, request_id: &str, noted: &Noted, known: Place) {
        for _ in 0..TRIED_LATE {
            tokio::time::sleep(PAUSE).await;
            match self.note_surely(request_id, noted.clone(), known).await {
                Noting::Done | Noting::Kept => return,
                Noting::NoRoom => {}
            }
        }
        self.shared.log.note(&format!(
            "the result of the event {request_id} is lost: the cluster's servers have no room for it"
        ));
    }
}
