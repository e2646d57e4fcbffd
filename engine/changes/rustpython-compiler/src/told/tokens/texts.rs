//! Texts and templates.

use super::{
    Done, MOST_NESTED_FIELDS, MOST_TEMPLATES, Read, Template, Token, Tokenizer, Type, Wrong,
};
use alloc::format;

impl Tokenizer {
    pub(super) fn string(&mut self, start: usize, quote: u8) -> Read {
        self.first_line = self.line;
        self.first_line_start = self.line_start;
        let mut quotes = 1;
        let mut closing = 0;
        let mut escaped = false;
        let mut byte = self.next();
        if byte == Some(quote) {
            byte = self.next();
            if byte == Some(quote) {
                quotes = 3;
            } else {
                closing = 1;
            }
        }
        if byte != Some(quote) {
            self.back(byte);
        }
        while closing != quotes {
            byte = self.next();
            if byte.is_none() || (quotes == 1 && byte == Some(b'\n')) {
                let detected = self.line;
                self.at = start + 1;
                self.line_start = self.first_line_start;
                self.line = self.first_line;
                let of_template = self
                    .templates
                    .last()
                    .filter(|template| template.quote == quote && template.quotes == quotes)
                    .map(|template| template.letter);
                if let Some(letter) = of_template {
                    return self.wrong(format!("{}-string: expecting '}}'", letter as char));
                }
                let wrong = self.wrong(if quotes == 3 {
                    format!(
                        "unterminated triple-quoted string literal (detected at line {detected})"
                    )
                } else if escaped {
                    format!(
                        "unterminated string literal (detected at line {detected}); \
                         perhaps you escaped the end quote?"
                    )
                } else {
                    format!("unterminated string literal (detected at line {detected})")
                });
                if byte.is_none() {
                    self.done = Done::EndInText;
                }
                return wrong;
            }
            if byte == Some(quote) {
                closing += 1;
            } else {
                closing = 0;
                if byte == Some(b'\\') {
                    byte = self.next();
                    escaped |= byte == Some(quote);
                }
            }
        }
        Ok(self.token(Type::Text, Some((start, self.at))))
    }

    pub(super) fn template(&mut self, start: usize, quote: u8, letter: u8, raw: bool) -> Read {
        self.first_line = self.line;
        self.first_line_start = self.line_start;
        let mut quotes = 1;
        let second = self.next();
        if second == Some(quote) {
            let third = self.next();
            if third == Some(quote) {
                quotes = 3;
            } else {
                self.back(third);
                self.back(second);
            }
        } else {
            self.back(second);
        }
        if self.templates.len() + 1 >= MOST_TEMPLATES {
            return self.wrong("too many nested f-strings or t-strings");
        }
        self.templates.push(Template {
            letter,
            quote,
            quotes,
            raw,
            start,
            first_line: self.line,
            line_start: self.line_start,
            in_text: true,
            depth: 0,
            field_depth: -1,
            in_format: false,
        });
        Ok(self.token(Type::Start(letter), Some((start, self.at))))
    }

    /// To the code of a field, whose bracket comes next.
    pub(super) fn enter_field(&mut self) -> Result<(), Wrong> {
        let Some(template) = self.templates.last_mut() else {
            return Ok(());
        };
        template.field_depth += 1;
        if template.field_depth >= MOST_NESTED_FIELDS {
            let letter = template.letter as char;
            return self.wrong(format!("{letter}-string: expressions nested too deeply"));
        }
        template.in_text = false;
        Ok(())
    }

    pub(super) fn middle(&self, letter: u8, of_format: bool, start: usize, end: usize) -> Token {
        Token { of_format, ..self.token(Type::Middle(letter), Some((start, end))) }
    }

    /// The second of two braces is not the text's, but the token's.
    pub(super) fn before_brace(&self, letter: u8, of_format: bool, start: usize) -> Token {
        let mut token = self.middle(letter, of_format, start, self.at - 1);
        token.end_column += 1;
        token
    }

    pub(super) fn read_template(&mut self) -> Read {
        let start = self.at;
        self.in_token = true;
        self.first_line = self.line;
        let first = self.next();
        if first == Some(b'{') {
            let second = self.next();
            self.back(second);
            self.back(first);
            if second != Some(b'{') {
                self.enter_field()?;
                return self.read_code();
            }
        } else {
            self.back(first);
        }
        let Some(template) = self.templates.last() else {
            return self.read_code();
        };
        let (letter, quote, quotes, raw) =
            (template.letter, template.quote, template.quotes, template.raw);
        let of_format = template.field_depth >= 0;
        let wanted = [quote; 3];
        if self.source[self.at..].starts_with(&wanted[..quotes]) {
            self.at += quotes;
            let token = self.token(Type::End(letter), Some((start, self.at)));
            self.templates.pop();
            return Ok(token);
        }
        self.first_line_start = self.line_start;
        let mut closing = 0;
        let mut named = false;
        while closing != quotes {
            let byte = self.next();
            let in_format = self
                .templates
                .last()
                .is_some_and(|template| template.in_format && template.field_depth >= 0);
            if byte.is_none() || (quotes == 1 && byte == Some(b'\n')) {
                let shown = letter as char;
                if in_format && byte == Some(b'\n') {
                    return self.wrong(format!(
                        "{shown}-string: newlines are not allowed in format specifiers \
                         for single quoted {shown}-strings"
                    ));
                }
                let detected = self.line;
                if let Some(template) = self.templates.last() {
                    self.at = template.start + 1;
                    self.line_start = template.line_start;
                    self.line = template.first_line;
                }
                let wrong = self.wrong(if quotes == 3 {
                    format!(
                        "unterminated triple-quoted {shown}-string literal \
                         (detected at line {detected})"
                    )
                } else {
                    format!("unterminated {shown}-string literal (detected at line {detected})")
                });
                if byte.is_none() && quotes == 3 {
                    self.done = Done::EndInText;
                }
                return wrong;
            }
            if byte == Some(quote) {
                closing += 1;
                continue;
            }
            closing = 0;
            match byte {
                Some(b'{') => {
                    let second = self.next();
                    if second != Some(b'{') || in_format {
                        self.back(second);
                        self.back(byte);
                        self.enter_field()?;
                        return Ok(self.middle(letter, of_format, start, self.at));
                    }
                    return Ok(self.before_brace(letter, of_format, start));
                }
                Some(b'}') => {
                    if named {
                        return Ok(self.middle(letter, of_format, start, self.at));
                    }
                    let second = self.next();
                    let depth = self.templates.last().map_or(0, |template| template.depth);
                    if second == Some(b'}') && !in_format && depth == 0 {
                        return Ok(self.before_brace(letter, of_format, start));
                    }
                    self.back(second);
                    self.back(byte);
                    if let Some(template) = self.templates.last_mut() {
                        template.in_text = false;
                    }
                    return Ok(self.middle(letter, of_format, start, self.at));
                }
                Some(b'\\') => {
                    let escaped = self.next();
                    if let Some(b'{' | b'}') = escaped {
                        if !raw {
                            self.warn_of_escape(self.line, self.at - 2);
                        }
                        self.back(escaped);
                    } else if !raw && escaped == Some(b'N') {
                        let brace = self.next();
                        if brace == Some(b'{') {
                            named = true;
                        } else {
                            self.back(brace);
                        }
                    }
                }
                _ => {}
            }
        }
        self.at -= quotes;
        Ok(self.middle(letter, of_format, start, self.at))
    }
}
