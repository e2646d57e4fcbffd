//! What an attribute says that is not deleted, or not set to a value of another type.

use crate::{AsObject, Py, PyObject, VirtualMachine, builtins::PyBaseExceptionRef, builtins::PyType};

/// Whether CPython has the attribute as a member of the object's structure. It refuses that in fewer words.
#[cold]
pub(super) fn is_member(class: &str, name: &str) -> bool {
    match class {
        "code" => matches!(
            name,
            "co_consts" | "co_exceptiontable" | "co_firstlineno" | "co_linetable" | "co_names"
        ),
        "re.Pattern" => matches!(name, "flags" | "groups" | "pattern"),
        "re.Match" => matches!(name, "endpos" | "pos" | "re" | "string"),
        "weakref.ReferenceType" => name == "__callback__",
        "sqlite3.Cursor" => matches!(name, "description" | "lastrowid" | "rowcount"),
        "zlib.Decompress" => matches!(name, "eof" | "unconsumed_tail" | "unused_data"),
        _ => false,
    }
}

/// The error in CPython's words, if it is one that every setter raises alike: what `deleted`, an
/// object that keeps its attribute, or the class of the attribute says then.
#[cold]
pub(super) fn told(
    error: PyBaseExceptionRef,
    class: &Py<PyType>,
    name: &str,
    deleted: Option<&PyObject>,
    vm: &VirtualMachine,
) -> PyBaseExceptionRef {
    let exceptions = &vm.ctx.exceptions;
    if ![exceptions.type_error, exceptions.attribute_error].iter().any(|known| error.class().is(*known)) {
        return error;
    }
    let Ok(text) = error.as_object().str(vm) else {
        return error;
    };
    let text = text.as_wtf8().to_string_lossy();
    let refused = match deleted {
        Some(_) => matches!(&*text, "can't delete attribute" | "cannot delete attribute"),
        None => text.starts_with("Expected type '"),
    };
    if !refused {
        return error;
    }
    let class = class.slot_name();
    let wanted = match name {
        "__name__" | "__qualname__" => "string",
        "__defaults__" => "tuple",
        _ => "",
    };
    if !wanted.is_empty() && matches!(&*class, "function" | "generator" | "coroutine" | "async_generator") {
        return vm.new_type_error(format!("{name} must be set to a {wanted} object"));
    }
    let Some(object) = deleted else {
        return error;
    };
    match (&*class, name) {
        (_, "__class__") => vm.new_type_error("can't delete __class__ attribute"),
        ("type", _) => {
            let kept = object.downcast_ref::<PyType>().map(|kept| kept.name().to_string());
            let kept = kept.unwrap_or_default();
            vm.new_type_error(format!("cannot delete '{name}' attribute of immutable type '{kept}'"))
        }
        ("pyexpat.xmlparser" | "xmlparser", _) => vm.new_runtime_error("Cannot delete attribute"),
        (_, "autocommit" | "row_factory" | "text_factory") => {
            vm.new_attribute_error(format!("cannot delete {name} attribute"))
        }
        (_, "post_handshake_auth" | "isolation_level") => vm.new_attribute_error("cannot delete attribute"),
        (class, _) if class.starts_with("_ctypes") => error,
        _ => vm.new_attribute_error(format!(
            "attribute '{name}' of '{}' objects cannot be deleted",
            object.class().slot_name()
        )),
    }
}
