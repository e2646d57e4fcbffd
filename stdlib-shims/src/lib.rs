//! The standard library of krait's embedded interpreter: RustPython's native modules, the frozen
//! Python modules, and krait's additions and replacements.
//!
//! `build.rs` chooses what is frozen. `python/append/` and `python/replace/` hold the
//! Python shims; each says in its first lines what it changes and why.

mod csv;
mod decimal;
mod digests;
mod expat;
#[cfg(not(target_arch = "wasm32"))]
mod foreign_functions;
#[cfg(not(target_arch = "wasm32"))]
mod memory;
#[cfg(target_arch = "wasm32")]
mod packed;
mod plain_copy;
mod time_zones;
#[cfg(not(target_arch = "wasm32"))]
mod tls;
mod urls;

#[cfg(target_arch = "wasm32")]
pub use packed::{forget_unpacked, unpack_on_import};
pub use time_zones::posix_rule;

use rustpython_vm::{InterpreterBuilder, frozen::FrozenLib};

// Not there? Then cargo did not compile the engine by `engine/rustc`: is RUSTC set?
const _: () = rustpython_vm::COMPILED_WITH_CHANGES;

/// Gives `builder` the whole standard library.
pub fn add_standard_library(builder: InterpreterBuilder) -> InterpreterBuilder {
    digests::install();
    let mut modules = rustpython_stdlib::stdlib_module_defs(&builder.ctx);
    let own = [
        time_zones::module_def(&builder.ctx),
        expat::module_def(&builder.ctx),
        csv::module_def(&builder.ctx),
        decimal::module_def(&builder.ctx),
        plain_copy::module_def(&builder.ctx),
        urls::module_def(&builder.ctx),
        #[cfg(not(target_arch = "wasm32"))]
        memory::module_def(&builder.ctx),
    ];
    // krait's own modules replace the engine's of the same name.
    modules.retain(|theirs| own.iter().all(|module| module.name != theirs.name));
    let builder = builder
        .add_native_modules(&modules)
        .add_native_modules(&own)
        .add_frozen_modules(FROZEN_LIBRARY);
    #[cfg(not(target_arch = "wasm32"))]
    let builder = builder.init_hook(|_| tls::install_provider());
    #[cfg(target_arch = "wasm32")]
    let builder = builder.add_frozen_modules(packed::stand_ins(FROZEN_LIBRARY));
    builder
}

const FROZEN_LIBRARY: &FrozenLib =
    FrozenLib::from_ref(include_bytes!(concat!(env!("OUT_DIR"), "/frozen.bin")).as_slice());
