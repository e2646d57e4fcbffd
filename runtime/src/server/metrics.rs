//! `/metrics`, in Prometheus's text format: the [`Counts`](crate::platform::counts), and gauges at
//! the moment of the scrape.

use super::{
    Server,
    exchange::{Answer, method_not_allowed, text, typed},
    guard,
};
use crate::{
    instance::resident_bytes,
    platform::{
        InstanceState, ShownInstance,
        cluster::Cluster,
        counts::{BOUNDS, Counted, Histogram},
        store::FunctionKey,
    },
};
use http::{Method, StatusCode, request::Parts};
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, MetricEncoder, prometheus_text},
    metrics::MetricType,
    registry::Registry,
};
use std::{collections::BTreeMap, fmt};

/// The text format's version, which Prometheus requires.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Answers a scrape. It requires the credentials, if there are any, because names of functions and
/// their use are private.
pub(super) async fn answer(server: &Server, head: &Parts) -> Answer {
    if let Err(refusal) = guard::credentials(server, head) {
        return refusal.into();
    }
    if !matches!(head.method, Method::GET | Method::HEAD) {
        return method_not_allowed(&head.method, "GET, HEAD");
    }
    let platform = &server.platform;
    let scrape = Scrape {
        counts: platform.counts().all(),
        instances: platform.instances(),
        waiting: platform.waiting(),
        queued: platform.queued().await.ok(),
        lost_records: platform.lost_records(),
        node: platform.cluster().map(Node::of),
    };
    // On another thread, because it reads a file for each instance.
    let written = tokio::task::spawn_blocking(move || scrape.text()).await;
    match written {
        Ok(Ok(body)) => typed(StatusCode::OK, CONTENT_TYPE, body),
        _ => text(StatusCode::INTERNAL_SERVER_ERROR, "the metrics could not be written\n"),
    }
}

/// The data of one scrape.
#[derive(Debug)]
struct Scrape {
    counts: Vec<(FunctionKey, Counted)>,
    instances: Vec<ShownInstance>,
    waiting: usize,
    /// None if the store could not be read.
    queued: Option<u64>,
    lost_records: u64,
    node: Option<Node>,
}

/// This node of a cluster.
#[derive(Debug)]
struct Node {
    name: String,
    role: &'static str,
    is_connected: bool,
    redelivered: u64,
}

impl Node {
    fn of(cluster: &Cluster) -> Self {
        let membership = cluster.membership();
        Self {
            name: membership.node.clone(),
            role: membership.role.name(),
            is_connected: cluster.is_connected(),
            redelivered: cluster.redelivered(),
        }
    }
}

impl Scrape {
    fn text(self) -> Result<String, fmt::Error> {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(self));
        let mut text = String::new();
        prometheus_text::encode(&mut text, &registry)?;
        Ok(text)
    }
}

// The crate's own counters would duplicate the platform's counts.
impl Collector for Scrape {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        self.build(&mut encoder)?;
        self.invocations(&mut encoder)?;
        self.instances(&mut encoder)?;
        self.memory(&mut encoder)?;
        self.waiting(&mut encoder)?;
        self.node(&mut encoder)
    }
}

impl Scrape {
    fn build(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help = "The krait that runs.";
        let mut metric = encoder.encode_descriptor("krait_build", help, None, MetricType::Info)?;
        metric.encode_info(&[("version", env!("CARGO_PKG_VERSION"))])
    }

    fn node(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let Some(node) = &self.node else { return Ok(()) };
        let help = "This node of the cluster.";
        let mut metric = encoder.encode_descriptor("krait_node", help, None, MetricType::Info)?;
        metric.encode_info(&[("node", node.name.as_str()), ("role", node.role)])?;
        let help = "Whether this node is connected to the cluster's servers.";
        gauge(encoder, "krait_cluster_connected", help, Some(u64::from(node.is_connected)))?;
        let help =
            "Events that came to this node after they had come to a node that did not end them.";
        let name = "krait_redelivered_events";
        let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        count_of(&mut metric, node.redelivered)
    }

    fn invocations(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Invocations that ended, by the platform's status code (200 where the function \
                    returned).";
        let name = "krait_invocations";
        let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (key, counted) in &self.counts {
            for (code, count) in &counted.invocations {
                let code = code.to_string();
                let [namespace, function] = labels(key);
                let labels = [namespace, function, ("status_code", code.as_str())];
                count_of(&mut metric.encode_family(&labels)?, *count)?;
            }
        }
        let help = "From a call to its answer, its wait for an instance included.";
        self.histogram(encoder, "krait_invocation_duration_seconds", help, |each| &each.durations)?;
        let help = "The same, of calls that had a new instance started for them.";
        self.histogram(encoder, "krait_cold_start_duration_seconds", help, |each| &each.cold_starts)
    }

    fn histogram(
        &self,
        encoder: &mut DescriptorEncoder<'_>,
        name: &str,
        help: &str,
        of: impl Fn(&Counted) -> &Histogram,
    ) -> fmt::Result {
        let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Histogram)?;
        for (key, counted) in &self.counts {
            let histogram = of(counted);
            let bounds = BOUNDS.into_iter().chain([f64::INFINITY]);
            let buckets: Vec<(f64, u64)> = bounds.zip(histogram.counts).collect();
            let labels = labels(key);
            metric.encode_family(&labels)?.encode_histogram::<[(&str, &str); 0]>(
                histogram.sum,
                histogram.counts.iter().sum(),
                &buckets,
                None,
            )?;
        }
        Ok(())
    }

    fn instances(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let mut counts: BTreeMap<(&FunctionKey, &str), u64> = BTreeMap::new();
        for instance in &self.instances {
            for state in [InstanceState::Idle, InstanceState::Busy] {
                let count = counts.entry((&instance.key, state_label(state))).or_default();
                *count += u64::from(instance.state == state);
            }
        }
        let help = "Instances that are kept warm (idle) or run an invocation (busy).";
        let name = "krait_instances";
        let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for ((key, state), count) in counts {
            let [namespace, function] = labels(key);
            let labels = [namespace, function, ("state", state)];
            metric.encode_family(&labels)?.encode_gauge(&count)?;
        }
        Ok(())
    }

    /// Resident sets, which are cheap to read. Instances share most of their pages with the zygote,
    /// so the sum is more than the memory in use.
    fn memory(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let own = i32::try_from(std::process::id()).ok().and_then(|id| resident_bytes(id, &[], 0));
        let help = "Resident memory of the server's own process.";
        gauge(encoder, "krait_server_resident_bytes", help, own)?;
        let mut resident: BTreeMap<&FunctionKey, u64> = BTreeMap::new();
        for instance in &self.instances {
            // An instance that has ended meanwhile has none.
            let bytes = resident_bytes(instance.process, &[], 0).unwrap_or_default();
            *resident.entry(&instance.key).or_default() += bytes;
        }
        let help = "Resident memory of instances; pages that they share are counted for each.";
        let name = "krait_instances_resident_bytes";
        let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for (key, bytes) in resident {
            metric.encode_family(&labels(key))?.encode_gauge(&bytes)?;
        }
        Ok(())
    }

    fn waiting(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Calls that wait for an instance.";
        gauge(encoder, "krait_waiting_calls", help, u64::try_from(self.waiting).ok())?;
        let help = "Asynchronous events that wait for an attempt.";
        gauge(encoder, "krait_queued_events", help, self.queued)?;
        let help = "Records of invocations, with their logs, that could not be kept.";
        let name = "krait_lost_records";
        let mut metric = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
        count_of(&mut metric, self.lost_records)
    }
}

fn labels(key: &FunctionKey) -> [(&'static str, &str); 2] {
    [("namespace", &key.namespace), ("function", &key.name)]
}

fn state_label(state: InstanceState) -> &'static str {
    match state {
        InstanceState::Idle => "idle",
        InstanceState::Busy => "busy",
    }
}

fn count_of(metric: &mut MetricEncoder<'_>, count: u64) -> fmt::Result {
    metric.encode_counter::<[(&str, &str); 0], _, f64>(&count, None)
}

/// A gauge without labels, left out if its value is unknown.
fn gauge(
    encoder: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    value: Option<u64>,
) -> fmt::Result {
    let Some(value) = value else { return Ok(()) };
    encoder.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(&value)
}
