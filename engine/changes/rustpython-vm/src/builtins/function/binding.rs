//! Arguments of a call that fit a function's parameters, put where the function finds them.
//!
//! A [`Plan`] says where each argument goes. It moves nothing, so that a call that does not fit can
//! go the long way, which tells what is wrong with it.

use super::PyFunction;
use crate::{
    AsObject, Py, PyObjectRef, VirtualMachine,
    builtins::{PyDict, PyStr, PyTupleRef},
    bytecode::CodeFlags,
};

/// More names than these in one call go the long way.
const MOST_NAMES: usize = 8;
/// So do calls of functions with more parameters than bits are here.
const MOST_PARAMETERS: usize = 64;
/// What is given by a name that is no parameter's.
const OTHER: u8 = u8::MAX;

/// Where the arguments of one call go.
pub(crate) struct Plan {
    /// How many arguments have no name.
    given: usize,
    /// The parameter of each argument that has one.
    named: [u8; MOST_NAMES],
    /// The parameters that the call fills, as bits.
    filled: u64,
    /// The defaults of the last positional parameters, where one is needed.
    defaults: Option<PyTupleRef>,
    /// The defaults of keyword-only parameters that are needed.
    keyword_defaults: Vec<(u8, PyObjectRef)>,
}

impl Plan {
    /// The plan for `given` arguments without a name and others by `names`; none if the function
    /// does not take them, or where it is not found out simply.
    pub(crate) fn new(
        function: &Py<PyFunction>,
        given: usize,
        names: &[PyObjectRef],
        vm: &VirtualMachine,
    ) -> Option<Self> {
        let code = &*function.code;
        let positional = code.arg_count as usize;
        let total = positional + code.kwonlyarg_count as usize;
        if total >= MOST_PARAMETERS
            || names.len() > MOST_NAMES
            || given > positional && !code.flags.contains(CodeFlags::VARARGS)
        {
            return None;
        }
        let mut plan = Self {
            given,
            named: [OTHER; MOST_NAMES],
            filled: (1 << given.min(positional)) - 1,
            defaults: None,
            keyword_defaults: Vec::new(),
        };
        for (named, name) in plan.named.iter_mut().zip(names) {
            let name = name.downcast_ref::<PyStr>()?;
            let parameters = &code.varnames[..total];
            let first = code.posonlyarg_count as usize;
            let same = |parameter: &&'static crate::builtins::PyStrInterned| {
                parameter.as_object().is(name) || parameter.as_wtf8() == name.as_wtf8()
            };
            if let Some(at) = parameters[first..].iter().position(same) {
                let bit = 1 << (first + at);
                if plan.filled & bit != 0 {
                    return None;
                }
                plan.filled |= bit;
                *named = (first + at) as u8;
            } else if !code.flags.contains(CodeFlags::VARKEYWORDS) {
                return None;
            }
        }
        if plan.filled != (1 << total) - 1 {
            plan.find_defaults(function, positional, total, vm)?;
        }
        Some(plan)
    }

    fn find_defaults(
        &mut self,
        function: &Py<PyFunction>,
        positional: usize,
        total: usize,
        vm: &VirtualMachine,
    ) -> Option<()> {
        let held = function.defaults_and_kwdefaults.lock();
        let missing = !self.filled & ((1 << positional) - 1);
        if missing != 0 {
            let defaults = held.0.as_ref()?;
            let required = positional.checked_sub(defaults.as_slice().len())?;
            if (missing.trailing_zeros() as usize) < required {
                return None;
            }
            self.defaults = Some(defaults.clone());
        }
        let keywords = held.1.clone();
        drop(held);
        for at in (positional..total).filter(|at| self.filled & (1 << at) == 0) {
            let name = function.code.varnames[at];
            let value = keywords.as_ref()?.get_item_opt(name, vm).ok()??;
            self.keyword_defaults.push((at as u8, value));
        }
        Some(())
    }

    /// Puts `arguments`, the named ones last, into the places of a new frame.
    pub(crate) fn fill(
        self,
        function: &Py<PyFunction>,
        places: &mut [Option<PyObjectRef>],
        arguments: Vec<PyObjectRef>,
        names: &[PyObjectRef],
        vm: &VirtualMachine,
    ) {
        let code = &*function.code;
        let positional = code.arg_count as usize;
        let total = positional + code.kwonlyarg_count as usize;
        let mut arguments = arguments.into_iter();
        let direct = self.given.min(positional);
        for (place, argument) in places[..direct].iter_mut().zip(arguments.by_ref()) {
            *place = Some(argument);
        }
        let mut next = total;
        if code.flags.contains(CodeFlags::VARARGS) {
            let rest = arguments.by_ref().take(self.given - direct).collect();
            places[next] = Some(vm.ctx.new_tuple(rest).into());
            next += 1;
        }
        let others = code.flags.contains(CodeFlags::VARKEYWORDS).then(|| vm.ctx.new_dict());
        for ((at, name), argument) in self.named.into_iter().zip(names).zip(arguments) {
            if at == OTHER {
                set_other(others.as_deref(), name, argument, vm);
            } else {
                places[usize::from(at)] = Some(argument);
            }
        }
        if let Some(others) = others {
            places[next] = Some(others.into());
        }
        if let Some(defaults) = &self.defaults {
            let defaults = defaults.as_slice();
            let first = positional - defaults.len();
            for (place, default) in places[first..positional].iter_mut().zip(defaults) {
                place.get_or_insert_with(|| default.clone());
            }
        }
        for (at, value) in self.keyword_defaults {
            places[usize::from(at)] = Some(value);
        }
    }
}

/// The defaults of a function's last parameters, if they are all that a call with `given` arguments
/// without names leaves out.
pub(crate) fn defaults_left(function: &Py<PyFunction>, given: usize) -> Option<PyTupleRef> {
    let code = &*function.code;
    let positional = code.arg_count as usize;
    if given >= positional
        || code.kwonlyarg_count != 0
        || code.flags.intersects(CodeFlags::VARARGS | CodeFlags::VARKEYWORDS)
    {
        return None;
    }
    let held = function.defaults_and_kwdefaults.lock();
    let defaults = held.0.as_ref()?;
    (given + defaults.as_slice().len() >= positional).then(|| defaults.clone())
}

/// A text that was not there is put into a dict that nobody else has: nothing can go wrong.
fn set_other(
    others: Option<&Py<PyDict>>,
    name: &PyObjectRef,
    value: PyObjectRef,
    vm: &VirtualMachine,
) {
    if let Some(others) = others {
        let _ = others.set_item(&**name, value, vm);
    }
}
