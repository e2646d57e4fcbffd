//! Signals: the exceptions, and the dicts that say which were raised and which are trapped.

use super::{
    context::Settings,
    module::classes,
    number::status::{self, *},
};
use rustpython_common::lock::LazyLock;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine, atomic_func,
    builtins::{PyBaseExceptionRef, PyDict, PyList, PyType, PyTypeRef},
    function::{FuncArgs, PyComparisonValue},
    protocol::{PyMappingMethods, PySequenceMethods},
    pyclass,
    types::{
        AsMapping, AsSequence, Comparable, Constructor, Iterable, PyComparisonOp, Representable,
    },
};
use std::sync::{
    Arc, Weak,
    atomic::{AtomicU32, Ordering},
};

/// The signals in the order that Python knows, with their bits.
pub(super) const SIGNALS: [(&str, u32); 9] = [
    ("InvalidOperation", status::INVALID),
    ("FloatOperation", FLOAT_OPERATION),
    ("DivisionByZero", DIVISION_BY_ZERO),
    ("Overflow", OVERFLOW),
    ("Underflow", UNDERFLOW),
    ("Subnormal", SUBNORMAL),
    ("Inexact", INEXACT),
    ("Rounded", ROUNDED),
    ("Clamped", CLAMPED),
];

/// What is an `InvalidOperation`, in particular.
pub(super) const CONDITIONS: [(&str, u32); 5] = [
    ("InvalidOperation", INVALID_OPERATION),
    ("ConversionSyntax", CONVERSION_SYNTAX),
    ("DivisionImpossible", DIVISION_IMPOSSIBLE),
    ("DivisionUndefined", DIVISION_UNDEFINED),
    ("InvalidContext", INVALID_CONTEXT),
];

/// The exception of trapped signals.
pub(super) fn exception(trapped: u32, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let classes = classes();
    let class = SIGNALS.iter().zip(&classes.signals).find(|((_, bits), _)| bits & trapped != 0);
    let Some((_, class)) = class else {
        return vm.new_runtime_error("internal error in flags_as_exception");
    };
    let conditions = CONDITIONS.iter().zip(&classes.conditions);
    let signals = SIGNALS.iter().zip(&classes.signals).skip(1);
    let named = conditions
        .chain(signals)
        .filter(|((_, bits), _)| bits & trapped != 0)
        .map(|(_, class)| class.clone().into());
    let named = vm.ctx.new_list(named.collect());
    vm.new_exception(class.clone(), vec![named.into()])
}

/// The classes of signals.
pub(super) fn as_list(bits: u32, vm: &VirtualMachine) -> PyObjectRef {
    let found = SIGNALS.iter().zip(&classes().signals).filter(|((_, each), _)| each & bits != 0);
    vm.ctx.new_list(found.map(|(_, class)| class.clone().into()).collect()).into()
}

/// The names of signals, by their bits.
pub(super) fn names(bits: u32) -> String {
    let mut named = Vec::new();
    let mut is_invalid_named = false;
    for bit in (0..15).map(|bit| 1 << bit).filter(|bit| bit & bits != 0) {
        let is_invalid = bit & status::INVALID != 0;
        if is_invalid && std::mem::replace(&mut is_invalid_named, true) {
            continue;
        }
        named.extend(SIGNALS.iter().filter(|(_, each)| each & bit != 0).map(|(name, _)| *name));
    }
    format!("[{}]", named.join(", "))
}

/// The bits of a signal's class.
fn bits_of(signal: &PyObject, vm: &VirtualMachine) -> PyResult<u32> {
    let place = classes().signals.iter().position(|class| class.is(signal));
    place.map(|place| SIGNALS[place].1).ok_or_else(|| {
        let message = "valid values for signals are:\n  [InvalidOperation, FloatOperation, \
                       DivisionByZero,\n   Overflow, Underflow, Subnormal, Inexact, Rounded,\n   \
                       Clamped]";
        vm.new_key_error(vm.ctx.new_str(message).into())
    })
}

/// The bits of a list of signals' classes.
pub(super) fn bits_of_list(list: &PyObject, vm: &VirtualMachine) -> PyResult<Option<u32>> {
    let Some(list) = list.downcast_ref::<PyList>() else { return Ok(None) };
    let signals = list.borrow_vec().to_vec();
    let mut bits = 0;
    for signal in signals {
        bits |= bits_of(&signal, vm)?;
    }
    Ok(Some(bits))
}

/// The bits that a dict of signals, or one that is like it, has.
pub(super) fn bits_of_dict(given: &PyObject, vm: &VirtualMachine) -> PyResult<u32> {
    if let Some(signals) = given.downcast_ref::<SignalDict>() {
        return signals.bits(vm);
    }
    let Some(given) = given.downcast_ref::<PyDict>() else {
        return Err(vm.new_type_error("argument must be a signal dict"));
    };
    let invalid = || vm.new_key_error(vm.ctx.new_str("invalid signal dict").into());
    if given.__len__() != SIGNALS.len() {
        return Err(invalid());
    }
    let mut bits = 0;
    for (class, (_, each)) in classes().signals.iter().zip(SIGNALS) {
        let value = given.get_item_opt(class.as_object(), vm)?.ok_or_else(invalid)?;
        if value.try_to_bool(vm)? {
            bits |= each;
        }
    }
    Ok(bits)
}

/// A dict of all signals to whether they were raised, or are trapped.
#[pyclass(name = "SignalDictMixin", module = "decimal")]
#[derive(Debug, PyPayload)]
pub(super) struct SignalDict {
    /// Its context's: gone when the context is.
    settings: Weak<Settings>,
    is_traps: bool,
}

impl SignalDict {
    pub(super) fn of(settings: &Arc<Settings>, is_traps: bool, vm: &VirtualMachine) -> PyResult {
        let signals = Self { settings: Arc::downgrade(settings), is_traps };
        let class = classes().signal_dict.clone();
        signals.into_ref_with_type(vm, class).map(Into::into)
    }

    fn with_place<Value>(
        &self,
        vm: &VirtualMachine,
        take: impl FnOnce(&AtomicU32) -> Value,
    ) -> PyResult<Value> {
        let settings = self.settings.upgrade();
        let settings = settings.ok_or_else(|| vm.new_value_error("invalid signal dict"))?;
        Ok(take(if self.is_traps { &settings.traps } else { &settings.status }))
    }

    fn bits(&self, vm: &VirtualMachine) -> PyResult<u32> {
        self.with_place(vm, |place| place.load(Ordering::Relaxed))
    }
}

impl Constructor for SignalDict {
    type Args = FuncArgs;

    fn py_new(_: &Py<PyType>, _: Self::Args, _: &VirtualMachine) -> PyResult<Self> {
        Ok(Self { settings: Weak::new(), is_traps: false })
    }
}

#[pyclass(
    flags(BASETYPE),
    with(AsMapping, AsSequence, Comparable, Constructor, Iterable, Representable)
)]
impl SignalDict {
    #[pymethod]
    fn copy(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        let bits = zelf.bits(vm)?;
        let dict = vm.ctx.new_dict();
        for (class, (_, each)) in classes().signals.iter().zip(SIGNALS) {
            dict.set_item(class.as_object(), vm.ctx.new_bool(each & bits != 0).into(), vm)?;
        }
        Ok(dict.into())
    }
}

impl AsMapping for SignalDict {
    fn as_mapping() -> &'static PyMappingMethods {
        static METHODS: PyMappingMethods = PyMappingMethods {
            length: atomic_func!(|mapping, vm| {
                SignalDict::mapping_downcast(mapping).bits(vm).map(|_| SIGNALS.len())
            }),
            subscript: atomic_func!(|mapping, signal, vm| {
                let signals = SignalDict::mapping_downcast(mapping);
                let bits = signals.bits(vm)?;
                let signal = bits_of(signal, vm)?;
                Ok(vm.ctx.new_bool(signal & bits != 0).into())
            }),
            ass_subscript: atomic_func!(|mapping, signal, value, vm| {
                let signals = SignalDict::mapping_downcast(mapping);
                signals.bits(vm)?;
                let Some(value) = value else {
                    return Err(vm.new_value_error("signal keys cannot be deleted"));
                };
                let signal = bits_of(signal, vm)?;
                let is_set = value.try_to_bool(vm)?;
                signals.with_place(vm, |place| match is_set {
                    true => place.fetch_or(signal, Ordering::Relaxed),
                    false => place.fetch_and(!signal, Ordering::Relaxed),
                })?;
                Ok(())
            }),
        };
        &METHODS
    }
}

impl AsSequence for SignalDict {
    fn as_sequence() -> &'static PySequenceMethods {
        static METHODS: LazyLock<PySequenceMethods> = LazyLock::new(|| PySequenceMethods {
            length: atomic_func!(|sequence, vm| {
                SignalDict::sequence_downcast(sequence).bits(vm).map(|_| SIGNALS.len())
            }),
            ..PySequenceMethods::NOT_IMPLEMENTED
        });
        &METHODS
    }
}

impl Comparable for SignalDict {
    fn cmp(
        zelf: &Py<Self>,
        other: &PyObject,
        op: PyComparisonOp,
        vm: &VirtualMachine,
    ) -> PyResult<PyComparisonValue> {
        let bits = zelf.bits(vm)?;
        op.eq_only(|| {
            let other = match other.downcast_ref::<Self>() {
                Some(other) => other.bits(vm)?,
                None if other.downcastable::<PyDict>() => match bits_of_dict(other, vm) {
                    Ok(bits) => bits,
                    Err(error) if error.fast_isinstance(vm.ctx.exceptions.key_error) => {
                        return Ok(false.into());
                    }
                    Err(error) => return Err(error),
                },
                None => return Ok(PyComparisonValue::NotImplemented),
            };
            Ok((bits == other).into())
        })
    }
}

impl Iterable for SignalDict {
    fn iter(zelf: PyRef<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.bits(vm)?;
        let signals = classes().signals.iter().map(|class: &PyTypeRef| class.clone().into());
        let tuple: PyObjectRef = vm.ctx.new_tuple(signals.collect()).into();
        Ok(tuple.get_iter(vm)?.into())
    }
}

impl Representable for SignalDict {
    fn repr_str(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<String> {
        let bits = zelf.bits(vm)?;
        let shown = SIGNALS.map(|(name, each)| {
            let value = if each & bits != 0 { "True" } else { "False" };
            format!("<class 'decimal.{name}'>:{value}")
        });
        Ok(format!("{{{}}}", shown.join(", ")))
    }
}
