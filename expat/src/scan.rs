//! The tokens of XML. expat reports the byte at which a token is malformed, so each check is made
//! in expat's order.

use crate::names;
use std::ops::Range;

/// Why there is no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScanError {
    /// This byte is not allowed there.
    Invalid(usize),
    /// The text ends within the token.
    Partial,
    /// The text ends within a character.
    PartialCharacter,
}

/// The result of scanning.
pub(crate) type Scanned<T> = Result<T, ScanError>;

/// A range of the text.
pub(crate) type Span = Range<usize>;

/// The tokens of an element's content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    StartTag { name: Span, attributes: Vec<RawAttribute>, empty: bool },
    EndTag { name: Span },
    Characters(Span),
    Newline,
    CharacterReference { digits: Span, radix: u32 },
    EntityReference { name: Span },
    CdataOpen,
    Miscellaneous(Miscellaneous),
}

/// The tokens that may be anywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Miscellaneous {
    Comment(Span),
    Instruction {
        target: Span,
        data: Span,
    },
    /// `<?xml`; all that follows the name.
    XmlDeclaration(Span),
}

/// An attribute as it is written; the value's quotes are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawAttribute {
    pub name: Span,
    pub value: Span,
}

/// The tokens of a CDATA section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cdata {
    Characters(Span),
    Newline,
    Close,
}

/// A reading position in text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scanner<'text> {
    pub text: &'text [u8],
    pub at: usize,
    /// Whether a colon separates a prefix from a name. If not, it is a letter.
    pub namespaces: bool,
    /// Whether no text will follow.
    pub last: bool,
    /// Whether it is an entity's text. Its newlines are single ones already, and `\r` is white space
    /// that came from a reference.
    pub in_entity: bool,
}

impl<'text> Scanner<'text> {
    /// The next token within an element. There is text left.
    pub(crate) fn content(&mut self) -> Scanned<Content> {
        match self.peek()? {
            '<' => {
                self.at += 1;
                self.markup()
            }
            '&' => {
                self.at += 1;
                self.reference()
            }
            '\n' => self.newline().map(|()| Content::Newline),
            '\r' if !self.in_entity => self.newline().map(|()| Content::Newline),
            ']' => {
                let rest = &self.text[self.at..];
                if rest.starts_with(b"]]>") {
                    return Err(ScanError::Invalid(self.at + 2));
                }
                if !self.last && (rest == b"]" || rest == b"]]") {
                    return Err(ScanError::Partial);
                }
                let start = self.at;
                self.at += 1;
                self.characters(start)
            }
            other => {
                let start = self.at;
                self.at += other.len_utf8();
                self.characters(start)
            }
        }
    }

    /// The next token within a section of CDATA. There is text left.
    pub(crate) fn cdata(&mut self) -> Scanned<Cdata> {
        let start = self.at;
        match self.peek()? {
            ']' => {
                self.at += 1;
                let rest = &self.text[self.at..];
                if rest.starts_with(b"]>") {
                    self.at += 2;
                    return Ok(Cdata::Close);
                }
                if rest.is_empty() || rest == b"]" {
                    return Err(ScanError::Partial);
                }
            }
            '\r' if start + 1 == self.text.len() && !self.in_entity => {
                return Err(ScanError::Partial);
            }
            next if self.is_newline(next) => return self.newline().map(|()| Cdata::Newline),
            other => self.at += other.len_utf8(),
        }
        while let Ok(next) = self.peek()
            && next != ']'
            && !self.is_newline(next)
        {
            self.at += next.len_utf8();
        }
        Ok(Cdata::Characters(start..self.at))
    }

    /// A comment, after `<!-`.
    pub(crate) fn comment(&mut self) -> Scanned<Miscellaneous> {
        self.require(b'-')?;
        let start = self.at;
        loop {
            let next = self.take()?;
            if next == '-' && self.peek()? == '-' {
                self.at += 1;
                self.require(b'>')?;
                return Ok(Miscellaneous::Comment(start..self.at - 3));
            }
        }
    }

    /// An instruction or an XML declaration, after `<?`.
    pub(crate) fn instruction(&mut self) -> Scanned<Miscellaneous> {
        let target = self.name()?;
        let next = self.peek()?;
        if next != '?' && !is_space(next) {
            return Err(ScanError::Invalid(self.at));
        }
        let name = &self.text[target.clone()];
        if name != b"xml" && name.eq_ignore_ascii_case(b"xml") {
            return Err(ScanError::Invalid(self.at));
        }
        let is_declaration = name == b"xml";
        let mut start = self.at;
        if next == '?' {
            self.at += 1;
            self.require(b'>')?;
        } else {
            loop {
                let next = self.take()?;
                if next == '?' && self.peek()? == '>' {
                    self.at += 1;
                    break;
                }
            }
        }
        let end = self.at - 2;
        if is_declaration {
            return Ok(Miscellaneous::XmlDeclaration(start..end));
        }
        while start < end && is_space(self.text[start].into()) {
            start += 1;
        }
        Ok(Miscellaneous::Instruction { target, data: start..end })
    }

    /// A name without a prefix.
    pub(crate) fn name(&mut self) -> Scanned<Span> {
        let start = self.at;
        self.name_start()?;
        self.name_rest()?;
        Ok(start..self.at)
    }

    /// Skips white space, if there is any.
    pub(crate) fn spaces(&mut self) {
        while self.text.get(self.at).is_some_and(|next| is_space((*next).into())) {
            self.at += 1;
        }
    }

    /// Skips a byte that must be there.
    pub(crate) fn require(&mut self, wanted: u8) -> Scanned<()> {
        match self.text.get(self.at) {
            None => Err(ScanError::Partial),
            Some(next) if *next != wanted => Err(ScanError::Invalid(self.at)),
            Some(_) => {
                self.at += 1;
                Ok(())
            }
        }
    }

    /// The next character.
    pub(crate) fn peek(&self) -> Scanned<char> {
        character(self.text, self.at)
    }

    /// The byte at a position. libexpat looks at no more where a character of several bytes is wrong.
    pub(crate) fn byte(&self, at: usize) -> Scanned<u8> {
        self.text.get(at).copied().ok_or(ScanError::Partial)
    }

    /// Whether a name may start with it.
    pub(crate) fn is_name_start(&self, next: char) -> bool {
        names::is_start(next) || next == ':' && !self.namespaces
    }

    /// Whether a name may contain it.
    pub(crate) fn is_name_part(&self, next: char) -> bool {
        names::is_part(next) || next == ':' && !self.namespaces
    }

    /// After `<`, within an element.
    fn markup(&mut self) -> Scanned<Content> {
        match self.peek()? {
            '/' => {
                self.at += 1;
                self.end_tag()
            }
            '!' => {
                self.at += 1;
                match self.byte(self.at)? {
                    b'-' => {
                        self.at += 1;
                        self.comment().map(Content::Miscellaneous)
                    }
                    b'[' => {
                        self.at += 1;
                        const OPEN: &[u8] = b"CDATA[";
                        if self.text.len() < self.at + OPEN.len() {
                            return Err(ScanError::Partial);
                        }
                        for wanted in OPEN {
                            if self.text[self.at] != *wanted {
                                return Err(ScanError::Invalid(self.at));
                            }
                            self.at += 1;
                        }
                        Ok(Content::CdataOpen)
                    }
                    _ => Err(ScanError::Invalid(self.at)),
                }
            }
            '?' => {
                self.at += 1;
                self.instruction().map(Content::Miscellaneous)
            }
            _ => self.start_tag(),
        }
    }

    fn start_tag(&mut self) -> Scanned<Content> {
        let name = self.prefixed_name()?;
        let mut attributes = Vec::new();
        loop {
            let spaced = is_space(self.peek()?);
            self.spaces();
            match self.peek()? {
                '>' => {
                    self.at += 1;
                    return Ok(Content::StartTag { name, attributes, empty: false });
                }
                '/' => {
                    self.at += 1;
                    self.require(b'>')?;
                    return Ok(Content::StartTag { name, attributes, empty: true });
                }
                next if spaced && self.is_name_start(next) => attributes.push(self.attribute()?),
                _ => return Err(ScanError::Invalid(self.at)),
            }
        }
    }

    fn attribute(&mut self) -> Scanned<RawAttribute> {
        let name = self.prefixed_name()?;
        self.spaces();
        self.require(b'=')?;
        self.spaces();
        let quote = self.byte(self.at)?;
        if quote != b'"' && quote != b'\'' {
            return Err(ScanError::Invalid(self.at));
        }
        self.at += 1;
        let start = self.at;
        loop {
            self.skip(|byte| is_plain(byte) && byte != quote);
            match self.peek()? {
                next if next == char::from(quote) => break,
                '&' => {
                    self.at += 1;
                    self.reference()?;
                }
                '<' => return Err(ScanError::Invalid(self.at)),
                next => self.at += next.len_utf8(),
            }
        }
        let value = start..self.at;
        self.at += 1;
        let next = self.byte(self.at)?;
        if !is_space(next.into()) && next != b'/' && next != b'>' {
            return Err(ScanError::Invalid(self.at));
        }
        Ok(RawAttribute { name, value })
    }

    fn end_tag(&mut self) -> Scanned<Content> {
        let start = self.at;
        self.name_start()?;
        loop {
            self.name_rest()?;
            if self.peek()? != ':' {
                break;
            }
            self.at += 1;
        }
        let name = start..self.at;
        self.spaces();
        self.require(b'>')?;
        Ok(Content::EndTag { name })
    }

    /// After `&`.
    pub(crate) fn reference(&mut self) -> Scanned<Content> {
        if self.peek()? != '#' {
            let name = self.name()?;
            self.require(b';')?;
            return Ok(Content::EntityReference { name });
        }
        self.at += 1;
        let mut radix = 10;
        if self.byte(self.at)? == b'x' {
            self.at += 1;
            radix = 16;
        }
        let start = self.at;
        while char::from(self.byte(self.at)?).is_digit(radix) {
            self.at += 1;
        }
        let digits = start..self.at;
        if digits.is_empty() {
            return Err(ScanError::Invalid(self.at));
        }
        self.require(b';')?;
        Ok(Content::CharacterReference { digits, radix })
    }

    /// Characters up to anything else, from `start` on; the first has been taken.
    fn characters(&mut self, start: usize) -> Scanned<Content> {
        loop {
            self.skip(is_plain);
            match self.peek() {
                Err(_) | Ok('<' | '&' | '\n') => break,
                Ok('\r') if !self.in_entity => break,
                Ok(']') => {
                    let rest = &self.text[self.at..];
                    if rest.starts_with(b"]]>") {
                        return Err(ScanError::Invalid(self.at + 2));
                    }
                    if rest == b"]" || rest == b"]]" {
                        break;
                    }
                    self.at += 1;
                }
                Ok(next) => self.at += next.len_utf8(),
            }
        }
        Ok(Content::Characters(start..self.at))
    }

    fn is_newline(&self, next: char) -> bool {
        next == '\n' || next == '\r' && !self.in_entity
    }

    /// A newline, however it is written.
    pub(crate) fn newline(&mut self) -> Scanned<()> {
        if self.text[self.at] == b'\r' && !self.in_entity {
            match self.text.get(self.at + 1) {
                Some(b'\n') => self.at += 1,
                None if !self.last => return Err(ScanError::Partial),
                _ => {}
            }
        }
        self.at += 1;
        Ok(())
    }

    fn prefixed_name(&mut self) -> Scanned<Span> {
        let start = self.at;
        self.name_start()?;
        self.name_rest()?;
        if self.namespaces && self.peek()? == ':' {
            self.at += 1;
            self.name_start()?;
            self.name_rest()?;
            if self.peek()? == ':' {
                return Err(ScanError::Invalid(self.at));
            }
        }
        Ok(start..self.at)
    }

    /// Skips a name's first character.
    pub(crate) fn name_start(&mut self) -> Scanned<()> {
        let first = self.peek()?;
        if !self.is_name_start(first) {
            return Err(ScanError::Invalid(self.at));
        }
        self.at += first.len_utf8();
        Ok(())
    }

    /// Skips the rest of a name. The character after it must be there.
    fn name_rest(&mut self) -> Scanned<()> {
        loop {
            self.skip(is_plain_in_name);
            let next = self.peek()?;
            if !self.is_name_part(next) {
                return Ok(());
            }
            self.at += next.len_utf8();
        }
    }

    /// Skips the bytes, all of them ASCII, of which `is_of_these` is true.
    #[inline(always)]
    fn skip(&mut self, is_of_these: impl Fn(u8) -> bool) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|byte| !is_of_these(*byte)).unwrap_or(rest.len());
    }

    fn take(&mut self) -> Scanned<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Ok(next)
    }
}

/// ASCII that text contains as it is, and that ends nothing.
#[inline(always)]
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..0x80 | b'\t') && !matches!(byte, b'<' | b'&' | b']')
}

/// ASCII that a name contains, with namespaces or without.
#[inline(always)]
fn is_plain_in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// White space, as XML defines it.
pub(crate) fn is_space(next: char) -> bool {
    matches!(next, ' ' | '\t' | '\r' | '\n')
}

/// Whether a document may contain it.
pub(crate) fn is_allowed(next: char) -> bool {
    !matches!(next, '\0'..' ' | '\u{fffe}' | '\u{ffff}') || matches!(next, '\t' | '\n' | '\r')
}

/// The character at a position of text that may be invalid.
fn character(text: &[u8], at: usize) -> Scanned<char> {
    let rest = text.get(at..).unwrap_or_default();
    let Some(first) = rest.first() else { return Err(ScanError::Partial) };
    let size = match first {
        // The fast path: most are ASCII, and scanning reads every one.
        0..0x80 => {
            return Some(char::from(*first))
                .filter(|next| is_allowed(*next))
                .ok_or(ScanError::Invalid(at));
        }
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf8 => 4,
        _ => return Err(ScanError::Invalid(at)),
    };
    let Some(bytes) = rest.get(..size) else { return Err(ScanError::PartialCharacter) };
    let decoded = std::str::from_utf8(bytes).ok().and_then(|text| text.chars().next());
    decoded.filter(|next| is_allowed(*next)).ok_or(ScanError::Invalid(at))
}
