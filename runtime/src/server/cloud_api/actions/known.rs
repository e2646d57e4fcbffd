//! The parameters of each action. Ignored ones are known to the API but have no meaning on one
//! machine: networks, disks, log topics, billing.

use super::super::shape::{
    Kind::{self, Boolean, Ignored, Integer, List, Object, Text},
    Parameter, optional, required,
};

pub(super) const INVOKE: &[Parameter] = &[
    required("FunctionName", Text),
    optional("InvocationType", Text),
    optional("Qualifier", Text),
    optional("ClientContext", Text),
    optional("LogType", Text),
    optional("Namespace", Text),
    optional("RoutingKey", Text),
];

pub(super) const INVOKE_FUNCTION: &[Parameter] = &[
    required("FunctionName", Text),
    optional("Qualifier", Text),
    optional("Event", Text),
    optional("LogType", Text),
    optional("Namespace", Text),
    optional("RoutingKey", Text),
];

pub(super) const LIST_FUNCTIONS: &[Parameter] = &[
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

pub(super) const GET_FUNCTION: &[Parameter] = &[
    required("FunctionName", Text),
    optional("Qualifier", Text),
    optional("Namespace", Text),
    optional("ShowCode", Text),
];

pub(super) const CREATE_FUNCTION: &[Parameter] = &[
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

pub(super) const UPDATE_FUNCTION_CODE: &[Parameter] = &[
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

pub(super) const UPDATE_FUNCTION_CONFIGURATION: &[Parameter] = &[
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
pub(super) const ONE_QUALIFIED: &[Parameter] =
    &[required("FunctionName", Text), optional("Namespace", Text), optional("Qualifier", Text)];

pub(super) const GET_FUNCTION_LOGS: &[Parameter] = &[
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

pub(super) const GET_REQUEST_STATUS: &[Parameter] = &[
    required("FunctionName", Text),
    required("FunctionRequestId", Text),
    optional("Namespace", Text),
    optional("StartTime", Text),
    optional("EndTime", Text),
];

pub(super) const GET_ASYNC_EVENT_STATUS: &[Parameter] = &[required("InvokeRequestId", Text)];

pub(super) const LIST_ASYNC_EVENTS: &[Parameter] = &[
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

pub(super) const TERMINATE_ASYNC_EVENT: &[Parameter] = &[
    required("FunctionName", Text),
    required("InvokeRequestId", Text),
    optional("Namespace", Text),
    optional("GraceShutdown", Boolean),
];

pub(super) const UPDATE_EVENT_INVOKE_CONFIG: &[Parameter] = &[
    required("AsyncTriggerConfig", Object(ASYNC_TRIGGER_CONFIG)),
    required("FunctionName", Text),
    optional("Namespace", Text),
];

const ASYNC_TRIGGER_CONFIG: &[Parameter] =
    &[required("RetryConfig", List(&Object(RETRY_CONFIG))), required("MsgTTL", Integer)];

const RETRY_CONFIG: &[Parameter] = &[required("RetryNum", Integer)];

pub(super) const PUBLISH_VERSION: &[Parameter] =
    &[required("FunctionName", Text), optional("Description", Text), optional("Namespace", Text)];

pub(super) const LIST_VERSION_BY_FUNCTION: &[Parameter] = &[
    required("FunctionName", Text),
    optional("Namespace", Text),
    optional("Offset", Integer),
    optional("Limit", Integer),
    optional("Order", Text),
    optional("OrderBy", Text),
];

pub(super) const CREATE_NAMESPACE: &[Parameter] =
    &[required("Namespace", Text), optional("Description", Text), optional("ResourceEnv", Ignored)];

pub(super) const LIST_NAMESPACES: &[Parameter] = &[
    optional("Limit", Integer),
    optional("Offset", Integer),
    optional("Orderby", Text),
    optional("Order", Text),
    optional("SearchKey", List(&Object(SEARCH_KEY))),
];

const SEARCH_KEY: &[Parameter] = &[required("Key", Text), required("Value", Text)];

pub(super) const DELETE_NAMESPACE: &[Parameter] = &[required("Namespace", Text)];
