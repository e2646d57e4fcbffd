//! `CreateNamespace`, `ListNamespaces` and `DeleteNamespace` (docs/contract.md §3.5).

use super::{Call, answer, asked, errors::ApiError, refusal};
use crate::platform::store::Namespace;
use bytes::Bytes;
use serde_json::{Value, json};

/// How many namespaces a page may have: a guess.
const LARGEST_PAGE: u32 = 100;

pub(super) async fn create(call: Call<'_>) -> Result<Bytes, ApiError> {
    let Call { platform, request_id, mut parameters } = call;
    let name = parameters.take_required_text("Namespace")?;
    if name == "default" {
        return Err(ApiError::default_namespace_is_there());
    }
    let description = parameters.take_text("Description").unwrap_or_default();
    let created = platform.create_namespace(name, description).await;
    created.map_err(|error| refusal::refused(platform, error))?;
    Ok(answer::result(request_id, &json!({})))
}

pub(super) async fn list(call: Call<'_>) -> Result<Bytes, ApiError> {
    let Call { platform, request_id, mut parameters } = call;
    let page = asked::page(&parameters, LARGEST_PAGE)?;
    let descending = asked::descending(&parameters)?.unwrap_or(false);
    let by_time = match asked::text(&parameters, "Orderby") {
        None | Some("Name") => false,
        Some("Updatetime") => true,
        Some(_) => return Err(ApiError::order_by_invalid("Orderby", "it is Name or Updatetime")),
    };
    let found = platform.namespaces().await;
    let mut found = found.map_err(|error| refusal::unread(platform, error))?;
    for search in parameters.take_objects("SearchKey").unwrap_or_default() {
        let value = search.required_text("Value")?;
        match search.required_text("Key")? {
            "Namespace" => found.retain(|each| each.name.contains(value)),
            "Description" => found.retain(|each| each.description.contains(value)),
            other => return Err(ApiError::invalid_value(&search.path("Key"), other)),
        }
    }
    if by_time {
        found.sort_by_key(|each| each.modified_at);
    }
    if descending {
        found.reverse();
    }
    let total = found.len();
    let shown: Vec<Value> = asked::part(found, page).map(|each| shown(&each)).collect();
    Ok(answer::result(request_id, &json!({ "Namespaces": shown, "TotalCount": total })))
}

pub(super) async fn delete(call: Call<'_>) -> Result<Bytes, ApiError> {
    let Call { platform, request_id, mut parameters } = call;
    let name = parameters.take_required_text("Namespace")?;
    let deleted = platform.delete_namespace(name).await;
    deleted.map_err(|error| refusal::refused(platform, error))?;
    Ok(answer::result(request_id, &json!({})))
}

fn shown(namespace: &Namespace) -> Value {
    json!({
        "Name": namespace.name,
        "Description": namespace.description,
        "AddTime": asked::shown(namespace.created_at),
        "ModTime": asked::shown(namespace.modified_at),
        "Type": "default",
    })
}
