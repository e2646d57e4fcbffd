//! Where there are prefixes to take out: x86_64.

use super::{code, table::Table};
use std::{
    io,
    sync::atomic::{AtomicU32, Ordering},
    time::Instant,
};

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
