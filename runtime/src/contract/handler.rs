//! The handler string, `file.function` (docs/contract.md §1.1).

use std::fmt;

/// Where a function starts: a module file under the code's root, and a name in it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Handler {
    /// The module as written before the last dot: `index`, `src/index`, `package.module`.
    pub module: String,
    /// The name after the last dot.
    pub function: String,
}

impl Default for Handler {
    fn default() -> Self {
        Self { module: "index".to_owned(), function: "main_handler".to_owned() }
    }
}

/// A handler string that names no file or no function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidHandler(String);

impl fmt::Display for InvalidHandler {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the handler {:?} is not of the form FILE.FUNCTION, such as index.main_handler",
            self.0
        )
    }
}

impl std::error::Error for InvalidHandler {}

impl std::str::FromStr for Handler {
    type Err = InvalidHandler;

    /// Splits at the last dot, so that dotted packages and sub-folders work (§14).
    fn from_str(text: &str) -> Result<Self, InvalidHandler> {
        let invalid = || InvalidHandler(text.to_owned());
        let (module, function) = text.rsplit_once('.').ok_or_else(invalid)?;
        let module = module.strip_prefix("./").unwrap_or(module);
        let stays_inside = !module.starts_with('/')
            && module.split(['/', '.']).all(|part| !part.is_empty() && !part.contains('\0'));
        if !stays_inside || function.is_empty() || function.contains('/') {
            return Err(invalid());
        }
        Ok(Self { module: module.to_owned(), function: function.to_owned() })
    }
}

impl fmt::Display for Handler {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.module, self.function)
    }
}

impl Handler {
    /// The entry file's path from the code's root, without its extension. The dots of
    /// a dotted package are folders.
    pub fn entry_path(&self) -> String {
        self.module.replace('.', "/")
    }
}
