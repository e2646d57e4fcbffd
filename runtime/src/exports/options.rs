//! The options of `krait_load`: a JSON object with the keys below, all optional. Only a module with a function in
//! it can do without `code`.

use crate::contract::{Function, environment, limits};
use indexmap::IndexMap;
use serde::Deserialize;
use std::path::PathBuf;

/// A host's declaration of a function.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Options {
    /// A folder, a `.py` file or a `.zip`, in a folder that the host opened for the module.
    pub code: Option<PathBuf>,
    /// Folders or zips.
    #[serde(default)]
    pub layers: Vec<PathBuf>,
    handler: Option<String>,
    #[serde(default)]
    environment: IndexMap<String, String>,
    name: Option<String>,
    namespace: Option<String>,
    region: Option<String>,
    appid: Option<String>,
    uin: Option<String>,
    version: Option<String>,
    /// MB.
    memory: Option<u32>,
    /// Seconds.
    timeout: Option<u32>,
    /// Seconds.
    init_timeout: Option<u32>,
    pub log: Option<LogTarget>,
}

/// Where an invocation's log goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum LogTarget {
    #[default]
    Answer,
    /// WASI's descriptor 2, as it comes.
    Stderr,
}

impl Options {
    /// The function: `known`, with what is said of it here.
    ///
    /// # Errors
    /// The message about a value that the platform would refuse.
    pub(super) fn function(self, known: Function) -> Result<Function, String> {
        let message = |error: limits::OutOfRange| error.to_string();
        let handler = match self.handler {
            Some(text) => text
                .parse()
                .map_err(|error: crate::contract::handler::InvalidHandler| error.to_string())?,
            None => known.handler,
        };
        let mut variables = known.environment;
        variables.extend(self.environment);
        environment::check(&variables).map_err(|error| error.to_string())?;
        Ok(Function {
            name: self.name.unwrap_or(known.name),
            namespace: self.namespace.unwrap_or(known.namespace),
            version: self.version.unwrap_or(known.version),
            region: self.region.unwrap_or(known.region),
            appid: self.appid.unwrap_or(known.appid),
            uin: self.uin.unwrap_or(known.uin),
            handler,
            memory_mb: limits::memory(self.memory.unwrap_or(known.memory_mb)).map_err(message)?,
            timeout_seconds: limits::timeout(self.timeout.unwrap_or(known.timeout_seconds))
                .map_err(message)?,
            init_timeout_seconds: limits::init_timeout(
                self.init_timeout.unwrap_or(known.init_timeout_seconds),
            )
            .map_err(message)?,
            environment: variables,
            ..known
        })
    }
}
