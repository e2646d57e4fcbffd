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
#[cfg(not(target_arch = "wasm32"))]
mod profiler;
mod time_zones;
#[cfg(not(target_arch = "wasm32"))]
mod tls;
mod urls;

#[cfg(target_arch = "wasm32")]
pub use packed::{forget_unpacked, unpack_on_import};
pub use time_zones::posix_rule;

use rustpython_vm::{Context, InterpreterBuilder, builtins::PyModuleDef, frozen::FrozenLib};

// Not there? Then cargo did not compile the engine by `engine/rustc`: is RUSTC set?
const _: () = rustpython_vm::COMPILED_WITH_CHANGES;

/// Gives `builder` the whole standard library.
pub fn add_standard_library(builder: InterpreterBuilder) -> InterpreterBuilder {
    digests::install();
    let modules = native_modules(&builder.ctx);
    let builder = builder.add_native_modules(&modules).add_frozen_modules(FROZEN_LIBRARY);
    #[cfg(not(target_arch = "wasm32"))]
    let builder = builder.init_hook(|_| tls::install_provider());
    #[cfg(target_arch = "wasm32")]
    let builder = builder.add_frozen_modules(packed::stand_ins(FROZEN_LIBRARY));
    builder
}

/// The TCP port that this process was last refused, and whether it was to be listened on; told once.
#[cfg(target_os = "linux")]
pub fn take_refused_port() -> Option<(u16, bool)> {
    rustpython_stdlib::refused_port::take().map(|refused| (refused.port, refused.listens))
}

/// The names of the library's modules, and whether each is native.
#[cfg(not(target_arch = "wasm32"))]
pub fn library_modules() -> Vec<(String, bool)> {
    let context = Context::genesis();
    let built_in = rustpython_vm::stdlib::builtin_module_defs(context);
    let native = native_modules(context).into_iter().chain(built_in);
    let native = native.map(|module| module.name.as_str()).chain(["builtins", "sys"]);
    let frozen = FROZEN_LIBRARY.into_iter().map(|(name, _)| (name.to_owned(), false));
    native.map(|name| (name.to_owned(), true)).chain(frozen).collect()
}

/// The native modules of the library, but for those that every interpreter has.
fn native_modules(context: &Context) -> Vec<&'static PyModuleDef> {
    let own = [
        time_zones::module_def(context),
        expat::module_def(context),
        csv::module_def(context),
        decimal::module_def(context),
        plain_copy::module_def(context),
        urls::module_def(context),
        #[cfg(not(target_arch = "wasm32"))]
        memory::module_def(context),
        #[cfg(not(target_arch = "wasm32"))]
        profiler::module_def(context),
    ];
    let mut modules = rustpython_stdlib::stdlib_module_defs(context);
    // krait's own modules replace the engine's of the same name.
    modules.retain(|theirs| own.iter().all(|module| module.name != theirs.name));
    modules.extend(own);
    #[cfg(feature = "stand-ins")]
    modules.extend(krait_stand_ins::native_modules(context));
    modules
}

const FROZEN_LIBRARY: &FrozenLib =
    FrozenLib::from_ref(include_bytes!(concat!(env!("OUT_DIR"), "/frozen.bin")).as_slice());
