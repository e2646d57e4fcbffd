//! The options of `krait serve`, and of `krait health`, which asks it.

use super::{
    SandboxArguments,
    values::{at_least_one, seconds},
};
use crate::sandbox::UserIds;
use clap::{Args, ValueEnum, ValueHint, builder::RangedU64ValueParser};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct ServeArguments {
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

    /// Serve only one function's URL, at /, with /healthz and /readyz; without --listen, listen on
    /// port $PORT of all addresses, if PORT is set
    #[arg(long)]
    pub only_url: bool,

    /// Serve /metrics, /healthz and /readyz at this address, too, and nothing else there
    #[arg(long, value_name = "ADDRESS")]
    pub metrics: Option<std::net::SocketAddr>,

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

    /// Control groups for instances: auto makes them below krait's own where that is allowed, off
    /// makes none
    #[arg(long, value_enum, default_value_t, value_name = "MODE", help_heading = "Sandbox")]
    pub cgroups: Cgroups,

    /// A user of its own for each function, as root: auto takes ids that nobody else has, FIRST-LAST
    /// these ids, off none
    #[arg(long, default_value = "auto", value_name = "IDS", value_parser = ServeUserIds::read, help_heading = "Sandbox")]
    pub user_ids: ServeUserIds,

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

    /// Be a node of the cluster of these NATS servers, which need JetStream, as in
    /// nats://user:password@host:4222; separate several by commas
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

    /// How many of the NATS servers keep each piece of data, 1 to 5 [default: unchanged, or 1]
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

impl ServeArguments {
    pub(in crate::cli) fn level(&self) -> crate::platform::log::Level {
        use crate::platform::log::Level;
        match self.log {
            ServeLog::Quiet => Level::Quiet,
            ServeLog::Calls => Level::Calls,
            ServeLog::All => Level::Output,
        }
    }

    pub(in crate::cli) fn role(&self) -> crate::platform::cluster::Role {
        use crate::platform::cluster::Role;
        match self.role {
            NodeRole::Api => Role::Api,
            NodeRole::Worker => Role::Worker,
            NodeRole::All => Role::All,
        }
    }

    pub(in crate::cli) fn json(&self) -> bool {
        self.log_format == LogFormat::Json
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ServeLog {
    Quiet,
    Calls,
    #[default]
    All,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum NodeRole {
    Api,
    Worker,
    #[default]
    All,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LogFormat {
    #[default]
    Text,
    /// One JSON object per line
    Json,
}

pub(super) const HEALTH_AFTER_HELP: &str = "\
Exit status:
  0  it accepts requests
  1  it does not, or does not answer within 5 seconds
  2  the input was wrong";

#[derive(Debug, Args)]
pub(in crate::cli) struct HealthArguments {
    /// The server's address [default: 127.0.0.1, and the port $PORT, or 9000 without that]
    pub address: Option<std::net::SocketAddr>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum ServeUserIds {
    Auto,
    Off,
    Range(UserIds),
}

impl ServeUserIds {
    fn read(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "off" => Ok(Self::Off),
            ids => ids.parse().map(Self::Range),
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Cgroups {
    #[default]
    Auto,
    Off,
}
