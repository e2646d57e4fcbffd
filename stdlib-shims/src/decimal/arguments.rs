//! Arguments of functions, with the words that `PyArg_ParseTupleAndKeywords` has for wrong ones.

use super::context::{Context, current};
use super::number::Rounding;
use rustpython_vm::{
    PyObject, PyObjectRef, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStr},
    function::FuncArgs,
};

/// The arguments in the order of their names; the first ones, `required` of them, must be there.
pub(super) fn named<const COUNT: usize>(
    names: [&str; COUNT],
    required: usize,
    arguments: FuncArgs,
    vm: &VirtualMachine,
) -> PyResult<[Option<PyObjectRef>; COUNT]> {
    let mut given: [Option<PyObjectRef>; COUNT] = std::array::from_fn(|_| None);
    let count = arguments.args.len() + arguments.kwargs.len();
    if count > COUNT {
        let plural = if COUNT == 1 { "" } else { "s" };
        return Err(vm.new_type_error(format!(
            "function takes at most {COUNT} argument{plural} ({count} given)"
        )));
    }
    for (place, value) in arguments.args.into_iter().enumerate() {
        given[place] = Some(value);
    }
    let mut unexpected = None;
    for (name, value) in arguments.kwargs {
        let place = names.iter().position(|each| name.as_bytes() == each.as_bytes());
        let Some(place) = place else {
            unexpected.get_or_insert(name);
            continue;
        };
        if given[place].replace(value).is_some() {
            return Err(vm.new_type_error(format!(
                "argument for function given by name ('{name}') and position ({})",
                place + 1
            )));
        }
    }
    if let Some(place) = given[..required].iter().position(Option::is_none) {
        return Err(vm.new_type_error(format!(
            "function missing required argument '{}' (pos {})",
            names[place],
            place + 1
        )));
    }
    if let Some(name) = unexpected {
        let meant = rustpython_vm::suggestion::meant(&name.to_string(), names);
        return Err(vm.new_type_error(format!(
            "this function got an unexpected keyword argument '{name}'{meant}"
        )));
    }
    Ok(given)
}

/// So many arguments, none of which may have a name.
pub(super) fn exactly<const COUNT: usize>(
    arguments: FuncArgs,
    vm: &VirtualMachine,
) -> PyResult<[PyObjectRef; COUNT]> {
    if !arguments.kwargs.is_empty() {
        return Err(vm.new_type_error("function takes no keyword arguments"));
    }
    let given = arguments.args.len();
    arguments.args.try_into().map_err(|_| {
        let plural = if COUNT == 1 { "" } else { "s" };
        vm.new_type_error(format!(
            "function takes exactly {COUNT} argument{plural} ({given} given)"
        ))
    })
}

/// The context that is given, or the current one.
pub(super) fn context_or_current(
    given: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<PyRef<Context>> {
    match given {
        None => current(vm),
        Some(given) if vm.is_none(&given) => current(vm),
        Some(given) => given
            .downcast::<Context>()
            .map_err(|_| vm.new_type_error("optional argument must be a context")),
    }
}

/// The way of rounding that is given.
pub(super) fn rounding(given: &PyObject, vm: &VirtualMachine) -> PyResult<Rounding> {
    let name = given.downcast_ref::<PyStr>().and_then(|name| name.to_str());
    let found = name.and_then(|name| Rounding::ALL.iter().find(|(each, _)| *each == name));
    found.map(|(_, rounding)| *rounding).ok_or_else(|| wrong_rounding(vm))
}

fn wrong_rounding(vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_type_error(
        "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   \
         ROUND_HALF_UP, ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]",
    )
}

/// An integer that fits a machine's.
pub(super) fn integer(given: &PyObject, vm: &VirtualMachine) -> PyResult<i64> {
    let number = given
        .downcast_ref::<rustpython_vm::builtins::PyInt>()
        .ok_or_else(|| vm.new_type_error("an integer is required"))?;
    i64::try_from(number.as_bigint())
        .map_err(|_| vm.new_overflow_error("Python int too large to convert to C ssize_t"))
}
