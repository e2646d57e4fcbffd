//! Functions, their versions, and namespaces.

use super::{Store, StoreError, checksum, schema};
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};

/// A function, whatever its version.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionKey {
    pub namespace: String,
    pub name: String,
}

/// One version of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFunction {
    pub namespace: String,
    pub name: String,
    /// `$LATEST` or a number.
    pub version: String,
    /// Its declaration: a text that the store does not read.
    pub definition: String,
    /// The digest of its code, if that is in the store.
    pub code: Option<String>,
    /// Where it came from, such as `api` or the path of a template.
    pub origin: String,
    pub created_at: i64,
    pub modified_at: i64,
}

/// A namespace that was made by the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Namespace {
    pub name: String,
    pub description: String,
    pub created_at: i64,
    pub modified_at: i64,
}

impl Store {
    /// Stores a version of a function, in place of the stored one.
    ///
    /// # Errors
    /// [`StoreError::NoSuchCode`] when its code is not in the store, or when the database
    /// cannot be written.
    pub async fn save_function(&self, function: StoredFunction) -> Result<(), StoreError> {
        let _kept = self.shared.uploads.read().await;
        let path = function.code.as_deref().map(|digest| self.code_path(digest));
        let digest = function.code.clone().unwrap_or_default();
        let saved = self.shared.main.run(move |connection| {
            if path.is_some_and(|path| !path.exists()) {
                return Ok(false);
            }
            save_function(connection, &function)?;
            Ok(true)
        });
        if saved.await? { Ok(()) } else { Err(StoreError::NoSuchCode { digest }) }
    }

    /// Removes a version of a function, or all of them. Returns how many.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn delete_function(
        &self,
        key: FunctionKey,
        version: Option<String>,
    ) -> Result<usize, StoreError> {
        let deleted = self.shared.main.run(move |connection| {
            let text = "DELETE FROM functions
                        WHERE namespace = ? AND name = ? AND version = ifnull(?, version)";
            connection.prepare_cached(text)?.execute(params![key.namespace, key.name, version])
        });
        deleted.await
    }

    /// All versions of all functions, by namespace, name and version.
    ///
    /// # Errors
    /// When the database cannot be read, or a function is not what was stored.
    pub async fn functions(&self) -> Result<Vec<StoredFunction>, StoreError> {
        let read = self.shared.reading.run(|connection| {
            let text = "SELECT * FROM functions ORDER BY namespace, name, version";
            connection
                .prepare_cached(text)?
                .query_map([], function)?
                .collect::<rusqlite::Result<Vec<_>>>()
        });
        let (functions, are_right): (Vec<_>, Vec<_>) = read.await?.into_iter().unzip();
        match are_right.iter().position(|is_right| !is_right) {
            None => Ok(functions),
            Some(at) => Err(StoreError::Damaged {
                file: self.folder().join(schema::MAIN.name),
                reason: format!("the function {} is not what was stored", functions[at].name),
            }),
        }
    }

    /// Stores a namespace, in place of the stored one.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn save_namespace(&self, namespace: Namespace) -> Result<(), StoreError> {
        let saved = self.shared.main.run(move |connection| {
            connection.prepare_cached("REPLACE INTO namespaces VALUES (?, ?, ?, ?)")?.execute(
                params![
                    namespace.name,
                    namespace.description,
                    namespace.created_at,
                    namespace.modified_at
                ],
            )
        });
        saved.await.map(drop)
    }

    /// Removes a namespace, but not its functions. Returns whether it existed.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn delete_namespace(&self, name: String) -> Result<bool, StoreError> {
        let deleted = self.shared.main.run(move |connection| {
            connection.prepare_cached("DELETE FROM namespaces WHERE name = ?")?.execute([name])
        });
        Ok(deleted.await? == 1)
    }

    /// All namespaces that were saved, by name.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn namespaces(&self) -> Result<Vec<Namespace>, StoreError> {
        let read = self.shared.reading.run(|connection| {
            let text = "SELECT * FROM namespaces ORDER BY name";
            connection.prepare_cached(text)?.query_map([], namespace)?.collect()
        });
        read.await
    }
}

fn save_function(connection: &Connection, function: &StoredFunction) -> rusqlite::Result<usize> {
    let text = "REPLACE INTO functions (namespace, name, version, definition, code, origin,
                    created_at, modified_at, checksum)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
    connection.prepare_cached(text)?.execute(params![
        function.namespace,
        function.name,
        function.version,
        function.definition,
        function.code,
        function.origin,
        function.created_at,
        function.modified_at,
        checksum::of(&function.checked()),
    ])
}

impl StoredFunction {
    /// What its checksum is of.
    fn checked(&self) -> [&[u8]; 6] {
        let code = self.code.as_deref().unwrap_or_default();
        let texts =
            [&self.namespace, &self.name, &self.version, &self.definition, code, &self.origin];
        texts.map(str::as_bytes)
    }
}

/// A function, and whether it is what was stored.
fn function(row: &Row<'_>) -> rusqlite::Result<(StoredFunction, bool)> {
    let function = StoredFunction {
        namespace: row.get("namespace")?,
        name: row.get("name")?,
        version: row.get("version")?,
        definition: row.get("definition")?,
        code: row.get("code")?,
        origin: row.get("origin")?,
        created_at: row.get("created_at")?,
        modified_at: row.get("modified_at")?,
    };
    let is_right = checksum::is_right(row, &function.checked())?;
    Ok((function, is_right))
}

fn namespace(row: &Row<'_>) -> rusqlite::Result<Namespace> {
    Ok(Namespace {
        name: row.get("name")?,
        description: row.get("description")?,
        created_at: row.get("created_at")?,
        modified_at: row.get("modified_at")?,
    })
}
