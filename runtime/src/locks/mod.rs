//! Counts without locks, while there is one thread.
//!
//! The interpreter counts its references by instructions with a lock prefix, so that two threads
//! can count at once: they take several times as long as those without. A process with one thread
//! needs no lock. So what ships has the prefixes of the interpreter's own functions taken out of
//! its code (`xtask/src/locks.rs`), and a table of their places ([`table`]): the byte is `3e`, a
//! prefix that means nothing, instead of `f0`. Before a process makes its second thread,
//! [`put_in`] puts them back into the process's own copy of the code.
//!
//! What keeps it sound:
//!
//! - Every thread is made by `pthread_create`, and the linker has each call of that come to
//!   `snapshot/heap/c_interface.rs`, which calls [`put_in`] first. If that fails, no thread is made.
//!   `cargo xtask dist` looks for calls that pass it by. It matters not whether the thread will
//!   run the interpreter: no process has a second thread and a prefix out.
//! - While they are put back there is one thread, and nobody runs what is written to.
//! - Whether they are out is read in the code itself. So a forked child, an instance that took a
//!   snapshot up, and a new program know without being told.
//! - A signal's handler runs on the same thread, between instructions.
//! - Other processes share no memory that the interpreter counts in.
//!
//! A program that `cargo xtask dist` did not build has an empty table, and its locks.

mod code;
mod table;

use std::{
    io,
    sync::atomic::{AtomicU32, Ordering},
    time::Instant,
};
use table::Table;

/// How long it took to put the locks in, in microseconds; 0 where that was not done, or was told.
static MICROSECONDS: AtomicU32 = AtomicU32::new(0);

/// Puts the locks in, where they are out. Called before a thread is made, by the only one.
///
/// # Errors
/// When the kernel lets no process write to its own code. Then there must be no second thread.
#[cold]
pub(crate) fn put_in() -> io::Result<()> {
    let begun = Instant::now();
    if !write()? {
        return Ok(());
    }
    let microseconds = u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX);
    MICROSECONDS.store(microseconds.max(1), Ordering::Relaxed);
    Ok(())
}

/// Keeps the locks in from the start, where the environment asks for that: `KRAIT_LOCKS=keep`.
/// The process must have one thread.
///
/// # Errors
/// As [`put_in`].
pub(crate) fn keep_if_asked() -> io::Result<()> {
    let keep = std::env::var_os("KRAIT_LOCKS").is_some_and(|value| value == "keep");
    // Who asks for it is not told what it took.
    if keep { write().map(|_| ()) } else { Ok(()) }
}

/// Whether the locks were out, and are in now.
fn write() -> io::Result<bool> {
    let Some(table) = Table::of_program().filter(Table::is_out) else { return Ok(false) };
    code::write(&table)?;
    Ok(true)
}

/// Tells once that the locks were put in, and how long that took.
pub(crate) fn news() -> Option<String> {
    let microseconds = MICROSECONDS.swap(0, Ordering::Relaxed);
    let table = Table::of_program().filter(|_| microseconds > 0)?;
    Some(format!("locks: {} put in, in {microseconds} µs", table.places))
}

/// One line on the locks of this process.
pub(crate) fn status() -> String {
    match Table::of_program() {
        None => "locks: are in: none was taken out of this program".to_owned(),
        Some(table) if table.is_out() => {
            format!("locks: {} are out, until there is a second thread", table.places)
        }
        Some(table) => format!("locks: {} are in", table.places),
    }
}
