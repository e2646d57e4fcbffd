//! Results and logs.

use super::{ALL, NOW, key, trial};
use krait::platform::store::{
    InvocationRecord, KEPT_MS, Page, RecordFilter, RecordOrder, RetCodeFilter, Store,
};
use libtest_mimic::Trial;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        trial("a record is there for who asks next", there_at_once),
        trial("logs are listed by every filter and order", listed),
        trial("a request's attempts are told in order", attempts),
        trial("long texts are cut", cut),
        trial("the oldest records make room", room),
        trial("records are forgotten after three days", forgotten),
        trial("no record is lost unseen", accounted),
        trial("a closed store loses records, and counts them", closed),
    ]
}

fn record(request_id: &str, started_at: i64) -> InvocationRecord {
    InvocationRecord {
        request_id: request_id.to_owned(),
        namespace: "default".to_owned(),
        function: "f".to_owned(),
        version: "$LATEST".to_owned(),
        retry: 0,
        started_at,
        duration_us: 1500,
        billed_ms: 2,
        memory_bytes: 3 << 20,
        ret_code: 0,
        status_code: 200,
        ret_msg: "\"done\"".to_owned(),
        log: format!("START RequestId: {request_id}"),
    }
}

async fn found(store: &Store, filter: RecordFilter) -> String {
    let listed = store.logs(filter, RecordOrder::StartTime, false, ALL).await.expect("logs");
    assert_eq!(listed.1, listed.0.len() as u64);
    let ids: Vec<_> = listed.0.iter().map(|record| record.request_id.as_str()).collect();
    ids.join(" ")
}

async fn count(store: &Store) -> u64 {
    let page = Page { offset: 0, limit: 1 };
    let listed = store.logs(RecordFilter::default(), RecordOrder::StartTime, false, page).await;
    listed.expect("logs").1
}

async fn there_at_once(store: Store) {
    let kept = record("a", NOW);
    store.record(kept.clone());
    let order = RecordOrder::StartTime;
    let listed = store.logs(RecordFilter::default(), order, true, ALL).await.expect("logs");
    assert_eq!(listed, (vec![kept], 1));
}

async fn listed(store: Store) {
    let codes = [(0, 200), (1, 430), (1, 433), (1, 434)];
    for (each, (ret_code, status_code)) in (0_i32..).zip(codes) {
        let name = ["a", "b", "c", "d"][each as usize];
        store.record(InvocationRecord {
            ret_code,
            status_code,
            duration_us: 100 - u64::from(each.unsigned_abs()),
            memory_bytes: [2, 1, 4, 3][each as usize],
            ..record(name, NOW + i64::from(each))
        });
    }
    store.record(InvocationRecord {
        namespace: "other".to_owned(),
        function: "a-function".to_owned(),
        version: "1".to_owned(),
        duration_us: 50,
        memory_bytes: 5,
        ..record("e", NOW + 9)
    });
    let none = RecordFilter::default;
    let text = |text: &str| Some(text.to_owned());
    let code = |name| RecordFilter { ret_code: RetCodeFilter::named(name), ..none() };
    for (filter, expected) in [
        (none(), "a b c d e"),
        (RecordFilter { namespace: text("other"), ..none() }, "e"),
        (RecordFilter { function: text("f"), ..none() }, "a b c d"),
        (RecordFilter { version: text("1"), ..none() }, "e"),
        (RecordFilter { request_id: text("b"), ..none() }, "b"),
        (RecordFilter { from: Some(NOW + 1), to: Some(NOW + 2), ..none() }, "b c"),
        (code("not0"), "b c d"),
        (code("is0"), "a e"),
        (code("UserCodeException"), "b"),
        (code("TimeLimitExceeded"), "c"),
        (code("ResourceLimitExceeded"), "d"),
    ] {
        let case = format!("{filter:?}");
        assert_eq!(found(&store, filter).await, expected, "{case}");
    }
    assert_eq!(RetCodeFilter::named("is1"), None);
    for (order, descending, expected) in [
        (RecordOrder::StartTime, true, "e d c b a"),
        (RecordOrder::Duration, false, "e d c b a"),
        (RecordOrder::Memory, false, "b a d c e"),
        (RecordOrder::FunctionName, false, "e a b c d"),
        (RecordOrder::FunctionName, true, "d c b a e"),
    ] {
        let listed = store.logs(none(), order, descending, ALL).await.expect("logs").0;
        let ids: Vec<_> = listed.iter().map(|record| record.request_id.as_str()).collect();
        assert_eq!(ids.join(" "), expected, "{order:?} {descending}");
    }
}

async fn attempts(store: Store) {
    for retry in 0..3 {
        store.record(InvocationRecord { retry, ..record("a", NOW) });
    }
    store.record(record("b", NOW));
    let told = store.request_status(key("f"), "a").await.expect("records");
    assert_eq!(told.iter().map(|record| record.retry).collect::<Vec<_>>(), [0, 1, 2]);
    assert_eq!(store.request_status(key("g"), "a").await, Ok(Vec::new()));
}

async fn cut(store: Store) {
    const MIB: usize = 1 << 20;
    store.record(InvocationRecord {
        // A letter of two bytes lies across the limit.
        ret_msg: format!("{}é{}", "r".repeat(MIB - 1), "r".repeat(9)),
        log: format!("{}é{}", "l".repeat(9), "m".repeat(MIB - 1)),
        ..record("a", NOW)
    });
    let told = store.request_status(key("f"), "a").await.expect("records").remove(0);
    assert_eq!(told.ret_msg, "r".repeat(MIB - 1));
    assert_eq!(told.log, "m".repeat(MIB - 1));
}

async fn room(store: Store) {
    for number in 0..100_900_i64 {
        store.record(record(&number.to_string(), NOW + number));
        if number % 5_000 == 0 {
            // Until those before are written, so that none is lost.
            count(&store).await;
        }
    }
    assert_eq!(count(&store).await, 100_000);
    let first = RecordFilter { to: Some(NOW + 900), ..RecordFilter::default() };
    assert_eq!(found(&store, first).await, "900");
    assert_eq!(store.lost_records(), 0);
}

async fn forgotten(store: Store) {
    for number in 0..1200 {
        store.record(record(&format!("old{number}"), NOW - KEPT_MS - 1 - number));
    }
    store.record(record("young", NOW - KEPT_MS));
    store.expire(NOW).await.expect("expired");
    assert_eq!(found(&store, RecordFilter::default()).await, "young");
}

async fn accounted(store: Store) {
    for number in 0..40_000 {
        store.record(record(&number.to_string(), NOW + number));
    }
    assert_eq!(count(&store).await + store.lost_records(), 40_000);
    let last = RecordFilter { from: Some(NOW + 39_999), ..RecordFilter::default() };
    assert_eq!(found(&store, last).await, "39999");
}

async fn closed(store: Store) {
    store.close().await.expect("closed");
    store.record(record("a", NOW));
    store.record(record("b", NOW));
    assert_eq!(store.lost_records(), 2);
}
