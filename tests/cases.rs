//! Runs every case in `tests/cases/*.md` against the real program.
//!
//! A case is a heading of second level with fenced blocks below it; `CONTRIBUTING.md`
//! says what each block means. Adding a case needs no Rust.

mod harness;

// Not used here: but tests are linked with flags that name functions of the library's.
use krait as _;
use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    // SAFETY: the call cannot fail and changes nothing.
    let is_root = unsafe { libc::geteuid() } == 0;
    let mut trials = Vec::new();
    for case in harness::all_cases() {
        let name = format!("{}::{}", case.file, case.name);
        let skipped = case.needs_root && !is_root;
        if skipped {
            eprintln!("{name} is skipped: it needs root, to make a root directory of its own");
        }
        let trial = Trial::test(name, move || case.run().map_err(Into::into));
        trials.push(trial.with_ignored_flag(skipped));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
