//! Handlers of AWS Lambda's: their `context` and their failures, by the module `_krait_lambda`.

use super::ret_msg;
use crate::contract::{Failure, Handler, lambda::Diagnostic};
use rustpython_vm::{
    AsObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyList, PyStr, PyTuple},
};

/// The module, in an interpreter that serves such a handler.
#[derive(Clone)]
pub(super) struct Lambda(PyObjectRef);

impl Lambda {
    pub(super) fn import(vm: &VirtualMachine) -> PyResult<Self> {
        vm.import("_krait_lambda", 0).map(Self)
    }

    /// Imports the handler's module and gives its function.
    pub(super) fn load(&self, handler: &Handler, vm: &VirtualMachine) -> PyResult {
        let Handler { module, function } = handler;
        vm.call_method(&self.0, "load", (module.clone(), function.clone()))
    }

    /// Calls the handler. `told` is the call's context as the runtime API told it.
    ///
    /// # Errors
    /// What was raised, or the failure that an unwritable answer is.
    pub(super) fn invoke(
        &self,
        function: &PyObjectRef,
        event: PyObjectRef,
        told: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<Result<String, Failure>> {
        let context = vm.call_method(&self.0, "context", (told,))?;
        let value = function.call((event, context), vm)?;
        match ret_msg::write_with_decimals(&value, vm) {
            Ok(text) => Ok(Ok(text)),
            Err(error) if error.fast_isinstance(vm.ctx.exceptions.exception_type) => {
                Ok(Err(self.failure("unserializable", error, false, vm)))
            }
            Err(error) => Err(error),
        }
    }

    /// What was raised, as Lambda is told of it.
    pub(super) fn raised(
        &self,
        error: PyBaseExceptionRef,
        while_loading: bool,
        vm: &VirtualMachine,
    ) -> Failure {
        self.failure("diagnosis", error, while_loading, vm)
    }

    fn failure(
        &self,
        how: &'static str,
        error: PyBaseExceptionRef,
        while_loading: bool,
        vm: &VirtualMachine,
    ) -> Failure {
        // A handler may have broken what this is made with, or its exception cannot be shown.
        let unseen = || Diagnostic {
            error_type: error.class().name().to_string(),
            error_message: String::new(),
            stack_trace: Vec::new(),
        };
        let told = vm.call_method(&self.0, how, (error.clone(),));
        let diagnostic = told.ok().and_then(|told| read(&told)).unwrap_or_else(unseen);
        Failure::Lambda { while_loading, diagnostic: Box::new(diagnostic) }
    }
}

fn read(told: &PyObjectRef) -> Option<Diagnostic> {
    let [kind, message, frames] = told.downcast_ref::<PyTuple>()?.as_slice() else { return None };
    let text =
        |object: &PyObjectRef| Some(object.downcast_ref::<PyStr>()?.to_string_lossy().into_owned());
    let frames = frames.downcast_ref::<PyList>()?.borrow_vec();
    Some(Diagnostic {
        error_type: text(kind)?,
        error_message: text(message)?,
        stack_trace: frames.iter().map(text).collect::<Option<_>>()?,
    })
}
