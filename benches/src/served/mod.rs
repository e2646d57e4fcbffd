//! `krait serve` beside what else serves functions: latencies, throughput, memory.

mod client;
mod memory;
mod servers;

use crate::{
    own,
    peers::{self, Peer},
    starts::elapsed,
    statistics::{Percentiles, machine},
};
use anyhow::{Context, Result, ensure};
use client::{Client, Request};
use servers::Server;
use std::{
    collections::HashSet,
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

/// Turns that everybody gets.
const ROUNDS: usize = 9;
const COLD_CALLS: usize = 201;
const WARM_CALLS: usize = 2000;
const PEER_CALLS: usize = 300;
const RATE_TIME: Duration = Duration::from_millis(700);
const CONNECTIONS: usize = 8;
const EVENT_CONNECTIONS: [usize; 3] = [8, 32, 128];
const CROWD: usize = 500;

const EVENT: &str = r#"{"body": "{\"name\": \"krait\"}"}"#;
const ANSWER: &str = r#""krait""#;
const ANSWER_IN_JSON: &str = r#"{\"hello\": \"krait\"}"#;

/// Measures the program beside its peers and prints BENCHMARKS.md's table. `environment` is a
/// virtual environment with functions-framework and gunicorn; data goes to `folder`.
pub(crate) fn run(program: &Path, environment: &Path, folder: &Path) -> Result<()> {
    let program = program.canonicalize().context("the program to be measured")?;
    let environment = environment.canonicalize().context("the virtual environment")?;
    fs::create_dir_all(folder)?;
    let load = fs::read_to_string("/proc/loadavg")?;
    let load = load.split(' ').next().unwrap_or_default();
    println!("{} The load by others when it began: {load}.\n", machine());
    println!("| figure | aim | krait | beside it | ratio |\n| --- | --- | --- | --- | --- |");
    cold(&program, folder)?;
    warm(&program, &environment, folder)?;
    idle_memory(&program, folder)?;
    crowd(&program, folder)?;
    events(&program, folder)
}

fn to_url(handler: &str) -> Request {
    Request::post(&format!("/url/{handler}"), "", r#"{"name": "krait"}"#, ANSWER)
}

fn to_api(more: &str, expected: &'static str) -> Request {
    let event = serde_json::Value::from(EVENT);
    let body = format!(r#"{{"FunctionName": "served", "ClientContext": {event}{more}}}"#);
    let headers = "X-TC-Action: Invoke\r\nX-TC-Version: 2018-04-16\r\nX-TC-Region: local\r\n";
    Request::post("/", headers, &body, expected)
}

/// A new instance for each call, in turn with a new CPython each.
fn cold(program: &Path, folder: &Path) -> Result<()> {
    let start = |more: &[&str]| {
        let more = [&["--max-invocations", "1"], more].concat();
        Server::krait(program, &folder.join(format!("cold{}", more.len())), "served.py", &more)
    };
    let (usual, without) = (start(&[])?, start(&["--spares", "0"])?);
    let peers = peers::find();
    let request = to_url("served");
    let mut clients = [Client::new(usual.address), Client::new(without.address)];
    let mut ours = [Vec::new(), Vec::new()];
    let mut theirs = vec![Vec::new(); peers.len()];
    for round in 0..COLD_CALLS {
        for (client, times) in clients.iter_mut().zip(&mut ours) {
            times.push(client.call(&request)?.0);
        }
        // Few are enough of what takes long.
        if round % 8 == 0 {
            for (peer, times) in peers.iter().zip(&mut theirs) {
                times.push(elapsed(&mut cpython(peer, "peer.py"))?);
            }
        }
    }
    let (fastest, peer) = theirs
        .into_iter()
        .map(Percentiles::of)
        .zip(&peers)
        .min_by_key(|(times, _)| times.at(50))
        .context("no CPython to compare with")?;
    let back_to_back = Percentiles::of(client::times(usual.address, &request, COLD_CALLS)?);
    let beside = format!("{} (a new CPython {}, `-I -S`)", shown(fastest.at(50)), peer.version);
    let [usual, without] = ours.map(Percentiles::of);
    for (what, aim, times) in [
        ("with the usual 2 spares", "2 ms; a 15th", usual),
        ("with the next at once after the answer", "", back_to_back),
        ("with `--spares 0`", "", without),
    ] {
        println!(
            "| request to answer on a new instance, {what}, p50 (p10) | {aim} | {} ({}) \
             | {beside} | {:.1} |",
            shown(times.at(50)),
            shown(times.at(10)),
            fastest.at(50).as_secs_f64() / times.at(50).as_secs_f64(),
        );
    }
    Ok(())
}

fn cpython(peer: &Peer, script: &str) -> Command {
    let mut command = Command::new(&peer.program);
    command.args(["-I", "-S"]).arg(own(script)).arg(own("handlers/served.py")).arg(EVENT);
    command
}

/// Calls of warm instances, by function URL and by the cloud API, beside functions-framework.
fn warm(program: &Path, environment: &Path, folder: &Path) -> Result<()> {
    let krait = Server::krait(program, &folder.join("warm"), "served.py", &[])?;
    let sync = Server::peer(environment, &[])?;
    let threads = Server::peer(environment, &["--worker-class", "gthread", "--threads", "4"])?;
    let root = Request::post("/", "", r#"{"name": "krait"}"#, ANSWER);
    let candidates = [
        ("krait, function URL", krait.address, to_url("served"), WARM_CALLS),
        ("krait, cloud API's Invoke", krait.address, to_api("", ANSWER_IN_JSON), WARM_CALLS),
        ("gunicorn, sync", sync.address, root.clone(), PEER_CALLS),
        ("gunicorn, gthread", threads.address, root, PEER_CALLS),
    ];
    let mut times = vec![Vec::new(); candidates.len()];
    let mut rates = vec![Vec::new(); candidates.len()];
    for round in 0..=ROUNDS {
        for (at, (_, address, request, count)) in candidates.iter().enumerate() {
            let of_round = client::times(*address, request, *count)?;
            let rate = client::rate(*address, request, CONNECTIONS, RATE_TIME)?;
            // The first warms up.
            if round > 0 {
                times[at].extend(of_round);
                rates[at].push(rate);
            }
        }
    }
    let times: Vec<Percentiles> = times.into_iter().map(Percentiles::of).collect();
    let rates: Vec<f64> = rates.into_iter().map(median).collect();
    let best = if times[2].at(50) < times[3].at(50) { 2 } else { 3 };
    let busiest = if rates[2] > rates[3] { 2 } else { 3 };
    for at in [0, 1] {
        println!(
            "| warm call over keep-alive HTTP, 1 connection, {}, p50 / p99 (p10) \
             | {} | {} / {} ({}) | {} / {} ({}; {}) | {:.1} |",
            candidates[at].0,
            if at == 0 { "100 µs / 300 µs" } else { "" },
            shown(times[at].at(50)),
            shown(times[at].at(99)),
            shown(times[at].at(10)),
            shown(times[best].at(50)),
            shown(times[best].at(99)),
            shown(times[best].at(10)),
            candidates[best].0,
            times[best].at(50).as_secs_f64() / times[at].at(50).as_secs_f64(),
        );
    }
    for at in [0, 1] {
        println!(
            "| warm calls a second, {CONNECTIONS} connections, {} | {} | {:.0} | {:.0} ({}) | {:.1} |",
            candidates[at].0,
            if at == 0 { "4 times" } else { "" },
            rates[at],
            rates[busiest],
            candidates[busiest].0,
            rates[at] / rates[busiest],
        );
    }
    Ok(())
}

/// What an instance that waits has for itself, beside another, and a CPython beside another:
/// what both use of their program's files is not their own.
fn idle_memory(program: &Path, folder: &Path) -> Result<()> {
    let other = folder.join("other.py");
    fs::copy(own("handlers/served.py"), &other)?;
    let more = ["--spares", "0", &*other.to_string_lossy()];
    let server = Server::krait(program, &folder.join("idle"), "served.py", &more)?;
    let mut client = Client::new(server.address);
    client.call(&to_url("served"))?;
    let instance = largest(&memory::family(server.process())[1..])?;
    let alone = memory::private(instance)?;
    client.call(&to_url("other"))?;
    let fresh = memory::private(instance)?;
    for _ in 0..1000 {
        client.call(&to_url("served"))?;
    }
    let used = memory::private(instance)?;
    let mut theirs = Vec::new();
    for peer in peers::find() {
        let [first, _second] = [Idle::start(&peer)?, Idle::start(&peer)?];
        let (dirty, clean) = memory::private(first.0.id())?;
        theirs.push((dirty + clean, peer.version));
    }
    theirs.sort_by(|one, other| one.0.total_cmp(&other.0));
    let (least, version) = theirs.first().context("no CPython to compare with")?;
    for (what, aim, (dirty, clean)) in [
        ("after its first call", "3 MB", fresh),
        ("after 1000 more", "", used),
        ("after its first, if it is the only one", "", alone),
    ] {
        println!(
            "| private memory of an idle warm instance, {what} | {aim} | {:.2} MB ({:.2} written to, \
             {:.2} of files) | {:.2} MB (CPython {version}) | {:.1} |",
            (dirty + clean) / 1000.0,
            dirty / 1000.0,
            clean / 1000.0,
            least / 1000.0,
            least / (dirty + clean),
        );
    }
    Ok(())
}

/// The process that has most for itself: the instance, among those that make instances.
fn largest(processes: &[u32]) -> Result<u32> {
    let size = |process: &u32| memory::private(*process).map_or(0.0, |(dirty, _)| dirty);
    let largest = processes.iter().max_by(|one, other| size(one).total_cmp(&size(other)));
    largest.copied().context("no instance")
}

/// A CPython that has answered once, and waits.
struct Idle(Child);

impl Idle {
    fn start(peer: &Peer) -> Result<Self> {
        let mut command = cpython(peer, "peer_idle.py");
        let mut idle = Self(command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?);
        let mut line = String::new();
        BufReader::new(idle.0.stdout.take().context("its output")?).read_line(&mut line)?;
        ensure!(line.contains("krait"), "{command:?} failed");
        Ok(idle)
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Many instances at once, each of which answers, and answers again.
fn crowd(program: &Path, folder: &Path) -> Result<()> {
    let more = ["--concurrency", "1000", "--max-instances", "1000"];
    let server = Server::krait(program, &folder.join("crowd"), "crowd.py", &more)?;
    let request = Request::post("/url/crowd", "", "{}", "");
    let first = processes(client::at_once(server.address, &request, CROWD)?);
    let again = processes(client::at_once(server.address, &request, CROWD)?);
    ensure!(first.len() == CROWD && first == again, "not every instance answered twice");
    let family = memory::family(server.process());
    ensure!(family.len() > CROWD, "only {} processes were found", family.len());
    println!(
        "| {CROWD} warm instances, each of which answered twice: memory in all, the server and its \
         zygote included | 2 GB | {:.0} MB | | |",
        memory::shares(&family)? / 1000.0
    );
    Ok(())
}

fn processes(answers: Vec<String>) -> HashSet<String> {
    answers.into_iter().collect()
}

/// Asynchronous calls: an answer means that the event is on disk.
fn events(program: &Path, folder: &Path) -> Result<()> {
    let request = to_api(r#", "InvocationType": "Event""#, "FunctionRequestId");
    for (what, more) in [
        ("while 32 workers run what is queued", &[] as &[&str]),
        ("while 1 event at a time runs", &["--async-workers", "1"]),
    ] {
        for connections in EVENT_CONNECTIONS {
            let mut rates = Vec::new();
            for _ in 0..ROUNDS / 3 {
                // A new one each time: it shall not have the queue of the last.
                let server = Server::krait(program, &folder.join("events"), "served.py", more)?;
                rates.push(client::rate(server.address, &request, connections, RATE_TIME * 3)?);
            }
            println!(
                "| Event calls accepted and durable, a second, {connections} connections, {what} \
                 | 5 000 | {:.0} | | |",
                median(rates)
            );
        }
    }
    Ok(())
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

fn shown(time: Duration) -> String {
    let microseconds = time.as_secs_f64() * 1e6;
    if microseconds < 1000.0 {
        format!("{microseconds:.0} µs")
    } else {
        format!("{:.2} ms", microseconds / 1000.0)
    }
}
