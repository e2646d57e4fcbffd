//! Making a module that has its interpreter built already.

use super::{host, pack, read};
use anyhow::{Context, Result, bail};
use std::{fs, path::Path};
use wasmtime::{Instance, Module, Store};
use wasmtime_wasi::{WasiCtxBuilder, p1::WasiP1Ctx, random::Deterministic};
use wasmtime_wizer::{WasmtimeWizer, Wizer};

/// Runs `krait_prepare` in the module at `bare`, and writes a module to `out` that starts with
/// the memory it left, which it unpacks first.
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
    let packed = pack::pack(&prepared)?;
    // It must start with the memory that was left. What is in the stack, nobody reads.
    let module = Module::new(&engine, &packed)?;
    let (new_store, new) = host::instantiate(&module, WasiCtxBuilder::new().build_p1())?;
    let unpacked = above_stack(new_store, new)?;
    let left = above_stack(store, instance)?;
    let more = unpacked.strip_prefix(&*left);
    if more.is_none_or(|more| more.iter().any(|byte| *byte != 0)) {
        bail!("the module's memory is not what was packed");
    }
    fs::write(out, packed).with_context(|| format!("{} is not written", out.display()))
}

fn above_stack(mut store: Store<WasiP1Ctx>, instance: Instance) -> Result<Vec<u8>> {
    let memory = instance.get_memory(&mut store, "memory").context("it exports no memory")?;
    Ok(memory.data(&store)[pack::STACK_END..].to_vec())
}

fn repeating() -> Deterministic {
    Deterministic::new((0..=250).collect())
}
