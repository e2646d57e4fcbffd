//! The numbers of users and groups, as `os`, `pwd`, `grp` and `_posixsubprocess` read them.

use crate::{AsObject, PyObject, PyResult, VirtualMachine};
use num_traits::{Signed, ToPrimitive};

/// The number of the user or group (`kind`: `uid` or `gid`) that `object` names; -1, which leaves an
/// owner as it is, is the largest. A number that does not fit is refused as CPython does: past 32
/// bits it is called too small, past 64 too large.
pub fn read(vm: &VirtualMachine, object: &PyObject, kind: &str) -> PyResult<u32> {
    let number = object.try_index_opt(vm).unwrap_or_else(|| {
        Err(vm.new_type_error(format!("{kind} should be integer, not {}", object.class().slot_name())))
    })?;
    let number = number.as_bigint();
    match number.to_i64() {
        Some(-1) => Ok(u32::MAX),
        Some(small) => u32::try_from(small).map_err(|_| too_small(vm, kind)),
        None if number.is_negative() => Err(too_small(vm, kind)),
        None => Err(vm.new_overflow_error(format!("{kind} is greater than maximum"))),
    }
}

fn too_small(vm: &VirtualMachine, kind: &str) -> crate::builtins::PyBaseExceptionRef {
    vm.new_overflow_error(format!("{kind} is less than minimum"))
}
