//! The server's own log on standard error. Each invocation has a line, and so has each line that a
//! function writes. Every line has its request's id.

use super::{counts::Measured, store::FunctionKey};
use crate::contract::Invocation;
use std::{
    borrow::Cow,
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc::{SyncSender, TrySendError, sync_channel},
    },
    thread,
};

/// How many lines wait to be written before more are dropped. So a reader that stops reading blocks
/// nothing.
const WAITING_LINES: usize = 10_000;

/// The same in bytes: a function may write lines of megabytes.
const WAITING_BYTES: usize = 32 << 20;

/// How a line is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    /// One JSON object a line.
    Json,
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Only what goes wrong with krait itself.
    Quiet,
    /// Also a line for each invocation.
    Calls,
    /// Also the output of functions.
    Output,
}

/// Writes the log, in a separate thread. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Log {
    format: Format,
    level: Level,
    lines: SyncSender<Message>,
    /// How many bytes wait.
    waiting: Arc<AtomicUsize>,
}

#[derive(Debug)]
enum Message {
    Line(String),
    /// Lines that a function wrote, as they were. A function may write very many: they are taken apart by
    /// the log's own thread.
    Output {
        time: String,
        request_id: String,
        lines: String,
    },
    /// Everything before this is to be written.
    Flush(SyncSender<()>),
}

impl Message {
    fn bytes(&self) -> usize {
        match self {
            Self::Line(text) => text.len(),
            Self::Output { lines, .. } => lines.len(),
            Self::Flush(_) => 0,
        }
    }
}

impl Log {
    /// A log that is written to standard error.
    pub fn start(format: Format, level: Level) -> Self {
        let (lines, incoming) = sync_channel::<Message>(WAITING_LINES);
        let waiting = Arc::new(AtomicUsize::new(0));
        let written = waiting.clone();
        thread::spawn(move || {
            let mut text = String::new();
            while let Ok(first) = incoming.recv() {
                let mut flushed = Vec::new();
                for message in std::iter::once(first).chain(incoming.try_iter()) {
                    let bytes = message.bytes();
                    match message {
                        Message::Line(line) => {
                            text.push_str(&line);
                            text.push('\n');
                        }
                        Message::Output { time, request_id, lines } => {
                            for line in lines.split('\n') {
                                output_line(&mut text, format, (&time, &request_id), line);
                                written_if(&mut text, WRITTEN_BYTES);
                            }
                        }
                        Message::Flush(done) => flushed.push(done),
                    }
                    written_if(&mut text, WRITTEN_BYTES);
                    written.fetch_sub(bytes, Ordering::Relaxed);
                }
                written_if(&mut text, 1);
                drop(flushed);
            }
        });
        Self { format, level, lines, waiting }
    }

    /// Whether what functions write is shown.
    pub(super) fn shows_output(&self) -> bool {
        self.level >= Level::Output
    }

    /// Lines that a function wrote, without the end of the last.
    pub(super) fn output(&self, request_id: &str, mut lines: String) {
        // They wait by their length, not by the room that they grew into.
        lines.shrink_to_fit();
        self.send(Message::Output { time: time(), request_id: request_id.to_owned(), lines });
    }

    /// An invocation is over.
    pub(super) fn invocation(
        &self,
        key: &FunctionKey,
        invocation: &Invocation,
        measured: &Measured,
    ) {
        if self.level < Level::Calls {
            return;
        }
        let FunctionKey { namespace, name } = key;
        let id = &invocation.request_id;
        let code = measured.status_code;
        let milliseconds = measured.duration.as_micros() as f64 / 1000.0;
        let start = if measured.cold_start.is_some() { "cold" } else { "warm" };
        match self.format {
            Format::Text => self.line(format!(
                "{} {id} {namespace}/{name} {code} {milliseconds}ms {start}",
                time()
            )),
            Format::Json => self.line(
                serde_json::json!({
                    "time": time(), "requestId": id, "namespace": namespace, "function": name,
                    "statusCode": code, "durationMs": milliseconds, "start": start,
                    "memoryBytes": invocation.memory_bytes,
                })
                .to_string(),
            ),
        }
    }

    /// A message that belongs to no request.
    pub fn note(&self, text: &str) {
        match self.format {
            Format::Text => {
                let lines: Vec<_> = text.split('\n').map(shown).collect();
                self.line(format!("{} krait: {}", time(), lines.join("\n")));
            }
            Format::Json => {
                self.line(serde_json::json!({"time": time(), "message": text}).to_string());
            }
        }
    }

    /// Waits until everything is written.
    pub fn flush(&self) {
        let (done, written) = sync_channel(0);
        if self.lines.send(Message::Flush(done)).is_ok() {
            let _ = written.recv_timeout(std::time::Duration::from_secs(2));
        }
    }

    fn line(&self, line: String) {
        self.send(Message::Line(line));
    }

    fn send(&self, message: Message) {
        let bytes = message.bytes();
        if self.waiting.fetch_add(bytes, Ordering::Relaxed) + bytes <= WAITING_BYTES {
            match self.lines.try_send(message) {
                Ok(()) => return,
                Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {}
            }
        }
        self.waiting.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// How much is written at once, in bytes.
const WRITTEN_BYTES: usize = 1 << 20;

/// Writes `text`, if it has at least so many bytes.
fn written_if(text: &mut String, bytes: usize) {
    if text.len() >= bytes {
        // It does not matter if nobody reads it.
        let _ = io::stderr().lock().write_all(text.as_bytes());
        text.clear();
    }
}

/// Adds a line that a function wrote then, in the request of that id.
fn output_line(text: &mut String, format: Format, (time, id): (&str, &str), line: &str) {
    match format {
        Format::Text => {
            for part in [time, " ", id, " | ", &shown(line)] {
                text.push_str(part);
            }
        }
        Format::Json => {
            let line = serde_json::json!({"time": time, "requestId": id, "output": line});
            text.push_str(&line.to_string());
        }
    }
    text.push('\n');
}

/// A function's line as a terminal may have it: nothing in it moves the cursor, so that it cannot pass for
/// another line.
fn shown(line: &str) -> Cow<'_, str> {
    let line = line.strip_suffix('\r').unwrap_or(line);
    let moves = |each: char| each.is_control() && each != '\t';
    if !line.contains(moves) {
        return Cow::Borrowed(line);
    }
    let mut text = String::with_capacity(line.len());
    for each in line.chars() {
        match moves(each) {
            true => text.extend(each.escape_default()),
            false => text.push(each),
        }
    }
    Cow::Owned(text)
}

/// The time now, to the millisecond, in UTC.
fn time() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}
