//! What can be typed. What it means is in [`super::request`].

#[cfg(unix)]
use crate::contract::policy::Network;
use crate::contract::{
    events::{self, TriggerEvent},
    limits,
};
#[cfg(unix)]
use clap::builder::RangedU64ValueParser;
use clap::{
    Args, Parser, Subcommand, ValueEnum, ValueHint,
    builder::{PossibleValue, PossibleValuesParser, TypedValueParser},
};
use std::path::PathBuf;

const AFTER_HELP: &str = "\
Exit status:
  0  the function succeeded
  1  the function failed, and the error envelope was printed
  2  the request could not be made
  3  krait itself failed";

#[cfg(unix)]
const INVOKE_AFTER_HELP: &str = AFTER_HELP;

#[cfg(target_os = "wasi")]
const INVOKE_AFTER_HELP: &str = "\
This is krait as a WebAssembly module. Its host provides:
  files      code, layers and files are found in the folders that it opens for the module
  time       it ends a function that runs too long; an answer that comes too late is a
             timeout, however late
  memory     --memory is kept by the module itself, its whole memory counted
  isolation  of the module; a function has no sockets, processes or threads

Exit status:
  0  the function succeeded
  1  the function failed, and the error envelope was printed
  2  the request could not be made
  3  krait itself failed";

/// Runs Python functions as Tencent Cloud's SCF does, with no Python installed.
#[derive(Debug, Parser)]
#[command(name = "krait", version, propagate_version = true, after_help = AFTER_HELP)]
pub(super) struct CommandLine {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Invoke a function once: its answer on stdout, its log on stderr
    #[command(after_help = INVOKE_AFTER_HELP)]
    Invoke(Box<InvokeArguments>),
    #[cfg(unix)]
    /// Serve functions as the cloud does: its API, function URLs, triggers
    Serve(Box<ServeArguments>),
    /// Print an event such as a trigger gives, or list the triggers
    Events(EventsArguments),
    #[cfg(unix)]
    /// Tell what this machine gives the sandbox that functions are kept in
    Sandbox,
    #[cfg(unix)]
    /// Tell of the snapshot that krait starts from, make it anew, or switch it off
    Snapshot(SnapshotArguments),
    #[cfg(unix)]
    /// Print completions for a shell
    Completions {
        /// The shell to complete for
        shell: clap_complete::Shell,
    },
}

#[cfg(unix)]
#[derive(Debug, Args)]
pub(super) struct ServeArguments {
    /// Functions: a folder of functions' folders, a function's own folder, a .py file or a .zip
    /// [default: what krait.toml says]
    #[arg(value_hint = ValueHint::AnyPath)]
    pub code: Vec<PathBuf>,

    /// A template.yaml (TCSAM) or serverless.yml (component scf) whose functions are served; may
    /// be repeated
    #[arg(long = "template", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub templates: Vec<PathBuf>,

    /// The configuration [default: krait.toml in this folder, if nothing else is named]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// Print what was understood of the functions, and end
    #[arg(long)]
    pub print_config: bool,

    /// Where to listen
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9000")]
    pub listen: std::net::SocketAddr,

    /// Where functions of the API, queued events and logs are kept
    /// [default: krait in the user's state folder]
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub data_dir: Option<PathBuf>,

    /// Put saved code in service at once
    #[arg(long)]
    pub watch: bool,

    /// Who may use the cloud API
    #[arg(long, value_name = "ID", env = "KRAIT_SECRET_ID", help_heading = "Security")]
    pub secret_id: Option<String>,

    /// The key that goes with it; better given by the environment or a file
    #[arg(
        long,
        value_name = "KEY",
        env = "KRAIT_SECRET_KEY",
        hide_env_values = true,
        help_heading = "Security"
    )]
    pub secret_key: Option<String>,

    /// A file with both, a line each
    #[arg(long, value_name = "FILE", conflicts_with_all = ["secret_id", "secret_key"], value_hint = ValueHint::FilePath, help_heading = "Security")]
    pub secret_file: Option<PathBuf>,

    /// Listen where other machines can reach it, without credentials
    #[arg(long, help_heading = "Security")]
    pub insecure: bool,

    #[command(flatten)]
    pub sandbox: SandboxArguments,

    /// Instances of all functions at once
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = at_least_one::<usize>, help_heading = "Limits")]
    pub max_instances: usize,

    /// Invocations of one function at once
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = at_least_one::<usize>, help_heading = "Limits")]
    pub concurrency: usize,

    /// Calls of one function that may wait for an instance; more get a 432
    #[arg(long, value_name = "N", default_value_t = 1000, help_heading = "Limits")]
    pub queue: usize,

    /// Seconds that an instance stays without a call
    #[arg(long, value_name = "S", default_value_t = 300.0, value_parser = seconds, help_heading = "Limits")]
    pub idle: f64,

    /// End an instance after this many invocations
    #[arg(long, value_name = "N", value_parser = at_least_one::<u64>, help_heading = "Limits")]
    pub max_invocations: Option<u64>,

    /// End an instance that has come to this much resident memory, after its invocation
    #[arg(long, value_name = "MB", value_parser = at_least_one::<u32>, help_heading = "Limits")]
    pub max_instance_memory: Option<u32>,

    /// Queued events of one function that are worked on at once
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = at_least_one::<usize>, help_heading = "Limits")]
    pub async_workers: usize,

    /// Processes that are forked before they are needed
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = RangedU64ValueParser::<usize>::new().range(0..=1000), help_heading = "Limits")]
    pub spares: usize,

    /// Seconds that running invocations get when krait is told to end
    #[arg(long, value_name = "S", default_value_t = 30.0, value_parser = seconds, help_heading = "Limits")]
    pub grace: f64,

    /// What goes to stderr: nothing but trouble, a line for each invocation, or what functions
    /// write, too
    #[arg(long, value_enum, default_value_t, help_heading = "Log")]
    pub log: ServeLog,

    /// How a line of the log is written
    #[arg(long, value_enum, default_value_t, help_heading = "Log")]
    pub log_format: LogFormat,
}

#[cfg(unix)]
impl ServeArguments {
    pub(super) fn level(&self) -> crate::platform::log::Level {
        use crate::platform::log::Level;
        match self.log {
            ServeLog::Quiet => Level::Quiet,
            ServeLog::Calls => Level::Calls,
            ServeLog::All => Level::Output,
        }
    }

    pub(super) fn json(&self) -> bool {
        self.log_format == LogFormat::Json
    }
}

#[cfg(unix)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ServeLog {
    Quiet,
    Calls,
    #[default]
    All,
}

#[cfg(unix)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

/// A count of which none would be of no use.
#[cfg(unix)]
fn at_least_one<T: TryFrom<u64>>(text: &str) -> Result<T, String> {
    let number = text.parse::<u64>().ok().filter(|number| *number > 0);
    let number = number.and_then(|number| number.try_into().ok());
    number.ok_or_else(|| "it is a whole number, 1 or more".to_owned())
}

#[cfg(unix)]
fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "it is a number of seconds".to_owned())?;
    let valid = std::time::Duration::try_from_secs_f64(seconds).is_ok();
    if valid { Ok(seconds) } else { Err("it is a number of seconds, 0 or more".to_owned()) }
}

#[derive(Debug, Args)]
pub(super) struct EventsArguments {
    /// The trigger, such as cos or timer [default: list them]
    #[arg(value_name = "NAME", hide_possible_values = true, value_parser = trigger())]
    pub trigger: Option<&'static TriggerEvent>,

    /// Set a value in it, as in Records[0].event.eventTime=1; what is not JSON is text; may be
    /// repeated
    #[arg(long = "set", value_name = "PATH=VALUE", requires = "trigger")]
    pub settings: Vec<String>,
}

#[cfg(unix)]
#[derive(Debug, Args)]
pub(super) struct SnapshotArguments {
    /// Tell where it is and whether it can be used (the default)
    #[arg(long, group = "what")]
    pub status: bool,

    /// Make it anew, and switch it on
    #[arg(long, group = "what")]
    pub rebuild: bool,

    /// Start without one from now on
    #[arg(long, group = "what")]
    pub off: bool,

    /// Write a copy of this program that has its snapshot in itself
    #[arg(long, group = "what", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub attach: Option<PathBuf>,

    /// Import these of the standard library ahead of time, instead of what most functions
    /// import; with --rebuild or --attach
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', conflicts_with_all = ["status", "off"])]
    pub modules: Vec<String>,
}

#[cfg(unix)]
#[derive(Debug, Args)]
#[command(next_help_heading = "Sandbox")]
pub(super) struct SandboxArguments {
    /// Keep the function to its own files and network: with what the machine has for it, with all
    /// of it or not at all, or not
    #[arg(long, value_enum, default_value_t, value_name = "MODE")]
    pub sandbox: SandboxMode,

    /// A file or folder that it may read; may be repeated
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub allow_read: Vec<PathBuf>,

    /// A file or folder that it may read and write; may be repeated
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub allow_write: Vec<PathBuf>,

    /// The network: on, off, or the TCP ports that it may connect to, as in 443,5432
    #[arg(long, value_name = "WHAT", value_parser = str::parse::<Network>)]
    pub network: Option<Network>,

    /// Let it start no other processes
    #[arg(long)]
    pub no_processes: bool,
}

#[cfg(unix)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum SandboxMode {
    #[default]
    Auto,
    Require,
    Off,
}

#[derive(Debug, Args)]
pub(super) struct InvokeArguments {
    /// The function's code: a folder, a .py file or a .zip package [default: .]
    #[arg(value_hint = ValueHint::AnyPath)]
    pub code: Option<PathBuf>,

    /// Where the function starts [default: index.main_handler; for a .py file its own name
    /// and main_handler]
    #[arg(long, value_name = "FILE.FUNCTION")]
    pub handler: Option<String>,

    /// The event; - reads stdin [default: {}]
    #[arg(short, long, value_name = "JSON", allow_hyphen_values = true)]
    pub event: Option<String>,

    /// A file with the event; - reads stdin
    #[arg(short = 'E', long, value_name = "PATH", conflicts_with = "event", value_hint = ValueHint::FilePath)]
    pub event_file: Option<PathBuf>,

    /// An event such as a trigger gives: cos, timer, ...; krait events lists them
    #[arg(long, value_name = "NAME", conflicts_with_all = ["event", "event_file"], hide_possible_values = true, value_parser = trigger())]
    pub trigger: Option<&'static TriggerEvent>,

    /// Set a value in the trigger's event, as in Records[0].event.eventTime=1; what is not JSON
    /// is text; may be repeated
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

    /// An environment variable of the function; may be repeated
    #[arg(long = "env", value_name = "K=V", value_parser = variable, help_heading = "Function")]
    pub environment: Vec<(String, String)>,

    /// A file of K=V lines, before --env; may be repeated
    #[arg(long = "env-file", value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Function")]
    pub environment_files: Vec<PathBuf>,

    /// A layer, a folder or a .zip, searched after the code; may be repeated
    #[arg(long = "layer", value_name = "PATH", value_hint = ValueHint::AnyPath, help_heading = "Function")]
    pub layers: Vec<PathBuf>,

    /// A template.yaml (TCSAM) or serverless.yml (component scf) that declares the function
    /// [default: the one in CODE, if no handler is given]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Function")]
    pub template: Option<PathBuf>,

    /// Which of the template's functions [default: the only one]
    #[arg(long, value_name = "NAME", help_heading = "Function")]
    pub function: Option<String>,

    #[cfg(unix)]
    #[command(flatten)]
    pub sandbox: SandboxArguments,

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

    /// Event prints nothing on stdout and takes events up to 128 KB
    #[arg(long, value_enum, default_value_t, value_name = "TYPE", help_heading = "Invocation")]
    pub invocation_type: InvocationType,

    /// What of the log goes to stderr; tail is its last 4 KB
    #[arg(long, value_enum, default_value_t, help_heading = "Invocation")]
    pub log: LogChoice,

    /// What goes to stdout: the answer alone, or the Invoke API's whole Result
    #[arg(long, value_enum, default_value_t, help_heading = "Invocation")]
    pub output: OutputChoice,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "PascalCase")]
pub(super) enum InvocationType {
    #[default]
    RequestResponse,
    Event,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum LogChoice {
    None,
    Tail,
    #[default]
    All,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "lowercase")]
pub(super) enum OutputChoice {
    #[default]
    RetMsg,
    Result,
}

fn trigger() -> impl TypedValueParser<Value = &'static TriggerEvent> {
    let names = events::all().iter().map(|event| PossibleValue::new(event.name).help(event.title));
    PossibleValuesParser::new(names)
        .map(|name| events::named(&name).expect("a possible value is a name"))
}

fn timeout(text: &str) -> Result<u32, String> {
    limit(text, limits::timeout, "a timeout is a whole number of seconds")
}

fn init_timeout(text: &str) -> Result<u32, String> {
    limit(text, limits::init_timeout, "an init timeout is a whole number of seconds")
}

fn memory(text: &str) -> Result<u32, String> {
    limit(text, limits::memory, "memory is a whole number of MB")
}

fn limit(
    text: &str,
    check: fn(u32) -> Result<u32, limits::OutOfRange>,
    whole: &str,
) -> Result<u32, String> {
    let number = text.parse().map_err(|_| whole.to_owned())?;
    check(number).map_err(|error| error.to_string())
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("a variable is written KEY=VALUE".to_owned()),
    }
}
