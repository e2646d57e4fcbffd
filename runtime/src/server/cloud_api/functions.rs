//! `CreateFunction`, `UpdateFunctionCode`, `UpdateFunctionConfiguration` and `DeleteFunction`
//! (docs/contract.md §3.5).

use super::{Call, answer, asked, code, errors::ApiError, parameters::Parameters, refusal};
use crate::{
    contract::limits,
    platform::{
        Code, DeadLetter, Platform, Refused, Revision, configuration::Declaration,
        store::FunctionKey,
    },
};
use bytes::Bytes;
use indexmap::IndexMap;
use serde_json::json;
use std::sync::Arc;

/// The only kind of dead letter target that the API may set here. The platform's targets are
/// queues, which krait does not have. Only the host's owner may name a file.
const DEAD_LETTER_TYPE: &str = "Function";

pub(super) async fn create(call: Call<'_>) -> Result<Bytes, ApiError> {
    let Call { platform, request_id, mut parameters } = call;
    let key = asked::function(&parameters)?;
    match asked::text(&parameters, "Type") {
        None | Some("Event") => {}
        Some(_) => {
            return Err(ApiError::type_invalid("krait has functions of the type Event alone"));
        }
    }
    if parameters.switch("AsyncRunEnable")? == Some(true) {
        return Err(ApiError::asynchronous_execution_unsupported());
    }
    parameters.switch("TraceEnable")?;
    let change = Change::take(&mut parameters)?;
    let zip = code::take(&mut parameters).await?;
    let mut declaration =
        Declaration { name: key.name, namespace: Some(key.namespace), ..Declaration::default() };
    change.apply(&mut declaration);
    let created = platform.create_function(declaration, zip).await;
    created.map_err(|error| refusal::refused(platform, error))?;
    Ok(answer::result(request_id, &json!({})))
}

pub(super) async fn update_code(call: Call<'_>) -> Result<Bytes, ApiError> {
    let Call { platform, request_id, mut parameters } = call;
    let key = asked::function(&parameters)?;
    let publish = parameters.switch("Publish")?;
    let handler = asked::text(&parameters, "Handler").map(str::to_owned);
    let zip = code::take(&mut parameters).await?;
    let updated = platform.update_function(&key, Some(zip), |declaration| {
        if handler.is_some() {
            declaration.handler.clone_from(&handler);
        }
    });
    updated.await.map_err(|error| refusal::refused(platform, error))?;
    published(platform, request_id, &key, publish).await
}

pub(super) async fn update_configuration(call: Call<'_>) -> Result<Bytes, ApiError> {
    let Call { platform, request_id, mut parameters } = call;
    let key = asked::function(&parameters)?;
    let publish = parameters.switch("Publish")?;
    let change = Change::take(&mut parameters)?;
    let updated = platform.update_function(&key, None, |declaration| change.apply(declaration));
    updated.await.map_err(|error| refusal::refused(platform, error))?;
    published(platform, request_id, &key, publish).await
}

pub(super) async fn delete(call: Call<'_>) -> Result<Bytes, ApiError> {
    let Call { platform, request_id, parameters } = &call;
    let key = asked::function(parameters)?;
    let version = asked::text(parameters, "Qualifier");
    let version = version.map(|text| text.parse().map_err(|_| text)).transpose();
    let version = version.map_err(|text| ApiError::invalid_value("Qualifier", text))?;
    let deleted = platform.delete_function(&key, version).await;
    deleted.map_err(|error| refusal::refused(platform, error))?;
    Ok(answer::result(request_id, &json!({})))
}

/// The revision that `Qualifier` names.
///
/// # Errors
/// `ResourceNotFound.FunctionName` or `.FunctionVersion`, or
/// `FailedOperation.FunctionStatusError` while there is no `$LATEST`.
pub(super) fn revision(
    platform: &Platform,
    key: &FunctionKey,
    parameters: &Parameters,
) -> Result<Arc<Revision>, ApiError> {
    let qualifier = asked::text(parameters, "Qualifier").unwrap_or_default();
    platform.registry().resolve(key, qualifier).map_err(|refused| match refused {
        Refused::NoFunction(_) => ApiError::function_not_found(&key.name),
        Refused::NoQualifier { qualifier, .. } => ApiError::version_not_found(&qualifier),
        _ => ApiError::function_not_ready(&key.name, "CreateFailed"),
    })
}

/// The size of a function's zip in bytes. For a folder it is not computed.
pub(super) fn code_size(revision: &Revision) -> u64 {
    match revision.code {
        Code::Stored { bytes, .. } => bytes,
        Code::Path(_) => 0,
    }
}

/// A dead letter target as the API shows it.
pub(super) fn dead_letter(target: &DeadLetter) -> serde_json::Value {
    match target {
        DeadLetter::Function(name) => json!({ "Type": DEAD_LETTER_TYPE, "Name": name }),
        DeadLetter::File(path) => json!({ "Type": "File", "Name": path.display().to_string() }),
    }
}

/// Answers an update, which may also publish.
async fn published(
    platform: &Platform,
    request_id: &str,
    key: &FunctionKey,
    publish: Option<bool>,
) -> Result<Bytes, ApiError> {
    if publish == Some(true) {
        let published = platform.publish_version(key, None).await;
        published.map_err(|error| refusal::refused(platform, error))?;
    }
    Ok(answer::result(request_id, &json!({})))
}

/// Applies the given parameters to a function's configuration. The rest stays as it is.
#[derive(Default)]
struct Change {
    handler: Option<String>,
    description: Option<String>,
    runtime: Option<String>,
    memory: Option<u32>,
    timeout: Option<u32>,
    init_timeout: Option<u32>,
    environment: Option<IndexMap<String, String>>,
    dead_letter: Option<DeadLetter>,
}

impl Change {
    fn take(parameters: &mut Parameters) -> Result<Self, ApiError> {
        refuse_layers(parameters)?;
        let owned = |name: &str| asked::text(parameters, name).map(str::to_owned);
        Ok(Self {
            handler: owned("Handler"),
            // An empty description is one, too.
            description: parameters.text("Description").map(str::to_owned),
            runtime: owned("Runtime"),
            memory: parameters.natural("MemorySize")?,
            timeout: parameters.natural("Timeout")?,
            init_timeout: parameters.natural("InitTimeout")?,
            environment: environment(parameters)?,
            dead_letter: dead_letter_target(parameters)?,
        })
    }

    fn apply(&self, declaration: &mut Declaration) {
        fn set<T: Clone>(place: &mut Option<T>, given: &Option<T>) {
            if given.is_some() {
                place.clone_from(given);
            }
        }
        set(&mut declaration.handler, &self.handler);
        set(&mut declaration.description, &self.description);
        set(&mut declaration.runtime, &self.runtime);
        set(&mut declaration.memory, &self.memory);
        set(&mut declaration.timeout, &self.timeout);
        set(&mut declaration.init_timeout, &self.init_timeout);
        set(&mut declaration.dead_letter, &self.dead_letter);
        if let Some(environment) = &self.environment {
            declaration.environment.clone_from(environment);
        }
    }
}

/// krait stores no layers, so a named layer is never found.
fn refuse_layers(parameters: &mut Parameters) -> Result<(), ApiError> {
    let layers = parameters.take_objects("Layers").unwrap_or_default();
    if layers.len() > limits::LAYERS {
        let problem = format!("a function has at most {} layers", limits::LAYERS);
        return Err(ApiError::too_many_layers(problem));
    }
    match layers.first() {
        Some(layer) => {
            let version = layer.integer("LayerVersion").unwrap_or_default();
            Err(ApiError::layer_not_found(layer.required_text("LayerName")?, version))
        }
        None => Ok(()),
    }
}

fn environment(parameters: &mut Parameters) -> Result<Option<IndexMap<String, String>>, ApiError> {
    let Some(mut given) = parameters.take_object("Environment") else { return Ok(None) };
    let mut variables = IndexMap::new();
    for mut variable in given.take_objects("Variables").unwrap_or_default() {
        let key = variable.take_required_text("Key")?;
        let value = variable.take_required_text("Value")?;
        if variables.insert(key.clone(), value).is_some() {
            return Err(ApiError::environment_invalid(format!("{key} is given twice")));
        }
    }
    Ok(Some(variables))
}

fn dead_letter_target(parameters: &mut Parameters) -> Result<Option<DeadLetter>, ApiError> {
    let Some(mut given) = parameters.take_object("DeadLetterConfig") else { return Ok(None) };
    if given.required_text("Type")? != DEAD_LETTER_TYPE {
        let problem = "krait sends dead letters to functions alone: give the Type Function, and \
                       the Name of a function in the same namespace";
        return Err(ApiError::dead_letter_invalid(problem));
    }
    Ok(Some(DeadLetter::Function(given.take_required_text("Name")?)))
}
