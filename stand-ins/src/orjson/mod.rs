//! orjson: JSON to Python's objects and back, in bytes. `python/orjson/orjson.py` has the rest.

#![forbid(unsafe_code)]

mod read;
mod write;

use rustpython_vm::{Context, builtins::PyModuleDef};

/// The module.
pub(crate) fn module_def(context: &Context) -> &'static PyModuleDef {
    _orjson::module_def(context)
}

/// The module's name; its Python half gives it functions and classes.
const NAME: &str = "_krait_stand_ins._orjson";

#[rustpython_vm::pymodule(name = "_krait_stand_ins._orjson")]
mod _orjson {
    use super::{read, write};
    use rustpython_vm::{
        Py, PyObjectRef, PyPayload, PyResult, VirtualMachine, builtins::PyType, function::FuncArgs,
        pyclass, types::Constructor,
    };

    /// JSON that is written as it is.
    #[pyattr]
    #[pyclass(name = "Fragment", module = "orjson")]
    #[derive(Debug, PyPayload)]
    pub(super) struct Fragment {
        pub(super) contents: PyObjectRef,
    }

    impl Constructor for Fragment {
        type Args = FuncArgs;

        fn py_new(_class: &Py<PyType>, arguments: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
            match (arguments.args.as_slice(), arguments.kwargs.is_empty()) {
                ([contents], true) => Ok(Self { contents: contents.clone() }),
                _ => {
                    Err(vm.new_type_error("orjson.Fragment() takes exactly 1 positional argument"))
                }
            }
        }
    }

    #[pyclass(with(Constructor))]
    impl Fragment {}

    /// Deserialize JSON to Python objects.
    #[pyfunction]
    fn loads(arguments: FuncArgs, vm: &VirtualMachine) -> PyResult {
        if !arguments.kwargs.is_empty() {
            return Err(vm.new_type_error("orjson.loads() takes no keyword arguments"));
        }
        match arguments.args.as_slice() {
            [text] => read::loads(text, vm),
            others => Err(vm.new_type_error(format!(
                "orjson.loads() takes exactly one argument ({} given)",
                others.len()
            ))),
        }
    }

    /// Serialize Python objects to JSON.
    #[pyfunction]
    fn dumps(arguments: FuncArgs, vm: &VirtualMachine) -> PyResult<Vec<u8>> {
        let mut args = arguments.args.into_iter();
        let Some(object) = args.next() else {
            return Err(vm.new_type_error("dumps() missing 1 required positional argument: 'obj'"));
        };
        let (mut default, mut option) = (args.next(), args.next());
        for (name, value) in arguments.kwargs {
            let place = match name.as_str() {
                Ok("default") => &mut default,
                Ok("option") => &mut option,
                _ => return Err(vm.new_type_error("dumps() got an unexpected keyword argument")),
            };
            if place.replace(value).is_some() {
                return Err(vm.new_type_error(format!(
                    "dumps() got multiple values for argument: '{name}'"
                )));
            }
        }
        let given = |value: Option<PyObjectRef>| value.filter(|value| !vm.is_none(value));
        write::dumps(&object, given(default), given(option), vm)
    }
}
