//! Failures, and the JSON envelope that reports them (docs/contract.md §2).

use super::limits::FAILURE_TEXT_BYTES;
use serde::{Deserialize, Serialize};

/// Every failure's `errorCode`, as the platform's document shows it. Newer reports by users show 1
/// for failures of user code (§2.2). Change it here.
pub(super) const ERROR_CODE: i32 = -1;

/// How an invocation failed. A caller can tell these apart, and no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Failure {
    /// The handler raised, or returned what JSON cannot carry: 430.
    UserCode { stack_trace: String },
    /// The user's module could not be imported, or has no such function: 443.
    Load { message: String },
    /// The entry file is missing: 437.
    EntryMissing { file: String },
    /// The handler ran longer than its timeout: 433.
    Timeout { seconds: u32 },
    /// The instance used more memory than it may: 434.
    Memory { megabytes: u32 },
    /// What a handler of Lambda's raised, or what kept it from being loaded, as Lambda tells it.
    Lambda { while_loading: bool, diagnostic: Box<Diagnostic> },
    /// The process ended before it answered: 439.
    ProcessExit,
    /// RetMsg is larger than 6 MB: 407.
    ResponseTooLarge,
    /// The function was not ready within its init timeout: 450.
    InitTimeout { seconds: u32 },
    /// The function has as many instances as its memory quota allows: 432.
    ConcurrencyExceeded { function: String, megabytes: u32 },
    /// The caller went away, or the event was terminated: 499.
    Canceled,
    /// The platform itself failed: 500.
    Internal { message: String },
}

impl Failure {
    /// The platform's status code (§2.3).
    pub fn status_code(&self) -> u16 {
        match self {
            Self::ResponseTooLarge => 407,
            Self::UserCode { .. } | Self::Lambda { while_loading: false, .. } => 430,
            Self::ConcurrencyExceeded { .. } => 432,
            Self::Timeout { .. } => 433,
            Self::Memory { .. } => 434,
            Self::EntryMissing { .. } => 437,
            Self::ProcessExit => 439,
            Self::Load { .. } | Self::Lambda { while_loading: true, .. } => 443,
            Self::InitTimeout { .. } => 450,
            Self::Canceled => 499,
            Self::Internal { .. } => 500,
        }
    }

    /// Shortens the text that a function gave its failure to [`FAILURE_TEXT_BYTES`] (§14). Returns
    /// the whole text where it was longer.
    pub fn shorten(&mut self) -> Option<String> {
        let text = match self {
            Self::UserCode { stack_trace: text } | Self::Load { message: text } => text,
            Self::Lambda { diagnostic, .. } => &mut diagnostic.error_message,
            _ => return None,
        };
        if text.len() <= FAILURE_TEXT_BYTES {
            return None;
        }
        // A traceback begins with the places, and ends with the error.
        let (from, to) = (FAILURE_TEXT_BYTES / 2, text.len() - FAILURE_TEXT_BYTES / 2);
        let (from, to) = (text.floor_char_boundary(from), text.ceil_char_boundary(to));
        let note = format!("\n[krait] {} bytes are left out\n", to - from);
        let short = [&text[..from], &note, &text[to..]].concat();
        Some(std::mem::replace(text, short))
    }

    /// Whether the instance must not be used again (§1.7). False for what the handler itself raised
    /// or returned, and for what never reached an instance.
    pub fn ends_instance(&self) -> bool {
        !matches!(
            self,
            Self::UserCode { .. }
                | Self::Lambda { while_loading: false, .. }
                | Self::ResponseTooLarge
                | Self::ConcurrencyExceeded { .. }
        )
    }

    /// The text of `errorMessage` (§2.1, §2.3). Those of 437, 450, 499 and 500 are krait's own: no
    /// report shows the platform's.
    pub fn message(&self) -> String {
        match self {
            Self::UserCode { .. } => "user code exception caught".to_owned(),
            Self::Load { message } => message.clone(),
            Self::Lambda { diagnostic, .. } => {
                format!("{}: {}", diagnostic.error_type, diagnostic.error_message)
            }
            Self::EntryMissing { file } => format!(
                "the entry file {file} is not in the code; check that the handler names it and \
                 that it is at the root of the package"
            ),
            Self::Timeout { seconds } => format!("Invoking task timed out after {seconds} seconds"),
            Self::Memory { megabytes } => format!("Task memory exceeded {megabytes} MB"),
            Self::ProcessExit => "User process exit when running".to_owned(),
            Self::ResponseTooLarge => {
                "The size of response exceeds the upper limit (6MB)".to_owned()
            }
            Self::InitTimeout { seconds } => {
                format!("Initializing function timed out after {seconds} seconds")
            }
            Self::ConcurrencyExceeded { function, megabytes } => {
                format!("Function [{function}] concurrency exceeded reserved quota {megabytes} MB")
            }
            Self::Canceled => "Request was canceled before it was answered".to_owned(),
            Self::Internal { message } => message.clone(),
        }
    }

    /// The envelope as RetMsg carries it.
    pub fn envelope(&self, request_id: &str) -> String {
        json_text(&self.fields(Some(request_id)))
    }

    /// The envelope as the log's `ERROR` line carries it: without the request's id, and
    /// with `<`, `>` and `&` escaped, as Go's encoder writes them (§4.1).
    pub fn log_envelope(&self) -> String {
        let text = json_text(&self.fields(None));
        let mut escaped = String::with_capacity(text.len());
        for each in text.chars() {
            match each {
                '<' => escaped.push_str("\\u003c"),
                '>' => escaped.push_str("\\u003e"),
                '&' => escaped.push_str("\\u0026"),
                '\u{2028}' => escaped.push_str("\\u2028"),
                '\u{2029}' => escaped.push_str("\\u2029"),
                other => escaped.push(other),
            }
        }
        escaped
    }

    fn fields<'a>(&'a self, request_id: Option<&'a str>) -> Envelope<'a> {
        let stack_trace = match self {
            Self::UserCode { stack_trace } => Some(stack_trace.as_str()),
            _ => None,
        };
        Envelope {
            error_code: ERROR_CODE,
            error_message: self.message(),
            request_id,
            stack_trace,
            status_code: self.status_code(),
        }
    }
}

/// The keys stand in alphabetical order, as the platform writes them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    error_code: i32,
    error_message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stack_trace: Option<&'a str>,
    status_code: u16,
}

/// Compact JSON of a value that cannot fail to be written: a struct or a map with
/// string keys, of strings and numbers.
pub(super) fn json_text(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings and numbers are always JSON")
}

/// How an invocation, or the loading of a function, failed, as Lambda is told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    pub error_type: String,
    pub error_message: String,
    /// A text of two lines for each frame.
    pub stack_trace: Vec<String>,
}
