//! The sandbox's options, which `krait invoke` and `krait serve` share.

use crate::contract::policy::Network;
use clap::{Args, ValueEnum, ValueHint};
use std::{num::NonZeroU32, path::PathBuf};

#[derive(Debug, Args)]
#[command(next_help_heading = "Sandbox")]
pub(in crate::cli) struct SandboxArguments {
    /// The sandbox: auto uses what this machine has, require runs the function only if it has all,
    /// off uses none
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

    /// Forbid it to start other processes
    #[arg(long)]
    pub no_processes: bool,

    /// Processes that it may have at once [default: no limit; 1024 in krait serve]
    #[arg(long, value_name = "N")]
    pub max_processes: Option<NonZeroU32>,

    /// The largest file that it may write, in MB [default: no limit]
    #[arg(long, value_name = "MB")]
    pub max_file_size: Option<u32>,

    /// The size in MB of an instance's own /tmp, in krait serve [default: 512]
    #[arg(long, value_name = "MB")]
    pub tmp_size: Option<NonZeroU32>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SandboxMode {
    #[default]
    Auto,
    Require,
    Off,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SandboxFiles {
    Own,
    All,
}
