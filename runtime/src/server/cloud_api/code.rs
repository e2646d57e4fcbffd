//! The code in `CreateFunction` and `UpdateFunctionCode`.

use super::{asked, errors::ApiError, parameters::Parameters};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;

/// Sources of code that the platform has and krait has not.
const OTHER_SOURCES: [(&str, &str); 5] = [
    ("CosObjectName", "Cos"),
    ("TempCosObjectName", "TempCos"),
    ("GitUrl", "Git"),
    ("DemoId", "Demo"),
    ("ImageConfig", "Image"),
];

/// Takes the zip from `Code.ZipFile`, or from `ZipFile` if the action has that. It does not check
/// that it is a zip.
///
/// # Errors
/// `MissingParameter.Code`, `InvalidParameterValue.CodeSource`, or
/// `InvalidParameterValue.ZipFileBase64BinasciiError`.
pub(super) async fn take(parameters: &mut Parameters) -> Result<Bytes, ApiError> {
    if let Some(source) = asked::text(parameters, "CodeSource").filter(|name| *name != "ZipFile") {
        return Err(ApiError::code_source_unsupported(source));
    }
    let mut code = parameters.take_object("Code").unwrap_or_default();
    for given in [&code, &*parameters] {
        let other = OTHER_SOURCES.iter().find(|(name, _)| given.values().contains_key(*name));
        if let Some((_, source)) = other {
            return Err(ApiError::code_source_unsupported(source));
        }
    }
    let text = code.take_text("ZipFile").or_else(|| parameters.take_text("ZipFile"));
    let text = text.filter(|text| !text.is_empty()).ok_or_else(ApiError::code_missing)?;
    let decoding = tokio::task::spawn_blocking(move || decoded(text)).await;
    decoding.unwrap_or_else(|_| Err(ApiError::internal()))
}

/// Some encoders break the lines.
fn decoded(mut text: String) -> Result<Bytes, ApiError> {
    text.retain(|each| !each.is_ascii_whitespace());
    STANDARD.decode(text).map(Bytes::from).map_err(ApiError::zip_is_not_base64)
}
