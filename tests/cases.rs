//! Runs every case in `tests/cases/*.md` against the real program.
//!
//! A case is a heading of second level with fenced blocks below it; `CONTRIBUTING.md`
//! says what each block means. Adding a case needs no Rust.

mod harness;

use libtest_mimic::{Arguments, Trial};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for case in harness::all_cases() {
        let name = format!("{}::{}", case.file, case.name);
        trials.push(Trial::test(name, move || case.run().map_err(Into::into)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
