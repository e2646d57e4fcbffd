//! The faces that speak HTTP. They call the components below, and answer in the form that the
//! caller expects.
//!
//! - [`listener`]: connections, and what bounds them.
//! - [`routes`]: which face a request is for.
//! - [`cloud_api`]: the cloud's own API. [`triggers`]: function URLs and the API gateway.
//! - [`metrics`]: counts, for Prometheus. [`page`]: what a person sees in a browser.
//!   [`guard`]: who may use these two.

pub mod cloud_api;
mod guard;
mod listener;
mod metrics;
mod page;
mod routes;
mod triggers;

pub use listener::{listen, serve};

use crate::platform::Platform;
use cloud_api::signature::Credentials;

/// What every face shares.
pub struct Server {
    pub platform: Platform,
    /// The credentials for the cloud API. Without any, everybody may use it.
    pub credentials: Option<Credentials>,
}
