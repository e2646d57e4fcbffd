//! The interpreter that a module ships with. It is built and warmed up at build time. A tool
//! (`hosts/wasmtime`) then turns the running module, with its memory, into the shipped module.

use super::{files, tidy::tidily};
use crate::python::Interpreter;
use std::sync::OnceLock;

/// An interpreter that is used by one thread only: a module has no other.
struct Single(Interpreter);

// SAFETY: see above.
unsafe impl Send for Single {}
// SAFETY: see above.
unsafe impl Sync for Single {}

static IMAGE: OnceLock<Single> = OnceLock::new();

/// Builds an interpreter and imports what most functions import, before the module's memory
/// is kept.
///
/// # Errors
/// The message of the exception that an import raised.
pub fn prepare() -> Result<(), String> {
    tidily(|| {
        let interpreter = Interpreter::build();
        interpreter.warm_up(&[])?;
        let _ = IMAGE.set(Single(interpreter));
        Ok::<_, String>(())
    })?;
    forget_the_builder();
    Ok(())
}

/// The interpreter that came with the module, if one did.
pub(super) fn interpreter() -> Option<&'static Interpreter> {
    IMAGE.get().map(|image| &image.0)
}

/// An interpreter made now.
pub(super) fn build() -> &'static Interpreter {
    &IMAGE.get_or_init(|| Single(Interpreter::build())).0
}

/// Makes libc ask this module's host for folders and environment, in place of those of the build's
/// host.
pub(super) fn forget_the_builder() {
    unsafe extern "C" {
        fn __wasilibc_reset_preopens();
        fn __wasilibc_deinitialize_environ();
    }
    // SAFETY: nothing else runs, and no pointer into either is held.
    unsafe {
        __wasilibc_reset_preopens();
        __wasilibc_deinitialize_environ();
    }
    files::unmounted();
}
