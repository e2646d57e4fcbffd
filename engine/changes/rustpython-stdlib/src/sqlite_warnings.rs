//! What `sqlite3` warns of: arguments whose way of being given goes away, and open databases.

use crate::vm::{
    PyObject, PyResult, VirtualMachine,
    function::{ArgumentError, FromArgs, FuncArgs, Param},
    stdlib::_warnings,
};
use core::ops::RangeInclusive;

/// Arguments of a method, the first of which are to be given by position.
pub(crate) trait ByPosition: FromArgs {
    /// The method.
    const METHOD: &'static str;
    /// The names of those arguments.
    const NAMES: &'static [&'static str];
}

/// The arguments, once it is warned of those that were given by name.
pub(crate) struct WarnsOfNames<T>(pub(crate) T);

impl<T: ByPosition> FromArgs for WarnsOfNames<T> {
    const PARAMS: Option<&'static [Param]> = T::PARAMS;

    fn arity() -> RangeInclusive<usize> {
        T::arity()
    }

    fn from_args(vm: &VirtualMachine, args: &mut FuncArgs) -> Result<Self, ArgumentError> {
        let given = args.args.len();
        let bound = T::from_args(vm, args)?;
        let all_taken = args.args.is_empty() && args.kwargs.is_empty();
        if given < T::NAMES.len() && all_taken {
            let (plural, names) = (if T::NAMES.len() == 1 { "" } else { "s" }, listed(T::NAMES));
            let text = format!(
                "Passing keyword argument{plural} {names} to _sqlite3.Connection.{}() is deprecated. \
                 Parameter{plural} {names} will become positional-only in Python 3.15.",
                T::METHOD
            );
            warn(text, vm).map_err(ArgumentError::Exception)?;
        }
        Ok(Self(bound))
    }
}

/// Warns of what `connect` and `Connection` are given by position beside the database.
pub(crate) fn of_positions(args: &FuncArgs, function: &str, vm: &VirtualMachine) -> PyResult<()> {
    const NAMES: &[&str] = &[
        "timeout",
        "detect_types",
        "isolation_level",
        "check_same_thread",
        "factory",
        "cached_statements",
        "uri",
    ];
    if !(2..=8).contains(&args.args.len()) {
        return Ok(());
    }
    let text = format!(
        "Passing more than 1 positional argument to {function}() is deprecated. Parameters {} will \
         become keyword-only parameters in Python 3.15.",
        listed(NAMES)
    );
    warn(text, vm)
}

fn warn(text: String, vm: &VirtualMachine) -> PyResult<()> {
    _warnings::warn(vm.ctx.exceptions.deprecation_warning, text, 1, vm)
}

/// Warns of a connection that goes while its database is open.
pub(crate) fn unclosed(connection: &PyObject, vm: &VirtualMachine) -> PyResult<()> {
    let text = format!("unclosed database in {}", connection.repr(vm)?);
    _warnings::warn_unclosed(text, connection, vm)
}

/// The names in quotes, with "and" before the last.
fn listed(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("'{name}'")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
