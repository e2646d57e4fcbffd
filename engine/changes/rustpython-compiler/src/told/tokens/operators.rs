//! Operators and brackets.

use super::{Bracket, MOST_BRACKETS, Read, TOO_MANY_BRACKETS, Tokenizer, Type, Wrong};
use alloc::format;

impl Tokenizer {
    pub(super) fn operator(&mut self, start: usize, first: u8) -> Read {
        if matches!(first, b':' | b'}' | b'!' | b'{') && self.in_field() {
            if let Some(template) = self.templates.last_mut() {
                let cursor = template.depth - i32::from(first != b'{');
                if first == b':' && cursor == template.field_depth {
                    template.in_text = true;
                    template.in_format = true;
                    return Ok(self.token(Type::Operator, Some((start, self.at))));
                }
            }
        }
        let second = self.next();
        if let Some(byte) = second
            && is_two(first, byte)
        {
            let third = self.next();
            let is_three = matches!(
                (first, byte, third),
                (b'*', b'*', Some(b'='))
                    | (b'/', b'/', Some(b'='))
                    | (b'<', b'<', Some(b'='))
                    | (b'>', b'>', Some(b'='))
            );
            if !is_three {
                self.back(third);
            }
            return Ok(self.token(Type::Operator, Some((start, self.at))));
        }
        self.back(second);
        match first {
            b'(' | b'[' | b'{' => {
                if self.brackets.len() >= MOST_BRACKETS {
                    return self.wrong(TOO_MANY_BRACKETS);
                }
                self.brackets.push(Bracket {
                    byte: first,
                    line: self.line,
                    column: (start - self.line_start) as i64,
                });
                if let Some(template) = self.templates.last_mut() {
                    template.depth += 1;
                }
            }
            b')' | b']' | b'}' => self.close(first)?,
            0x20..=0x7e => {}
            _ => return self.wrong(format!("invalid non-printable character U+{first:04X}")),
        }
        Ok(self.token(Type::Operator, Some((start, self.at))))
    }

    fn close(&mut self, byte: u8) -> Result<(), Wrong> {
        let shown = byte as char;
        let template = self
            .templates
            .last()
            .map(|template| (template.letter as char, template.depth, template.field_depth));
        if let Some((letter, 0, _)) = template
            && byte == b'}'
        {
            return self.wrong(format!("{letter}-string: single '}}' is not allowed"));
        }
        let Some(open) = self.brackets.pop() else {
            return self.wrong(format!("unmatched '{shown}'"));
        };
        if !matches!((open.byte, byte), (b'(', b')') | (b'[', b']') | (b'{', b'}')) {
            if let Some((letter, depth, field_depth)) = template
                && open.byte == b'{'
                && depth - 1 == field_depth
            {
                return self.wrong(format!("{letter}-string: unmatched '{shown}'"));
            }
            let opening = open.byte as char;
            return self.wrong(if open.line == self.line {
                format!(
                    "closing parenthesis '{shown}' does not match opening parenthesis '{opening}'"
                )
            } else {
                format!(
                    "closing parenthesis '{shown}' does not match opening parenthesis \
                     '{opening}' on line {}",
                    open.line
                )
            });
        }
        if let Some(template) = self.templates.last_mut() {
            template.depth -= 1;
            if template.depth < 0 {
                let letter = template.letter as char;
                return self.wrong(format!("{letter}-string: unmatched '{shown}'"));
            }
            if byte == b'}' && template.depth == template.field_depth {
                template.field_depth -= 1;
                template.in_text = true;
                template.in_format = false;
            }
        }
        Ok(())
    }
}

fn is_two(first: u8, second: u8) -> bool {
    match second {
        b'=' => b"!%&*+-/:<=>@^|".contains(&first),
        b'*' | b'/' => first == second,
        b'>' => b"->".contains(&first),
        b'<' => first == b'<',
        _ => false,
    }
}
