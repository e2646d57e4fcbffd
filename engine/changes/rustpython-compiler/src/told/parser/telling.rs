//! How the parser tells what is wrong, and where.

use super::super::tokens::{Done, Type};
use super::super::{Kind, Told};
use super::{As, Fit, Id, Parser, Stop};
use alloc::{format, string::String};

impl Parser {
    /// A line, and whether it has an end.
    fn line_text(&self, line: usize) -> (String, bool) {
        let source = &self.tokenizer.source;
        let mut lines = source.split(|&byte| byte == b'\n');
        let text = lines.nth(line.saturating_sub(1)).unwrap_or_default();
        (String::from_utf8_lossy(text).into_owned(), lines.next().is_some())
    }

    #[expect(clippy::too_many_arguments)]
    pub(super) fn tell_at(
        &mut self,
        kind: Kind,
        message: &str,
        line: usize,
        offset: i64,
        end_line: usize,
        end_offset: i64,
        place: usize,
    ) {
        if self.told.is_some() {
            return;
        }
        let (mut text, ends) = self.line_text(line);
        if ends && self.tokenizer.line <= line {
            text.push('\n');
        }
        let in_characters = |offset: i64| {
            if offset <= 0 {
                return offset;
            }
            // With the first byte of the character there; one more than the line has is its end.
            let bytes = (offset as usize).min(text.len() + 1);
            let before = &text.as_bytes()[..bytes.min(text.len())];
            let count = String::from_utf8_lossy(before).chars().count();
            (count + usize::from(bytes > text.len())) as i64
        };
        let (offset, end_offset) = (in_characters(offset), in_characters(end_offset));
        self.by_parser = true;
        self.told = Some(Told {
            kind,
            message: message.into(),
            line,
            offset,
            end_line,
            end_offset,
            text,
            of_module: self.read_as == As::Module,
            place,
            unfinished: false,
        });
    }

    pub(super) fn never_closed(&mut self) {
        let Some((byte, line, column)) = self.tokenizer.open_bracket() else {
            return;
        };
        let place = self.tokenizer.source.len();
        self.tell_at(
            Kind::Syntax,
            &format!("'{}' was never closed", byte as char),
            line,
            column + 1,
            line,
            0,
            place,
        );
    }

    /// Of what lies from one token to another.
    pub(in crate::told) fn tell<T>(&mut self, first: usize, last: usize, message: &str) -> Fit<T> {
        let (from, to) = (self.tokens[first], self.tokens[last]);
        let (line, offset) = (from.line, from.column + 1);
        let (end_line, end_offset) = (to.end_line, to.end_column + 1);
        self.tell_at(Kind::Syntax, message, line, offset, end_line, end_offset, from.start);
        Err(Stop)
    }

    /// Of what lies from a token to where the tokenizer is.
    pub(in crate::told) fn tell_from<T>(&mut self, first: usize, message: &str) -> Fit<T> {
        let from = self.tokens[first];
        let end = (self.tokenizer.at - self.tokenizer.line_start) as i64;
        let line = self.tokenizer.line;
        self.tell_at(Kind::Syntax, message, from.line, from.column + 1, line, end, from.start);
        Err(Stop)
    }

    pub(in crate::told) fn tell_of<T>(&mut self, node: Id, message: &str) -> Fit<T> {
        let node = &self.nodes[node as usize];
        let (first, last) = (node.first, node.last);
        self.tell(first, last, message)
    }

    pub(in crate::told) fn tell_between<T>(&mut self, first: Id, last: Id, message: &str) -> Fit<T> {
        let (first, last) = (self.first(first), self.last(last));
        self.tell(first, last, message)
    }

    /// Of the token at `place`.
    fn tell_token<T>(&mut self, kind: Kind, place: usize, message: &str) -> Fit<T> {
        if self.told.is_some() {
            return Err(Stop);
        }
        let token = self.tokens[place];
        let at_end = self.tokens.last().is_some_and(|last| last.typ == Type::Error);
        if at_end && self.tokenizer.done == Done::EndOfFile {
            self.never_closed();
            return Err(Stop);
        }
        let offset = if token.column == -1 {
            (self.tokenizer.at - self.tokenizer.line_start) as i64
        } else {
            token.column + 1
        };
        let end_offset = if token.end_column == -1 { -1 } else { token.end_column + 1 };
        let place = token.start;
        self.tell_at(kind, message, token.line, offset, token.end_line, end_offset, place);
        Err(Stop)
    }

    /// Of the last token that was read.
    pub(in crate::told) fn tell_last<T>(&mut self, kind: Kind, message: &str) -> Fit<T> {
        self.tell_token(kind, self.tokens.len() - 1, message)
    }

    /// Of the next token.
    pub(in crate::told) fn tell_next<T>(&mut self, message: &str) -> Fit<T> {
        let place = self.mark.min(self.tokens.len() - 1);
        self.tell_token(Kind::Syntax, place, message)
    }

    pub(in crate::told) fn tell_block<T>(&mut self, after: &str, keyword: usize) -> Fit<T> {
        let line = self.tokens[keyword].line;
        self.tell_last(
            Kind::Indentation,
            &format!("expected an indented block after {after} on line {line}"),
        )
    }

    /// That a key has no value: CPython's place for it has no end.
    pub(in crate::told) fn tell_key<T>(&mut self, key: Id) -> Fit<T> {
        let first = self.tokens[self.first(key)];
        let last = self.tokens[self.last(key)];
        self.tell_at(
            Kind::Syntax,
            "':' expected after dictionary key",
            first.line,
            last.end_column,
            last.end_line,
            0,
            last.start,
        );
        Err(Stop)
    }
}
