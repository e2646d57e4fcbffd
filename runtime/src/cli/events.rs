//! `krait events`.

use super::{Fatal, options::EventsArguments, request};
use crate::contract::events;
use std::io::{Write, stdout};

/// Prints the requested event, or the names of all.
pub(super) fn run(arguments: &EventsArguments) -> Result<u8, Fatal> {
    let text = match arguments.trigger {
        Some(trigger) => {
            format!("{:#}\n", request::trigger_event(trigger, &arguments.settings)?)
        }
        None => names(),
    };
    // A reader that stopped reading has what it wanted.
    let _ = stdout().lock().write_all(text.as_bytes());
    Ok(0)
}

/// A line for each trigger: its name and its title, aligned.
fn names() -> String {
    let width = events::all().iter().map(|event| event.name.len()).max().unwrap_or(0);
    events::all().iter().map(|event| format!("{:width$}  {}\n", event.name, event.title)).collect()
}
