//! `krait pack`.

mod loading;
mod module;

use super::{
    Fatal, check,
    options::{FunctionArguments, PackArguments, PackPlace, PackedArguments},
    request::{self, Found, Named, Typed},
};
use crate::{
    check::{Asked, Level, Target},
    contract::{Function, limits::MIB, names},
    pack::{Contents, Parts, Program, Sizes, image, package::Provider},
    package::{self, Declared, Package},
    platform::configuration::{self, Sources},
};
use anyhow::{Context as _, anyhow};
use std::path::{Path, PathBuf};

/// How many names are shown of what was left out.
const SHOWN: usize = 8;

/// Packs a function, and prints what came of it.
pub(super) fn run(arguments: &PackArguments) -> Result<u8, Fatal> {
    refuse_useless(arguments)?;
    let Chosen { function, package: opened, code, layers, .. } =
        Chosen::of(arguments.code.as_deref(), &arguments.function)?;
    if arguments.place != PackPlace::Scf && arguments.place != PackPlace::Lambda {
        check_name(&function)?;
    }
    if !arguments.no_check {
        let asked = Asked {
            target: Target::Krait,
            handler: &function.handler,
            paths: &opened.paths,
            code: &code,
            layers: &layers,
            has_other_layers: false,
            archive: opened.archive(),
        };
        if has_errors(&asked) {
            return Ok(1);
        }
    }
    let target = target(arguments, &function);
    let contents =
        Contents::of(&opened.paths, std::slice::from_ref(&target)).map_err(Fatal::request)?;
    let program = match &arguments.program {
        Some(path) => Program::at(path),
        None => Program::own(),
    };
    let program = program.map_err(Fatal::request)?;
    let parts = Parts { function: &function, contents: &contents, program: &program };
    let written = match arguments.place {
        PackPlace::Scf => crate::pack::package::write(&parts, Provider::Scf, &target),
        PackPlace::Lambda => crate::pack::package::write(&parts, Provider::Lambda, &target),
        PackPlace::Oci => image::write(&parts, &arguments.labels, &target),
        PackPlace::Exe => match loading::write(arguments, &parts, &target) {
            Ok(Some(sizes)) => Ok(sizes),
            Ok(None) => return Ok(1),
            Err(fatal) => return Err(fatal),
        },
        PackPlace::Wasm => return module::write(arguments, &parts, &target),
    };
    let sizes = written.map_err(Fatal::request)?;
    tell(arguments, &parts, &target, sizes);
    Ok(0)
}

/// The function that is packed.
pub(super) struct Chosen {
    pub function: Function,
    pub package: Package,
    pub code: PathBuf,
    pub layers: Vec<PathBuf>,
    /// Invocations at once, if a `krait.toml` says.
    pub concurrency: Option<usize>,
}

impl Chosen {
    /// Finds it, with what was typed of it: by a template, by the `krait.toml` in the code's folder, or by
    /// its code alone.
    ///
    /// # Errors
    /// When it is not there, or what is said of it is wrong.
    pub(super) fn of(code: Option<&Path>, arguments: &PackedArguments) -> Result<Self, Fatal> {
        let folder = code.unwrap_or(Path::new("."));
        let project = folder.join(configuration::FILE_NAME);
        let is_named = arguments.handler.is_some() || arguments.declared.template.is_some();
        if !is_named && package::find_template(folder).is_none() && project.is_file() {
            return Self::of_project(&project, arguments);
        }
        let FunctionArguments { layers, template, function: named, .. } = &arguments.declared;
        let Found { declared, code, package, handler, .. } = Named {
            code,
            handler: arguments.handler.as_deref(),
            layers,
            template: template.as_deref(),
            function: named.as_deref(),
        }
        .find()?;
        package.check_entry(&handler).map_err(Fatal::request)?;
        let function = request::function(&typed(arguments), &declared, handler, &code)?;
        Ok(Self { function, package, code, layers: layers.clone(), concurrency: None })
    }

    /// The function of a `krait.toml` that is named, or the only one.
    fn of_project(file: &Path, arguments: &PackedArguments) -> Result<Self, Fatal> {
        let sources = Sources { file: Some(file.to_path_buf()), ..Sources::default() };
        let mut all = configuration::read(&sources).map_err(Fatal::request)?;
        let names: Vec<String> = all.iter().map(|each| each.name.clone()).collect();
        let named = arguments.declared.function.as_deref();
        all.retain(|each| named.is_none_or(|name| each.name == name));
        let (Some(one), true) = (all.pop(), all.is_empty()) else {
            return Err(Fatal::Request(anyhow!(
                "name one function of {} with --function; it has: {}",
                file.display(),
                names.join(", ")
            )));
        };
        let code = one.code.unwrap_or_default();
        let layers = match &arguments.declared.layers[..] {
            [] => one.layers,
            typed => typed.to_vec(),
        };
        let package = package::open(&code, &layers).map_err(Fatal::request)?;
        let handler = match one.handler {
            Some(text) => text.parse().map_err(Fatal::request)?,
            None => package.implied_handler.clone().unwrap_or_default(),
        };
        package.check_entry(&handler).map_err(Fatal::request)?;
        let declared = Declared {
            name: one.name,
            namespace: one.namespace,
            region: one.region,
            memory_mb: one.memory,
            timeout_seconds: one.timeout,
            init_timeout_seconds: one.init_timeout,
            environment: one.environment,
            ..Declared::default()
        };
        let function = request::function(&typed(arguments), &declared, handler, &code)?;
        Ok(Self { function, package, code, layers, concurrency: one.concurrency })
    }
}

/// What was typed of the function itself.
fn typed(arguments: &PackedArguments) -> Typed<'_> {
    Typed {
        name: arguments.name.as_deref(),
        memory: arguments.memory,
        timeout: arguments.timeout,
        environment: &arguments.declared.environment,
        environment_files: &arguments.declared.environment_files,
        ..Typed::default()
    }
}

/// Refuses a name that the platform would refuse: an image and a program are called by it.
pub(super) fn check_name(function: &Function) -> Result<(), Fatal> {
    names::function_name(&function.name)
        .context("the function needs another name: give one with --name")
        .map_err(Fatal::Request)
}

/// Refuses options that would have no effect.
fn refuse_useless(arguments: &PackArguments) -> Result<(), Fatal> {
    let is_package = matches!(arguments.place, PackPlace::Scf | PackPlace::Lambda);
    let PackedArguments { declared, memory, timeout, .. } = &arguments.function;
    let FunctionArguments { environment, environment_files, .. } = declared;
    let has_variables = !environment.is_empty() || !environment_files.is_empty();
    let useless = if is_package && has_variables {
        "--env and --env-file: the platform's configuration of the function has its variables"
    } else if is_package && (memory.is_some() || timeout.is_some()) {
        "--memory and --timeout: they are in the platform's configuration of the function"
    } else if arguments.place != PackPlace::Oci && !arguments.labels.is_empty() {
        "--label: only an image has labels"
    } else if !matches!(arguments.place, PackPlace::Exe | PackPlace::Wasm) && arguments.no_load {
        "--no-load: only a program or a module has its function loaded"
    } else if arguments.place == PackPlace::Wasm && arguments.program.is_some() {
        "--program: a module has no program; --module names a krait.wasm"
    } else if arguments.place != PackPlace::Wasm && arguments.module.is_some() {
        "--module: only --for wasm packs a module"
    } else {
        return Ok(());
    };
    Err(Fatal::Request(anyhow!("there is nothing to be done with {useless}")))
}

/// Prints errors and warnings; whether there is an error.
fn has_errors(asked: &Asked<'_>) -> bool {
    let findings = crate::check::check(asked);
    for finding in findings.iter().filter(|finding| finding.level != Level::Note) {
        eprint!("{}", check::in_text(finding));
    }
    let has_errors = findings.iter().any(|finding| finding.level == Level::Error);
    if has_errors {
        eprintln!("nothing is written\n  tip: --no-check packs it all the same");
    }
    has_errors
}

/// Where it is written.
fn target(arguments: &PackArguments, function: &Function) -> PathBuf {
    arguments.output.clone().unwrap_or_else(|| {
        let end = match arguments.place {
            PackPlace::Scf | PackPlace::Lambda => ".zip",
            PackPlace::Oci => ".tar",
            PackPlace::Exe => "",
            PackPlace::Wasm => ".wasm",
        };
        PathBuf::from(format!("{}{end}", function.name))
    })
}

/// What was written, on standard output; what else there is to know, on standard error.
fn tell(arguments: &PackArguments, parts: &Parts<'_>, target: &Path, sizes: Sizes) {
    let Parts { function, contents, .. } = parts;
    println!(
        "{}: {:.1} MB; krait and {} are {:.1} MB unpacked",
        target.display(),
        megabytes(sizes.written),
        files(contents),
        megabytes(sizes.unpacked)
    );
    tell_of_left_out(contents);
    let (place, runtime) = match arguments.place {
        PackPlace::Scf => (Provider::Scf, "CustomRuntime"),
        PackPlace::Lambda => (Provider::Lambda, "provided.al2023"),
        PackPlace::Oci | PackPlace::Exe | PackPlace::Wasm => return,
    };
    eprintln!("the function's runtime is {runtime}, its handler {}", function.handler);
    if let Some(remark) = place.remark(sizes) {
        eprintln!("warning: {remark}");
    }
}

/// How many files go along, in words.
fn files(contents: &Contents) -> String {
    match contents.count() {
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    }
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / MIB as f64
}

fn tell_of_left_out(contents: &Contents) {
    if contents.left_out.is_empty() {
        return;
    }
    let mut names: Vec<&str> = contents.left_out.iter().map(String::as_str).collect();
    names.sort_unstable();
    let more = names.len().saturating_sub(SHOWN);
    names.truncate(SHOWN);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    eprintln!("left out: {}{more}", names.join(", "));
}
