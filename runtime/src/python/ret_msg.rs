//! Python objects to JSON text, as `json.dumps(value, ensure_ascii=False)` writes them
//! (docs/contract.md §1.6, §14).
//!
//! Two differences: NaN and the infinities are refused, as with `allow_nan=False`, because they are
//! not JSON. A lone surrogate, which UTF-8 cannot encode, is written as its `\u` escape.

use super::json_text::plain_run;
use malachite_bigint::BigInt;
use rustpython_vm::{
    AsObject, Py, PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyDict, PyFloat, PyInt, PyList, PyStr, PyTuple, PyTupleRef},
    literal::float::to_string,
};

/// Writes `value` as JSON text.
///
/// # Errors
/// The exception `json.dumps` would raise, with its message and notes.
pub(super) fn write(value: &PyObject, vm: &VirtualMachine) -> PyResult<String> {
    write_as(value, false, vm)
}

/// The same, but a `decimal.Decimal` is a number, as for handlers of Lambda's.
///
/// # Errors
/// As those of [`write`].
pub(super) fn write_with_decimals(value: &PyObject, vm: &VirtualMachine) -> PyResult<String> {
    write_as(value, true, vm)
}

fn write_as(value: &PyObject, decimals: bool, vm: &VirtualMachine) -> PyResult<String> {
    let mut writer = Writer { out: String::new(), open: Vec::new(), decimals, vm };
    writer.value(value)?;
    Ok(writer.out)
}

struct Writer<'a> {
    out: String,
    /// The containers that are being written, outermost first, by address.
    open: Vec<usize>,
    /// Whether decimals are numbers.
    decimals: bool,
    vm: &'a VirtualMachine,
}

impl Writer<'_> {
    fn value(&mut self, value: &PyObject) -> PyResult<()> {
        let vm = self.vm;
        if let Some(text) = value.downcast_ref::<PyStr>() {
            self.string(text);
        } else if vm.is_none(value) {
            self.out.push_str("null");
        } else if value.is(&vm.ctx.true_value) {
            self.out.push_str("true");
        } else if value.is(&vm.ctx.false_value) {
            self.out.push_str("false");
        } else if let Some(integer) = value.downcast_ref::<PyInt>() {
            self.integer(integer)?;
        } else if let Some(float) = value.downcast_ref::<PyFloat>() {
            self.float(float)?;
        } else if let Some(list) = value.downcast_ref::<PyList>() {
            // Read again at each step, because writing an item may run Python code that changes the
            // list.
            self.array(value, |index| list.borrow_vec().get(index).cloned())?;
        } else if let Some(tuple) = value.downcast_ref::<PyTuple>() {
            self.array(value, |index| tuple.as_slice().get(index).cloned())?;
        } else if let Some(dict) = value.downcast_ref::<PyDict>() {
            self.object(value, dict)?;
        } else if self.decimals && &*value.class().name() == "Decimal" {
            self.decimal(value)?;
        } else {
            return Err(vm.new_type_error(format!(
                "Object of type {} is not JSON serializable",
                value.class().name()
            )));
        }
        Ok(())
    }

    fn array(
        &mut self,
        container: &PyObject,
        item: impl Fn(usize) -> Option<PyObjectRef>,
    ) -> PyResult<()> {
        let Some(mut current) = item(0) else {
            self.out.push_str("[]");
            return Ok(());
        };
        self.out.push('[');
        self.nested(container, |writer| {
            let mut index = 0;
            loop {
                writer.value(&current).map_err(|error| {
                    let kind = container.class().name().to_string();
                    writer.noted(error, &format!("when serializing {kind} item {index}"))
                })?;
                index += 1;
                match item(index) {
                    Some(next) => current = next,
                    None => return Ok(()),
                }
                writer.out.push_str(", ");
            }
        })?;
        self.out.push(']');
        Ok(())
    }

    fn object(&mut self, container: &PyObject, dict: &Py<PyDict>) -> PyResult<()> {
        let items = self.items(container, dict)?;
        if items.is_empty() {
            self.out.push_str("{}");
            return Ok(());
        }
        self.out.push('{');
        self.nested(container, |writer| {
            for (index, (key, value)) in items.iter().enumerate() {
                if index > 0 {
                    writer.out.push_str(", ");
                }
                writer.key(key)?;
                writer.out.push_str(": ");
                writer.value(value).map_err(|error| {
                    let kind = container.class().name().to_string();
                    match key.repr(writer.vm) {
                        Ok(key) => {
                            writer.noted(error, &format!("when serializing {kind} item {key}"))
                        }
                        Err(_) => error,
                    }
                })?;
            }
            Ok(())
        })?;
        self.out.push('}');
        Ok(())
    }

    /// A subclass's own `items()` is honoured, as CPython does.
    fn items(
        &self,
        container: &PyObject,
        dict: &Py<PyDict>,
    ) -> PyResult<Vec<(PyObjectRef, PyObjectRef)>> {
        let vm = self.vm;
        if container.class().is(vm.ctx.types.dict_type) {
            return Ok(dict.items_vec());
        }
        let items = vm.call_method(container, "items", ())?;
        vm.extract_elements_with(&items, |item| {
            let pair: PyTupleRef = item.try_into_value(vm)?;
            match pair.as_slice() {
                [key, value] => Ok((key.clone(), value.clone())),
                _ => Err(vm.new_value_error("items must return 2-tuples")),
            }
        })
    }

    fn key(&mut self, key: &PyObject) -> PyResult<()> {
        let vm = self.vm;
        if let Some(text) = key.downcast_ref::<PyStr>() {
            self.string(text);
            return Ok(());
        }
        let scalar = vm.is_none(key)
            || key.downcast_ref::<PyInt>().is_some()
            || key.downcast_ref::<PyFloat>().is_some();
        if !scalar {
            return Err(vm.new_type_error(format!(
                "keys must be str, int, float, bool or None, not {}",
                key.class().name()
            )));
        }
        self.out.push('"');
        self.value(key)?;
        self.out.push('"');
        Ok(())
    }

    fn nested(
        &mut self,
        container: &PyObject,
        write: impl FnOnce(&mut Self) -> PyResult<()>,
    ) -> PyResult<()> {
        let address = container.get_id();
        if self.open.contains(&address) {
            return Err(self.vm.new_value_error("Circular reference detected"));
        }
        // The engine counts only calls of Python functions. CPython counts these too.
        if self.open.len() >= self.vm.recursion_limit.get() {
            return Err(self.vm.new_recursion_error(
                "maximum recursion depth exceeded while encoding a JSON object".to_owned(),
            ));
        }
        self.open.push(address);
        let vm = self.vm;
        let result = vm.with_recursion("while encoding a JSON object", || write(self));
        self.open.pop();
        result
    }

    fn integer(&mut self, integer: &Py<PyInt>) -> PyResult<()> {
        let value = integer.as_bigint();
        if let Ok(small) = i64::try_from(value) {
            self.out.push_str(itoa::Buffer::new().format(small));
            return Ok(());
        }
        let text = value.to_string();
        self.check_digits(value, &text)?;
        self.out.push_str(&text);
        Ok(())
    }

    /// Python refuses to convert integers of more than `sys.get_int_max_str_digits()`.
    fn check_digits(&self, value: &BigInt, text: &str) -> PyResult<()> {
        let limit = self.vm.state.int_max_str_digits.load();
        let digits = text.len() - usize::from(value.sign() == malachite_bigint::Sign::Minus);
        if limit > 0 && digits > limit {
            return Err(self.vm.new_value_error(format!(
                "Exceeds the limit ({limit} digits) for integer string conversion; use \
                 sys.set_int_max_str_digits() to increase the limit"
            )));
        }
        Ok(())
    }

    fn float(&mut self, float: &Py<PyFloat>) -> PyResult<()> {
        let value = float.to_f64();
        if !value.is_finite() {
            return Err(self.vm.new_value_error(format!(
                "Out of range float values are not JSON compliant: {}",
                to_string(value)
            )));
        }
        self.out.push_str(&to_string(value));
        Ok(())
    }

    fn decimal(&mut self, decimal: &PyObject) -> PyResult<()> {
        let text = decimal.str(self.vm)?;
        let text = text.to_string_lossy();
        if !text.ends_with(|last: char| last.is_ascii_digit()) || text.contains('N') {
            return Err(self.vm.new_value_error(format!(
                "Out of range float values are not JSON compliant: {text}"
            )));
        }
        self.out.push_str(&text);
        Ok(())
    }

    fn string(&mut self, text: &Py<PyStr>) {
        self.out.push('"');
        match text.to_str() {
            Some(text) => self.characters(text),
            None => {
                for code in text.as_wtf8().code_points() {
                    match code.to_char() {
                        Some(character) => self.characters(character.encode_utf8(&mut [0; 4])),
                        None => self.out.push_str(&format!("\\u{:04x}", code.to_u32())),
                    }
                }
            }
        }
        self.out.push('"');
    }

    fn characters(&mut self, mut text: &str) {
        loop {
            let (plain, rest) = text.split_at(plain_run(text.as_bytes()));
            self.out.push_str(plain);
            let Some(byte) = rest.bytes().next() else { return };
            match byte {
                b'"' => self.out.push_str("\\\""),
                b'\\' => self.out.push_str("\\\\"),
                b'\n' => self.out.push_str("\\n"),
                b'\r' => self.out.push_str("\\r"),
                b'\t' => self.out.push_str("\\t"),
                0x08 => self.out.push_str("\\b"),
                0x0c => self.out.push_str("\\f"),
                control => self.out.push_str(&format!("\\u{control:04x}")),
            }
            // A plain run ends at one byte of ASCII.
            text = &rest[1..];
        }
    }

    fn noted(&self, error: PyBaseExceptionRef, note: &str) -> PyBaseExceptionRef {
        // A thousand notes would not help with a value that nests too deep.
        if error.fast_isinstance(self.vm.ctx.exceptions.recursion_error) {
            return error;
        }
        // If a note cannot be added, the error is kept without it.
        let _ = error.add_note(self.vm.ctx.new_str(note), self.vm);
        error
    }
}
