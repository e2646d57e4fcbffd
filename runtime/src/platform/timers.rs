//! Fires timers: a timer that is due becomes a queued event.

use super::{Deployed, Platform, Refused, Request, Source, Timer, store::StoreError};
use crate::contract::schedule::{self, Schedule};
use jiff::{Timestamp, tz::TimeZone};
use std::time::Duration;

/// The longest time between two readings of the clock, because code that was deployed meanwhile may
/// have other timers.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// Fires timers until the platform closes. Timers that were due while no server ran do not fire
/// later: the documents are silent, and a flood of old timers would be a surprise.
pub(super) async fn run(platform: Platform) {
    let mut looked = Timestamp::now();
    while !platform.is_closing() {
        tokio::time::sleep(LONGEST_PAUSE).await;
        let now = Timestamp::now();
        for (key, deployed) in platform.registry().all() {
            for (timer, zone) in timers(&deployed) {
                let Ok(schedule) = timer.cron.parse::<Schedule>() else { continue };
                let Some(due) = schedule.next_after(looked, &zone).filter(|due| *due <= now) else {
                    continue;
                };
                let event = schedule::timer_event(&timer.name, due, &timer.message);
                let due = due.as_millisecond();
                let request = Request {
                    key: key.clone(),
                    qualifier: "$DEFAULT".to_owned(),
                    request_id: platform.timer_request_id(&key, &timer.name, due),
                    event: event.into(),
                    source: Source::Timer,
                };
                let fired = platform.enqueue(request).await;
                // Another node of the cluster was faster.
                if let Err(refused) = fired
                    && !matches!(refused, Refused::Store(StoreError::Taken { .. }))
                {
                    let name = &timer.name;
                    platform.log().note(&format!("the timer {name} could not fire: {refused}"));
                }
            }
        }
        looked = now;
    }
}

/// A function's timers, and the zone that their schedules are in: UTC unless the function sets
/// `TZ` (docs/contract.md §14).
fn timers(deployed: &Deployed) -> Vec<(Timer, TimeZone)> {
    let Some(latest) = &deployed.latest else { return Vec::new() };
    let zone = latest.function.environment.get("TZ");
    // An unknown zone was refused when the function was deployed.
    let zone = zone.and_then(|name| schedule::zone(name)).unwrap_or(TimeZone::UTC);
    let enabled = latest.settings.timers.iter().filter(|timer| timer.enabled);
    enabled.map(|timer| (timer.clone(), zone.clone())).collect()
}
