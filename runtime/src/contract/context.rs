//! The `context` argument of a handler (docs/contract.md §1.5).

use super::Function;
use serde::Serialize;

/// The eleven keys of `context`, in the platform's order and with its types.
#[derive(Debug, Clone, Serialize)]
pub struct Context<'a> {
    pub memory_limit_in_mb: u32,
    /// The configured timeout, not the time that remains.
    pub time_limit_in_ms: u32,
    pub request_id: &'a str,
    /// The function's variables as the text of a JSON object.
    pub environment: String,
    /// The function's variables as `key=value` pairs joined by `;`.
    pub environ: String,
    pub function_version: &'a str,
    pub function_name: &'a str,
    pub namespace: &'a str,
    pub tencentcloud_region: &'a str,
    pub tencentcloud_appid: &'a str,
    pub tencentcloud_uin: &'a str,
}

impl<'a> Context<'a> {
    /// The context of one invocation of `function`.
    pub fn new(function: &'a Function, request_id: &'a str) -> Self {
        Self {
            memory_limit_in_mb: function.memory_mb,
            time_limit_in_ms: function.timeout_seconds * 1000,
            request_id,
            environment: environment(function),
            environ: environ(function),
            function_version: &function.version,
            function_name: &function.name,
            namespace: &function.namespace,
            tencentcloud_region: &function.region,
            tencentcloud_appid: &function.appid,
            tencentcloud_uin: &function.uin,
        }
    }

    /// The context as the text of a JSON object.
    pub fn to_json(&self) -> String {
        super::envelope::json_text(self)
    }
}

fn environment(function: &Function) -> String {
    let namespace = ("SCF_NAMESPACE", function.namespace.as_str());
    let own = function.environment.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let pairs: indexmap::IndexMap<&str, &str> = std::iter::once(namespace).chain(own).collect();
    super::envelope::json_text(&pairs)
}

/// The repeated namespace is the platform's. That the user's pairs follow it is a guess: every
/// published sample is of a function without variables.
fn environ(function: &Function) -> String {
    let namespace = format!("SCF_NAMESPACE={}", function.namespace);
    let own = function.environment.iter().map(|(key, value)| format!("{key}={value}"));
    [namespace.clone(), namespace].into_iter().chain(own).collect::<Vec<_>>().join(";")
}
