//! The options of the commands that make a function and what is deployed of it: `krait init`,
//! `install`, `check`, `pack`, `k8s` and `bootstrap`.

use super::{
    FunctionArguments,
    values::{memory, timeout, variable},
};
use clap::{Args, ValueEnum, ValueHint};
use std::path::PathBuf;

pub(super) const BOOTSTRAP_AFTER_HELP: &str = "\
The platform starts it, and sets SCF_RUNTIME_API and SCF_RUNTIME_API_PORT, or AWS_LAMBDA_RUNTIME_API.
A program that is called `bootstrap` needs no command.

It goes on until it is ended. Exit status:
  1    the function could not be loaded, or its process ended
  2    there is no runtime API, or a variable is wrong
  3    the runtime API or krait itself failed
  143  SIGTERM";

pub(super) const PACK_AFTER_HELP: &str = "\
What no package needs is left out: .git, __pycache__, virtual environments, caches of tools. A file
.kraitignore in CODE names more, as .gitignore does. Links are followed. The same input gives the
same bytes. See docs/deploy.md.

Exit status:
  0  the file is written
  1  krait check found an error, so nothing is written
  2  the input was wrong, or is larger than the place takes";

pub(super) const CHECK_AFTER_HELP: &str = "\
It follows the imports from the handler's file through the function's own files, its packages and
its layers. What it finds is
  an error    the function fails, whatever its event is
  a warning   it can fail: behind a condition, or when a function is called
  a note      its failure is caught, or it is only worth knowing

Exit status:
  0  there is no error
  1  there is one
  2  nothing was checked: a wrong option, or no code";

pub(super) const KUBERNETES_AFTER_HELP: &str = "\
They are for the image that krait pack --for oci makes of the same function:

  krait pack --for oci -o hello.tar
  skopeo copy oci-archive:hello.tar docker://REGISTRY/hello:1
  krait k8s --image REGISTRY/hello:1 | kubectl apply --filename -

See docs/deploy.md.";

#[derive(Debug, Args)]
pub(in crate::cli) struct InitArguments {
    /// What calls the function
    #[arg(value_enum, default_value_t, value_name = "TEMPLATE")]
    pub template: InitTemplate,

    /// The folder to create [default: the template's name]
    #[arg(value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    pub folder: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum InitTemplate {
    /// Events of your own
    #[default]
    Event,
    /// Requests to a function URL
    Url,
    /// A timer
    Timer,
    /// Objects created in a bucket
    Cos,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct InstallArguments {
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

    /// Write a layer's zip, instead of a folder
    #[arg(long, value_name = "ZIP", conflicts_with = "into", value_hint = ValueHint::FilePath)]
    pub layer: Option<PathBuf>,

    /// Write the installed versions and hashes to requirements.lock, beside the list of packages.
    /// A later install uses them
    #[arg(long, conflicts_with = "packages")]
    pub lock: bool,

    /// Where the packages will run: in krait, or in the cloud's Python on Linux
    #[arg(long = "for", value_name = "PLACE", default_value = "krait", value_parser = ["krait", "cloud"])]
    pub place: String,

    /// The cloud's Python
    #[arg(long, value_name = "VERSION", default_value = "3.10", value_parser = ["3.6", "3.7", "3.9", "3.10"])]
    pub python: String,

    /// Use no package index, as with pip
    #[arg(long)]
    pub no_index: bool,

    /// A folder or page with packages, as with pip; may be repeated
    #[arg(short, long, value_name = "PLACE")]
    pub find_links: Vec<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CheckArguments {
    /// The function's code: a folder, a .py file or a .zip package [default: .]
    #[arg(value_hint = ValueHint::AnyPath)]
    pub code: Option<PathBuf>,

    /// Where the function will run: in krait, or in the cloud's Python on Linux
    #[arg(long = "for", value_name = "PLACE", default_value = "krait", value_parser = ["krait", "cloud"])]
    pub place: String,

    /// The cloud's Python
    #[arg(long, value_name = "VERSION", default_value = "3.10", value_parser = ["3.6", "3.7", "3.9", "3.10"])]
    pub python: String,

    /// The format of the output; github prints annotations for a workflow
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

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CheckFormat {
    #[default]
    Text,
    /// A list of objects
    Json,
    Github,
}

/// What `krait pack` and `krait k8s` are told of the function.
#[derive(Debug, Args)]
pub(in crate::cli) struct PackedArguments {
    /// The function to call [default: index.main_handler; for a .py file, main_handler in it]
    #[arg(long, value_name = "FILE.FUNCTION", help_heading = "Function")]
    pub handler: Option<String>,

    #[command(flatten)]
    pub declared: FunctionArguments,

    /// The function's name [default: the template's, or the code's]
    #[arg(long, help_heading = "Function")]
    pub name: Option<String>,

    /// Memory of an instance: 64, or 128 to 3072 in steps of 128 [default: 128]
    #[arg(long, value_name = "MB", value_parser = memory, help_heading = "Function")]
    pub memory: Option<u32>,

    /// Seconds the handler may run, 1 to 900 [default: 3]
    #[arg(long, value_name = "S", value_parser = timeout, help_heading = "Function")]
    pub timeout: Option<u32>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct PackArguments {
    /// The function's code: a folder, a .py file or a .zip package [default: .]
    #[arg(value_hint = ValueHint::AnyPath)]
    pub code: Option<PathBuf>,

    /// Where the function will run
    #[arg(long = "for", value_enum, value_name = "PLACE")]
    pub place: PackPlace,

    /// The file to write [default: the function's name in this folder, with .zip, .tar or .wasm]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::AnyPath)]
    pub output: Option<PathBuf>,

    #[command(flatten)]
    pub function: PackedArguments,

    /// Pack the function even if krait check finds an error
    #[arg(long, help_heading = "Package")]
    pub no_check: bool,

    /// Load the function of a program or module at each start, instead of now: for imports that must see the
    /// machine that they run on, or the time
    #[arg(long, help_heading = "Package")]
    pub no_load: bool,

    /// The krait program to pack, for another processor for example [default: this program]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Package")]
    pub program: Option<PathBuf>,

    /// The krait.wasm that the function is packed into [default: the one that KRAIT_WASM names, or the one
    /// beside this program]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Package")]
    pub module: Option<PathBuf>,

    /// A label of an image; may be repeated
    #[arg(long = "label", value_name = "K=V", value_parser = variable, help_heading = "Package")]
    pub labels: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum PackPlace {
    /// SCF's custom runtime: a zip
    Scf,
    /// AWS Lambda's provided.al2023: a zip
    Lambda,
    /// Containers: an OCI image, a tar if FILE ends in .tar, else a folder
    Oci,
    /// A machine: one program
    Exe,
    /// wasmtime, Node, browsers: a module of WebAssembly
    Wasm,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct KubernetesArguments {
    /// The function's code, as for krait pack [default: .]
    #[arg(value_hint = ValueHint::AnyPath)]
    pub code: Option<PathBuf>,

    /// What the function will run on
    #[arg(long = "for", value_enum, default_value_t, value_name = "PLACE")]
    pub place: Cluster,

    /// The image, as the cluster pulls it [default: what krait pack --for oci calls it, :latest]
    #[arg(long, value_name = "NAME")]
    pub image: Option<String>,

    /// The port that the function listens on in its container
    #[arg(long, default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1..))]
    pub port: u16,

    /// Calls that one container answers at once, 1 to 1000 [default: what krait.toml says, or 10]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub concurrency: Option<u32>,

    #[command(flatten)]
    pub function: PackedArguments,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Cluster {
    /// Kubernetes 1.30 or newer, with nothing else in it
    #[default]
    Kubernetes,
    /// Knative Serving, which starts containers when there are calls, and none when there are none
    Knative,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct BootstrapArguments {
    /// The function to call [default: what _HANDLER says]
    #[arg(value_name = "FILE.FUNCTION")]
    pub handler: Option<String>,

    /// The code's folder, for a program with a packed function.
    #[arg(long, hide = true)]
    pub code: Option<PathBuf>,

    /// Its layers' folders.
    #[arg(long = "layer", hide = true)]
    pub layers: Vec<PathBuf>,
}
