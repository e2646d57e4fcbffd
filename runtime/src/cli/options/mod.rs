//! The command line's options. [`super::request`] has their meaning.

mod function;
mod invoke;
#[cfg(unix)]
mod package;
#[cfg(unix)]
mod sandbox;
#[cfg(unix)]
mod serve;
#[cfg(unix)]
mod snapshot;
mod values;

pub(super) use {function::*, invoke::*};
#[cfg(unix)]
pub(super) use {package::*, sandbox::*, serve::*, snapshot::*};

use clap::{Parser, Subcommand};
#[cfg(unix)]
use {clap::ValueHint, std::path::PathBuf};

const AFTER_HELP: &str = "\
Exit status:
  0  the function succeeded
  1  the function failed, and the error envelope was printed
  2  the input was wrong: an option, the code or the event
  3  krait itself failed
  4  the function succeeded, but its cold start took longer than --budget";

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
    /// Run as a function's runtime on SCF or AWS Lambda, over the platform's runtime API
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
    /// Report what will not work in a function, without running it
    #[command(after_help = CHECK_AFTER_HELP)]
    Check(CheckArguments),
    #[cfg(unix)]
    /// Write a function with krait as one file: for a cloud, a container or a machine
    #[command(after_help = PACK_AFTER_HELP)]
    Pack(Box<PackArguments>),
    #[cfg(unix)]
    /// Print the manifests that run a function on Kubernetes or Knative, from its image
    #[command(after_help = KUBERNETES_AFTER_HELP)]
    K8s(Box<KubernetesArguments>),
    #[cfg(unix)]
    /// Ask a server whether it accepts requests: for a container's health check
    #[command(after_help = HEALTH_AFTER_HELP)]
    Health(HealthArguments),
    #[cfg(unix)]
    /// Create a new function: a folder with its code, an event, a test and a template
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
    #[cfg(unix)]
    /// Print the manual page, or write one for each command into a folder
    #[command(hide = true)]
    Man {
        /// The folder
        #[arg(value_name = "FOLDER", value_hint = ValueHint::DirPath)]
        folder: Option<PathBuf>,
    },
}
