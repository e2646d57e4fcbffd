//! `krait python`: this process is the program's, with an interpreter from the snapshot, and without
//! a function's limits.

use super::{
    call_loop,
    source::{Options, interpreter},
};
use crate::{
    python::Program,
    snapshot::{self, Refusal},
};
use std::time::Instant;

/// Runs a program in this process, which has one thread, and ends as it does.
pub fn run(program: Program) -> ! {
    let started = Instant::now();
    snapshot::live_on_fixed_stack(|fixed| {
        let mut options = Options::of_environment();
        // The snapshot has a secret that texts are hashed with.
        options.hash_seed = program.switches.hash_seed;
        options.off |= options.hash_seed.is_some();
        let fixed = fixed.map_err(Refusal::StackTaken);
        let warm = interpreter(fixed, &options, started);
        call_loop::settle_accounts();
        if std::env::var_os("KRAIT_LOG").is_some_and(|level| level == "debug") {
            eprintln!("krait: {}", warm.note);
        }
        warm.interpreter.run(&program)
    })
}
