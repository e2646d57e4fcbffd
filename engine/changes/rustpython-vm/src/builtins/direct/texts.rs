//! Methods of texts that are ASCII, with arguments that are; and texts as bytes, and back.

use super::Direct;
use crate::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBytes, PyList, PyStr, PyTuple, pystr::ReplaceArgs},
    common::str::PyKindStr,
};
use memchr::memmem;

pub(super) fn of(class: &str, name: &str) -> Option<Direct> {
    if (class, name) == ("bytes", "decode") {
        return Some(decode);
    }
    if class != "str" {
        return None;
    }
    Some(match name {
        "startswith" => |text, first, second, vm| {
            Ok(has_affix(text, first, second, vm, |text, affix| text.starts_with(affix)))
        },
        "endswith" => |text, first, second, vm| {
            Ok(has_affix(text, first, second, vm, |text, affix| text.ends_with(affix)))
        },
        "isdigit" => |text, first, _, vm| Ok(are_all(text, first, vm, u8::is_ascii_digit)),
        "isalpha" => |text, first, _, vm| Ok(are_all(text, first, vm, u8::is_ascii_alphabetic)),
        "isalnum" => |text, first, _, vm| Ok(are_all(text, first, vm, u8::is_ascii_alphanumeric)),
        "isspace" => |text, first, _, vm| Ok(are_all(text, first, vm, is_space)),
        "lower" => |text, first, _, vm| Ok(changed(text, first, vm, <[u8]>::make_ascii_lowercase)),
        "upper" => |text, first, _, vm| Ok(changed(text, first, vm, <[u8]>::make_ascii_uppercase)),
        "strip" => |text, first, second, vm| Ok(stripped(text, first, second, (true, true), vm)),
        "lstrip" => |text, first, second, vm| Ok(stripped(text, first, second, (true, false), vm)),
        "rstrip" => |text, first, second, vm| Ok(stripped(text, first, second, (false, true), vm)),
        "split" => |text, first, second, vm| Ok(split(text, first, second, vm)),
        "partition" => |text, first, second, vm| Ok(partition(text, first, second, vm)),
        "find" => |text, first, second, vm| {
            let place = found(text, first, second, vm, memmem::find);
            Ok(place.map(|place| match place {
                Some(place) => vm.ctx.new_int(place).into(),
                None => vm.ctx.new_int(-1).into(),
            }))
        },
        "rfind" => |text, first, second, vm| {
            let place = found(text, first, second, vm, memmem::rfind);
            Ok(place.map(|place| match place {
                Some(place) => vm.ctx.new_int(place).into(),
                None => vm.ctx.new_int(-1).into(),
            }))
        },
        "index" => |text, first, second, vm| {
            let place = found(text, first, second, vm, memmem::find).flatten();
            Ok(place.map(|place| vm.ctx.new_int(place).into()))
        },
        "count" => |text, first, second, vm| Ok(count(text, first, second, vm)),
        "replace" => |text, old, new, vm| Ok(replaced(text, old, new, vm)),
        "join" => join,
        "encode" => |text, first, second, vm| Ok(encoded(text, first, second, vm)),
        _ => return None,
    })
}

/// The bytes of a text that is ASCII.
#[inline]
fn ascii<'a>(text: &'a PyObject, vm: &VirtualMachine) -> Option<&'a [u8]> {
    let text = text.downcast_ref_if_exact::<PyStr>(vm)?;
    matches!(text.as_str_kind(), PyKindStr::Ascii(_)).then(|| text.as_bytes())
}

/// A text of bytes that are ASCII.
#[inline]
fn new_text(bytes: Vec<u8>, vm: &VirtualMachine) -> PyObjectRef {
    // SAFETY: as the caller says.
    vm.ctx.new_str(unsafe { ::ascii::AsciiString::from_ascii_unchecked(bytes) }).into()
}

/// A part of `text`, which is ASCII: the text itself if it is all of it.
#[inline]
fn part(text: &PyObject, whole: &[u8], part: &[u8], vm: &VirtualMachine) -> PyObjectRef {
    if part.len() == whole.len() {
        return text.to_owned();
    }
    match part {
        [] => vm.ctx.empty_str.to_owned().into(),
        [byte] => vm.ctx.ascii_char_cache[usize::from(*byte)].clone().into(),
        _ => new_text(part.to_vec(), vm),
    }
}

#[inline]
fn is_space(byte: &u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | 0x1c..=0x1f | b' ')
}

/// `str.startswith` and `str.endswith`, with a text or some in a tuple.
fn has_affix(
    text: &PyObject,
    affixes: Option<&PyObject>,
    more: Option<&PyObject>,
    vm: &VirtualMachine,
    is_there: fn(&[u8], &[u8]) -> bool,
) -> Option<PyObjectRef> {
    let affixes = affixes.filter(|_| more.is_none())?;
    let text = text.downcast_ref_if_exact::<PyStr>(vm)?.as_bytes();
    let is_there = |affix: &PyObject| {
        Some(is_there(text, affix.downcast_ref_if_exact::<PyStr>(vm)?.as_bytes()))
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

/// `str.isdigit` and others.
fn are_all(
    text: &PyObject,
    first: Option<&PyObject>,
    vm: &VirtualMachine,
    is_of_kind: fn(&u8) -> bool,
) -> Option<PyObjectRef> {
    let text = ascii(text, vm).filter(|_| first.is_none())?;
    Some(vm.ctx.new_bool(!text.is_empty() && text.iter().all(is_of_kind)).into())
}

/// `str.lower` and `str.upper`.
fn changed(
    text: &PyObject,
    first: Option<&PyObject>,
    vm: &VirtualMachine,
    change: fn(&mut [u8]),
) -> Option<PyObjectRef> {
    let mut text = ascii(text, vm).filter(|_| first.is_none())?.to_vec();
    change(&mut text);
    Some(new_text(text, vm))
}

/// `str.strip`, `str.lstrip` and `str.rstrip`: of white space, or of some characters.
fn stripped(
    text: &PyObject,
    characters: Option<&PyObject>,
    more: Option<&PyObject>,
    (from_front, from_back): (bool, bool),
    vm: &VirtualMachine,
) -> Option<PyObjectRef> {
    let whole = ascii(text, vm).filter(|_| more.is_none())?;
    let characters = match characters {
        Some(characters) => Some(ascii(characters, vm)?),
        None => None,
    };
    let goes = |byte: &u8| match characters {
        Some(characters) => characters.contains(byte),
        None => is_space(byte),
    };
    let mut left = whole;
    if from_front {
        while let [first, rest @ ..] = left
            && goes(first)
        {
            left = rest;
        }
    }
    if from_back {
        while let [rest @ .., last] = left
            && goes(last)
        {
            left = rest;
        }
    }
    Some(part(text, whole, left, vm))
}

/// `str.split` at white space, or at a text.
fn split(
    text: &PyObject,
    separator: Option<&PyObject>,
    more: Option<&PyObject>,
    vm: &VirtualMachine,
) -> Option<PyObjectRef> {
    let whole = ascii(text, vm).filter(|_| more.is_none())?;
    let part = |bytes: &[u8]| part(text, whole, bytes, vm);
    let parts: Vec<PyObjectRef> = match separator {
        None => whole.split(is_space).filter(|bytes| !bytes.is_empty()).map(part).collect(),
        Some(separator) => match ascii(separator, vm)? {
            [] => return None,
            [byte] => {
                let mut parts = Vec::new();
                let mut begin = 0;
                for end in memchr::memchr_iter(*byte, whole) {
                    parts.push(part(&whole[begin..end]));
                    begin = end + 1;
                }
                parts.push(part(&whole[begin..]));
                parts
            }
            separator => {
                let mut parts = Vec::new();
                let mut begin = 0;
                for end in memmem::find_iter(whole, separator) {
                    parts.push(part(&whole[begin..end]));
                    begin = end + separator.len();
                }
                parts.push(part(&whole[begin..]));
                parts
            }
        },
    };
    Some(vm.ctx.new_list(parts).into())
}

fn partition(
    text: &PyObject,
    separator: Option<&PyObject>,
    more: Option<&PyObject>,
    vm: &VirtualMachine,
) -> Option<PyObjectRef> {
    let whole = ascii(text, vm).filter(|_| more.is_none())?;
    let separator = separator?;
    let bytes = ascii(separator, vm).filter(|bytes| !bytes.is_empty())?;
    let parts = match memmem::find(whole, bytes) {
        Some(at) => vec![
            part(text, whole, &whole[..at], vm),
            separator.to_owned(),
            part(text, whole, &whole[at + bytes.len()..], vm),
        ],
        None => {
            let nothing: PyObjectRef = vm.ctx.empty_str.to_owned().into();
            vec![text.to_owned(), nothing.clone(), nothing]
        }
    };
    Some(vm.ctx.new_tuple(parts).into())
}

/// Where a text is in another, if both are such.
fn found(
    text: &PyObject,
    sought: Option<&PyObject>,
    more: Option<&PyObject>,
    vm: &VirtualMachine,
    find: fn(&[u8], &[u8]) -> Option<usize>,
) -> Option<Option<usize>> {
    let whole = ascii(text, vm).filter(|_| more.is_none())?;
    Some(find(whole, ascii(sought?, vm)?))
}

fn count(
    text: &PyObject,
    sought: Option<&PyObject>,
    more: Option<&PyObject>,
    vm: &VirtualMachine,
) -> Option<PyObjectRef> {
    let whole = ascii(text, vm).filter(|_| more.is_none())?;
    let sought = ascii(sought?, vm).filter(|sought| !sought.is_empty())?;
    Some(vm.ctx.new_int(memmem::find_iter(whole, sought).count()).into())
}

/// `str.replace`, wherever it is.
fn replaced(
    text: &PyObject,
    old: Option<&PyObject>,
    new: Option<&PyObject>,
    vm: &VirtualMachine,
) -> Option<PyObjectRef> {
    let exact = |text: &PyObject| Some(text.downcast_ref_if_exact::<PyStr>(vm)?.to_owned());
    let arguments = ReplaceArgs { old: exact(old?)?, new: exact(new?)?, count: -1 };
    Some(Py::<PyStr>::replace(exact(text)?, arguments, vm).into())
}

/// `str.join` of a list or a tuple.
fn join(
    separator: &PyObject,
    items: Option<&PyObject>,
    more: Option<&PyObject>,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    let separator = separator.downcast_ref_if_exact::<PyStr>(vm);
    let Some((separator, items)) = separator.zip(items.filter(|_| more.is_none())) else {
        return Ok(None);
    };
    let joined = if let Some(list) = items.downcast_ref_if_exact::<PyList>(vm) {
        PyStr::join_items(separator, &list.borrow_vec(), vm)?
    } else if let Some(tuple) = items.downcast_ref_if_exact::<PyTuple>(vm) {
        PyStr::join_items(separator, tuple.as_slice(), vm)?
    } else {
        return Ok(None);
    };
    Ok(Some(joined.into()))
}

/// Whether no encoding is given, or UTF-8.
fn is_utf_8(encoding: Option<&PyObject>, errors: Option<&PyObject>, vm: &VirtualMachine) -> bool {
    let is_it = |encoding: &PyObject| {
        let name = encoding.downcast_ref_if_exact::<PyStr>(vm);
        name.is_some_and(|name| matches!(name.as_bytes(), b"utf-8" | b"utf8" | b"UTF-8"))
    };
    errors.is_none() && encoding.is_none_or(is_it)
}

fn encoded(
    text: &PyObject,
    encoding: Option<&PyObject>,
    errors: Option<&PyObject>,
    vm: &VirtualMachine,
) -> Option<PyObjectRef> {
    let text: &Py<PyStr> = text.downcast_ref_if_exact::<PyStr>(vm)?;
    let has_surrogates = matches!(text.as_str_kind(), PyKindStr::Wtf8(_));
    if has_surrogates || !is_utf_8(encoding, errors, vm) {
        return None;
    }
    Some(vm.ctx.new_bytes(text.as_bytes().to_vec()).into())
}

fn decode(
    bytes: &PyObject,
    encoding: Option<&PyObject>,
    errors: Option<&PyObject>,
    vm: &VirtualMachine,
) -> PyResult<Option<PyObjectRef>> {
    let bytes = bytes.downcast_ref_if_exact::<PyBytes>(vm);
    let Some(bytes) = bytes.filter(|_| is_utf_8(encoding, errors, vm)) else {
        return Ok(None);
    };
    let text = core::str::from_utf8(bytes.as_bytes()).ok();
    Ok(text.map(|text| vm.ctx.new_str(text).into()))
}
