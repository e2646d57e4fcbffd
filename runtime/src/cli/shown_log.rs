//! The log of an invocation on its way to stderr, and to the Invoke API's `Log`.

use super::{options::LogChoice, style};
use crate::{
    contract::{Column, Invocation, Journal, journal, report::ColdStart},
    instance::Observer,
};
use std::{
    io::{Stderr, Write, stderr},
    os::fd::{AsFd, BorrowedFd},
};

/// How many bytes a writable pipe accepts without blocking.
const UNBLOCKED_BYTES: usize = 4096;

/// Keeps one invocation's log in both spellings, and shows it as it comes.
pub(super) struct ShownLog {
    choice: LogChoice,
    shown: Journal,
    /// Output that stderr has not accepted yet. With `LogChoice::Tail`, output that may be shown at
    /// the end.
    queue: Vec<u8>,
    stderr: Stderr,
    api: Journal,
    api_text: String,
    /// Whether krait's own notes are shown: `KRAIT_LOG=debug`.
    notes: bool,
}

impl ShownLog {
    pub(super) fn new(choice: LogChoice, request_id: &str, memory_mb: u32) -> Self {
        Self {
            choice,
            shown: Journal::new(Column::LogQuery, request_id, memory_mb),
            queue: Vec::new(),
            stderr: stderr(),
            api: Journal::new(Column::Api, request_id, memory_mb),
            api_text: String::new(),
            notes: std::env::var_os("KRAIT_LOG").is_some_and(|level| level == "debug"),
        }
    }

    /// Shows the output that was not shown yet.
    pub(super) fn flush(&mut self) {
        let unshown = std::mem::take(&mut self.queue);
        let unshown = match self.choice {
            LogChoice::None => return,
            LogChoice::All => unshown,
            LogChoice::Tail => {
                journal::tail(&String::from_utf8_lossy(&unshown)).as_bytes().to_vec()
            }
        };
        // Nobody reads the log: the answer still counts.
        let _ = stderr().lock().write_all(&unshown);
    }

    /// The log as the Invoke API's `Log` carries it.
    pub(super) fn api_tail(&self) -> &str {
        journal::tail(&self.api_text)
    }

    fn show(&mut self, text: &str, platform: bool) {
        match self.choice {
            LogChoice::None => {}
            LogChoice::All if platform => {
                self.queue.extend_from_slice(style::platform_line(text).as_bytes());
            }
            LogChoice::All => self.queue.extend_from_slice(text.as_bytes()),
            LogChoice::Tail => {
                self.queue.extend_from_slice(text.as_bytes());
                keep_end(&mut self.queue);
            }
        }
    }

    fn keep_for_api(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        let mut bytes = std::mem::take(&mut self.api_text).into_bytes();
        bytes.extend_from_slice(text.as_bytes());
        keep_end(&mut bytes);
        self.api_text = String::from_utf8_lossy(&bytes).into_owned();
    }
}

impl Observer for ShownLog {
    fn note(&mut self, text: &str) {
        if self.notes {
            self.show(&format!("krait: debug: {text}\n"), false);
        }
    }

    fn started(&mut self) {
        let text = self.shown.start();
        self.show(&text, true);
        let text = self.api.start();
        self.keep_for_api(&text);
    }

    fn output(&mut self, bytes: &[u8]) {
        let text = self.shown.output(bytes);
        self.show(&text, false);
        let text = self.api.output(bytes);
        self.keep_for_api(&text);
    }

    fn cold_start(&mut self, parts: &ColdStart) {
        let text = self.shown.cold_start(parts);
        self.show(&text, true);
        let text = self.api.cold_start(parts);
        self.keep_for_api(&text);
    }

    fn over(&mut self, invocation: &Invocation) {
        let text = self.shown.finish(invocation);
        self.show(&text, true);
        let text = self.api.finish(invocation);
        self.keep_for_api(&text);
        self.flush();
    }

    fn waits_for(&self) -> Option<BorrowedFd<'_>> {
        let waits = self.choice == LogChoice::All && !self.queue.is_empty();
        waits.then(|| self.stderr.as_fd())
    }

    fn ready(&mut self) {
        let piece = &self.queue[..self.queue.len().min(UNBLOCKED_BYTES)];
        let written = match stderr().lock().write(piece) {
            Ok(written) => written,
            // Nobody reads the log any more: it is dropped.
            Err(_) => self.queue.len(),
        };
        self.queue.drain(..written);
    }
}

/// Drops the beginning of a log that is longer than its tail needs.
fn keep_end(text: &mut Vec<u8>) {
    const ENOUGH: usize = 4 * crate::contract::limits::LOG_TAIL_BYTES;
    if text.len() > 2 * ENOUGH {
        text.drain(..text.len() - ENOUGH);
    }
}
