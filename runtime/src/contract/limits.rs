//! The platform's limits (docs/contract.md §6) and krait's own.

/// One MiB in bytes. The platform writes "MB" and means this.
pub const MIB: u64 = 1024 * 1024;

/// Largest event of a synchronous invocation, in bytes.
pub const SYNC_EVENT_BYTES: usize = 6 * 1024 * 1024;
/// Largest event of an asynchronous invocation, in bytes.
pub const ASYNC_EVENT_BYTES: usize = 128 * 1024;
/// Largest RetMsg, in bytes.
pub const RESPONSE_BYTES: usize = 6 * 1024 * 1024;
/// How much of the log an invocation's result carries: the last 4 KB (§3.3, §14).
pub const LOG_TAIL_BYTES: usize = 4096;
/// Keys and values of the user's environment variables together, in bytes.
pub const ENVIRONMENT_BYTES: usize = 4096;
/// Code and layers unpacked, in bytes.
pub const CODE_BYTES: u64 = 500 * MIB;
/// A function's code as it is uploaded, zipped, in bytes; in the API it is base64 besides. The
/// page of `UpdateFunctionCode` says 20 MB.
pub const ZIP_BYTES: u64 = 50 * MIB;
/// The same of AWS Lambda: a zip by direct upload, and code with layers unpacked.
pub const LAMBDA_ZIP_BYTES: u64 = 50 * MIB;
pub const LAMBDA_CODE_BYTES: u64 = 250 * MIB;
/// Layers of one function.
pub const LAYERS: usize = 5;
/// File descriptors a function may hold.
pub const FILE_DESCRIPTORS: u64 = 1024;
/// Longest name of a function, in characters.
pub const NAME_LENGTH: usize = 60;
/// Longest description, in characters (§3.5).
pub const DESCRIPTION_LENGTH: usize = 1000;
/// Namespaces of an account in a region.
pub const NAMESPACES: usize = 5;
/// Functions of one namespace.
pub const FUNCTIONS: usize = 50;
/// Published versions of one function.
pub const VERSIONS: usize = 1000;
/// A timer's message, in bytes.
pub const TIMER_MESSAGE_BYTES: usize = 4096;

/// How much output of one invocation krait keeps for the log, in bytes; the rest is
/// counted and dropped. The platform's own limit is not documented: this one is krait's.
pub const LOG_BYTES: usize = 4 * 1024 * 1024;

/// How much of a failure's text RetMsg has, in bytes: as much as always fits into RetMsg, however it is
/// escaped there. The platform's own limit is not documented: this one is krait's.
pub const FAILURE_TEXT_BYTES: usize = 1024 * 1024;

/// Headers of a function's HTTP response together, in bytes, as HTTP/1.1 writes them. Not
/// documented: this limit is krait's, and as much as common clients read.
pub const RESPONSE_HEADER_BYTES: usize = 64 * 1024;

/// A function's timeout unless it sets one, in seconds.
pub const DEFAULT_TIMEOUT_SECONDS: u32 = 3;
/// A function's init timeout unless it sets one, in seconds.
pub const DEFAULT_INIT_TIMEOUT_SECONDS: u32 = 65;
/// A function's memory unless it sets a size, in MB.
pub const DEFAULT_MEMORY_MB: u32 = 128;
/// How long an asynchronous event is tried: `MsgTTL` (§5).
pub const DEFAULT_EVENT_AGE_SECONDS: u32 = 21_600;
/// How often it is tried again after run errors: `RetryNum` (§5).
pub const DEFAULT_RETRY_COUNT: u32 = 2;

/// A limit's value that the platform would refuse. `Display` names the range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutOfRange {
    /// A timeout outside 1 to 900 seconds.
    Timeout(u32),
    /// An init timeout outside 3 to 300 seconds.
    InitTimeout(u32),
    /// A memory size that is neither 64 nor a multiple of 128 up to 3072 MB.
    Memory(u32),
    /// An asynchronous event's maximum age outside 1 to 21600 seconds.
    EventAge(u32),
    /// More than 2 retries.
    RetryCount(u32),
}

impl std::fmt::Display for OutOfRange {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Timeout(_) => formatter.write_str("a timeout is 1 to 900 seconds"),
            Self::InitTimeout(_) => formatter.write_str("an init timeout is 3 to 300 seconds"),
            Self::Memory(_) => {
                formatter.write_str("memory is 64, or 128 to 3072 in steps of 128 MB")
            }
            Self::EventAge(_) => {
                formatter.write_str("an event's maximum age is 1 to 21600 seconds")
            }
            Self::RetryCount(_) => formatter.write_str("an event is retried 0 to 2 times"),
        }
    }
}

impl std::error::Error for OutOfRange {}

/// Checks a timeout in seconds.
///
/// # Errors
/// [`OutOfRange::Timeout`] outside 1 to 900.
pub fn timeout(seconds: u32) -> Result<u32, OutOfRange> {
    (1..=900).contains(&seconds).then_some(seconds).ok_or(OutOfRange::Timeout(seconds))
}

/// Checks an init timeout in seconds.
///
/// # Errors
/// [`OutOfRange::InitTimeout`] outside 3 to 300.
pub fn init_timeout(seconds: u32) -> Result<u32, OutOfRange> {
    (3..=300).contains(&seconds).then_some(seconds).ok_or(OutOfRange::InitTimeout(seconds))
}

/// Checks a memory size in MB.
///
/// # Errors
/// [`OutOfRange::Memory`] unless it is 64, or 128 to 3072 in steps of 128.
pub fn memory(megabytes: u32) -> Result<u32, OutOfRange> {
    let allowed =
        megabytes == 64 || ((128..=3072).contains(&megabytes) && megabytes.is_multiple_of(128));
    allowed.then_some(megabytes).ok_or(OutOfRange::Memory(megabytes))
}

/// Checks an asynchronous event's maximum age in seconds.
///
/// The platform's range is not documented (§5): that the default is also the most is a guess.
///
/// # Errors
/// [`OutOfRange::EventAge`] outside 1 to 21600.
pub fn event_age(seconds: u32) -> Result<u32, OutOfRange> {
    let allowed = (1..=DEFAULT_EVENT_AGE_SECONDS).contains(&seconds);
    allowed.then_some(seconds).ok_or(OutOfRange::EventAge(seconds))
}

/// Checks how often an event is tried again after run errors.
///
/// # Errors
/// [`OutOfRange::RetryCount`] above 2.
pub fn retry_count(count: u32) -> Result<u32, OutOfRange> {
    (count <= 2).then_some(count).ok_or(OutOfRange::RetryCount(count))
}
