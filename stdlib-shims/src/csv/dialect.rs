//! How fields are delimited, quoted and escaped.

use super::module::named;
use rustpython_common::wtf8::CodePoint;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyPayload, PyRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyInt, PyStr, PyStrRef, PyType, PyTypeRef},
    function::FuncArgs,
    pyclass,
    types::Constructor,
};

/// Which fields are in quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quoting {
    Minimal = 0,
    All = 1,
    Nonnumeric = 2,
    None = 3,
    Strings = 4,
    Notnull = 5,
}

impl Quoting {
    pub(super) const NAMES: [(&str, Self); 6] = [
        ("QUOTE_MINIMAL", Self::Minimal),
        ("QUOTE_ALL", Self::All),
        ("QUOTE_NONNUMERIC", Self::Nonnumeric),
        ("QUOTE_NONE", Self::None),
        ("QUOTE_STRINGS", Self::Strings),
        ("QUOTE_NOTNULL", Self::Notnull),
    ];
}

/// See the module's own documentation.
#[pyclass(name = "Dialect", module = "_csv")]
#[derive(Debug, PyPayload)]
pub(super) struct Dialect {
    pub(super) delimiter: CodePoint,
    pub(super) quote: Option<CodePoint>,
    pub(super) escape: Option<CodePoint>,
    pub(super) terminator: PyStrRef,
    pub(super) quoting: Quoting,
    #[pymember(name = "doublequote")]
    pub(super) doubles_quotes: bool,
    #[pymember(name = "skipinitialspace")]
    pub(super) skips_space: bool,
    #[pymember(name = "strict")]
    pub(super) is_strict: bool,
}

/// The parameters in their order, the first being another dialect.
const PARAMETERS: [&str; 9] = [
    "dialect",
    "delimiter",
    "doublequote",
    "escapechar",
    "lineterminator",
    "quotechar",
    "quoting",
    "skipinitialspace",
    "strict",
];

impl Dialect {
    /// What `_csv.Dialect` gives for these arguments.
    ///
    /// # Errors
    /// When they are not a dialect's.
    pub(super) fn new(arguments: FuncArgs, vm: &VirtualMachine) -> PyResult<PyRef<Self>> {
        Self::of_class(Self::class(&vm.ctx).to_owned(), arguments, vm)
    }

    fn of_class(
        class: PyTypeRef,
        arguments: FuncArgs,
        vm: &VirtualMachine,
    ) -> PyResult<PyRef<Self>> {
        let mut given = given(arguments, vm)?;
        let other = given[0].take();
        if let Some(other) = other {
            let other = match other.downcast_ref::<PyStr>() {
                Some(name) => named(name.as_object(), vm)?,
                None => other,
            };
            if given.iter().all(Option::is_none)
                && let Some(dialect) = other.downcast_ref::<Self>()
            {
                return Ok(dialect.to_owned());
            }
            for (value, name) in given.iter_mut().zip(PARAMETERS).skip(1) {
                if value.is_none() {
                    *value = other.get_attr(name, vm).ok();
                }
            }
        }
        Self::of(given, vm)?.into_ref_with_type(vm, class)
    }

    fn of(given: [Option<PyObjectRef>; 9], vm: &VirtualMachine) -> PyResult<Self> {
        let [_, delimiter, doubled, escape, terminator, quote, quoting, skips, strict] = given;
        let flag = |given: Option<PyObjectRef>, default: bool| {
            given.map_or(Ok(default), |given| given.try_to_bool(vm))
        };
        let quoting_given = quoting.is_some();
        let delimiter = match delimiter {
            Some(given) => character("delimiter", "", &given, vm)?,
            None => ','.into(),
        };
        let doubles_quotes = flag(doubled, true)?;
        let escape = optional_character("escapechar", escape, None, vm)?;
        let terminator = match terminator {
            None => vm.ctx.new_str("\r\n"),
            Some(given) => given.downcast::<PyStr>().map_err(|given| {
                let kind = given.class().name().to_string();
                vm.new_type_error(format!("\"lineterminator\" must be a string, not {kind}"))
            })?,
        };
        let quote = optional_character("quotechar", quote, Some('"'.into()), vm)?;
        let quoting = quoting.map_or(Ok(Quoting::Minimal), |given| quoting_of(given, vm))?;
        let skips_space = flag(skips, false)?;
        let is_strict = flag(strict, false)?;
        let quoting = match quote {
            None if !quoting_given => Quoting::None,
            None if quoting != Quoting::None => {
                return Err(vm.new_type_error("quotechar must be set if quoting enabled"));
            }
            _ => quoting,
        };
        let dialect = Self {
            delimiter,
            quote,
            escape,
            terminator,
            quoting,
            doubles_quotes,
            skips_space,
            is_strict,
        };
        dialect.check(vm)?;
        Ok(dialect)
    }

    /// Refuses characters that are not fit for what they are to be.
    fn check(&self, vm: &VirtualMachine) -> PyResult<()> {
        let delimiter = ("delimiter", Some(self.delimiter), true);
        let escape = ("escapechar", self.escape, !self.skips_space);
        let quote = ("quotechar", self.quote, !self.skips_space);
        for (name, character, may_be_space) in [delimiter, escape, quote] {
            let Some(character) = character else { continue };
            let forbidden = if may_be_space { &['\r', '\n'][..] } else { &['\r', '\n', ' '] };
            if forbidden.iter().any(|each| character == *each) {
                return Err(vm.new_value_error(format!("bad {name} value")));
            }
            if self.terminator.as_wtf8().code_points().any(|each| each == character) {
                return Err(vm.new_value_error(format!("bad {name} or lineterminator value")));
            }
        }
        for (one, other) in [(delimiter, escape), (delimiter, quote), (escape, quote)] {
            if one.1.is_some() && one.1 == other.1 {
                let message = format!("bad {} or {} value", one.0, other.0);
                return Err(vm.new_value_error(message));
            }
        }
        Ok(())
    }
}

fn given(arguments: FuncArgs, vm: &VirtualMachine) -> PyResult<[Option<PyObjectRef>; 9]> {
    let mut given: [Option<PyObjectRef>; 9] = Default::default();
    let count = arguments.args.len() + arguments.kwargs.len();
    if count > PARAMETERS.len() {
        let message =
            format!("function takes at most {} arguments ({count} given)", PARAMETERS.len());
        return Err(vm.new_type_error(message));
    }
    for (place, value) in arguments.args.into_iter().enumerate() {
        given[place] = Some(value);
    }
    for (name, value) in arguments.kwargs {
        let place = PARAMETERS
            .iter()
            .position(|each| name.as_bytes() == each.as_bytes())
            .ok_or_else(|| {
                let meant = rustpython_vm::suggestion::meant(&name.to_string(), PARAMETERS);
                vm.new_type_error(format!(
                    "this function got an unexpected keyword argument '{name}'{meant}"
                ))
            })?;
        if given[place].replace(value).is_some() {
            return Err(vm.new_type_error(format!(
                "argument for function given by name ('{name}') and position ({})",
                place + 1
            )));
        }
    }
    Ok(given)
}

fn character(
    name: &str,
    or_none: &str,
    given: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<CodePoint> {
    let wrong = |not: String| -> PyBaseExceptionRef {
        vm.new_type_error(format!("\"{name}\" must be a unicode character{or_none}, not {not}"))
    };
    let Some(text) = given.downcast_ref::<PyStr>() else {
        return Err(wrong(given.class().name().to_string()));
    };
    let mut characters = text.as_wtf8().code_points();
    match (characters.next(), characters.next()) {
        (Some(character), None) => Ok(character),
        _ => Err(wrong(format!("a string of length {}", text.char_len()))),
    }
}

fn optional_character(
    name: &str,
    given: Option<PyObjectRef>,
    default: Option<CodePoint>,
    vm: &VirtualMachine,
) -> PyResult<Option<CodePoint>> {
    match given {
        None => Ok(default),
        Some(given) if vm.is_none(&given) => Ok(None),
        Some(given) => character(name, " or None", &given, vm).map(Some),
    }
}

fn quoting_of(given: PyObjectRef, vm: &VirtualMachine) -> PyResult<Quoting> {
    let number = given.downcast_exact::<PyInt>(vm).map_err(|given| {
        let kind = given.class().name().to_string();
        vm.new_type_error(format!("\"quoting\" must be an integer, not {kind}"))
    })?;
    let number = i32::try_from(number.as_bigint())
        .map_err(|_| vm.new_overflow_error("Python int too large to convert to C int"))?;
    let found = Quoting::NAMES.iter().find(|(_, quoting)| *quoting as i32 == number);
    found.map(|(_, quoting)| *quoting).ok_or_else(|| vm.new_type_error("bad \"quoting\" value"))
}

impl Constructor for Dialect {
    type Args = FuncArgs;

    fn slot_new(class: PyTypeRef, arguments: FuncArgs, vm: &VirtualMachine) -> PyResult {
        Self::of_class(class, arguments, vm).map(Into::into)
    }

    fn py_new(_class: &Py<PyType>, arguments: FuncArgs, vm: &VirtualMachine) -> PyResult<Self> {
        Self::of(given(arguments, vm)?, vm)
    }
}

fn text(character: CodePoint, vm: &VirtualMachine) -> PyObjectRef {
    let mut text = rustpython_common::wtf8::Wtf8Buf::new();
    text.push(character);
    vm.ctx.new_str(text).into()
}

#[pyclass(with(Constructor), flags(BASETYPE))]
impl Dialect {
    #[pygetset]
    fn delimiter(zelf: &Py<Self>, vm: &VirtualMachine) -> PyObjectRef {
        text(zelf.delimiter, vm)
    }

    #[pygetset]
    fn quotechar(zelf: &Py<Self>, vm: &VirtualMachine) -> Option<PyObjectRef> {
        zelf.quote.map(|character| text(character, vm))
    }

    #[pygetset]
    fn escapechar(zelf: &Py<Self>, vm: &VirtualMachine) -> Option<PyObjectRef> {
        zelf.escape.map(|character| text(character, vm))
    }

    #[pygetset]
    fn lineterminator(zelf: &Py<Self>) -> PyStrRef {
        zelf.terminator.clone()
    }

    #[pygetset]
    fn quoting(zelf: &Py<Self>) -> i32 {
        zelf.quoting as i32
    }

    #[pymethod]
    fn __reduce__(_zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult {
        Err(vm.new_type_error("cannot pickle 'Dialect' instances"))
    }

    #[pymethod]
    fn __reduce_ex__(zelf: &Py<Self>, _protocol: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        Self::__reduce__(zelf, vm)
    }
}
