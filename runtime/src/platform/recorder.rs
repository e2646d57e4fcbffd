//! Records an invocation's log while it runs.

use super::log::Log;
use crate::{
    contract::{Column, Invocation, Journal, journal, report::ColdStart},
    instance::Observer,
};

/// Keeps an invocation's log in the Invoke API's form, and passes its lines on.
pub(super) struct Recorder {
    journal: Journal,
    request_id: String,
    log: Log,
    text: String,
    /// The end of the function's output that is not a whole line yet.
    line: String,
    pub cold_start: Option<ColdStart>,
}

impl Recorder {
    pub(super) fn new(request_id: &str, memory_mb: u32, log: Log) -> Self {
        Self {
            journal: Journal::new(Column::Api, request_id, memory_mb),
            request_id: request_id.to_owned(),
            log,
            text: String::new(),
            line: String::new(),
            cold_start: None,
        }
    }

    /// The whole log.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// Its last 4 KB.
    pub(super) fn tail(&self) -> &str {
        journal::tail(&self.text)
    }
}

impl Observer for Recorder {
    fn note(&mut self, _: &str) {}

    fn started(&mut self) {
        self.text.push_str(&self.journal.start());
    }

    fn output(&mut self, bytes: &[u8]) {
        let text = self.journal.output(bytes);
        self.text.push_str(&text);
        if !self.log.shows_output() {
            return;
        }
        self.line.push_str(&text);
        let mut begin = 0;
        while let Some(length) = self.line[begin..].find('\n') {
            self.log.output(&self.request_id, &self.line[begin..begin + length]);
            begin += length + 1;
        }
        self.line.drain(..begin);
    }

    fn cold_start(&mut self, parts: &ColdStart) {
        self.cold_start = Some(*parts);
        self.text.push_str(&self.journal.cold_start(parts));
    }

    fn over(&mut self, invocation: &Invocation) {
        if !self.line.is_empty() {
            self.log.output(&self.request_id, &self.line);
        }
        self.text.push_str(&self.journal.finish(invocation));
    }
}
