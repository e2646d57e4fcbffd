//! Facts of the platform: what a function is given, what its caller gets, what is
//! written to its log. Values in, values out: no interpreter, no I/O, no clock.
//!
//! Each rule names its source, a section of `docs/contract.md`: `§3.2` alone means the same page.

#![forbid(unsafe_code)]

pub mod context;
pub mod envelope;
pub mod environment;
pub mod events;
pub mod function;
pub mod handler;
#[cfg(unix)]
pub mod http;
pub mod journal;
#[cfg(unix)]
pub mod kept;
pub mod lambda;
pub mod limits;
pub mod names;
pub mod policy;
pub mod report;
pub mod retry;
#[cfg(unix)]
pub mod schedule;

pub use context::Context;
pub use envelope::Failure;
pub use function::{Dialect, Function};
pub use handler::Handler;
pub use journal::{Column, Journal};
#[cfg(unix)]
pub use kept::KeptFunction;
pub use policy::Policy;
pub use report::{Invocation, Outcome};
pub use retry::RetryPolicy;
#[cfg(unix)]
pub use schedule::Schedule;
