//! Why a function or namespace was not made, changed or deleted.

use crate::{
    contract::{limits, names},
    platform::{
        cluster::ClusterError,
        configuration::ConfigurationError,
        store::{FunctionKey, StoreError},
    },
};
use std::fmt;

/// A change that was not made.
#[derive(Debug)]
pub enum ManagementError {
    NoFunction(FunctionKey),
    NoVersion {
        key: FunctionKey,
        version: u32,
    },
    NoNamespace(String),
    FunctionExists(FunctionKey),
    NamespaceExists(String),
    /// The namespace to delete has functions.
    NamespaceInUse(String),
    /// The default namespace cannot be deleted.
    DefaultNamespace,
    NamespaceName(names::InvalidName),
    /// The function comes from a folder, a template or `krait.toml`. The API does not change those.
    OfProject(FunctionKey),
    /// The function has no code or configuration that could be changed.
    NotActive(FunctionKey),
    /// The namespace has its maximum of functions.
    TooManyFunctions(String),
    TooManyNamespaces,
    /// The function has its maximum of versions.
    TooManyVersions(FunctionKey),
    /// The function's declaration is invalid, or its code cannot be opened.
    Function(ConfigurationError),
    Store(StoreError),
}

impl ManagementError {
    /// Whether another node of the cluster made a change to the same at the same time.
    pub(super) fn is_overtaken(&self) -> bool {
        matches!(self, Self::Store(StoreError::Cluster(ClusterError::Changed { .. })))
    }
}

impl fmt::Display for ManagementError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFunction(key) => {
                write!(formatter, "there is no function {} in {}", key.name, key.namespace)
            }
            Self::NoVersion { key, version } => {
                write!(formatter, "the function {} has no version {version}", key.name)
            }
            Self::NoNamespace(name) => write!(formatter, "there is no namespace {name}"),
            Self::FunctionExists(key) => {
                write!(formatter, "there is a function {} in {}", key.name, key.namespace)
            }
            Self::NamespaceExists(name) => write!(formatter, "there is a namespace {name}"),
            Self::NamespaceInUse(name) => {
                write!(formatter, "the namespace {name} has functions; delete them first")
            }
            Self::DefaultNamespace => formatter.write_str("the default namespace stays"),
            Self::NamespaceName(error) => error.fmt(formatter),
            Self::OfProject(key) => {
                write!(formatter, "the function {} is the project's; change it there", key.name)
            }
            Self::NotActive(key) => write!(formatter, "the function {} has no code", key.name),
            Self::TooManyFunctions(namespace) => write!(
                formatter,
                "the namespace {namespace} has {} functions, and may not have more",
                limits::FUNCTIONS
            ),
            Self::TooManyNamespaces => {
                write!(formatter, "there are {} namespaces already", limits::NAMESPACES)
            }
            Self::TooManyVersions(key) => write!(
                formatter,
                "the function {} has {} versions, and may not have more",
                key.name,
                limits::VERSIONS
            ),
            Self::Function(error) => error.fmt(formatter),
            Self::Store(error) => error.fmt(formatter),
        }
    }
}

impl std::error::Error for ManagementError {}

impl From<StoreError> for ManagementError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
