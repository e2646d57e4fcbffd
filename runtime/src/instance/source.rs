//! Where an instance's interpreter comes from: a snapshot with the function, one without, or nothing.

use super::{call_loop::Warm, maker, python_link};
use crate::{
    heap,
    python::{Interpreter, Kept},
    snapshot::{Cache, Place, Refusal},
};
use std::{path::PathBuf, time::Instant};

/// `off` in this variable of the caller's environment has a packed program load its function at its start.
pub const LOADED_VARIABLE: &str = "KRAIT_LOADED";

/// Whether the loaded function is taken, if there is one.
pub(super) fn is_wanted() -> bool {
    std::env::var_os(LOADED_VARIABLE).is_none_or(|value| value != "off")
}

/// What the caller's environment says about snapshots, and where Python is.
pub(super) struct Options {
    pub off: bool,
    pub cache: Option<Cache>,
    /// A path that runs Python.
    pub python: PathBuf,
    /// What texts are hashed with, where it is not to be random. Without a snapshot only.
    pub hash_seed: Option<u32>,
    /// Whether the function that was loaded when this program was packed is taken with the interpreter.
    pub takes_kept: bool,
}

impl Options {
    pub(super) fn of_environment() -> Self {
        let off = std::env::var_os("KRAIT_SNAPSHOT").is_some_and(|value| value == "off");
        Self { off, cache: Cache::of_user(), ..Self::without_snapshot() }
    }

    fn are_off(&self) -> bool {
        self.off || self.cache.as_ref().is_some_and(Cache::is_off)
    }

    pub(super) fn without_snapshot() -> Self {
        let python = python_link::path();
        Self { off: true, cache: None, python, hash_seed: None, takes_kept: false }
    }
}

/// What the root of a snapshot with a function is.
pub(super) struct KeptRoot {
    pub interpreter: &'static Interpreter,
    pub kept: Kept,
}

/// An interpreter, from a snapshot if possible.
pub(super) fn interpreter(fixed: Result<(), Refusal>, options: &Options, started: Instant) -> Warm {
    let begun = Instant::now();
    if fixed.is_ok()
        && let Some(root) = kept_root(options)
    {
        return Warm {
            interpreter: root.interpreter,
            init_runtime: started.elapsed(),
            note: format!(
                "taken from a snapshot with the function in {} µs",
                begun.elapsed().as_micros()
            ),
            kept: Some(&root.kept),
        };
    }
    match fixed.and_then(|()| root(options)) {
        Ok(root) => Warm {
            interpreter: interpreter_of(root),
            init_runtime: started.elapsed(),
            note: format!("taken from a snapshot in {} µs", begun.elapsed().as_micros()),
            kept: None,
        },
        Err(refusal) => ordinary(refusal, options.hash_seed, started),
    }
}

/// The interpreter of a snapshot that was restored, by its `root`.
pub(super) fn interpreter_of(root: usize) -> &'static Interpreter {
    // SAFETY: the root is what `maker::make` said it is, and lives as long as the process.
    unsafe { &*std::ptr::with_exposed_provenance::<Interpreter>(root) }
}

/// An interpreter that is built here, since there is no snapshot.
pub(super) fn ordinary(refusal: Refusal, hash_seed: Option<u32>, started: Instant) -> Warm {
    let note = format!("an ordinary start: {refusal}");
    // Refused only if a snapshot was restored in part, or the address is taken. Then memory comes
    // from elsewhere.
    let _ = heap::activate();
    let interpreter = Box::leak(Box::new(Interpreter::build_seeded(hash_seed)));
    Warm { interpreter, init_runtime: started.elapsed(), note, kept: None }
}

/// Restores a snapshot: the one attached to the program, or the user's. If the user has none yet,
/// it is made first.
fn root(options: &Options) -> Result<usize, Refusal> {
    if options.are_off() {
        return Err(Refusal::Off);
    }
    match Place::attached().and_then(|place| place.take_up()) {
        Err(refusal) if refusal.leaves_room() => {}
        other => return other,
    }
    cached(options)?.take_up()
}

/// Where the snapshot is that a function is loaded over when it is packed: the one of this program, which
/// goes along, or the user's.
pub(super) fn place(options: &Options) -> Result<Place, Refusal> {
    if options.are_off() {
        return Err(Refusal::Off);
    }
    match Place::attached() {
        Err(Refusal::Absent) => cached(options),
        attached => attached.and_then(|place| place.check().map(|_| place)),
    }
}

/// Restores the snapshot with the function that was loaded when this program was packed, if there is one. It
/// fits only into a process that has done nothing yet.
fn kept_root(options: &Options) -> Option<&'static KeptRoot> {
    if !options.takes_kept || options.are_off() {
        return None;
    }
    let root = Place::second().and_then(|place| place.take_up()).ok()?;
    // SAFETY: the root of a second snapshot is what `loader.rs` said it is, and lives as long as the
    // process.
    Some(unsafe { &*std::ptr::with_exposed_provenance::<KeptRoot>(root) })
}

/// The user's snapshot. If the user has none yet, it is made first.
fn cached(options: &Options) -> Result<Place, Refusal> {
    let cache = options.cache.as_ref().ok_or(Refusal::NoFolder)?;
    match cache.open() {
        Err(Refusal::Absent) if cache.is_writable() => {
            maker::make_in_child(cache);
            cache.open()
        }
        place => place,
    }
}
