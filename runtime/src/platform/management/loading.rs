//! Restores the functions that were in service before the server ended.

use super::{definition::Definition, open, opened};
use crate::platform::{
    Code, LATEST, Origin, Platform,
    configuration::{Declaration, Opened},
    store::{FunctionKey, StoreError, StoredFunction},
};
use std::collections::HashMap;

impl Platform {
    /// Puts the functions in service that the API made before, on whatever node of a cluster. If a function in service has the
    /// same name, or a stored function cannot be used any more, it stays in the store, and the log
    /// says so.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load_stored(&self) -> Result<(), StoreError> {
        if let Some(cluster) = self.cluster() {
            return self.follow_functions(cluster.clone()).await;
        }
        let registry = self.registry();
        let project: Vec<FunctionKey> = registry.all().into_iter().map(|(key, _)| key).collect();
        let mut known = HashMap::new();
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
            if let Err(problem) = self.load(stored, &mut known).await {
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

    /// Whether this krait knows all that a stored function's definition says.
    pub(in crate::platform) fn can_read(stored: &StoredFunction) -> bool {
        Definition::read(&stored.definition).is_ok()
    }

    /// Versions of one function with the same code, which is in `known`, share what was unpacked.
    pub(in crate::platform) async fn load(
        &self,
        stored: StoredFunction,
        known: &mut HashMap<(FunctionKey, String), Opened>,
    ) -> Result<(), String> {
        let definition = Definition::read(&stored.definition)
            .map_err(|error| format!("its definition cannot be read: {error}"))?;
        let digest = stored.code.unwrap_or_default();
        let path = self.store().code_path(&digest);
        let bytes = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
        let declaration = Declaration { code: Some(path), ..definition.declaration };
        let known_by = (declaration.key(), digest.clone());
        let code = Code::Stored { digest, bytes };
        let mut revision = match known.get(&known_by) {
            Some(opened) => declaration
                .revision_of(Origin::Api, code, opened.clone())
                .map_err(|error| error.to_string())?,
            None => open(declaration, code, self.registry().fresh_folder())
                .await
                .map_err(|error| error.to_string())?,
        };
        known.entry(known_by).or_insert_with(|| opened(&revision));
        (revision.created_at, revision.modified_at) = (stored.created_at, stored.modified_at);
        if let Ok(number) = stored.version.parse() {
            self.registry().add_version(number, revision);
        } else {
            let revision = self.deploy(revision);
            self.registry().note_published(&revision.key(), definition.published);
        }
        Ok(())
    }
}
