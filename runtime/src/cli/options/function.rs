//! What `krait invoke` and `krait pack` are told of a function, beside its code and handler.

use super::values::variable;
use clap::{Args, ValueHint};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(in crate::cli) struct FunctionArguments {
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
}
