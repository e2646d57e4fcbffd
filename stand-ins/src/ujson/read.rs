//! `loads`.

use super::NAME;
use rustpython_common::wtf8::{CodePoint, Wtf8Buf};
use rustpython_vm::{
    AsObject, PyObject, PyObjectRef, PyResult, TryFromBorrowedObject, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyByteArray, PyBytes, PyStr, PyStrRef},
    protocol::PyBuffer,
};
use std::collections::HashMap;

/// How deep arrays and objects may be nested.
const DEPTH: usize = 1024;

/// Keys up to this length are made once.
const SHORT_KEY: usize = 64;

/// Why reading stops.
enum ReadError {
    Wrong(&'static str),
    Raised(PyBaseExceptionRef),
}

type Read<T> = Result<T, ReadError>;

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    /// The value that was read last ended with a text. The original looks at this alone to see whether a key is a text,
    /// so `["a"]` is one, too.
    ended_with_text: bool,
    has_bad_key: bool,
    keys: HashMap<&'a [u8], PyStrRef>,
    vm: &'a VirtualMachine,
}

/// The value of a JSON text.
pub(super) fn loads(input: &PyObject, vm: &VirtualMachine) -> PyResult {
    if let Some(text) = input.downcast_ref::<PyStr>() {
        return read(text.as_wtf8().as_bytes(), vm);
    }
    if input.downcast_ref::<PyBytes>().is_some() || input.downcast_ref::<PyByteArray>().is_some() {
        return input.try_bytes_like(vm, |bytes| read(bytes, vm))?;
    }
    Err(vm.new_type_error(match PyBuffer::try_from_borrowed_object(vm, input) {
        Ok(_) => {
            "Arbitrary bytes-like objects are no longer supported. Use either string, bytes, or bytearray."
        }
        Err(_) => "Expected string, bytes, or bytearray",
    }))
}

fn read(bytes: &[u8], vm: &VirtualMachine) -> PyResult {
    let mut reader = Reader {
        bytes,
        at: 0,
        depth: 0,
        ended_with_text: false,
        has_bad_key: false,
        keys: HashMap::new(),
        vm,
    };
    let value = reader.document();
    if reader.has_bad_key {
        return Err(error("Invalid JSON: object keys must be strings", vm));
    }
    value.map_err(|stop| match stop {
        ReadError::Wrong(message) => error(message, vm),
        ReadError::Raised(error) => error,
    })
}

fn error(message: &str, vm: &VirtualMachine) -> PyBaseExceptionRef {
    let made = vm
        .import(NAME, 0)
        .and_then(|_| vm.sys_module.get_attr("modules", vm)?.get_item(NAME, vm))
        .and_then(|module| module.get_attr("JSONDecodeError", vm))
        .and_then(|class| class.call((message.to_owned(),), vm));
    match made.map(|made| made.downcast()) {
        Ok(Ok(error)) => error,
        Ok(Err(_)) => vm.new_value_error(message.to_owned()),
        Err(error) => error,
    }
}

impl<'a> Reader<'a> {
    fn document(&mut self) -> Read<PyObjectRef> {
        let value = self.value()?;
        self.skip_space();
        if self.at == self.bytes.len() { Ok(value) } else { Err(ReadError::Wrong("Trailing data")) }
    }

    /// The next byte; 0 behind the last one, as in C.
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn next(&mut self) -> u8 {
        let byte = self.peek();
        self.at += 1;
        byte
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Read<PyObjectRef> {
        let vm = self.vm;
        self.skip_space();
        let first = self.peek();
        match first {
            b'"' => Ok(self.string()?.into()),
            b'[' => self.array(),
            b'{' => self.object(),
            b'0'..=b'9' | b'-' => self.number(),
            b'I' => self.infinity(false),
            b'N' => {
                let wrong = "Unexpected character found when decoding 'NaN'";
                self.literal(b"NaN", wrong, vm.ctx.new_float(f64::NAN).into())
            }
            b't' => {
                let wrong = "Unexpected character found when decoding 'true'";
                self.literal(b"true", wrong, vm.ctx.new_bool(true).into())
            }
            b'f' => {
                let wrong = "Unexpected character found when decoding 'false'";
                self.literal(b"false", wrong, vm.ctx.new_bool(false).into())
            }
            b'n' => {
                let wrong = "Unexpected character found when decoding 'null'";
                self.literal(b"null", wrong, vm.ctx.none())
            }
            _ => Err(ReadError::Wrong("Expected object or value")),
        }
    }

    fn literal(
        &mut self,
        word: &[u8],
        wrong: &'static str,
        value: PyObjectRef,
    ) -> Read<PyObjectRef> {
        self.ended_with_text = false;
        if !self.bytes[self.at..].starts_with(word) {
            return Err(ReadError::Wrong(wrong));
        }
        self.at += word.len();
        Ok(value)
    }

    fn infinity(&mut self, is_negative: bool) -> Read<PyObjectRef> {
        if is_negative {
            let wrong = "Unexpected character found when decoding '-Infinity'";
            let value = self.vm.ctx.new_float(f64::NEG_INFINITY).into();
            self.literal(b"-Infinity", wrong, value)
        } else {
            let wrong = "Unexpected character found when decoding 'Infinity'";
            self.literal(b"Infinity", wrong, self.vm.ctx.new_float(f64::INFINITY).into())
        }
    }

    fn deeper(&mut self) -> Read<()> {
        self.depth += 1;
        if self.depth > DEPTH {
            return Err(ReadError::Wrong("Reached object decoding depth limit"));
        }
        self.ended_with_text = false;
        self.at += 1;
        self.skip_space();
        Ok(())
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
                match self.next() {
                    b',' => {
                        self.skip_space();
                        if self.peek() == b']' {
                            return Err(ReadError::Wrong(
                                "Unexpected character found when decoding array value (1)",
                            ));
                        }
                    }
                    b']' => break,
                    _ => {
                        return Err(ReadError::Wrong(
                            "Unexpected character found when decoding array value (2)",
                        ));
                    }
                }
            }
        }
        self.depth -= 1;
        Ok(self.vm.ctx.new_list(values).into())
    }

    fn object(&mut self) -> Read<PyObjectRef> {
        const WRONG: &str = "Unexpected character in found when decoding object value";
        // An empty object says nothing of what was before it.
        let ended_with_text = self.ended_with_text;
        self.deeper()?;
        let object = self.vm.ctx.new_dict();
        if self.peek() == b'}' {
            self.ended_with_text = ended_with_text;
            self.at += 1;
        } else {
            loop {
                let key = self.key()?;
                self.skip_space();
                if self.next() != b':' {
                    return Err(ReadError::Wrong("No ':' found when decoding object value"));
                }
                let value = self.value()?;
                if object.set_item(&*key, value, self.vm).is_err() {
                    self.has_bad_key = true;
                }
                self.skip_space();
                match self.next() {
                    b',' => {
                        self.skip_space();
                        if self.peek() == b'}' {
                            return Err(ReadError::Wrong(WRONG));
                        }
                    }
                    b'}' => break,
                    _ => return Err(ReadError::Wrong(WRONG)),
                }
            }
        }
        self.depth -= 1;
        Ok(object.into())
    }

    fn key(&mut self) -> Read<PyObjectRef> {
        self.ended_with_text = false;
        if self.peek() == b'"' {
            let rest = &self.bytes[self.at + 1..];
            let end = rest.iter().take(SHORT_KEY + 1).position(|byte| *byte == b'"');
            if let Some(name) = end.map(|end| &rest[..end])
                && let Some(key) = self.keys.get(name)
            {
                self.at += name.len() + 2;
                self.ended_with_text = true;
                return Ok(key.clone().into());
            }
            let key = self.string()?;
            // What has an escape may end behind the first quote.
            if let Some(name) = end.map(|end| &rest[..end])
                && !name.contains(&b'\\')
            {
                self.keys.insert(name, key.clone());
            }
            return Ok(key.into());
        }
        let key = self.value()?;
        if self.ended_with_text {
            Ok(key)
        } else {
            Err(ReadError::Wrong("Key name of object must be 'string' when decoding 'object'"))
        }
    }

    fn string(&mut self) -> Read<PyStrRef> {
        self.ended_with_text = true;
        self.at += 1;
        let start = self.at;
        self.run();
        if self.peek() == b'"' {
            let text = &self.bytes[start..self.at];
            self.at += 1;
            // What `run` passes over is ASCII.
            return Ok(self.vm.ctx.new_str(String::from_utf8_lossy(text).into_owned()));
        }
        let mut made = Wtf8Buf::new();
        // Where an escape of a high surrogate ended, and its code.
        let mut high: Option<(usize, u32)> = None;
        let mut run = start;
        loop {
            made.push_str(&String::from_utf8_lossy(&self.bytes[run..self.at]));
            match self.peek() {
                0 => return Err(ReadError::Wrong("Unmatched '\"' when decoding 'string'")),
                b'"' => {
                    self.at += 1;
                    return Ok(self.vm.ctx.new_str(made));
                }
                b'\\' => {
                    let begin = self.at;
                    let code = self.escape()?;
                    let before = high.take().filter(|(end, _)| *end == begin);
                    let code = match before {
                        Some((_, high)) if code & 0xfc00 == 0xdc00 => {
                            made.pop();
                            0x1_0000 + ((high - 0xd800) << 10 | (code - 0xdc00))
                        }
                        _ => code,
                    };
                    if code & 0xffff_fc00 == 0xd800 {
                        high = Some((self.at, code));
                    }
                    made.push(CodePoint::from_u32(code).unwrap_or('\u{fffd}'.into()));
                }
                _ => {
                    let code = self.character()?;
                    made.push(CodePoint::from_u32(code).unwrap_or('\u{fffd}'.into()));
                }
            }
            run = self.at;
            self.run();
        }
    }

    /// Goes to the next byte that is not itself.
    fn run(&mut self) {
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        let ends = |byte: &u8| matches!(byte, 0 | b'"' | b'\\' | 0x80..);
        self.at += rest.iter().position(ends).unwrap_or(rest.len());
    }

    fn escape(&mut self) -> Read<u32> {
        self.at += 1;
        let kind = self.next();
        let code = match kind {
            b'"' | b'\\' | b'/' => kind,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let mut code = 0;
                for _ in 0..4 {
                    let byte = self.next();
                    let Some(digit) = char::from(byte).to_digit(16) else {
                        return Err(ReadError::Wrong(match byte {
                            0 => "Unterminated unicode escape sequence when decoding 'string'",
                            _ => {
                                "Unexpected character in unicode escape sequence when decoding 'string'"
                            }
                        }));
                    };
                    code = code << 4 | digit;
                }
                return Ok(code);
            }
            0 => {
                return Err(ReadError::Wrong(
                    "Unterminated escape sequence when decoding 'string'",
                ));
            }
            _ => {
                return Err(ReadError::Wrong(
                    "Unrecognized escape sequence when decoding 'string'",
                ));
            }
        };
        Ok(u32::from(code))
    }

    /// A character beyond ASCII. Surrogates are characters, too.
    fn character(&mut self) -> Read<u32> {
        const BEYOND: &str = "Code point > U+10FFFF encountered whilst decoding 'string'";
        let first = self.next();
        let (length, least, overlong) = match first {
            0..=0xbf => {
                return Err(ReadError::Wrong(
                    "Found UTF-8 continuation byte without corresponding start byte when decoding 'string'",
                ));
            }
            0xc0..=0xdf => {
                (2, 0x80, "Overlong 2-byte UTF-8 sequence detected when decoding 'string'")
            }
            0xe0..=0xef => {
                (3, 0x800, "Overlong 3-byte UTF-8 sequence detected when encoding string")
            }
            0xf0..=0xf4 => {
                (4, 0x1_0000, "Overlong 4-byte UTF-8 sequence detected when decoding 'string'")
            }
            0xf5..=0xf7 => return Err(ReadError::Wrong(BEYOND)),
            _ => {
                return Err(ReadError::Wrong(
                    "Invalid UTF-8 sequence length when decoding 'string'",
                ));
            }
        };
        let mut code = u32::from(first) & (0x7f >> length);
        for _ in 1..length {
            let byte = self.next();
            if byte & 0xc0 != 0x80 {
                return Err(ReadError::Wrong(
                    "Invalid UTF-8 continuation byte when decoding 'string'",
                ));
            }
            code = code << 6 | u32::from(byte & 0x3f);
        }
        match code {
            _ if code < least => Err(ReadError::Wrong(overlong)),
            0x11_0000.. => Err(ReadError::Wrong(BEYOND)),
            _ => Ok(code),
        }
    }

    fn number(&mut self) -> Read<PyObjectRef> {
        let vm = self.vm;
        self.ended_with_text = false;
        let start = self.at;
        if self.peek() == b'-' {
            self.at += 1;
            if self.peek() == b'I' {
                self.at = start;
                return self.infinity(true);
            }
        }
        let digits = self.digits();
        if matches!(self.peek(), b'.' | b'e' | b'E') {
            return Ok(vm.ctx.new_float(self.float(start, digits)).into());
        }
        let text = String::from_utf8_lossy(&self.bytes[start..self.at]);
        // A sign without digits is 0.
        if digits == 0 {
            return Ok(vm.ctx.new_int(0).into());
        }
        match text.parse::<i64>() {
            Ok(number) => Ok(vm.ctx.new_int(number).into()),
            Err(_) => {
                let class = vm.ctx.types.int_type.as_object();
                class.call((text.into_owned(),), vm).map_err(ReadError::Raised)
            }
        }
    }

    fn digits(&mut self) -> usize {
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        let count = rest.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(rest.len());
        self.at += count;
        count
    }

    /// The rest of a number with a point or an exponent: as much as is one. What has no digits is 0, and stays.
    fn float(&mut self, start: usize, mut digits: usize) -> f64 {
        if self.peek() == b'.' {
            self.at += 1;
            digits += self.digits();
        }
        if digits == 0 {
            self.at = start;
            return 0.0;
        }
        if matches!(self.peek(), b'e' | b'E') {
            let mantissa = self.at;
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            if self.digits() == 0 {
                self.at = mantissa;
            }
        }
        let text = String::from_utf8_lossy(&self.bytes[start..self.at]);
        text.parse().unwrap_or(0.0)
    }
}
