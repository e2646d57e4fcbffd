//! The rows of PostgreSQL's protocol, for `python/psycopg2`: what is done for each row and each value.

#![forbid(unsafe_code)]

use rustpython_vm::{Context, builtins::PyModuleDef};

/// The module.
pub(crate) fn module_def(context: &Context) -> &'static PyModuleDef {
    _psycopg2::module_def(context)
}

/// The length that stands for a value of NULL.
const NULL: u32 = u32::MAX;

/// A number of four bytes at a place, the most significant first.
fn number(data: &[u8], at: usize) -> Option<u32> {
    let bytes = data.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

/// The body of the message that begins at a place, if it is one of a row and all of it is there, and its end.
fn row_at(data: &[u8], at: usize) -> Option<(&[u8], usize)> {
    if data.get(at) != Some(&b'D') {
        return None;
    }
    let end = at.checked_add(1)?.checked_add(number(data, at + 1)? as usize)?;
    Some((data.get(at + 5..end)?, end))
}

#[rustpython_vm::pymodule(name = "_krait_stand_ins._psycopg2")]
mod _psycopg2 {
    use super::{NULL, number, row_at};
    use rustpython_vm::{
        AsObject, PyObjectRef, PyResult, VirtualMachine,
        builtins::{PyBytesRef, PyInt, PyListRef, PyTuple, PyTupleRef},
    };

    /// Adds the rows that begin at a place to a list; where they end.
    #[pyfunction]
    fn split(data: PyBytesRef, at: usize, rows: PyListRef, vm: &VirtualMachine) -> usize {
        let (bytes, mut at) = (data.as_bytes(), at);
        let mut rows = rows.borrow_vec_mut();
        while let Some((body, end)) = row_at(bytes, at) {
            rows.push(vm.ctx.new_bytes(body.to_vec()).into());
            at = end;
        }
        at
    }

    /// A row's values. Each reader is a number (0: a whole number, 1: a float, 2: a text of UTF-8, 3: a truth
    /// value), what is called with the bytes of a value, or a tuple of one that is called for NULL as well.
    #[pyfunction]
    fn row(body: PyBytesRef, readers: PyTupleRef, vm: &VirtualMachine) -> PyResult<PyTupleRef> {
        let (bytes, mut at) = (body.as_bytes(), 2);
        let mut values = Vec::with_capacity(readers.len());
        for reader in readers.iter() {
            let short = || vm.new_value_error("a row is shorter than its columns say");
            let size = number(bytes, at).ok_or_else(short)?;
            at += 4;
            if size == NULL {
                values.push(match reader.downcast_ref::<PyTuple>() {
                    Some(reader) => reader[0].call((vm.ctx.none(),), vm)?,
                    None => vm.ctx.none(),
                });
                continue;
            }
            let value =
                bytes.get(at..).and_then(|rest| rest.get(..size as usize)).ok_or_else(short)?;
            at += size as usize;
            values.push(read(reader, value, vm)?);
        }
        Ok(vm.ctx.new_tuple(values))
    }

    fn read(reader: &PyObjectRef, value: &[u8], vm: &VirtualMachine) -> PyResult {
        if let Some(kind) = reader.downcast_ref::<PyInt>() {
            let text = core::str::from_utf8(value).ok();
            let found = match (kind.try_to_primitive::<u8>(vm)?, text) {
                (0, Some(text)) => {
                    text.parse::<i64>().ok().map(|number| vm.ctx.new_int(number).into())
                }
                (1, Some(text)) => {
                    text.parse::<f64>().ok().map(|number| vm.ctx.new_float(number).into())
                }
                (2, Some(text)) => Some(vm.ctx.new_str(text).into()),
                (3, _) => Some(vm.ctx.new_bool(value == b"t").into()),
                _ => None,
            };
            return found.ok_or_else(|| {
                vm.new_value_error(format!(
                    "a value cannot be read: '{}'",
                    String::from_utf8_lossy(value)
                ))
            });
        }
        let value = vm.ctx.new_bytes(value.to_vec());
        match reader.downcast_ref::<PyTuple>() {
            Some(reader) => reader[0].call((value,), vm),
            None => reader.as_object().call((value,), vm),
        }
    }
}
