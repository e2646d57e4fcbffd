//! The API's errors for the platform's refusals.

use super::errors::ApiError;
use crate::{
    contract::environment::InvalidEnvironment,
    package::{self, PackageError},
    platform::{
        InvalidFunction, ManagementError, Platform,
        configuration::ConfigurationError,
        store::{FunctionKey, StoreError},
    },
};
use std::fmt::Display;

/// A change that was not made.
pub(super) fn refused(platform: &Platform, error: ManagementError) -> ApiError {
    match error {
        ManagementError::NoFunction(key) => ApiError::function_not_found(&key.name),
        ManagementError::NoVersion { version, .. } => {
            ApiError::version_not_found(&version.to_string())
        }
        ManagementError::NoNamespace(name) => ApiError::namespace_not_found(&name),
        ManagementError::FunctionExists(key) => ApiError::function_exists(&key.name),
        ManagementError::NamespaceExists(name) => ApiError::namespace_exists(&name),
        ManagementError::NamespaceInUse(name) => ApiError::namespace_in_use(&name),
        ManagementError::DefaultNamespace => ApiError::default_namespace_stays(),
        ManagementError::NamespaceName(error) => ApiError::namespace_invalid(error),
        ManagementError::OfProject(FunctionKey { name, .. }) => {
            ApiError::function_of_project(&name)
        }
        ManagementError::NotActive(key) => ApiError::function_not_ready(&key.name, "CreateFailed"),
        error @ ManagementError::TooManyFunctions(_) => ApiError::too_many_functions(error),
        error @ ManagementError::TooManyNamespaces => ApiError::too_many_namespaces(error),
        error @ ManagementError::TooManyVersions(_) => ApiError::too_many_versions(error),
        ManagementError::Function(ConfigurationError::Function { reason, .. }) => invalid(reason),
        ManagementError::Function(ConfigurationError::Package(error)) => unusable(platform, error),
        ManagementError::Function(error) => internal(platform, error),
        ManagementError::Store(error) => internal(platform, error),
    }
}

/// The store failed while reading.
pub(super) fn unread(platform: &Platform, error: StoreError) -> ApiError {
    internal(platform, error)
}

fn invalid(reason: InvalidFunction) -> ApiError {
    match reason {
        InvalidFunction::Name(error) => ApiError::function_name_invalid(error),
        InvalidFunction::Namespace(error) => ApiError::namespace_invalid(error),
        InvalidFunction::Handler(error) => ApiError::handler_invalid(error),
        error @ InvalidFunction::Description { .. } => ApiError::description_invalid(error),
        error @ InvalidFunction::Runtime(_) => ApiError::runtime_invalid(error),
        InvalidFunction::Memory(error) => ApiError::memory_invalid(error),
        InvalidFunction::Timeout(error) => ApiError::timeout_invalid(error),
        InvalidFunction::InitTimeout(error) => ApiError::init_timeout_invalid(error),
        InvalidFunction::EventAge(error) => ApiError::event_age_invalid(error),
        InvalidFunction::RetryCount(error) => ApiError::retry_count_invalid(error),
        InvalidFunction::Environment(error) => match error {
            InvalidEnvironment::TooLarge(_) => ApiError::environment_too_large(error),
            InvalidEnvironment::Reserved(_) => ApiError::environment_protected(error),
            InvalidEnvironment::Key(_) | InvalidEnvironment::Value(_) => {
                ApiError::environment_invalid(error)
            }
        },
        error @ (InvalidFunction::RetryInterval
        | InvalidFunction::Concurrency
        | InvalidFunction::Timer { .. }
        | InvalidFunction::TimerMessage { .. }
        | InvalidFunction::TimeZone(_)) => ApiError::async_config_invalid(error),
    }
}

/// The caller knows the code as `ZipFile`, not by its place on the server.
fn unusable(platform: &Platform, error: PackageError) -> ApiError {
    match error {
        PackageError::Damaged { reason, .. } => ApiError::zip_unusable(reason),
        PackageError::Encrypted { member, .. } => {
            ApiError::zip_unusable(format!("its member {member} is encrypted"))
        }
        PackageError::Compression { member, method, .. } => ApiError::zip_unusable(format!(
            "its member {member} is compressed by {method}; make it with deflate"
        )),
        PackageError::Outside { member, .. } => {
            ApiError::zip_unusable(format!("its member {member} reaches outside the package"))
        }
        PackageError::TooDeep { member, .. } => ApiError::zip_unusable(format!(
            "the path of its member {} nests too deep or is too long",
            package::shortened(&member)
        )),
        PackageError::TooManyMembers { most, .. } => {
            ApiError::zip_unusable(format!("it has more than {most} files and folders"))
        }
        PackageError::TooLarge { .. } => {
            ApiError::zip_unusable("unpacked it is larger than 500 MB")
        }
        PackageError::EntryInFolder { entry, folder, .. } => ApiError::zip_unusable(format!(
            "{} is in the folder {folder}, not at its root; zip what is in the folder, not the \
             folder itself",
            entry.display()
        )),
        error => internal(platform, error),
    }
}

fn internal(platform: &Platform, error: impl Display) -> ApiError {
    platform.log().note(&format!("a request to the API failed: {error}"));
    ApiError::internal()
}
