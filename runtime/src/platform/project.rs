//! A project's functions in service. They are read at the start, on request, and with `--watch`
//! whenever a file is saved.

use super::{
    Code, Origin, Platform, Revision,
    configuration::{self, ConfigurationError, Declaration, Sources},
};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use std::{
    collections::BTreeSet,
    fmt,
    fs::{self, File},
    io,
    os::{fd::AsFd, unix::fs::MetadataExt},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Saving a file causes several events. While they follow each other within this time, the save is
/// not over.
const SETTLED_AFTER: Duration = Duration::from_millis(10);

/// Folders that no function imports, and that tools write to.
const IGNORED: [&str; 6] = ["__pycache__", ".git", ".hg", ".venv", "node_modules", ".krait"];

/// The functions that were named when the server was started.
pub struct Project {
    platform: Platform,
    sources: Sources,
    /// Whether functions run from a copy of their code, so that a save does not change the code of
    /// running instances.
    copies: bool,
}

/// Files that cannot be watched.
#[derive(Debug)]
pub struct WatchError(notify::Error);

impl fmt::Display for WatchError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the functions' files cannot be watched: {}; leave --watch out, and reload with \
             SIGHUP",
            self.0
        )
    }
}

impl std::error::Error for WatchError {}

impl Project {
    /// The functions of `sources`, to be served by `platform`.
    pub fn new(platform: Platform, sources: Sources, copies: bool) -> Self {
        // What a server that was killed left behind.
        let _ = fs::remove_dir_all(platform.registry().copies());
        Self { platform, sources, copies }
    }

    /// Puts every function in service.
    ///
    /// # Errors
    /// The first that cannot be.
    pub fn deploy(&self, declarations: &[Declaration]) -> Result<(), ConfigurationError> {
        for declaration in declarations {
            let folder = self.platform.registry().fresh_folder();
            self.platform.deploy(revision(declaration, folder, self.copies)?);
        }
        Ok(())
    }

    /// Reads the configuration again and puts it in service. Invalid entries are logged; the
    /// previous version keeps serving.
    pub async fn reload(&self) {
        let Some(declarations) = self.read().await else { return };
        for declaration in &declarations {
            self.deploy_one(declaration).await;
        }
        self.withdraw_others(&declarations);
        let said = match declarations.len() {
            1 => "1 function is in service".to_owned(),
            count => format!("{count} functions are in service"),
        };
        self.platform.log().note(&said);
    }

    /// The current declarations; none if they are invalid, which is logged.
    async fn read(&self) -> Option<Vec<Declaration>> {
        let sources = self.sources.clone();
        match on_disk(move || configuration::read(&sources)).await? {
            Ok(declarations) => Some(declarations),
            // The last function was removed. That is valid here, though not at the start.
            Err(ConfigurationError::NoFunctions { .. }) => Some(Vec::new()),
            Err(error) => {
                self.platform.log().note(&format!("the configuration stays as it was: {error}"));
                None
            }
        }
    }

    /// Takes the functions out of service that are not declared any more.
    fn withdraw_others(&self, declarations: &[Declaration]) {
        let kept: Vec<_> = declarations.iter().map(Declaration::key).collect();
        for key in self.platform.registry().others_of_project(&kept) {
            self.platform.withdraw(&key);
            self.platform.log().note(&format!("{} is no more", key.name));
        }
    }

    /// Watches files, from its return on. Changes are put in service while the returned future is
    /// polled.
    ///
    /// # Errors
    /// When the kernel refuses to watch.
    pub fn watch(
        self: std::sync::Arc<Self>,
    ) -> Result<impl Future<Output = ()> + Send, WatchError> {
        let (changed, mut changes) = unbounded_channel();
        let watched = self.watched();
        let mut watcher = watcher(changed).map_err(WatchError)?;
        for path in &watched {
            watcher.watch(path, RecursiveMode::Recursive).map_err(WatchError)?;
        }
        Ok(async move {
            // Held as long as it is to watch.
            let _watcher = watcher;
            while let Some(paths) = settled(&mut changes).await {
                self.take_changes(&paths).await;
            }
        })
    }

    /// The folders where a change may matter.
    fn watched(&self) -> BTreeSet<PathBuf> {
        let declared = configuration::read(&self.sources).unwrap_or_default();
        let code = declared.iter().filter_map(|each| each.code.clone());
        let layers = declared.iter().flat_map(|each| each.layers.clone());
        let named = self.sources.code.iter().chain(&self.sources.templates).cloned();
        let paths = code.chain(layers).chain(named).chain(self.sources.file.clone());
        let folders = paths.filter_map(|path| {
            let path = path.canonicalize().ok()?;
            if path.is_dir() { Some(path) } else { path.parent().map(Path::to_path_buf) }
        });
        folders.collect()
    }

    async fn take_changes(&self, paths: &BTreeSet<PathBuf>) {
        let Some(declarations) = self.read().await else { return };
        let is_configuration = |path: &PathBuf| {
            path.extension()
                .is_some_and(|kind| matches!(kind.to_str(), Some("toml" | "yaml" | "yml")))
        };
        if paths.iter().any(is_configuration) {
            return self.reload().await;
        }
        for declaration in &declarations {
            let is_new = self.platform.registry().get(&declaration.key()).is_none();
            let sources = declaration.code.iter().chain(&declaration.layers);
            let sources: Vec<_> = sources.filter_map(|path| path.canonicalize().ok()).collect();
            let concerns = |path: &PathBuf| sources.iter().any(|source| may_read(source, path));
            if is_new || paths.iter().any(concerns) {
                self.deploy_one(declaration).await;
            }
        }
        self.withdraw_others(&declarations);
    }

    async fn deploy_one(&self, declaration: &Declaration) {
        let begun = Instant::now();
        let name = &declaration.name;
        let log = self.platform.log();
        let (of_thread, copies) = (declaration.clone(), self.copies);
        let folder = self.platform.registry().fresh_folder();
        let opened = on_disk(move || revision(&of_thread, folder, copies)).await;
        let Some(opened) = opened else { return };
        let deployed = match opened {
            Ok(revision) => self.platform.deploy_loaded(revision).await,
            Err(error) => {
                self.platform.registry().set_problem(&declaration.key(), error.to_string());
                Err(error.to_string())
            }
        };
        match deployed {
            Ok(_) => {
                log.note(&format!("{name} is taken up, {} ms", begun.elapsed().as_millis()));
            }
            Err(problem) => log.note(&format!("{name} is as it was: {problem}")),
        }
    }
}

/// Opens a function's code: zips are unpacked into `folder`, and where `copies` are wanted, folders
/// are copied there.
fn revision(
    declaration: &Declaration,
    folder: PathBuf,
    copies: bool,
) -> Result<Revision, ConfigurationError> {
    let path = declaration.code.clone().unwrap_or(PathBuf::from("."));
    let code = Code::Path(path.clone());
    let mut revision = declaration.revision(Origin::Project, code, folder)?;
    // A zip was unpacked.
    if let Some(copy) = revision.copy.as_ref().filter(|_| copies && path.is_dir()) {
        let folder = copy.folder.join("code");
        copy_folder(&revision.package.paths.code, &folder)
            .map_err(|error| ConfigurationError::Unreadable { path, error })?;
        revision.package.paths.code = folder;
    }
    Ok(revision)
}

/// Does what takes the disk's time on a thread that may wait for it; none where the server ends.
async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}

/// Whether a function whose code or layer is `source` may read what is at `path`.
fn may_read(source: &Path, path: &Path) -> bool {
    let is_python = |path: &Path| path.extension().is_some_and(|kind| kind == "py");
    if source.is_dir() {
        return path.starts_with(source);
    }
    // A `.py` file may import files beside it; a zip contains all its files.
    let beside = || source.parent().is_some_and(|folder| path.starts_with(folder));
    path == source || (is_python(source) && is_python(path) && beside())
}

/// Whether `path` is this process's log file. A handled change is logged, and that would be the
/// next change.
fn is_own_log(path: &Path) -> bool {
    let identity = |data: &fs::Metadata| (data.dev(), data.ino());
    let stderr =
        io::stderr().as_fd().try_clone_to_owned().and_then(|own| File::from(own).metadata());
    match (stderr, fs::metadata(path)) {
        (Ok(own), Ok(changed)) => identity(&own) == identity(&changed),
        _ => false,
    }
}

fn watcher(changed: UnboundedSender<PathBuf>) -> notify::Result<RecommendedWatcher> {
    notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        if event.kind.is_access() {
            return;
        }
        for path in event.paths {
            let ignored = path.iter().any(|part| IGNORED.iter().any(|name| part == *name));
            if !ignored && !is_own_log(&path) {
                let _ = changed.send(path);
            }
        }
    })
}

/// The paths that changed together.
async fn settled(changes: &mut UnboundedReceiver<PathBuf>) -> Option<BTreeSet<PathBuf>> {
    let mut paths = BTreeSet::from([changes.recv().await?]);
    while let Ok(Some(path)) = tokio::time::timeout(SETTLED_AFTER, changes.recv()).await {
        paths.insert(path);
    }
    Some(paths)
}

/// Copies a folder of code without the folders that no function imports. Follows links.
fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if IGNORED.iter().any(|ignored| name == *ignored) {
            continue;
        }
        let (path, copy) = (entry.path(), to.join(&name));
        match fs::metadata(&path) {
            Ok(kind) if kind.is_dir() => copy_folder(&path, &copy)?,
            Ok(_) => drop(fs::copy(&path, &copy)?),
            // A broken link, or a file that an editor has just removed.
            Err(_) => {}
        }
    }
    Ok(())
}
