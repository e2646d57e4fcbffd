//! The parts of pages that show invocations, and the form that makes one.

use super::{
    draft::{self, Draft},
    gather::Overview,
    parts::fact,
    words,
};
use crate::{
    contract::events,
    platform::{
        Completed, Deployed,
        store::{FunctionKey, InvocationRecord},
    },
};
use maud::{Markup, html};

/// How many bytes of a text a list shows, and how many the answer to one call.
const LISTED_BYTES: usize = 16 << 10;
const ANSWER_BYTES: usize = 512 << 10;

pub(super) type Functions<'a> = &'a [(FunctionKey, Deployed)];

/// The form that invokes. It needs no script: filling in a template is a button of its own.
pub(super) fn form(functions: Functions<'_>, draft: &Draft) -> Markup {
    let event = if draft.event.is_empty() { "{}\n" } else { &draft.event };
    let rows = (event.lines().count() + 1).clamp(6, 24);
    html! {
        form.invoke method="post" action="/ui/invoke" {
            div.fields {
                p {
                    label for="function" { "Function" }
                    select #function name="function" required {
                        @for (key, _) in functions {
                            option value=(draft::value(key))
                                selected[draft.function.as_ref() == Some(key)] {
                                (key.name)
                                @if key.namespace != "default" { " (" (key.namespace) ")" }
                            }
                        }
                    }
                }
                p {
                    label for="event" { "Template" }
                    span.joined {
                        select #event name="event" {
                            option value="" { "Empty object" }
                            @for trigger in events::all() {
                                option value=(trigger.name)
                                    selected[draft.trigger == Some(trigger)] {
                                    (trigger.name) ": " (trigger.title)
                                }
                            }
                        }
                        button name="do" value="fill" { "Fill in" }
                    }
                }
            }
            p {
                label for="text" { "Event, as JSON" }
                textarea #text name="text" rows=(rows) spellcheck="false" autocapitalize="off"
                    autocomplete="off" { (event) }
            }
            p { button.first name="do" value="invoke" { "Invoke" } }
        }
    }
}

/// What a call came to.
pub(super) fn answer(key: &FunctionKey, completed: &Completed) -> Markup {
    let invocation = &completed.invocation;
    let (status, ret_msg) = (invocation.status_code(), invocation.ret_msg());
    html! {
        h1 #answer { (key.name) " " (outcome(status)) }
        dl.facts {
            (fact("Duration", &html! {
                (words::duration(invocation.duration.as_secs_f64()))
                ", billed " (invocation.billed_ms()) " ms"
            }))
            (fact("Memory", &html! { (words::megabytes(invocation.memory_bytes)) }))
            (fact("Start", &html! { @match &completed.cold_start {
                Some(_) => "on a new instance",
                None => "on a warm instance",
            } }))
            (fact("Request id", &html! { code { (invocation.request_id) } }))
        }
        (texts(status, &ret_msg, &completed.log_tail, ANSWER_BYTES))
    }
}

/// The last invocations, each with its log behind it.
pub(super) fn invocations(overview: &Overview, of_all: bool) -> Markup {
    let records = match &overview.invocations {
        Ok(records) => records,
        Err(error) => return html! { p.problem { (error) } },
    };
    if records.is_empty() {
        return html! { p.empty { "There are none yet." } };
    }
    html! {
        ol.invocations {
            @for record in records { li { (invocation(record, overview.now, of_all)) } }
        }
    }
}

fn invocation(record: &InvocationRecord, now: i64, names_function: bool) -> Markup {
    let key = FunctionKey { namespace: record.namespace.clone(), name: record.function.clone() };
    html! {
        details {
            summary {
                (outcome(record.status_code))
                @if names_function { " " span.name { (record.function) } }
                " " span.took { (words::duration(record.duration_us as f64 / 1e6)) }
                " " time.ago datetime=(words::timestamp(record.started_at)) {
                    (words::ago(now - record.started_at))
                }
            }
            dl.facts {
                (fact("Function", &html! {
                    a href=(words::address(&key)) { (key.name) }
                    " " (record.version) ", in " (key.namespace)
                }))
                (fact("Began", &html! { (words::time(record.started_at)) }))
                (fact("Billed", &html! { (record.billed_ms) " ms" }))
                (fact("Memory", &html! { (words::megabytes(record.memory_bytes)) }))
                @if record.retry > 0 { (fact("Retry", &html! { (record.retry) })) }
                (fact("Request id", &html! { code { (record.request_id) } }))
            }
            (texts(record.status_code, &record.ret_msg, &record.log, LISTED_BYTES))
        }
    }
}

/// A status code in words, so that the meaning does not depend on colour.
fn outcome(status: u16) -> Markup {
    let word = if status == 200 { "returned" } else { "failed" };
    html! { span.outcome .bad[status != 200] { (status) " " (word) } }
}

/// RetMsg and the log, cut if they are too long. If RetMsg is an envelope with a stack trace, the
/// trace is shown too, in readable form.
fn texts(status: u16, ret_msg: &str, log: &str, limit: usize) -> Markup {
    let stack_trace = if status == 200 { None } else { stack_trace(ret_msg) };
    let (ret_msg, after) = words::beginning(ret_msg, limit);
    let (log, before) = words::end(log, limit);
    html! {
        @if let Some(stack_trace) = stack_trace {
            h3 { "Stack trace" }
            pre tabindex="0" { (words::end(&stack_trace, limit).0) }
        }
        h3 { "RetMsg" }
        pre tabindex="0" { (ret_msg) }
        @if after > 0 { p.cut { "and " (after) " bytes more" } }
        h3 { "Log" }
        @if before > 0 { p.cut { "after " (before) " bytes more" } }
        pre tabindex="0" { (log) }
    }
}

fn stack_trace(envelope: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Envelope {
        stack_trace: String,
    }
    let envelope: Envelope = serde_json::from_str(envelope).ok()?;
    Some(envelope.stack_trace)
}
