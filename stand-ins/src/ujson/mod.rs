//! ujson: JSON to Python's objects and back, in texts. `python/ujson.py` has the rest.

#![forbid(unsafe_code)]

mod escape;
mod read;
mod write;

use rustpython_vm::{Context, builtins::PyModuleDef};

/// The module.
pub(crate) fn module_def(context: &Context) -> &'static PyModuleDef {
    _ujson::module_def(context)
}

/// The module's name; its Python half gives it a class.
const NAME: &str = "_krait_stand_ins._ujson";

#[rustpython_vm::pymodule(name = "_krait_stand_ins._ujson")]
mod _ujson {
    use super::{read, write};
    use rustpython_vm::{PyObjectRef, PyResult, VirtualMachine, function::FuncArgs};

    /// Puts the arguments of a function of C in the order of their names, with C's words for what is wrong.
    fn arranged<const COUNT: usize>(
        arguments: FuncArgs,
        names: [&str; COUNT],
        vm: &VirtualMachine,
    ) -> PyResult<[Option<PyObjectRef>; COUNT]> {
        let given = arguments.args.len() + arguments.kwargs.len();
        if given > COUNT {
            let by_name = if arguments.args.is_empty() { "keyword " } else { "" };
            let plural = if COUNT == 1 { "" } else { "s" };
            return Err(vm.new_type_error(format!(
                "function takes at most {COUNT} {by_name}argument{plural} ({given} given)"
            )));
        }
        let mut values = [const { None }; COUNT];
        let positional = arguments.args.len();
        for (place, value) in values.iter_mut().zip(arguments.args) {
            *place = Some(value);
        }
        let mut unknown = None;
        for (name, value) in arguments.kwargs {
            match names.iter().position(|each| name.as_bytes() == each.as_bytes()) {
                Some(at) if at < positional => {
                    return Err(vm.new_type_error(format!(
                        "argument for function given by name ('{name}') and position ({})",
                        at + 1
                    )));
                }
                Some(at) => values[at] = Some(value),
                None => unknown = unknown.or(Some(name)),
            }
        }
        if values[0].is_none() {
            let missing = format!("function missing required argument '{}' (pos 1)", names[0]);
            return Err(vm.new_type_error(missing));
        }
        match unknown {
            Some(name) => Err(vm.new_type_error(format!(
                "this function got an unexpected keyword argument '{name}'"
            ))),
            None => Ok(values),
        }
    }

    /// Converts JSON as string to dict object structure.
    #[pyfunction]
    fn loads(arguments: FuncArgs, vm: &VirtualMachine) -> PyResult {
        let [object] = arranged(arguments, ["obj"], vm)?;
        read::loads(&object.unwrap_or_else(|| vm.ctx.none()), vm)
    }

    /// Converts arbitrary object recursively into JSON. Use ensure_ascii=false to output UTF-8. Set encode_html_chars=True to encode < > & as unicode escape sequences. Set escape_forward_slashes=False to prevent escaping / characters.Set allow_nan=False to raise an exception when NaN or Infinity would be serialized.Set reject_bytes=True to raise TypeError on bytes.
    #[pyfunction]
    fn dumps(arguments: FuncArgs, vm: &VirtualMachine) -> PyResult {
        const NAMES: [&str; 10] = [
            "obj",
            "ensure_ascii",
            "encode_html_chars",
            "escape_forward_slashes",
            "sort_keys",
            "indent",
            "allow_nan",
            "reject_bytes",
            "default",
            "separators",
        ];
        let mut values = arranged(arguments, NAMES, vm)?;
        let [object, ascii, html, slashes, sorts, indent, nan, bytes, default, separators] =
            values.each_mut().map(Option::take);
        let flag = |value: Option<PyObjectRef>, otherwise: bool| match value {
            Some(value) => value.try_to_bool(vm),
            None => Ok(otherwise),
        };
        let object = object.unwrap_or_else(|| vm.ctx.none());
        let mut options = write::Options {
            ascii: flag(ascii, true)?,
            html: flag(html, false)?,
            slashes: flag(slashes, true)?,
            sorts: flag(sorts, false)?,
            ..write::Options::default()
        };
        let indent = write::indent(indent, vm)?;
        options.allows_nan = flag(nan, true)?;
        options.rejects_bytes = flag(bytes, true)?;
        options.default = default.filter(|default| !vm.is_none(default));
        options.indents(indent, separators.filter(|each| !vm.is_none(each)), vm)?;
        write::dumps(&object, options, vm)
    }
}
