//! The guarantees of `krait serve`'s store and of a cluster's queue, tested by calls of the library.

mod store;

use std::process::ExitCode;

fn main() -> ExitCode {
    // A child of a test, to be killed or to have a full disk: this program again.
    if let Some(folder) = std::env::var_os(store::children::FOLDER) {
        store::children::play(folder.as_ref());
        return ExitCode::SUCCESS;
    }
    let arguments = libtest_mimic::Arguments::from_args();
    let trials = [
        store::opening::trials(),
        store::queue::trials(),
        store::lists::trials(),
        store::records::trials(),
        store::children::trials(),
        store::code::trials(),
        store::protocol::trials(),
    ];
    libtest_mimic::run(&arguments, trials.into_iter().flatten().collect()).exit_code()
}
