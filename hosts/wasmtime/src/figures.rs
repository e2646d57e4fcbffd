//! The figures of BENCHMARKS.md's part on WebAssembly.

use super::{function::Function, host, sizes};
use anyhow::{Result, bail};
use serde_json::json;
use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const STARTS: usize = 40;
const CALLS: usize = 5000;

/// Measures `bare` and `prepared` (modules) and `krait` (the program), taking turns, and
/// prints tables, of sizes too.
pub(super) fn print(bare: &Path, prepared: &Path, krait: &Path) -> Result<()> {
    let scratch = env::temp_dir().join(format!("krait-wasmtime-{}", std::process::id()));
    fs::create_dir_all(scratch.join("hello"))?;
    fs::write(scratch.join("hello/index.py"), HELLO)?;
    let own = env::current_exe()?;
    // By another process: what compiling leaves in this one's memory would make starts slower.
    let compiled = |module: &Path, name: &str| -> Result<_> {
        let path = scratch.join(name);
        let status = Command::new(&own).arg("compile").args([module, &path]).status()?;
        if !status.success() {
            bail!("{} cannot be compiled", module.display());
        }
        Ok(path)
    };
    let bare_compiled = compiled(bare, "bare.cwasm")?;
    let prepared_compiled = compiled(prepared, "prepared.cwasm")?;
    let module = |path: &Path| {
        let mut command = Command::new(&own);
        command.arg("run").arg(path);
        command
    };
    let packed = scratch.join("packed.wasm");
    let mut pack = Command::new(krait);
    pack.args(["pack", "--for", "wasm", "hello", "--module"]).arg(prepared).arg("-o").arg(&packed);
    let output = pack.current_dir(&scratch).env("PWD", &scratch).output()?;
    if !output.status.success() {
        bail!("hello cannot be packed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let packed_compiled = compiled(&packed, "packed.cwasm")?;
    let mut packed_start = Command::new(&own);
    packed_start.arg("call").arg(&packed_compiled).arg("{}");
    let mut starts = [
        ("bare module", module(&bare_compiled)),
        ("module as it ships", module(&prepared_compiled)),
        ("krait itself", Command::new(krait)),
        ("module with hello packed into it", packed_start),
    ]
    .map(|(name, command)| Start { name, command, times: Vec::new() });
    for Start { command, .. } in &mut starts[..3] {
        command.args(["invoke", "hello", "--log", "none"]);
    }
    for Start { command, .. } in &mut starts {
        command.stderr(Stdio::null()).current_dir(&scratch).env("PWD", &scratch);
    }
    for _ in 0..STARTS {
        for Start { name, command, times } in &mut starts {
            let begun = Instant::now();
            let output = command.output()?;
            times.push(begun.elapsed());
            if output.stdout != b"\"Hello World\"\n" {
                bail!("{name} answered {:?}", String::from_utf8_lossy(&output.stdout));
            }
        }
    }
    println!("| process start to RetMsg of hello, compiled ahead | ms, median |\n| --- | --- |");
    for Start { name, times, .. } in &mut starts {
        println!("| {name} | {:.1} |", median(times).as_secs_f64() * 1000.0);
    }
    let engine = host::engine()?;
    let function =
        Function::load(&host::module(&engine, &prepared_compiled)?, &scratch.join("hello"))?;
    print_warm("warm invocation", function)?;
    let function = Function::packed(&host::module(&engine, &packed_compiled)?)?;
    print_warm("warm invocation, packed", function)?;
    sizes::print("the module", prepared, &scratch)?;
    sizes::print("the module with hello", &packed, &scratch)?;
    fs::remove_dir_all(&scratch)?;
    Ok(())
}

fn print_warm(name: &str, mut function: Function) -> Result<()> {
    let event = json!({"text": "x".repeat(1000)}).to_string();
    let mut calls = Vec::new();
    for _ in 0..CALLS {
        let begun = Instant::now();
        let answer = function.invoke(&event)?;
        calls.push(begun.elapsed());
        if (answer.status, answer.ret_msg.as_str()) != (0, "\"Hello World\"") {
            bail!("it answered {}\n{}", answer.ret_msg, answer.log);
        }
    }
    println!(
        "\n{name}, event of 1 KB: {:.1} µs, median of {CALLS}",
        median(&mut calls).as_secs_f64() * 1e6
    );
    Ok(())
}

/// A way to start, and how long it took each time.
struct Start {
    name: &'static str,
    command: Command,
    times: Vec<Duration>,
}

const HELLO: &str = "\
import json, logging

def main_handler(event, context):
    return 'Hello World'
";

fn median(times: &mut [Duration]) -> Duration {
    times.sort();
    times[times.len() / 2]
}
