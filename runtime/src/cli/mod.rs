//! The command line: options, their meaning, and output.
//!
//! A face: it holds no rule of the contract. Exit codes: 0 the function succeeded, 1 it failed, 2
//! the input was wrong, 3 krait itself failed, 4 the function was called, and its cold start took longer
//! than its budget.

mod about;
#[cfg(unix)]
mod bootstrap;
#[cfg(unix)]
mod check;
mod cold_start;
mod events;
#[cfg(unix)]
mod health;
#[cfg(target_os = "wasi")]
mod host_limits;
#[cfg(unix)]
mod init;
#[cfg(unix)]
mod install;
mod invoke;
#[cfg(unix)]
mod kubernetes;
#[cfg(unix)]
mod manual;
mod options;
#[cfg(unix)]
mod pack;
#[cfg(unix)]
mod packed;
#[cfg(unix)]
mod python;
#[cfg(unix)]
mod python_options;
mod request;
#[cfg(unix)]
mod sandbox;
#[cfg(unix)]
mod serve;
mod shown_log;
#[cfg(unix)]
mod snapshot;
#[cfg(unix)]
mod startup;
mod style;
mod variables;

use crate::instance::Prewarmed;
#[cfg(target_os = "wasi")]
use clap::Parser;
use options::{Command, CommandLine};
#[cfg(unix)]
pub use python::run_if_called_so as run_python_if_called_so;
#[cfg(unix)]
pub use startup::{command, prepare, prepare_streams};

/// An error that ends the program, with the exit code that tells its kind.
#[derive(Debug)]
enum Fatal {
    /// The input was wrong: 2.
    Request(anyhow::Error),
    /// An error of krait itself, or of the machine: 3.
    Internal(anyhow::Error),
    /// A signal ended it: 128 and its number, as shells report it.
    Signal(i32),
}

impl Fatal {
    fn request(error: impl Into<anyhow::Error>) -> Self {
        Self::Request(error.into())
    }

    fn internal(error: impl Into<anyhow::Error>) -> Self {
        Self::Internal(error.into())
    }
}

/// Runs the command line of this process, and gives its exit status.
pub fn main() -> u8 {
    #[cfg(unix)]
    let typed = startup::typed(std::env::args_os());
    #[cfg(target_os = "wasi")]
    let typed: Vec<_> = std::env::args_os().collect();
    if about::is_asked(&typed) {
        about::print();
        return 0;
    }
    #[cfg(unix)]
    let read = packed::read(typed);
    #[cfg(target_os = "wasi")]
    let read = Ok(CommandLine::try_parse_from(typed));
    let result = read.and_then(|read| {
        run(read.unwrap_or_else(|error| {
            Prewarmed::abandon_early();
            error.exit()
        }))
    });
    Prewarmed::abandon_early();
    result.unwrap_or_else(|fatal| match fatal {
        Fatal::Request(error) => style::print_error(&error, 2),
        Fatal::Internal(error) => style::print_error(&error, 3),
        Fatal::Signal(signal) => u8::try_from(128 + signal).unwrap_or(u8::MAX),
    })
}

/// Carries out a command.
fn run(command_line: CommandLine) -> Result<u8, Fatal> {
    match command_line.command {
        Command::Invoke(arguments) => invoke::run(*arguments),
        Command::Events(arguments) => events::run(&arguments),
        #[cfg(unix)]
        Command::Serve(arguments) => serve::run(&arguments),
        #[cfg(unix)]
        Command::Bootstrap(arguments) => bootstrap::run(arguments),
        #[cfg(unix)]
        Command::Pack(arguments) => pack::run(&arguments),
        #[cfg(unix)]
        Command::K8s(arguments) => kubernetes::run(&arguments),
        #[cfg(unix)]
        Command::Health(arguments) => health::run(&arguments),
        #[cfg(unix)]
        Command::Init(arguments) => init::run(&arguments),
        #[cfg(unix)]
        Command::Sandbox => sandbox::run(),
        #[cfg(unix)]
        Command::Snapshot(arguments) => snapshot::run(&arguments),
        #[cfg(unix)]
        // Whoever types it does not come here: see `python::run_if_called_so`.
        Command::Python => Ok(0),
        #[cfg(unix)]
        Command::Install(arguments) => install::run(&arguments),
        #[cfg(unix)]
        Command::Check(arguments) => check::run(&arguments),
        #[cfg(unix)]
        Command::Man { folder } => manual::run(folder.as_deref()),
        #[cfg(unix)]
        Command::Completions { shell } => {
            use clap::CommandFactory as _;
            let mut command = CommandLine::command();
            clap_complete::generate(shell, &mut command, "krait", &mut std::io::stdout());
            Ok(0)
        }
    }
}
