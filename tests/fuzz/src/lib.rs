//! The cloud API's form, compiled by itself: these modules need nothing else of krait.

#[path = "../../../runtime/src/server/cloud_api/actions/mod.rs"]
pub mod actions;
#[path = "../../../runtime/src/server/cloud_api/errors/mod.rs"]
pub mod errors;
#[path = "../../../runtime/src/server/cloud_api/parameters.rs"]
pub mod parameters;
#[path = "../../../runtime/src/server/cloud_api/shape.rs"]
pub mod shape;
#[path = "../../../runtime/src/server/cloud_api/signature/mod.rs"]
pub mod signature;
#[path = "../../../runtime/src/server/cloud_api/wire.rs"]
pub mod wire;

#[path = "../../../runtime/src/server/cloud_api/form.rs"]
mod form;
#[path = "../../../runtime/src/server/cloud_api/json.rs"]
mod json;
