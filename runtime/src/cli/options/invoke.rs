//! The options of `krait invoke` and `krait events`.

#[cfg(unix)]
use super::{AFTER_HELP, SandboxArguments};
use super::{
    FunctionArguments,
    values::{init_timeout, memory, timeout, trigger},
};
use crate::{cli::cold_start::ColdStartArguments, contract::events::TriggerEvent};
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

#[cfg(unix)]
pub(super) const INVOKE_AFTER_HELP: &str = AFTER_HELP;

#[cfg(target_os = "wasi")]
pub(super) const INVOKE_AFTER_HELP: &str = "\
This is krait as a WebAssembly module. Its host is responsible for:
  files      code, layers and files must be in the folders that it opens for the module
  time       it ends a function that runs too long; an answer after the timeout is a
             timeout, however late it comes
  isolation  it isolates the module; a function has no sockets, processes or threads

The module itself enforces --memory, and counts all of its memory.

Exit status:
  0  the function succeeded
  1  the function failed, and the error envelope was printed
  2  the input was wrong: an option, the code or the event
  3  krait itself failed
  4  the function succeeded, but its cold start took longer than --budget";

#[derive(Debug, Args)]
pub(in crate::cli) struct InvokeArguments {
    /// The function's code: a folder, a .py file or a .zip package [default: .]
    #[arg(value_hint = ValueHint::AnyPath)]
    pub code: Option<PathBuf>,

    /// The function to call [default: index.main_handler; for a .py file, main_handler in it]
    #[arg(long, value_name = "FILE.FUNCTION")]
    pub handler: Option<String>,

    /// The event; - reads stdin [default: {}]
    #[arg(short, long, value_name = "JSON", allow_hyphen_values = true)]
    pub event: Option<String>,

    /// A file with the event; - reads stdin
    #[arg(short = 'E', long, value_name = "PATH", conflicts_with = "event", value_hint = ValueHint::FilePath)]
    pub event_file: Option<PathBuf>,

    /// Use a trigger's sample event: cos, timer, ...; krait events lists them
    #[arg(long, value_name = "NAME", conflicts_with_all = ["event", "event_file"], hide_possible_values = true, value_parser = trigger())]
    pub trigger: Option<&'static TriggerEvent>,

    /// Set a value in the trigger's event, as in Records[0].event.eventTime=1; a value that is not
    /// JSON is text; may be repeated
    // With --event, which conflicts with what this requires, clap would require nothing.
    #[arg(long = "set", value_name = "PATH=VALUE", requires = "trigger", conflicts_with_all = ["event", "event_file"])]
    pub settings: Vec<String>,

    /// Seconds the handler may run, 1 to 900 [default: 3]
    #[arg(long, value_name = "S", value_parser = timeout, help_heading = "Limits")]
    pub timeout: Option<u32>,

    /// Seconds the function may take to load, 3 to 300 [default: 65]
    #[arg(long, value_name = "S", value_parser = init_timeout, help_heading = "Limits")]
    pub init_timeout: Option<u32>,

    /// Memory of the instance: 64, or 128 to 3072 in steps of 128 [default: 128]
    #[arg(long, value_name = "MB", value_parser = memory, help_heading = "Limits")]
    pub memory: Option<u32>,

    #[command(flatten)]
    pub declared: FunctionArguments,

    #[cfg(unix)]
    #[command(flatten)]
    pub sandbox: SandboxArguments,

    #[command(flatten)]
    pub cold_start: ColdStartArguments,

    /// The function's name [default: the template's, or the code's]
    #[arg(long, help_heading = "Context")]
    pub name: Option<String>,

    /// The function's namespace [default: default]
    #[arg(long, help_heading = "Context")]
    pub namespace: Option<String>,

    /// The region [default: ap-guangzhou]
    #[arg(long, help_heading = "Context")]
    pub region: Option<String>,

    /// The account's APPID [default: 1251234567]
    #[arg(long, help_heading = "Context")]
    pub appid: Option<String>,

    /// The account's UIN [default: 100001234567]
    #[arg(long, help_heading = "Context")]
    pub uin: Option<String>,

    /// The function's version [default: $LATEST]
    #[arg(long, value_name = "VERSION", help_heading = "Context")]
    pub function_version: Option<String>,

    /// The request's id [default: a fresh UUID]
    #[arg(long, value_name = "ID", help_heading = "Context")]
    pub request_id: Option<String>,

    /// Event prints nothing on stdout and accepts events up to 128 KB
    #[arg(long, value_enum, default_value_t, value_name = "TYPE", help_heading = "Invocation")]
    pub invocation_type: InvocationType,

    /// How much log goes to stderr; tail is its last 4 KB
    #[arg(long, value_enum, default_value_t, help_heading = "Invocation")]
    pub log: LogChoice,

    /// What goes to stdout: only the answer, or the whole Result of the Invoke API
    #[arg(long, value_enum, default_value_t, help_heading = "Invocation")]
    pub output: OutputChoice,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "PascalCase")]
pub(in crate::cli) enum InvocationType {
    #[default]
    RequestResponse,
    Event,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LogChoice {
    None,
    Tail,
    #[default]
    All,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lowercase")]
pub(in crate::cli) enum OutputChoice {
    #[default]
    RetMsg,
    Result,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct EventsArguments {
    /// The trigger, such as cos or timer [default: list them]
    #[arg(value_name = "NAME", hide_possible_values = true, value_parser = trigger())]
    pub trigger: Option<&'static TriggerEvent>,

    /// Set a value in the event, as in Records[0].event.eventTime=1; a value that is not JSON is
    /// text; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE", requires = "trigger")]
    pub settings: Vec<String>,
}
