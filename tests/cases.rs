//! Runs every case in `tests/cases/*.md` against the real program.
//!
//! A case is a heading of second level with fenced blocks below it; `CONTRIBUTING.md`
//! says what each block means. Adding a case needs no Rust.

mod harness;

// Not used here: but tests are linked with flags that name functions of the library's.
use harness::InModule;
use krait as _;
use libtest_mimic::{Arguments, Trial};
use std::{
    path::Path,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How many of the slowest cases are told.
const TOLD: usize = 10;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    // SAFETY: the call cannot fail and changes nothing.
    let is_root = unsafe { libc::geteuid() } == 0;
    // SAFETY: with these arguments the call only tells the version, 4 since Linux 6.7.
    let landlock = unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, 0_usize, 0_usize, 1) };
    let listed = harness::in_module().then(harness::Listed::read);
    let is_below_tmp = Path::new(env!("CARGO_TARGET_TMPDIR")).starts_with("/tmp");
    let mut trials = Vec::new();
    let times = Times::default();
    for mut case in harness::all_cases() {
        let name = format!("{}::{}", case.file, case.name);
        let fares = listed.as_ref().map_or(InModule::Same, |listed| listed.of(&name));
        let lacks_root = case.needs_root && !is_root;
        if lacks_root {
            eprintln!("{name} is skipped: it needs root, to make a root directory of its own");
        }
        let lacks_landlock = case.needs_landlock && landlock < 4;
        if lacks_landlock {
            eprintln!("{name} is skipped: it needs Landlock 4, which Linux 6.7 has");
        }
        let is_inside = case.needs_outside && is_below_tmp;
        if is_inside {
            eprintln!("{name} is skipped: its files are below /tmp, which every function may use");
        }
        let skipped =
            lacks_root || lacks_landlock || is_inside || matches!(fares, InModule::NotRun);
        let (times, timed) = (times.clone(), name.clone());
        let run = move || match fares {
            InModule::Differs(blocks) if blocks.is_empty() => match case.run() {
                Ok(()) if !harness::is_blessing() => {
                    Err("it no longer differs: take it off tests/webassembly.md".into())
                }
                _ => Ok(()),
            },
            InModule::Differs(blocks) => {
                case.expect_instead(blocks);
                case.run().map_err(Into::into)
            }
            _ => case.run().map_err(Into::into),
        };
        let trial = Trial::test(name, move || times.of(timed, run));
        trials.push(trial.with_ignored_flag(skipped));
    }
    let result = libtest_mimic::run(&arguments, trials);
    if !arguments.list {
        times.tell();
    }
    result.exit_code()
}

/// How long each case took that was run.
#[derive(Clone, Default)]
struct Times(Arc<Mutex<Vec<(Duration, String)>>>);

impl Times {
    fn of<T>(&self, name: String, run: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let result = run();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((begun.elapsed(), name));
        result
    }

    /// Prints the slowest ones.
    fn tell(&self) {
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        times.sort_unstable_by(|one, other| other.cmp(one));
        println!("the slowest:");
        for (time, name) in times.iter().take(TOLD) {
            println!("{:6.1} s  {name}", time.as_secs_f64());
        }
    }
}
