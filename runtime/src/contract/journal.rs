//! The log of one invocation, as text (docs/contract.md §4.1).

use super::{
    Failure, Invocation, Outcome,
    limits::{self, MIB},
    report::ColdStart,
};

/// Which of the platform's two spellings of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// What the console's log query shows.
    LogQuery,
    /// What the Invoke API returns as `Log`.
    Api,
}

/// Writes one invocation's log. Each call returns the next part of the text. The caller keeps the
/// order: start, then output and the cold start's line as they happen, then finish.
#[derive(Debug)]
pub struct Journal {
    column: Column,
    request_id: String,
    memory_mb: u32,
    /// The bytes of a character that the output has not finished yet.
    partial: Vec<u8>,
    /// Whether the output so far ends in the middle of a line.
    mid_line: bool,
    kept: usize,
    dropped: u64,
}

impl Journal {
    /// A journal for one request to a function with `memory_mb`.
    pub fn new(column: Column, request_id: &str, memory_mb: u32) -> Self {
        Self {
            column,
            request_id: request_id.to_owned(),
            memory_mb,
            partial: Vec::new(),
            mid_line: false,
            kept: 0,
            dropped: 0,
        }
    }

    /// The first line.
    pub fn start(&self) -> String {
        let id = &self.request_id;
        match self.column {
            Column::LogQuery => format!("START RequestId:{id}\n"),
            Column::Api => format!("START RequestId: {id}\nEvent RequestId: {id}\n"),
        }
    }

    /// The line of a cold start; the API's log has none.
    pub fn cold_start(&mut self, parts: &ColdStart) -> String {
        if self.column == Column::Api {
            return String::new();
        }
        let total = parts.pull_code + parts.init_runtime + parts.init_function;
        format!(
            "{}Init Report RequestId: {} Coldstart: {}ms (PullCode: {}ms InitRuntime: {}ms \
             InitFunction: {}ms) Memory: {}MB MemUsage: {:.2}MB\n",
            self.end_line(),
            self.request_id,
            total.as_millis(),
            parts.pull_code.as_millis(),
            parts.init_runtime.as_millis(),
            parts.init_function.as_millis(),
            self.memory_mb,
            megabytes(parts.memory_bytes),
        )
    }

    /// The function's output. Bytes that are not UTF-8 are replaced. Output beyond
    /// [`limits::LOG_BYTES`] is counted and dropped.
    pub fn output(&mut self, bytes: &[u8]) -> String {
        let room = limits::LOG_BYTES.saturating_sub(self.kept);
        let (bytes, beyond) = bytes.split_at(bytes.len().min(room));
        self.dropped += beyond.len() as u64;
        self.kept += bytes.len();

        let mut pending = std::mem::take(&mut self.partial);
        pending.extend_from_slice(bytes);
        let complete = pending.len() - unfinished_character(&pending);
        let text = String::from_utf8_lossy(&pending[..complete]).into_owned();
        self.partial = pending.split_off(complete);
        if let Some(last) = text.as_bytes().last() {
            self.mid_line = *last != b'\n';
        }
        text
    }

    /// Everything after the function's last output.
    pub fn finish(&mut self, invocation: &Invocation) -> String {
        let id = &invocation.request_id;
        let mut text = self.end_line();
        if self.dropped > 0 {
            text.push_str(&format!(
                "[krait] the log keeps the first {} bytes of an invocation's output; {} more were \
                 dropped\n",
                limits::LOG_BYTES,
                self.dropped
            ));
        }
        let duration = invocation.billed_ms();
        let memory = self.memory_mb;
        let usage = megabytes(invocation.memory_bytes);
        match self.column {
            Column::LogQuery => {
                match &invocation.outcome {
                    Outcome::Failed(failure) => text.push_str(&error_line(id, failure)),
                    Outcome::Returned(ret_msg) => {
                        text.push_str(&format!("Response RequestId:{id} RetMsg:{ret_msg}\n"));
                    }
                }
                text.push_str(&format!(
                    "END RequestId:{id}\nReport RequestId:{id} Duration:{duration}ms \
                     Memory:{memory}MB MemUsage:{usage:.6}MB\n"
                ));
            }
            Column::Api => text.push_str(&format!(
                "\nEND RequestId: {id}\nReport RequestId: {id} Duration:{duration}ms \
                 Memory:{memory}MB MemUsage:{usage:.4}MB"
            )),
        }
        text
    }

    /// Ends an unfinished character and an unfinished line, so that the next text starts on a new
    /// line.
    fn end_line(&mut self) -> String {
        let mut text = String::new();
        if !self.partial.is_empty() {
            self.partial.clear();
            self.mid_line = true;
            text.push(char::REPLACEMENT_CHARACTER);
        }
        if std::mem::take(&mut self.mid_line) {
            text.push('\n');
        }
        text
    }
}

/// The last 4 KB of a log, from the start of a line where one fits, for `LogType: Tail` (§3.3).
/// That `Tail` means the end of the log is krait's choice (§14).
pub fn tail(log: &str) -> &str {
    if log.len() <= limits::LOG_TAIL_BYTES {
        return log;
    }
    let mut from = log.len() - limits::LOG_TAIL_BYTES;
    while !log.is_char_boundary(from) {
        from += 1;
    }
    let at_line_start = log.as_bytes()[from - 1] == b'\n';
    match log[from..].find('\n') {
        Some(newline) if !at_line_start && from + newline + 1 < log.len() => {
            &log[from + newline + 1..]
        }
        _ => &log[from..],
    }
}

fn error_line(id: &str, failure: &Failure) -> String {
    format!("ERROR RequestId:{id} Result:{}\n", failure.log_envelope())
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / MIB as f64
}

/// How many bytes at the end of `bytes` begin a character that more bytes could finish.
fn unfinished_character(bytes: &[u8]) -> usize {
    let tail = &bytes[bytes.len().saturating_sub(3)..];
    for (index, byte) in tail.iter().enumerate().rev() {
        let length = match byte {
            0x80..=0xBF => continue,
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            _ => return 0,
        };
        let present = tail.len() - index;
        return if present < length { present } else { 0 };
    }
    0
}
