//! One function instance: a process that holds an interpreter and serves one invocation at a time,
//! and the watcher outside.
//!
//! The watching process never holds an interpreter, and has one thread. Whatever a function does
//! (crash, exhaust memory, fork, close descriptors, leave children behind), it reaches the watcher
//! only through the socket and the log.
//!
//! Security rests on [`process`] (what the instance inherits) and [`descendants`] (that
//! nothing of it survives).
//!
//! A WebAssembly module has no processes: there the module is the instance
//! ([`in_module`]), and its host isolates and limits it.

mod invocation;

pub use invocation::{InvokeError, Observer, Request, StartError};

#[cfg(unix)]
pub mod allocator;
#[cfg(unix)]
mod call_loop;
#[cfg(unix)]
mod course;
#[cfg(unix)]
mod descendants;
#[cfg(unix)]
mod handle;
#[cfg(target_os = "wasi")]
mod in_module;
#[cfg(unix)]
pub mod kept;
#[cfg(unix)]
mod kernel;
#[cfg(unix)]
pub mod loader;
#[cfg(unix)]
mod maker;
#[cfg(unix)]
mod marker;
#[cfg(unix)]
mod own_runtime;
mod panics;
#[cfg(unix)]
mod pidfd;
#[cfg(unix)]
mod prewarmed;
#[cfg(unix)]
mod process;
#[cfg(unix)]
mod program;
#[cfg(unix)]
mod proof;
#[cfg(unix)]
mod python_link;
#[cfg(unix)]
mod signals;
#[cfg(unix)]
mod source;
#[cfg(unix)]
mod usage;
#[cfg(unix)]
mod watch;
#[cfg(unix)]
mod wire;
#[cfg(unix)]
mod world;
#[cfg(unix)]
mod zygote;

#[cfg(unix)]
pub use handle::Instance;
#[cfg(target_os = "wasi")]
pub use in_module::{
    ENDED, FILES_FOLDER, Instance, NotKept, Prewarmed, Told, add_file, begin_packing,
    keep_unloaded, prepare_image,
};
#[cfg(unix)]
pub use prewarmed::{Prewarmed, start_early, start_loader, start_maker, start_zygote};
#[cfg(unix)]
pub use process::raise_descriptors;
#[cfg(unix)]
pub use program::run as run_program;
#[cfg(unix)]
pub use python_link::path as python_path;
#[cfg(unix)]
pub use usage::resident_bytes;
#[cfg(unix)]
pub use zygote::{FunctionZygote, Hosted, Keeper, Killer, Note, ZygoteError};
