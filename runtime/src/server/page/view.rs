//! The pages, whole.

use super::{
    calls::{self, Functions},
    draft::Draft,
    gather::Overview,
    parts, words,
};
use crate::platform::{Completed, Deployed, Refused, store::FunctionKey};
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The front page: everything there is.
pub(super) fn front(overview: &Overview, draft: &Draft) -> Markup {
    let sections = html! {
        a href="#functions" { "Functions" }
        a href="#invoke" { "Invoke" }
        a href="#invocations" { "Invocations" }
        a href="#instances" { "Instances" }
    };
    let main = html! {
        h1.unseen { "Status" }
        (parts::figures(overview))
        section #functions aria-labelledby="functions-title" {
            h2 #functions-title { "Functions" }
            (parts::functions(overview))
        }
        section #invoke aria-labelledby="invoke-title" {
            h2 #invoke-title { "Invoke" }
            (calls::form(&overview.functions, draft))
        }
        (recent(overview, true))
    };
    shell("Status", Some(overview.now), &sections, &main)
}

/// The page of one function.
pub(super) fn function(
    overview: &Overview,
    key: &FunctionKey,
    deployed: &Deployed,
    draft: &Draft,
) -> Markup {
    let sections = html! {
        a href="/ui" { "All functions" }
        a href="#invoke" { "Invoke" }
        a href="#invocations" { "Invocations" }
        a href="#instances" { "Instances" }
    };
    let main = html! {
        h1 { (key.name) " " small { "in " (key.namespace) } }
        (parts::problem(deployed))
        section aria-label="Configuration" { (parts::configuration(overview, key, deployed)) }
        section #invoke aria-labelledby="invoke-title" {
            h2 #invoke-title { "Invoke" }
            (calls::form(&overview.functions, draft))
        }
        (recent(overview, false))
    };
    shell(&key.name, Some(overview.now), &sections, &main)
}

/// The form alone.
pub(super) fn invoke(functions: Functions<'_>, draft: &Draft) -> Markup {
    let main = html! {
        h1 { "Invoke" }
        (calls::form(functions, draft))
    };
    shell("Invoke", None, &back(), &main)
}

/// The result of an invocation, and the form to try again.
pub(super) fn answer(
    functions: Functions<'_>,
    draft: &Draft,
    key: &FunctionKey,
    completed: &Completed,
) -> Markup {
    let main = html! {
        section aria-labelledby="answer" { (calls::answer(key, completed)) }
        (again(functions, draft))
    };
    let title = format!("{} answered {}", key.name, completed.invocation.status_code());
    shell(&title, None, &back(), &main)
}

/// Why there was no invocation, and the form to try again.
pub(super) fn refusal(
    functions: Functions<'_>,
    draft: &Draft,
    key: &FunctionKey,
    refused: &Refused,
) -> Markup {
    let main = html! {
        h1 { (key.name) " was not invoked" }
        p.problem { (refused) }
        (again(functions, draft))
    };
    shell("Not invoked", None, &back(), &main)
}

fn back() -> Markup {
    html! { a href="/ui" { "All functions" } }
}

fn again(functions: Functions<'_>, draft: &Draft) -> Markup {
    html! {
        section #invoke aria-labelledby="invoke-title" {
            h2 #invoke-title { "Invoke again" }
            (calls::form(functions, draft))
        }
    }
}

fn recent(overview: &Overview, of_all: bool) -> Markup {
    html! {
        section #invocations aria-labelledby="invocations-title" {
            h2 #invocations-title { "Last invocations" }
            (calls::invocations(overview, of_all))
        }
        section #instances aria-labelledby="instances-title" {
            h2 #instances-title { "Instances" }
            (parts::instances(overview, of_all))
        }
    }
}

/// The frame of every page. `as_of` is the time of its data, if the data can grow old.
fn shell(title: &str, as_of: Option<i64>, sections: &Markup, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { (title) " · krait" }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                link rel="stylesheet" href="/ui/style.css";
            }
            body {
                a.skip href="#main" { "Skip to the content" }
                header {
                    a.mark href="/ui" { "krait" }
                    nav aria-label="On this page" { (sections) }
                    @if let Some(now) = as_of {
                        p.as-of {
                            "As of "
                            time datetime=(words::timestamp(now)) { (words::time(now)) }
                            // An empty address is this page, without what is after the #.
                            " " a href="?" { "Refresh" }
                        }
                    }
                }
                main #main tabindex="-1" { (main) }
                footer {
                    p {
                        "krait " (env!("CARGO_PKG_VERSION")) (PreEscaped(" &middot; "))
                        a href="/metrics" { "Metrics" }
                    }
                }
            }
        }
    }
}
