//! The tokenizer, which is asked for one token at a time.

mod indentation;
mod numbers;
mod operators;
mod texts;

use super::{Kind, Told, Warning, escapes};
use alloc::{format, string::String, vec, vec::Vec};
use rustpython_codegen::unicode;

const MOST_BRACKETS: usize = 200;
pub(super) const TOO_MANY_BRACKETS: &str = "too many nested parentheses";
pub(super) const MOST_INDENTS: usize = 100;
const MOST_TEMPLATES: usize = 150;
const MOST_NESTED_FIELDS: i32 = 3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Name,
    Number,
    Text,
    /// The three parts of an f-string, or of a t-string.
    Start(u8),
    Middle(u8),
    End(u8),
    Newline,
    Indent,
    Dedent,
    EndMarker,
    Operator,
    /// There is nothing more, within brackets.
    Error,
}

/// A token, and where the tokenizer was when it had read it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) typ: Type,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) line: usize,
    pub(super) column: i64,
    pub(super) end_line: usize,
    pub(super) end_column: i64,
    /// How many brackets are open after it.
    pub(super) level: usize,
    /// Of the middle of an f-string: backslashes are no escapes; it is part of a format.
    pub(super) raw: bool,
    pub(super) of_format: bool,
}

struct Bracket {
    byte: u8,
    line: usize,
    column: i64,
}

/// An f-string or t-string that is being read.
struct Template {
    letter: u8,
    quote: u8,
    quotes: usize,
    raw: bool,
    start: usize,
    first_line: usize,
    line_start: usize,
    in_text: bool,
    depth: i32,
    field_depth: i32,
    in_format: bool,
}

/// How the tokenizer came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    No,
    EndOfFile,
    /// Within a literal.
    EndInText,
    Error,
}

pub(super) struct Tokenizer {
    pub(super) source: Vec<u8>,
    pub(super) at: usize,
    line_end: usize,
    pub(super) line_start: usize,
    pub(super) line: usize,
    pub(super) done: Done,
    at_beginning: bool,
    indents: Vec<(usize, usize)>,
    pending: i32,
    brackets: Vec<Bracket>,
    templates: Vec<Template>,
    first_line: usize,
    first_line_start: usize,
    blank: bool,
    /// Where the line began in which nothing was being read yet.
    buffer: usize,
    in_token: bool,
    pub(super) warnings: Vec<Warning>,
}

/// What cannot be read.
pub(super) enum Wrong {
    Told(Told),
    /// Told by the parser, at the place where the tokenizer is.
    Here(Kind, &'static str),
    /// Told by the parser, as an error of this line.
    Line(Kind, &'static str, i64),
    EndOfFile,
}

type Read = Result<Token, Wrong>;

impl Tokenizer {
    pub(super) fn new(source: Vec<u8>) -> Self {
        Self {
            source,
            at: 0,
            line_end: 0,
            line_start: 0,
            line: 0,
            done: Done::No,
            at_beginning: true,
            indents: vec![(0, 0)],
            pending: 0,
            brackets: Vec::new(),
            templates: Vec::new(),
            first_line: 0,
            first_line_start: 0,
            blank: false,
            buffer: 0,
            in_token: false,
            warnings: Vec::new(),
        }
    }

    /// Warns of an escape at `place`, on what is taken for its line.
    pub(super) fn warn_of_escape(&mut self, line: usize, place: usize) {
        let shown = escapes::shown(&self.source[place..]);
        let octal = if shown.len() > 1 { " octal" } else { "" };
        let what = format!("\"\\{shown}\" is an invalid{octal} escape sequence.");
        let hint = format!("Did you mean \"\\\\{shown}\"? A raw string is also an option.");
        let warning = self.warning(
            line,
            place,
            format!("{what} Such sequences will not work in the future. {hint}"),
            Some(format!("{what} {hint}")),
        );
        self.warnings.push(warning);
    }

    /// As `warn_of_text`, of the middle of an f-string; the tokenizer warned of braces.
    pub(super) fn warn_of_middle(&mut self, line: usize, middle: Token) {
        let text = &self.source[middle.start..middle.end];
        let first = escapes::first_invalid(text, false);
        if first.is_some_and(|place| !matches!(text[place + 1], b'{' | b'}')) {
            self.warn_of_text(line, middle.start, middle.end, false);
        }
    }

    fn warning(
        &self,
        line: usize,
        place: usize,
        message: String,
        error: Option<String>,
    ) -> Warning {
        let before = &self.source[..place];
        let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        let offset = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
        Warning { line, offset, message, error }
    }

    /// Warns of the first escape of a text that is none, if there is one.
    pub(super) fn warn_of_text(&mut self, line: usize, start: usize, end: usize, of_bytes: bool) {
        let text = &self.source[start..end];
        if let Some(place) = escapes::first_invalid(text, of_bytes) {
            let lines = text[..place].iter().filter(|&&byte| byte == b'\n').count();
            self.warn_of_escape(line + lines, start + place);
        }
    }

    fn next(&mut self) -> Option<u8> {
        if self.at == self.line_end {
            if self.done != Done::No {
                return None;
            }
            if self.line_end >= self.source.len() {
                self.done = Done::EndOfFile;
                return None;
            }
            self.line_start = self.at;
            if !self.in_token {
                self.buffer = self.at;
            }
            self.line += 1;
            let rest = &self.source[self.at..];
            self.line_end +=
                rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |place| place + 1);
        }
        self.at += 1;
        Some(self.source[self.at - 1])
    }

    fn back(&mut self, byte: Option<u8>) {
        if byte.is_some() {
            self.at -= 1;
        }
    }

    pub(super) fn in_template(&self) -> bool {
        !self.templates.is_empty()
    }

    /// The innermost open bracket: what it is, its line and column.
    pub(super) fn open_bracket(&self) -> Option<(u8, usize, i64)> {
        self.brackets.last().map(|bracket| (bracket.byte, bracket.line, bracket.column))
    }

    /// The line that is being read, without its end.
    fn text(&self) -> String {
        let rest = &self.source[self.line_start.min(self.source.len())..];
        let length = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
        String::from_utf8_lossy(&rest[..length]).into_owned()
    }

    fn told(&mut self, message: String, columns: Option<(i64, i64)>) -> Wrong {
        let here = (self.at - self.line_start) as i64;
        let (from, to) = columns.unwrap_or((here, here));
        let characters = |column: i64| {
            let before = &self.source[self.line_start..self.line_start + column as usize];
            String::from_utf8_lossy(before).chars().count() as i64
        };
        let (offset, end_offset) = (characters(from), characters(to));
        let told = Told {
            kind: Kind::Syntax,
            message,
            line: self.line,
            offset,
            end_line: self.line,
            end_offset,
            text: self.text(),
            of_module: false,
            place: self.at.saturating_sub(1),
            unfinished: false,
        };
        self.done = Done::Error;
        Wrong::Told(told)
    }

    fn wrong<T>(&mut self, message: impl Into<String>) -> Result<T, Wrong> {
        Err(self.told(message.into(), None))
    }

    fn token(&self, typ: Type, places: Option<(usize, usize)>) -> Token {
        let spans_lines = matches!(typ, Type::Text | Type::Start(_) | Type::Middle(_));
        let (line, line_start) = if spans_lines {
            (self.first_line, self.first_line_start)
        } else {
            (self.line, self.line_start)
        };
        let (start, end) = places.unwrap_or((self.at, self.at));
        let column = |place: usize, from: usize| match places {
            Some(_) if place >= from => (place - from) as i64,
            _ => -1,
        };
        Token {
            typ,
            start,
            end,
            line,
            column: column(start, line_start),
            end_line: self.line,
            end_column: column(end, self.line_start),
            level: self.brackets.len(),
            raw: self.templates.last().is_some_and(|template| template.raw),
            of_format: false,
        }
    }

    /// What is indented ends here, as an interactive program's does.
    pub(super) fn end_blocks(&mut self) {
        self.pending = 1 - self.indents.len() as i32;
        self.indents.truncate(1);
    }

    pub(super) fn read(&mut self) -> Read {
        match self.templates.last() {
            Some(template) if template.in_text => self.read_template(),
            _ => self.read_code(),
        }
    }

    fn in_field(&self) -> bool {
        self.templates.last().is_some_and(|template| template.field_depth >= 0)
    }

    /// After a backslash: the next line's first byte, which stays.
    fn continue_line(&mut self) -> Result<Option<u8>, Wrong> {
        let next = self.next();
        if next != Some(b'\n') {
            self.done = Done::Error;
            return Err(Wrong::Line(
                Kind::Syntax,
                "unexpected character after line continuation character",
                (self.at - self.buffer) as i64 - 1,
            ));
        }
        let next = self.next();
        if next.is_none() {
            self.done = Done::EndOfFile;
            self.at = self.line_end;
            return Err(Wrong::EndOfFile);
        }
        self.back(next);
        Ok(next)
    }

    fn read_code(&mut self) -> Read {
        loop {
            self.blank = false;
            self.in_token = false;
            if self.at_beginning {
                self.indentation()?;
            }
            if self.pending < 0 {
                self.pending += 1;
                return Ok(self.token(Type::Dedent, None));
            }
            if self.pending > 0 {
                self.pending -= 1;
                return Ok(self.token(Type::Indent, None));
            }
            loop {
                self.in_token = false;
                let mut byte = self.next();
                while matches!(byte, Some(b' ' | b'\t' | b'\x0c')) {
                    byte = self.next();
                }
                self.in_token = true;
                let start = self.at - usize::from(byte.is_some());
                if byte == Some(b'#') {
                    while !matches!(byte, None | Some(b'\n')) {
                        byte = self.next();
                    }
                }
                let Some(first) = byte else {
                    return if self.brackets.is_empty() {
                        Ok(self.token(Type::EndMarker, None))
                    } else {
                        Ok(self.token(Type::Error, None))
                    };
                };
                match first {
                    b'a'..=b'z' | b'A'..=b'Z' | b'_' | 128.. => return self.name(start, first),
                    b'\n' => {
                        self.at_beginning = true;
                        if self.blank || !self.brackets.is_empty() {
                            break;
                        }
                        return Ok(self.token(Type::Newline, Some((start, self.at))));
                    }
                    b'.' => {
                        let second = self.next();
                        if second.is_some_and(|byte| byte.is_ascii_digit()) {
                            return self.fraction(start, second);
                        }
                        if second == Some(b'.') {
                            let third = self.next();
                            if third == Some(b'.') {
                                return Ok(self.token(Type::Operator, Some((start, self.at))));
                            }
                            self.back(third);
                        }
                        self.back(second);
                        return Ok(self.token(Type::Operator, Some((start, self.at))));
                    }
                    b'0'..=b'9' => return self.number(start, first),
                    b'\'' | b'"' => return self.string(start, first),
                    b'\\' => {
                        self.continue_line()?;
                    }
                    _ => return self.operator(start, first),
                }
            }
        }
    }

    fn name(&mut self, start: usize, first: u8) -> Read {
        let mut seen: Vec<u8> = Vec::new();
        let mut byte = Some(first);
        loop {
            let Some(letter) = byte.map(|byte| byte.to_ascii_lowercase()) else {
                break;
            };
            if !b"burft".contains(&letter) || seen.contains(&letter) {
                break;
            }
            seen.push(letter);
            byte = self.next();
            if let Some(quote @ (b'\'' | b'"')) = byte {
                for (one, other) in [
                    ("u", "b"),
                    ("u", "r"),
                    ("u", "f"),
                    ("u", "t"),
                    ("b", "f"),
                    ("b", "t"),
                    ("f", "t"),
                ] {
                    if seen.contains(&one.as_bytes()[0]) && seen.contains(&other.as_bytes()[0]) {
                        let from = (start + 1 - self.line_start) as i64;
                        let to = (self.at - self.line_start) as i64;
                        return Err(self.told(
                            format!("'{one}' and '{other}' prefixes are incompatible"),
                            Some((from, to)),
                        ));
                    }
                }
                for letter in [b'f', b't'] {
                    if seen.contains(&letter) {
                        return self.template(start, quote, letter, seen.contains(&b'r'));
                    }
                }
                return self.string(start, quote);
            }
        }
        let mut ascii = true;
        while let Some(b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9' | 128..) = byte {
            ascii &= byte.is_some_and(|byte| byte < 128);
            byte = self.next();
        }
        self.back(byte);
        if !ascii {
            self.check_name(start)?;
        }
        Ok(self.token(Type::Name, Some((start, self.at))))
    }

    fn check_name(&mut self, start: usize) -> Result<(), Wrong> {
        let name = String::from_utf8_lossy(&self.source[start..self.at]).into_owned();
        for (place, each) in name.char_indices() {
            let fits = if place == 0 {
                each == '_' || unicode::identifier::is_xid_start(each)
            } else {
                unicode::identifier::is_xid_continue(each)
            };
            if !fits {
                self.at = start + place + each.len_utf8();
                return self.wrong(if unicode::classify::is_printable(each) {
                    format!("invalid character '{each}' (U+{:04X})", u32::from(each))
                } else {
                    format!("invalid non-printable character U+{:04X}", u32::from(each))
                });
            }
        }
        Ok(())
    }
}
