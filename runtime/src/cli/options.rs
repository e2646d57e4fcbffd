//! The command line's options. [`super::request`] has their meaning.

use super::cold_start::ColdStartArguments;
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
#[cfg(unix)]
use std::num::NonZeroU32;
use std::path::PathBuf;

const AFTER_HELP: &str = "\
Exit status:
  0  the function succeeded
  1  the function failed, and the error envelope was printed
  2  the input was wrong: an option, the code or the event
  3  krait itself failed
  4  the function succeeded, but its cold start took longer than --budget";

#[cfg(unix)]
const INVOKE_AFTER_HELP: &str = AFTER_HELP;

#[cfg(target_os = "wasi")]
const INVOKE_AFTER_HELP: &str = "\
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

#[cfg(unix)]
const BOOTSTRAP_AFTER_HELP: &str = "\
The platform starts it, and sets SCF_RUNTIME_API and SCF_RUNTIME_API_PORT, or AWS_LAMBDA_RUNTIME_API.
A program that is called `bootstrap` needs no command.

It goes on until it is ended. Exit status:
  1    the function could not be loaded, or its process ended
  2    there is no runtime API, or a variable is wrong
  3    the runtime API or krait itself failed
  143  SIGTERM";

#[cfg(unix)]
const PACK_AFTER_HELP: &str = "\
What no package needs is left out: .git, __pycache__, virtual environments, caches of tools. A file
.kraitignore in CODE names more, as .gitignore does. Links are followed. The same input gives the
same bytes. See docs/deploy.md.

Exit status:
  0  the file is written
  1  krait check found an error, so nothing is written
  2  the input was wrong, or is larger than the place takes";

#[cfg(unix)]
const CHECK_AFTER_HELP: &str = "\
It follows the imports from the handler's file through the function's own files, its packages and
its layers. What it finds is
  an error    the function fails, whatever its event is
  a warning   it can fail: behind a condition, or when a function is called
  a note      its failure is caught, or it is only worth knowing

Exit status:
  0  there is no error
  1  there is one
  2  nothing was checked: a wrong option, or no code";

/// Runs Python functions as Tencent Cloud's SCF does, with no Python installed.
#[derive(Debug, Parser)]
#[command(name = "krait", version, propagate_version = true, after_help = AFTER_HELP)]
pub(super) struct CommandLine {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Invoke a function once; print its answer on stdout and its log on stderr
    #[command(after_help = INVOKE_AFTER_HELP)]
    Invoke(Box<InvokeArguments>),
    #[cfg(unix)]
    /// Serve functions over HTTP: the cloud's API, function URLs and triggers
    Serve(Box<ServeArguments>),
    #[cfg(unix)]
    /// Be a function's runtime on SCF or AWS Lambda, by the runtime API that the platform offers
    #[command(after_help = BOOTSTRAP_AFTER_HELP)]
    Bootstrap(BootstrapArguments),
    /// Print a trigger's sample event, or list the triggers
    Events(EventsArguments),
    #[cfg(unix)]
    /// Run a Python program, a module or a prompt: krait python [-c CODE | -m MODULE | FILE]
    #[command(disable_help_flag = true)]
    Python,
    #[cfg(unix)]
    /// Install packages into a function's folder or a layer
    Install(InstallArguments),
    #[cfg(unix)]
    /// Tell what of a function will not work, without running it
    #[command(after_help = CHECK_AFTER_HELP)]
    Check(CheckArguments),
    #[cfg(unix)]
    /// Write a function with krait as one file: for a cloud, a container or a machine
    #[command(after_help = PACK_AFTER_HELP)]
    Pack(Box<PackArguments>),
    #[cfg(unix)]
    /// Start a function: its code, an event, a test and a template in a new folder
    Init(InitArguments),
    #[cfg(unix)]
    /// Show what this machine gives the sandbox of functions
    Sandbox,
    #[cfg(unix)]
    /// Show the snapshot that krait starts from, rebuild it, or switch it off
    Snapshot(SnapshotArguments),
    #[cfg(unix)]
    /// Print a shell's completions
    Completions {
        /// The shell to complete for
        shell: clap_complete::Shell,
    },
}

#[cfg(unix)]
#[derive(Debug, Args)]
pub(super) struct BootstrapArguments {
    /// The function to call [default: what _HANDLER says]
    #[arg(value_name = "FILE.FUNCTION")]
    pub handler: Option<String>,

    /// The code's folder, of a program that has it packed into it.
    #[arg(long, hide = true)]
    pub code: Option<PathBuf>,

    /// Its layers' folders.
    #[arg(long = "layer", hide = true)]
    pub layers: Vec<PathBuf>,
}

#[cfg(unix)]
#[derive(Debug, Args)]
pub(super) struct PackArguments {
    /// The function's code: a folder, a .py file or a .zip package [default: .]
    #[arg(value_hint = ValueHint::AnyPath)]
    pub code: Option<PathBuf>,

    /// Where the function is to run
    #[arg(long = "for", value_enum, value_name = "PLACE")]
    pub place: PackPlace,

    /// What is written [default: the function's name in this folder, with .zip or .tar]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub output: Option<PathBuf>,

    /// The function to call [default: index.main_handler; for a .py file, main_handler in it]
    #[arg(long, value_name = "FILE.FUNCTION", help_heading = "Function")]
    pub handler: Option<String>,

    /// An environment variable of the function; may be repeated
    #[arg(long = "env", value_name = "K=V", value_parser = variable, help_heading = "Function")]
    pub environment: Vec<(String, String)>,

    /// A file of K=V lines; --env overrides it; may be repeated
    #[arg(long = "env-file", value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Function")]
    pub environment_files: Vec<PathBuf>,

    /// A layer, a folder or a .zip, searched after the code; may be repeated
    #[arg(long = "layer", value_name = "PATH", value_hint = ValueHint::AnyPath, help_heading = "Function")]
    pub layers: Vec<PathBuf>,

    /// The function's name [default: the template's, or the code's]
    #[arg(long, help_heading = "Function")]
    pub name: Option<String>,

    /// Memory of an instance: 64, or 128 to 3072 in steps of 128 [default: 128]
    #[arg(long, value_name = "MB", value_parser = memory, help_heading = "Function")]
    pub memory: Option<u32>,

    /// Seconds the handler may run, 1 to 900 [default: 3]
    #[arg(long, value_name = "S", value_parser = timeout, help_heading = "Function")]
    pub timeout: Option<u32>,

    /// A template.yaml (TCSAM) or serverless.yml (component scf) that declares the function
    /// [default: the one in CODE, if no handler is given]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Function")]
    pub template: Option<PathBuf>,

    /// Which of the template's functions [default: the only one]
    #[arg(long, value_name = "NAME", help_heading = "Function")]
    pub function: Option<String>,

    /// Pack it whatever krait check finds
    #[arg(long, help_heading = "Package")]
    pub no_check: bool,

    /// The krait that goes along, for another processor for example [default: this program]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Package")]
    pub program: Option<PathBuf>,

    /// A label of an image; may be repeated
    #[arg(long = "label", value_name = "K=V", value_parser = variable, help_heading = "Package")]
    pub labels: Vec<(String, String)>,
}

#[cfg(unix)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PackPlace {
    /// SCF's custom runtime: a zip
    Scf,
    /// AWS Lambda's provided.al2023: a zip
    Lambda,
    /// Containers: an OCI image, a tar if FILE ends in .tar, else a folder
    Oci,
    /// A machine: one program
    Exe,
}

#[cfg(unix)]
#[derive(Debug, Args)]
pub(super) struct InitArguments {
    /// What the function is for
    #[arg(value_enum, default_value_t, value_name = "TEMPLATE")]
    pub template: InitTemplate,

    /// The folder that is made [default: the template's name]
    #[arg(value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub folder: Option<PathBuf>,
}

#[cfg(unix)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum InitTemplate {
    /// Events of your own
    #[default]
    Event,
    /// Requests to a function URL
    Url,
    /// A timer
    Timer,
    /// Objects that come into a bucket
    Cos,
}

#[cfg(unix)]
#[derive(Debug, Args)]
pub(super) struct InstallArguments {
    /// Packages, such as `requests` or `requests==2.32` [default: what requirements.txt or
    /// pyproject.toml in the folder says]
    #[arg(value_name = "PACKAGE")]
    pub packages: Vec<String>,

    /// A file that lists packages; may be repeated
    #[arg(short, long = "requirement", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub requirements: Vec<PathBuf>,

    /// The function's folder
    #[arg(long, value_name = "FOLDER", default_value = ".", value_hint = ValueHint::DirPath)]
    pub into: PathBuf,

    /// A layer's zip that is made, instead of a folder
    #[arg(long, value_name = "ZIP", conflicts_with = "into", value_hint = ValueHint::FilePath)]
    pub layer: Option<PathBuf>,

    /// Write the versions and hashes of what is installed to a lock beside the list of packages:
    /// requirements.lock. A later install takes what the lock has
    #[arg(long, conflicts_with = "packages")]
    pub lock: bool,

    /// What the packages are to run on: krait, or the cloud's Python on Linux
    #[arg(long = "for", value_name = "PLACE", default_value = "krait", value_parser = ["krait", "cloud"])]
    pub place: String,

    /// The cloud's Python
    #[arg(long, value_name = "VERSION", default_value = "3.10", value_parser = ["3.6", "3.7", "3.9", "3.10"])]
    pub python: String,

    /// Ask no index for packages, as pip
    #[arg(long)]
    pub no_index: bool,

    /// A folder or page to look for packages in, as pip; may be repeated
    #[arg(short, long, value_name = "PLACE")]
    pub find_links: Vec<String>,
}

#[cfg(unix)]
#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// The function's code: a folder, a .py file or a .zip package [default: .]
    #[arg(value_hint = ValueHint::AnyPath)]
    pub code: Option<PathBuf>,

    /// What the function is to run on: krait, or the cloud's Python on Linux
    #[arg(long = "for", value_name = "PLACE", default_value = "krait", value_parser = ["krait", "cloud"])]
    pub place: String,

    /// The cloud's Python
    #[arg(long, value_name = "VERSION", default_value = "3.10", value_parser = ["3.6", "3.7", "3.9", "3.10"])]
    pub python: String,

    /// The form of what is printed; github makes annotations of GitHub's
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    pub format: CheckFormat,

    /// The function to call [default: index.main_handler; for a .py file, main_handler in it]
    #[arg(long, value_name = "FILE.FUNCTION")]
    pub handler: Option<String>,

    /// A layer, a folder or a .zip, searched after the code; may be repeated
    #[arg(long = "layer", value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub layers: Vec<PathBuf>,

    /// A template.yaml (TCSAM) or serverless.yml (component scf) that declares the function
    /// [default: the one in CODE, if no handler is given]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub template: Option<PathBuf>,

    /// Which of the template's functions [default: the only one]
    #[arg(long, value_name = "NAME")]
    pub function: Option<String>,
}

#[cfg(unix)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum CheckFormat {
    #[default]
    Text,
    /// A list of objects
    Json,
    Github,
}

#[cfg(unix)]
#[derive(Debug, Args)]
pub(super) struct ServeArguments {
    /// Functions: a folder of functions' folders, one function's folder, a .py file or a .zip
    /// [default: the functions of krait.toml]
    #[arg(value_hint = ValueHint::AnyPath)]
    pub code: Vec<PathBuf>,

    /// Serve the functions of this template.yaml (TCSAM) or serverless.yml (component scf); may be
    /// repeated
    #[arg(long = "template", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub templates: Vec<PathBuf>,

    /// The configuration file [default: krait.toml in this folder, if no CODE and no template is
    /// given]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub config: Option<PathBuf>,

    /// Print the configuration of all functions, and exit
    #[arg(long)]
    pub print_config: bool,

    /// The address to listen on [default: 127.0.0.1:9000]
    #[arg(long, value_name = "ADDRESS")]
    pub listen: Option<std::net::SocketAddr>,

    /// Serve nothing but the URL of the one function, at /, and /healthz and /readyz; without
    /// --listen on the port $PORT of all addresses, if that is set
    #[arg(long)]
    pub only_url: bool,

    /// The folder for functions made by the API, queued events and logs
    /// [default: krait in the user's state folder]
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub data_dir: Option<PathBuf>,

    /// Serve changed code as soon as it is saved
    #[arg(long)]
    pub watch: bool,

    /// The secret id that requests to the cloud API must have
    #[arg(long, value_name = "ID", env = "KRAIT_SECRET_ID", help_heading = "Security")]
    pub secret_id: Option<String>,

    /// The secret key; safer in the environment or in a file
    #[arg(
        long,
        value_name = "KEY",
        env = "KRAIT_SECRET_KEY",
        hide_env_values = true,
        help_heading = "Security"
    )]
    pub secret_key: Option<String>,

    /// A file with the secret id and the secret key, one per line
    #[arg(long, value_name = "FILE", conflicts_with_all = ["secret_id", "secret_key"], value_hint = ValueHint::FilePath, help_heading = "Security")]
    pub secret_file: Option<PathBuf>,

    /// Allow an address that other machines can reach, without credentials
    #[arg(long, help_heading = "Security")]
    pub insecure: bool,

    #[command(flatten)]
    pub sandbox: SandboxArguments,

    /// Largest number of instances of all functions
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = at_least_one::<usize>, help_heading = "Limits")]
    pub max_instances: usize,

    /// Largest number of invocations of one function at once
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = at_least_one::<usize>, help_heading = "Limits")]
    pub concurrency: usize,

    /// Largest number of calls of one function that wait for an instance; more get a 432
    #[arg(long, value_name = "N", default_value_t = 1000, help_heading = "Limits")]
    pub queue: usize,

    /// Seconds that an instance is kept without a call
    #[arg(long, value_name = "S", default_value_t = 300.0, value_parser = seconds, help_heading = "Limits")]
    pub idle: f64,

    /// End an instance after this many invocations
    #[arg(long, value_name = "N", value_parser = at_least_one::<u64>, help_heading = "Limits")]
    pub max_invocations: Option<u64>,

    /// End an instance that has this much resident memory after an invocation
    #[arg(long, value_name = "MB", value_parser = at_least_one::<u32>, help_heading = "Limits")]
    pub max_instance_memory: Option<u32>,

    /// Largest number of queued events of one function that run at once
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = at_least_one::<usize>, help_heading = "Limits")]
    pub async_workers: usize,

    /// Number of processes that are forked ahead of time
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = RangedU64ValueParser::<usize>::new().range(0..=1000), help_heading = "Limits")]
    pub spares: usize,

    /// Seconds that running invocations get to finish when krait is stopped
    #[arg(long, value_name = "S", default_value_t = 30.0, value_parser = seconds, help_heading = "Limits")]
    pub grace: f64,

    /// Serve as a node of the cluster that these NATS servers with JetStream keep, as in
    /// nats://user:password@host:4222; several with commas between them
    #[arg(
        long,
        value_name = "URL",
        env = "KRAIT_CLUSTER",
        hide_env_values = true,
        help_heading = "Cluster"
    )]
    pub cluster: Option<String>,

    /// What this node does: take requests, run queued events and timers, or both
    #[arg(long, value_enum, default_value_t, requires = "cluster", help_heading = "Cluster")]
    pub role: NodeRole,

    /// On how many of the NATS servers everything is kept, 1 to 5 [default: as it is, or 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=5), requires = "cluster", help_heading = "Cluster")]
    pub replicas: Option<u8>,

    /// This node's name in the metrics and the servers' lists [default: the host's name]
    #[arg(long, value_name = "NAME", requires = "cluster", help_heading = "Cluster")]
    pub node: Option<String>,

    /// What to log on stderr: only problems, also a line for each invocation, or also the output
    /// of functions
    #[arg(long, value_enum, default_value_t, help_heading = "Log")]
    pub log: ServeLog,

    /// The form of a log line
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

    pub(super) fn role(&self) -> crate::platform::cluster::Role {
        use crate::platform::cluster::Role;
        match self.role {
            NodeRole::Api => Role::Api,
            NodeRole::Worker => Role::Worker,
            NodeRole::All => Role::All,
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
pub(super) enum NodeRole {
    Api,
    Worker,
    #[default]
    All,
}

#[cfg(unix)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    #[default]
    Text,
    /// One JSON object per line
    Json,
}

/// A count that must not be 0.
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

    /// Set a value in the event, as in Records[0].event.eventTime=1; a value that is not JSON is
    /// text; may be repeated
    #[arg(long = "set", value_name = "PATH=VALUE", requires = "trigger")]
    pub settings: Vec<String>,
}

#[cfg(unix)]
#[derive(Debug, Args)]
pub(super) struct SnapshotArguments {
    /// Show where the snapshot is, and whether it can be used (the default)
    #[arg(long, group = "what")]
    pub status: bool,

    /// Rebuild the snapshot, and switch it on
    #[arg(long, group = "what")]
    pub rebuild: bool,

    /// Start without a snapshot from now on
    #[arg(long, group = "what")]
    pub off: bool,

    /// Write a copy of this program that contains its snapshot
    #[arg(long, group = "what", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub attach: Option<PathBuf>,

    /// Modules of the standard library to import ahead of time, instead of those that most
    /// functions import; with --rebuild or --attach
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', conflicts_with_all = ["status", "off"])]
    pub modules: Vec<String>,
}

#[cfg(unix)]
#[derive(Debug, Args)]
#[command(next_help_heading = "Sandbox")]
pub(super) struct SandboxArguments {
    /// Run the function in a sandbox: with what this machine has for one, only with all of it, or
    /// in none
    #[arg(long, value_enum, default_value_t, value_name = "MODE")]
    pub sandbox: SandboxMode,

    /// The files that it may reach: its own and the system's, or all that you can [default: all; own
    /// with --sandbox=require, --allow-read or --allow-write, and in krait serve]
    #[arg(long, value_enum, value_name = "WHICH")]
    pub files: Option<SandboxFiles>,

    /// A file or folder that it may read; may be repeated
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub allow_read: Vec<PathBuf>,

    /// A file or folder that it may read and write; may be repeated
    #[arg(long, value_name = "PATH", value_hint = ValueHint::AnyPath)]
    pub allow_write: Vec<PathBuf>,

    /// The network: on, off, or the TCP ports that it may connect to, as in 443,5432 [default: on;
    /// 53,443 in krait serve]
    #[arg(long, value_name = "WHAT", value_parser = str::parse::<Network>)]
    pub network: Option<Network>,

    /// Let it start no other processes
    #[arg(long)]
    pub no_processes: bool,

    /// Processes that it may have at once [default: no limit; 1024 in krait serve]
    #[arg(long, value_name = "N")]
    pub max_processes: Option<NonZeroU32>,

    /// The size in MB that a file it writes may reach [default: no limit]
    #[arg(long, value_name = "MB")]
    pub max_file_size: Option<u32>,

    /// The size in MB of an instance's own /tmp, in krait serve [default: 512]
    #[arg(long, value_name = "MB")]
    pub tmp_size: Option<NonZeroU32>,
}

#[cfg(unix)]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum SandboxMode {
    #[default]
    Auto,
    Require,
    Off,
}

#[cfg(unix)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SandboxFiles {
    Own,
    All,
}

#[derive(Debug, Args)]
pub(super) struct InvokeArguments {
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

    /// An environment variable of the function; may be repeated
    #[arg(long = "env", value_name = "K=V", value_parser = variable, help_heading = "Function")]
    pub environment: Vec<(String, String)>,

    /// A file of K=V lines; --env overrides it; may be repeated
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
