//! The parts of pages that show functions and instances.

use super::{
    gather::{Overview, Sums},
    words,
};
use crate::platform::{Code, Deployed, InstanceState, Origin, ShownInstance, store::FunctionKey};
use maud::{Markup, html};

/// The key figures.
pub(super) fn figures(overview: &Overview) -> Markup {
    let busy = overview.busy();
    let figures = [
        ("Functions", overview.functions.len().to_string(), None),
        ("Instances", overview.instances.len().to_string(), Some(format!("{busy} busy"))),
        ("Waiting calls", overview.waiting.to_string(), None),
        (
            "Queued events",
            overview.queued.map_or_else(|| "unknown".to_owned(), |queued| queued.to_string()),
            None,
        ),
    ];
    html! {
        dl.figures {
            @for (name, value, more) in figures {
                div {
                    dt { (name) }
                    dd { (value) @if let Some(more) = more { " " small { (more) } } }
                }
            }
        }
    }
}

/// All functions.
pub(super) fn functions(overview: &Overview) -> Markup {
    if overview.functions.is_empty() {
        return html! {
            p.empty {
                "There are none yet. Name a folder of functions, as in "
                code { "krait serve examples/" } ", or create one through the API."
            }
        };
    }
    html! {
        div.scroll role="region" aria-label="Table of functions" tabindex="0" {
            table {
                caption.unseen { "Functions, with their limits and what was counted of them" }
                thead {
                    tr {
                        th scope="col" { "Function" }
                        th.more.number scope="col" { "Memory" }
                        th.more.number scope="col" { "Timeout" }
                        th.more scope="col" { "Versions" }
                        th.number scope="col" { "Calls" }
                        th.number scope="col" { "Failed" }
                        th.number scope="col" { "Mean" }
                    }
                }
                tbody {
                    @for (key, deployed) in &overview.functions {
                        (function_row(key, deployed, &Sums::of(overview.counts.get(key))))
                    }
                }
            }
        }
    }
}

fn function_row(key: &FunctionKey, deployed: &Deployed, sums: &Sums) -> Markup {
    let latest = deployed.latest.as_ref().map(|latest| &latest.function);
    html! {
        tr {
            th scope="row" {
                a href=(words::address(key)) { (key.name) }
                span.under {
                    (key.namespace)
                    @if let Some(latest) = latest { " · " code { (latest.handler) } }
                }
            }
            td.more.number { @if let Some(latest) = latest { (latest.memory_mb) " MB" } }
            td.more.number { @if let Some(latest) = latest { (latest.timeout_seconds) " s" } }
            td.more { (versions(deployed)) }
            td.number { (sums.calls) }
            td.number .bad[sums.failed > 0] { (sums.failed) }
            td.number { (mean(sums)) }
        }
        // A row of its own: on a phone the column of names is narrow.
        @if deployed.problem.is_some() {
            tr.of-above { td colspan="7" { (problem(deployed)) } }
        }
    }
}

/// Why a function's newest code is not in service, if it is not.
pub(super) fn problem(deployed: &Deployed) -> Markup {
    let Some(problem) = &deployed.problem else { return html! {} };
    let remains = match deployed.latest {
        Some(_) => "The newest code is not in service; the last that could be used is.",
        None => "It cannot be invoked.",
    };
    html! { p.problem { strong { (remains) } " " (problem) } }
}

/// The details of one function, without its environment, whose values may be secrets.
pub(super) fn configuration(overview: &Overview, key: &FunctionKey, deployed: &Deployed) -> Markup {
    let counted = overview.counts.get(key);
    let sums = Sums::of(counted);
    html! {
        dl.facts {
            @if let Some(latest) = &deployed.latest {
                @let function = &latest.function;
                @let settings = &latest.settings;
                (fact("Handler", &html! { code { (function.handler) } }))
                (fact("Memory", &html! { (function.memory_mb) " MB" }))
                (fact("Timeout", &html! {
                    (function.timeout_seconds) " s, " (function.init_timeout_seconds) " s to start"
                }))
                (fact("Versions", &html! { (versions(deployed)) }))
                (fact("Code", &html! { (code(&latest.code, latest.origin)) }))
                (fact("In service since", &html! {
                    time datetime=(words::timestamp(latest.modified_at)) {
                        (words::time(latest.modified_at))
                    }
                }))
                @if let Some(concurrency) = settings.concurrency {
                    (fact("At once", &html! { (concurrency) }))
                }
                @for timer in &settings.timers {
                    (fact("Timer", &html! {
                        (timer.name) " " code { (timer.cron) }
                        @if !timer.enabled { " (off)" }
                    }))
                }
                @if !function.environment.is_empty() {
                    (fact("Environment", &html! {
                        @for (index, name) in function.environment.keys().enumerate() {
                            @if index > 0 { ", " }
                            code { (name) }
                        }
                    }))
                }
            }
            (fact("Calls", &html! {
                (sums.calls) @if sums.cold_starts > 0 { ", " (sums.cold_starts) " cold" }
                @if let Some(counted) = counted {
                    @for (code, count) in &counted.invocations {
                        " " span.outcome .bad[*code != 200] { (code) " × " (count) }
                    }
                }
            }))
            (fact("Mean duration", &html! { (mean(&sums)) }))
        }
    }
}

fn code(code: &Code, origin: Origin) -> Markup {
    html! {
        @match code {
            Code::Path(path) => code { (path.display()) },
            Code::Stored { bytes, .. } => { "a zip of " (bytes) " bytes" },
        }
        @if origin == Origin::Api { ", from the API" }
    }
}

fn versions(deployed: &Deployed) -> Markup {
    html! {
        @if deployed.latest.is_some() { "$LATEST" }
        @for number in deployed.versions.keys() { ", " (number) }
    }
}

fn mean(sums: &Sums) -> String {
    sums.mean.map_or_else(|| "–".to_owned(), words::duration)
}

/// The instances there are.
pub(super) fn instances(overview: &Overview, of_all: bool) -> Markup {
    if overview.instances.is_empty() {
        return html! { p.empty { "There are none; a call starts one." } };
    }
    html! {
        div.scroll role="region" aria-label="Table of instances" tabindex="0" {
            table {
                caption.unseen { "Instances, with what each is doing" }
                thead {
                    tr {
                        @if of_all { th scope="col" { "Function" } }
                        th scope="col" { "Process" }
                        th scope="col" { "State" }
                        th.more scope="col" { "Version" }
                        th.number scope="col" { "Invocations" }
                        th.number scope="col" { "Age" }
                    }
                }
                tbody {
                    @for instance in &overview.instances {
                        (instance_row(instance, overview.now, of_all))
                    }
                }
            }
        }
    }
}

fn instance_row(instance: &ShownInstance, now: i64, names_function: bool) -> Markup {
    let state = match instance.state {
        InstanceState::Idle => "idle",
        InstanceState::Busy => "busy",
    };
    html! {
        tr {
            @if names_function {
                td { a href=(words::address(&instance.key)) { (instance.key.name) } }
            }
            td.digits { (instance.process) }
            td { (state) }
            td.more { (instance.version) }
            td.number { (instance.invocations) }
            td.number { (words::age(now - instance.since)) }
        }
    }
}

/// A name and its value, for a list of such.
pub(super) fn fact(name: &str, value: &Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}
