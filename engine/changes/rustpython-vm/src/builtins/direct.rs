//! Methods that are called without a list of their arguments.

use crate::{
    AsObject, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyDict, PyList, PySet, PyStr},
};

/// A method of a built-in type that is called often, and does little.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direct {
    /// `dict.get`.
    DictGet,
    /// `list.pop` of the last element.
    ListPop,
    /// `set.add`.
    SetAdd,
    /// `str.startswith` a text.
    TextStarts,
    /// `str.endswith` a text.
    TextEnds,
}

impl Direct {
    /// The method of `class` with that name, if it is such a one.
    pub(crate) fn of(class: &str, name: &str) -> Option<Self> {
        Some(match (class, name) {
            ("dict", "get") => Self::DictGet,
            ("list", "pop") => Self::ListPop,
            ("set", "add") => Self::SetAdd,
            ("str", "startswith") => Self::TextStarts,
            ("str", "endswith") => Self::TextEnds,
            _ => return None,
        })
    }

    /// What the method of `instance` gives with these arguments; none, with nothing done, where the usual
    /// way is to be gone: with other types, other numbers of arguments, or an exception.
    #[inline]
    pub(crate) fn call(
        self,
        instance: &PyObject,
        first: Option<&PyObject>,
        second: Option<&PyObject>,
        vm: &VirtualMachine,
    ) -> PyResult<Option<PyObjectRef>> {
        Ok(match (self, first, second) {
            (Self::DictGet, Some(key), default) => {
                let Some(dict) = instance.downcast_ref_if_exact::<PyDict>(vm) else {
                    return Ok(None);
                };
                let found = dict.get_item_opt(key, vm)?;
                found.or_else(|| Some(default.map_or_else(|| vm.ctx.none(), ToOwned::to_owned)))
            }
            (Self::ListPop, None, None) => {
                let list = instance.downcast_ref_if_exact::<PyList>(vm);
                list.and_then(|list| list.borrow_vec_mut().pop())
            }
            (Self::SetAdd, Some(item), None) => {
                let Some(set) = instance.downcast_ref_if_exact::<PySet>(vm) else {
                    return Ok(None);
                };
                set.add(item.to_owned(), vm)?;
                Some(vm.ctx.none())
            }
            (Self::TextStarts | Self::TextEnds, Some(affix), None) => {
                let text = instance.downcast_ref_if_exact::<PyStr>(vm);
                let affix = affix.downcast_ref_if_exact::<PyStr>(vm);
                text.zip(affix).map(|(text, affix)| {
                    let (text, affix) = (text.as_wtf8().as_bytes(), affix.as_wtf8().as_bytes());
                    let is_there = match self {
                        Self::TextStarts => text.starts_with(affix),
                        _ => text.ends_with(affix),
                    };
                    vm.ctx.new_bool(is_there).into()
                })
            }
            _ => None,
        })
    }
}
