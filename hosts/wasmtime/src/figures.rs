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
    let mut starts = [
        ("bare module", module(&bare_compiled)),
        ("module as it ships", module(&prepared_compiled)),
        ("krait itself", Command::new(krait)),
    ]
    .map(|(name, command)| Start { name, command, times: Vec::new() });
    for Start { command, .. } in &mut starts {
        command.args(["invoke", "hello", "--log", "none"]).stderr(Stdio::null());
        command.current_dir(&scratch).env("PWD", &scratch);
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
    let mut function = Function::load(
        &host::module(&host::engine()?, &prepared_compiled)?,
        &scratch.join("hello"),
    )?;
    let event = json!({"text": "x".repeat(1000)});
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
        "\nwarm invocation, event of 1 KB: {:.1} µs, median of {CALLS}",
        median(&mut calls).as_secs_f64() * 1e6
    );
    sizes::print(prepared, &scratch)?;
    fs::remove_dir_all(&scratch)?;
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
