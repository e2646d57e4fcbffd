//! `dumps`.

use super::escape::Escapes;
use rustpython_common::wtf8::Wtf8Buf;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{
        PyBaseExceptionRef, PyBytes, PyDict, PyFloat, PyInt, PyList, PyStr, PyTuple, PyType,
    },
    literal::float::to_string as repr,
};

/// How deep lists, tuples and dicts may be nested.
const DEPTH: usize = 1024;

/// How often `default` may be asked for a value that it gave.
const DEFAULT_CALLS: usize = 3;

/// The largest indentation.
const MAXIMUM_INDENT: i32 = 1000;

/// What `dumps` is told.
#[derive(Default)]
pub(super) struct Options {
    pub(super) ascii: bool,
    pub(super) html: bool,
    pub(super) slashes: bool,
    pub(super) sorts: bool,
    pub(super) allows_nan: bool,
    pub(super) rejects_bytes: bool,
    pub(super) default: Option<PyObjectRef>,
    /// Spaces for each level; with 0 there are no lines.
    pub(super) indent: usize,
    pub(super) between_items: Vec<u8>,
    pub(super) behind_keys: Vec<u8>,
}

/// The argument `indent`, an `int` of C.
pub(super) fn indent(value: Option<PyObjectRef>, vm: &VirtualMachine) -> PyResult<i32> {
    let Some(value) = value else { return Ok(0) };
    let number = value.try_index(vm)?;
    i32::try_from(number.as_bigint()).map_err(|_| {
        vm.new_overflow_error(if number.as_bigint().to_string().starts_with('-') {
            "signed integer is less than minimum"
        } else {
            "signed integer is greater than maximum"
        })
    })
}

impl Options {
    /// Sets what stands between values.
    pub(super) fn indents(
        &mut self,
        indent: i32,
        separators: Option<PyObjectRef>,
        vm: &VirtualMachine,
    ) -> PyResult<()> {
        if indent > MAXIMUM_INDENT {
            return Err(vm.new_value_error("Maximum allowed indentation is 1000"));
        }
        self.indent = usize::try_from(indent).unwrap_or(0);
        let Some(separators) = separators else {
            self.between_items = b",".to_vec();
            self.behind_keys = if indent == 0 { b":".to_vec() } else { b": ".to_vec() };
            return Ok(());
        };
        let Some(separators) = separators.downcast_ref::<PyTuple>() else {
            return Err(vm.new_type_error("expected tuple or None as separator"));
        };
        let [items, keys] = separators.as_slice() else {
            return Err(vm.new_value_error("expected tuple of size 2 as separator"));
        };
        let text = |object: &PyObject, what: &str| match object.downcast_ref::<PyStr>() {
            Some(text) => Ok(text.as_wtf8().as_bytes().to_vec()),
            None => Err(vm.new_type_error(format!("expected str as {what} separator"))),
        };
        self.between_items = text(items, "item")?;
        self.behind_keys = text(keys, "key")?;
        Ok(())
    }
}

struct Writer<'a> {
    vm: &'a VirtualMachine,
    out: Vec<u8>,
    options: Options,
    escapes: Escapes,
    level: usize,
    /// `decimal.Decimal`, if it has been imported.
    decimal: Option<Option<PyObjectRef>>,
}

/// The JSON text of an object.
pub(super) fn dumps(object: &PyObject, options: Options, vm: &VirtualMachine) -> PyResult {
    let escapes = Escapes { ascii: options.ascii, html: options.html, slashes: options.slashes };
    let out = Vec::with_capacity(256);
    let mut writer = Writer { vm, out, options, escapes, level: 0, decimal: None };
    writer.value(object)?;
    match Wtf8Buf::from_bytes(writer.out) {
        Ok(text) => Ok(vm.ctx.new_str(text).into()),
        // Bytes were written as they are, and `__json__` gives anything.
        Err(bytes) => {
            let bytes: PyObjectRef = vm.ctx.new_bytes(bytes).into();
            vm.call_method(&bytes, "decode", ("utf-8", "surrogatepass"))
        }
    }
}

impl Writer<'_> {
    fn overflow(&self, message: &'static str) -> PyBaseExceptionRef {
        self.vm.new_overflow_error(message)
    }

    fn value(&mut self, object: &PyObject) -> PyResult<()> {
        if self.level > DEPTH {
            return Err(self.overflow("Maximum recursion level reached"));
        }
        let mut given = None;
        for calls in 0.. {
            let object: &PyObject = given.as_deref().unwrap_or(object);
            if self.known(object)? {
                return Ok(());
            }
            let Some(default) = &self.options.default else {
                return Err(self.unknown(object)?);
            };
            if calls >= DEFAULT_CALLS {
                return Err(self.vm.new_type_error("maximum recursion depth exceeded"));
            }
            let next: PyObjectRef = default.call((object.to_owned(),), self.vm)?;
            given = Some(next);
        }
        Ok(())
    }

    fn unknown(&self, object: &PyObject) -> PyResult<PyBaseExceptionRef> {
        let shown = object.repr(self.vm)?;
        let Some(text) = shown.to_str() else {
            self.vm.call_method(shown.as_object(), "encode", ())?;
            return Ok(self.vm.new_type_error("is not JSON serializable"));
        };
        Ok(self.vm.new_type_error(format!("{text} is not JSON serializable")))
    }

    /// Writes an object of a known class; gives whether it is one.
    fn known(&mut self, object: &PyObject) -> PyResult<bool> {
        let vm = self.vm;
        if let Some(text) = object.downcast_ref::<PyStr>() {
            self.text(text.as_wtf8().as_bytes())?;
        } else if object.is(&vm.ctx.true_value) {
            self.out.extend_from_slice(b"true");
        } else if object.is(&vm.ctx.false_value) {
            self.out.extend_from_slice(b"false");
        } else if let Some(number) = object.downcast_ref::<PyInt>() {
            self.integer(number)?;
        } else if vm.is_none(object) {
            self.out.extend_from_slice(b"null");
        } else if let Some(number) = object.downcast_ref::<PyFloat>() {
            self.float(number.to_f64())?;
        } else if let Some(dict) = object.downcast_ref::<PyDict>() {
            self.dict(dict)?;
        } else if let Some(list) = object.downcast_ref::<PyList>() {
            // What a method of an item does may change it.
            let items = list.borrow_vec().to_vec();
            self.sequence(&items)?;
        } else if let Some(tuple) = object.downcast_ref::<PyTuple>() {
            self.sequence(tuple.as_slice())?;
        } else if let Some(bytes) = object.downcast_ref::<PyBytes>()
            && !self.options.rejects_bytes
        {
            self.text(bytes.as_bytes())?;
        } else if self.is_decimal(object)? {
            let number = object.try_float(vm)?.to_f64();
            self.float(number)?;
        } else {
            return self.by_method(object);
        }
        Ok(true)
    }

    fn is_decimal(&mut self, object: &PyObject) -> PyResult<bool> {
        let vm = self.vm;
        if self.decimal.is_none() {
            let modules = vm.sys_module.get_attr("modules", vm)?;
            let module = modules.get_item("decimal", vm).ok();
            self.decimal = Some(module.and_then(|module| module.get_attr("Decimal", vm).ok()));
        }
        match &self.decimal {
            Some(Some(class)) => match class.downcast_ref::<PyType>() {
                Some(class) => Ok(object.class().fast_issubclass(class)),
                None => Ok(false),
            },
            _ => Ok(false),
        }
    }

    /// Writes an object that says itself how; gives whether it does.
    fn by_method(&mut self, object: &PyObject) -> PyResult<bool> {
        let vm = self.vm;
        if let Ok(method) = object.get_attr("toDict", vm) {
            let result = method.call((), vm)?;
            let Some(dict) = result.downcast_ref::<PyDict>() else {
                return Err(vm.new_type_error(format!(
                    "toDict() should return a dict, got {}",
                    result.class().slot_name()
                )));
            };
            self.dict(dict)?;
        } else if let Ok(method) = object.get_attr("__json__", vm) {
            let result = method.call((), vm)?;
            if let Some(text) = result.downcast_ref::<PyStr>() {
                self.out.extend_from_slice(text.as_wtf8().as_bytes());
            } else if let Some(bytes) = result.downcast_ref::<PyBytes>() {
                self.out.extend_from_slice(bytes.as_bytes());
            } else {
                return Err(vm.new_type_error(format!(
                    "__json__() should return str or bytes, got {}",
                    result.class().slot_name()
                )));
            }
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn integer(&mut self, number: &PyInt) -> PyResult<()> {
        if let Ok(number) = i64::try_from(number.as_bigint()) {
            self.out.extend_from_slice(number.to_string().as_bytes());
        } else {
            // Of a subclass, what it prints as is not asked for.
            let plain: PyObjectRef = self.vm.ctx.new_int(number.as_bigint().clone()).into();
            let text = plain.str(self.vm)?;
            self.out.extend_from_slice(text.as_wtf8().as_bytes());
        }
        Ok(())
    }

    /// The shortest digits that read back the same, without an exponent from 0.0001 up to below 1e16.
    fn float(&mut self, number: f64) -> PyResult<()> {
        if !number.is_finite() {
            if !self.options.allows_nan {
                return Err(self.overflow("Invalid value when encoding double"));
            }
            let text: &[u8] = match number {
                f64::INFINITY => b"Infinity",
                f64::NEG_INFINITY => b"-Infinity",
                _ => b"NaN",
            };
            self.out.extend_from_slice(text);
        } else {
            let text = repr(number);
            if let Some((digits, exponent)) = text.split_once('e') {
                let (sign, magnitude) = exponent.split_at(1);
                let magnitude = magnitude.trim_start_matches('0');
                self.out.extend_from_slice(format!("{digits}e{sign}{magnitude}").as_bytes());
            } else {
                self.out.extend_from_slice(text.as_bytes());
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &[u8]) -> PyResult<()> {
        self.out.push(b'"');
        let pushed = self.escapes.push(text, &mut self.out);
        pushed.map_err(|message| self.overflow(message))?;
        self.out.push(b'"');
        Ok(())
    }

    fn line(&mut self) {
        if self.options.indent > 0 {
            self.out.push(b'\n');
            self.out.extend(std::iter::repeat_n(b' ', self.options.indent * self.level));
        }
    }

    fn sequence(&mut self, items: &[PyObjectRef]) -> PyResult<()> {
        self.out.push(b'[');
        for (at, item) in items.iter().enumerate() {
            self.begin(at);
            self.value(item)?;
            self.level -= 1;
        }
        self.end(b']', items.is_empty());
        Ok(())
    }

    /// Begins an item; its end is one level less.
    fn begin(&mut self, at: usize) {
        if at > 0 {
            self.out.extend_from_slice(&self.options.between_items);
        }
        self.level += 1;
        self.line();
    }

    fn end(&mut self, sign: u8, is_empty: bool) {
        if !is_empty {
            self.line();
        }
        self.out.push(sign);
    }

    fn dict(&mut self, dict: &Py<PyDict>) -> PyResult<()> {
        let vm = self.vm;
        let mut items = dict.items_vec();
        if self.options.sorts {
            let keys = items.iter().map(|(key, _)| key.clone()).collect();
            let keys = vm.ctx.new_list(keys);
            vm.call_method(keys.as_object(), "sort", ())?;
            let keys = keys.borrow_vec().to_vec();
            items.clear();
            for key in keys {
                let value = dict.get_item(&*key, vm)?;
                items.push((key, value));
            }
        }
        self.out.push(b'{');
        for (at, (key, value)) in items.iter().enumerate() {
            self.begin(at);
            self.key(key)?;
            self.out.extend_from_slice(&self.options.behind_keys);
            self.value(value)?;
            self.level -= 1;
        }
        self.end(b'}', items.is_empty());
        Ok(())
    }

    fn key(&mut self, key: &PyObject) -> PyResult<()> {
        let vm = self.vm;
        if let Some(text) = key.downcast_ref::<PyStr>() {
            self.text(text.as_wtf8().as_bytes())
        } else if let Some(bytes) = key.downcast_ref::<PyBytes>() {
            self.text(bytes.as_bytes())
        } else if key.is(&vm.ctx.true_value) {
            self.text(b"true")
        } else if key.is(&vm.ctx.false_value) {
            self.text(b"false")
        } else if vm.is_none(key) {
            self.text(b"null")
        } else {
            let text = key.str(vm)?;
            self.text(text.as_wtf8().as_bytes())
        }
    }
}
