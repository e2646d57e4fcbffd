//! Restores the functions that were in service before the server ended.

use super::{definition::Definition, open};
use crate::platform::{
    Code, LATEST, Platform,
    configuration::Declaration,
    store::{FunctionKey, StoreError, StoredFunction},
};

impl Platform {
    /// Puts the functions in service that the API made before. If a function in service has the
    /// same name, or a stored function cannot be used any more, it stays in the store, and the log
    /// says so.
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
}
