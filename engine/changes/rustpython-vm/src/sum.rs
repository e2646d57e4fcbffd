//! The sum of `sum()`: of integers without objects, of floats and complex numbers compensated.

use crate::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyComplex, PyFloat, PyInt, PyList, PyTuple, try_bigint_to_f64},
    convert::ToPyObject,
};
use num_complex::Complex64;
use num_traits::ToPrimitive;

/// A sum of floats, and what was lost of it by rounding (Neumaier's way).
#[derive(Clone, Copy)]
struct Compensated {
    sum: f64,
    lost: f64,
}

impl Compensated {
    const fn new(sum: f64) -> Self {
        Self { sum, lost: 0.0 }
    }

    fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        self.lost += if self.sum.abs() >= value.abs() {
            (self.sum - sum) + value
        } else {
            (value - sum) + self.sum
        };
        self.sum = sum;
    }

    /// What was lost is left out where it is nothing, which keeps the sign of zero, and where it is
    /// no number, which keeps an infinite sum.
    fn total(self) -> f64 {
        if self.lost != 0.0 && self.lost.is_finite() {
            self.sum + self.lost
        } else {
            self.sum
        }
    }
}

/// The sum of a list or tuple that has nothing but small integers and floats, if it is one.
pub(crate) fn of_numbers(
    start: &PyObject,
    items: &PyObject,
    vm: &VirtualMachine,
) -> Option<PyObjectRef> {
    let class = items.class();
    if class.is(vm.ctx.types.list_type) {
        let list = items.downcast_ref::<PyList>()?;
        of_slice(start, &list.borrow_vec(), vm)
    } else if class.is(vm.ctx.types.tuple_type) {
        of_slice(start, items.downcast_ref::<PyTuple>()?.as_slice(), vm)
    } else {
        None
    }
}

fn of_slice(start: &PyObject, items: &[PyObjectRef], vm: &VirtualMachine) -> Option<PyObjectRef> {
    if items.is_empty() {
        return Some(start.to_owned());
    }
    let mut items = items.iter();
    let mut total = if let Some(float) = start.downcast_ref_if_exact::<PyFloat>(vm) {
        Compensated::new(float.to_f64())
    } else {
        let mut total = small_integer(start, vm)?;
        loop {
            let Some(item) = items.next() else {
                return Some(vm.ctx.new_int(total).into());
            };
            if let Some(float) = item.downcast_ref_if_exact::<PyFloat>(vm) {
                break Compensated::new(total as f64 + float.to_f64());
            }
            total = total.checked_add(small_integer(item, vm)?)?;
        }
    };
    for item in items {
        if let Some(float) = item.downcast_ref_if_exact::<PyFloat>(vm) {
            total.add(float.to_f64());
        } else {
            total.add(small_integer(item, vm)? as f64);
        }
    }
    Some(total.total().to_pyobject(vm))
}

/// Adds the items to `start`, from the first to the last.
pub(crate) fn sum(
    start: PyObjectRef,
    mut items: impl Iterator<Item = PyResult>,
    vm: &VirtualMachine,
) -> PyResult {
    let mut sum = start;

    if sum.class().is(vm.ctx.types.int_type)
        && let Some(small) = small_integer(&sum, vm)
    {
        let mut total = small;
        loop {
            let Some(item) = items.next() else {
                return Ok(vm.ctx.new_int(total).into());
            };
            let item = item?;
            let next = small_integer(&item, vm).and_then(|value| total.checked_add(value));
            if let Some(next) = next {
                total = next;
            } else {
                sum = vm._add(vm.ctx.new_int(total).as_object(), &item)?;
                break;
            }
        }
    }

    if let Some(float) = sum.downcast_ref_if_exact::<PyFloat>(vm) {
        let mut total = Compensated::new(float.to_f64());
        loop {
            let Some(item) = items.next() else {
                return Ok(total.total().to_pyobject(vm));
            };
            let item = item?;
            if let Some(value) = item.downcast_ref_if_exact::<PyFloat>(vm) {
                total.add(value.to_f64());
            } else if let Some(value) = item.downcast_ref::<PyInt>() {
                total.add(try_bigint_to_f64(value.as_bigint(), vm)?);
            } else {
                sum = vm._add(&total.total().to_pyobject(vm), &item)?;
                break;
            }
        }
    }

    if let Some(complex) = sum.downcast_ref_if_exact::<PyComplex>(vm) {
        let Complex64 { re, im } = complex.to_complex();
        let (mut re, mut im) = (Compensated::new(re), Compensated::new(im));
        loop {
            let total = || Complex64::new(re.total(), im.total()).to_pyobject(vm);
            let Some(item) = items.next() else {
                return Ok(total());
            };
            let item = item?;
            if let Some(value) = item.downcast_ref_if_exact::<PyComplex>(vm) {
                let value = value.to_complex();
                re.add(value.re);
                im.add(value.im);
            } else if let Some(value) = item.downcast_ref::<PyInt>() {
                re.add(try_bigint_to_f64(value.as_bigint(), vm)?);
            } else if let Some(value) = item.downcast_ref::<PyFloat>() {
                re.add(value.to_f64());
            } else {
                sum = vm._add(&total(), &item)?;
                break;
            }
        }
    }

    for item in items {
        sum = vm._add(&sum, &*item?)?;
    }
    Ok(sum)
}

/// The value of an `int` or `bool` itself, if it is small.
fn small_integer(object: &PyObject, vm: &VirtualMachine) -> Option<i64> {
    let class = object.class();
    let exact = class.is(vm.ctx.types.int_type) || class.is(vm.ctx.types.bool_type);
    exact.then(|| object.downcast_ref::<PyInt>()?.as_bigint().to_i64())?
}
