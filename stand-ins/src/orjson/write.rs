//! `dumps`.

use super::{_orjson::Fragment, NAME};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, TryFromObject, VirtualMachine,
    builtins::{PyBytes, PyDict, PyFloat, PyInt, PyList, PyStr, PyTuple},
    literal::float::to_string as repr,
};

/// How deep lists and dicts may be nested, and how often `default` may be asked for a value that it gave.
const DEPTH: usize = 254;
const DEFAULT_CALLS: usize = 255;

/// How deep tuples may be nested: krait's own limit.
const TUPLE_DEPTH: usize = 1000;

const INDENT_2: u32 = 1 << 0;
const NON_STR_KEYS: u32 = 1 << 2;
const SORT_KEYS: u32 = 1 << 5;
const STRICT_INTEGER: u32 = 1 << 6;
const PASSTHROUGH_SUBCLASS: u32 = 1 << 8;
const APPEND_NEWLINE: u32 = 1 << 10;
const ALL: u32 = (1 << 12) - 1;

struct Writer<'a> {
    vm: &'a VirtualMachine,
    out: Vec<u8>,
    option: u32,
    default: Option<PyObjectRef>,
    default_calls: usize,
    depth: usize,
    tuples: usize,
    /// How to write what is of no plain class: a function of Python, once it is needed.
    other: Option<PyObjectRef>,
}

/// A value's JSON text.
pub(super) fn dumps(
    object: &PyObject,
    default: Option<PyObjectRef>,
    option: Option<PyObjectRef>,
    vm: &VirtualMachine,
) -> PyResult<Vec<u8>> {
    let option = match option {
        None => Some(0),
        Some(option) if option.class().is(vm.ctx.types.int_type) => {
            u32::try_from_object(vm, option).ok().filter(|option| *option <= ALL)
        }
        Some(_) => None,
    };
    let Some(option) = option else { return Err(vm.new_type_error("Invalid opts")) };
    let mut writer = Writer {
        vm,
        out: Vec::with_capacity(256),
        option,
        default,
        default_calls: 0,
        depth: 0,
        tuples: 0,
        other: None,
    };
    writer.value(object)?;
    if option & APPEND_NEWLINE != 0 {
        writer.out.push(b'\n');
    }
    Ok(writer.out)
}

impl Writer<'_> {
    fn has(&self, option: u32) -> bool {
        self.option & option != 0
    }

    fn error<T>(&self, message: &str) -> PyResult<T> {
        Err(self.vm.new_type_error(message.to_owned()))
    }

    fn value(&mut self, object: &PyObject) -> PyResult<()> {
        let vm = self.vm;
        if let Some(text) = object.downcast_ref_if_exact::<PyStr>(vm) {
            return self.text(text);
        }
        if vm.is_none(object) {
            self.out.extend_from_slice(b"null");
        } else if object.is(&vm.ctx.true_value) {
            self.out.extend_from_slice(b"true");
        } else if object.is(&vm.ctx.false_value) {
            self.out.extend_from_slice(b"false");
        } else if let Some(number) = object.downcast_ref_if_exact::<PyInt>(vm) {
            return self.integer(number);
        } else if let Some(number) = object.downcast_ref_if_exact::<PyFloat>(vm) {
            push_float(number.to_f64(), &mut self.out);
        } else if let Some(dict) = object.downcast_ref_if_exact::<PyDict>(vm) {
            return self.dict(dict, self.has(SORT_KEYS));
        } else if let Some(list) = object.downcast_ref_if_exact::<PyList>(vm) {
            return self.list(list);
        } else if let Some(tuple) = object.downcast_ref_if_exact::<PyTuple>(vm) {
            self.tuples += 1;
            if self.tuples > TUPLE_DEPTH {
                return self.error("Recursion limit reached");
            }
            self.sequence(tuple.as_slice())?;
            self.tuples -= 1;
        } else {
            return self.unusual(object);
        }
        Ok(())
    }

    fn unusual(&mut self, object: &PyObject) -> PyResult<()> {
        let vm = self.vm;
        if let Some(fragment) = object.downcast_ref::<Fragment>() {
            let contents = &fragment.contents;
            if let Some(bytes) = contents.downcast_ref::<PyBytes>() {
                self.out.extend_from_slice(bytes.as_bytes());
            } else if let Some(text) = contents.downcast_ref::<PyStr>() {
                let Some(text) = text.to_str() else {
                    return self.error("str is not valid UTF-8: surrogates not allowed");
                };
                self.out.extend_from_slice(text.as_bytes());
            } else {
                return self.error("orjson.Fragment's content is not of type bytes or str");
            }
            return Ok(());
        }
        // A class of another metaclass is perhaps an enumeration.
        let is_plain_class = object.class().class().is(vm.ctx.types.type_type);
        if is_plain_class && !self.has(PASSTHROUGH_SUBCLASS) && self.subclass(object)? {
            return Ok(());
        }
        let (kind, value) = self.ask(object)?;
        match kind {
            1 => self.any_text(&value),
            2 => self.value(&value),
            3 => match value.downcast_ref::<PyDict>() {
                Some(fields) => self.dict(fields, false),
                None => Ok(()),
            },
            _ if !self.has(PASSTHROUGH_SUBCLASS) && self.subclass(object)? => Ok(()),
            _ => self.ask_default(object),
        }
    }

    /// Writes an object of a subclass of those that have any; gives whether it is one.
    fn subclass(&mut self, object: &PyObject) -> PyResult<bool> {
        if let Some(text) = object.downcast_ref::<PyStr>() {
            self.text(text)?;
        } else if let Some(number) = object.downcast_ref::<PyInt>() {
            self.integer(number)?;
        } else if let Some(list) = object.downcast_ref::<PyList>() {
            self.list(list)?;
        } else if let Some(dict) = object.downcast_ref::<PyDict>() {
            self.dict(dict, self.has(SORT_KEYS))?;
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// Asks the module's Python half about an object.
    fn ask(&mut self, object: &PyObject) -> PyResult<(u32, PyObjectRef)> {
        let vm = self.vm;
        let other = match &self.other {
            Some(other) => other.clone(),
            None => {
                let modules = vm.sys_module.get_attr("modules", vm)?;
                let other = modules.get_item(NAME, vm)?.get_attr("_other", vm)?;
                self.other = Some(other.clone());
                other
            }
        };
        let answer = other.call((object.to_owned(), self.option), vm)?;
        match answer.downcast_ref::<PyTuple>().map(|answer| answer.as_slice()) {
            Some([kind, value]) => Ok((u32::try_from_object(vm, kind.clone())?, value.clone())),
            _ => Ok((0, vm.ctx.none())),
        }
    }

    fn ask_default(&mut self, object: &PyObject) -> PyResult<()> {
        let vm = self.vm;
        let unknown = || {
            let class = object.class();
            let module = class.__module__(vm);
            let name = class.name().to_string();
            let shown = match module.ok().and_then(|module| {
                Some(module.downcast_ref::<PyStr>()?.to_string_lossy().into_owned())
            }) {
                // Classes of Python have no module in their name as C has it.
                Some(module)
                    if module != "builtins"
                        && !class
                            .slots
                            .flags
                            .has_feature(rustpython_vm::types::PyTypeFlags::HEAPTYPE) =>
                {
                    format!("{module}.{name}")
                }
                _ => name,
            };
            vm.new_type_error(format!("Type is not JSON serializable: {shown}"))
        };
        let Some(default) = self.default.clone() else { return Err(unknown()) };
        if self.default_calls == DEFAULT_CALLS {
            return self.error("default serializer exceeds recursion limit");
        }
        let value = default.call((object.to_owned(),), vm).map_err(|cause| {
            let error = unknown();
            error.set_cause(Some(cause));
            error
        })?;
        self.default_calls += 1;
        self.value(&value)?;
        self.default_calls -= 1;
        Ok(())
    }

    fn integer(&mut self, number: &PyInt) -> PyResult<()> {
        const SAFE: i64 = (1 << 53) - 1;
        let strict = self.has(STRICT_INTEGER);
        if let Ok(number) = i64::try_from(number.as_bigint()) {
            if strict && !(-SAFE..=SAFE).contains(&number) {
                return self.error("Integer exceeds 53-bit range");
            }
            push_integer(number, &mut self.out);
        } else if let Ok(number) = u64::try_from(number.as_bigint()) {
            if strict {
                return self.error("Integer exceeds 53-bit range");
            }
            self.out.extend_from_slice(number.to_string().as_bytes());
        } else {
            return self.error("Integer exceeds 64-bit range");
        }
        Ok(())
    }

    fn any_text(&mut self, object: &PyObject) -> PyResult<()> {
        match object.downcast_ref::<PyStr>() {
            Some(text) => self.text(text),
            None => Ok(()),
        }
    }

    fn text(&mut self, text: &PyStr) -> PyResult<()> {
        let Some(text) = text.to_str() else {
            return self.error("str is not valid UTF-8: surrogates not allowed");
        };
        push_text(text, &mut self.out);
        Ok(())
    }

    fn line(&mut self) {
        self.out.push(b'\n');
        let depth = self.depth + self.tuples;
        self.out.extend(std::iter::repeat_n(b' ', 2 * depth));
    }

    fn deeper(&mut self) -> PyResult<()> {
        self.depth += 1;
        if self.depth > DEPTH {
            return self.error("Recursion limit reached");
        }
        Ok(())
    }

    fn list(&mut self, list: &PyList) -> PyResult<()> {
        self.deeper()?;
        // What `default` does may change it.
        let items = list.borrow_vec().to_vec();
        self.sequence(&items)?;
        self.depth -= 1;
        Ok(())
    }

    fn sequence(&mut self, items: &[PyObjectRef]) -> PyResult<()> {
        self.out.push(b'[');
        let indents = self.has(INDENT_2) && !items.is_empty();
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.out.push(b',');
            }
            if indents {
                self.line();
            }
            self.value(item)?;
        }
        self.close(b']', indents);
        Ok(())
    }

    /// Ends a list or dict.
    fn close(&mut self, sign: u8, indents: bool) {
        if indents {
            self.out.push(b'\n');
            let depth = (self.depth + self.tuples).saturating_sub(1);
            self.out.extend(std::iter::repeat_n(b' ', 2 * depth));
        }
        self.out.push(sign);
    }

    fn dict(&mut self, dict: &PyDict, sorts: bool) -> PyResult<()> {
        self.deeper()?;
        self.out.push(b'{');
        let items = dict.items_vec();
        let indents = self.has(INDENT_2) && !items.is_empty();
        if sorts || self.has(NON_STR_KEYS) {
            let mut named = Vec::with_capacity(items.len());
            for (key, value) in items {
                named.push((self.key(&key)?, value));
            }
            if sorts {
                named.sort_by(|(one, _), (other, _)| one.cmp(other));
            }
            for (at, (key, value)) in named.iter().enumerate() {
                self.begin_item(at, indents);
                push_text(key, &mut self.out);
                self.item(value)?;
            }
        } else {
            for (at, (key, value)) in items.iter().enumerate() {
                let Some(key) = key.downcast_ref_if_exact::<PyStr>(self.vm) else {
                    return self.error("Dict key must be str");
                };
                self.begin_item(at, indents);
                self.text(key)?;
                self.item(value)?;
            }
        }
        self.close(b'}', indents);
        self.depth -= 1;
        Ok(())
    }

    fn begin_item(&mut self, at: usize, indents: bool) {
        if at > 0 {
            self.out.push(b',');
        }
        if indents {
            self.line();
        }
    }

    fn item(&mut self, value: &PyObject) -> PyResult<()> {
        self.out.extend_from_slice(if self.has(INDENT_2) { b": " } else { b":" });
        self.value(value)
    }

    /// A key's text.
    fn key(&mut self, key: &PyObject) -> PyResult<String> {
        let vm = self.vm;
        let of_text = |text: &PyStr| match text.to_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(vm.new_type_error("str is not valid UTF-8: surrogates not allowed")),
        };
        if let Some(text) = key.downcast_ref_if_exact::<PyStr>(vm) {
            return of_text(text);
        }
        if !self.has(NON_STR_KEYS) {
            return self.error("Dict key must be str");
        }
        if vm.is_none(key) {
            return Ok("null".to_owned());
        }
        if key.is(&vm.ctx.true_value) || key.is(&vm.ctx.false_value) {
            return Ok(key.is(&vm.ctx.true_value).to_string());
        }
        let of_integer = |number: &PyInt| {
            let small = i64::try_from(number.as_bigint()).map(|number| number.to_string());
            small
                .or_else(|_| u64::try_from(number.as_bigint()).map(|number| number.to_string()))
                .map_err(|_| vm.new_type_error("Dict integer key must be within 64-bit range"))
        };
        if let Some(number) = key.downcast_ref_if_exact::<PyInt>(vm) {
            return of_integer(number);
        }
        if let Some(number) = key.downcast_ref_if_exact::<PyFloat>(vm) {
            let mut text = Vec::new();
            push_float(number.to_f64(), &mut text);
            return Ok(String::from_utf8_lossy(&text).into_owned());
        }
        let (kind, value) = self.ask(key)?;
        match (kind, value.downcast_ref::<PyStr>()) {
            (1, Some(text)) => of_text(text),
            (2, _) => self.key(&value),
            _ => match (key.downcast_ref::<PyStr>(), key.downcast_ref::<PyInt>()) {
                (Some(text), _) => of_text(text),
                (_, Some(number)) => of_integer(number),
                _ => self.error("Dict key must a type serializable with OPT_NON_STR_KEYS"),
            },
        }
    }
}

fn push_integer(number: i64, out: &mut Vec<u8>) {
    out.extend_from_slice(number.to_string().as_bytes());
}

fn push_text(text: &str, out: &mut Vec<u8>) {
    const HEXADECIMAL: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    let mut rest = text.as_bytes();
    while let Some(at) = rest.iter().position(|byte| *byte < b' ' || matches!(byte, b'"' | b'\\')) {
        out.extend_from_slice(&rest[..at]);
        match rest[at] {
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            8 => out.extend_from_slice(b"\\b"),
            12 => out.extend_from_slice(b"\\f"),
            sign @ (b'"' | b'\\') => out.extend_from_slice(&[b'\\', sign]),
            other => {
                out.extend_from_slice(b"\\u00");
                let [high, low] = [usize::from(other >> 4), usize::from(other & 15)];
                out.extend_from_slice(&[HEXADECIMAL[high], HEXADECIMAL[low]]);
            }
        }
        rest = &rest[at + 1..];
    }
    out.extend_from_slice(rest);
    out.push(b'"');
}

/// The shortest digits that read back the same, without an exponent from 0.00001 up to below 1e16.
fn push_float(number: f64, out: &mut Vec<u8>) {
    if !number.is_finite() {
        out.extend_from_slice(b"null");
        return;
    }
    let text = repr(number);
    let Some((digits, exponent)) = text.split_once('e') else {
        out.extend_from_slice(text.as_bytes());
        return;
    };
    // Python's own form has an exponent there.
    if exponent == "-05" {
        let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
        out.extend_from_slice(format!("{sign}0.0000{}", digits.replace('.', "")).as_bytes());
        return;
    }
    let (sign, magnitude) = exponent.split_at(1);
    out.extend_from_slice(
        format!("{digits}e{sign}{}", magnitude.trim_start_matches('0')).as_bytes(),
    );
}
