//! Errors of the cluster's servers.

use std::fmt;

/// What went wrong between this node and the NATS servers. It can be cloned, as the store's errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClusterError {
    /// The text of `--cluster` names no server.
    Address { text: String, reason: &'static str },
    /// When starting: no server answers there.
    Unreachable { servers: String, reason: String },
    /// When starting: the server does not take the user, the password or the token.
    NotAdmitted { servers: String },
    /// When starting: the server keeps nothing, or less than krait needs.
    Unfit { servers: String, reason: String },
    /// The servers are away: nothing was kept. An event that was sent just before may be kept all
    /// the same.
    Away { reason: String },
    /// The queue or the servers' disks are full: nothing was kept.
    Full { reason: String },
    /// Another node changed the same function or namespace at the same time: nothing was kept.
    Changed { key: String },
    /// A newer krait has written it, with what this one would lose: nothing was kept.
    Newer { key: String },
    /// What came from the servers is not what was sent there.
    Damaged { what: String },
}

impl fmt::Display for ClusterError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address { text, reason } => write!(
                formatter,
                "--cluster {text:?} names no server: {reason}; an example is \
                 nats://user:password@10.0.0.1:4222"
            ),
            Self::Unreachable { servers, reason } => write!(
                formatter,
                "no NATS server answers at {servers}: {reason}; start one with `nats-server -js`, \
                 or name another with --cluster"
            ),
            Self::NotAdmitted { servers } => write!(
                formatter,
                "the NATS server at {servers} refuses the credentials in --cluster; give them as \
                 nats://user:password@host or nats://token@host"
            ),
            Self::Unfit { servers, reason } => {
                write!(formatter, "the NATS server at {servers} cannot be used: {reason}")
            }
            Self::Away { reason } => {
                write!(formatter, "the cluster's servers do not answer: {reason}")
            }
            Self::Full { reason } => {
                write!(formatter, "the cluster's servers have no room: {reason}")
            }
            Self::Changed { key } => {
                write!(formatter, "another node has changed {key} at the same time")
            }
            Self::Newer { key } => write!(
                formatter,
                "a newer krait has written {key}, and this one cannot read it; change it at a node of \
                 that version"
            ),
            Self::Damaged { what } => write!(formatter, "{what} is not what was stored"),
        }
    }
}

impl std::error::Error for ClusterError {}
