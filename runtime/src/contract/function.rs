//! What the platform knows of a function: its configuration, less its code.

use super::{Handler, limits, policy::Rules};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// A function's configuration. The defaults are the platform's where it has any
/// (docs/contract.md §6), else the documentation's example values (§1.5).
#[derive(Debug, Clone)]
pub struct Function {
    pub name: String,
    pub namespace: String,
    pub version: String,
    pub region: String,
    pub appid: String,
    pub uin: String,
    pub handler: Handler,
    /// 64, or 128 to 3072 by 128.
    pub memory_mb: u32,
    /// 1 to 900.
    pub timeout_seconds: u32,
    /// 3 to 300.
    pub init_timeout_seconds: u32,
    /// The user's variables, checked by [`super::environment::check`].
    pub environment: IndexMap<String, String>,
    /// What it may reach of the machine, where that is not what holds for all.
    pub sandbox: Rules,
    /// Whose handlers it has.
    pub dialect: Dialect,
    /// Its whole environment, where another platform made that: see [`super::environment::of`].
    pub given_environment: Option<IndexMap<String, String>>,
}

/// Whose handlers a function has: what their `context` is, and how their failures are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dialect {
    /// SCF's: a dict, and its envelope.
    #[default]
    Scf,
    /// Those of AWS Lambda: an object, and [`super::lambda::Diagnostic`].
    Lambda,
}

impl Default for Function {
    fn default() -> Self {
        Self {
            name: "function".to_owned(),
            namespace: "default".to_owned(),
            version: "$LATEST".to_owned(),
            region: "ap-guangzhou".to_owned(),
            appid: "1251234567".to_owned(),
            uin: "100001234567".to_owned(),
            handler: Handler::default(),
            memory_mb: limits::DEFAULT_MEMORY_MB,
            timeout_seconds: limits::DEFAULT_TIMEOUT_SECONDS,
            init_timeout_seconds: limits::DEFAULT_INIT_TIMEOUT_SECONDS,
            environment: IndexMap::new(),
            sandbox: Rules::default(),
            dialect: Dialect::default(),
            given_environment: None,
        }
    }
}
