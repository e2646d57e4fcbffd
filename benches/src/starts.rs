//! Whole processes: from the command to its answer.

use crate::{
    own,
    peers::Peer,
    statistics::{Summary, summarize},
};
use anyhow::{Context, Result, bail};
use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const ROUNDS: usize = 41;

/// Measures and prints the table of starts.
pub(crate) fn run(program: &Path, peers: &[Peer]) -> Result<()> {
    println!("## Without a snapshot\n");
    println!("| handler | krait | fastest CPython `-I -S` | ratio |\n| --- | --- | --- | --- |");
    for (what, handler) in [
        ("hello, imports json", "handlers/hello.py"),
        ("imports json, logging, datetime, re, urllib.parse, base64, hashlib", "handlers/seven.py"),
    ] {
        let (ours, theirs, version) = compare(program, peers, &own(handler), "off")?;
        let ratio = ours.ratio_to(&theirs);
        println!(
            "| {what} | {} | {} ({version}) | {ratio:.2} |",
            ours.milliseconds(),
            theirs.milliseconds()
        );
    }
    let floor = time(ROUNDS, || Command::new("/bin/true"))?;
    println!("| nothing: `/bin/true`, for the floor | {} | | |\n", floor.milliseconds());
    println!("| | |\n| --- | --- |");
    println!("| peak memory of hello | {:.1} MiB |", peak_memory(program)?);
    println!("| from a timeout of 1 s to krait's exit | {:.0} ms |", timeout_lag(program)?);
    for import in ["ssl", "sqlite3", "zoneinfo", "asyncio", "urllib.request", "dataclasses"] {
        println!(
            "| `import {import}` in an empty handler | {:.1} ms |",
            import_time(program, import)?
        );
    }
    println!();
    Ok(())
}

/// Krait's time, with `KRAIT_SNAPSHOT` as given, the fastest peer's, and that one's version; all in turn, so that whatever
/// disturbs the machine disturbs all.
pub(crate) fn compare(
    program: &Path,
    peers: &[Peer],
    handler: &Path,
    snapshot: &str,
) -> Result<(Summary, Summary, String)> {
    let mut ours = Vec::new();
    let mut theirs = vec![Vec::new(); peers.len()];
    for round in 0..ROUNDS + 2 {
        let krait = elapsed(invocation(program, handler).env("KRAIT_SNAPSHOT", snapshot))?;
        let rest: Vec<Duration> = peers
            .iter()
            .map(|peer| {
                let mut command = Command::new(&peer.program);
                command.args(["-I", "-S"]).arg(own("peer.py")).arg(handler).arg("{}");
                elapsed(&mut command)
            })
            .collect::<Result<_>>()?;
        // The first rounds fill the disk's cache.
        if round >= 2 {
            ours.push(krait);
            theirs.iter_mut().zip(rest).for_each(|(times, time)| times.push(time));
        }
    }
    let (fastest, version) = theirs
        .into_iter()
        .map(summarize)
        .zip(peers.iter().map(|peer| peer.version.clone()))
        .min_by_key(|(summary, _)| summary.median)
        .context("no CPython to compare with")?;
    Ok((summarize(ours), fastest, version))
}

pub(crate) fn invocation(program: &Path, handler: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg("invoke").arg(handler).args(["-e", "{}"]);
    command
}

pub(crate) fn time(rounds: usize, mut command: impl FnMut() -> Command) -> Result<Summary> {
    let times: Result<Vec<_>> = (0..rounds).map(|_| elapsed(&mut command())).collect();
    Ok(summarize(times?))
}

pub(crate) fn elapsed(command: &mut Command) -> Result<Duration> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let begun = Instant::now();
    let status = command.status()?;
    let elapsed = begun.elapsed();
    if !status.success() {
        bail!("{command:?} failed");
    }
    Ok(elapsed)
}

fn peak_memory(program: &Path) -> Result<f64> {
    let mut command = invocation(program, &own("handlers/hello.py"));
    let output = command
        .env("KRAIT_SNAPSHOT", "off")
        .args(["--output", "result", "--log", "none"])
        .output()?;
    let result: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    Ok(result["MemUsage"].as_f64().context("a result with MemUsage")? / 1024.0 / 1024.0)
}

/// How much longer than its limit of a second a looping handler keeps krait, in ms. The
/// start is taken off by starting the clock with the handler's own first line.
fn timeout_lag(program: &Path) -> Result<f64> {
    use std::io::Read;
    let file = tempfile(
        "loop.py",
        "def main_handler(event, context):\n    print('go')\n    while True: pass\n",
    )?;
    let mut child = Command::new(program)
        .arg("invoke")
        .arg(&file)
        .args(["--timeout", "1"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut log = child.stderr.take().context("a log")?;
    let mut seen = Vec::new();
    let mut byte = [0];
    while !seen.ends_with(b"go\n") {
        log.read_exact(&mut byte)?;
        seen.push(byte[0]);
    }
    let begun = Instant::now();
    child.wait()?;
    Ok((begun.elapsed().as_secs_f64() - 1.0) * 1000.0)
}

/// The median of what a handler's import takes, in ms, by the handler's own clock.
fn import_time(program: &Path, module: &str) -> Result<f64> {
    let source = format!(
        "import time\ndef main_handler(event, context):\n    begun = time.perf_counter()\n    \
         import {module}\n    return (time.perf_counter() - begun) * 1000\n"
    );
    let file = tempfile("imports.py", &source)?;
    let mut times = Vec::new();
    for _ in 0..9 {
        let output = invocation(program, &file).env("KRAIT_SNAPSHOT", "off").output()?;
        let text = String::from_utf8(output.stdout)?;
        times.push(Duration::from_secs_f64(text.trim().parse::<f64>()? / 1000.0));
    }
    Ok(summarize(times).median.as_secs_f64() * 1000.0)
}

pub(crate) fn tempfile(name: &str, text: &str) -> Result<std::path::PathBuf> {
    let folder = std::env::temp_dir().join(format!("krait-benches-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let file = folder.join(name);
    std::fs::write(&file, text)?;
    Ok(file)
}
