//! The actions that krait has, a row for each: its name, its parameters, and the function below
//! `cloud_api` that does it. The parameters are those of the SDK's models (docs/contract.md §3.3, §3.5).
//! Ignored ones are known to the API but have no meaning on one machine: networks, disks, log topics,
//! billing.

use super::shape::{
    Kind::{self, Boolean, Ignored, Integer, List, Object, Text},
    Parameter, optional, required,
};

/// Expands `$with` with all rows.
macro_rules! each_action {
    ($with:ident) => {
        $with! {
            Invoke, INVOKE, invoke::invoke;
            InvokeFunction, INVOKE_FUNCTION, invoke::invoke_function;
            ListFunctions, LIST_FUNCTIONS, shown::list;
            GetFunction, GET_FUNCTION, shown::get;
            CreateFunction, CREATE_FUNCTION, functions::create;
            UpdateFunctionCode, UPDATE_FUNCTION_CODE, functions::update_code;
            UpdateFunctionConfiguration, UPDATE_FUNCTION_CONFIGURATION, functions::update_configuration;
            DeleteFunction, ONE_QUALIFIED, functions::delete;
            GetFunctionLogs, GET_FUNCTION_LOGS, logs::function_logs;
            GetRequestStatus, GET_REQUEST_STATUS, logs::request_status;
            GetAsyncEventStatus, GET_ASYNC_EVENT_STATUS, async_events::status;
            ListAsyncEvents, LIST_ASYNC_EVENTS, async_events::list;
            TerminateAsyncEvent, TERMINATE_ASYNC_EVENT, async_events::terminate;
            UpdateFunctionEventInvokeConfig, UPDATE_EVENT_INVOKE_CONFIG, async_events::update_configuration;
            GetFunctionEventInvokeConfig, ONE_QUALIFIED, async_events::configuration;
            PublishVersion, PUBLISH_VERSION, versions::publish;
            ListVersionByFunction, LIST_VERSION_BY_FUNCTION, versions::list;
            CreateNamespace, CREATE_NAMESPACE, namespaces::create;
            ListNamespaces, LIST_NAMESPACES, namespaces::list;
            DeleteNamespace, DELETE_NAMESPACE, namespaces::delete;
        }
    };
}

macro_rules! define {
    ($($action:ident, $parameters:ident, $handler:path;)*) => {
        /// An action of the API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action {
            $($action,)*
        }

        impl Action {
            /// Every action that krait supports.
            pub const ALL: &[Self] = &[$(Self::$action,)*];

            /// The name, as requests have it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$action => stringify!($action),)*
                }
            }

            /// The parameters it knows.
            pub fn parameters(self) -> &'static [Parameter] {
                match self {
                    $(Self::$action => $parameters,)*
                }
            }
        }
    };
}

each_action!(define);

impl Action {
    /// The action with exactly this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|action| action.name() == name)
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
    // The platform has a separate error for this, MissingParameter.Code, so the action checks it.
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
