//! Counts without locks, while there is one thread.
//!
//! The interpreter counts references with lock-prefixed instructions, so that two threads can count
//! at once. They take several times as long as instructions without the prefix. A process with one
//! thread needs no lock. So `cargo xtask dist` removes the prefixes from the interpreter's
//! functions (`xtask/src/locks.rs`) and adds a table of their places ([`table`]). The byte there is
//! `3e`, a prefix without effect, instead of `f0`. Before a process creates its second thread,
//! [`put_in`] restores the prefixes in the process's own copy of the code.
//!
//! What keeps it sound:
//!
//! - Every thread is created by `pthread_create`. The linker redirects each call of it to
//!   `heap/c_interface.rs`, which calls [`put_in`] first. If that fails, no thread is
//!   created. `cargo xtask dist` looks for calls that bypass it. This holds for every thread,
//!   whether it runs the interpreter or not.
//! - While they are put back there is one thread, and nobody runs what is written to.
//! - Whether the prefixes are removed is read from the code itself. So a forked child, an instance
//!   that restored a snapshot, and a new program all know it.
//! - A signal's handler runs on the same thread, between instructions.
//! - Other processes share no memory that the interpreter counts in.
//!
//! A program that `cargo xtask dist` did not build has an empty table, and its locks.
//!
//! On other processors a counting instruction has its lock in itself, so nothing is taken out
//! (`unchanged.rs`).

#[cfg(target_arch = "x86_64")]
mod code;
#[cfg(target_arch = "x86_64")]
mod prefixes;
#[cfg(target_arch = "x86_64")]
mod table;
#[cfg(not(target_arch = "x86_64"))]
mod unchanged;

#[cfg(target_arch = "x86_64")]
pub(crate) use prefixes::{keep_if_asked, news, put_in, status};
#[cfg(not(target_arch = "x86_64"))]
pub(crate) use unchanged::{keep_if_asked, news, put_in, status};
