//! The actions that krait has.

mod known;

use super::shape::Parameter;

/// An action of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    Invoke,
    InvokeFunction,
    ListFunctions,
    GetFunction,
    CreateFunction,
    UpdateFunctionCode,
    UpdateFunctionConfiguration,
    DeleteFunction,
    GetFunctionLogs,
    GetRequestStatus,
    GetAsyncEventStatus,
    ListAsyncEvents,
    TerminateAsyncEvent,
    UpdateFunctionEventInvokeConfig,
    GetFunctionEventInvokeConfig,
    PublishVersion,
    ListVersionByFunction,
    CreateNamespace,
    ListNamespaces,
    DeleteNamespace,
}

impl Action {
    /// Every action that krait supports.
    pub const ALL: [Self; 20] = [
        Self::Invoke,
        Self::InvokeFunction,
        Self::ListFunctions,
        Self::GetFunction,
        Self::CreateFunction,
        Self::UpdateFunctionCode,
        Self::UpdateFunctionConfiguration,
        Self::DeleteFunction,
        Self::GetFunctionLogs,
        Self::GetRequestStatus,
        Self::GetAsyncEventStatus,
        Self::ListAsyncEvents,
        Self::TerminateAsyncEvent,
        Self::UpdateFunctionEventInvokeConfig,
        Self::GetFunctionEventInvokeConfig,
        Self::PublishVersion,
        Self::ListVersionByFunction,
        Self::CreateNamespace,
        Self::ListNamespaces,
        Self::DeleteNamespace,
    ];

    /// The action with exactly this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.name() == name)
    }

    /// The name, as requests have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Invoke => "Invoke",
            Self::InvokeFunction => "InvokeFunction",
            Self::ListFunctions => "ListFunctions",
            Self::GetFunction => "GetFunction",
            Self::CreateFunction => "CreateFunction",
            Self::UpdateFunctionCode => "UpdateFunctionCode",
            Self::UpdateFunctionConfiguration => "UpdateFunctionConfiguration",
            Self::DeleteFunction => "DeleteFunction",
            Self::GetFunctionLogs => "GetFunctionLogs",
            Self::GetRequestStatus => "GetRequestStatus",
            Self::GetAsyncEventStatus => "GetAsyncEventStatus",
            Self::ListAsyncEvents => "ListAsyncEvents",
            Self::TerminateAsyncEvent => "TerminateAsyncEvent",
            Self::UpdateFunctionEventInvokeConfig => "UpdateFunctionEventInvokeConfig",
            Self::GetFunctionEventInvokeConfig => "GetFunctionEventInvokeConfig",
            Self::PublishVersion => "PublishVersion",
            Self::ListVersionByFunction => "ListVersionByFunction",
            Self::CreateNamespace => "CreateNamespace",
            Self::ListNamespaces => "ListNamespaces",
            Self::DeleteNamespace => "DeleteNamespace",
        }
    }

    /// The parameters it knows: those of the SDK's models (docs/contract.md §3.3, §3.5).
    pub fn parameters(self) -> &'static [Parameter] {
        match self {
            Self::Invoke => known::INVOKE,
            Self::InvokeFunction => known::INVOKE_FUNCTION,
            Self::ListFunctions => known::LIST_FUNCTIONS,
            Self::GetFunction => known::GET_FUNCTION,
            Self::CreateFunction => known::CREATE_FUNCTION,
            Self::UpdateFunctionCode => known::UPDATE_FUNCTION_CODE,
            Self::UpdateFunctionConfiguration => known::UPDATE_FUNCTION_CONFIGURATION,
            Self::DeleteFunction | Self::GetFunctionEventInvokeConfig => known::ONE_QUALIFIED,
            Self::GetFunctionLogs => known::GET_FUNCTION_LOGS,
            Self::GetRequestStatus => known::GET_REQUEST_STATUS,
            Self::GetAsyncEventStatus => known::GET_ASYNC_EVENT_STATUS,
            Self::ListAsyncEvents => known::LIST_ASYNC_EVENTS,
            Self::TerminateAsyncEvent => known::TERMINATE_ASYNC_EVENT,
            Self::UpdateFunctionEventInvokeConfig => known::UPDATE_EVENT_INVOKE_CONFIG,
            Self::PublishVersion => known::PUBLISH_VERSION,
            Self::ListVersionByFunction => known::LIST_VERSION_BY_FUNCTION,
            Self::CreateNamespace => known::CREATE_NAMESPACE,
            Self::ListNamespaces => known::LIST_NAMESPACES,
            Self::DeleteNamespace => known::DELETE_NAMESPACE,
        }
    }
}
