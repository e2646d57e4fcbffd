//! `PublishVersion` and `ListVersionByFunction` (docs/contract.md §3.5).

use super::{Call, answer, asked, errors::ApiError, functions, refusal};
use crate::platform::Revision;
use bytes::Bytes;
use serde_json::{Value, json};
use std::sync::Arc;

/// How many versions a page may have: a guess.
const LARGEST_PAGE: u32 = 100;

pub(super) async fn publish(call: Call<'_>) -> Result<Bytes, ApiError> {
    let Call { platform, request_id, mut parameters } = call;
    let key = asked::function(&parameters)?;
    let published = platform.publish_version(&key, parameters.take_text("Description")).await;
    let revision = published.map_err(|error| refusal::refused(platform, error))?;
    let result = json!({
        "FunctionVersion": revision.function.version,
        "CodeSize": functions::code_size(&revision),
        "MemorySize": revision.function.memory_mb,
        "Description": revision.settings.description,
        "Handler": revision.function.handler.to_string(),
        "Timeout": revision.function.timeout_seconds,
        "Runtime": revision.settings.runtime,
        "Namespace": revision.function.namespace,
    });
    Ok(answer::result(request_id, &result))
}

/// Without an order, `$LATEST` comes first and then the numbers: a guess.
pub(super) async fn list(call: Call<'_>) -> Result<Bytes, ApiError> {
    let Call { platform, request_id, parameters } = &call;
    let key = asked::function(parameters)?;
    let page = asked::page(parameters, LARGEST_PAGE)?;
    let descending = asked::descending(parameters)?.unwrap_or(false);
    let time: fn(&Arc<Revision>) -> i64 = match asked::text(parameters, "OrderBy") {
        None | Some("AddTime") => |revision| revision.created_at,
        Some("ModTime") => |revision| revision.modified_at,
        Some(_) => return Err(ApiError::order_by_invalid("OrderBy", "it is AddTime or ModTime")),
    };
    let deployed = platform.registry().get(&key);
    let deployed = deployed.ok_or_else(|| ApiError::function_not_found(&key.name))?;
    let mut found: Vec<_> =
        deployed.latest.into_iter().chain(deployed.versions.into_values()).collect();
    found.sort_by_key(time);
    if descending {
        found.reverse();
    }
    let total = found.len();
    let found: Vec<_> = asked::part(found, page).collect();
    let names: Vec<&str> = found.iter().map(|each| each.function.version.as_str()).collect();
    let versions: Vec<Value> = found.iter().map(|each| shown(each)).collect();
    let result = json!({ "FunctionVersion": names, "Versions": versions, "TotalCount": total });
    Ok(answer::result(request_id, &result))
}

fn shown(revision: &Revision) -> Value {
    json!({
        "Version": revision.function.version,
        "Description": revision.settings.description,
        "AddTime": asked::shown(revision.created_at),
        "ModTime": asked::shown(revision.modified_at),
        "Status": "Active",
    })
}
