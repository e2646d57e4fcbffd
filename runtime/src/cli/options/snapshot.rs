//! The options of `krait snapshot`.

use clap::{Args, ValueHint};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct SnapshotArguments {
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
