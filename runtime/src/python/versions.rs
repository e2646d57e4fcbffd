//! The versions of the interpreter and of its language.

use rustpython_vm::version;

/// The version of Python that the library is of.
pub fn python_version() -> String {
    format!("{}.{}.{}", version::MAJOR, version::MINOR, version::MICRO)
}

/// The version of RustPython, which is the interpreter.
pub fn engine_version() -> String {
    format!("{}.{}.{}", version::MAJOR_IMPL, version::MINOR_IMPL, version::MICRO_IMPL)
}
