//! Calls from native code with a few arguments: those of a plain Python function go straight to where
//! it finds them.

use super::{FuncArgs, PosArgs};
use crate::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBoundMethod, PyFunction, PyType, builtin_func::PyNativeFunction},
    types::Callable,
};

/// Calls `callable` with `arguments`, which are all there, and are taken.
pub(super) fn call_with_few(
    callable: &PyObject,
    arguments: &mut [Option<PyObjectRef>],
    vm: &VirtualMachine,
) -> PyResult {
    // Whoever watches calls wants to see more of them.
    if !vm.use_tracing.get() {
        if let [Some(argument)] = arguments
            && let Some(value) = plainly_answered(callable, argument, vm)
        {
            return value;
        }
        if let Some(function) = plain_function(callable, arguments.len(), vm) {
            return function.invoke_filled(
                |places| {
                    places.iter_mut().zip(arguments).for_each(|(place, it)| *place = it.take())
                },
                vm,
            );
        }
        if let Some(method) = callable.downcast_ref_if_exact::<PyBoundMethod>(vm)
            && let Some(function) = plain_function(method.function_obj(), arguments.len() + 1, vm)
        {
            return function.invoke_filled(
                |places| {
                    let mut places = places.iter_mut();
                    if let Some(place) = places.next() {
                        *place = Some(method.self_obj().to_owned());
                    }
                    places.zip(arguments).for_each(|(place, it)| *place = it.take());
                },
                vm,
            );
        }
    }
    if let Some(function) = callable.downcast_ref_if_exact::<PyNativeFunction>(vm) {
        let mut args = vm.spare_arguments.take();
        args.reserve(arguments.len() + 1);
        args.extend(arguments.iter_mut().filter_map(Option::take));
        return PyNativeFunction::call(function, FuncArgs { args, kwargs: Default::default() }, vm);
    }
    let arguments: Vec<PyObjectRef> = arguments.iter_mut().filter_map(Option::take).collect();
    callable.call_with_args(FuncArgs::from(PosArgs::new(arguments)), vm)
}

/// What `callable` gives for one value, where it is `str`, `int`, `float` or `len`, and needs no arguments
/// to be read. None for all else.
#[inline]
fn plainly_answered(
    callable: &PyObject,
    argument: &PyObject,
    vm: &VirtualMachine,
) -> Option<PyResult> {
    if let Some(class) = callable.downcast_ref_if_exact::<PyType>(vm) {
        if class.is(vm.ctx.types.str_type) {
            return Some(argument.str(vm).map(Into::into));
        }
        return crate::frame::plainly_made(class, argument, vm).map(Ok);
    }
    vm.callable_cache.len.as_ref().filter(|length| callable.is(*length))?;
    Some(argument.length(vm).map(|length| vm.ctx.new_int(length).into()))
}

/// The Python function that `callable` is, if its frame runs at once and it takes just `count` arguments.
fn plain_function<'a>(
    callable: &'a PyObject,
    count: usize,
    vm: &VirtualMachine,
) -> Option<&'a crate::Py<PyFunction>> {
    callable.downcast_ref_if_exact::<PyFunction>(vm).filter(|function| {
        function.can_specialize_call(count as u32)
            && !function.is_generator_like()
            && !function.is_jitted()
    })
}
