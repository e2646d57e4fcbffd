//! The manifests that run a function's image on Kubernetes and on Knative. Their texts are
//! `kubernetes/*.yaml`; what differs from function to function is filled in here.

use super::{image, settings};
use crate::contract::Function;
use std::collections::BTreeMap;

/// What krait itself needs in a container, in MiB: the server, the zygote and what is forked ahead
/// of time. `deploy/measure` measures it.
const BASE: u32 = 96;

/// How long krait may take to end, in seconds, when no call runs any more.
const END: u32 = 5;

/// The pause before SIGTERM, in seconds, as `deployment.yaml` has it.
const PAUSE: u32 = 5;

/// Where a function's image runs, and how.
#[derive(Debug)]
pub struct Container<'a> {
    /// The image's name for the cluster; without one, what [`image::write`] calls it.
    pub image: Option<&'a str>,
    pub port: u16,
    /// Calls that one container answers at once.
    pub concurrency: u32,
    /// How many layers the image has.
    pub layers: usize,
}

/// The manifests for Kubernetes: settings, Deployment, Service, HorizontalPodAutoscaler,
/// PodDisruptionBudget and NetworkPolicy.
pub fn manifests(function: &Function, container: &Container<'_>) -> String {
    filled(include_str!("kubernetes/deployment.yaml"), &values(function, container))
}

/// The manifests for Knative: settings and a Service.
pub fn knative(function: &Function, container: &Container<'_>) -> String {
    filled(include_str!("kubernetes/knative.yaml"), &values(function, container))
}

fn values(function: &Function, container: &Container<'_>) -> BTreeMap<&'static str, String> {
    let image = container.image.map_or_else(|| image::reference(&function.name), str::to_owned);
    let settings = settings::text(function, container.layers, "/function/", false);
    let indented: Vec<String> = settings.trim_end().lines().map(indented).collect();
    let all_instances = container.concurrency.saturating_mul(function.memory_mb);
    let grace = function.timeout_seconds + END;
    BTreeMap::from([
        ("function", function.name.clone()),
        ("name", label(&function.name)),
        // A text in JSON is one in YAML, whatever it contains.
        ("image", serde_json::Value::from(image).to_string()),
        ("settings", indented.join("\n")),
        ("port", container.port.to_string()),
        ("concurrency", container.concurrency.to_string()),
        ("grace", grace.to_string()),
        ("termination", (PAUSE + grace + END).to_string()),
        ("request_timeout", (function.init_timeout_seconds + grace).to_string()),
        ("base", BASE.to_string()),
        ("request", (BASE + function.memory_mb).to_string()),
        ("limit", BASE.saturating_add(all_instances).to_string()),
    ])
}

/// A line of a block of text.
fn indented(line: &str) -> String {
    if line.is_empty() { String::new() } else { format!("    {line}") }
}

/// A function's name as a label of DNS: it has small letters, and no `_`.
fn label(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

/// A text with `${KEY}` replaced. What is filled in is not looked at again.
fn filled(template: &str, values: &BTreeMap<&'static str, String>) -> String {
    let mut parts = template.split("${");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (key, rest) = part.split_once('}').unwrap_or((part, ""));
        text.push_str(values.get(key).map_or("", String::as_str));
        text.push_str(rest);
    }
    text
}
