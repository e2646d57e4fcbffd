//! The module: its classes, constants and functions.

use super::context::Context;
use rustpython_common::static_cell;
use rustpython_vm::{
    Context as Types, PyObjectRef, PyRef,
    builtins::{PyModuleDef, PyTypeRef},
};

/// The module `_decimal`.
pub(crate) fn module_def(context: &Types) -> &'static PyModuleDef {
    _decimal::module_def(context)
}

/// What was made when the module was first imported.
pub(super) struct Classes {
    /// By [`super::signals::SIGNALS`].
    pub(super) signals: Vec<PyTypeRef>,
    /// By [`super::signals::CONDITIONS`].
    pub(super) conditions: Vec<PyTypeRef>,
    pub(super) exception: PyTypeRef,
    pub(super) signal_dict: PyTypeRef,
    /// `DecimalTuple`.
    pub(super) tuple: PyObjectRef,
    /// `numbers.Rational`.
    pub(super) rational: PyObjectRef,
    /// The variable in which the current context is.
    pub(super) variable: PyObjectRef,
    pub(super) default_context: PyRef<Context>,
    /// The module's own contexts, which are copied when one is made the current one.
    pub(super) templates: [PyRef<Context>; 3],
}

static_cell! {
    static CLASSES: Classes;
}

pub(super) fn classes() -> &'static Classes {
    CLASSES.get().expect("what uses the classes is made by the module")
}

/// `DefaultContext`, once it is there.
pub(super) fn default_context() -> Option<&'static PyRef<Context>> {
    CLASSES.get().map(|classes| &classes.default_context)
}

#[rustpython_vm::pymodule]
mod _decimal {
    use super::super::{
        arguments::{integer, named},
        context::{Context, DEFAULT_RULES, DEFAULT_TRAPS, as_context, current, set_current},
        context_methods,
        manager::ContextManager,
        methods,
        number::{Rounding, Rules, status},
        object::Decimal,
        signals::{CONDITIONS, SIGNALS, SignalDict},
    };
    use super::{CLASSES, Classes};
    use rustpython_vm::{
        AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
        builtins::{PyModule, PyTypeRef},
        class::PyClassImpl,
        function::FuncArgs,
    };

    #[pyattr]
    const HAVE_THREADS: bool = true;
    #[pyattr]
    const HAVE_CONTEXTVAR: bool = true;
    #[pyattr]
    const MAX_PREC: i64 = Rules::WIDEST.precision;
    #[pyattr]
    const MAX_EMAX: i64 = Rules::WIDEST.most;
    #[pyattr]
    const MIN_EMIN: i64 = Rules::WIDEST.least;
    #[pyattr]
    const MIN_ETINY: i64 = Rules::WIDEST.tiny();
    #[pyattr]
    const IEEE_CONTEXT_MAX_BITS: i64 = 512;
    #[pyattr(name = "__version__")]
    const VERSION: &str = "1.70";
    #[pyattr(name = "__libmpdec_version__")]
    const LIBMPDEC_VERSION: &str = "2.5.1";

    pub(crate) fn module_exec(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
        __module_exec(vm, module);
        let decimal = Decimal::make_static_type();
        let context = Context::make_static_type();
        let _ = ContextManager::make_static_type();
        if CLASSES.get().is_none() {
            methods::add_methods(vm);
            context_methods::add_methods(vm);
        }
        let classes = CLASSES.get_or_try_init(|| make_classes(vm))?;
        module.set_attr("Decimal", decimal.clone(), vm)?;
        module.set_attr("Context", context, vm)?;
        module.set_attr("DecimalTuple", classes.tuple.clone(), vm)?;
        module.set_attr("DecimalException", classes.exception.clone(), vm)?;
        for ((name, _), class) in SIGNALS.iter().zip(&classes.signals) {
            module.set_attr(*name, class.clone(), vm)?;
        }
        for ((name, _), class) in CONDITIONS.iter().zip(&classes.conditions) {
            module.set_attr(*name, class.clone(), vm)?;
        }
        for (name, _) in Rounding::ALL {
            module.set_attr(name, vm.ctx.intern_str(name).to_owned(), vm)?;
        }
        let names = ["DefaultContext", "BasicContext", "ExtendedContext"];
        for (name, template) in names.into_iter().zip(&classes.templates) {
            module.set_attr(name, template.clone(), vm)?;
        }
        Ok(())
    }

    fn make_classes(vm: &VirtualMachine) -> PyResult<Classes> {
        let exceptions = &vm.ctx.exceptions;
        let make = |name: &str, bases: Vec<PyTypeRef>| {
            vm.ctx.new_exception_type("decimal", name, Some(bases))
        };
        let exception = make("DecimalException", vec![exceptions.arithmetic_error.to_owned()]);
        let simple = |name: &str| make(name, vec![exception.clone()]);
        let zero = || exceptions.zero_division_error.to_owned();
        let invalid = simple("InvalidOperation");
        let float =
            make("FloatOperation", vec![exception.clone(), exceptions.type_error.to_owned()]);
        let by_zero = make("DivisionByZero", vec![exception.clone(), zero()]);
        let (inexact, rounded) = (simple("Inexact"), simple("Rounded"));
        let (subnormal, clamped) = (simple("Subnormal"), simple("Clamped"));
        let overflow = make("Overflow", vec![inexact.clone(), rounded.clone()]);
        let underflow =
            make("Underflow", vec![inexact.clone(), rounded.clone(), subnormal.clone()]);
        let condition = |name: &str| make(name, vec![invalid.clone()]);
        let undefined = make("DivisionUndefined", vec![invalid.clone(), zero()]);
        let conditions = vec![
            invalid.clone(),
            condition("ConversionSyntax"),
            condition("DivisionImpossible"),
            undefined,
            condition("InvalidContext"),
        ];
        let signals = vec![
            invalid, float, by_zero, overflow, underflow, subnormal, inexact, rounded, clamped,
        ];
        let numbers = vm.import("numbers", 0)?;
        let number = numbers.get_attr("Number", vm)?;
        vm.call_method(&number, "register", (Decimal::class(&vm.ctx).to_owned(),))?;
        let collections = vm.import("collections", 0)?;
        let tuple =
            vm.call_method(&collections, "namedtuple", ("DecimalTuple", "sign digits exponent"))?;
        tuple.set_attr("__module__", vm.ctx.new_str("decimal"), vm)?;
        vm.import("collections.abc", 0)?;
        let mapping = collections.get_attr("abc", vm)?.get_attr("MutableMapping", vm)?;
        let mixin = SignalDict::make_static_type();
        let bases = vm.ctx.new_tuple(vec![mixin.into(), mapping.clone()]);
        let names = vm.ctx.new_dict();
        names.set_item("__module__", vm.ctx.new_str("abc").into(), vm)?;
        let signal_dict = mapping
            .class()
            .as_object()
            .call((vm.ctx.new_str("SignalDict"), bases, names), vm)?
            .downcast()
            .map_err(|_| vm.new_type_error("SignalDict is no class"))?;
        let variables = vm.import("contextvars", 0)?;
        let variable = vm.call_method(&variables, "ContextVar", ("decimal_context",))?;
        let template = |precision, rounding, traps| {
            Context::with(Rules { precision, rounding, ..DEFAULT_RULES }, traps).into_ref(&vm.ctx)
        };
        let default_context = template(28, Rounding::HalfEven, DEFAULT_TRAPS);
        let basic = DEFAULT_TRAPS | status::UNDERFLOW | status::CLAMPED;
        let templates = [
            default_context.clone(),
            template(9, Rounding::HalfUp, basic),
            template(9, Rounding::HalfEven, 0),
        ];
        Ok(Classes {
            signals,
            conditions,
            exception,
            signal_dict,
            tuple,
            rational: numbers.get_attr("Rational", vm)?,
            variable,
            default_context,
            templates,
        })
    }

    #[pyfunction]
    fn getcontext(vm: &VirtualMachine) -> PyResult<PyRef<Context>> {
        current(vm)
    }

    #[pyfunction]
    fn setcontext(context: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        set_current(as_context(context, "argument must be a context", vm)?, vm)
    }

    #[pyfunction]
    fn localcontext(arguments: FuncArgs, vm: &VirtualMachine) -> PyResult<ContextManager> {
        const NAMES: [&str; 9] =
            ["ctx", "prec", "rounding", "Emin", "Emax", "capitals", "clamp", "flags", "traps"];
        if arguments.args.len() > 1 {
            let given = arguments.args.len();
            return Err(vm.new_type_error(format!(
                "function takes at most 1 positional argument ({given} given)"
            )));
        }
        let [context, settings @ ..] = named(NAMES, 0, arguments, vm)?;
        let local = match context.filter(|context| !vm.is_none(context)) {
            Some(context) => as_context(context, "optional argument must be a context", vm)?,
            None => current(vm)?,
        };
        let manager = ContextManager::new(&local, vm)?;
        manager.local.configure(settings, vm)?;
        Ok(manager)
    }

    #[pyfunction(name = "IEEEContext")]
    fn ieee_context(bits: PyObjectRef, vm: &VirtualMachine) -> PyResult<Context> {
        let bits = integer(&bits, vm)?;
        if bits <= 0 || bits > IEEE_CONTEXT_MAX_BITS || bits % 32 != 0 {
            return Err(vm.new_value_error(format!(
                "argument must be a multiple of 32, with a maximum of {IEEE_CONTEXT_MAX_BITS}"
            )));
        }
        let most = 3 * (1 << (bits / 16 + 3));
        let rules = Rules {
            precision: 9 * (bits / 32) - 2,
            most,
            least: 1 - most,
            rounding: Rounding::HalfEven,
            clamp: true,
        };
        Ok(Context::with(rules, 0))
    }
}
