//! Functions and namespaces that the API creates, changes and deletes. When an action is answered,
//! its effect is in the store and in service.
//!
//! [`loading`] restores what an earlier server kept. [`definition`] is the stored form of a
//! function.

mod definition;
mod error;
mod loading;
mod namespaces;

pub use error::ManagementError;

use super::{
    Code, Deployed, LATEST, Origin, Platform, Revision,
    configuration::{Declaration, Opened},
    store::{FunctionKey, SavedCode, StoreError},
};
use crate::contract::limits;
use bytes::Bytes;
use std::{path::PathBuf, sync::Arc, time::Duration};

/// How often a change is tried again that another node of the cluster was faster than, and the
/// pause before.
const OVERTAKEN_AT_MOST: u32 = 20;
const OVERTAKEN_PAUSE: Duration = Duration::from_millis(100);

impl Platform {
    /// Creates a function from a zip. A namespace other than the default one must exist.
    ///
    /// # Errors
    /// [`ManagementError`]: nothing was made.
    pub async fn create_function(
        &self,
        declaration: Declaration,
        zip: Bytes,
    ) -> Result<Arc<Revision>, ManagementError> {
        let key = declaration.key();
        self.may_be_created(&key).await?;
        let prepared = self.prepare(declaration, Some(zip), None).await?;
        let _alone = self.shared.managing.lock().await;
        let result = match self.may_be_created(&key).await {
            Ok(()) => match self.keep(prepared, None).await {
                // Another node has made it, and this one does not know yet.
                Err(error) if error.is_overtaken() => Err(ManagementError::FunctionExists(key)),
                kept => kept,
            },
            Err(error) => {
                drop(prepared);
                Err(error)
            }
        };
        self.collect_code().await;
        result
    }

    /// Changes a function's configuration, and its code where there is a zip.
    ///
    /// # Errors
    /// [`ManagementError`]: nothing was changed.
    pub async fn update_function(
        &self,
        key: &FunctionKey,
        zip: Option<Bytes>,
        change: impl Fn(&mut Declaration),
    ) -> Result<Arc<Revision>, ManagementError> {
        let mut overtaken = Overtaken::default();
        loop {
            let (before, _) = self.of_api(key)?;
            let mut declaration = before.declaration.clone();
            change(&mut declaration);
            let prepared = self.prepare(declaration, zip.clone(), Some(&before)).await?;
            let alone = self.shared.managing.lock().await;
            let (latest, published) = self.of_api(key)?;
            // Somebody else changed it meanwhile: it is done again, on top of that.
            if latest.id == before.id {
                let result = self.keep(prepared, Some((&before, published))).await;
                self.collect_code().await;
                drop(alone);
                if !overtaken.again(&result).await {
                    return result;
                }
            }
        }
    }

    /// Publishes what `$LATEST` is, under the next number.
    ///
    /// # Errors
    /// [`ManagementError`]: nothing was published, though a number may be skipped.
    pub async fn publish_version(
        &self,
        key: &FunctionKey,
        description: Option<String>,
    ) -> Result<Arc<Revision>, ManagementError> {
        let mut overtaken = Overtaken::default();
        loop {
            let result = self.try_to_publish(key, description.clone()).await;
            if !overtaken.again(&result).await {
                return result;
            }
        }
    }

    async fn try_to_publish(
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
        self.shared.backing.save_function(definition::stored(&latest, LATEST, number)).await?;
        self.registry().note_published(key, number);
        let declaration = Declaration { description, ..latest.declaration.clone() };
        let revision = declaration
            .revision_of(Origin::Api, latest.code.clone(), opened(&latest))
            .map_err(ManagementError::Function)?;
        let stored = definition::stored(&revision, &number.to_string(), 0);
        self.shared.backing.save_function(stored).await?;
        Ok(self.registry().add_version(number, revision))
    }

    /// Deletes a published version of a function, or the function with all its versions. Running
    /// invocations go on; queued events fail.
    ///
    /// # Errors
    /// [`ManagementError`]: nothing was deleted.
    pub async fn delete_function(
        &self,
        key: &FunctionKey,
        version: Option<u32>,
    ) -> Result<(), ManagementError> {
        let mut overtaken = Overtaken::default();
        loop {
            let result = self.try_to_delete(key, version).await;
            if !overtaken.again(&result).await {
                return result;
            }
        }
    }

    async fn try_to_delete(
        &self,
        key: &FunctionKey,
        version: Option<u32>,
    ) -> Result<(), ManagementError> {
        let _alone = self.shared.managing.lock().await;
        let deployed = self.changeable(key)?;
        if let Some(version) = version.filter(|version| !deployed.versions.contains_key(version)) {
            return Err(ManagementError::NoVersion { key: key.clone(), version });
        }
        let versions = deployed.versions.keys().copied();
        self.shared.backing.delete_function(key, version, versions).await?;
        if let (None, Some(cluster)) = (version, self.cluster()) {
            cluster.note_deleted(key);
        }
        self.registry().remove(key, version);
        self.shared.pool.forget(key);
        self.collect_code().await;
        Ok(())
    }

    /// Whether there may be another function, and one of this name.
    async fn may_be_created(&self, key: &FunctionKey) -> Result<(), ManagementError> {
        if self.registry().get(key).is_some() {
            return Err(ManagementError::FunctionExists(key.clone()));
        }
        if !self.namespaces().await?.iter().any(|each| each.name == key.namespace) {
            return Err(ManagementError::NoNamespace(key.namespace.clone()));
        }
        if self.registry().count_in(&key.namespace) >= limits::FUNCTIONS {
            return Err(ManagementError::TooManyFunctions(key.namespace.clone()));
        }
        Ok(())
    }

    /// Opens a function's code, which may take long: nobody else waits for it. Without a zip it is
    /// the code that there was before.
    async fn prepare(
        &self,
        declaration: Declaration,
        zip: Option<Bytes>,
        before: Option<&Revision>,
    ) -> Result<Prepared, ManagementError> {
        declaration.check().map_err(ManagementError::Function)?;
        let Some(zip) = zip else {
            let Some(before) = before else {
                return Err(ManagementError::NotActive(declaration.key()));
            };
            let declaration = Declaration { code: before.declaration.code.clone(), ..declaration };
            let revision =
                declaration.revision_of(Origin::Api, before.code.clone(), opened(before));
            let revision = revision.map_err(ManagementError::Function)?;
            return Ok(Prepared { revision, _saved: None });
        };
        // Few at once: each takes the disk, and a processor.
        let _turn = self.shared.unpacking.acquire().await;
        let bytes = zip.len() as u64;
        let shared = zip.clone();
        let saved = self.store().save_code(zip).await?;
        let digest = saved.digest().to_owned();
        let path = self.store().code_path(&digest);
        let declaration = Declaration { code: Some(path), ..declaration };
        let folder = self.registry().fresh_folder();
        match open(declaration, Code::Stored { digest, bytes }, folder).await {
            Ok(revision) => {
                self.shared.backing.share_code(saved.digest(), &shared).await?;
                Ok(Prepared { revision, _saved: Some(saved) })
            }
            Err(error) => {
                drop(saved);
                self.collect_code().await;
                Err(error)
            }
        }
    }

    /// Keeps a function and puts it in service, in place of what there was and how much of that
    /// was published.
    async fn keep(
        &self,
        prepared: Prepared,
        before: Option<(&Revision, u32)>,
    ) -> Result<Arc<Revision>, ManagementError> {
        let Prepared { mut revision, _saved } = prepared;
        let published = before.map_or(0, |(_, published)| published);
        if let Some((before, _)) = before {
            revision.created_at = before.created_at;
        }
        let stored = definition::stored(&revision, LATEST, published);
        self.shared.backing.save_function(stored).await?;
        Ok(self.deploy(revision))
    }

    /// Removes code that nothing refers to. If that fails, it is tried again after the next change.
    pub(in crate::platform) async fn collect_code(&self) {
        if let Err(error) = self.store().collect_unused_code().await {
            self.log().note(&format!("unused code stays in the data folder: {error}"));
        }
    }

    /// The revision in service of a function that the API may change, and its last published
    /// number.
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

/// Counts how often another node of the cluster was faster with a change.
#[derive(Default)]
struct Overtaken(u32);

impl Overtaken {
    /// Whether the change is to be tried again, on top of the other one, which this node hears of
    /// meanwhile.
    async fn again<T>(&mut self, result: &Result<T, ManagementError>) -> bool {
        let is_overtaken = matches!(result, Err(error) if error.is_overtaken());
        if !is_overtaken || self.0 == OVERTAKEN_AT_MOST {
            return false;
        }
        self.0 += 1;
        tokio::time::sleep(OVERTAKEN_PAUSE).await;
        true
    }
}

/// A function that is not in service yet.
struct Prepared {
    revision: Revision,
    /// Kept until the function that refers to the code is.
    _saved: Option<SavedCode>,
}

/// The code of a revision, for another.
fn opened(revision: &Revision) -> Opened {
    Opened {
        package: revision.package.clone(),
        pull_code: revision.pull_code,
        copy: revision.copy.clone(),
    }
}

/// Opens a function of the API, in a separate thread, because unpacking takes time.
async fn open(
    declaration: Declaration,
    code: Code,
    folder: PathBuf,
) -> Result<Revision, ManagementError> {
    let opening =
        tokio::task::spawn_blocking(move || declaration.revision(Origin::Api, code, folder)).await;
    match opening {
        Ok(opened) => opened.map_err(ManagementError::Function),
        Err(_) => Err(ManagementError::Store(StoreError::Closed)),
    }
}
