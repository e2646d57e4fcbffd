//! Functions, their code and configuration, versions and namespaces, and their invocation.

use super::{ApiError, excerpt};
use std::fmt::Display;

/// Errors for what does not exist, or exists already.
impl ApiError {
    /// No function of that name is in the namespace. The platform's text.
    pub fn function_not_found(name: &str) -> Self {
        let message = format!("Function not found: [{}]", excerpt(name));
        Self::of("ResourceNotFound.FunctionName", message)
    }

    /// A call's `Qualifier` is neither a version nor an alias of the function.
    pub fn qualifier_not_found(qualifier: &str) -> Self {
        let message = format!("Qualifier not found: [{}]", excerpt(qualifier));
        Self::of("ResourceNotFound.Qualifier", message)
    }

    /// The version to show or delete does not exist.
    pub fn version_not_found(version: &str) -> Self {
        let message = format!("Function version not found: [{}]", excerpt(version));
        Self::of("ResourceNotFound.FunctionVersion", message)
    }

    /// There is no such namespace.
    pub fn namespace_not_found(name: &str) -> Self {
        let message = format!("Namespace not found: [{}]", excerpt(name));
        Self::of("ResourceNotFound.Namespace", message)
    }

    /// This server does not have the layer.
    pub fn layer_not_found(name: &str, version: impl Display) -> Self {
        let message = format!("Layer version not found: [{}:{version}]", excerpt(name));
        Self::of("ResourceNotFound.LayerVersion", message)
    }

    /// `CreateFunction` for a name that is taken.
    pub fn function_exists(name: &str) -> Self {
        let message = format!("Function already exists: [{}]", excerpt(name));
        Self::of("ResourceInUse.Function", message)
    }

    /// A function of a folder, a template or `krait.toml` cannot be changed or deleted.
    pub fn function_of_project(name: &str) -> Self {
        let message = format!(
            "The function [{}] is one of the server's project; change it in its folder or \
             configuration.",
            excerpt(name)
        );
        Self::of("UnsupportedOperation", message)
    }

    /// A namespace has its maximum of functions.
    pub fn too_many_functions(problem: impl Display) -> Self {
        Self::of("LimitExceeded.Function", format!("One function too many: {problem}."))
    }

    /// There is the maximum of namespaces.
    pub fn too_many_namespaces(problem: impl Display) -> Self {
        Self::of("LimitExceeded.Namespace", format!("One namespace too many: {problem}."))
    }

    /// A function has its maximum of versions.
    pub fn too_many_versions(problem: impl Display) -> Self {
        Self::of("LimitExceeded.FunctionVersions", format!("One version too many: {problem}."))
    }

    /// `CreateNamespace` for a name that is taken.
    pub fn namespace_exists(name: &str) -> Self {
        let message = format!("Namespace already exists: [{}]", excerpt(name));
        Self::of("ResourceInUse.Namespace", message)
    }

    /// `DeleteNamespace` while it has functions. The platform's code is not known.
    pub fn namespace_in_use(name: &str) -> Self {
        let message =
            format!("The namespace [{}] still has functions; delete them first.", excerpt(name));
        Self::of("FailedOperation.DeleteNamespace", message)
    }

    /// `DeleteNamespace` for `default`.
    pub fn default_namespace_stays() -> Self {
        let message = "The default namespace cannot be deleted.";
        Self::of("FailedOperation.DeleteNamespace", message)
    }

    /// `CreateNamespace` for `default`.
    pub fn default_namespace_is_there() -> Self {
        let message = "The default namespace cannot be created; it is always there.";
        Self::of("InvalidParameterValue.DefaultNamespace", message)
    }
}

/// An invocation that does not begin.
impl ApiError {
    /// `Invoke`'s `ClientContext` is not JSON.
    pub fn client_context_is_not_json(reason: impl Display) -> Self {
        let message = format!("ClientContext is not standard JSON: {reason}.");
        Self::of("InvalidParameterValue.Param", message)
    }

    /// `InvokeFunction`'s `Event` is not JSON.
    pub fn event_is_not_json(reason: impl Display) -> Self {
        let message = format!("Event is not standard JSON: {reason}.");
        Self::of("InvalidParameterValue.ClientContext", message)
    }

    /// The event is larger than its kind of invocation takes, in bytes.
    pub fn event_too_large(size: usize, limit: usize) -> Self {
        let message = format!("The event has {size} bytes, and may have {limit}.");
        Self::of("InvalidParameter.RequestTooLarge", message)
    }

    /// The function is being created or updated, or failed to be.
    pub fn function_not_ready(name: &str, status: &str) -> Self {
        let message = format!(
            "The function [{}] is {status} and cannot do this; try again when it is Active.",
            excerpt(name)
        );
        Self::of("FailedOperation.FunctionStatusError", message)
    }

    /// The queue of asynchronous invocations is full.
    pub fn queue_full() -> Self {
        let message = "Too many asynchronous invocations wait already; try again later.";
        Self::of("RequestLimitExceeded", message)
    }

    /// No instance could be started for the invocation.
    pub fn invoke_failed(reason: impl Display) -> Self {
        Self::of("FailedOperation.InvokeFunction", format!("The function was not run: {reason}."))
    }
}

/// Errors for code that cannot be accepted.
impl ApiError {
    /// `CreateFunction` or `UpdateFunctionCode` without code.
    pub fn code_missing() -> Self {
        Self::of("MissingParameter.Code", "The code is missing: give ZipFile.")
    }

    /// The code's source is one that krait does not support: COS, Git, an image, a demo.
    pub fn code_source_unsupported(source: &str) -> Self {
        let message =
            format!("krait takes code as ZipFile alone, and not from {}.", excerpt(source));
        Self::of("InvalidParameterValue.CodeSource", message)
    }

    /// `ZipFile` is not base64.
    pub fn zip_is_not_base64(reason: impl Display) -> Self {
        let message = format!("ZipFile cannot be decoded as base64: {reason}.");
        Self::of("InvalidParameterValue.ZipFileBase64BinasciiError", message)
    }

    /// `ZipFile` is base64 of something that is no zip, or none that can be unpacked.
    pub fn zip_unusable(reason: impl Display) -> Self {
        let message = format!("ZipFile is not a zip that can be used: {reason}.");
        Self::of("InvalidParameterValue.ZipFile", message)
    }
}

/// Errors for a configuration that the platform would refuse. `problem` says what is wrong and what
/// is allowed.
impl ApiError {
    /// `FunctionName` is not a valid name (docs/contract.md §3.5).
    pub fn function_name_invalid(problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.FunctionName", "FunctionName", problem)
    }

    /// `Namespace` is not a valid name: letters, digits, `-` and `_`, at most 30.
    pub fn namespace_invalid(problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.NamespaceInvalid", "Namespace", problem)
    }

    /// `Handler` is not of the form FILE.FUNCTION.
    pub fn handler_invalid(problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.Handler", "Handler", problem)
    }

    /// `Runtime` is none that krait has.
    pub fn runtime_invalid(problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.Runtime", "Runtime", problem)
    }

    /// `Type` is not `Event`.
    pub fn type_invalid(problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.Type", "Type", problem)
    }

    /// `AsyncRunEnable`, a mode of asynchronous execution for up to a day, is not supported.
    pub fn asynchronous_execution_unsupported() -> Self {
        let message = "krait has no asynchronous execution: leave AsyncRunEnable out, or FALSE.";
        Self::of("UnsupportedOperation.AsyncRunEnable", message)
    }

    /// `Description` is longer than 1000.
    pub fn description_invalid(problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.Description", "Description", problem)
    }

    /// `MemorySize` is not an allowed size.
    pub fn memory_invalid(problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.MemorySize", "MemorySize", problem)
    }

    /// `Timeout` is out of its range.
    pub fn timeout_invalid(problem: impl Display) -> Self {
        Self::problem("LimitExceeded.Timeout", "Timeout", problem)
    }

    /// `InitTimeout` is out of its range.
    pub fn init_timeout_invalid(problem: impl Display) -> Self {
        Self::problem("LimitExceeded.InitTimeout", "InitTimeout", problem)
    }

    /// A variable's name is invalid, or repeated.
    pub fn environment_invalid(problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.Environment", "Environment", problem)
    }

    /// The variables are larger than 4 KB together.
    pub fn environment_too_large(problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.EnvironmentExceededLimit", "Environment", problem)
    }

    /// A variable is reserved by the platform.
    pub fn environment_protected(problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.EnvironmentSystemProtect", "Environment", problem)
    }

    /// A function has more than 5 layers.
    pub fn too_many_layers(problem: impl Display) -> Self {
        Self::problem("LimitExceeded.Layers", "Layers", problem)
    }

    /// `DeadLetterConfig` names a target that krait does not support.
    pub fn dead_letter_invalid(problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.DeadLetterConfig", "DeadLetterConfig", problem)
    }

    /// `AsyncTriggerConfig` is incomplete.
    pub fn async_config_invalid(problem: impl Display) -> Self {
        Self::problem("InvalidParameterValue.AsyncTriggerConfig", "AsyncTriggerConfig", problem)
    }

    /// `MsgTTL` is out of its range.
    pub fn event_age_invalid(problem: impl Display) -> Self {
        Self::problem("LimitExceeded.MsgTTL", "MsgTTL", problem)
    }

    /// `RetryNum` is out of its range.
    pub fn retry_count_invalid(problem: impl Display) -> Self {
        Self::problem("LimitExceeded.RetryNum", "RetryNum", problem)
    }

    pub(super) fn problem(code: &'static str, parameter: &str, problem: impl Display) -> Self {
        Self::of(code, format!("The parameter `{parameter}` is not valid: {problem}."))
    }
}
