//! The program `krait`.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: krait::instance::allocator::Allocator = krait::instance::allocator::Allocator;

fn main() -> ExitCode {
    krait::cli::main()
}
