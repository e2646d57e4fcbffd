//! A function that came with its module: what was seen when it was packed.

use super::answer;
use crate::{
    contract::Failure,
    contract::{Function, Invocation, Outcome, environment, report::ColdStart},
    instance::{ENDED, Observer, Told},
};

/// What a change of the function must not touch.
#[derive(Debug, Default)]
pub(super) struct Packed {
    /// The variables that its load read, with the values they had.
    read: Vec<(String, Option<String>)>,
    /// Whether it read all of them.
    read_all: bool,
}

impl Packed {
    /// Also gives what the function's modules hold, as JSON.
    pub(super) fn of(told: Told) -> (Self, String) {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let read = told.read.into_iter().map(|(key, value)| (text(key), value.map(text))).collect();
        let held = serde_json::to_string(&told.held).unwrap_or_default();
        (Self { read, read_all: told.read_all }, held)
    }

    /// Whether the function that was loaded when it was packed can go on as `new`.
    ///
    /// # Errors
    /// What differs, and the remedy.
    pub(super) fn check(&self, old: &Function, new: &Function) -> Result<(), String> {
        if old.handler != new.handler {
            return Err(
                "another handler was loaded when the function was packed; pack it with this one"
                    .to_owned(),
            );
        }
        let (before, now) = (environment::of(old), environment::of(new));
        let is_read = |key: &&String| self.read_all || *key == "TZ";
        let seen = self.read.iter().map(|(key, _)| key);
        let mut seen = seen.chain(before.keys().chain(now.keys()).filter(is_read));
        match seen.find(|key| before.get(*key) != now.get(*key)) {
            Some(key) => Err(format!(
                "{key} is not as it was when the function was packed, and its import read it; pack it with \
                 this value, or with --no-load"
            )),
            None => Ok(()),
        }
    }
}

/// Keeps the answer of a load that ends the module.
#[derive(Debug, Default)]
pub(super) struct Ended {
    output: Vec<u8>,
}

impl Observer for Ended {
    fn note(&mut self, _: &str) {}

    fn started(&mut self) {}

    fn output(&mut self, bytes: &[u8]) {
        self.output.extend(bytes);
    }

    fn cold_start(&mut self, _: &ColdStart) {}

    fn over(&mut self, invocation: &Invocation) {
        let message = match &invocation.outcome {
            Outcome::Failed(failure) if *failure != Failure::ProcessExit => failure.message(),
            _ => ENDED.to_owned(),
        };
        let output = String::from_utf8_lossy(&self.output).into_owned();
        answer::give(2, message, output, String::new());
    }
}
