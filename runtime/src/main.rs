//! The program `krait`.
//!
//! On Unix it starts at C's `main`, before Rust's own preparations, because a process that restores
//! a snapshot must not have done anything yet.

#![cfg_attr(unix, no_main)]

#[cfg(unix)]
mod start {
    use std::ffi::{CStr, c_char, c_int};

    #[global_allocator]
    static ALLOCATOR: krait::instance::allocator::Allocator = krait::instance::allocator::Allocator;

    #[unsafe(no_mangle)]
    extern "C" fn main(_count: c_int, arguments: *const *const c_char) -> c_int {
        let closed = krait::cli::prepare_streams();
        krait::cli::run_python_if_called_so(closed);
        // SAFETY: the arguments are C strings, with a null behind the last.
        let command = unsafe {
            let text = |each: *const c_char| {
                if each.is_null() { c"" } else { CStr::from_ptr(each) }.to_bytes()
            };
            let program = *arguments;
            let first = if program.is_null() { program } else { *arguments.add(1) };
            krait::cli::command(text(program), text(first))
        };
        krait::cli::prepare(command);
        // Flushes Rust's buffered output.
        std::process::exit(i32::from(krait::cli::main()))
    }
}

#[cfg(target_os = "wasi")]
fn main() -> std::process::ExitCode {
    krait::cli::main().into()
}
