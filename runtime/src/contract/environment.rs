//! The environment variables a handler sees (docs/contract.md §7).

use super::{Dialect, Function, Handler, limits};
use indexmap::IndexMap;
use std::{
    ffi::{OsStr, OsString},
    fmt,
};

/// Prefixes the platform keeps for itself.
const RESERVED_PREFIXES: [&str; 3] = ["SCF_", "QCLOUD_", "TENCENTCLOUD_"];

/// A set of user variables the platform would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidEnvironment {
    /// The key does not start with a letter, or holds more than letters, digits and `_`.
    Key(String),
    /// The key starts with a prefix the platform keeps for itself.
    Reserved(String),
    /// A value holds a NUL byte, which no process environment can carry.
    Value(String),
    /// All keys and values together, in bytes, are more than 4 KB.
    TooLarge(usize),
}

impl fmt::Display for InvalidEnvironment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) => write!(
                formatter,
                "the environment variable name {key:?} must start with a letter and hold only \
                 letters, digits and underscores"
            ),
            Self::Reserved(key) => write!(
                formatter,
                "the environment variable {key} cannot be set: the prefixes SCF_, QCLOUD_ and \
                 TENCENTCLOUD_ are reserved by the platform"
            ),
            Self::Value(key) => {
                write!(
                    formatter,
                    "the value of the environment variable {key} holds a NUL character"
                )
            }
            Self::TooLarge(bytes) => write!(
                formatter,
                "the environment variables take {bytes} bytes; keys and values together may take {}",
                limits::ENVIRONMENT_BYTES
            ),
        }
    }
}

impl std::error::Error for InvalidEnvironment {}

/// Checks a function's own variables as the platform does.
///
/// # Errors
/// The first rule broken, in the order of the variables.
pub fn check(variables: &IndexMap<String, String>) -> Result<(), InvalidEnvironment> {
    for (key, value) in variables {
        let valid = key.starts_with(|first: char| first.is_ascii_alphabetic())
            && key.chars().all(|each| each.is_ascii_alphanumeric() || each == '_');
        if !valid {
            return Err(InvalidEnvironment::Key(key.clone()));
        }
        if RESERVED_PREFIXES.iter().any(|prefix| key.starts_with(prefix)) {
            return Err(InvalidEnvironment::Reserved(key.clone()));
        }
        if value.contains('\0') {
            return Err(InvalidEnvironment::Value(key.clone()));
        }
    }
    let bytes = variables.iter().map(|(key, value)| key.len() + value.len()).sum();
    if bytes > limits::ENVIRONMENT_BYTES {
        return Err(InvalidEnvironment::TooLarge(bytes));
    }
    Ok(())
}

/// The whole environment of a handler: the platform's variables, then the user's,
/// which win where both set one; or what another platform gave.
///
/// `SCF_RUNTIME` is a guess at the next documented spelling. The credentials
/// (`TENCENTCLOUD_SECRETID` and the like) are absent, as for a function without a role.
pub fn of(function: &Function) -> IndexMap<String, String> {
    if let Some(given) = &function.given_environment {
        return given.clone();
    }
    let mut all: IndexMap<String, String> = platform(function)
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    if function.own_runtime && function.dialect == Dialect::Lambda {
        for (key, value) in [
            ("AWS_LAMBDA_FUNCTION_NAME", function.name.clone()),
            ("AWS_LAMBDA_FUNCTION_VERSION", function.version.clone()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", function.memory_mb.to_string()),
            ("AWS_REGION", function.region.clone()),
        ] {
            all.insert(key.to_owned(), value);
        }
    }
    for (key, value) in &function.environment {
        all.insert(key.clone(), value.clone());
    }
    all
}

/// The user's variables among those of a process that the platform started, by their names: the
/// platform tells them in no other way.
pub fn of_user(all: &IndexMap<String, String>) -> IndexMap<String, String> {
    let function = Function::default();
    let known = platform(&function).map(|(key, _)| key);
    let is_own = |key: &str| {
        key != "_HANDLER"
            && !key.starts_with("KRAIT_")
            && !known.contains(&key)
            && !RESERVED_PREFIXES.iter().any(|prefix| key.starts_with(prefix))
    };
    all.iter()
        .filter(|(key, _)| is_own(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

fn platform(function: &Function) -> [(&'static str, &str); 26] {
    [
        ("TENCENTCLOUD_RUNENV", "SCF"),
        ("TENCENTCLOUD_REGION", &function.region),
        ("TENCENTCLOUD_APPID", &function.appid),
        ("TENCENTCLOUD_UIN", &function.uin),
        ("TENCENTCLOUD_TZ", "UTC"),
        ("SCF_RUNTIME", "Python3.14"),
        ("SCF_FUNCTIONNAME", &function.name),
        ("SCF_FUNCTIONVERSION", &function.version),
        ("SCF_NAMESPACE", &function.namespace),
        ("_SCF_SERVER_PORT", "28902"),
        ("USER_CODE_ROOT", "/var/user/"),
        ("PYTHONDONTWRITEBYTECODE", "x"),
        ("PYTHONPATH", "/var/user:/opt"),
        ("_", "/var/lang/python3/bin/python3"),
        ("PWD", "/var/user"),
        ("HOME", "/home/qcloud"),
        ("USER", "qcloud"),
        ("LOGNAME", "qcloud"),
        ("LANG", "en_US.UTF8"),
        ("LC_ALL", "en_US.UTF8"),
        ("SHELL", "/bin/bash"),
        ("SHLVL", "3"),
        ("HOSTNAME", "krait"),
        // The documents leave it unset, which means UTC there; on a host it would not.
        ("TZ", "UTC"),
        ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        ("LD_LIBRARY_PATH", "/var/runtime/java8:/var/user:/opt"),
    ]
}

/// What a function with its own runtime is told of it and of its code, beyond [`of`]. The runtime
/// API is on loopback.
pub fn of_own_runtime(
    dialect: Dialect,
    handler: &Handler,
    code: &OsStr,
    port: u16,
) -> Vec<(&'static str, OsString)> {
    let api = match dialect {
        Dialect::Scf => vec![
            ("SCF_RUNTIME_API", "127.0.0.1".into()),
            ("SCF_RUNTIME_API_PORT", port.to_string().into()),
        ],
        Dialect::Lambda => vec![
            ("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{port}").into()),
            ("LAMBDA_TASK_ROOT", code.to_owned()),
        ],
    };
    let own = [("_HANDLER", handler.to_string().into()), ("USER_CODE_ROOT", code.to_owned())];
    api.into_iter().chain(own).collect()
}
