//! The options of `krait_load`: a JSON object with the keys below, all optional but `code`.

use crate::contract::{Function, Handler, environment, limits};
use indexmap::IndexMap;
use serde::Deserialize;
use std::path::PathBuf;

/// A host's declaration of a function.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Options {
    /// A folder, a `.py` file or a `.zip`, in a folder that the host opened for the module.
    pub code: PathBuf,
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
    #[serde(default)]
    pub log: LogTarget,
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
    /// The function, with the platform's defaults. `implied` is the handler that the code's name
    /// implies.
    ///
    /// # Errors
    /// The message about a value that the platform would refuse.
    pub(super) fn function(self, implied: Option<Handler>) -> Result<Function, String> {
        let defaults = Function::default();
        let message = |error: limits::OutOfRange| error.to_string();
        let handler = match self.handler {
            Some(text) => text
                .parse()
                .map_err(|error: crate::contract::handler::InvalidHandler| error.to_string())?,
            None => implied.unwrap_or_default(),
        };
        environment::check(&self.environment).map_err(|error| error.to_string())?;
        Ok(Function {
            name: self.name.unwrap_or(defaults.name),
            namespace: self.namespace.unwrap_or(defaults.namespace),
            version: self.version.unwrap_or(defaults.version),
            region: self.region.unwrap_or(defaults.region),
            appid: self.appid.unwrap_or(defaults.appid),
            uin: self.uin.unwrap_or(defaults.uin),
            handler,
            memory_mb: limits::memory(self.memory.unwrap_or(defaults.memory_mb))
                .map_err(message)?,
            timeout_seconds: limits::timeout(self.timeout.unwrap_or(defaults.timeout_seconds))
                .map_err(message)?,
            init_timeout_seconds: limits::init_timeout(
                self.init_timeout.unwrap_or(defaults.init_timeout_seconds),
            )
            .map_err(message)?,
            environment: self.environment,
            ..defaults
        })
    }
}
