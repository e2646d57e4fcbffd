//! The module: each function takes texts of exactly `str`, and gives None for what is left to Python.

use super::{quoting, splitting};
use rustpython_vm::{
    AsObject, Context, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBytes, PyDict, PyList, PyModuleDef, PyStr, PyTuple},
};

/// The module `_krait_urls`, on which `urllib.parse` stands.
pub(crate) fn module_def(context: &Context) -> &'static PyModuleDef {
    _krait_urls::module_def(context)
}

/// The text of an object that is exactly a `str`, without surrogates.
fn text<'a>(object: &'a PyObject, vm: &VirtualMachine) -> Option<&'a str> {
    let text = object.downcast_ref_if_exact::<PyStr>(vm)?;
    quoting::as_text(text.as_wtf8())
}

/// The same text if nothing of it changed.
fn same_or_new(before: &PyObject, after: String, vm: &VirtualMachine) -> PyObjectRef {
    match text(before, vm) {
        Some(text) if text == after => before.to_owned(),
        _ => vm.ctx.new_str(after).into(),
    }
}

/// The pairs of what is exactly a dict, or a list of tuples.
fn pairs(query: &PyObject, vm: &VirtualMachine) -> Option<Vec<(PyObjectRef, PyObjectRef)>> {
    if let Some(dict) = query.downcast_ref_if_exact::<PyDict>(vm) {
        return Some(dict.items_vec());
    }
    let list = query.downcast_ref_if_exact::<PyList>(vm)?;
    let pair = |pair: &PyObjectRef| match pair.downcast_ref_if_exact::<PyTuple>(vm)?.as_slice() {
        [name, value] => Some((name.clone(), value.clone())),
        _ => None,
    };
    list.borrow_vec().iter().map(pair).collect()
}

/// The bytes of what is text, bytes, a number or None, each of exactly that class.
fn content(object: &PyObject, vm: &VirtualMachine) -> PyResult<Option<Vec<u8>>> {
    if let Some(bytes) = object.downcast_ref_if_exact::<PyBytes>(vm) {
        return Ok(Some(bytes.as_bytes().to_vec()));
    }
    let (class, types) = (object.class(), &vm.ctx.types);
    let is_plain = [types.int_type, types.float_type, types.bool_type, types.none_type]
        .iter()
        .any(|plain| class.is(*plain));
    if is_plain {
        return Ok(Some(object.str(vm)?.as_bytes().to_vec()));
    }
    Ok(text(object, vm).map(|text| text.as_bytes().to_vec()))
}

#[rustpython_vm::pymodule]
mod _krait_urls {
    use super::{PyBytes, content, pairs, quoting, same_or_new, splitting, text};
    use rustpython_vm::{AsObject, PyObjectRef, PyResult, VirtualMachine, builtins::PyStr};

    /// `quote_from_bytes` of bytes, or `quote` of a text that is to be UTF-8.
    #[pyfunction]
    fn quote(content: PyObjectRef, safe: PyObjectRef, vm: &VirtualMachine) -> Option<PyObjectRef> {
        if let Some(bytes) = content.downcast_ref_if_exact::<PyBytes>(vm) {
            let safe = safe.downcast_ref_if_exact::<PyBytes>(vm)?;
            let quoted = quoting::quote(bytes.as_bytes(), safe.as_bytes(), false);
            return Some(vm.ctx.new_str(quoted).into());
        }
        let safe = safe.downcast_ref_if_exact::<PyStr>(vm)?;
        let quoted = quoting::quote(text(&content, vm)?.as_bytes(), safe.as_bytes(), false);
        Some(same_or_new(&content, quoted, vm))
    }

    /// `quote_plus` of a text that is to be UTF-8.
    #[pyfunction]
    fn quote_plus(
        content: PyObjectRef,
        safe: PyObjectRef,
        vm: &VirtualMachine,
    ) -> Option<PyObjectRef> {
        let safe = safe.downcast_ref_if_exact::<PyStr>(vm)?;
        let quoted = quoting::quote(text(&content, vm)?.as_bytes(), safe.as_bytes(), true);
        Some(same_or_new(&content, quoted, vm))
    }

    /// `unquote` of UTF-8, where what is none is replaced.
    #[pyfunction]
    fn unquote(quoted: PyObjectRef, vm: &VirtualMachine) -> Option<PyObjectRef> {
        let unquoted = quoting::unquote(text(&quoted, vm)?, false);
        Some(vm.ctx.new_str(unquoted).into())
    }

    /// `parse_qsl` of UTF-8, where what is none is replaced, and no field is wrong.
    #[pyfunction]
    fn fields(
        query: PyObjectRef,
        separator: PyObjectRef,
        keep_blank: bool,
        vm: &VirtualMachine,
    ) -> Option<Vec<PyObjectRef>> {
        let fields = quoting::fields(text(&query, vm)?, text(&separator, vm)?, keep_blank);
        let pair = |(name, value): (String, String)| {
            let pair = vec![vm.ctx.new_str(name).into(), vm.ctx.new_str(value).into()];
            vm.ctx.new_tuple(pair).into()
        };
        Some(fields.into_iter().map(pair).collect())
    }

    /// `urlencode` by `quote_plus` of a dict or a list of pairs that are texts, bytes and numbers.
    #[pyfunction]
    fn encode(
        query: PyObjectRef,
        safe: PyObjectRef,
        vm: &VirtualMachine,
    ) -> PyResult<Option<String>> {
        let Some(safe) = safe.downcast_ref_if_exact::<PyStr>(vm) else { return Ok(None) };
        let Some(pairs) = pairs(&query, vm) else { return Ok(None) };
        let mut encoded = String::new();
        for (name, value) in pairs {
            if !encoded.is_empty() {
                encoded.push('&');
            }
            for (part, end) in [(name, "="), (value, "")] {
                let Some(content) = content(&part, vm)? else { return Ok(None) };
                encoded.push_str(&quoting::quote(&content, safe.as_bytes(), true));
                encoded.push_str(end);
            }
        }
        Ok(Some(encoded))
    }

    /// `_urlsplit`.
    #[pyfunction]
    fn split(
        url: PyObjectRef,
        scheme: PyObjectRef,
        allow_fragments: bool,
        vm: &VirtualMachine,
    ) -> Option<PyObjectRef> {
        let start = text(&url, vm)?.trim_start_matches(splitting::is_control_or_space);
        if start.contains(splitting::REMOVED) {
            return None;
        }
        if !vm.is_none(&scheme) {
            let given = text(&scheme, vm)?;
            if given != given.trim_matches(splitting::is_control_or_space)
                || given.contains(splitting::REMOVED)
            {
                return None;
            }
        }
        let parts = splitting::split(start, allow_fragments)?;
        let part = |part: Option<&str>| match part {
            Some(part) => vm.ctx.new_str(part).into(),
            None => vm.ctx.none(),
        };
        let scheme = match parts.scheme {
            Some(own) => vm.ctx.new_str(own).into(),
            None => scheme,
        };
        let [host, query, fragment] = [parts.host, parts.query, parts.fragment].map(part);
        let path = vm.ctx.new_str(parts.path).into();
        let split = vec![scheme, host, path, query, fragment];
        Some(vm.ctx.new_tuple(split).as_object().to_owned())
    }
}
