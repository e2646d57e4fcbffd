//! Running `krait.wasm` as a program.

use anyhow::{Context, Result};
use std::{
    env, iter,
    path::{Path, PathBuf},
    process::ExitCode,
};
use wasmtime::{Config, Engine, Instance, Linker, Module, Store};
use wasmtime_wasi::{
    FsPerms, I32Exit, WasiCtxBuilder,
    p1::{self, WasiP1Ctx},
};

/// What a module's calls of Python functions may take of this program's stack, in bytes:
/// recursion ends by Python's own limit before it ends by this one.
const STACK_BYTES: usize = 64 << 20;

/// An engine for `krait.wasm`.
pub(super) fn engine() -> Result<Engine> {
    let mut config = Config::new();
    config.max_wasm_stack(STACK_BYTES).async_stack_size(2 * STACK_BYTES);
    Ok(Engine::new(&config)?)
}

/// A module, compiled now, or ahead of time where its name ends in `.cwasm`.
pub(super) fn module(engine: &Engine, path: &Path) -> Result<Module> {
    if path.extension().is_some_and(|extension| extension == "cwasm") {
        // SAFETY: the caller gives a file that `compile` wrote: it is run as it is.
        let module = unsafe { Module::deserialize_file(engine, path) };
        return module
            .map_err(anyhow::Error::from)
            .with_context(|| format!("{} is no module of this host", path.display()));
    }
    Ok(Module::from_file(engine, path)?)
}

/// An instance of a module in a store of its own, with WASI as `context` has it.
pub(super) fn instantiate(
    module: &Module,
    context: WasiP1Ctx,
) -> Result<(Store<WasiP1Ctx>, Instance)> {
    let mut linker = Linker::new(module.engine());
    p1::add_to_linker_sync(&mut linker, |context| context)?;
    let mut store = Store::new(module.engine(), context);
    let instance = linker.instantiate(&mut store, module)?;
    Ok((store, instance))
}

/// The folders that `KRAIT_WASMTIME_FOLDERS` names, as `PATH` would: the module may use them.
fn other_folders() -> Vec<PathBuf> {
    let folders = env::var_os("KRAIT_WASMTIME_FOLDERS").unwrap_or_default();
    env::split_paths(&folders).filter(|folder| folder.is_dir()).collect()
}

/// Runs a module's `_start` with this program's streams, its folder and `/tmp`, as
/// `krait ARGUMENT...`, and gives its exit status.
pub(super) fn run(path: &Path, arguments: &[String]) -> Result<ExitCode> {
    let folder = env::current_dir()?;
    let mut context = WasiCtxBuilder::new();
    context.inherit_stdio().inherit_env().arg("krait").args(arguments);
    context.preopened_dir(&folder, ".", FsPerms::ReadWrite)?;
    context.preopened_dir(&folder, folder.to_string_lossy(), FsPerms::ReadWrite)?;
    for folder in iter::once(PathBuf::from("/tmp")).chain(other_folders()) {
        context.preopened_dir(&folder, folder.to_string_lossy(), FsPerms::ReadWrite)?;
    }
    let engine = engine()?;
    // The module's stack is this thread's, whose size is the system's choice.
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES + (4 << 20));
    let path = path.to_path_buf();
    let running = thread.spawn(move || -> Result<u8> {
        let module = module(&engine, &path)?;
        let (mut store, instance) = instantiate(&module, context.build_p1())?;
        let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
        match start.call(&mut store, ()) {
            Ok(()) => Ok(0),
            Err(error) => match error.downcast_ref::<I32Exit>() {
                Some(I32Exit(status)) => Ok(u8::try_from(*status).unwrap_or(u8::MAX)),
                None => Err(error.into()),
            },
        }
    })?;
    let status = running.join().map_err(|_| anyhow::anyhow!("the host's thread panicked"))??;
    Ok(status.into())
}
