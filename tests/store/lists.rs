//! What `ListAsyncEvents` lets through, and in which order.

use super::{ALL, NOW, claim_all, event, result, trial};
use krait::platform::store::{
    AsyncEvent, Ending, EventFilter, EventOrder, EventState, NewEvent, Page, Store, Termination,
};
use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("events are listed by every filter and order", listed),
        trial("events of one time are listed as they were queued", of_one_time),
    ]
}

const EARLIEST: EventOrder = EventOrder::Start { descending: false };
const LATEST: EventOrder = EventOrder::Start { descending: true };
const FIRST_ENDED: EventOrder = EventOrder::End { descending: false };
const LAST_ENDED: EventOrder = EventOrder::End { descending: true };

async fn listed(store: Store) {
    fill(&store).await;
    let none = EventFilter::default;
    let text = |text: &str| Some(text.to_owned());
    let timer = vec!["Timer".to_owned()];
    let cases = [
        (none(), EARLIEST, "a b c d e"),
        (none(), LATEST, "e d c b a"),
        // e and d have not ended; e came before d.
        (none(), FIRST_ENDED, "e d c b a"),
        (none(), LAST_ENDED, "a b c d e"),
        (EventFilter { function: text("f"), ..none() }, EARLIEST, "a b d e"),
        (EventFilter { namespace: text("other"), ..none() }, EARLIEST, "e"),
        (EventFilter { namespace: text("default"), ..none() }, EARLIEST, "a b c d"),
        (EventFilter { qualifier: text("1"), ..none() }, EARLIEST, "b"),
        (EventFilter { request_id: text("c"), ..none() }, EARLIEST, "c"),
        (EventFilter { invoke_types: timer.clone(), ..none() }, EARLIEST, "c d"),
        (EventFilter { states: vec![EventState::Finished], ..none() }, EARLIEST, "a"),
        (
            EventFilter { states: vec![EventState::Failed, EventState::Aborted], ..none() },
            EARLIEST,
            "b c",
        ),
        (
            EventFilter { states: vec![EventState::Queued, EventState::Running], ..none() },
            EARLIEST,
            "d e",
        ),
        (EventFilter { enqueued: Some((NOW + 2, NOW + 4)), ..none() }, EARLIEST, "b c d"),
        (EventFilter { ended: Some((NOW + 20, NOW + 21)), ..none() }, EARLIEST, "b c"),
        (EventFilter { invoke_types: timer, function: text("f"), ..none() }, EARLIEST, "d"),
        (EventFilter { function: text("'"), ..none() }, EARLIEST, ""),
    ];
    for (filter, order, expected) in cases {
        let case = format!("{filter:?} {order:?}");
        let (events, total) = store.list_events(filter, order, ALL).await.expect("a list");
        let found: Vec<_> = events.iter().map(|event| event.request_id.as_str()).collect();
        assert_eq!(found.join(" "), expected, "{case}");
        assert_eq!(total, found.len() as u64, "{case}");
    }
    let page = Page { offset: 1, limit: 2 };
    let (events, total) = store.list_events(none(), EARLIEST, page).await.expect("a list");
    assert_eq!((events[0].request_id.as_str(), events.len(), total), ("b", 2, 5));
}

/// By the database, and by [`EventOrder::sort`], which a cluster's lists are put in order by.
async fn of_one_time(store: Store) {
    for name in ["b", "c", "a"] {
        store.enqueue(event(name, "f", NOW)).await.expect("queued");
    }
    for (order, expected) in [(EARLIEST, "b c a"), (LATEST, "a c b"), (LAST_ENDED, "a c b")] {
        let filter = EventFilter::default();
        let (mut events, _) = store.list_events(filter, order, ALL).await.expect("a list");
        let names = |events: &[AsyncEvent]| {
            events.iter().map(|event| event.request_id.clone()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names(&events), expected, "{order:?}");
        events.sort_by(|one, other| one.request_id.cmp(&other.request_id));
        order.sort(&mut events);
        assert_eq!(names(&events), expected, "{order:?}, sorted");
    }
}

/// `a` finished, `b` failed, `c` aborted, `d` queued, `e` running.
async fn fill(store: &Store) {
    let of = |name: &str, function: &str, at: i64| event(name, function, NOW + at);
    store.enqueue(of("a", "f", 1)).await.expect("queued");
    let b = NewEvent { qualifier: "1".to_owned(), ..of("b", "f", 2) };
    store.enqueue(b).await.expect("queued");
    assert_eq!(claim_all(store, NOW + 9).await, ["a", "b"]);
    for (name, ending, ended_at) in [("a", Ending::Finished, 22), ("b", Ending::Failed, 21)] {
        let finished = store.finish(name, result(ending, NOW + ended_at)).await;
        assert_eq!(finished, Ok(true));
    }
    let c = NewEvent { invoke_type: "Timer".to_owned(), ..of("c", "g", 3) };
    store.enqueue(c).await.expect("queued");
    store.terminate("c", Termination::Kill, NOW + 20).await.expect("terminated");
    let e = NewEvent { namespace: "other".to_owned(), ..of("e", "f", 5) };
    store.enqueue(e).await.expect("queued");
    assert_eq!(claim_all(store, NOW + 9).await, ["e"]);
    let d = NewEvent { invoke_type: "Timer".to_owned(), ..of("d", "f", 4) };
    store.enqueue(d).await.expect("queued");
}
