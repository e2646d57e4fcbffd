//! One function instance: a process of its own that holds an interpreter and serves one
//! invocation at a time, and what watches it from outside.
//!
//! The watching process never holds an interpreter and has one thread; nothing the
//! function does (crash, eat memory, fork, close descriptors, leave children behind)
//! reaches it but through the pipe and the log.
//!
//! Security rests on [`process`] (what the instance inherits) and [`descendants`] (that
//! nothing of it survives).

pub mod allocator;
mod descendants;
mod engine;
mod marker;
mod process;
mod serve;
mod signals;
mod usage;
mod watch;
mod wire;

pub use engine::{Engine, start_early, start_maker};
pub use process::{Instance, StartError};
pub use watch::{InvokeError, Observer, Request};
