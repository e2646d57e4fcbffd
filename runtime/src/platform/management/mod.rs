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
    configuration::Declaration,
    store::{FunctionKey, StoreError},
};
use crate::contract::limits;
use bytes::Bytes;
use std::sync::Arc;

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
    /// [`ManagementError`]: nothing was published, though a number may be skipped.
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

    /// Opens a function, stores it, and puts it in service in place of the previous one. Keeps the
    /// last published number.
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

    /// Removes code that nothing refers to. If that fails, it is tried again after the next change.
    async fn collect_code(&self) {
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

/// Opens a function of the API, in a separate thread, because unpacking takes time.
async fn open(declaration: Declaration, code: Code) -> Result<Revision, ManagementError> {
    let opening =
        tokio::task::spawn_blocking(move || declaration.revision(Origin::Api, code)).await;
    match opening {
        Ok(opened) => opened.map_err(ManagementError::Function),
        Err(_) => Err(ManagementError::Store(StoreError::Closed)),
    }
}
