//! Making a module that has its interpreter built already.

use super::{host, read};
use anyhow::{Context, Result};
use std::{fs, path::Path};
use wasmtime::Module;
use wasmtime_wasi::{WasiCtxBuilder, random::Deterministic};
use wasmtime_wizer::{WasmtimeWizer, Wizer};

/// Runs `krait_prepare` in the module at `bare`, and writes a module to `out` that starts with
/// the memory it left.
pub(super) fn prepare(bare: &Path, out: &Path) -> Result<()> {
    let wasm = read(bare)?;
    let mut wizer = Wizer::new();
    wizer.init_func("krait_prepare");
    let (context, instrumented) = wizer.instrument(&wasm)?;
    let engine = host::engine()?;
    let module = Module::new(&engine, &instrumented)?;
    // The build's random numbers are no secret, and the same each time: so is the module.
    let mut wasi = WasiCtxBuilder::new();
    wasi.inherit_stderr()
        .secure_random(repeating())
        .insecure_random(repeating())
        .insecure_random_seed(3);
    let (mut store, instance) = host::instantiate(&module, wasi.build_p1())?;
    let initialise = instance.get_typed_func::<(), ()>(&mut store, "krait_prepare")?;
    initialise.call(&mut store, ())?;
    let mut state = WasmtimeWizer { store: &mut store, instance };
    let prepared = pollster::block_on(wizer.snapshot(&context, &mut state))?;
    fs::write(out, prepared).with_context(|| format!("{} is not written", out.display()))
}

fn repeating() -> Deterministic {
    Deterministic::new((0..=250).collect())
}
