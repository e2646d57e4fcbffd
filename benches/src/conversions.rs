//! Events to Python objects and back, beside CPython's json.

use crate::{peers::Peer, statistics::summarize};
use anyhow::{Context, Result};
use krait::python::Interpreter;
use std::{
    collections::BTreeMap,
    fmt::Write,
    process::Command,
    time::{Duration, Instant},
};

/// How often krait and its peers take turns, so that whatever disturbs the machine disturbs
/// all of them.
const TURNS: usize = 7;

/// Measures and prints the table of conversions.
pub(crate) fn run(peers: &[Peer]) -> Result<()> {
    let folder = std::env::temp_dir().join(format!("krait-benches-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let mut files = Vec::new();
    for (name, size) in [("1 KB", 1_000), ("100 KB", 100_000), ("5 MB", 5_000_000)] {
        let path = folder.join(name.replace(' ', ""));
        std::fs::write(&path, event(size))?;
        files.push((name, path));
    }
    let interpreter = Interpreter::build();
    let mut ours: BTreeMap<String, Vec<Duration>> = BTreeMap::new();
    let mut theirs: Vec<BTreeMap<String, Vec<Duration>>> = vec![BTreeMap::new(); peers.len()];
    for _ in 0..TURNS {
        for (peer, theirs) in peers.iter().zip(&mut theirs) {
            let mut command = Command::new(&peer.program);
            command.args(["-I", "-S"]).arg(crate::own("peer_json.py"));
            let output = command.args(files.iter().map(|(_, path)| path)).output()?;
            let times: BTreeMap<String, f64> = serde_json::from_slice(&output.stdout)?;
            for (key, nanoseconds) in times {
                let time = Duration::from_nanos(nanoseconds as u64);
                theirs.entry(key).or_default().push(time);
            }
        }
        for (_, path) in &files {
            let text = std::fs::read_to_string(path)?;
            let rounds = (4_000_000 / text.len()).clamp(5, 400);
            let (read, write) = convert(&interpreter, &text, rounds)?;
            ours.entry(format!("read {}", path.display())).or_default().push(read);
            ours.entry(format!("write {}", path.display())).or_default().push(write);
        }
    }
    println!("## Conversions\n");
    println!("| | krait | fastest CPython | ratio |\n| --- | --- | --- | --- |");
    for (name, path) in &files {
        for (what, verb) in [("event text to dict", "read"), ("dict to RetMsg", "write")] {
            let key = format!("{verb} {}", path.display());
            let middle = |times: &BTreeMap<String, Vec<Duration>>| {
                times.get(&key).map(|times| summarize(times.clone()))
            };
            let ours = middle(&ours).context("krait was measured")?;
            let (theirs, version) = theirs
                .iter()
                .zip(peers)
                .filter_map(|(times, peer)| Some((middle(times)?, &peer.version)))
                .min_by_key(|(summary, _)| summary.median)
                .context("no CPython to compare with")?;
            println!(
                "| {what}, {name} | {:.1} µs | {:.1} µs ({version}) | {:.2} |",
                ours.median.as_secs_f64() * 1e6,
                theirs.median.as_secs_f64() * 1e6,
                ours.ratio_to(&theirs)
            );
        }
    }
    std::fs::remove_dir_all(folder)?;
    Ok(())
}

/// Reads and writes one event a few times, for a profiler to watch.
pub(crate) fn profile(bytes: usize) -> Result<()> {
    let (read, write) = convert(&Interpreter::build(), &event(bytes), 100)?;
    println!("read {read:?}, write {write:?}");
    Ok(())
}

/// The medians of reading and of writing.
fn convert(interpreter: &Interpreter, text: &str, rounds: usize) -> Result<(Duration, Duration)> {
    let (mut reads, mut writes) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let begun = Instant::now();
        let event = interpreter.read(text.as_bytes(), b"{}")?;
        reads.push(begun.elapsed());
        let begun = Instant::now();
        let written = interpreter.write(&event);
        writes.push(begun.elapsed());
        anyhow::ensure!(
            written.is_some_and(|written| written.len() > text.len() / 2),
            "not written"
        );
    }
    Ok((summarize(reads).median, summarize(writes).median))
}

/// An event of about so many bytes, of the kind triggers send: nested objects with short
/// keys, texts, numbers, some escapes and some text beyond ASCII.
pub(crate) fn event(bytes: usize) -> String {
    let mut text = r#"{"Records": ["#.to_owned();
    let mut number = 0;
    while text.len() < bytes.saturating_sub(180) || number == 0 {
        if number > 0 {
            text.push_str(", ");
        }
        // A macro over a String cannot fail.
        let _ = write!(
            text,
            r#"{{"id": {number}, "name": "record {number}", "price": {}.25, "active": {}, "note": "第{number}条 \"quoted\"\n", "tags": ["a", "bb", "ccc"], "owner": {{"uin": "10000{number}", "region": "ap-guangzhou", "parent": null}}}}"#,
            number * 7,
            number % 2 == 0,
        );
        number += 1;
    }
    text.push_str("]}");
    text
}
