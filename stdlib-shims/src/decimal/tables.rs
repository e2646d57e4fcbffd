//! The methods that differ in their operation alone, as tables of names and operations, and how a
//! method with a signature is put into a class.

use super::number::{Kind, Number, Rules};
use rustpython_vm::{
    Py, VirtualMachine,
    builtins::PyType,
    function::{IntoPyNativeFn, ItemDoc, PyMethodFlags},
};
use std::cmp::Ordering;

pub(super) type Unary = fn(&Number, &Rules, &mut u32) -> Number;
pub(super) type Binary = fn(&Number, &Number, &Rules, &mut u32) -> Number;
pub(super) type Test = fn(&Number, &Rules) -> bool;

/// Those of both classes.
pub(super) const UNARY: [(&str, Unary); 9] = [
    ("exp", Number::exp),
    ("ln", Number::ln),
    ("log10", Number::log10),
    ("logb", Number::logb),
    ("logical_invert", Number::logical_invert),
    ("next_minus", Number::next_minus),
    ("next_plus", Number::next_plus),
    ("normalize", Number::normalize),
    ("sqrt", Number::sqrt),
];

/// Those of contexts alone.
pub(super) const UNARY_OF_CONTEXT: [(&str, Unary); 7] = [
    ("abs", Number::abs),
    ("minus", Number::minus),
    ("plus", Number::plus),
    ("to_integral", Number::to_integral_value),
    ("to_integral_exact", Number::to_integral_exact),
    ("to_integral_value", Number::to_integral_value),
    ("_apply", |number, rules, status| number.clone().finish(rules, status)),
];

/// Those of both classes.
pub(super) const BINARY: [(&str, Binary); 17] = [
    ("compare", Number::compare),
    ("compare_signal", Number::compare_signal),
    ("compare_total", |one, other, _, _| Number::of(sign(one.total_order(other)))),
    ("compare_total_mag", |one, other, _, _| Number::of(sign(one.total_magnitude_order(other)))),
    ("copy_sign", |one, other, _, _| one.with_sign(other.negative)),
    ("logical_and", Number::logical_and),
    ("logical_or", Number::logical_or),
    ("logical_xor", Number::logical_xor),
    ("max", Number::max),
    ("max_mag", Number::max_magnitude),
    ("min", Number::min),
    ("min_mag", Number::min_magnitude),
    ("next_toward", Number::next_toward),
    ("remainder_near", Number::remainder_near),
    ("rotate", Number::rotate),
    ("scaleb", Number::scaleb),
    ("shift", Number::shift),
];

/// Those of contexts alone.
pub(super) const BINARY_OF_CONTEXT: [(&str, Binary); 7] = [
    ("add", Number::add),
    ("divide", Number::divide),
    ("divide_int", Number::divide_integer),
    ("multiply", Number::multiply),
    ("quantize", Number::quantize),
    ("remainder", Number::remainder),
    ("subtract", Number::subtract),
];

/// What asks the context, too.
pub(super) const TESTS_IN_CONTEXT: [(&str, Test); 2] =
    [("is_normal", Number::is_normal), ("is_subnormal", Number::is_subnormal)];

/// What a number tells of itself.
pub(super) const TESTS: [(&str, Test); 6] = [
    ("is_finite", |number, _| number.is_finite()),
    ("is_infinite", |number, _| number.is_infinite()),
    ("is_nan", |number, _| number.is_nan()),
    ("is_qnan", |number, _| number.kind == Kind::Quiet),
    ("is_signed", |number, _| number.negative),
    ("is_snan", |number, _| number.kind == Kind::Signaling),
];

/// Puts a method into a class, with its parameters as `inspect.signature` reads them.
pub(super) fn add<Function, Kind>(
    class: &'static Py<PyType>,
    name: &'static str,
    parameters: &str,
    function: Function,
    vm: &VirtualMachine,
) where
    Function: IntoPyNativeFn<Kind>,
{
    let signature = vm.ctx.intern_str(format!("{name}({parameters})\n--\n\n")).as_str();
    let doc = ItemDoc::static_text(signature);
    let definition = vm.ctx.new_method_def(name, function, PyMethodFlags::METHOD, doc);
    class.set_attr(vm.ctx.intern_str(name), definition.build_method(class, vm).into());
}

fn sign(order: Ordering) -> i64 {
    order as i64
}
