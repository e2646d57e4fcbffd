//! Times, sizes and addresses as text.

use crate::{platform::store::FunctionKey, server::percent::encoded};
use jiff::Timestamp;

/// A duration in seconds, to three digits.
pub(super) fn duration(seconds: f64) -> String {
    let (value, unit) = match seconds {
        _ if seconds < 0.001 => return format!("{:.0} µs", seconds * 1e6),
        _ if seconds < 1.0 => (seconds * 1e3, "ms"),
        _ => (seconds, "s"),
    };
    let digits = if value < 10.0 { 2 } else { usize::from(value < 100.0) };
    format!("{value:.digits$} {unit}")
}

/// How long something has been, in whole units.
pub(super) fn age(milliseconds: i64) -> String {
    let seconds = milliseconds.max(0) / 1000;
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// How long ago something was.
pub(super) fn ago(milliseconds: i64) -> String {
    if milliseconds < 1000 { "just now".to_owned() } else { format!("{} ago", age(milliseconds)) }
}

/// A time in milliseconds since the epoch, for a program.
pub(super) fn timestamp(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds).unwrap_or_default().to_string()
}

/// The same, for a person, in UTC.
pub(super) fn time(milliseconds: i64) -> String {
    let time = Timestamp::from_millisecond(milliseconds).unwrap_or_default();
    time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A size in bytes, as the platform writes memory.
pub(super) fn megabytes(bytes: u64) -> String {
    format!("{:.2} MB", bytes as f64 / (1024.0 * 1024.0))
}

/// The address of a function's page.
pub(super) fn address(key: &FunctionKey) -> String {
    format!("/ui/functions/{}/{}", encoded(&key.namespace, b""), encoded(&key.name, b""))
}

/// The first `limit` bytes, and how many there are besides.
pub(super) fn beginning(text: &str, limit: usize) -> (&str, usize) {
    let shown = &text[..text.floor_char_boundary(limit)];
    (shown, text.len() - shown.len())
}

/// The last `limit` bytes, and how many there are besides.
pub(super) fn end(text: &str, limit: usize) -> (&str, usize) {
    let at = text.ceil_char_boundary(text.len().saturating_sub(limit));
    (&text[at..], at)
}
