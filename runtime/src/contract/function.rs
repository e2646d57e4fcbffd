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
    /// Whether it is no handler in Python, but a program called `bootstrap`, which asks a runtime
    /// API of its dialect for calls (docs/contract.md §9).
    pub own_runtime: bool,
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

impl Dialect {
    /// The dialect of the runtime API that a runtime's program asks, by the runtime's name; none
    /// where that is no such runtime.
    pub fn of_own_runtime(runtime: &str) -> Option<Self> {
        match runtime {
            "CustomRuntime" => Some(Self::Scf),
            "provided.al2023" | "provided.al2" => Some(Self::Lambda),
            _ => None,
        }
    }
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
            own_runtime: false,
            given_environment: None,
        }
    }
}
