//! `os.cpu_count`, in place of the engine's, which counts those that this process may use.

use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine};

/// Installs it.
pub(super) fn replace(vm: &VirtualMachine) -> PyResult<()> {
    let posix = vm.import("posix", 0)?;
    super::module::put_function(&posix, "cpu_count", cpu_count, vm)
}

/// The machine's; none where the system does not tell.
fn cpu_count(vm: &VirtualMachine) -> PyObjectRef {
    // SAFETY: the call only asks.
    match unsafe { libc::sysconf(libc::_SC_NPROCESSORS_ONLN) } {
        count @ 1.. => vm.ctx.new_int(count).into(),
        _ => vm.ctx.none(),
    }
}
