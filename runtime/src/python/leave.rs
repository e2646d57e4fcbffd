//! `os._exit`, in place of the engine's, which wrongly runs exit handlers.

use rustpython_vm::{PyResult, VirtualMachine};

/// Ends the process at once, without exit handlers and without waiting for threads.
pub(crate) fn leave(status: i32) -> ! {
    keep_counts();
    // SAFETY: the call does not return; nothing unwritten is kept in this process.
    unsafe { libc::_exit(status) }
}

/// In a program that was built to be trained (`cargo xtask profile`), writes what this process has
/// counted of itself until now; does nothing in any other. Only `exit` would do so by itself.
pub(crate) fn keep_counts() {
    #[cfg(krait_trains)]
    {
        unsafe extern "C" {
            /// Adds the counts to the file that LLVM_PROFILE_FILE names.
            safe fn __llvm_profile_write_file() -> std::ffi::c_int;
            /// Sets them to zero, so that none is added twice.
            safe fn __llvm_profile_reset_counters();
        }
        __llvm_profile_write_file();
        __llvm_profile_reset_counters();
    }
}

/// Installs it.
pub(super) fn replace(vm: &VirtualMachine) -> PyResult<()> {
    let posix = vm.import("posix", 0)?;
    super::module::put_function(&posix, "_exit", exit, vm)
}

#[derive(rustpython_vm::FromArgs)]
struct Exit {
    #[pyarg(any)]
    status: i32,
}

fn exit(exit: Exit) -> PyResult<()> {
    leave(exit.status)
}
