//! Methods that are called without a list of their arguments.

use crate::{
    AsObject, PyObject, PyObjectRef, PyPayload, PyResult, VirtualMachine,
    builtins::{
        PyDict, PyList, PySet, PyStr, PyTuple,
        dict::{PyDictItems, PyDictKeys, PyDictValues},
    },
    common::str::PyKindStr,
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
    /// `str.isdigit`, of ASCII.
    TextIsDigits,
    /// `str.isalpha`, of ASCII.
    TextIsLetters,
    /// `str.isalnum`, of ASCII.
    TextIsLettersOrDigits,
    /// `str.isspace`, of ASCII.
    TextIsSpace,
    /// `str.lower`, of ASCII.
    TextLower,
    /// `str.upper`, of ASCII.
    TextUpper,
    /// `dict.items`, `dict.keys` and `dict.values`.
    DictItems,
    DictKeys,
    DictValues,
    /// `StringIO.write`, at the end.
    StreamWrite,
    /// `TextIOWrapper.write`.
    FileWrite,
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
            ("str", "isdigit") => Self::TextIsDigits,
            ("str", "isalpha") => Self::TextIsLetters,
            ("str", "isalnum") => Self::TextIsLettersOrDigits,
            ("str", "isspace") => Self::TextIsSpace,
            ("str", "lower") => Self::TextLower,
            ("str", "upper") => Self::TextUpper,
            ("dict", "items") => Self::DictItems,
            ("dict", "keys") => Self::DictKeys,
            ("dict", "values") => Self::DictValues,
            ("StringIO" | "_io.StringIO", "write") => Self::StreamWrite,
            ("TextIOWrapper" | "_io.TextIOWrapper", "write") => Self::FileWrite,
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
            (Self::TextStarts | Self::TextEnds, Some(affixes), None) => {
                let Some(text) = instance.downcast_ref_if_exact::<PyStr>(vm) else {
                    return Ok(None);
                };
                let text = text.as_wtf8().as_bytes();
                let is_there = |affix: &PyObject| {
                    let affix = affix.downcast_ref_if_exact::<PyStr>(vm)?.as_wtf8().as_bytes();
                    Some(match self {
                        Self::TextStarts => text.starts_with(affix),
                        _ => text.ends_with(affix),
                    })
                };
                let found = match affixes.downcast_ref_if_exact::<PyTuple>(vm) {
                    // What is no text is refused only if none before it is there.
                    Some(affixes) => affixes
                        .as_slice()
                        .iter()
                        .map(|affix| is_there(affix))
                        .find(|found| *found != Some(false))
                        .unwrap_or(Some(false)),
                    None => is_there(affixes),
                };
                found.map(|found| vm.ctx.new_bool(found).into())
            }
            (
                Self::TextIsDigits
                | Self::TextIsLetters
                | Self::TextIsLettersOrDigits
                | Self::TextIsSpace,
                None,
                None,
            ) => {
                let is_of_kind = |byte: &u8| match self {
                    Self::TextIsDigits => byte.is_ascii_digit(),
                    Self::TextIsLetters => byte.is_ascii_alphabetic(),
                    Self::TextIsLettersOrDigits => byte.is_ascii_alphanumeric(),
                    _ => matches!(byte, b'\t'..=b'\r' | 0x1c..=0x1f | b' '),
                };
                let text = ascii(instance, vm);
                text.map(|text| {
                    vm.ctx.new_bool(!text.is_empty() && text.iter().all(is_of_kind)).into()
                })
            }
            (Self::TextLower | Self::TextUpper, None, None) => ascii(instance, vm).map(|text| {
                let mut text = text.to_vec();
                match self {
                    Self::TextLower => text.make_ascii_lowercase(),
                    _ => text.make_ascii_uppercase(),
                }
                // SAFETY: it is ASCII, as it was.
                vm.ctx.new_str(unsafe { ::ascii::AsciiString::from_ascii_unchecked(text) }).into()
            }),
            (Self::DictItems | Self::DictKeys | Self::DictValues, None, None) => {
                let dict = instance.downcast_ref_if_exact::<PyDict>(vm).map(ToOwned::to_owned);
                dict.map(|dict| match self {
                    Self::DictItems => PyDictItems::new(dict).into_pyobject(vm),
                    Self::DictKeys => PyDictKeys::new(dict).into_pyobject(vm),
                    _ => PyDictValues::new(dict).into_pyobject(vm),
                })
            }
            (Self::FileWrite, Some(text), None) => {
                crate::stdlib::_io::write_to_stream(instance, text, vm)?
            }
            (Self::StreamWrite, Some(text), None) => text
                .downcast_ref_if_exact::<PyStr>(vm)
                .and_then(|text| crate::stdlib::_io::write_at_end(instance, text, vm)),
            _ => None,
        })
    }
}

/// The bytes of a text that is ASCII.
#[inline]
fn ascii<'a>(text: &'a PyObject, vm: &VirtualMachine) -> Option<&'a [u8]> {
    let text = text.downcast_ref_if_exact::<PyStr>(vm)?;
    matches!(text.as_str_kind(), PyKindStr::Ascii(_)).then(|| text.as_bytes())
}
