//! krait runs Python serverless handlers as Tencent Cloud's Serverless Cloud Function
//! does, from one static binary with the interpreter inside.
//!
//! The components, lower ones first. ARCHITECTURE.md's table says which of them each may use:
//!
//! - [`contract`]: facts of the platform. No interpreter, no I/O, no clock.
//! - [`python`]: the only code that knows the interpreter. No processes, no network.
//! - `locks`: the lock prefixes of the interpreter, restored before there is a second thread.
//! - [`heap`]: the memory of a process that holds an interpreter, at fixed addresses.
//! - [`snapshot`]: the state of a warm interpreter in a file.
//! - [`package`]: finding a function's code: a file, a folder, a zip, layers, a template.
//! - [`sandbox`]: what keeps a function's process to its own files, network and calls.
//! - [`instance`]: one function instance: its process, its socket, its limits.
//! - [`platform`]: functions, versions, events and logs of a whole platform; no HTTP.
//! - [`server`]: the faces that speak HTTP, over the others.
//! - [`bootstrap`]: the runtime of a function on another platform, by its runtime API.
//! - [`check`]: what of a function will not work, told without running it.
//! - [`pack`]: a function with krait, as one file for where it is to run.
//! - [`cli`]: the command line, a face over the others.
//! - `exports`: in a WebAssembly module, the face that its host calls.

pub mod contract;
pub mod python;

pub mod cli;
pub mod instance;
#[cfg(unix)]
pub mod pack;
pub mod package;

#[cfg(unix)]
pub mod bootstrap;
#[cfg(unix)]
pub mod check;
#[cfg(unix)]
pub mod heap;
#[cfg(unix)]
mod locks;
#[cfg(unix)]
pub mod platform;
#[cfg(unix)]
pub mod sandbox;
#[cfg(unix)]
pub mod server;
#[cfg(unix)]
pub mod snapshot;

#[cfg(target_os = "wasi")]
pub mod exports;
