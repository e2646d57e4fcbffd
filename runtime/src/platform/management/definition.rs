//! The stored form of a function that the API made: its declaration as JSON. Its code is stored
//! separately.

use crate::platform::{Code, Revision, configuration::Declaration, store::StoredFunction};
use serde::{Deserialize, Serialize};

/// The stored text of a version of a function.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Definition {
    pub declaration: Declaration,
    /// Of `$LATEST`: the number that was published last.
    #[serde(default)]
    pub published: u32,
}

impl Definition {
    /// # Errors
    /// When the text is damaged, or a newer krait's.
    pub(super) fn read(text: &str) -> serde_json::Result<Self> {
        serde_json::from_str(text)
    }

    fn write(&self) -> String {
        // Texts, numbers and maps keyed by texts alone: these can be written.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// A revision as the store keeps it.
pub(super) fn stored(revision: &Revision, version: &str, published: u32) -> StoredFunction {
    let code = match &revision.code {
        Code::Stored { digest, .. } => Some(digest.clone()),
        Code::Path(_) => None,
    };
    let declaration = Declaration { code: None, ..revision.declaration.clone() };
    let key = revision.key();
    StoredFunction {
        namespace: key.namespace,
        name: key.name,
        version: version.to_owned(),
        definition: Definition { declaration, published }.write(),
        code,
        origin: "api".to_owned(),
        created_at: revision.created_at,
        modified_at: revision.modified_at,
    }
}
