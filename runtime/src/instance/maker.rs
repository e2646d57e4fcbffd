//! Making a snapshot: a process warms an interpreter up and writes its own memory to a file.

use super::{kernel, process};
use crate::{
    heap,
    python::{Interpreter, MemoryOfCode, fill_location_tables, leave, memory_of_code},
    snapshot::{Base, Cache, Unfit},
};
use std::{
    fs::{self, DirBuilder, File},
    io,
    ops::Range,
    os::unix::fs::DirBuilderExt,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Makes the user's snapshot in a separate process, so that this one stays unchanged.
pub(super) fn make_in_child(cache: &Cache) {
    let child = kernel::fork(|| {
        process::forget_caller();
        let made = cache.make(|file, _| make(file, &[]));
        leave(i32::from(made.is_err()))
    });
    if let Ok(child) = child {
        kernel::wait_for(child);
    }
}

/// Warms an interpreter up and writes a snapshot of this process. The process cannot be used for
/// anything else afterwards.
pub(super) fn make(file: &File, modules: &[String]) -> Result<(), Unfit> {
    // Output during this time belongs to no log.
    let (_unread, unread) = io::pipe().map_err(Unfit::Write)?;
    process::replace_output(&unread);
    let mut base = Base::note()?;
    // Copied, so that it lies in the heap like everything else.
    warming().modules = modules.to_vec();
    base.warm_up(warm_up);
    let warmed = std::mem::replace(&mut *warming(), Warming::NOTHING);
    let left_out = warmed.left_out.map_err(Unfit::WarmUp)?;
    base.write(warmed.interpreter, &left_out, fill_location_tables, file).map(drop)
}

/// How often a function is rehearsed. After this many runs, the engine's counters no longer change.
const REHEARSALS: usize = 64;

/// The arguments and the result of [`warm_up`].
struct Warming {
    modules: Vec<String>,
    /// The interpreter's address.
    interpreter: usize,
    left_out: Result<Vec<Range<usize>>, String>,
}

impl Warming {
    const NOTHING: Self = Self { modules: Vec::new(), interpreter: 0, left_out: Ok(Vec::new()) };
}

static WARMING: Mutex<Warming> = Mutex::new(Warming::NOTHING);

fn warming() -> MutexGuard<'static, Warming> {
    WARMING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Builds an interpreter and warms it up.
extern "C" fn warm_up() {
    heap::sort_by(|asked| {
        match memory_of_code(asked.map(|heap::Asked { size, alignment }| (size, alignment))) {
            Some(MemoryOfCode::Caches) => heap::Sort::Sparse,
            Some(MemoryOfCode::Locations) => heap::Sort::LeftOut,
            None => heap::Sort::Ordinary,
        }
    });
    let interpreter = Box::leak(Box::new(Interpreter::build()));
    // If there is no folder, the snapshot is only a little slower.
    if let Ok(folder) = Folder::make() {
        let _ = interpreter.rehearse(&folder.0, REHEARSALS);
    }
    let modules = std::mem::take(&mut warming().modules);
    let left_out = interpreter.warm_up(&modules);
    let mut warming = warming();
    warming.interpreter = (&raw const *interpreter).expose_provenance();
    warming.left_out = left_out;
}

/// A temporary folder for a rehearsal.
struct Folder(PathBuf);

impl Folder {
    fn make() -> io::Result<Self> {
        let name = format!("krait-{:016x}", rand::random::<u64>());
        let folder = std::env::temp_dir().join(name);
        DirBuilder::new().mode(0o700).create(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
