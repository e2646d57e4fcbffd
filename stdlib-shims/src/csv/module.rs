//! The module: its functions, and the dialects that have a name.

use super::{
    dialect::{Dialect, Quoting},
    reader::Reader,
    writer::Writer,
};
use rustpython_vm::{
    AsObject, Context, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyDictRef, PyModuleDef, PyStr},
    class::StaticType,
    function::FuncArgs,
};
use std::sync::atomic::{AtomicIsize, Ordering};

/// The module `_csv`.
pub(crate) fn module_def(context: &Context) -> &'static PyModuleDef {
    _csv::module_def(context)
}

/// How long a field may be, in characters.
static FIELD_LIMIT: AtomicIsize = AtomicIsize::new(128 * 1024);

pub(super) fn field_limit() -> isize {
    FIELD_LIMIT.load(Ordering::Relaxed)
}

/// A `csv.Error`.
pub(super) fn error(message: impl Into<String>, vm: &VirtualMachine) -> PyBaseExceptionRef {
    vm.new_exception_msg(_csv::Error::static_type().to_owned(), message.into().into())
}

/// The dialect of a name.
pub(super) fn named(name: &PyObject, vm: &VirtualMachine) -> PyResult {
    let found = _csv::_dialects(vm).get_item_opt(name, vm)?;
    found.ok_or_else(|| error("unknown dialect", vm))
}

/// The first arguments of a function, and a dialect of the last, if it is there, and of the
/// keywords.
fn with_dialect(
    name: &str,
    arguments: FuncArgs,
    vm: &VirtualMachine,
) -> PyResult<(PyObjectRef, PyRef<Dialect>)> {
    let wrong = |bound: &str, count: usize| {
        let plural = if count == 1 { "" } else { "s" };
        let given = arguments.args.len();
        vm.new_type_error(format!(
            "{name} expected at {bound} {count} argument{plural}, got {given}"
        ))
    };
    match arguments.args.as_slice() {
        [] => Err(wrong("least", 1)),
        [first] => Ok((first.clone(), Dialect::new(FuncArgs::new(vec![], arguments.kwargs), vm)?)),
        [first, dialect] => {
            let first = first.clone();
            let arguments = FuncArgs::new(vec![dialect.clone()], arguments.kwargs);
            Ok((first, Dialect::new(arguments, vm)?))
        }
        _ => Err(wrong("most", 2)),
    }
}

#[rustpython_vm::pymodule]
mod _csv {
    use super::*;
    use rustpython_vm::{
        Py,
        builtins::{PyException, PyInt, PyModule},
        class::PyClassImpl,
        function::OptionalArg,
        pyclass, pyexception,
        types::Constructor,
    };

    /// What is wrong with CSV, or with what is to become CSV.
    #[pyattr]
    #[pyexception(name = "Error", module = "_csv", base = PyException)]
    #[derive(Debug)]
    #[repr(transparent)]
    pub(super) struct Error(PyException);

    #[pyexception]
    impl Error {}

    #[pyattr(once)]
    pub(super) fn _dialects(vm: &VirtualMachine) -> PyDictRef {
        vm.ctx.new_dict()
    }

    pub(crate) fn module_exec(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
        __module_exec(vm, module);
        module.set_attr("Dialect", Dialect::make_static_type(), vm)?;
        module.set_attr("Reader", Reader::make_static_type(), vm)?;
        module.set_attr("Writer", Writer::make_static_type(), vm)?;
        for (name, quoting) in Quoting::NAMES {
            module.set_attr(name, vm.ctx.new_int(quoting as i32), vm)?;
        }
        Ok(())
    }

    #[pyfunction]
    fn reader(arguments: FuncArgs, vm: &VirtualMachine) -> PyResult<Reader> {
        let (lines, dialect) = with_dialect("reader", arguments, vm)?;
        Ok(Reader::new(lines.get_iter(vm)?, dialect))
    }

    #[pyfunction]
    fn writer(arguments: FuncArgs, vm: &VirtualMachine) -> PyResult<Writer> {
        let (file, dialect) = with_dialect("writer", arguments, vm)?;
        let write = vm.get_attribute_opt(&file, "write")?.filter(|write| write.is_callable());
        let lacks = || vm.new_type_error("argument 1 must have a \"write\" method");
        Ok(Writer::new(write.ok_or_else(lacks)?, dialect))
    }

    #[pyfunction]
    fn register_dialect(arguments: FuncArgs, vm: &VirtualMachine) -> PyResult<()> {
        let is_text = |name: &PyObjectRef| name.fast_isinstance(PyStr::class(&vm.ctx));
        if arguments.args.len() < 3 && arguments.args.first().is_some_and(|name| !is_text(name)) {
            return Err(vm.new_type_error("dialect name must be a string"));
        }
        let (name, dialect) = with_dialect("register_dialect", arguments, vm)?;
        _dialects(vm).set_item(name.as_object(), dialect.into(), vm)
    }

    #[pyfunction]
    fn unregister_dialect(name: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        named(&name, vm)?;
        _dialects(vm).del_item(name.as_object(), vm)
    }

    #[pyfunction]
    fn get_dialect(name: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        named(&name, vm)
    }

    #[pyfunction]
    fn list_dialects(vm: &VirtualMachine) -> PyObjectRef {
        let names = _dialects(vm).into_iter().map(|(name, _)| name);
        vm.ctx.new_list(names.collect()).into()
    }

    #[pyfunction]
    fn field_size_limit(
        new_limit: OptionalArg<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<isize> {
        let before = field_limit();
        if let OptionalArg::Present(limit) = new_limit {
            let limit = limit
                .downcast_exact::<PyInt>(vm)
                .map_err(|_| vm.new_type_error("limit must be an integer"))?;
            let limit = isize::try_from(limit.as_bigint()).map_err(|_| {
                vm.new_overflow_error("Python int too large to convert to C ssize_t")
            })?;
            FIELD_LIMIT.store(limit, Ordering::Relaxed);
        }
        Ok(before)
    }
}
