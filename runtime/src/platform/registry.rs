//! Which functions there are, and which revision of each is in service.

use super::{Origin, Refused, Revision, store::FunctionKey};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// The functions, by namespace and name.
pub struct Registry {
    functions: Mutex<BTreeMap<FunctionKey, Deployed>>,
    next_id: AtomicU64,
    folder: PathBuf,
}

/// What is in service of one function.
#[derive(Debug, Clone, Default)]
pub struct Deployed {
    /// `$LATEST`; none if its code could never be used.
    pub latest: Option<Arc<Revision>>,
    /// The published versions, by number.
    pub versions: BTreeMap<u32, Arc<Revision>>,
    /// The last published number. That version may have been deleted since.
    pub published: u32,
    /// Why the newest code or configuration is not in service, if it is not.
    pub problem: Option<String>,
}

impl Registry {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self { functions: Mutex::default(), next_id: AtomicU64::new(1), folder }
    }

    /// Where code that is copied or unpacked is kept, as long as this server lives: what an
    /// earlier one left there is nobody's.
    pub(super) fn copies(&self) -> PathBuf {
        self.folder.join("running")
    }

    /// A folder of its own for a function's code. It is not there yet.
    pub(super) fn fresh_folder(&self) -> PathBuf {
        self.copies().join(uuid::Uuid::new_v4().to_string())
    }

    /// The revision that `qualifier` names: `$LATEST`, `$DEFAULT` (which is the same here), or
    /// a published version's number.
    ///
    /// # Errors
    /// When there is none.
    pub fn resolve(&self, key: &FunctionKey, qualifier: &str) -> Result<Arc<Revision>, Refused> {
        let functions = self.functions();
        let deployed = functions.get(key).ok_or_else(|| Refused::NoFunction(key.clone()))?;
        match qualifier {
            "" | "$LATEST" | "$DEFAULT" => match (&deployed.latest, &deployed.problem) {
                (Some(revision), _) => Ok(revision.clone()),
                (None, problem) => Err(Refused::NotActive {
                    key: key.clone(),
                    problem: problem.clone().unwrap_or_else(|| "it has no code".to_owned()),
                }),
            },
            version => version
                .parse()
                .ok()
                .and_then(|number: u32| deployed.versions.get(&number).cloned())
                .ok_or_else(|| Refused::NoQualifier {
                    key: key.clone(),
                    qualifier: version.to_owned(),
                }),
        }
    }

    /// Whether any function is in that namespace.
    pub fn has_namespace(&self, namespace: &str) -> bool {
        // Its keys are sorted by namespace, and no name is empty.
        let first = FunctionKey { namespace: namespace.to_owned(), name: String::new() };
        let functions = self.functions();
        functions.range(first..).next().is_some_and(|(key, _)| key.namespace == namespace)
    }

    /// How many functions are in that namespace.
    pub fn count_in(&self, namespace: &str) -> usize {
        self.functions().keys().filter(|key| key.namespace == namespace).count()
    }

    /// What is in service of one function.
    pub fn get(&self, key: &FunctionKey) -> Option<Deployed> {
        self.functions().get(key).cloned()
    }

    /// The functions' names, in the order of namespaces and names.
    pub(super) fn keys(&self) -> Vec<FunctionKey> {
        self.functions().keys().cloned().collect()
    }

    /// Every function, in the order of namespaces and names.
    pub fn all(&self) -> Vec<(FunctionKey, Deployed)> {
        self.functions().iter().map(|(key, deployed)| (key.clone(), deployed.clone())).collect()
    }

    /// A revision with an id of its own, not in service yet.
    pub(super) fn numbered(&self, mut revision: Revision) -> Arc<Revision> {
        revision.id = self.next_id.fetch_add(1, Ordering::Relaxed);
        Arc::new(revision)
    }

    /// Puts `$LATEST` in service.
    pub(super) fn deploy(&self, revision: Arc<Revision>) -> Arc<Revision> {
        let mut functions = self.functions();
        let deployed = functions.entry(revision.key()).or_default();
        deployed.latest = Some(revision.clone());
        deployed.problem = None;
        revision
    }

    /// Puts a published version in service.
    pub fn add_version(&self, number: u32, mut revision: Revision) -> Arc<Revision> {
        revision.function.version = number.to_string();
        let revision = self.numbered(revision);
        let mut functions = self.functions();
        let deployed = functions.entry(revision.key()).or_default();
        deployed.published = deployed.published.max(number);
        deployed.versions.insert(number, revision.clone());
        revision
    }

    /// Notes why the newest code is not in service; what was in service stays.
    pub fn set_problem(&self, key: &FunctionKey, problem: String) {
        self.functions().entry(key.clone()).or_default().problem = Some(problem);
    }

    /// Notes the last published number. A smaller one than the known one changes nothing.
    pub(super) fn note_published(&self, key: &FunctionKey, number: u32) {
        let mut functions = self.functions();
        let deployed = functions.entry(key.clone()).or_default();
        deployed.published = deployed.published.max(number);
    }

    /// Takes a function, or one published version of it, out of service.
    pub fn remove(&self, key: &FunctionKey, version: Option<u32>) -> bool {
        let mut functions = self.functions();
        match version {
            None => functions.remove(key).is_some(),
            Some(number) => functions
                .get_mut(key)
                .is_some_and(|deployed| deployed.versions.remove(&number).is_some()),
        }
    }

    /// The functions of a project that are not among those named.
    pub(super) fn others_of_project(&self, named: &[FunctionKey]) -> Vec<FunctionKey> {
        let functions = self.functions();
        let of_project = functions.iter().filter(|(_, deployed)| {
            deployed.latest.as_ref().is_none_or(|latest| latest.origin == Origin::Project)
        });
        of_project.map(|(key, _)| key.clone()).filter(|key| !named.contains(key)).collect()
    }

    fn functions(&self) -> MutexGuard<'_, BTreeMap<FunctionKey, Deployed>> {
        self.functions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
