//! What AWS Lambda's runtime API and its runtime for Python say, where krait runs a function there.
//!
//! The source is the runtime API's documentation, and what `awslambdaric` does.

pub use super::envelope::Diagnostic;
use super::{Failure, Handler, envelope::json_text};
use serde::Serialize;

/// The most bytes of an answer, as Lambda counts them.
const RESPONSE_BYTES: usize = 6_291_556;

/// What a stack trace of Python's begins with, and each frame of it.
const TRACE_BEGINS: &str = "Traceback (most recent call last):\n";
const FRAME_BEGINS: &str = "  File ";

/// What Lambda is told of one call, in the headers of the event. `context` is made of it.
#[derive(Debug, Clone, Serialize)]
pub struct Call<'a> {
    pub aws_request_id: &'a str,
    pub invoked_function_arn: Option<&'a str>,
    /// When Lambda ends the call, in milliseconds since 1970.
    pub deadline_ms: u64,
    pub trace_id: Option<&'a str>,
    /// The text of a JSON object, as the next.
    pub client_context: Option<&'a str>,
    pub cognito_identity: Option<&'a str>,
    pub tenant_id: Option<&'a str>,
}

impl Call<'_> {
    /// The text of a JSON object.
    pub fn to_json(&self) -> String {
        json_text(self)
    }
}

impl Diagnostic {
    /// A failure as Lambda is told of it; none where the process has ended or is to end: Lambda
    /// finds that itself.
    pub fn of(failure: &Failure, handler: &Handler) -> Option<Self> {
        match failure {
            Failure::Lambda { diagnostic, .. } => Some(Self::clone(diagnostic)),
            Failure::UserCode { stack_trace: text } | Failure::Load { message: text } => {
                Some(Self::of_trace(text))
            }
            Failure::EntryMissing { .. } => {
                let module = &handler.module;
                Some(Self::plain(
                    "Runtime.ImportModuleError",
                    format!("Unable to import module '{module}': No module named '{module}'"),
                ))
            }
            Failure::ResponseTooLarge => Some(Self::plain(
                "Function.ResponseSizeTooLarge",
                format!(
                    "Response payload size exceeded maximum allowed payload size \
                     ({RESPONSE_BYTES} bytes)."
                ),
            )),
            Failure::ProcessExit
            | Failure::Memory { .. }
            | Failure::Timeout { .. }
            | Failure::InitTimeout { .. }
            | Failure::Canceled => None,
            other => Some(Self::plain("Runtime.Unknown", other.message())),
        }
    }

    /// A failure as who invoked the function sees it: Lambda tells also of what ended the process.
    pub fn payload(failure: &Failure, handler: &Handler, request_id: &str) -> String {
        if let Some(told) = Self::of(failure, handler) {
            return told.envelope(request_id);
        }
        let (error_type, what) = match failure {
            Failure::Timeout { seconds } | Failure::InitTimeout { seconds } => {
                ("Sandbox.Timedout", format!("Task timed out after {seconds}.00 seconds"))
            }
            Failure::Memory { .. } => {
                ("Runtime.OutOfMemory", "Runtime exited with error: signal: killed".to_owned())
            }
            _ => ("Runtime.ExitError", "Runtime exited without providing a reason".to_owned()),
        };
        let message = format!("RequestId: {request_id} Error: {what}");
        format!(
            "{{\"errorType\":{},\"errorMessage\":{}}}",
            json_text(&error_type),
            json_text(&message)
        )
    }

    /// An event that is not JSON.
    pub fn of_event(invalid: &impl std::fmt::Display) -> Self {
        Self::plain("Runtime.UnmarshalError", format!("Unable to unmarshal input: {invalid}"))
    }

    /// A handler string without a dot.
    pub fn of_handler(handler: &str) -> Self {
        let reason = "not enough values to unpack (expected 2, got 1)";
        Self::plain("Runtime.MalformedHandlerName", format!("Bad handler '{handler}': {reason}"))
    }

    /// The stack trace of a handler of SCF's, or whatever its runtime told. The class's name is
    /// without its module's, as Lambda has it.
    fn of_trace(text: &str) -> Self {
        // That of the exception itself, where others are shown as its cause.
        let joints = ["the following exception:\n\n", "another exception occurred:\n\n"];
        let begins = joints.iter().filter_map(|joint| {
            text.rfind(&format!("{joint}{TRACE_BEGINS}")).map(|place| place + joint.len())
        });
        let last = &text[begins.max().unwrap_or_default()..];
        let mut rest = last.strip_prefix(TRACE_BEGINS).unwrap_or(last);
        if rest.len() == text.len() && !text.starts_with(FRAME_BEGINS) {
            return Self::plain("Runtime.Unknown", text.to_owned());
        }
        let mut stack_trace: Vec<String> = Vec::new();
        while rest.starts_with(' ') {
            let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
            match stack_trace.last_mut() {
                Some(frame) if !line.starts_with(FRAME_BEGINS) => {
                    frame.push_str(line);
                    frame.push('\n');
                }
                _ => stack_trace.push(format!("{line}\n")),
            }
            rest = after;
        }
        let (name, message) = rest.split_once(": ").unwrap_or((rest, ""));
        let name = name.rsplit('.').next().unwrap_or(name);
        Self { stack_trace, ..Self::plain(name, message.to_owned()) }
    }

    fn plain(error_type: &str, error_message: String) -> Self {
        Self { error_type: error_type.to_owned(), error_message, stack_trace: Vec::new() }
    }

    /// The envelope, as Lambda's runtime for Python writes it. `request_id` is empty for what
    /// belongs to no call.
    pub fn envelope(&self, request_id: &str) -> String {
        let frames: Vec<String> = self.stack_trace.iter().map(json_text).collect();
        format!(
            "{{\"errorMessage\": {}, \"errorType\": {}, \"requestId\": {}, \"stackTrace\": [{}]}}",
            json_text(&self.error_message),
            json_text(&self.error_type),
            json_text(&request_id),
            frames.join(", ")
        )
    }

    /// What the log says of it. It is one line for CloudWatch: lines in it end with a carriage
    /// return, and begin with spaces that do not break.
    pub fn log_line(&self) -> String {
        let message = &self.error_message;
        let mut lines = vec![match message.is_empty() {
            true => format!("[ERROR] {}", self.error_type),
            false => format!("[ERROR] {}: {message}", self.error_type),
        }];
        lines.push("Traceback (most recent call last):".to_owned());
        for line in self.stack_trace.iter().flat_map(|frame| frame.lines()) {
            let text = line.trim_start_matches(' ');
            lines.push("\u{a0}".repeat(line.len() - text.len()) + text);
        }
        lines.join("\r") + "\n"
    }
}
