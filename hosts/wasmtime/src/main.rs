//! A host for `krait.wasm`: runs it, prepares it ahead of time, measures it.

mod figures;
mod function;
mod host;
mod lz;
mod pack;
mod prepare;
mod sizes;

use anyhow::{Context, Result, bail};
use std::{env, path::Path, process::ExitCode};

const USAGE: &str = "\
usage: krait-wasmtime COMMAND
  run MODULE [ARGUMENT...]   run a module, in this folder
  prepare MODULE OUT         have a module build its interpreter, and keep it so
  call MODULE EVENT...       invoke the function that `krait pack --for wasm` packed into a module, with
                             each event: answers go to standard output, logs to standard error;
                             `load OPTIONS` in place of an event changes the function
  compile MODULE OUT         compile a module ahead of time, for `run`
  figures BARE PREPARED KRAIT  measure a module before and after `prepare`, beside krait itself";

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["run", module, ..] => host::run(Path::new(module), &arguments[2..]),
        ["prepare", module, out] => done(prepare::prepare(Path::new(module), Path::new(out))),
        ["compile", module, out] => {
            let compiled = host::engine()?.precompile_module(&read(Path::new(module))?)?;
            done(std::fs::write(out, compiled).with_context(|| format!("{out} is not written")))
        }
        ["call", module, events @ ..] => call(Path::new(module), events),
        ["figures", bare, prepared, krait] => {
            done(figures::print(Path::new(bare), Path::new(prepared), Path::new(krait)))
        }
        _ => bail!("{USAGE}"),
    }
}

fn call(module: &Path, events: &[&str]) -> Result<ExitCode> {
    let mut function = function::Function::packed(&host::module(&host::engine()?, module)?)?;
    let mut status = 0;
    for event in events {
        let answer = match event.strip_prefix("load ") {
            Some(options) => function.change(options)?,
            None => function.invoke(event)?,
        };
        println!("{}", answer.ret_msg);
        eprint!("{}", answer.log);
        status = status.max(answer.status);
    }
    Ok(u8::try_from(status).unwrap_or(u8::MAX).into())
}

fn done(result: Result<()>) -> Result<ExitCode> {
    result.map(|()| ExitCode::SUCCESS)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("{} is not read", path.display()))
}
