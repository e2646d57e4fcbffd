//! The connection to the servers. The client connects again by itself; this tells of it.

use super::{ClusterError, Membership, address::Credentials};
use crate::platform::log::Log;
use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event, connection::State};
use std::{error::Error, time::Duration};
use tokio::sync::watch;

/// How long the first connection may take.
const CONNECTED_WITHIN: Duration = Duration::from_secs(5);

/// How often the servers are asked whether they are there. Two answers may be missing.
const PING_INTERVAL: Duration = Duration::from_secs(5);

pub(super) struct Link {
    client: Client,
    /// How often a connection was made.
    connections: watch::Receiver<u64>,
}

impl Link {
    /// # Errors
    /// [`ClusterError`]: no server answers, or none that takes this node.
    pub(super) async fn connect(membership: &Membership, log: Log) -> Result<Self, ClusterError> {
        let servers = membership.servers.to_string();
        let (connected, connections) = watch::channel(0_u64);
        let names = servers.clone();
        let told = move |event: Event| {
            let again = matches!(event, Event::Connected) && *connected.borrow() > 0;
            match &event {
                Event::Connected => connected.send_modify(|count| *count += 1),
                Event::Disconnected => log.note(&format!(
                    "the connection to the cluster at {names} is lost: asynchronous calls are \
                     refused until it is back"
                )),
                Event::ServerError(error) => log.note(&format!("the cluster says: {error}")),
                Event::SlowConsumer(_)
                | Event::LameDuckMode
                | Event::Draining
                | Event::Closed
                | Event::ClientError(_) => {}
            }
            if again {
                log.note(&format!("the connection to the cluster at {names} is back"));
            }
            std::future::ready(())
        };
        let mut options = ConnectOptions::new()
            .name(format!("krait {}", membership.node))
            .connection_timeout(CONNECTED_WITHIN)
            .ping_interval(PING_INTERVAL)
            .max_reconnects(None)
            .event_callback(told);
        options = match membership.servers.credentials().clone() {
            Credentials::None => options,
            Credentials::Token(token) => options.token(token),
            Credentials::User { name, password } => options.user_and_password(name, password),
        };
        let client = options.connect(membership.servers.addresses()).await;
        let client = client.map_err(|error| match error.kind() {
            ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => {
                ClusterError::NotAdmitted { servers: servers.clone() }
            }
            kind => {
                let reason = error.source().map_or_else(|| kind.to_string(), ToString::to_string);
                ClusterError::Unreachable { servers: servers.clone(), reason }
            }
        })?;
        Ok(Self { client, connections })
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn is_up(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    /// Tells when a connection was made anew.
    pub(super) fn connections(&self) -> watch::Receiver<u64> {
        self.connections.clone()
    }
}
