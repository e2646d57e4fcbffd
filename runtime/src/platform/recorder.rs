//! Records an invocation's log while it runs.

use super::log::Log;
use crate::{
    contract::{Column, Invocation, Journal, journal, limits, report::ColdStart},
    instance::Observer,
};

/// What a line of the server's log begins with, in bytes, and in JSON what is around it: about so much.
const BEGINNING_BYTES: usize = 80;

/// Keeps an invocation's log in the Invoke API's form, and passes its lines on.
pub(super) struct Recorder {
    journal: Journal,
    request_id: String,
    log: Log,
    text: String,
    /// The end of the function's output that is not a whole line yet.
    line: String,
    /// How many bytes of the server's log its lines have taken.
    shown_bytes: usize,
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
            shown_bytes: 0,
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

impl Recorder {
    /// Passes lines on, without the end of the last. In the server's log each has a beginning of its own,
    /// which counts: a function may write nothing but ends of lines.
    fn show(&mut self, mut lines: String) {
        if self.shown_bytes >= limits::LOG_BYTES {
            return;
        }
        let mut at = 0;
        for line in lines.split('\n') {
            self.shown_bytes += BEGINNING_BYTES + line.len();
            at += line.len();
            if self.shown_bytes >= limits::LOG_BYTES {
                break;
            }
            at += 1;
        }
        if at < lines.len() {
            lines.truncate(at);
            lines.push_str("\n[krait] this log has no more of the invocation's output");
        }
        self.log.output(&self.request_id, lines);
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
        let Some(end) = text.rfind('\n') else {
            self.line.push_str(&text);
            return;
        };
        let mut lines = std::mem::replace(&mut self.line, text[end + 1..].to_owned());
        lines.push_str(&text[..end]);
        self.show(lines);
    }

    fn cold_start(&mut self, parts: &ColdStart) {
        self.cold_start = Some(*parts);
        self.text.push_str(&self.journal.cold_start(parts));
    }

    fn over(&mut self, invocation: &Invocation) {
        if !self.line.is_empty() {
            let line = std::mem::take(&mut self.line);
            self.show(line);
        }
        self.text.push_str(&self.journal.finish(invocation));
    }
}
