//! Running a module's tests, in as many processes as it takes.

use super::{
    emptied,
    lists::Expected,
    machine_environment,
    outcome::{Outcome, What},
};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How often a running module is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// How long a process may take to end when it is asked to.
const FAREWELL: Duration = Duration::from_secs(5);

/// How many processes a module may use up.
const MOST_PROCESSES: usize = 100;

/// Runs modules of the suite.
pub(super) struct Runner {
    pub(super) program: PathBuf,
    pub(super) on_cpython: bool,
    /// The modules that `krait python` runs: it keeps the columns of code, and a handler has none.
    pub(super) by_python: BTreeSet<String>,
    pub(super) handler: PathBuf,
    pub(super) layer: PathBuf,
    pub(super) folder: PathBuf,
    pub(super) patience: Duration,
    pub(super) resources: Vec<String>,
    pub(super) only: Option<String>,
}

/// What came of a module.
pub(super) struct Ran {
    pub(super) outcomes: BTreeMap<String, Outcome>,
    pub(super) time: Duration,
}

/// One process's share of a module.
struct Process {
    /// What it reported of each test.
    outcomes: BTreeMap<String, Outcome>,
    /// The test that it was at when it ended.
    at: Option<String>,
    /// It went through all it was given.
    finished: bool,
    hung: bool,
    log: String,
}

impl Runner {
    /// Where what the tests said is kept.
    pub(super) fn results(&self) -> PathBuf {
        self.folder.join("results")
    }

    /// Runs all tests of a module. Those that are known to die run in processes of their own, after
    /// the others; those that are known to hang, if that is wished.
    pub(super) fn module(&self, module: &str, expected: &Expected, hanging: bool) -> Result<Ran> {
        let began = Instant::now();
        let asked_for = |name: &str| self.only.as_ref().is_none_or(|text| name.contains(text));
        let mut without = Vec::new();
        let mut alone = Vec::new();
        for (name, listed) in expected.names() {
            if listed.hangs() {
                without.push(name.clone());
            }
            if listed.dies() {
                without.push(name.clone());
            }
            if (listed.dies() || (listed.hangs() && hanging)) && asked_for(name) {
                alone.push(name.clone());
            }
        }

        let mut outcomes = BTreeMap::new();
        for number in 0..MOST_PROCESSES {
            let process = self.process(module, number, None, &without)?;
            without.extend(process.outcomes.keys().cloned());
            let (dead, what) = (process.dead(module), process.way_to_end());
            outcomes.extend(process.outcomes);
            let Some(dead) = dead else { break };
            let goes_on = !dead.ends_with("(import)") && !outcomes.contains_key(&dead);
            without.push(dead.clone());
            outcomes.insert(dead, Outcome { what, text: process.log });
            if !goes_on {
                break;
            }
        }
        for (number, name) in alone.into_iter().enumerate() {
            let process = self.process(module, MOST_PROCESSES + number, Some(&name), &[])?;
            let what = process.way_to_end();
            if process.dead(module).is_some() {
                outcomes.insert(name, Outcome { what, text: process.log });
            } else if let Some(outcome) = process.outcomes.get(&name) {
                outcomes.insert(name, outcome.clone());
            }
        }
        Ok(Ran { outcomes, time: began.elapsed() })
    }

    /// Runs tests of a module in one process.
    fn process(
        &self,
        module: &str,
        number: usize,
        name: Option<&str>,
        without: &[String],
    ) -> Result<Process> {
        let results = self.results();
        fs::create_dir_all(&results)?;
        let file = |what: &str| match number {
            0 => results.join(format!("{module}.{what}")),
            number => results.join(format!("{module}.{number}.{what}")),
        };
        let (report, log) = (file("jsonl"), file("log"));
        if number == 0 {
            remove_older(&results, module)?;
        }
        fs::write(&report, "")?;
        let work = self.folder.join("work").join(module);
        emptied(&work)?;
        let event = json!({
            "module": module,
            "report": report,
            "folder": work,
            "only": name.map(|name| [name]),
            "having": self.only,
            "without": without,
            "resources": self.resources,
        });

        let event_file = file("event");
        fs::write(&event_file, event.to_string())?;
        let mut command = Command::new(&self.program);
        let by_python = self.by_python.contains(module);
        if self.on_cpython || by_python {
            if !self.on_cpython {
                command.arg("python");
            }
            command.arg(&self.handler).arg(&event_file).env_clear().envs(machine_environment());
            command.env("PYTHONPATH", &self.layer).env("HOME", &work);
        } else {
            command.arg("invoke").arg(&self.handler).arg("--layer").arg(&self.layer);
            command.args(["--timeout", "900", "--init-timeout", "60", "--memory", "3072"]);
            // They are about the interpreter, and look at the whole machine.
            command.args(["--sandbox", "off"]).arg("--event-file").arg(&event_file);
        }
        let output = File::create(&log)?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output).current_dir(&work);
        let mut child = command.spawn().with_context(|| self.program.display().to_string())?;
        let hung = self.wait(&mut child, &report)?;
        fs::remove_file(&event_file)?;
        // What a test leaves may be such that it cannot be removed.
        let _ = fs::remove_dir_all(&work);

        let mut process = Process {
            outcomes: BTreeMap::new(),
            at: None,
            finished: false,
            hung,
            log: last_lines(&log),
        };
        for line in String::from_utf8_lossy(&fs::read(&report)?).lines() {
            process.note(line);
        }
        Ok(process)
    }

    /// Waits for the process's end, and brings it about when nothing is reported for too long.
    fn wait(&self, child: &mut Child, report: &Path) -> Result<bool> {
        let mut length = 0;
        let mut news = Instant::now();
        loop {
            if child.try_wait()?.is_some() {
                return Ok(false);
            }
            let now = fs::metadata(report)?.len();
            if now != length {
                (length, news) = (now, Instant::now());
            } else if news.elapsed() > FAREWELL && has_ended(report)? {
                // It need not hang for having left something that does.
                end(child)?;
                return Ok(false);
            } else if news.elapsed() > self.patience {
                end(child)?;
                return Ok(true);
            }
            thread::sleep(LOOK);
        }
    }
}

/// Ends a process. Asked to end, krait ends whatever its function has started.
fn end(child: &mut Child) -> Result<()> {
    Command::new("kill").arg(child.id().to_string()).status().context("kill")?;
    let asked = Instant::now();
    while child.try_wait()?.is_none() {
        if asked.elapsed() > FAREWELL {
            child.kill()?;
            child.wait()?;
            break;
        }
        thread::sleep(LOOK);
    }
    Ok(())
}

/// Whether a report says that all tests have been run.
fn has_ended(report: &Path) -> Result<bool> {
    Ok(fs::read(report)?.ends_with(b"{\"ends\": true}\n"))
}

impl Process {
    /// Takes in a line of the report.
    fn note(&mut self, line: &str) {
        let Ok(line) = serde_json::from_str::<Value>(line) else { return };
        let text = |key: &str| line.get(key).and_then(Value::as_str);
        if let Some(name) = text("begins") {
            self.at = Some(name.to_owned());
        } else if line.get("ends").is_some() {
            self.finished = true;
        } else if let (Some(name), Some(outcome)) = (text("name"), text("outcome")) {
            let what = match outcome {
                "passed" => What::Passed,
                "skipped" => What::Skipped,
                _ => What::Failed,
            };
            let outcome = Outcome { what, text: text("text").unwrap_or_default().to_owned() };
            self.at = None;
            // Several tests may have the same name: one that fails counts.
            let known = self.outcomes.get(name).is_some_and(Outcome::is_failure);
            if !known {
                self.outcomes.insert(name.to_owned(), outcome);
            }
        }
    }

    /// The test that ended the process before it had gone through all tests.
    fn dead(&self, module: &str) -> Option<String> {
        let at = || self.at.clone().unwrap_or_else(|| format!("{module} (end)"));
        (!self.finished).then(at)
    }

    fn way_to_end(&self) -> What {
        if self.hung { What::Hangs } else { What::Dead }
    }
}

/// Removes what an earlier run said of a module.
fn remove_older(results: &Path, module: &str) -> Result<()> {
    for entry in fs::read_dir(results)? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let number = name.strip_prefix(module).and_then(|rest| rest.strip_prefix('.'));
        if number.is_some_and(|number| number.parse::<usize>().is_ok()) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// The end of a log, without the lines that are krait's.
fn last_lines(log: &Path) -> String {
    let text = String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).into_owned();
    let own = ["START RequestId", "END RequestId", "Report RequestId", "Init Report"];
    let lines = text.lines().filter(|line| !own.iter().any(|start| line.starts_with(start)));
    let lines: Vec<_> = lines.collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}
