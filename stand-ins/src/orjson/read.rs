//! `loads`.

use super::NAME;
use rustpython_vm::{
    PyObject, PyObjectRef, PyResult, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyByteArray, PyBytes, PyMemoryView, PyStr, PyStrRef},
};
use std::collections::HashMap;

/// How deep arrays and objects may be nested.
const DEPTH: usize = 1024;

/// Keys up to this length are made once.
const SHORT_KEY: usize = 64;

struct Problem {
    message: &'static str,
    /// The byte where it is.
    at: usize,
}

type Read<T> = Result<T, Problem>;

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    keys: HashMap<&'a str, PyStrRef>,
    vm: &'a VirtualMachine,
}

/// The value of a JSON text.
pub(super) fn loads(input: &PyObject, vm: &VirtualMachine) -> PyResult {
    const NOT_UTF_8: &str = "str is not valid UTF-8: surrogates not allowed";
    let read = |bytes: &[u8]| {
        if bytes.is_empty() {
            return Err(error("Input is a zero-length, empty document", "", 0, vm));
        }
        let Ok(text) = std::str::from_utf8(bytes) else { return Err(error(NOT_UTF_8, "", 0, vm)) };
        let keys = HashMap::new();
        let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, depth: 0, keys, vm };
        reader.document().map_err(|problem| {
            let before = text.get(..problem.at).unwrap_or(text);
            error(problem.message, text, before.chars().count(), vm)
        })
    };
    if let Some(text) = input.downcast_ref::<PyStr>() {
        return match text.to_str() {
            Some(text) => read(text.as_bytes()),
            None => Err(error(NOT_UTF_8, "", 0, vm)),
        };
    }
    let is_buffer = input.downcast_ref::<PyBytes>().is_some()
        || input.downcast_ref::<PyByteArray>().is_some()
        || input.downcast_ref::<PyMemoryView>().is_some();
    if !is_buffer {
        return Err(error("Input must be bytes, bytearray, memoryview, or str", "", 0, vm));
    }
    input.try_bytes_like(vm, |bytes| read(bytes))?
}

fn error(message: &str, text: &str, position: usize, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let made = vm
        .import(NAME, 0)
        .and_then(|_| vm.sys_module.get_attr("modules", vm)?.get_item(NAME, vm))
        .and_then(|module| module.get_attr("JSONDecodeError", vm))
        .and_then(|class| class.call((message.to_owned(), text.to_owned(), position), vm));
    match made.map(|made| made.downcast()) {
        Ok(Ok(error)) => error,
        Ok(Err(_)) => vm.new_value_error(message.to_owned()),
        Err(error) => error,
    }
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Read<PyObjectRef> {
        if self.bytes.starts_with("\u{feff}".as_bytes()) {
            return self.problem("UTF-8 byte order mark (BOM) is not supported", 0);
        }
        self.skip_space();
        if self.at == self.bytes.len() {
            return self.problem("input data is empty", 0);
        }
        let value = self.value()?;
        self.skip_space();
        match self.at == self.bytes.len() {
            true => Ok(value),
            false => self.problem("unexpected content after document", self.at),
        }
    }

    fn problem<T>(&self, message: &'static str, at: usize) -> Read<T> {
        Err(Problem { message, at })
    }

    fn ended<T>(&self) -> Read<T> {
        self.problem("unexpected end of data", self.bytes.len())
    }

    /// What is wrong here, if it is not that the text ends.
    fn wrong<T>(&self, message: &'static str) -> Read<T> {
        if self.at >= self.bytes.len() { self.ended() } else { self.problem(message, self.at) }
    }

    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn skip_space(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Read<PyObjectRef> {
        let vm = self.vm;
        match self.peek() {
            b'"' => {
                let text = self.string()?;
                Ok(match text {
                    Text::Plain(text) => vm.ctx.new_str(text).into(),
                    Text::Made(text) => vm.ctx.new_str(text).into(),
                })
            }
            b'{' => self.object(),
            b'[' => self.array(),
            b'0'..=b'9' | b'-' | b'+' | b'.' => self.number(),
            b't' => self.literal(
                "true",
                "invalid literal, expected 'true'",
                vm.ctx.new_bool(true).into(),
            ),
            b'f' => self.literal(
                "false",
                "invalid literal, expected 'false'",
                vm.ctx.new_bool(false).into(),
            ),
            b'n' => self.literal("null", "invalid literal, expected 'null'", vm.ctx.none()),
            _ => self.wrong("unexpected character, expected a JSON value"),
        }
    }

    fn literal(
        &mut self,
        word: &str,
        message: &'static str,
        value: PyObjectRef,
    ) -> Read<PyObjectRef> {
        let rest = &self.bytes[self.at..];
        if rest.starts_with(word.as_bytes()) {
            self.at += word.len();
            return Ok(value);
        }
        if word.as_bytes().starts_with(rest) {
            self.ended()
        } else {
            self.problem(message, self.at)
        }
    }

    fn deeper(&mut self) -> Read<()> {
        self.at += 1;
        self.depth += 1;
        if self.depth > DEPTH {
            return self.problem("depth limit exceeded", self.at);
        }
        self.skip_space();
        Ok(())
    }

    /// Reads what is behind an item: true if another one follows, false at the end.
    #[inline]
    fn goes_on(&mut self, end: u8, wrong: &'static str) -> Read<bool> {
        let here = self.at;
        match self.peek() {
            b',' => {
                self.at += 1;
                self.skip_space();
                if self.peek() == end {
                    return self.problem("trailing comma is not allowed", here);
                }
                Ok(true)
            }
            byte if byte == end => {
                self.at += 1;
                Ok(false)
            }
            _ => self.wrong(wrong),
        }
    }

    fn array(&mut self) -> Read<PyObjectRef> {
        self.deeper()?;
        let mut values = Vec::new();
        if self.peek() == b']' {
            self.at += 1;
        } else {
            loop {
                values.push(self.value()?);
                self.skip_space();
                if !self.goes_on(b']', "unexpected character, expected ',' or ']'")? {
                    break;
                }
            }
        }
        self.depth -= 1;
        Ok(self.vm.ctx.new_list(values).into())
    }

    fn object(&mut self) -> Read<PyObjectRef> {
        self.deeper()?;
        let object = self.vm.ctx.new_dict();
        if self.peek() == b'}' {
            self.at += 1;
        } else {
            loop {
                let key = self.key()?;
                self.skip_space();
                if self.peek() != b':' {
                    return self.wrong("unexpected character, expected ':' after key");
                }
                self.at += 1;
                self.skip_space();
                let value = self.value()?;
                // Nothing is refused as a key that is a text.
                let _ = object.set_item(&*key, value, self.vm);
                self.skip_space();
                if !self.goes_on(b'}', "unexpected character, expected ',' or '}'")? {
                    break;
                }
            }
        }
        self.depth -= 1;
        Ok(object.into())
    }

    fn key(&mut self) -> Read<PyStrRef> {
        if self.peek() != b'"' {
            return self.wrong("unexpected character, expected a string key");
        }
        let vm = self.vm;
        match self.string()? {
            Text::Plain(text) if text.len() <= SHORT_KEY => {
                Ok(self.keys.entry(text).or_insert_with(|| vm.ctx.new_str(text)).clone())
            }
            Text::Plain(text) => Ok(vm.ctx.new_str(text)),
            Text::Made(text) => Ok(vm.ctx.new_str(text)),
        }
    }

    fn string(&mut self) -> Read<Text<'a>> {
        let start = self.at + 1;
        self.at = start;
        self.run();
        if self.peek() == b'"' {
            let text = &self.text[start..self.at];
            self.at += 1;
            return Ok(Text::Plain(text));
        }
        let mut made = self.text[start..self.at].to_owned();
        loop {
            match self.bytes.get(self.at) {
                None => return self.ended(),
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Text::Made(made));
                }
                Some(b'\\') => made.push(self.escape()?),
                Some(_) => {
                    return self.problem("unexpected control character in string", self.at);
                }
            }
            let run = self.at;
            self.run();
            made.push_str(&self.text[run..self.at]);
        }
    }

    /// Goes to the next byte that is not itself.
    fn run(&mut self) {
        let rest = &self.bytes[self.at..];
        let ends = |byte: &u8| *byte < b' ' || matches!(byte, b'"' | b'\\');
        self.at += rest.iter().position(ends).unwrap_or(rest.len());
    }

    fn escape(&mut self) -> Read<char> {
        let start = self.at;
        let Some(kind) = self.bytes.get(start + 1) else { return self.ended() };
        self.at += 2;
        Ok(match kind {
            b'"' | b'\\' | b'/' => char::from(*kind),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let high = self.hexadecimal(start, "invalid escaped sequence in string")?;
                if (0xdc00..0xe000).contains(&high) {
                    return self.problem("invalid high surrogate in string", start);
                }
                if !(0xd800..0xdc00).contains(&high) {
                    return Ok(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                if self.bytes.get(self.at..self.at + 2) != Some(b"\\u") {
                    if self.at >= self.bytes.len() {
                        return self.ended();
                    }
                    return self.problem("no low surrogate in string", start);
                }
                self.at += 2;
                let low = self.hexadecimal(start, "invalid escape in string")?;
                if !(0xdc00..0xe000).contains(&low) {
                    return self.problem("invalid low surrogate in string", start);
                }
                let code = 0x1_0000 + ((high - 0xd800) << 10 | (low - 0xdc00));
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return self.problem("invalid escaped sequence in string", start),
        })
    }

    fn hexadecimal(&mut self, start: usize, message: &'static str) -> Read<u32> {
        let digits = self.text.get(self.at..self.at + 4);
        let digits = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let number = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        match number {
            Some(number) => {
                self.at += 4;
                Ok(number)
            }
            None if self.bytes[self.at..].iter().all(u8::is_ascii_hexdigit)
                && message == "invalid escaped sequence in string" =>
            {
                self.ended()
            }
            None => self.problem(message, start),
        }
    }

    fn digits(&mut self) -> usize {
        let rest = &self.bytes[self.at..];
        let count = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        self.at += count;
        count
    }

    fn number(&mut self) -> Read<PyObjectRef> {
        let start = self.at;
        if self.peek() == b'-' {
            self.at += 1;
        }
        let first = self.at;
        if self.digits() == 0 {
            return self.wrong("no digit after sign");
        }
        if self.bytes[first] == b'0' && self.at - first > 1 {
            return self.problem("number with leading zero is not allowed", first);
        }
        let mut is_float = false;
        if self.peek() == b'.' {
            is_float = true;
            self.at += 1;
            if self.digits() == 0 {
                return self.wrong("no digit after decimal point");
            }
        }
        if matches!(self.peek(), b'e' | b'E') {
            is_float = true;
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            if self.digits() == 0 {
                return self.wrong("no digit after exponent sign");
            }
        }
        let text = &self.text[start..self.at];
        if !is_float {
            if let Ok(number) = text.parse::<i64>() {
                return Ok(self.vm.ctx.new_int(number).into());
            }
            if let Ok(number) = text.parse::<u64>() {
                return Ok(self.vm.ctx.new_int(number).into());
            }
        }
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(self.vm.ctx.new_float(number).into()),
            _ => self.problem("number is infinity when parsed as double", start),
        }
    }
}

enum Text<'a> {
    /// As it stands there.
    Plain(&'a str),
    Made(String),
}
