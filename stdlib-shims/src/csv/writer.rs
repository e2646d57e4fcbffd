//! From fields to lines of text.

use super::{
    dialect::{Dialect, Quoting},
    module::error,
};
use rustpython_common::wtf8::{CodePoint, Wtf8, Wtf8Buf};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, Traverse, VirtualMachine,
    builtins::PyStr,
    protocol::{PyIterReturn, PyNumber},
    pyclass,
};

/// What calls a file's `write` with each record.
#[pyclass(name = "writer", module = "_csv", traverse)]
#[derive(Debug, PyPayload)]
pub(super) struct Writer {
    write: PyObjectRef,
    #[pymember]
    dialect: PyObjectRef,
    rules: PyRef<Dialect>,
}

impl Writer {
    pub(super) fn new(write: PyObjectRef, rules: PyRef<Dialect>) -> Self {
        Self { write, dialect: rules.clone().into(), rules }
    }
}

#[pyclass(flags(DISALLOW_INSTANTIATION, BASETYPE))]
impl Writer {
    #[pymethod]
    fn writerow(zelf: &Py<Self>, row: PyObjectRef, vm: &VirtualMachine) -> PyResult {
        let kind = row.class().name().to_string();
        let fields = row.get_iter(vm).map_err(|wrong| {
            if wrong.fast_isinstance(vm.ctx.exceptions.type_error) {
                return error(format!("iterable expected, not {kind}"), vm);
            }
            wrong
        })?;
        let mut line = Line { rules: &zelf.rules, vm, text: Wtf8Buf::new(), fields: 0 };
        let mut last_is_none = false;
        while let PyIterReturn::Return(field) = fields.next(vm)? {
            let text = field.downcast_ref::<PyStr>();
            last_is_none = vm.is_none(&field);
            let quoted = match zelf.rules.quoting {
                Quoting::Nonnumeric => !PyNumber::check(&field),
                Quoting::All => true,
                Quoting::Strings => text.is_some(),
                Quoting::Notnull => !last_is_none,
                Quoting::Minimal | Quoting::None => false,
            };
            if last_is_none {
                line.add(None, quoted)?;
            } else if let Some(text) = text {
                line.add(Some(text.as_wtf8()), quoted)?;
            } else {
                line.add(Some(field.str(vm)?.as_wtf8()), quoted)?;
            }
        }
        line.end(last_is_none)?;
        zelf.write.call((vm.ctx.new_str(line.text),), vm)
    }

    #[pymethod]
    fn writerows(zelf: &Py<Self>, rows: PyObjectRef, vm: &VirtualMachine) -> PyResult<()> {
        let rows = rows.get_iter(vm)?;
        while let PyIterReturn::Return(row) = rows.next(vm)? {
            Self::writerow(zelf, row, vm)?;
        }
        Ok(())
    }
}

/// A record that is being written.
struct Line<'a> {
    rules: &'a Dialect,
    vm: &'a VirtualMachine,
    text: Wtf8Buf,
    fields: usize,
}

impl Line<'_> {
    /// Adds a field: its text, or none for None.
    fn add(&mut self, field: Option<&Wtf8>, quoted: bool) -> PyResult<()> {
        let rules = self.rules;
        let mut quoted = quoted;
        let content = field.unwrap_or_default();
        if content.is_empty() && rules.delimiter == ' ' && rules.skips_space {
            if self.cannot_quote(field.is_none()) {
                let message = "empty field must be quoted if delimiter is a space and \
                               skipinitialspace is true";
                return Err(error(message, self.vm));
            }
            quoted = true;
        }
        if self.fields > 0 {
            self.text.push(rules.delimiter);
        }
        self.fields += 1;
        let special = |each: CodePoint| {
            each == rules.delimiter
                || Some(each) == rules.escape
                || Some(each) == rules.quote
                || each == '\n'
                || each == '\r'
                || rules.terminator.as_wtf8().code_points().any(|end| end == each)
        };
        if !content.code_points().any(special) {
            let quote = rules.quote.filter(|_| quoted);
            self.text.extend(quote);
            self.text.push_wtf8(content);
            self.text.extend(quote);
            return Ok(());
        }
        let mut escaped = Wtf8Buf::new();
        for each in content.code_points() {
            if special(each) {
                let is_escaped = if rules.quoting == Quoting::None {
                    true
                } else if Some(each) == rules.quote && rules.doubles_quotes {
                    escaped.push(each);
                    false
                } else {
                    Some(each) == rules.quote || Some(each) == rules.escape
                };
                if is_escaped {
                    let lacks = || error("need to escape, but no escapechar set", self.vm);
                    escaped.push(rules.escape.ok_or_else(lacks)?);
                } else {
                    quoted = true;
                }
            }
            escaped.push(each);
        }
        let quote = rules.quote.filter(|_| quoted);
        self.text.extend(quote);
        self.text.push_wtf8(&escaped);
        self.text.extend(quote);
        Ok(())
    }

    /// Whether an empty field is to be written without quotes, whatever comes of it.
    fn cannot_quote(&self, is_none: bool) -> bool {
        match self.rules.quoting {
            Quoting::None => true,
            Quoting::Strings | Quoting::Notnull => is_none,
            _ => false,
        }
    }

    fn end(&mut self, last_is_none: bool) -> PyResult<()> {
        if self.fields > 0 && self.text.is_empty() {
            if self.cannot_quote(last_is_none) {
                return Err(error("single empty field record must be quoted", self.vm));
            }
            self.fields -= 1;
            self.add(None, true)?;
        }
        self.text.push_wtf8(self.rules.terminator.as_wtf8());
        Ok(())
    }
}
