//! What psutil's compiled module asks of the kernel and Python has no function for.

use rustpython_vm::{Context, builtins::PyModuleDef};

/// The module.
pub(crate) fn module_def(context: &Context) -> &'static PyModuleDef {
    _psutil::module_def(context)
}

#[rustpython_vm::pymodule(name = "_krait_stand_ins._psutil")]
mod _psutil {
    /// That a number is a process.
    #[cfg(target_os = "linux")]
    const OF_PROCESS: i32 = 1;

    /// A number, or the kernel's error with a minus before it.
    #[cfg(target_os = "linux")]
    fn result(number: i64) -> i64 {
        match number {
            0.. => number,
            _ => -i64::from(std::io::Error::last_os_error().raw_os_error().unwrap_or(0)),
        }
    }

    /// A process's priority of input and output: its class and its data, as ioprio_get(2) has them.
    #[cfg(target_os = "linux")]
    #[pyfunction]
    fn ioprio_get(pid: i32) -> i64 {
        // SAFETY: the call takes two numbers and touches no memory of this process.
        result(unsafe { libc::syscall(libc::SYS_ioprio_get, OF_PROCESS, pid) })
    }

    /// Sets what `ioprio_get` gives.
    #[cfg(target_os = "linux")]
    #[pyfunction]
    fn ioprio_set(pid: i32, priority: i32) -> i64 {
        // SAFETY: the call takes three numbers and touches no memory of this process.
        result(unsafe { libc::syscall(libc::SYS_ioprio_set, OF_PROCESS, pid, priority) })
    }
}
