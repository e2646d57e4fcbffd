//! `krait k8s`.

use super::{
    Fatal,
    options::{Cluster, KubernetesArguments},
    pack::{self, Chosen},
};
use crate::pack::kubernetes::{self, Container};

/// Calls that one container answers at once, if nobody says.
const CONCURRENCY: u32 = 10;

/// Prints the manifests of a function.
pub(super) fn run(arguments: &KubernetesArguments) -> Result<u8, Fatal> {
    let Chosen { function, package, concurrency, .. } =
        Chosen::of(arguments.code.as_deref(), &arguments.function)?;
    pack::check_name(&function)?;
    let concurrency = concurrency.and_then(|count| u32::try_from(count).ok());
    let container = Container {
        image: arguments.image.as_deref(),
        port: arguments.port,
        concurrency: arguments.concurrency.or(concurrency).unwrap_or(CONCURRENCY),
        layers: package.paths.layers.len(),
    };
    let text = match arguments.place {
        Cluster::Kubernetes => kubernetes::manifests(&function, &container),
        Cluster::Knative => kubernetes::knative(&function, &container),
    };
    print!("{text}");
    Ok(0)
}
