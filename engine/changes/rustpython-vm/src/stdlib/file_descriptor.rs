//! Numbers of open files, as arguments: an int, or what has a `fileno()` (CPython's "fildes").

use crate::{
    PyObjectRef, PyResult, TryFromObject, VirtualMachine,
    builtins::PyInt,
    convert::IntoPyException,
};

/// The number of an open file. Not negative.
#[derive(Clone, Copy)]
pub(crate) struct FileDescriptor(pub(crate) i32);

impl TryFromObject for FileDescriptor {
    fn try_from_object(vm: &VirtualMachine, obj: PyObjectRef) -> PyResult<Self> {
        super::os::warn_if_bool_fd(&obj, vm)?;
        let number = if let Some(number) = obj.downcast_ref::<PyInt>() {
            number.try_to_primitive::<i32>(vm)?
        } else {
            let Some(method) = vm.get_attribute_opt(&obj, "fileno")? else {
                return Err(vm.new_type_error("argument must be an int, or have a fileno() method."));
            };
            let number = method.call((), vm)?;
            let Some(number) = number.downcast_ref::<PyInt>() else {
                return Err(vm.new_type_error("fileno() returned a non-integer"));
            };
            number.try_to_primitive::<i32>(vm)?
        };
        if number < 0 {
            return Err(vm.new_value_error(format!(
                "file descriptor cannot be a negative integer ({number})"
            )));
        }
        Ok(Self(number))
    }
}

/// A number that C takes as an unsigned int, with CPython's errors.
pub(crate) struct UnsignedInt(pub(crate) u32);

impl TryFromObject for UnsignedInt {
    fn try_from_object(vm: &VirtualMachine, obj: PyObjectRef) -> PyResult<Self> {
        let number = obj.try_index(vm)?;
        if number.as_bigint().sign() == malachite_bigint::Sign::Minus {
            return Err(vm.new_value_error("Cannot convert negative int"));
        }
        let number = number.try_to_primitive::<u32>(vm);
        number
            .map(Self)
            .map_err(|_| vm.new_overflow_error("Python int too large for C unsigned int"))
    }
}

/// The result of a call of the C library: -1 is an error, of `errno`.
pub(crate) fn checked(result: i64, vm: &VirtualMachine) -> PyResult<i64> {
    if result == -1 {
        return Err(std::io::Error::last_os_error().into_pyexception(vm));
    }
    Ok(result)
}

/// Makes a call of the C library, without the interpreter's lock, again as long as signals interrupt it.
pub(crate) fn uninterrupted(
    vm: &VirtualMachine,
    mut call: impl FnMut() -> i64,
) -> PyResult<i64> {
    loop {
        let result = vm.allow_threads(|| match call() {
            -1 => Err(std::io::Error::last_os_error()),
            result => Ok(result),
        });
        match result {
            Ok(result) => return Ok(result),
            Err(error) if error.raw_os_error() == Some(libc::EINTR) => vm.check_signals()?,
            Err(error) => return Err(error.into_pyexception(vm)),
        }
    }
}
