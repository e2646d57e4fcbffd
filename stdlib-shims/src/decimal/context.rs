//! Contexts: what a calculation is to keep to, what it raised, and what is trapped.

use super::{
    arguments::{integer, named, rounding},
    module::classes,
    number::{Number, Rounding, Rules, status},
    object::Decimal,
    signals::{self, SignalDict},
};
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStr, PyType, PyTypeRef},
    function::{FuncArgs, PySetterValue},
    pyclass,
    types::{Constructor, Representable, SetAttr},
};
use std::{
    cell::RefCell,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicU32, Ordering::Relaxed},
    },
};

/// What a context holds; its dicts of signals share it.
#[derive(Debug)]
pub(super) struct Settings {
    precision: AtomicI64,
    most: AtomicI64,
    least: AtomicI64,
    rounding: AtomicU8,
    clamp: AtomicBool,
    capitals: AtomicBool,
    pub(super) traps: AtomicU32,
    pub(super) status: AtomicU32,
}

#[pyclass(name = "Context", module = "decimal")]
#[derive(Debug, PyPayload)]
pub(super) struct Context {
    pub(super) settings: Arc<Settings>,
    /// Its dicts of signals, once they were asked for.
    flags: OnceLock<PyObjectRef>,
    traps: OnceLock<PyObjectRef>,
}

const SETTINGS: [&str; 8] =
    ["prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"];

/// What `DefaultContext` traps.
pub(super) const DEFAULT_TRAPS: u32 = status::INVALID | status::DIVISION_BY_ZERO | status::OVERFLOW;

pub(super) const DEFAULT_RULES: Rules = Rules {
    precision: 28,
    most: 999_999,
    least: -999_999,
    rounding: Rounding::HalfEven,
    clamp: false,
};

impl Context {
    pub(super) fn with(rules: Rules, traps: u32) -> Self {
        Self {
            settings: Arc::new(Settings {
                precision: rules.precision.into(),
                most: rules.most.into(),
                least: rules.least.into(),
                rounding: (rules.rounding as u8).into(),
                clamp: rules.clamp.into(),
                capitals: true.into(),
                traps: traps.into(),
                status: 0.into(),
            }),
            flags: OnceLock::new(),
            traps: OnceLock::new(),
        }
    }

    #[inline]
    pub(super) fn rules(&self) -> Rules {
        let settings = &*self.settings;
        Rules {
            precision: settings.precision.load(Relaxed),
            most: settings.most.load(Relaxed),
            least: settings.least.load(Relaxed),
            rounding: self.rounding(),
            clamp: settings.clamp.load(Relaxed),
        }
    }

    #[inline]
    pub(super) fn rounding(&self) -> Rounding {
        Rounding::ALL[usize::from(self.settings.rounding.load(Relaxed) & 7)].1
    }

    pub(super) fn has_capitals(&self) -> bool {
        self.settings.capitals.load(Relaxed)
    }

    /// Keeps what was raised, and fails if it is trapped.
    #[inline]
    pub(super) fn note(&self, status: u32, vm: &VirtualMachine) -> PyResult<()> {
        let before = self.settings.status.load(Relaxed);
        if status & !before != 0 {
            self.settings.status.store(before | status, Relaxed);
        }
        let traps = self.settings.traps.load(Relaxed) | status::NO_MEMORY;
        if status & traps == 0 {
            return Ok(());
        }
        if status & status::NO_MEMORY != 0 {
            return Err(vm.no_memory_error());
        }
        Err(signals::exception(status & traps, vm))
    }

    /// The result of an operation by this context's rules.
    #[inline]
    pub(super) fn run(
        &self,
        vm: &VirtualMachine,
        operation: impl FnOnce(&Rules, &mut u32) -> Number,
    ) -> PyResult {
        let mut status = 0;
        let result = operation(&self.rules(), &mut status);
        if status != 0 {
            self.note(status, vm)?;
        }
        Ok(Decimal::object(result, vm))
    }

    fn signals(
        &self,
        kept: &OnceLock<PyObjectRef>,
        is_traps: bool,
        vm: &VirtualMachine,
    ) -> PyResult {
        if let Some(signals) = kept.get() {
            return Ok(signals.clone());
        }
        let signals = SignalDict::of(&self.settings, is_traps, vm)?;
        Ok(kept.get_or_init(|| signals).clone())
    }

    /// A copy that has raised nothing.
    pub(super) fn cleared_copy(&self) -> Self {
        let copy = self.same();
        copy.settings.status.store(0, Relaxed);
        copy
    }

    pub(super) fn same(&self) -> Self {
        let copy = Self::with(self.rules(), self.settings.traps.load(Relaxed));
        copy.settings.status.store(self.settings.status.load(Relaxed), Relaxed);
        copy.settings.capitals.store(self.has_capitals(), Relaxed);
        copy
    }

    fn set_flags(&self, given: &PyObject, is_traps: bool, vm: &VirtualMachine) -> PyResult<()> {
        let bits = match signals::bits_of_list(given, vm)? {
            Some(bits) => bits,
            None => signals::bits_of_dict(given, vm)?,
        };
        let place = if is_traps { &self.settings.traps } else { &self.settings.status };
        place.store(bits, Relaxed);
        Ok(())
    }

    /// Sets what is given, by [`SETTINGS`].
    pub(super) fn configure(
        &self,
        given: [Option<PyObjectRef>; 8],
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let given = given.map(|value| value.filter(|value| !vm.is_none(value)));
        let [precision, rounding, least, most, capitals, clamp, flags, traps] = given;
        let set = |value: Option<PyObjectRef>, set: Setter| match value {
            Some(value) => set(self, &value, vm),
            None => Ok(()),
        };
        set(precision, Self::put_precision)?;
        set(rounding, Self::put_rounding)?;
        set(least, Self::put_least)?;
        set(most, Self::put_most)?;
        set(capitals, Self::put_capitals)?;
        set(clamp, Self::put_clamp)?;
        set(flags, |this, value, vm| this.set_flags(value, false, vm))?;
        set(traps, |this, value, vm| this.set_flags(value, true, vm))
    }

    fn put_precision(&self, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        let value = integer(value, vm)?;
        if !(1..=Rules::WIDEST.precision).contains(&value) {
            return Err(vm.new_value_error("valid range for prec is [1, MAX_PREC]"));
        }
        self.settings.precision.store(value, Relaxed);
        Ok(())
    }

    fn put_rounding(&self, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        self.settings.rounding.store(rounding(value, vm)? as u8, Relaxed);
        Ok(())
    }

    fn put_least(&self, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        let value = integer(value, vm)?;
        if !(Rules::WIDEST.least..=0).contains(&value) {
            return Err(vm.new_value_error("valid range for Emin is [MIN_EMIN, 0]"));
        }
        self.settings.least.store(value, Relaxed);
        Ok(())
    }

    fn put_most(&self, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        let value = integer(value, vm)?;
        if !(0..=Rules::WIDEST.most).contains(&value) {
            return Err(vm.new_value_error("valid range for Emax is [0, MAX_EMAX]"));
        }
        self.settings.most.store(value, Relaxed);
        Ok(())
    }

    fn put_capitals(&self, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        let value = zero_or_one("capitals", value, vm)?;
        self.settings.capitals.store(value, Relaxed);
        Ok(())
    }

    fn put_clamp(&self, value: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
        let value = zero_or_one("clamp", value, vm)?;
        self.settings.clamp.store(value, Relaxed);
        Ok(())
    }
}

type Setter = fn(&Context, &PyObject, &VirtualMachine) -> PyResult<()>;

fn zero_or_one(name: &str, value: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    match integer(value, vm)? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(vm.new_value_error(format!("valid values for {name} are 0 or 1"))),
    }
}

fn assigned(value: PySetterValue, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    match value {
        PySetterValue::Assign(value) => Ok(value),
        PySetterValue::Delete => {
            Err(vm.new_attribute_error("context attributes cannot be deleted"))
        }
    }
}

impl Constructor for Context {
    type Args = FuncArgs;

    fn py_new(_: &Py<PyType>, arguments: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        let given = named(SETTINGS, 0, arguments, vm)?;
        // Before the module is there, it makes its own contexts.
        let context = match super::module::default_context() {
            Some(default) => default.cleared_copy(),
            None => Self::with(DEFAULT_RULES, DEFAULT_TRAPS),
        };
        context.configure(given, vm)?;
        Ok(context)
    }
}

impl Representable for Context {
    fn repr_str(zelf: &Py<Self>, _: &VirtualMachine) -> PyResult<String> {
        let rules = zelf.rules();
        Ok(format!(
            "Context(prec={}, rounding={}, Emin={}, Emax={}, capitals={}, clamp={}, flags={}, \
             traps={})",
            rules.precision,
            rules.rounding.name(),
            rules.least,
            rules.most,
            i32::from(zelf.has_capitals()),
            i32::from(rules.clamp),
            signals::names(zelf.settings.status.load(Relaxed)),
            signals::names(zelf.settings.traps.load(Relaxed)),
        ))
    }
}

/// As of the types that set attributes themselves: what is not there is told in fewer words.
impl SetAttr for Context {
    fn setattro(
        zelf: &Py<Self>,
        name: &Py<PyStr>,
        value: PySetterValue,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        if matches!(value, PySetterValue::Delete) {
            return Err(vm.new_attribute_error("context attributes cannot be deleted"));
        }
        zelf.as_object().generic_setattr(name, value, vm)
    }
}

#[pyclass(flags(BASETYPE), with(Constructor, Representable, SetAttr))]
impl Context {
    #[pygetset]
    fn prec(zelf: &Py<Self>) -> i64 {
        zelf.rules().precision
    }

    #[pygetset(setter)]
    fn set_prec(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        zelf.put_precision(&*assigned(value, vm)?, vm)
    }

    #[pygetset(name = "Emax")]
    fn emax(zelf: &Py<Self>) -> i64 {
        zelf.rules().most
    }

    #[pygetset(name = "Emax", setter)]
    fn set_emax(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        zelf.put_most(&*assigned(value, vm)?, vm)
    }

    #[pygetset(name = "Emin")]
    fn emin(zelf: &Py<Self>) -> i64 {
        zelf.rules().least
    }

    #[pygetset(name = "Emin", setter)]
    fn set_emin(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        zelf.put_least(&*assigned(value, vm)?, vm)
    }

    #[pygetset(name = "rounding")]
    fn python_rounding(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        vm.ctx.intern_str(zelf.rounding().name()).to_owned().into()
    }

    #[pygetset(name = "rounding", setter)]
    fn set_rounding(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        zelf.put_rounding(&*assigned(value, vm)?, vm)
    }

    #[pygetset]
    fn capitals(zelf: &Py<Self>) -> i32 {
        zelf.has_capitals().into()
    }

    #[pygetset(setter)]
    fn set_capitals(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        zelf.put_capitals(&*assigned(value, vm)?, vm)
    }

    #[pygetset]
    fn clamp(zelf: &Py<Self>) -> i32 {
        zelf.rules().clamp.into()
    }

    #[pygetset(setter)]
    fn set_clamp(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        zelf.put_clamp(&*assigned(value, vm)?, vm)
    }

    #[pygetset]
    fn flags(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.signals(&zelf.flags, false, vm)
    }

    #[pygetset(name = "flags", setter)]
    fn set_python_flags(
        zelf: &Py<Self>,
        value: PySetterValue,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        let bits = signals::bits_of_dict(&*assigned(value, vm)?, vm)?;
        zelf.settings.status.store(bits, Relaxed);
        Ok(())
    }

    #[pygetset]
    fn traps(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        zelf.signals(&zelf.traps, true, vm)
    }

    #[pygetset(setter)]
    fn set_traps(zelf: &Py<Self>, value: PySetterValue, vm: &VirtualMachine) -> PyResult<()> {
        let bits = signals::bits_of_dict(&*assigned(value, vm)?, vm)?;
        zelf.settings.traps.store(bits, Relaxed);
        Ok(())
    }

    #[pymethod]
    fn clear_flags(zelf: &Py<Self>) {
        zelf.settings.status.store(0, Relaxed);
    }

    #[pymethod]
    fn clear_traps(zelf: &Py<Self>) {
        zelf.settings.traps.store(0, Relaxed);
    }

    #[pymethod(name = "Etiny")]
    fn etiny(zelf: &Py<Self>) -> i64 {
        zelf.rules().tiny()
    }

    #[pymethod(name = "Etop")]
    fn etop(zelf: &Py<Self>) -> i64 {
        zelf.rules().top()
    }

    #[pymethod]
    fn radix(_: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        Decimal::object(Number::of(10), vm)
    }

    #[pymethod]
    fn copy(zelf: &Py<Self>) -> Self {
        zelf.same()
    }

    #[pymethod]
    fn __copy__(zelf: &Py<Self>) -> Self {
        zelf.same()
    }

    #[pymethod]
    fn __reduce__(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        let rules = zelf.rules();
        let class: PyTypeRef = zelf.class().to_owned();
        let number = |number: i64| -> PyObjectRef { vm.ctx.new_int(number).into() };
        let arguments = vec![
            number(rules.precision),
            Self::python_rounding(zelf, vm),
            number(rules.least),
            number(rules.most),
            number(zelf.has_capitals().into()),
            number(rules.clamp.into()),
            signals::as_list(zelf.settings.status.load(Relaxed), vm),
            signals::as_list(zelf.settings.traps.load(Relaxed), vm),
        ];
        vm.ctx.new_tuple(vec![class.into(), vm.ctx.new_tuple(arguments).into()]).into()
    }
}

thread_local! {
    /// The context of decimals, and that of Python's variables in which it is.
    static CURRENT: RefCell<Option<(PyObjectRef, PyRef<Context>)>> = const { RefCell::new(None) };
}

/// The current context.
#[inline]
pub(super) fn current(vm: &VirtualMachine) -> PyResult<PyRef<Context>> {
    let known = CURRENT.with_borrow(|current| {
        let (variables, context) = current.as_ref()?;
        let stack = vm.context_stack.borrow();
        stack
            .last()
            .is_some_and(|last| std::ptr::eq::<PyObject>(&**last, &**variables))
            .then(|| context.clone())
    });
    match known {
        Some(context) => Ok(context),
        None => found(vm),
    }
}

/// The current context, by Python's variables.
fn found(vm: &VirtualMachine) -> PyResult<PyRef<Context>> {
    let classes = classes();
    let context = vm.call_method(&classes.variable, "get", (vm.ctx.none(),))?;
    match context.downcast::<Context>() {
        Ok(context) => {
            remember(&context, vm);
            Ok(context)
        }
        Err(_) => {
            let context = classes.default_context.cleared_copy().into_ref(&vm.ctx);
            set_current(context.clone(), vm)?;
            Ok(context)
        }
    }
}

fn remember(context: &PyRef<Context>, vm: &VirtualMachine) {
    let variables = vm.context_stack.borrow().last().cloned();
    let before = CURRENT.replace(variables.map(|variables| (variables, context.clone())));
    drop(before);
}

/// Makes a context the current one, a copy if it is one of the module's own.
pub(super) fn set_current(context: PyRef<Context>, vm: &VirtualMachine) -> PyResult<()> {
    let classes = classes();
    let is_template = classes.templates.iter().any(|template| template.is(&context));
    let context = if is_template { context.cleared_copy().into_ref(&vm.ctx) } else { context };
    vm.call_method(&classes.variable, "set", (context.clone(),))?;
    remember(&context, vm);
    Ok(())
}

/// The context that an object is.
pub(super) fn as_context(
    object: PyObjectRef,
    words: &'static str,
    vm: &VirtualMachine,
) -> PyResult<PyRef<Context>> {
    object.downcast::<Context>().map_err(|_| -> PyBaseExceptionRef { vm.new_type_error(words) })
}
