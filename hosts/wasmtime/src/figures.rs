//! The figures of BENCHMARKS.md's part on WebAssembly.

use super::{function::Function, host};
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
/// prints a table.
pub(super) fn print(bare: &Path, prepared: &Path, krait: &Path) -> Result<()> {
    let scratch = env::temp_dir().join(format!("krait-wasmtime-{}", std::process::id()));
    fs::create_dir_all(scratch.join("hello"))?;
    fs::write(scratch.join("hello/index.py"), HELLO)?;
    let own = env::current_exe()?;
    let engine = host::engine()?;
    let compiled = |module: &Path, name: &str| -> Result<_> {
        let path = scratch.join(name);
        fs::write(&path, engine.precompile_module(&fs::read(module)?)?)?;
        Ok(path)
    };
    let bare_compiled = compiled(bare, "bare.cwasm")?;
    let prepared_compiled = compiled(prepared, "prepared.cwasm")?;
    let module = |path: &Path| {
        let mut command = Command::new(&own);
        command.arg("run").arg(path);
        command
    };
    let mut starts: [(&str, Box<dyn Fn() -> Command>, Vec<Duration>); 3] = [
        ("bare module", Box::new(|| module(&bare_compiled)), Vec::new()),
        ("module as it ships", Box::new(|| module(&prepared_compiled)), Vec::new()),
        ("krait itself", Box::new(|| Command::new(krait)), Vec::new()),
    ];
    for _ in 0..STARTS {
        for (name, command, times) in &mut starts {
            let mut command = command();
            command.args(["invoke", "hello", "--log", "none"]).current_dir(&scratch);
            let begun = Instant::now();
            let output = command.stderr(Stdio::null()).output()?;
            times.push(begun.elapsed());
            if output.stdout != b"\"Hello World\"\n" {
                bail!("{name} answered {:?}", String::from_utf8_lossy(&output.stdout));
            }
        }
    }
    println!("| process start to RetMsg of hello, compiled ahead | ms, median |\n| --- | --- |");
    for (name, _, times) in &mut starts {
        println!("| {name} | {:.1} |", median(times).as_secs_f64() * 1000.0);
    }
    let mut function =
        Function::load(&host::module(&engine, &prepared_compiled)?, &scratch.join("hello"))?;
    let event = json!({"text": "x".repeat(1000)});
    let mut calls = Vec::new();
    for _ in 0..CALLS {
        let begun = Instant::now();
        let answer = function.invoke(&event)?;
        calls.push(begun.elapsed());
        if (answer.status, answer.ret_msg.as_str()) != (0, "\"Hello World\"") {
            bail!("it answered {answer:?}");
        }
    }
    println!(
        "\nwarm invocation, event of 1 KB: {:.1} µs, median of {CALLS}",
        median(&mut calls).as_secs_f64() * 1e6
    );
    fs::remove_dir_all(&scratch)?;
    Ok(())
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
