//! What users write: cron expressions, `--set`, handlers. Nothing panics, or takes long; what is
//! accepted does what it says.

#![no_main]

use jiff::{Timestamp, tz::TimeZone};
use krait_fuzz::contract::{Handler, Schedule, events};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(schedule) = text.parse::<Schedule>() {
        let now = Timestamp::from_second(1_795_566_533).expect("a time");
        if let Some(next) = schedule.next_after(now, &TimeZone::UTC) {
            assert!(next > now, "{text:?}: {next}");
        }
    }
    for event in events::all() {
        let _ = events::set(&mut event.value(), text);
    }
    if let Ok(handler) = text.parse::<Handler>() {
        assert!(!handler.entry_path().contains('\0'));
    }
});
