//! From lines of text to fields.

use super::{
    dialect::{Dialect, Quoting},
    module::{error, field_limit},
};
use rustpython_common::{
    lock::PyMutex,
    wtf8::{CodePoint, Wtf8, Wtf8Buf},
};
use rustpython_vm::{
    AsObject, Py, PyObjectRef, PyPayload, PyRef, PyResult, Traverse, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyStr},
    protocol::{PyIter, PyIterReturn},
    pyclass,
    types::{IterNext, Iterable, SelfIter},
};
use std::sync::atomic::{AtomicU64, Ordering};

/// An iterator of records, each of the lines that it takes.
#[pyclass(name = "reader", module = "_csv", traverse)]
#[derive(Debug, PyPayload)]
pub(super) struct Reader {
    lines: PyIter,
    #[pymember]
    dialect: PyObjectRef,
    rules: PyRef<Dialect>,
    #[pymember(name = "line_num")]
    #[pytraverse(skip)]
    line: AtomicU64,
    /// How many records were asked for: who takes lines may ask for one meanwhile.
    #[pytraverse(skip)]
    turn: PyMutex<usize>,
    /// By byte: whether it may be more than a field's content. A byte of a character that is not
    /// ASCII may be where the dialect has such a character.
    #[pytraverse(skip)]
    special: Box<[bool; 256]>,
}

impl Reader {
    pub(super) fn new(lines: PyIter, rules: PyRef<Dialect>) -> Self {
        let dialect = rules.clone().into();
        let special = Box::new(special_bytes(&rules));
        Self { lines, dialect, rules, line: AtomicU64::new(0), turn: PyMutex::new(0), special }
    }
}

fn special_bytes(rules: &Dialect) -> [bool; 256] {
    let mut special = [false; 256];
    let named = [Some(rules.delimiter), rules.quote, rules.escape];
    let newlines = ['\r', '\n'].map(CodePoint::from);
    for character in newlines.into_iter().chain(named.into_iter().flatten()) {
        match u8::try_from(character.to_u32()) {
            Ok(byte) if byte.is_ascii() => special[usize::from(byte)] = true,
            _ => special[0x80..].fill(true),
        }
    }
    special
}

#[pyclass(with(IterNext, Iterable), flags(DISALLOW_INSTANTIATION, BASETYPE))]
impl Reader {}

impl SelfIter for Reader {}

impl IterNext for Reader {
    fn next(zelf: &Py<Self>, vm: &VirtualMachine) -> PyResult<PyIterReturn> {
        let turn = {
            let mut turn = zelf.turn.lock();
            *turn += 1;
            *turn
        };
        let mut record = Record::new(&zelf.rules, vm);
        loop {
            let next = zelf.lines.next(vm)?;
            if *zelf.turn.lock() != turn {
                return Err(error("iterator has already advanced the reader", vm));
            }
            let PyIterReturn::Return(line) = next else {
                if !record.has_begun_field() {
                    return Ok(next);
                }
                if zelf.rules.is_strict {
                    return Err(error("unexpected end of data", vm));
                }
                record.end_field()?;
                break;
            };
            let Some(line) = line.downcast_ref::<PyStr>() else {
                let kind = line.class().name().to_string();
                let message = format!(
                    "iterator should return strings, not {kind} (the file should be opened in \
                     text mode)"
                );
                return Err(error(message, vm));
            };
            zelf.line.fetch_add(1, Ordering::Relaxed);
            record.take_line(line.as_wtf8(), &zelf.special)?;
            record.take(None)?;
            if record.state == RecordState::StartOfRecord {
                break;
            }
        }
        Ok(PyIterReturn::Return(vm.ctx.new_list(record.fields).into()))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RecordState {
    StartOfRecord,
    StartOfField,
    Escaped,
    AfterEscapedNewline,
    InField,
    InQuotes,
    EscapedInQuotes,
    /// After a quote within quotes: it ends them, or is the first of two.
    AfterQuote,
    AfterNewline,
}

/// A record that is being read.
struct Record<'a> {
    rules: &'a Dialect,
    vm: &'a VirtualMachine,
    state: RecordState,
    fields: Vec<PyObjectRef>,
    field: Wtf8Buf,
    /// The characters of `field`.
    length: isize,
    limit: isize,
    has_quotes: bool,
}

impl<'a> Record<'a> {
    fn new(rules: &'a Dialect, vm: &'a VirtualMachine) -> Self {
        Self {
            rules,
            vm,
            state: RecordState::StartOfRecord,
            fields: Vec::new(),
            field: Wtf8Buf::new(),
            length: 0,
            limit: field_limit(),
            has_quotes: false,
        }
    }

    fn has_begun_field(&self) -> bool {
        self.length > 0 || self.state == RecordState::InQuotes
    }

    /// Takes the characters of a line: those that are content alone at once.
    fn take_line(&mut self, line: &Wtf8, special: &[bool; 256]) -> PyResult<()> {
        let bytes = line.as_bytes();
        let mut start = 0;
        let mut characters = line.code_points();
        while start < bytes.len() {
            let rest = &bytes[start..];
            let is_special = |byte: &u8| special[usize::from(*byte)];
            if !is_special(&rest[0]) && self.takes_content(rest[0]) {
                let end = start + rest.iter().position(is_special).unwrap_or(rest.len());
                self.add_run(&line[start..end])?;
                characters = line[end..].code_points();
                start = end;
            } else if let Some(character) = characters.next() {
                self.take(Some(character))?;
                start += character.len_wtf8();
            } else {
                break;
            }
        }
        Ok(())
    }

    /// Whether what is not special, and begins with this byte, is a field's content as it is.
    fn takes_content(&mut self, first: u8) -> bool {
        match self.state {
            RecordState::InField | RecordState::InQuotes | RecordState::AfterEscapedNewline => true,
            RecordState::StartOfRecord | RecordState::StartOfField if first != b' ' => {
                self.state = RecordState::StartOfField;
                self.start_quotes(false);
                self.state = RecordState::InField;
                true
            }
            _ => false,
        }
    }

    fn add_run(&mut self, run: &Wtf8) -> PyResult<()> {
        let is_first = |byte: &&u8| **byte & 0xc0 != 0x80;
        let length = run.as_bytes().iter().filter(is_first).count().cast_signed();
        if length > self.limit - self.length {
            return Err(self.too_large());
        }
        self.field.push_wtf8(run);
        self.length += length;
        Ok(())
    }

    fn too_large(&self) -> PyBaseExceptionRef {
        error(format!("field larger than field limit ({})", self.limit), self.vm)
    }

    /// Takes a character, or the end of a line.
    #[inline]
    fn take(&mut self, character: Option<CodePoint>) -> PyResult<()> {
        let rules = self.rules;
        let is_newline = |character: CodePoint| character == '\n' || character == '\r';
        let is_quote =
            |character: CodePoint| rules.quoting != Quoting::None && rules.quote == Some(character);
        if self.state == RecordState::StartOfRecord {
            match character {
                None => return Ok(()),
                Some(newline) if is_newline(newline) => {
                    self.state = RecordState::AfterNewline;
                    return Ok(());
                }
                _ => self.state = RecordState::StartOfField,
            }
        }
        match (self.state, character) {
            (RecordState::InQuotes, None) | (RecordState::AfterEscapedNewline, None) => {}
            (RecordState::Escaped, None) => {
                self.add('\n'.into())?;
                self.state = RecordState::InField;
            }
            (RecordState::EscapedInQuotes, None) => {
                self.add('\n'.into())?;
                self.state = RecordState::InQuotes;
            }
            (RecordState::AfterNewline, None) => self.state = RecordState::StartOfRecord,
            (_, None) => {
                self.start_quotes(false);
                self.end_field()?;
                self.state = RecordState::StartOfRecord;
            }
            (RecordState::StartOfField, Some(character)) => {
                self.start_quotes(false);
                if is_newline(character) {
                    self.end_field()?;
                    self.state = RecordState::AfterNewline;
                } else if is_quote(character) {
                    self.start_quotes(true);
                    self.state = RecordState::InQuotes;
                } else if rules.escape == Some(character) {
                    self.state = RecordState::Escaped;
                } else if character == ' ' && rules.skips_space {
                } else if character == rules.delimiter {
                    self.end_field()?;
                } else {
                    self.add(character)?;
                    self.state = RecordState::InField;
                }
            }
            (RecordState::Escaped, Some(character)) => {
                self.add(character)?;
                self.state = if is_newline(character) {
                    RecordState::AfterEscapedNewline
                } else {
                    RecordState::InField
                };
            }
            // After an escaped newline, the line's end is none until the field ends.
            (RecordState::AfterEscapedNewline | RecordState::InField, Some(character)) => {
                if is_newline(character) {
                    self.end_field()?;
                    self.state = RecordState::AfterNewline;
                } else if rules.escape == Some(character) {
                    self.state = RecordState::Escaped;
                } else if character == rules.delimiter {
                    self.end_field()?;
                    self.state = RecordState::StartOfField;
                } else {
                    self.add(character)?;
                }
            }
            (RecordState::InQuotes, Some(character)) => {
                if rules.escape == Some(character) {
                    self.state = RecordState::EscapedInQuotes;
                } else if is_quote(character) {
                    self.state = if rules.doubles_quotes {
                        RecordState::AfterQuote
                    } else {
                        RecordState::InField
                    };
                } else {
                    self.add(character)?;
                }
            }
            (RecordState::EscapedInQuotes, Some(character)) => {
                self.add(character)?;
                self.state = RecordState::InQuotes;
            }
            (RecordState::AfterQuote, Some(character)) => {
                if is_quote(character) {
                    self.add(character)?;
                    self.state = RecordState::InQuotes;
                } else if character == rules.delimiter {
                    self.end_field()?;
                    self.state = RecordState::StartOfField;
                } else if is_newline(character) {
                    self.end_field()?;
                    self.state = RecordState::AfterNewline;
                } else if !rules.is_strict {
                    self.add(character)?;
                    self.state = RecordState::InField;
                } else {
                    let shown = |character: CodePoint| {
                        character.to_char().unwrap_or(char::REPLACEMENT_CHARACTER)
                    };
                    let quote = rules.quote.map_or('\0', shown);
                    let message = format!("'{}' expected after '{quote}'", shown(rules.delimiter));
                    return Err(error(message, self.vm));
                }
            }
            (RecordState::AfterNewline, Some(character)) if is_newline(character) => {}
            (RecordState::AfterNewline, Some(_)) => {
                let message = "new-line character seen in unquoted field - do you need to open \
                               the file with newline=''?";
                return Err(error(message, self.vm));
            }
            // It was left above.
            (RecordState::StartOfRecord, Some(_)) => {}
        }
        Ok(())
    }

    /// Notes, at a field's start, whether it begins with a quote.
    fn start_quotes(&mut self, has_quotes: bool) {
        if self.state == RecordState::StartOfField {
            self.has_quotes = has_quotes;
        }
    }

    #[inline]
    fn add(&mut self, character: CodePoint) -> PyResult<()> {
        if self.length >= self.limit {
            return Err(self.too_large());
        }
        self.field.push(character);
        self.length += 1;
        Ok(())
    }

    fn end_field(&mut self) -> PyResult<()> {
        let text = std::mem::take(&mut self.field);
        let is_empty = std::mem::take(&mut self.length) == 0;
        let vm = self.vm;
        let field: PyObjectRef = match self.rules.quoting {
            Quoting::Notnull | Quoting::Strings if is_empty && !self.has_quotes => vm.ctx.none(),
            Quoting::Nonnumeric | Quoting::Strings if !is_empty && !self.has_quotes => {
                let text: PyObjectRef = vm.ctx.new_str(text).into();
                vm.ctx.types.float_type.as_object().call((text,), vm)?
            }
            _ => vm.ctx.new_str(text).into(),
        };
        self.fields.push(field);
        Ok(())
    }
}
