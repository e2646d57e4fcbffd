//! The faces that speak HTTP. They call the components below, and answer in the form that the
//! caller expects.
//!
//! - [`bodies`]: the memory of what is sent.
//! - [`listener`]: connections, and what bounds them.
//! - [`routes`]: which face a request is for.
//! - [`cloud_api`]: the cloud's own API. [`lambda_api`]: AWS Lambda's `Invoke`. [`triggers`]: function
//!   URLs and the API gateway.
//! - [`metrics`]: counts, for Prometheus. [`page`]: what a person sees in a browser.
//!   [`guard`]: who may use these two.

#![forbid(unsafe_code)]

mod bodies;
pub mod cloud_api;
mod guard;
mod lambda_api;
mod listener;
mod metrics;
mod page;
mod routes;
mod triggers;

pub use listener::{listen, serve};

use crate::{
    platform::{Platform, store::FunctionKey},
    snapshot::heap,
};
use bodies::Bodies;
use cloud_api::signature::Credentials;
use std::{sync::Arc, time::Duration};

/// What every face shares.
pub struct Server {
    pub platform: Platform,
    /// The credentials for the cloud API. Without any, everybody may use it.
    pub credentials: Option<Credentials>,
    /// The function whose URL is at `/`, with nothing else.
    only: Option<FunctionKey>,
    bodies: Bodies,
}

/// How often is looked whether there is memory to be given back.
const GIVEN_BACK_AFTER: Duration = Duration::from_secs(2);

impl Server {
    pub fn new(
        platform: Platform,
        credentials: Option<Credentials>,
        only: Option<FunctionKey>,
    ) -> Self {
        Self { platform, credentials, only, bodies: Bodies::new() }
    }

    /// Whether this node of a cluster takes no requests.
    fn only_works(&self) -> bool {
        self.platform.cluster().is_some_and(|cluster| !cluster.membership().role.serves())
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
