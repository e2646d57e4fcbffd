//! The function that was loaded when this program was packed: whether it is the one that is to run.

pub use super::source::LOADED_VARIABLE as VARIABLE;
use super::{Prewarmed, source::is_wanted};
use crate::{
    contract::{Function, KeptFunction},
    python::CodePaths,
    snapshot,
};
use std::{env, os::unix::process::CommandExt as _, process::Command};

/// What is known of the function that was loaded when this program was packed; none where there is no such
/// function.
pub fn own() -> Option<KeptFunction> {
    serde_json::from_slice(&snapshot::notes_of_second()?).ok()
}

/// If this program has a loaded function that is not `function` with this code, starts the program again
/// without it: the process that waits for a function cannot forget what it has. Nothing of the input was
/// read by then. `is_loaded_anew` is for a caller that wants to see the load.
pub fn start_again_unless(function: &Function, code: &CodePaths, is_loaded_anew: bool) {
    let Some(kept) = own().filter(|_| is_wanted()) else { return };
    let fits = kept.check(function, &code.code, &code.layers).is_ok();
    if fits && !is_loaded_anew {
        return;
    }
    Prewarmed::abandon_early();
    let mut typed = env::args_os();
    let mut again = Command::new("/proc/self/exe");
    if let Some(name) = typed.next() {
        again.arg0(name);
    }
    // Only if it fails does this process go on; it then has no snapshot, which is only slower.
    let _ = again.args(typed).env(VARIABLE, "off").exec();
}
