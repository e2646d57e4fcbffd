//! Calls of bound methods, and of what has its arguments in a tuple and a dict or by name, which the small
//! loop prepares.

use super::{ExecutingFrame, FrameResult};
use crate::{
    PyStackRef, VirtualMachine,
    builtins::{
        PyTuple,
        function::{PyBoundMethod, PyFunction},
    },
};

impl ExecutingFrame<'_> {
    /// Puts a method's function and its object in the place of the method that is called below `depth`
    /// values, as if it had never been bound. Says whether it did: only for a function that the call at
    /// `index` was specialised for.
    #[inline]
    pub(super) fn unbind(&mut self, index: usize, depth: usize, vm: &VirtualMachine) -> bool {
        let callable = self.localsplus.stack_len() - depth - 2;
        if self.localsplus.stack_index(callable + 1).is_some() {
            return false;
        }
        let version = self.code.instructions.read_cache_u32(index + 2);
        let Some(method) =
            self.nth_value(depth as u32 + 1).downcast_ref_if_exact::<PyBoundMethod>(vm)
        else {
            return false;
        };
        let is_expected = method
            .function_obj()
            .downcast_ref_if_exact::<PyFunction>(vm)
            .is_some_and(|function| version != 0 && function.func_version() == version);
        if !is_expected {
            return false;
        }
        let (function, instance) = (method.function_obj().to_owned(), method.self_obj().to_owned());
        *self.localsplus.stack_index_mut(callable + 1) = Some(PyStackRef::new_owned(instance));
        // The method may end here: both have another count by then.
        drop(self.localsplus.stack_index_mut(callable).replace(PyStackRef::new_owned(function)));
        true
    }

    /// Calls the class, or whatever else is no function, that lies below `count` arguments and the names
    /// of the last of them; none for a function.
    pub(super) fn call_with_names(
        &mut self,
        count: usize,
        vm: &VirtualMachine,
    ) -> Option<FrameResult> {
        let callable = self.nth_value(count as u32 + 2);
        if callable.downcast_ref_if_exact::<PyFunction>(vm).is_some()
            || callable.downcast_ref_if_exact::<PyBoundMethod>(vm).is_some()
        {
            return None;
        }
        self.top_value().downcast_ref::<PyTuple>()?;
        let names = self.pop_value();
        let names = names.downcast_ref::<PyTuple>()?;
        let (callable, arguments) = self.take_call_args(count);
        Some(self.call_class(callable, arguments, names.as_slice(), vm))
    }
}
