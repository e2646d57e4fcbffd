//! The actions that krait has, and the parameters of each: those of the SDK's models
//! (scf-contract §3.3, §3.5). What is written as ignored is known to the API and means
//! nothing on one machine: networks, disks, roles, billing.

use super::shape::{
    Kind::{self, Boolean, Ignored, Integer, List, Object, Text},
    Parameter, optional, required,
};

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

    /// The action of a name, to the letter.
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

    /// The parameters it knows.
    pub fn parameters(self) -> &'static [Parameter] {
        match self {
            Self::Invoke => INVOKE,
            Self::InvokeFunction => INVOKE_FUNCTION,
            Self::ListFunctions => LIST_FUNCTIONS,
            Self::GetFunction => GET_FUNCTION,
            Self::CreateFunction => CREATE_FUNCTION,
            Self::UpdateFunctionCode => UPDATE_FUNCTION_CODE,
            Self::UpdateFunctionConfiguration => UPDATE_FUNCTION_CONFIGURATION,
            Self::DeleteFunction | Self::GetFunctionEventInvokeConfig => ONE_QUALIFIED,
            Self::GetFunctionLogs => GET_FUNCTION_LOGS,
            Self::GetRequestStatus => GET_REQUEST_STATUS,
            Self::GetAsyncEventStatus => GET_ASYNC_EVENT_STATUS,
            Self::ListAsyncEvents => LIST_ASYNC_EVENTS,
            Self::TerminateAsyncEvent => TERMINATE_ASYNC_EVENT,
            Self::UpdateFunctionEventInvokeConfig => UPDATE_EVENT_INVOKE_CONFIG,
            Self::PublishVersion => PUBLISH_VERSION,
            Self::ListVersionByFunction => LIST_VERSION_BY_FUNCTION,
            Self::CreateNamespace => CREATE_NAMESPACE,
            Self::ListNamespaces => LIST_NAMESPACES,
            Self::DeleteNamespace => DELETE_NAMESPACE,
        }
    }
}

const INVOKE: &[Parameter] = &[
    required("FunctionName", Text),
    optional("InvocationType", Text),
    optional("Qualifier", Text),
    optional("ClientContext", Text),
    optional("LogType", Text),
    optional("Namespace", Text),
    optional("RoutingKey", Text),
];

const INVOKE_FUNCTION: &[Parameter] = &[
    required("FunctionName", Text),
    optional("Qualifier", Text),
    optional("Event", Text),
    optional("LogType", Text),
    optional("Namespace", Text),
    optional("RoutingKey", Text),
];

const LIST_FUNCTIONS: &[Parameter] = &[
    optional("Order", Text),
    optional("Orderby", Text),
    optional("Offset", Integer),
    optional("Limit", Integer),
    optional("SearchKey", Text),
    optional("Namespace", Text),
    optional("Description", Text),
    optional("Filters", List(&Object(FILTER))),
];

const FILTER: &[Parameter] = &[required("Name", Text), required("Values", List(&Text))];

const GET_FUNCTION: &[Parameter] = &[
    required("FunctionName", Text),
    optional("Qualifier", Text),
    optional("Namespace", Text),
    optional("ShowCode", Text),
];

const CREATE_FUNCTION: &[Parameter] = &[
    required("FunctionName", Text),
    // The platform has this error of its own, MissingParameter.Code, so the action looks.
    optional("Code", Object(CODE)),
    optional("Handler", Text),
    optional("Description", Text),
    optional("MemorySize", Integer),
    optional("Timeout", Integer),
    optional("Environment", Object(ENVIRONMENT)),
    optional("Runtime", Text),
    optional("Namespace", Text),
    optional("Type", Text),
    optional("CodeSource", Text),
    optional("Layers", LAYERS),
    optional("DeadLetterConfig", Object(DEAD_LETTER_CONFIG)),
    optional("InitTimeout", Integer),
    optional("AsyncRunEnable", Text),
    optional("TraceEnable", Text),
    optional("AutoCreateClsTopic", Ignored),
    optional("AutoDeployClsTopicIndex", Ignored),
    optional("CfsConfig", Ignored),
    optional("ClsLogsetId", Ignored),
    optional("ClsTopicId", Ignored),
    optional("DnsCache", Ignored),
    optional("InstallDependency", Ignored),
    optional("InstanceConcurrencyConfig", Ignored),
    optional("IntranetConfig", Ignored),
    optional("ProtocolParams", Ignored),
    optional("ProtocolType", Ignored),
    optional("PublicNetConfig", Ignored),
    optional("Role", Text),
    optional("Tags", Ignored),
    optional("VpcConfig", Ignored),
];

const CODE: &[Parameter] = &[
    optional("ZipFile", Text),
    // Sources that krait does not fetch from; the action says so.
    optional("CosBucketName", Text),
    optional("CosBucketRegion", Text),
    optional("CosObjectName", Text),
    optional("DemoId", Text),
    optional("GitBranch", Text),
    optional("GitCommitId", Text),
    optional("GitDirectory", Text),
    optional("GitPassword", Text),
    optional("GitPasswordSecret", Text),
    optional("GitUrl", Text),
    optional("GitUserName", Text),
    optional("GitUserNameSecret", Text),
    optional("ImageConfig", Ignored),
    optional("TempCosObjectName", Text),
];

const ENVIRONMENT: &[Parameter] = &[optional("Variables", List(&Object(VARIABLE)))];

const VARIABLE: &[Parameter] = &[required("Key", Text), required("Value", Text)];

const LAYERS: Kind = List(&Object(LAYER));

const LAYER: &[Parameter] = &[required("LayerName", Text), required("LayerVersion", Integer)];

const DEAD_LETTER_CONFIG: &[Parameter] =
    &[required("Type", Text), required("Name", Text), optional("FilterType", Text)];

const UPDATE_FUNCTION_CODE: &[Parameter] = &[
    required("FunctionName", Text),
    optional("Handler", Text),
    optional("ZipFile", Text),
    optional("Code", Object(CODE)),
    optional("CodeSource", Text),
    optional("Namespace", Text),
    optional("Publish", Text),
    optional("CosBucketName", Text),
    optional("CosBucketRegion", Text),
    optional("CosObjectName", Text),
    optional("EnvId", Ignored),
    optional("InstallDependency", Ignored),
];

const UPDATE_FUNCTION_CONFIGURATION: &[Parameter] = &[
    required("FunctionName", Text),
    optional("Description", Text),
    optional("MemorySize", Integer),
    optional("Timeout", Integer),
    optional("Runtime", Text),
    optional("Environment", Object(ENVIRONMENT)),
    optional("Namespace", Text),
    optional("Publish", Text),
    optional("Layers", LAYERS),
    optional("DeadLetterConfig", Object(DEAD_LETTER_CONFIG)),
    optional("InitTimeout", Integer),
    optional("CfsConfig", Ignored),
    optional("ClsLogsetId", Ignored),
    optional("ClsTopicId", Ignored),
    optional("DnsCache", Ignored),
    optional("IgnoreSysLog", Boolean),
    optional("InstallDependency", Ignored),
    optional("InstanceConcurrencyConfig", Ignored),
    optional("IntranetConfig", Ignored),
    optional("L5Enable", Ignored),
    optional("ProtocolParams", Ignored),
    optional("PublicNetConfig", Ignored),
    optional("Role", Text),
    optional("VpcConfig", Ignored),
];

/// A function, and which version of it.
const ONE_QUALIFIED: &[Parameter] =
    &[required("FunctionName", Text), optional("Namespace", Text), optional("Qualifier", Text)];

const GET_FUNCTION_LOGS: &[Parameter] = &[
    optional("FunctionName", Text),
    optional("Offset", Integer),
    optional("Limit", Integer),
    optional("Order", Text),
    optional("OrderBy", Text),
    optional("Filter", Object(LOG_FILTER)),
    optional("Namespace", Text),
    optional("Qualifier", Text),
    optional("FunctionRequestId", Text),
    optional("StartTime", Text),
    optional("EndTime", Text),
    // Retired.
    optional("SearchContext", Ignored),
];

const LOG_FILTER: &[Parameter] = &[optional("RetCode", Text)];

const GET_REQUEST_STATUS: &[Parameter] = &[
    required("FunctionName", Text),
    required("FunctionRequestId", Text),
    optional("Namespace", Text),
    optional("StartTime", Text),
    optional("EndTime", Text),
];

const GET_ASYNC_EVENT_STATUS: &[Parameter] = &[required("InvokeRequestId", Text)];

const LIST_ASYNC_EVENTS: &[Parameter] = &[
    required("FunctionName", Text),
    optional("Namespace", Text),
    optional("Qualifier", Text),
    optional("InvokeType", List(&Text)),
    optional("Status", List(&Text)),
    optional("StartTimeInterval", Object(TIME_INTERVAL)),
    optional("EndTimeInterval", Object(TIME_INTERVAL)),
    optional("Order", Text),
    optional("Orderby", Text),
    optional("Offset", Integer),
    optional("Limit", Integer),
    optional("InvokeRequestId", Text),
];

const TIME_INTERVAL: &[Parameter] = &[optional("Start", Text), optional("End", Text)];

const TERMINATE_ASYNC_EVENT: &[Parameter] = &[
    required("FunctionName", Text),
    required("InvokeRequestId", Text),
    optional("Namespace", Text),
    optional("GraceShutdown", Boolean),
];

const UPDATE_EVENT_INVOKE_CONFIG: &[Parameter] = &[
    required("AsyncTriggerConfig", Object(ASYNC_TRIGGER_CONFIG)),
    required("FunctionName", Text),
    optional("Namespace", Text),
];

const ASYNC_TRIGGER_CONFIG: &[Parameter] =
    &[required("RetryConfig", List(&Object(RETRY_CONFIG))), required("MsgTTL", Integer)];

const RETRY_CONFIG: &[Parameter] = &[required("RetryNum", Integer)];

const PUBLISH_VERSION: &[Parameter] =
    &[required("FunctionName", Text), optional("Description", Text), optional("Namespace", Text)];

const LIST_VERSION_BY_FUNCTION: &[Parameter] = &[
    required("FunctionName", Text),
    optional("Namespace", Text),
    optional("Offset", Integer),
    optional("Limit", Integer),
    optional("Order", Text),
    optional("OrderBy", Text),
];

const CREATE_NAMESPACE: &[Parameter] =
    &[required("Namespace", Text), optional("Description", Text), optional("ResourceEnv", Ignored)];

const LIST_NAMESPACES: &[Parameter] = &[
    optional("Limit", Integer),
    optional("Offset", Integer),
    optional("Orderby", Text),
    optional("Order", Text),
    optional("SearchKey", List(&Object(SEARCH_KEY))),
];

const SEARCH_KEY: &[Parameter] = &[required("Key", Text), required("Value", Text)];

const DELETE_NAMESPACE: &[Parameter] = &[required("Namespace", Text)];
