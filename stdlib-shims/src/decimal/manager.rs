//! What `with localcontext()` has.

use super::context::{Context, current, set_current};
use rustpython_vm::{Py, PyPayload, PyRef, PyResult, VirtualMachine, function::FuncArgs, pyclass};

/// Makes a context the current one, and the one before again.
#[pyclass(name = "ContextManager", module = "decimal")]
#[derive(Debug, PyPayload)]
pub(super) struct ContextManager {
    pub(super) local: PyRef<Context>,
    pub(super) global: PyRef<Context>,
}

impl ContextManager {
    pub(super) fn new(local: &Context, vm: &VirtualMachine) -> PyResult<Self> {
        Ok(Self { local: local.same().into_ref(&vm.ctx), global: current(vm)? })
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION))]
impl ContextManager {
    #[pymethod]
    fn __enter__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyRef<Context>> {
        set_current(zelf.local.clone(), vm)?;
        Ok(zelf.local.clone())
    }

    #[pymethod]
    fn __exit__(zelf: &Py<Self>, _: FuncArgs, vm: &VirtualMachine) -> PyResult<bool> {
        set_current(zelf.global.clone(), vm)?;
        Ok(false)
    }
}
