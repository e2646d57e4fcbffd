//! Starts from the snapshot: what they take, alone and a hundred at once.

use crate::{
    own,
    peers::Peer,
    starts::{compare, elapsed, invocation, tempfile, time},
    statistics::summarize,
};
use anyhow::{Context, Result};
use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const ROUNDS: usize = 41;
const AT_ONCE: usize = 100;

/// Measures and prints the tables of starts from the snapshot.
pub(crate) fn run(program: &Path, peers: &[Peer]) -> Result<()> {
    println!("## From the snapshot\n");
    println!("| handler | krait | fastest CPython `-I -S` | ratio |\n| --- | --- | --- | --- |");
    for (what, handler) in [
        ("hello, imports json", "handlers/hello.py"),
        (
            "imports json, logging, datetime, re, urllib.request, base64, hashlib, asyncio",
            "handlers/eight.py",
        ),
    ] {
        let (ours, theirs, version) = compare(program, peers, &own(handler), "on")?;
        println!(
            "| {what} | {} | {} ({version}) | {:.2} |",
            ours.milliseconds(),
            theirs.milliseconds(),
            ours.ratio_to(&theirs)
        );
    }
    println!("\n| | |\n| --- | --- |");
    println!("| size of the program, its snapshot included | {:.1} MB |", megabytes(program)?);
    for (what, handler) in [("hello", "handlers/hello.py"), ("eight imports", "handlers/eight.py")]
    {
        let alone = time(ROUNDS, || invocation(program, &own(handler)))?;
        println!("| {what}, with nothing else running in between | {} |", alone.milliseconds());
    }
    println!("| taking the snapshot up | {} |", taken_up(program)?);
    print_floors(program)?;
    print_many(program)?;
    print_memory(program)?;
    println!("| hello, with nothing of the program in the disk's cache | {} |\n", cold(program)?);
    print_curve(program)
}

/// What more modules cost and save: the snapshot's size, and two starts from it.
fn print_curve(program: &Path) -> Result<()> {
    println!("| imported ahead of time | snapshot | hello | eight imports |");
    println!("| --- | --- | --- | --- |");
    let own_copy = tempfile("krait", "")?;
    let steps = [
        "json",
        "os,logging,datetime,time,typing,re",
        "urllib.parse,base64,uuid,random,traceback",
        "hashlib,urllib.request,tempfile,subprocess,concurrent.futures,threading",
        "asyncio",
        "decimal,gzip,csv,zipfile,dataclasses,smtplib",
    ];
    let mut modules = String::new();
    for step in steps {
        modules.push_str(if modules.is_empty() { "" } else { "," });
        modules.push_str(step);
        let mut attach = Command::new(program);
        attach.args(["snapshot", "--modules", &modules, "--attach"]).arg(&own_copy);
        anyhow::ensure!(attach.status()?.success(), "no snapshot of {modules}");
        let status = Command::new(&own_copy).arg("snapshot").output()?.stdout;
        let status = String::from_utf8(status)?;
        let size = status.trim().rsplit(", ").next().unwrap_or_default().to_owned();
        let start = |handler| time(ROUNDS, || invocation(&own_copy, &own(handler)));
        println!(
            "| {}{step} | {size} | {} | {} |",
            if modules == step { "" } else { "and " },
            start("handlers/hello.py")?.milliseconds(),
            start("handlers/eight.py")?.milliseconds()
        );
    }
    println!();
    Ok(())
}

fn megabytes(file: &Path) -> Result<f64> {
    Ok(fs::metadata(file)?.len() as f64 / 1e6)
}

/// What the instance says it took, between the look for a snapshot and its last word.
fn taken_up(program: &Path) -> Result<String> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let output = invocation(program, &own("handlers/hello.py"))
            .env("KRAIT_LOG", "debug")
            .stdin(Stdio::null())
            .output()?;
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        let said = log.split("taken from a snapshot in ").nth(1).context("no snapshot")?;
        let microseconds = said.split(' ').next().context("a number")?.parse()?;
        times.push(Duration::from_micros(microseconds));
    }
    Ok(summarize(times).milliseconds())
}

/// What a process costs that does nothing.
fn print_floors(program: &Path) -> Result<()> {
    let version = time(ROUNDS, || {
        let mut command = Command::new(program);
        command.arg("--version");
        command
    })?;
    println!(
        "| `krait --version`: the program without an interpreter | {} |",
        version.milliseconds()
    );
    let source = tempfile("empty.c", "int main(void) { return 0; }\n")?;
    let empty = source.with_extension("");
    let compiled =
        Command::new("cc").args(["-O2", "-static", "-o"]).arg(&empty).arg(&source).status();
    if compiled.is_ok_and(|status| status.success()) {
        let floor = time(ROUNDS, || Command::new(&empty))?;
        println!("| the floor: an empty static program in C | {} |", floor.milliseconds());
    }
    Ok(())
}

/// A hundred starts, one after the other and at once.
fn print_many(program: &Path) -> Result<()> {
    let handler = own("handlers/eight.py");
    let (mut in_turn, mut at_once) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let begun = Instant::now();
        for _ in 0..AT_ONCE {
            elapsed(&mut invocation(program, &handler))?;
        }
        in_turn.push(begun.elapsed());
        let begun = Instant::now();
        let children: Result<Vec<Child>, _> = (0..AT_ONCE)
            .map(|_| {
                let mut command = invocation(program, &handler);
                command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()
            })
            .collect();
        for mut child in children? {
            anyhow::ensure!(child.wait()?.success(), "a start failed");
        }
        at_once.push(begun.elapsed());
    }
    let (in_turn, at_once) = (summarize(in_turn), summarize(at_once));
    println!("| {AT_ONCE} starts with eight imports, in turn | {} |", in_turn.milliseconds());
    println!(
        "| {AT_ONCE} at once | {}, {:.2} of that |",
        at_once.milliseconds(),
        at_once.ratio_to(&in_turn)
    );
    Ok(())
}

/// The memory of one instance, and of a hundred that are there at the same time.
fn print_memory(program: &Path) -> Result<()> {
    let output = invocation(program, &own("handlers/private.py")).stdin(Stdio::null()).output()?;
    let parts: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let dirty = parts["Private_Dirty:"].as_f64().context("private memory")? / 1024.0;
    let clean = parts["Private_Clean:"].as_f64().context("private memory")? / 1024.0;
    println!("| private memory of hello: written to | {dirty:.1} MiB |");
    println!("| of its own in the page cache, if alone | {clean:.1} MiB |");
    let gate = tempfile("gate", "")?;
    fs::remove_file(&gate)?;
    anyhow::ensure!(Command::new("mkfifo").arg(&gate).status()?.success(), "no pipe was made");
    let mut waiting = Vec::new();
    for _ in 0..AT_ONCE {
        let mut command = Command::new(program);
        command.arg("invoke").arg(own("handlers/waits.py")).args(["--timeout", "100", "-e"]);
        command.arg(serde_json::to_string(&gate)?);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let log = child.stderr.take().context("a log")?;
        let there = BufReader::new(log).lines().any(|line| line.is_ok_and(|line| line == "there"));
        anyhow::ensure!(there, "an instance did not come up");
        waiting.push(child);
    }
    let all: Vec<u32> = waiting.iter().flat_map(|child| with_children(child.id())).collect();
    let shares: f64 = all.iter().filter_map(|process| share(*process)).sum();
    println!(
        "| {AT_ONCE} instances and their watchers at once, shared pages counted once | {:.0} MB |",
        shares / 1000.0
    );
    for child in &mut waiting {
        child.kill()?;
        child.wait()?;
    }
    Ok(())
}

fn with_children(process: u32) -> Vec<u32> {
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children"));
    let children = children.unwrap_or_default();
    std::iter::once(process)
        .chain(children.split(' ').filter_map(|each| each.parse().ok()))
        .collect()
}

/// A process's proportional share of memory, in KB.
fn share(process: u32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

fn cold(program: &Path) -> Result<String> {
    let mut times = Vec::new();
    for _ in 0..7 {
        let dropped = Command::new("sync").status().is_ok()
            && fs::write("/proc/sys/vm/drop_caches", "3").is_ok();
        if !dropped {
            return Ok("not measured: only root may drop the cache".to_owned());
        }
        times.push(elapsed(&mut invocation(program, &own("handlers/hello.py")))?);
    }
    Ok(summarize(times).milliseconds())
}
