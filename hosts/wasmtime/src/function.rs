//! A function that is loaded once and invoked many times, through what the module exports.

use super::host;
use anyhow::{Context, Result, bail};
use std::path::Path;
use wasmtime::{Instance, Memory, Module, Store, TypedFunc};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder, p1::WasiP1Ctx};

/// A loaded function.
pub(super) struct Function {
    store: Store<WasiP1Ctx>,
    memory: Memory,
    instance: Instance,
    invoke: TypedFunc<(u32, u32, u32, u32), u32>,
}

/// What came of an invocation.
#[derive(Debug)]
pub(super) struct Answer {
    /// 0: the function succeeded.
    pub status: u32,
    pub ret_msg: String,
    pub log: String,
}

impl Function {
    /// Loads the code in a folder with its default handler.
    pub(super) fn load(module: &Module, folder: &Path) -> Result<Self> {
        let mut wasi = WasiCtxBuilder::new();
        wasi.inherit_stderr().preopened_dir(folder, "/function", FsPerms::ReadOnly)?;
        let mut function = Self::of(module, wasi)?;
        let (store, instance) = (&mut function.store, &function.instance);
        let load = instance.get_typed_func::<(u32, u32), u32>(store, "krait_load")?;
        let options = function.write(br#"{"code": "/function"}"#)?;
        let answer = load.call(&mut function.store, options)?;
        let answer = function.answer(answer)?;
        if answer.status != 0 {
            bail!("{}", answer.ret_msg);
        }
        Ok(function)
    }

    /// The function that is packed into a module. It sees no folders.
    pub(super) fn packed(module: &Module) -> Result<Self> {
        let mut wasi = WasiCtxBuilder::new();
        wasi.inherit_stderr();
        Self::of(module, wasi)
    }

    fn of(module: &Module, mut wasi: WasiCtxBuilder) -> Result<Self> {
        let (mut store, instance) = host::instantiate(module, wasi.build_p1())?;
        let memory = instance.get_memory(&mut store, "memory").context("no memory")?;
        let invoke = instance.get_typed_func(&mut store, "krait_invoke")?;
        Ok(Self { store, memory, instance, invoke })
    }

    /// Changes what is known of it: the options of `krait_load`.
    pub(super) fn change(&mut self, options: &str) -> Result<Answer> {
        let (options, size) = self.write(options.as_bytes())?;
        let load =
            self.instance.get_typed_func::<(u32, u32), u32>(&mut self.store, "krait_load")?;
        let answer = load.call(&mut self.store, (options, size))?;
        self.answer(answer)
    }

    /// Invokes it with the text of an event.
    pub(super) fn invoke(&mut self, event: &str) -> Result<Answer> {
        let (event, size) = self.write(event.as_bytes())?;
        let answer = self.invoke.call(&mut self.store, (event, size, 0, 0))?;
        let answer = self.answer(answer)?;
        let free = self.instance.get_typed_func::<(u32, u32), ()>(&mut self.store, "krait_free")?;
        free.call(&mut self.store, (event, size))?;
        Ok(answer)
    }

    /// Writes bytes into the module's memory.
    fn write(&mut self, bytes: &[u8]) -> Result<(u32, u32)> {
        let size = u32::try_from(bytes.len())?;
        let allocate = self.instance.get_typed_func::<u32, u32>(&mut self.store, "krait_alloc")?;
        let pointer = allocate.call(&mut self.store, size)?;
        self.memory.write(&mut self.store, pointer as usize, bytes)?;
        Ok((pointer, size))
    }

    fn answer(&self, address: u32) -> Result<Answer> {
        let memory = self.memory.data(&self.store);
        let number = |index: usize| -> Result<usize> {
            let start = address as usize + 4 * index;
            let bytes = memory.get(start..start + 4).context("an answer outside the memory")?;
            Ok(u32::from_le_bytes(bytes.try_into()?) as usize)
        };
        let text = |index: usize| -> Result<String> {
            let (start, size) = (number(index)?, number(index + 1)?);
            let bytes = memory.get(start..start + size).context("a text outside the memory")?;
            Ok(String::from_utf8(bytes.to_vec())?)
        };
        Ok(Answer { status: u32::try_from(number(0)?)?, ret_msg: text(1)?, log: text(3)? })
    }
}
