//! Numbers.

use super::{Read, Tokenizer, Type, Wrong};
use alloc::format;

impl Tokenizer {
    /// The digits after one that was read, with what follows them.
    pub(super) fn digits(&mut self) -> Result<Option<u8>, Wrong> {
        loop {
            let mut byte = self.next();
            while byte.is_some_and(|byte| byte.is_ascii_digit()) {
                byte = self.next();
            }
            if byte != Some(b'_') {
                return Ok(byte);
            }
            byte = self.next();
            if !byte.is_some_and(|byte| byte.is_ascii_digit()) {
                self.back(byte);
                return self.wrong("invalid decimal literal");
            }
        }
    }

    pub(super) fn follows(&self, rest: &[u8]) -> bool {
        self.source[self.at..].starts_with(rest)
    }

    /// Whether a name ends with `rest`, which follows.
    fn is_word(&self, rest: &[u8]) -> bool {
        let after = self.source[self.at..].strip_prefix(rest);
        after.is_some_and(|after| {
            !after.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 128)
        })
    }

    /// What follows a number: not the beginning of a name, but a keyword may.
    pub(super) fn number_ends(&mut self, byte: Option<u8>, kind: &str) -> Result<(), Wrong> {
        let keyword = match byte {
            Some(b'a') => self.is_word(b"nd"),
            Some(b'e') => self.is_word(b"lse"),
            Some(b'f') => self.is_word(b"or"),
            Some(b'i') => self.follows(b"f") || self.follows(b"n") || self.follows(b"s"),
            Some(b'o') => self.is_word(b"r"),
            Some(b'n') => self.is_word(b"ot"),
            _ => false,
        };
        if keyword {
            let place = self.at - 1;
            let warning = self.warning(self.line, place, format!("invalid {kind} literal"), None);
            self.warnings.push(warning);
        }
        if !keyword && matches!(byte, Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9')) {
            self.back(byte);
            return self.wrong(format!("invalid {kind} literal"));
        }
        Ok(())
    }

    pub(super) fn with_base(&mut self, start: usize, kind: &str, fits: fn(u8) -> bool) -> Read {
        let mut byte = self.next();
        loop {
            if byte == Some(b'_') {
                byte = self.next();
            }
            if !byte.is_some_and(fits) {
                if let Some(digit @ b'0'..=b'9') = byte {
                    return self
                        .wrong(format!("invalid digit '{}' in {kind} literal", digit as char));
                }
                self.back(byte);
                return self.wrong(format!("invalid {kind} literal"));
            }
            while byte.is_some_and(fits) {
                byte = self.next();
            }
            if byte != Some(b'_') {
                break;
            }
        }
        if let Some(digit @ b'0'..=b'9') = byte {
            return self.wrong(format!("invalid digit '{}' in {kind} literal", digit as char));
        }
        self.number_ends(byte, kind)?;
        self.back(byte);
        Ok(self.token(Type::Number, Some((start, self.at))))
    }

    pub(super) fn number(&mut self, start: usize, first: u8) -> Read {
        if first != b'0' {
            let byte = self.digits()?;
            return self.after_digits(start, byte);
        }
        let mut byte = self.next();
        match byte {
            Some(b'x' | b'X') => {
                return self.with_base(start, "hexadecimal", |byte| byte.is_ascii_hexdigit());
            }
            Some(b'o' | b'O') => {
                return self.with_base(start, "octal", |byte| matches!(byte, b'0'..=b'7'));
            }
            Some(b'b' | b'B') => {
                return self.with_base(start, "binary", |byte| matches!(byte, b'0' | b'1'));
            }
            _ => {}
        }
        loop {
            if byte == Some(b'_') {
                byte = self.next();
                if !byte.is_some_and(|byte| byte.is_ascii_digit()) {
                    self.back(byte);
                    return self.wrong("invalid decimal literal");
                }
            }
            if byte != Some(b'0') {
                break;
            }
            byte = self.next();
        }
        let zeros_end = self.at;
        let mut more = false;
        if byte.is_some_and(|byte| byte.is_ascii_digit()) {
            more = true;
            byte = self.digits()?;
        }
        match byte {
            Some(b'.' | b'e' | b'E' | b'j' | b'J') => self.after_digits(start, byte),
            _ if more => {
                self.back(byte);
                let from = (start + 1 - self.line_start) as i64;
                let to = (zeros_end - self.line_start) as i64;
                Err(self.told(
                    "leading zeros in decimal integer literals are not permitted; \
                     use an 0o prefix for octal integers"
                        .into(),
                    Some((from, to)),
                ))
            }
            _ => {
                self.number_ends(byte, "decimal")?;
                self.back(byte);
                Ok(self.token(Type::Number, Some((start, self.at))))
            }
        }
    }

    pub(super) fn after_digits(&mut self, start: usize, byte: Option<u8>) -> Read {
        if byte == Some(b'.') {
            let byte = self.next();
            return self.fraction(start, byte);
        }
        self.exponent(start, byte)
    }

    pub(super) fn fraction(&mut self, start: usize, mut byte: Option<u8>) -> Read {
        if byte.is_some_and(|byte| byte.is_ascii_digit()) {
            byte = self.digits()?;
        }
        self.exponent(start, byte)
    }

    pub(super) fn exponent(&mut self, start: usize, mut byte: Option<u8>) -> Read {
        if let Some(b'e' | b'E') = byte {
            let letter = byte;
            byte = self.next();
            if let Some(b'+' | b'-') = byte {
                byte = self.next();
                if !byte.is_some_and(|byte| byte.is_ascii_digit()) {
                    self.back(byte);
                    return self.wrong("invalid decimal literal");
                }
            } else if !byte.is_some_and(|byte| byte.is_ascii_digit()) {
                self.back(byte);
                self.number_ends(letter, "decimal")?;
                self.back(letter);
                return Ok(self.token(Type::Number, Some((start, self.at))));
            }
            byte = self.digits()?;
        }
        if let Some(b'j' | b'J') = byte {
            byte = self.next();
            self.number_ends(byte, "imaginary")?;
        } else {
            self.number_ends(byte, "decimal")?;
        }
        self.back(byte);
        Ok(self.token(Type::Number, Some((start, self.at))))
    }
}
