//! Namespaces.

use super::ManagementError;
use crate::{
    contract::{limits, names},
    platform::{
        Platform, now_ms,
        store::{Namespace, StoreError},
    },
};
use std::collections::BTreeMap;

/// The namespace that is always there.
const DEFAULT_NAMESPACE: &str = "default";

impl Platform {
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
        let name = namespace.name.clone();
        let saved = self.shared.backing.save_namespace(namespace).await;
        saved.map_err(ManagementError::Store).map_err(|error| match error {
            // Another node has made it, and this one does not know yet.
            error if error.is_overtaken() => ManagementError::NamespaceExists(name),
            other => other,
        })
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
        match self.shared.backing.delete_namespace(name.clone()).await? {
            true => Ok(()),
            false => Err(ManagementError::NoNamespace(name)),
        }
    }
}
