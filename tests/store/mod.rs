//! The checks, and what they share.

pub(crate) mod children;
pub(crate) mod code;
pub(crate) mod lists;
pub(crate) mod opening;
pub(crate) mod protocol;
pub(crate) mod queue;
pub(crate) mod records;

use krait::platform::store::{
    Ending, EventResult, FunctionKey, NewEvent, Page, QueuedEvent, Room, Store,
};
use libtest_mimic::Trial;
use std::{future::Future, path::Path};

/// A moment; the store has no clock.
pub(crate) const NOW: i64 = 1_700_000_000_000;

pub(crate) const ALL: Page = Page { offset: 0, limit: u32::MAX };

/// A check of a new store.
pub(crate) fn trial<F: Future<Output = ()>>(
    name: &str,
    check: impl FnOnce(Store) -> F + Send + 'static,
) -> Trial {
    in_folder(name, |folder| wait_for(check(open(folder))))
}

/// A check with an empty folder.
pub(crate) fn in_folder(name: &str, check: impl FnOnce(&Path) + Send + 'static) -> Trial {
    Trial::test(name, move || {
        let folder = tempfile::tempdir()?;
        check(folder.path());
        Ok(())
    })
}

/// Runs on a single thread, as the server does.
pub(crate) fn wait_for<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

pub(crate) fn open(folder: &Path) -> Store {
    Store::open(folder).expect("a store")
}

pub(crate) fn key(name: &str) -> FunctionKey {
    FunctionKey { namespace: "default".to_owned(), name: name.to_owned() }
}

/// An event for `function` that is queued and due at the same time.
pub(crate) fn event(request_id: &str, function: &str, due_at: i64) -> NewEvent {
    NewEvent {
        request_id: request_id.to_owned(),
        namespace: "default".to_owned(),
        function: function.to_owned(),
        qualifier: "$LATEST".to_owned(),
        invoke_type: "Event".to_owned(),
        event: format!("{{\"of\": \"{request_id}\"}}").into_bytes().into(),
        enqueued_at: due_at,
        due_at,
    }
}

pub(crate) fn result(ending: Ending, ended_at: i64) -> EventResult {
    EventResult { ending, status_code: 200, ret_msg: "\"done\"".to_owned(), ended_at }
}

/// Claims as many as there are, and gives their request ids.
pub(crate) async fn claim_all(store: &Store, now: i64) -> Vec<String> {
    ids(store.claim(now, Room::for_any(usize::MAX)).await.expect("a claim"))
}

pub(crate) fn ids(events: Vec<QueuedEvent>) -> Vec<String> {
    events.into_iter().map(|event| event.request_id).collect()
}
