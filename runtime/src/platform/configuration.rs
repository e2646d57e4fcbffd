//! Which functions a project has, and how they run: folders, templates, `krait.toml`. [`read`]
//! returns the declarations; [`Declaration::revision`] opens the code.

pub use super::declaration::Declaration;
use super::{
    Code, InvalidFunction, Origin, Revision, Settings, Timer, declaration::DeadLetter, now_ms,
    revision::CodeCopy, store::FunctionKey,
};
use crate::{
    contract::{
        Dialect, Function, Handler, environment, limits, names,
        retry::{Intervals, RetryPolicy},
        schedule,
    },
    package::{self, Declared, DeclaredTimer, Package, PackageError},
};
use indexmap::IndexMap;
use serde::Deserialize;
use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

/// The name of the configuration file.
pub const FILE_NAME: &str = "krait.toml";

/// Where functions are looked for.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Folders of functions, functions' own folders, `.py` files and zips.
    pub code: Vec<PathBuf>,
    pub templates: Vec<PathBuf>,
    /// A `krait.toml`.
    pub file: Option<PathBuf>,
}

/// `krait.toml`, as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    functions: IndexMap<String, Declaration>,
}

/// A configuration that cannot be used.
#[derive(Debug)]
pub enum ConfigurationError {
    /// A file or folder cannot be read.
    Unreadable { path: PathBuf, error: io::Error },
    /// `krait.toml` is malformed, or has an unknown key.
    File { path: PathBuf, reason: String },
    /// A folder holds no function.
    NoFunctions { path: PathBuf },
    /// Two functions have one name.
    Twice { key: FunctionKey },
    /// The platform would refuse a function's declaration.
    Function { name: String, reason: InvalidFunction },
    /// A template, or code, cannot be opened.
    Package(PackageError),
}

impl fmt::Display for ConfigurationError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, error } => {
                write!(formatter, "{} cannot be read: {error}", path.display())
            }
            Self::File { path, reason } => {
                write!(formatter, "the configuration {} cannot be used: {reason}", path.display())
            }
            Self::NoFunctions { path } => write!(
                formatter,
                "there is no function in {}: a function is a folder with an index.py, an \
                 executable bootstrap, a template.yaml or a serverless.yml",
                path.display()
            ),
            Self::Twice { key } => write!(
                formatter,
                "two functions are called {} in the namespace {}; give one of them another name",
                key.name, key.namespace
            ),
            Self::Function { name, reason } => write!(formatter, "the function {name}: {reason}"),
            Self::Package(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for ConfigurationError {}

/// Reads what functions there are. No code is opened yet.
///
/// # Errors
/// The first source that cannot be used.
pub fn read(sources: &Sources) -> Result<Vec<Declaration>, ConfigurationError> {
    let mut found = Vec::new();
    for path in &sources.code {
        found.extend(of_code(path)?);
    }
    for path in &sources.templates {
        found.extend(of_template(path)?);
    }
    if let Some(path) = &sources.file {
        found.extend(of_file(path)?);
    }
    let mut keys: Vec<FunctionKey> = found.iter().map(Declaration::key).collect();
    keys.sort();
    if let Some(twice) = keys.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(ConfigurationError::Twice { key: twice[0].clone() });
    }
    Ok(found)
}

/// A function's own folder or file, or a folder of such.
fn of_code(path: &Path) -> Result<Vec<Declaration>, ConfigurationError> {
    if !path.is_dir() {
        return Ok(vec![of_function(path)]);
    }
    if let Some(template) = package::find_template(path) {
        return of_template(&template);
    }
    if path.join(FILE_NAME).is_file() {
        return of_file(&path.join(FILE_NAME));
    }
    if has_entry(path) {
        return Ok(vec![of_function(path)]);
    }
    let unreadable = |error| ConfigurationError::Unreadable { path: path.to_path_buf(), error };
    let mut folders: Vec<PathBuf> = fs::read_dir(path)
        .map_err(unreadable)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(unreadable)?;
    folders.sort();
    let mut found = Vec::new();
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        match package::find_template(folder) {
            Some(template) => found.extend(of_template(&template)?),
            None if has_entry(folder) => found.push(of_function(folder)),
            None => {}
        }
    }
    if found.is_empty() {
        return Err(ConfigurationError::NoFunctions { path: path.to_path_buf() });
    }
    Ok(found)
}

/// Whether a folder has the entry file of the default handler, or brings its own runtime.
fn has_entry(folder: &Path) -> bool {
    has_entry_file(folder) || package::has_bootstrap(folder)
}

fn has_entry_file(folder: &Path) -> bool {
    folder.join(format!("{}.py", Handler::default().entry_path())).is_file()
}

fn of_function(path: &Path) -> Declaration {
    let path = path.canonicalize().unwrap_or(path.to_path_buf());
    let name = if path.is_dir() { path.file_name() } else { path.file_stem() };
    let name = name.unwrap_or_default().to_string_lossy().into_owned();
    let is_own = path.is_dir() && !has_entry_file(&path) && package::has_bootstrap(&path);
    let runtime = is_own.then(|| "CustomRuntime".to_owned());
    Declaration { name, code: Some(path), runtime, ..Declaration::default() }
}

fn of_template(path: &Path) -> Result<Vec<Declaration>, ConfigurationError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let declared = package::read_templates(path).map_err(ConfigurationError::Package)?;
    Ok(declared.into_iter().map(|declared| of_declared(declared, folder)).collect())
}

fn of_declared(declared: Declared, folder: &Path) -> Declaration {
    let timers = declared.timers.into_iter();
    Declaration {
        name: declared.name,
        namespace: declared.namespace,
        region: declared.region,
        code: declared.code.or_else(|| Some(folder.to_path_buf())),
        handler: declared.handler,
        memory: declared.memory_mb,
        timeout: declared.timeout_seconds,
        init_timeout: declared.init_timeout_seconds,
        environment: declared.environment,
        sandbox: declared.sandbox,
        timers: timers
            .map(|DeclaredTimer { name, cron, message, enabled }| Timer {
                name,
                cron,
                message,
                enabled,
            })
            .collect(),
        ..Declaration::default()
    }
}

fn of_file(path: &Path) -> Result<Vec<Declaration>, ConfigurationError> {
    let text = package::read_text(path)
        .map_err(|error| ConfigurationError::Unreadable { path: path.to_path_buf(), error })?;
    let file: File = toml::from_str(&text).map_err(|error| ConfigurationError::File {
        path: path.to_path_buf(),
        reason: error.to_string().trim_end().to_owned(),
    })?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let functions = file.functions.into_iter().map(|(name, mut declaration)| {
        declaration.code = Some(folder.join(declaration.code.unwrap_or(PathBuf::from(&name))));
        for layer in &mut declaration.layers {
            *layer = folder.join(&*layer);
        }
        if let Some(rules) = &mut declaration.sandbox {
            for path in rules.read.iter_mut().chain(&mut rules.write) {
                *path = absolute(&folder.join(&*path));
            }
        }
        if let Some(DeadLetter::File(file)) = &mut declaration.dead_letter {
            *file = folder.join(&*file);
        }
        Declaration { name, ..declaration }
    });
    Ok(functions.collect())
}

/// As Landlock is to be told it: what is not there is told when it is to be opened.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or(path.to_path_buf())
}

/// Code that was opened for a function.
#[derive(Debug, Clone)]
pub struct Opened {
    pub package: Package,
    /// How long it took to find and unpack.
    pub pull_code: Duration,
    /// What was unpacked or copied for it.
    pub copy: Option<Arc<CodeCopy>>,
}

impl Declaration {
    /// What the function is called by.
    pub fn key(&self) -> FunctionKey {
        FunctionKey {
            namespace: self.namespace.clone().unwrap_or_else(|| "default".to_owned()),
            name: self.name.clone(),
        }
    }

    /// The function as it is to run, its code opened; zips are unpacked into `folder`, which goes
    /// with the revision.
    ///
    /// # Errors
    /// When the platform would refuse it, or its code cannot be opened.
    pub fn revision(
        &self,
        origin: Origin,
        code: Code,
        folder: PathBuf,
    ) -> Result<Revision, ConfigurationError> {
        self.checked()?;
        let path = self.code.clone().unwrap_or(PathBuf::from("."));
        let begun = Instant::now();
        let copy = Arc::new(CodeCopy { folder });
        let opened = match &code {
            Code::Stored { digest, .. } => package::open_stored(&path, digest, &copy.folder),
            Code::Path(_) => package::open_into(&path, &self.layers, &copy.folder),
        };
        let package = opened.map_err(ConfigurationError::Package)?;
        let opened = Opened { package, pull_code: begun.elapsed(), copy: Some(copy) };
        self.revision_of(origin, code, opened)
    }

    /// A revision of code that is open already.
    ///
    /// # Errors
    /// When the platform would refuse it, or the code has no such handler.
    pub fn revision_of(
        &self,
        origin: Origin,
        code: Code,
        opened: Opened,
    ) -> Result<Revision, ConfigurationError> {
        let (handler, function, settings) = self.checked()?;
        let Opened { package, pull_code, copy } = opened;
        let handler = handler.or_else(|| package.implied_handler.clone()).unwrap_or_default();
        if function.own_runtime {
            package.check_bootstrap().map_err(ConfigurationError::Package)?;
        } else {
            package.check_entry(&handler).map_err(ConfigurationError::Package)?;
        }
        Ok(Revision {
            id: 0,
            function: Function { handler, ..function },
            declaration: self.clone(),
            settings,
            package,
            origin,
            code,
            pull_code,
            created_at: now_ms(),
            modified_at: now_ms(),
            copy,
        })
    }

    /// Whether the platform would take the function, its code aside.
    ///
    /// # Errors
    /// [`ConfigurationError::Function`], the first rule broken.
    pub fn check(&self) -> Result<(), ConfigurationError> {
        self.checked().map(drop)
    }

    fn checked(&self) -> Result<(Option<Handler>, Function, Settings), ConfigurationError> {
        let refused = |reason| ConfigurationError::Function { name: self.name.clone(), reason };
        let function = self.function().map_err(refused)?;
        let handler = self.handler.as_deref().map(str::parse::<Handler>).transpose();
        let handler = handler.map_err(|error| refused(InvalidFunction::Handler(error)))?;
        Ok((handler, function, self.settings().map_err(refused)?))
    }

    fn function(&self) -> Result<Function, InvalidFunction> {
        let defaults = Function::default();
        let key = self.key();
        names::function_name(&key.name).map_err(InvalidFunction::Name)?;
        names::namespace(&key.namespace).map_err(InvalidFunction::Namespace)?;
        environment::check(&self.environment).map_err(InvalidFunction::Environment)?;
        let own_runtime = self.runtime.as_deref().and_then(Dialect::of_own_runtime);
        let memory = self.memory.unwrap_or(defaults.memory_mb);
        let timeout = self.timeout.unwrap_or(defaults.timeout_seconds);
        let init_timeout = self.init_timeout.unwrap_or(defaults.init_timeout_seconds);
        Ok(Function {
            name: key.name,
            namespace: key.namespace,
            region: self.region.clone().unwrap_or(defaults.region),
            memory_mb: limits::memory(memory).map_err(InvalidFunction::Memory)?,
            timeout_seconds: limits::timeout(timeout).map_err(InvalidFunction::Timeout)?,
            init_timeout_seconds: limits::init_timeout(init_timeout)
                .map_err(InvalidFunction::InitTimeout)?,
            environment: self.environment.clone(),
            own_runtime: own_runtime.is_some(),
            dialect: own_runtime.unwrap_or_default(),
            sandbox: self.sandbox.clone().unwrap_or_default(),
            ..defaults
        })
    }

    fn settings(&self) -> Result<Settings, InvalidFunction> {
        let description = self.description.clone().unwrap_or_default();
        let length = description.chars().count();
        if length > limits::DESCRIPTION_LENGTH {
            return Err(InvalidFunction::Description { length });
        }
        let runtime = self.runtime.clone().unwrap_or_else(|| "Python3.14".to_owned());
        let minor = runtime.strip_prefix("Python3.").and_then(|minor| minor.parse::<u8>().ok());
        if minor.is_none() && Dialect::of_own_runtime(&runtime).is_none() {
            return Err(InvalidFunction::Runtime(runtime));
        }
        if self.concurrency == Some(0) {
            return Err(InvalidFunction::Concurrency);
        }
        for timer in &self.timers {
            let bytes = timer.message.len();
            if bytes > limits::TIMER_MESSAGE_BYTES {
                return Err(InvalidFunction::TimerMessage { name: timer.name.clone(), bytes });
            }
            let parsed = timer.cron.parse::<schedule::Schedule>();
            parsed.map_err(|reason| InvalidFunction::Timer {
                name: timer.name.clone(),
                reason: Box::new(reason),
            })?;
        }
        if let Some(name) = self.environment.get("TZ").filter(|_| !self.timers.is_empty())
            && schedule::zone(name).is_none()
        {
            return Err(InvalidFunction::TimeZone(name.clone()));
        }
        let mut retry = RetryPolicy::default();
        if let Some(retries) = self.retries {
            retry.retry_num = limits::retry_count(retries).map_err(InvalidFunction::RetryCount)?;
        }
        if let Some(age) = self.max_event_age {
            let age = limits::event_age(age).map_err(InvalidFunction::EventAge)?;
            retry.max_age = Duration::from_secs(age.into());
        }
        if let Some(interval) = self.retry_interval {
            let interval = Duration::try_from_secs_f64(interval)
                .map_err(|_| InvalidFunction::RetryInterval)?;
            retry.intervals = Intervals {
                run_error: interval,
                over_concurrency: interval,
                system_error_first: interval,
                system_error_most: interval,
            };
        }
        Ok(Settings {
            description,
            runtime,
            layers: self.layers.clone(),
            retry,
            dead_letter: self.dead_letter.clone(),
            timers: self.timers.clone(),
            concurrency: self.concurrency,
            snapshot: self.snapshot,
        })
    }
}
