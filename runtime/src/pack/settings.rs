//! What a packed function is called and how it runs: a `krait.toml` of one function, for
//! `krait serve --config`.

use crate::contract::Function;
use indexmap::IndexMap;
use serde::Serialize;
use std::collections::BTreeMap;

/// The file's name beside the folders `code` and `layers`.
pub(super) const FILE: &str = "krait.toml";

#[derive(Serialize)]
struct Settings<'a> {
    functions: BTreeMap<&'a str, Declared<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Declared<'a> {
    code: String,
    handler: String,
    namespace: &'a str,
    region: &'a str,
    memory: u32,
    timeout: u32,
    init_timeout: u32,
    layers: Vec<String>,
    environment: &'a IndexMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshot: Option<&'a str>,
}

/// The text of the file for a function with so many layers. `code` and `layers` are in `folder`, which
/// ends with `/`, or is empty where they are beside the file. With `loads_once`, its instances are forked from
/// one that has loaded it.
pub(super) fn text(function: &Function, layers: usize, folder: &str, loads_once: bool) -> String {
    let declared = Declared {
        code: format!("{folder}code"),
        handler: function.handler.to_string(),
        namespace: &function.namespace,
        region: &function.region,
        memory: function.memory_mb,
        timeout: function.timeout_seconds,
        init_timeout: function.init_timeout_seconds,
        layers: (0..layers).map(|number| format!("{folder}layers/{number}")).collect(),
        environment: &function.environment,
        snapshot: loads_once.then_some("init"),
    };
    let settings = Settings { functions: BTreeMap::from([(function.name.as_str(), declared)]) };
    // Texts, numbers and lists of them can always be written.
    toml::to_string_pretty(&settings).unwrap_or_default()
}
