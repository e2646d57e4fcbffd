//! Functions and namespaces that the API makes, changes and deletes. What is answered is in the
//! store, and in service.

use super::{
    Code, Deployed, Origin, Platform, Revision,
    configuration::{ConfigurationError, Declaration},
    definition::{self, Definition, LATEST},
    now_ms,
    store::{FunctionKey, Namespace, StoreError, StoredFunction},
};
use crate::contract::{limits, names};
use bytes::Bytes;
use std::{collections::BTreeMap, fmt, sync::Arc};

/// The namespace that is always there.
const DEFAULT_NAMESPACE: &str = "default";

/// A change that was not made.
#[derive(Debug)]
pub enum ManagementError {
    NoFunction(FunctionKey),
    NoVersion {
        key: FunctionKey,
        version: u32,
    },
    NoNamespace(String),
    FunctionExists(FunctionKey),
    NamespaceExists(String),
    /// A namespace that is to be deleted has functions.
    NamespaceInUse(String),
    /// The default namespace is to be deleted.
    DefaultNamespace,
    NamespaceName(names::InvalidName),
    /// The function is a folder's, a template's or `krait.toml`'s, which the API leaves alone.
    OfProject(FunctionKey),
    /// The function has no code or configuration that could be changed.
    NotActive(FunctionKey),
    /// There are as many functions in the namespace as there may be.
    TooManyFunctions(String),
    TooManyNamespaces,
    /// As many versions were published as a function may have.
    TooManyVersions(FunctionKey),
    /// The function is not as functions may be, or its code cannot be opened.
    Function(ConfigurationError),
    Store(StoreError),
}

impl fmt::Display for ManagementError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFunction(key) => {
                write!(formatter, "there is no function {} in {}", key.name, key.namespace)
            }
            Self::NoVersion { key, version } => {
                write!(formatter, "the function {} has no version {version}", key.name)
            }
            Self::NoNamespace(name) => write!(formatter, "there is no namespace {name}"),
            Self::FunctionExists(key) => {
                write!(formatter, "there is a function {} in {}", key.name, key.namespace)
            }
            Self::NamespaceExists(name) => write!(formatter, "there is a namespace {name}"),
            Self::NamespaceInUse(name) => {
                write!(formatter, "the namespace {name} has functions; delete them first")
            }
            Self::DefaultNamespace => formatter.write_str("the default namespace stays"),
            Self::NamespaceName(error) => error.fmt(formatter),
            Self::OfProject(key) => {
                write!(formatter, "the function {} is the project's; change it there", key.name)
            }
            Self::NotActive(key) => write!(formatter, "the function {} has no code", key.name),
            Self::TooManyFunctions(namespace) => write!(
                formatter,
                "the namespace {namespace} has {} functions, and may not have more",
                limits::FUNCTIONS
            ),
            Self::TooManyNamespaces => {
                write!(formatter, "there are {} namespaces already", limits::NAMESPACES)
            }
            Self::TooManyVersions(key) => write!(
                formatter,
                "the function {} has {} versions, and may not have more",
                key.name,
                limits::VERSIONS
            ),
            Self::Function(error) => error.fmt(formatter),
            Self::Store(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for ManagementError {}

impl From<StoreError> for ManagementError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Platform {
    /// Puts the functions in service that the API made before. One whose name a function in
    /// service has already stays in the store, as does one that cannot be used any more; the
    /// log says so.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load_stored(&self) -> Result<(), StoreError> {
        let registry = self.registry();
        let project: Vec<FunctionKey> = registry.all().into_iter().map(|(key, _)| key).collect();
        for stored in self.store().functions().await? {
            let key =
                FunctionKey { namespace: stored.namespace.clone(), name: stored.name.clone() };
            if project.contains(&key) {
                if stored.version == LATEST {
                    self.log().note(&format!(
                        "the function {} of the API is not in service: the project has one of \
                         that name",
                        key.name
                    ));
                }
                continue;
            }
            let version = stored.version.clone();
            if let Err(problem) = self.load(stored).await {
                self.log().note(&format!(
                    "the function {} ({version}) of the API cannot be used: {problem}",
                    key.name
                ));
                if version == LATEST {
                    registry.set_problem(&key, problem);
                }
            }
        }
        Ok(())
    }

    /// Makes a function of a zip. The default namespace is there always, another has to be.
    ///
    /// # Errors
    /// [`ManagementError`]: nothing was made.
    pub async fn create_function(
        &self,
        declaration: Declaration,
        zip: Bytes,
    ) -> Result<Arc<Revision>, ManagementError> {
        let _alone = self.shared.managing.lock().await;
        let key = declaration.key();
        if self.registry().get(&key).is_some() {
            return Err(ManagementError::FunctionExists(key));
        }
        if !self.namespaces().await?.iter().any(|each| each.name == key.namespace) {
            return Err(ManagementError::NoNamespace(key.namespace));
        }
        if self.registry().count_in(&key.namespace) >= limits::FUNCTIONS {
            return Err(ManagementError::TooManyFunctions(key.namespace));
        }
        self.put(declaration, Some(zip), None).await
    }

    /// Changes a function's configuration, and its code where there is a zip.
    ///
    /// # Errors
    /// [`ManagementError`]: nothing was changed.
    pub async fn update_function(
        &self,
        key: &FunctionKey,
        zip: Option<Bytes>,
        change: impl FnOnce(&mut Declaration),
    ) -> Result<Arc<Revision>, ManagementError> {
        let _alone = self.shared.managing.lock().await;
        let (latest, published) = self.of_api(key)?;
        let mut declaration = latest.declaration.clone();
        change(&mut declaration);
        self.put(declaration, zip, Some((&latest, published))).await
    }

    /// Publishes what `$LATEST` is, under the next number.
    ///
    /// # Errors
    /// [`ManagementError`]: nothing was published, though a number may be left out.
    pub async fn publish_version(
        &self,
        key: &FunctionKey,
        description: Option<String>,
    ) -> Result<Arc<Revision>, ManagementError> {
        let _alone = self.shared.managing.lock().await;
        let (latest, published) = self.of_api(key)?;
        let versions = self.registry().get(key).map_or(0, |deployed| deployed.versions.len());
        if versions >= limits::VERSIONS {
            return Err(ManagementError::TooManyVersions(key.clone()));
        }
        let number = published + 1;
        // First, so that no number is ever given twice.
        self.store().save_function(definition::stored(&latest, LATEST, number)).await?;
        self.registry().note_published(key, number);
        let declaration = Declaration { description, ..latest.declaration.clone() };
        let mut revision = open(declaration, latest.code.clone()).await?;
        revision.pull_code = latest.pull_code;
        let stored = definition::stored(&revision, &number.to_string(), 0);
        self.store().save_function(stored).await?;
        Ok(self.registry().add_version(number, revision))
    }

    /// Deletes a published version of a function, or the function with all its versions. What
    /// runs goes on; what is queued fails.
    ///
    /// # Errors
    /// [`ManagementError`]: nothing was deleted.
    pub async fn delete_function(
        &self,
        key: &FunctionKey,
        version: Option<u32>,
    ) -> Result<(), ManagementError> {
        let _alone = self.shared.managing.lock().await;
        let deployed = self.changeable(key)?;
        if let Some(version) = version.filter(|version| !deployed.versions.contains_key(version)) {
            return Err(ManagementError::NoVersion { key: key.clone(), version });
        }
        let text = version.map(|version| version.to_string());
        self.store().delete_function(key.clone(), text).await?;
        self.registry().remove(key, version);
        self.shared.pool.forget(key);
        self.collect_code().await;
        Ok(())
    }

    /// The namespaces there are: the default one, those the API made, and those the project
    /// has functions in.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn namespaces(&self) -> Result<Vec<Namespace>, StoreError> {
        let implied = |name: String| {
            let namespace =
                Namespace { name, description: String::new(), created_at: 0, modified_at: 0 };
            (namespace.name.clone(), namespace)
        };
        let functions = self.registry().all().into_iter().map(|(key, _)| key.namespace);
        let mut all: BTreeMap<String, Namespace> =
            functions.chain([DEFAULT_NAMESPACE.to_owned()]).map(implied).collect();
        let stored = self.store().namespaces().await?;
        all.extend(stored.into_iter().map(|namespace| (namespace.name.clone(), namespace)));
        Ok(all.into_values().collect())
    }

    /// Makes a namespace.
    ///
    /// # Errors
    /// [`ManagementError`]: nothing was made.
    pub async fn create_namespace(
        &self,
        name: String,
        description: String,
    ) -> Result<(), ManagementError> {
        let _alone = self.shared.managing.lock().await;
        names::namespace(&name).map_err(ManagementError::NamespaceName)?;
        let there = self.namespaces().await?;
        if there.iter().any(|each| each.name == name) {
            return Err(ManagementError::NamespaceExists(name));
        }
        if there.len() >= limits::NAMESPACES {
            return Err(ManagementError::TooManyNamespaces);
        }
        let now = now_ms();
        let namespace = Namespace { name, description, created_at: now, modified_at: now };
        Ok(self.store().save_namespace(namespace).await?)
    }

    /// Deletes a namespace that has no functions.
    ///
    /// # Errors
    /// [`ManagementError`]: nothing was deleted.
    pub async fn delete_namespace(&self, name: String) -> Result<(), ManagementError> {
        let _alone = self.shared.managing.lock().await;
        if name == DEFAULT_NAMESPACE {
            return Err(ManagementError::DefaultNamespace);
        }
        if self.registry().has_namespace(&name) {
            return Err(ManagementError::NamespaceInUse(name));
        }
        match self.store().delete_namespace(name.clone()).await? {
            true => Ok(()),
            false => Err(ManagementError::NoNamespace(name)),
        }
    }

    async fn load(&self, stored: StoredFunction) -> Result<(), String> {
        let definition = Definition::read(&stored.definition)
            .map_err(|error| format!("its definition cannot be read: {error}"))?;
        let digest = stored.code.unwrap_or_default();
        let path = self.store().code_path(&digest);
        let bytes = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
        let declaration = Declaration { code: Some(path), ..definition.declaration };
        let revision = open(declaration, Code::Stored { digest, bytes }).await;
        let mut revision = revision.map_err(|error| error.to_string())?;
        (revision.created_at, revision.modified_at) = (stored.created_at, stored.modified_at);
        if let Ok(number) = stored.version.parse() {
            self.registry().add_version(number, revision);
        } else {
            let revision = self.deploy(revision);
            self.registry().note_published(&revision.key(), definition.published);
        }
        Ok(())
    }

    /// Opens a function, keeps it, and puts it in service, in place of what there was and how
    /// much of that was published.
    async fn put(
        &self,
        declaration: Declaration,
        zip: Option<Bytes>,
        before: Option<(&Revision, u32)>,
    ) -> Result<Arc<Revision>, ManagementError> {
        declaration.check().map_err(ManagementError::Function)?;
        let bytes = zip.as_ref().map(|zip| zip.len() as u64);
        // Kept until the function that refers to the code is.
        let saved = match zip {
            Some(zip) => Some(self.store().save_code(zip).await?),
            None => None,
        };
        let (code, path) = match (&saved, bytes, before) {
            (Some(saved), Some(bytes), _) => {
                let digest = saved.digest().to_owned();
                let path = self.store().code_path(&digest);
                (Code::Stored { digest, bytes }, Some(path))
            }
            (_, _, Some((before, _))) => (before.code.clone(), before.declaration.code.clone()),
            _ => return Err(ManagementError::NotActive(declaration.key())),
        };
        let opened = open(Declaration { code: path, ..declaration }, code).await;
        let result = match opened {
            Ok(mut revision) => {
                let published = before.map_or(0, |(_, published)| published);
                if let Some((before, _)) = before {
                    revision.created_at = before.created_at;
                }
                let stored = definition::stored(&revision, LATEST, published);
                let kept = self.store().save_function(stored).await;
                kept.map(|()| self.deploy(revision)).map_err(ManagementError::Store)
            }
            Err(error) => Err(error),
        };
        drop(saved);
        self.collect_code().await;
        result
    }

    /// Removes code that nothing refers to; where that fails it is tried after the next change.
    async fn collect_code(&self) {
        if let Err(error) = self.store().collect_unused_code().await {
            self.log().note(&format!("unused code stays in the data folder: {error}"));
        }
    }

    /// What is in service of a function that the API may change, and its last number.
    fn of_api(&self, key: &FunctionKey) -> Result<(Arc<Revision>, u32), ManagementError> {
        let deployed = self.changeable(key)?;
        let latest = deployed.latest.ok_or_else(|| ManagementError::NotActive(key.clone()))?;
        Ok((latest, deployed.published))
    }

    fn changeable(&self, key: &FunctionKey) -> Result<Deployed, ManagementError> {
        let deployed = self.registry().get(key);
        let deployed = deployed.ok_or_else(|| ManagementError::NoFunction(key.clone()))?;
        match &deployed.latest {
            Some(latest) if latest.origin == Origin::Project => {
                Err(ManagementError::OfProject(key.clone()))
            }
            _ => Ok(deployed),
        }
    }
}

/// Opens a function of the API. Unpacking takes its time, so it has a thread.
async fn open(declaration: Declaration, code: Code) -> Result<Revision, ManagementError> {
    let opening =
        tokio::task::spawn_blocking(move || declaration.revision(Origin::Api, code)).await;
    match opening {
        Ok(opened) => opened.map_err(ManagementError::Function),
        Err(_) => Err(ManagementError::Store(StoreError::Closed)),
    }
}
