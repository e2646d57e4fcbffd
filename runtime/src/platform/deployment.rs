//! Putting functions in service, and taking them out.

use super::{
    Platform, Revision, new_request_id, pool::PooledInstance, recorder::Recorder,
    store::FunctionKey,
};
use crate::instance::Request;
use std::sync::Arc;

impl Platform {
    /// Puts a function's code or configuration in service. Running invocations finish on the
    /// revision that they began with.
    pub fn deploy(&self, revision: Revision) -> Arc<Revision> {
        let revision = self.shared.registry.numbered(revision);
        self.put_in_service(revision)
    }

    /// The same, if the revision can be loaded. If it cannot, the previous one keeps serving. The
    /// instance that loaded it serves the first call.
    ///
    /// # Errors
    /// Why it could not be loaded; also noted in the registry.
    pub async fn deploy_loaded(&self, revision: Revision) -> Result<Arc<Revision>, String> {
        let revision = self.shared.registry.numbered(revision);
        match self.loaded(&revision).await {
            Ok(instance) => {
                let revision = self.put_in_service(revision);
                self.shared.pool.adopt(instance);
                Ok(revision)
            }
            Err(problem) => {
                self.shared.registry.set_problem(&revision.key(), problem.clone());
                Err(problem)
            }
        }
    }

    async fn loaded(&self, revision: &Revision) -> Result<PooledInstance, String> {
        let mut instance =
            self.shared.pool.start(revision).await.map_err(|error| error.to_string())?;
        let request_id = new_request_id();
        let memory = revision.function.memory_mb;
        let mut recorder = Recorder::new(&request_id, memory, self.shared.log.clone());
        let request = Request {
            function: &revision.function,
            request_id: &request_id,
            event: b"",
            pull_code: revision.pull_code,
            context: None,
            times_imports: false,
        };
        let loaded = instance.hosted.load(request, &mut recorder).await;
        loaded.map(|()| instance).map_err(|failure| failure.message())
    }

    fn put_in_service(&self, revision: Arc<Revision>) -> Arc<Revision> {
        let key = revision.key();
        let revision = self.shared.registry.deploy(revision);
        self.shared.pool.retire(&key, revision.id);
        revision
    }

    /// Takes a function out of service.
    pub fn withdraw(&self, key: &FunctionKey) {
        self.shared.registry.remove(key, None);
        self.shared.pool.forget(key);
    }
}
