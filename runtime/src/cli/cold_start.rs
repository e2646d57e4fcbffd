//! What a cold start took: `--import-time` and `--budget` of `krait invoke`.

use crate::{contract::report::ColdStart, python::ImportTime};
use clap::{Args, ValueEnum};
use serde::Serialize;
use std::{fmt::Write as _, io::Write as _, io::stderr, time::Duration};

#[derive(Debug, Args)]
pub(super) struct ColdStartArguments {
    /// Show on stderr where the cold start's time went: a tree of the imports
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "text",
        help_heading = "Cold start"
    )]
    pub import_time: Option<TimesFormat>,

    /// The longest that the cold start may take, as in 150ms or 1.5s; beyond it the exit code is 4
    #[arg(long, value_name = "TIME", value_parser = duration, help_heading = "Cold start")]
    pub budget: Option<Duration>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TimesFormat {
    Text,
    Json,
}

/// The exit code where a cold start took longer than its budget.
pub(super) const OVER_BUDGET: u8 = 4;

/// What is known of one cold start.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// None where the function could not be loaded.
    pub parts: Option<ColdStart>,
    pub imports: Vec<ImportTime>,
}

impl Measured {
    /// Shows the times on stderr, if they are wanted.
    pub(super) fn show(&self, arguments: &ColdStartArguments) {
        let text = match arguments.import_time {
            None => return,
            Some(TimesFormat::Text) => self.text(),
            Some(TimesFormat::Json) => self.json(),
        };
        // Nobody reads it: the answer still counts.
        let _ = stderr().lock().write_all(text.as_bytes());
    }

    /// The error where the cold start took longer than its budget.
    pub(super) fn over_budget(&self, arguments: &ColdStartArguments) -> Option<anyhow::Error> {
        let (budget, parts) = (arguments.budget?, self.parts.as_ref()?);
        let total = total(parts);
        (total > budget).then(|| {
            let tip = match arguments.import_time {
                None => "\n  tip: --import-time shows which imports it went into",
                Some(_) => "",
            };
            anyhow::anyhow!(
                "the cold start took {} ms, more than the budget of {} ms: {} ms for the code, {} ms \
                 for the interpreter, {} ms for the function{tip}",
                milliseconds(total),
                milliseconds(budget),
                milliseconds(parts.pull_code),
                milliseconds(parts.init_runtime),
                milliseconds(parts.init_function),
            )
        })
    }

    /// A line for each part and import, in milliseconds: its own, and with what is part of it.
    fn text(&self) -> String {
        let mut text = "cold start:  own ms  cumulated ms\n".to_owned();
        let mut line = |own: Duration, cumulated: Duration, depth: u32, what: &str| {
            let (own, cumulated) = (milliseconds(own), milliseconds(cumulated));
            let indent = 2 * depth as usize;
            let _ = writeln!(text, "{own:>19}{cumulated:>14}  {:indent$}{what}", "");
        };
        if let Some(parts) = &self.parts {
            line(parts.pull_code, parts.pull_code, 0, "code");
            line(parts.init_runtime, parts.init_runtime, 0, "interpreter");
            line(self.own_of_function(parts), parts.init_function, 0, "function");
        }
        for import in &self.imports {
            let failed = if import.failed { " (failed)" } else { "" };
            let what = format!("{}{failed}", import.module);
            line(import.own, import.cumulated, import.depth + 1, &what);
        }
        if let Some(parts) = &self.parts {
            line(total(parts), total(parts), 0, "in all");
        }
        text
    }

    /// The same as one line of JSON: `imports` holds what each import imported.
    fn json(&self) -> String {
        let parts = self.parts.as_ref();
        let mut imports = self.imports.iter().peekable();
        let told = JsonTimes {
            cold_start_ms: parts.map(|parts| number(total(parts))),
            code_ms: parts.map(|parts| number(parts.pull_code)),
            interpreter_ms: parts.map(|parts| number(parts.init_runtime)),
            function_ms: parts.map(|parts| number(parts.init_function)),
            imports: nested(&mut imports, 0),
        };
        let mut text = serde_json::to_string(&told).unwrap_or_default();
        text.push('\n');
        text
    }

    /// What the function's load took without the imports that it asked for.
    fn own_of_function(&self, parts: &ColdStart) -> Duration {
        let asked_for = self.imports.iter().filter(|import| import.depth == 0);
        parts.init_function.saturating_sub(asked_for.map(|import| import.cumulated).sum())
    }
}

/// Times in milliseconds.
#[derive(Serialize)]
struct JsonTimes<'a> {
    cold_start_ms: Option<f64>,
    code_ms: Option<f64>,
    interpreter_ms: Option<f64>,
    function_ms: Option<f64>,
    imports: Vec<JsonImport<'a>>,
}

#[derive(Serialize)]
struct JsonImport<'a> {
    module: &'a str,
    own_ms: f64,
    cumulated_ms: f64,
    failed: bool,
    imports: Vec<JsonImport<'a>>,
}

/// The imports of one depth, up to the first that lies less deep.
fn nested<'a>(
    imports: &mut std::iter::Peekable<std::slice::Iter<'a, ImportTime>>,
    depth: u32,
) -> Vec<JsonImport<'a>> {
    let mut found = Vec::new();
    while let Some(import) = imports.next_if(|import| import.depth >= depth) {
        found.push(JsonImport {
            module: &import.module,
            own_ms: number(import.own),
            cumulated_ms: number(import.cumulated),
            failed: import.failed,
            imports: nested(imports, import.depth + 1),
        });
    }
    found
}

/// What the log's `Coldstart` line gives as the sum of its parts.
fn total(parts: &ColdStart) -> Duration {
    parts.pull_code + parts.init_runtime + parts.init_function
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.3}", number(duration))
}

fn number(duration: Duration) -> f64 {
    duration.as_micros() as f64 / 1000.0
}

fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => (number, 1e-3),
        (None, Some(number)) => (number, 1.0),
        (None, None) => (text, 0.0),
    };
    let is_plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let seconds = number.parse::<f64>().map_or(0.0, |number| number * unit);
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if is_plain && !duration.is_zero() => Ok(duration),
        _ => Err("a budget is a time above zero, such as 150ms or 1.5s".to_owned()),
    }
}
