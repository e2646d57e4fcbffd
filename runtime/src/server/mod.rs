//! The faces that speak HTTP. They call the components below, and answer in the form that the
//! caller expects.
//!
//! - [`authorization`]: what the signatures of both APIs have in common.
//! - [`bodies`]: the memory of what is sent.
//! - [`listener`]: connections, and what bounds them. [`places`]: how many there may be.
//! - [`routes`]: which face a request is for.
//! - [`cloud_api`]: the cloud's own API. [`lambda_api`]: AWS Lambda's `Invoke`. [`triggers`]: function
//!   URLs and the API gateway.
//! - [`metrics`]: counts, for Prometheus. [`page`]: what a person sees in a browser.
//!   [`guard`]: who may use these two.

#![forbid(unsafe_code)]

mod authorization;
mod bodies;
pub mod cloud_api;
mod exchange;
mod guard;
mod lambda_api;
mod listener;
mod metrics;
mod page;
mod percent;
mod places;
mod routes;
mod triggers;

pub use listener::{listen, serve};

use crate::{
    heap,
    platform::{Platform, store::FunctionKey},
};
use bodies::Bodies;
use cloud_api::signature::Credentials;
use std::{sync::Arc, time::Duration};

/// What every face shares.
pub struct Server {
    pub platform: Platform,
    /// The credentials for the cloud API. Without any, everybody may use it.
    pub credentials: Option<Credentials>,
    faces: Faces,
    bodies: Bodies,
}

/// What is served at an address, with `/healthz` and `/readyz`.
#[derive(Debug, Clone)]
pub enum Faces {
    /// Everything, each at its own path.
    All,
    /// The URL of one function, at every other path.
    Url(FunctionKey),
    /// The metrics, for an address that callers of functions need not reach.
    Metrics,
    /// The metrics, at a node of a cluster that takes no requests.
    Worker,
}

/// How often is looked whether there is memory to be given back.
const GIVEN_BACK_AFTER: Duration = Duration::from_secs(2);

impl Server {
    pub fn new(platform: Platform, credentials: Option<Credentials>, faces: Faces) -> Self {
        Self { platform, credentials, faces, bodies: Bodies::new() }
    }

    /// Gives memory back to the system after floods, as long as it is waited for.
    pub async fn give_memory_back(self: Arc<Self>) {
        loop {
            tokio::time::sleep(GIVEN_BACK_AFTER).await;
            if self.bodies.was_flooded() {
                let _ = tokio::task::spawn_blocking(heap::give_back).await;
            }
        }
    }
}
