//! JSON text to Python objects, as Python's `json.loads` would give them.
//!
//! It does not use serde_json, which refuses escaped lone surrogates, and keeps integers beyond 64
//! bits only through a map. Here both are exact, and each value becomes a Python object as it is
//! read.

use super::json_text::plain_run;
use malachite_bigint::BigInt;
use rustpython_vm::{
    PyObjectRef, PyRef, VirtualMachine,
    builtins::PyStr,
    common::wtf8::{CodePoint, Wtf8Buf},
};
use std::{fmt, str::FromStr};

/// How deep an event may nest. Deeper values could not be printed or dumped by the
/// handler: the interpreter's own recursion limit is 1000.
const MAX_DEPTH: usize = 900;

/// An event that is not JSON: the platform's 400. The text is that of Python's `json.loads`, if it
/// has one for the case.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct InvalidEvent {
    pub message: String,
    /// Counted from 1, in lines ended by `\n`.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// Characters before the place.
    pub position: usize,
}

impl fmt::Display for InvalidEvent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, line, column, position } = self;
        write!(formatter, "{message}: line {line} column {column} (char {position})")
    }
}

impl std::error::Error for InvalidEvent {}

/// Reads a whole JSON text.
///
/// # Errors
/// The first place where `text` is not JSON, nests too deep, or is not UTF-8.
pub(super) fn read(text: &[u8], vm: &VirtualMachine) -> Result<PyObjectRef, InvalidEvent> {
    let text = match std::str::from_utf8(text) {
        Ok(text) => text,
        Err(error) => {
            let valid = String::from_utf8_lossy(&text[..error.valid_up_to()]);
            return Err(place("the text is not valid UTF-8".to_owned(), &valid, valid.len()));
        }
    };
    let mut reader = Reader { text, at: 0, depth: 0, keys: KeyCache::default(), vm };
    reader.document().map_err(|Problem { message, at }| place(message, text, at))
}

struct Problem {
    message: String,
    /// Bytes before the place.
    at: usize,
}

fn place(message: String, text: &str, at: usize) -> InvalidEvent {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    InvalidEvent {
        message,
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
        position: before.chars().count(),
    }
}

struct Reader<'a> {
    text: &'a str,
    /// Bytes read.
    at: usize,
    depth: usize,
    keys: KeyCache,
    vm: &'a VirtualMachine,
}

impl Reader<'_> {
    fn document(&mut self) -> Result<PyObjectRef, Problem> {
        if self.text.starts_with('\u{feff}') {
            return Err(self.problem("Unexpected UTF-8 BOM (decode using utf-8-sig)"));
        }
        self.skip_space();
        let value = self.value()?;
        self.skip_space();
        if self.at < self.text.len() {
            return Err(self.problem("Extra data"));
        }
        Ok(value)
    }

    fn value(&mut self) -> Result<PyObjectRef, Problem> {
        match self.peek() {
            Some(b'"') => self.string().map(Into::into),
            Some(b'{') => self.nested(Self::object),
            Some(b'[') => self.nested(Self::array),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", |vm| vm.ctx.true_value.clone().into()),
            Some(b'f') => self.word("false", |vm| vm.ctx.false_value.clone().into()),
            Some(b'n') => self.word("null", |vm| vm.ctx.none()),
            Some(b'N' | b'I') => Err(self.not_a_number()),
            _ => Err(self.problem("Expecting value")),
        }
    }

    fn nested(
        &mut self,
        read: fn(&mut Self) -> Result<PyObjectRef, Problem>,
    ) -> Result<PyObjectRef, Problem> {
        if self.depth == MAX_DEPTH {
            return Err(self.problem(&format!("the value nests deeper than {MAX_DEPTH} levels")));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Result<PyObjectRef, Problem> {
        let dict = self.vm.ctx.new_dict();
        self.at += 1;
        self.skip_space();
        if self.take(b'}') {
            return Ok(dict.into());
        }
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.problem("Expecting property name enclosed in double quotes"));
            }
            let key = self.key()?;
            self.skip_space();
            if !self.take(b':') {
                return Err(self.problem("Expecting ':' delimiter"));
            }
            self.skip_space();
            let value = self.value()?;
            // Only a key's own __hash__ or __eq__ can fail here, and a str's cannot.
            let stored = dict.inner_setitem(&*key, value, self.vm);
            debug_assert!(stored.is_ok());
            self.skip_space();
            if self.take(b'}') {
                return Ok(dict.into());
            }
            self.comma(b'}', "object")?;
        }
    }

    fn array(&mut self) -> Result<PyObjectRef, Problem> {
        let mut items = Vec::new();
        self.at += 1;
        self.skip_space();
        if self.take(b']') {
            return Ok(self.vm.ctx.new_list(items).into());
        }
        loop {
            items.push(self.value()?);
            self.skip_space();
            if self.take(b']') {
                return Ok(self.vm.ctx.new_list(items).into());
            }
            self.comma(b']', "array")?;
        }
    }

    /// Takes the comma between two items, and refuses one before the closing bracket.
    fn comma(&mut self, closing: u8, container: &str) -> Result<(), Problem> {
        let comma = self.at;
        if !self.take(b',') {
            return Err(self.problem("Expecting ',' delimiter"));
        }
        self.skip_space();
        if self.peek() == Some(closing) {
            let message = format!("Illegal trailing comma before end of {container}");
            return Err(Problem { message, at: comma });
        }
        Ok(())
    }

    fn key(&mut self) -> Result<PyRef<PyStr>, Problem> {
        let start = self.at + 1;
        let end = start + plain_run(&self.text.as_bytes()[start..]);
        if self.text.as_bytes().get(end) != Some(&b'"') {
            return self.string();
        }
        self.at = end + 1;
        Ok(self.keys.get(&self.text[start..end], self.vm))
    }

    fn string(&mut self) -> Result<PyRef<PyStr>, Problem> {
        let start = self.at + 1;
        let bytes = self.text.as_bytes();
        let end = start + plain_run(&bytes[start..]);
        if bytes.get(end) == Some(&b'"') {
            self.at = end + 1;
            return Ok(self.vm.ctx.new_str(&self.text[start..end]));
        }
        self.string_with_escapes(start, end)
    }

    /// A string from `start`, of which the part up to `plain` is known to hold no escape.
    fn string_with_escapes(&mut self, start: usize, plain: usize) -> Result<PyRef<PyStr>, Problem> {
        let bytes = self.text.as_bytes();
        let unterminated =
            || Problem { message: "Unterminated string starting at".to_owned(), at: start - 1 };
        let mut value = Wtf8Buf::with_capacity(plain - start + 16);
        value.push_str(&self.text[start..plain]);
        let mut at = plain;
        loop {
            match *bytes.get(at).ok_or_else(unterminated)? {
                b'"' => {
                    self.at = at + 1;
                    return Ok(self.vm.ctx.new_str(value));
                }
                b'\\' => {
                    let escape = *bytes.get(at + 1).ok_or_else(unterminated)?;
                    at += 2;
                    let plain = match escape {
                        b'"' | b'\\' | b'/' => escape as char,
                        b'b' => '\u{8}',
                        b'f' => '\u{c}',
                        b'n' => '\n',
                        b'r' => '\r',
                        b't' => '\t',
                        b'u' => {
                            let (code, after) = self.escaped_code_point(at)?;
                            value.push(code);
                            at = after;
                            continue;
                        }
                        _ => {
                            let message = "Invalid \\escape".to_owned();
                            return Err(Problem { message, at: at - 2 });
                        }
                    };
                    value.push_char(plain);
                }
                byte if byte < 0x20 => {
                    return Err(Problem { message: "Invalid control character at".to_owned(), at });
                }
                _ => {
                    let end = at + plain_run(&bytes[at..]);
                    value.push_str(&self.text[at..end]);
                    at = end;
                }
            }
        }
    }

    /// The code point of a `\u` escape whose digits start at `at`, and where it ends. A surrogate
    /// pair is one character. A lone surrogate stays one.
    fn escaped_code_point(&self, at: usize) -> Result<(CodePoint, usize), Problem> {
        let bytes = self.text.as_bytes();
        let high = four_hex_digits(bytes, at)
            .ok_or_else(|| Problem { message: "Invalid \\uXXXX escape".to_owned(), at: at - 1 })?;
        if (0xD800..0xDC00).contains(&high)
            && bytes[at + 4..].starts_with(b"\\u")
            && let Some(low) = four_hex_digits(bytes, at + 6)
            && (0xDC00..0xE000).contains(&low)
        {
            let code = 0x10000 + (u32::from(high - 0xD800) << 10) + u32::from(low - 0xDC00);
            let pair = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
            return Ok((pair.into(), at + 10));
        }
        Ok((CodePoint::from(high), at + 4))
    }

    fn number(&mut self) -> Result<PyObjectRef, Problem> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let mut at = start + usize::from(bytes[start] == b'-');
        let mut magnitude: u64 = 0;
        let first = at;
        match bytes.get(at) {
            Some(b'0') => at += 1,
            Some(b'1'..=b'9') => {
                while let Some(digit @ b'0'..=b'9') = bytes.get(at) {
                    magnitude = magnitude.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
                    at += 1;
                }
            }
            Some(b'I') => return Err(self.not_a_number()),
            _ => return Err(self.problem("Expecting value")),
        }
        let integer = at;
        if bytes.get(at) == Some(&b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
            at = skip_digits(bytes, at + 1);
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
            if bytes.get(at + 1 + sign).is_some_and(u8::is_ascii_digit) {
                at = skip_digits(bytes, at + 1 + sign);
            }
        }
        self.at = at;
        let text = &self.text[start..at];
        if at > integer {
            // Rust parses every such text. A number that is too large is infinity, as in Python.
            let value = f64::from_str(text).unwrap_or(f64::NAN);
            return Ok(self.vm.ctx.new_float(value).into());
        }
        // Eighteen digits fit an i64 whatever they are.
        if integer - first <= 18 {
            let magnitude = magnitude.cast_signed();
            let value = if first > start { -magnitude } else { magnitude };
            return Ok(self.vm.ctx.new_int(value).into());
        }
        let value = BigInt::from_str(text).unwrap_or_default();
        Ok(self.vm.ctx.new_bigint(&value).into())
    }

    fn word(
        &mut self,
        word: &str,
        value: fn(&VirtualMachine) -> PyObjectRef,
    ) -> Result<PyObjectRef, Problem> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.problem("Expecting value"));
        }
        self.at += word.len();
        Ok(value(self.vm))
    }

    /// Python's reader accepts these words. The platform's reader, which is not Python, does not.
    fn not_a_number(&self) -> Problem {
        let rest = &self.text[self.at..];
        match ["NaN", "Infinity", "-Infinity"].into_iter().find(|word| rest.starts_with(word)) {
            Some(word) => self.problem(&format!("{word} is not JSON")),
            None => self.problem("Expecting value"),
        }
    }

    fn problem(&self, message: &str) -> Problem {
        Problem { message: message.to_owned(), at: self.at }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
        }
    }
}

/// Keys repeat from object to object. The same text becomes the same Python string, which is
/// created and hashed once.
struct KeyCache {
    slots: Vec<Option<PyRef<PyStr>>>,
}

impl Default for KeyCache {
    fn default() -> Self {
        Self { slots: vec![None; Self::SLOTS] }
    }
}

impl KeyCache {
    const SLOTS: usize = 256;
    const LONGEST: usize = 64;

    /// How many slots a key may be in, from its own on.
    const PLACES: usize = 4;

    fn get(&mut self, key: &str, vm: &VirtualMachine) -> PyRef<PyStr> {
        if key.len() > Self::LONGEST {
            return vm.ctx.new_str(key);
        }
        let hash = key.bytes().fold(key.len() as u32, |hash, byte| {
            (hash.rotate_left(5) ^ u32::from(byte)).wrapping_mul(0x9E37_79B1)
        });
        for place in 0..Self::PLACES {
            match &mut self.slots[((hash >> 24) as usize + place) % Self::SLOTS] {
                Some(known) if known.as_bytes() == key.as_bytes() => return known.clone(),
                Some(_) => {}
                empty => return empty.insert(vm.ctx.new_str(key)).clone(),
            }
        }
        vm.ctx.new_str(key)
    }
}

fn skip_digits(bytes: &[u8], from: usize) -> usize {
    from + bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count()
}

fn four_hex_digits(bytes: &[u8], at: usize) -> Option<u16> {
    bytes
        .get(at..at + 4)?
        .iter()
        .try_fold(0, |value, digit| Some(value << 4 | (*digit as char).to_digit(16)? as u16))
}
