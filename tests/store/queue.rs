//! The life of an event.

use super::{NOW, claim_all, event, ids, key, result, trial};
use krait::platform::store::{
    Ending, EventState, KEPT_MS, NewEvent, RetryClass, Room, Store, StoreError, Termination,
};
use libtest_mimic::Trial;
use std::{collections::BTreeSet, sync::Arc};

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("an event is claimed once, and never after its result", claimed_once),
        trial("a postponed event comes again when it is due", postponed),
        trial("the retries of each class are counted", counted),
        trial("a request id is taken once", taken),
        trial("functions share a claim", shared),
        trial("a queued event is aborted", aborted),
        trial("a running event is aborted when it would be tried again", aborted_later),
        trial("hundreds of callers at once", concurrent),
        trial("ended events are forgotten after three days", forgotten),
    ]
}

async fn state(store: &Store, request_id: &str) -> Option<EventState> {
    store.event_status(request_id).await.expect("a status").map(|event| event.state)
}

async fn claimed_once(store: Store) {
    let queued = NewEvent { enqueued_at: NOW - 5, ..event("one", "f", NOW) };
    store.enqueue(queued.clone()).await.expect("queued");
    assert_eq!(store.next_due(Room::for_any(1)).await, Ok(Some(NOW)));
    assert_eq!(store.queued().await, Ok(1));
    assert!(claim_all(&store, NOW - 1).await.is_empty(), "it is not due");
    let claimed = store.claim(NOW, Room::for_any(10)).await.expect("a claim");
    let [claimed] = claimed.try_into().expect("one event");
    assert_eq!(claimed.event, queued.event);
    assert_eq!((claimed.attempt, claimed.enqueued_at), (1, NOW - 5));
    assert!(claim_all(&store, NOW + 1).await.is_empty(), "it runs");
    assert_eq!(store.next_due(Room::for_any(1)).await, Ok(None));
    assert_eq!(state(&store, "one").await, Some(EventState::Running));

    assert_eq!(store.finish("one", result(Ending::Finished, NOW + 9)).await, Ok(true));
    assert_eq!(store.finish("one", result(Ending::Failed, NOW + 10)).await, Ok(false));
    assert_eq!(store.finish("unknown", result(Ending::Failed, NOW)).await, Ok(false));
    let again = store.postpone("one", NOW, RetryClass::RunError).await;
    assert_eq!(again, Ok(Some(EventState::Finished)));
    assert!(claim_all(&store, i64::MAX).await.is_empty(), "it has a result");
    let event = store.event_status("one").await.expect("a status").expect("the event");
    assert_eq!(event.state, EventState::Finished);
    assert_eq!((event.started_at, event.ended_at), (Some(NOW), Some(NOW + 9)));
    assert_eq!((event.status_code, event.ret_msg.as_deref()), (Some(200), Some("\"done\"")));
}

async fn postponed(store: Store) {
    store.enqueue(event("one", "f", NOW)).await.expect("queued");
    assert_eq!(claim_all(&store, NOW).await, ["one"]);
    let queued = store.postpone("one", NOW + 60, RetryClass::RunError).await;
    assert_eq!(queued, Ok(Some(EventState::Queued)));
    assert_eq!(store.next_due(Room::for_any(1)).await, Ok(Some(NOW + 60)));
    assert!(claim_all(&store, NOW + 59).await.is_empty(), "it is not due");
    assert_eq!(claim_all(&store, NOW + 60).await, ["one"]);
    let event = store.event_status("one").await.expect("a status").expect("the event");
    assert_eq!((event.attempt, event.started_at), (2, Some(NOW)));
    assert_eq!(store.postpone("unknown", NOW, RetryClass::RunError).await, Ok(None));
}

async fn counted(store: Store) {
    store.enqueue(event("one", "f", NOW)).await.expect("queued");
    for class in [
        RetryClass::RunError,
        RetryClass::OverConcurrency,
        RetryClass::SystemError,
        RetryClass::SystemError,
    ] {
        assert_eq!(claim_all(&store, NOW).await, ["one"]);
        store.postpone("one", NOW, class).await.expect("postponed");
    }
    let claimed = store.claim(NOW, Room::for_any(1)).await.expect("a claim").remove(0);
    assert_eq!((claimed.attempt, claimed.run_errors, claimed.system_errors), (5, 1, 2));
}

async fn taken(store: Store) {
    store.enqueue(event("one", "f", NOW)).await.expect("queued");
    let refused = store.enqueue(event("one", "g", NOW)).await.expect_err("a refusal");
    assert_eq!(refused, StoreError::Taken { request_id: "one".to_owned() });
    assert_eq!(
        refused.to_string(),
        "an event with the request id one is there already; give it another"
    );
    let claimed = store.claim(NOW, Room::for_any(9)).await.expect("a claim");
    assert_eq!(claimed.len(), 1);
    assert_eq!(claimed[0].function, "f");
}

async fn shared(store: Store) {
    for number in 0..100 {
        store.enqueue(event(&format!("f{number}"), "f", NOW + number)).await.expect("queued");
    }
    store.enqueue(event("g0", "g", NOW + 200)).await.expect("queued");
    let elsewhere = NewEvent { namespace: "other".to_owned(), ..event("a0", "a", NOW + 300) };
    store.enqueue(elsewhere).await.expect("queued");
    let later = NOW + 400;
    let of_f = |count| Room {
        in_all: 6,
        of: Arc::new(move |function| if *function == key("f") { count } else { 6 }),
    };
    assert_eq!(store.next_due(of_f(0)).await, Ok(Some(NOW + 200)));
    let claimed = store.claim(later, Room::for_any(6)).await.expect("a claim");
    assert_eq!(ids(claimed), ["f0", "f1", "g0", "a0"]);
    assert!(store.claim(later, of_f(0)).await.expect("a claim").is_empty());
    assert_eq!(store.next_due(of_f(0)).await, Ok(None));
    assert_eq!(store.next_due(Room::for_any(1)).await, Ok(Some(NOW + 2)));
    let claimed = store.claim(later, Room::for_any(3)).await.expect("a claim");
    assert_eq!(ids(claimed), ["f2", "f3", "f4"]);
    assert_eq!(ids(store.claim(later, of_f(1)).await.expect("a claim")), ["f5"]);
    // With no room at all nothing is due, or who waits for it would never rest.
    let none = Room { in_all: 0, ..Room::for_any(9) };
    assert!(store.claim(later, none.clone()).await.expect("a claim").is_empty());
    assert_eq!(store.next_due(none).await, Ok(None));
}

async fn aborted(store: Store) {
    store.enqueue(event("one", "f", NOW)).await.expect("queued");
    let after = store.terminate("one", Termination::Kill, NOW + 1).await;
    assert_eq!(after, Ok(Some(EventState::Aborted)));
    assert!(claim_all(&store, i64::MAX).await.is_empty(), "it was aborted");
    let event = store.event_status("one").await.expect("a status").expect("the event");
    assert_eq!((event.started_at, event.ended_at), (None, Some(NOW + 1)));
    let again = store.terminate("one", Termination::Kill, NOW + 2).await;
    assert_eq!(again, Ok(Some(EventState::Aborted)));
    assert_eq!(store.terminate("unknown", Termination::Kill, NOW).await, Ok(None));
}

async fn aborted_later(store: Store) {
    store.enqueue(event("one", "f", NOW)).await.expect("queued");
    assert_eq!(claim_all(&store, NOW).await, ["one"]);
    let after = store.terminate("one", Termination::Graceful, NOW + 1).await;
    assert_eq!(after, Ok(Some(EventState::Running)));
    let event = store.event_status("one").await.expect("a status").expect("the event");
    assert_eq!((event.termination, event.ended_at), (Some(Termination::Graceful), None));
    let after = store.postpone("one", NOW + 60, RetryClass::RunError).await;
    assert_eq!(after, Ok(Some(EventState::Aborted)));
    assert!(claim_all(&store, i64::MAX).await.is_empty(), "it was aborted");
}

async fn concurrent(store: Store) {
    let callers: Vec<_> = (0..300)
        .map(|caller| {
            let store = store.clone();
            async move {
                let mut claimed = Vec::new();
                for number in 0..10 {
                    let request_id = format!("{caller}-{number}");
                    store.enqueue(event(&request_id, "f", NOW)).await.expect("queued");
                    claimed.extend(ids(store.claim(NOW, Room::for_any(1)).await.expect("a claim")));
                }
                claimed
            }
        })
        .collect();
    let tasks = tokio::task::LocalSet::new();
    let running: Vec<_> = callers.into_iter().map(|caller| tasks.spawn_local(caller)).collect();
    let claimed = tasks
        .run_until(async {
            let mut claimed = Vec::new();
            for each in running {
                claimed.extend(each.await.expect("a caller"));
            }
            claimed
        })
        .await;
    // As many claims as events, each after an event of its own: none can be empty.
    assert_eq!(claimed.len(), 3000);
    assert_eq!(claimed.iter().collect::<BTreeSet<_>>().len(), 3000);
}

async fn forgotten(store: Store) {
    for (request_id, ended_at) in [("old", NOW - KEPT_MS - 1), ("young", NOW - KEPT_MS)] {
        store.enqueue(event(request_id, "f", ended_at)).await.expect("queued");
        assert_eq!(claim_all(&store, ended_at).await, [request_id]);
        let finished = store.finish(request_id, result(Ending::Finished, ended_at)).await;
        assert_eq!(finished, Ok(true));
    }
    store.enqueue(event("waiting", "f", NOW - 2 * KEPT_MS)).await.expect("queued");
    store.expire(NOW).await.expect("expired");
    assert_eq!(state(&store, "old").await, None);
    assert_eq!(state(&store, "young").await, Some(EventState::Finished));
    assert_eq!(state(&store, "waiting").await, Some(EventState::Queued));
}
