//! Runs queued events: takes those that are due from the store ([`super::pulling`] pulls a
//! cluster's), invokes the function, and records
//! the result or the next attempt (docs/contract.md §5). Each event runs at least once. An event
//! whose result was recorded never runs again.

use super::{
    DeadLetter, LATEST, Refused, Request, Revision, Shared, Source,
    cancellation::Cancellation,
    new_request_id, now_ms,
    running::{self, Completed},
    store::{
        Ending, EventResult, FunctionKey, NewEvent, QueuedEvent, RetryClass, Room, StoreError,
    },
};
use crate::contract::{
    Failure, Outcome,
    retry::{self, Class, Next, RetryPolicy},
};
use std::{
    collections::{HashMap, hash_map::Entry},
    io::{self, Write},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::Ordering},
    time::Duration,
};
use tokio::sync::Notify;

/// The pause after a failure of the store.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// How long after a dead letter could not be written it is tried again, at first and at most.
const LETTER_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_LETTER_PAUSE: Duration = Duration::from_secs(60);

/// The longest time between two looks at what is due.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Runs until the platform closes.
pub(super) async fn run(shared: Arc<Shared>) {
    let at_work = Arc::<AtWork>::default();
    loop {
        // Requested first, so that no event that is queued or finished from here on is missed.
        let queued = shared.queued.notified();
        if shared.closing.load(Ordering::Relaxed) {
            return;
        }
        let room = room(&shared, &at_work);
        match shared.backing.store().claim(now_ms(), room.clone()).await {
            Ok(events) if !events.is_empty() => {
                for event in events {
                    tokio::spawn(work(Underway::begin(&shared, &at_work, event)));
                }
                continue;
            }
            Ok(_) => {}
            Err(error) => {
                shared.log.note(&format!("queued events cannot be read: {error}"));
                tokio::time::sleep(STORE_PAUSE).await;
                continue;
            }
        }
        // An event that ends makes room, and notifies.
        let due = shared.backing.store().next_due(room).await.ok().flatten();
        let pause = due.map_or(LONGEST_PAUSE, |due| {
            Duration::from_millis(u64::try_from(due - now_ms()).unwrap_or(0)).min(LONGEST_PAUSE)
        });
        let _ = tokio::time::timeout(pause, queued).await;
    }
}

/// How many events of each function are worked on.
#[derive(Default)]
pub(super) struct AtWork {
    counts: Mutex<HashMap<FunctionKey, usize>>,
    /// An event has ended, so there may be room for another.
    pub ended: Notify,
}

/// How many more may be claimed. Each function has its own share, so that a slow one does not delay
/// others.
fn room(shared: &Arc<Shared>, at_work: &Arc<AtWork>) -> Room {
    let in_all = shared.pool.limits().instances.saturating_sub(at_work.counts().values().sum());
    let (shared, at_work) = (shared.clone(), at_work.clone());
    Room { in_all, of: Arc::new(move |key| at_work.room_for(&shared, key)) }
}

impl AtWork {
    /// How many more may be worked on of one function.
    pub(super) fn room_for(&self, shared: &Shared, key: &FunctionKey) -> usize {
        let most = match shared.registry.resolve(key, LATEST) {
            Ok(revision) => shared.pool.async_workers(&revision),
            Err(_) => shared.pool.limits().async_workers,
        };
        most.saturating_sub(self.counts().get(key).copied().unwrap_or(0))
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<FunctionKey, usize>> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An event that runs. From its claim on it counts, and can be ended by its request id.
pub(super) struct Underway {
    shared: Arc<Shared>,
    at_work: Arc<AtWork>,
    event: QueuedEvent,
    cancellation: Arc<Cancellation>,
}

impl Underway {
    pub(super) fn begin(shared: &Arc<Shared>, at_work: &Arc<AtWork>, event: QueuedEvent) -> Self {
        *at_work.counts().entry(key(&event)).or_default() += 1;
        let cancellation = shared.running.cancellable(&event.request_id);
        Self { shared: shared.clone(), at_work: at_work.clone(), event, cancellation }
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        self.shared.running.forget(&self.event.request_id);
        self.shared.backing.leave(&self.event.request_id);
        let mut counts = self.at_work.counts();
        if let Entry::Occupied(mut count) = counts.entry(key(&self.event)) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
        drop(counts);
        self.shared.queued.notify_one();
        self.at_work.ended.notify_waiters();
    }
}

fn key(event: &QueuedEvent) -> FunctionKey {
    FunctionKey { namespace: event.namespace.clone(), name: event.function.clone() }
}

pub(super) async fn work(underway: Underway) {
    let Underway { shared, event, cancellation, .. } = &underway;
    if let Err(error) = attempt(shared, event, cancellation).await {
        // It stays claimed, and runs again after the next start of the server.
        shared.log.note(&format!("the event {} cannot be recorded: {error}", event.request_id));
    }
}

async fn attempt(
    shared: &Shared,
    event: &QueuedEvent,
    cancellation: &Cancellation,
) -> Result<(), StoreError> {
    let key = key(event);
    let request = Request {
        key: key.clone(),
        qualifier: event.qualifier.clone(),
        request_id: event.request_id.clone(),
        event: event.event.clone(),
        source: Source::CloudApi,
    };
    let revision = match shared.registry.resolve(&key, &event.qualifier) {
        Ok(revision) => revision,
        Err(refused) => {
            return finish(shared, event, Ending::Failed, 435, refused.to_string()).await;
        }
    };
    let retry = event.run_errors + event.system_errors;
    let completed = match running::run(shared, &revision, &request, retry, cancellation).await {
        Ok(completed) => completed,
        Err(refused) => {
            let code = if matches!(refused, Refused::Event(_)) { 400 } else { 500 };
            return give_up(shared, event, &revision, None, code, &refused.to_string()).await;
        }
    };
    settle(shared, event, &revision, completed).await
}

/// Records a result, or the next attempt.
async fn settle(
    shared: &Shared,
    event: &QueuedEvent,
    revision: &Revision,
    completed: Completed,
) -> Result<(), StoreError> {
    let code = completed.invocation.status_code();
    let ret_msg = completed.invocation.ret_msg();
    let Outcome::Failed(failure) = completed.invocation.outcome else {
        return finish(shared, event, Ending::Finished, code, ret_msg).await;
    };
    let status = shared.backing.event_status(&event.request_id).await?;
    if status.is_some_and(|status| status.termination.is_some()) {
        return finish(shared, event, Ending::Aborted, 499, ret_msg).await;
    }
    let policy: &RetryPolicy = &revision.settings.retry;
    let age = Duration::from_millis(u64::try_from(now_ms() - event.enqueued_at).unwrap_or(0));
    let Some(class) = retry::class(code) else {
        return finish(shared, event, Ending::Failed, code, ret_msg).await;
    };
    match policy.next(class, event.run_errors, event.system_errors, age) {
        Next::After(pause) => {
            let due_at = now_ms() + i64::try_from(pause.as_millis()).unwrap_or(i64::MAX / 2);
            let class = match class {
                Class::OverConcurrency => RetryClass::OverConcurrency,
                Class::SystemError => RetryClass::SystemError,
                Class::RunError | Class::CallerError => RetryClass::RunError,
            };
            shared.backing.postpone(&event.request_id, due_at, class).await
        }
        Next::GiveUp => give_up(shared, event, revision, Some(&failure), code, &ret_msg).await,
    }
}

/// Records a failure that is final, once the dead letter's target has the event.
async fn give_up(
    shared: &Shared,
    event: &QueuedEvent,
    revision: &Revision,
    failure: Option<&Failure>,
    code: u16,
    ret_msg: &str,
) -> Result<(), StoreError> {
    if let Some(target) = &revision.settings.dead_letter {
        send_dead_letter(shared, event, revision, target, failure).await?;
    }
    finish(shared, event, Ending::Failed, code, ret_msg.to_owned()).await
}

async fn send_dead_letter(
    shared: &Shared,
    event: &QueuedEvent,
    revision: &Revision,
    target: &DeadLetter,
    failure: Option<&Failure>,
) -> Result<(), StoreError> {
    let event_text = String::from_utf8_lossy(&event.event);
    let message = retry::DeadLetter {
        function: &revision.function,
        request_id: &event.request_id,
        qualifier: &event.qualifier,
        source: &event.invoke_type,
        event: &event_text,
        failure,
        policy: &revision.settings.retry,
        invoked_at: event.enqueued_at,
        pushed_at: now_ms(),
    }
    .to_json();
    match target {
        DeadLetter::Function(name) => {
            let now = now_ms();
            let letter = NewEvent {
                request_id: new_request_id(),
                namespace: event.namespace.clone(),
                function: name.clone(),
                qualifier: "$DEFAULT".to_owned(),
                invoke_type: event.invoke_type.clone(),
                event: message.into(),
                enqueued_at: now,
                due_at: now,
            };
            let mut pause = LETTER_PAUSE;
            while let Err(error) = shared.backing.enqueue(letter.clone()).await {
                if !matches!(error, StoreError::Cluster(_)) {
                    return Err(error);
                }
                shared.log.note(&format!(
                    "the dead letter of {} cannot be queued: {error}; it is tried again",
                    event.request_id
                ));
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_LETTER_PAUSE);
            }
            shared.queued.notify_one();
        }
        DeadLetter::File(path) => {
            let line = message + "\n";
            let mut pause = LETTER_PAUSE;
            // Until it is written the event stays as it is: it is there after a restart, too.
            while let Err(error) = append(path.clone(), line.clone()).await {
                shared.log.note(&format!(
                    "the dead letter of {} cannot be written to {}: {error}; it is tried again",
                    event.request_id,
                    path.display()
                ));
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_LETTER_PAUSE);
            }
        }
    }
    Ok(())
}

/// Adds a line to a file, durably, on a thread that may wait for the disk.
async fn append(path: PathBuf, line: String) -> io::Result<()> {
    let append = move || {
        let mut file = std::fs::File::options().create(true).append(true).open(&path)?;
        file.write_all(line.as_bytes())?;
        file.sync_data()
    };
    tokio::task::spawn_blocking(append).await.unwrap_or_else(|error| Err(io::Error::other(error)))
}

async fn finish(
    shared: &Shared,
    event: &QueuedEvent,
    ending: Ending,
    status_code: u16,
    ret_msg: String,
) -> Result<(), StoreError> {
    let result = EventResult { ending, status_code, ret_msg, ended_at: now_ms() };
    shared.backing.finish(&event.request_id, result).await
}
