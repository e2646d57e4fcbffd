//! The tokens before and after the document's element.

use crate::scan::{Miscellaneous, ScanError, Scanned, Scanner, Span, is_space};

/// A token of a prolog.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Prolog {
    Space,
    Miscellaneous(Miscellaneous),
    /// `<!NAME`, where the name is.
    DeclarationOpen(Span),
    /// `<![`
    SectionOpen,
    DeclarationClose,
    /// The document's element begins.
    Instance,
    Name {
        place: Span,
        has_prefix: bool,
        quantifier: Option<char>,
    },
    NameToken(Span),
    /// `#NAME`, where the name is.
    PoundName(Span),
    /// Without its quotes.
    Literal(Span),
    /// `%name;`
    ParameterReference(Span),
    ParenthesisClose(Option<char>),
    /// `]]>`
    SectionClose,
    /// One of `%[](|,`.
    Sign(char),
}

impl Scanner<'_> {
    /// The next token outside of elements. There is text left.
    pub(crate) fn prolog(&mut self) -> Scanned<Prolog> {
        let start = self.at;
        let next = self.peek()?;
        match next {
            ' ' | '\t' | '\r' | '\n' => {
                self.spaces();
                // A newline may be incomplete.
                let read = &self.text[start..self.at];
                if !self.last && read.ends_with(b"\r") && self.at == self.text.len() {
                    self.at -= 1;
                    return if read.len() > 1 {
                        Ok(Prolog::Space)
                    } else {
                        Err(ScanError::Partial)
                    };
                }
                return Ok(Prolog::Space);
            }
            '"' | '\'' => return self.literal(next),
            '#' => {
                self.at += 1;
                let start = self.at;
                self.name_start()?;
                while self.ahead()?.is_some_and(|next| self.is_name_part(next)) {
                    self.at += self.peek()?.len_utf8();
                }
                return match self.ahead()? {
                    Some(next) if !is_space(next) && !matches!(next, ')' | '>' | '%' | '|') => {
                        Err(ScanError::Invalid(self.at))
                    }
                    _ => Ok(Prolog::PoundName(start..self.at)),
                };
            }
            _ if self.is_name_part(next) || next == ':' => return self.name_or_token(),
            _ => {}
        }
        if !matches!(next, '<' | '%' | '>' | '[' | ']' | '(' | ')' | '|' | ',') {
            return Err(ScanError::Invalid(self.at));
        }
        self.at += 1;
        match next {
            '<' => self.prolog_markup(),
            '>' => Ok(Prolog::DeclarationClose),
            '%' => {
                let next = self.peek()?;
                if next == '%' || is_space(next) {
                    return Ok(Prolog::Sign('%'));
                }
                let place = self.name()?;
                self.require(b';')?;
                Ok(Prolog::ParameterReference(place))
            }
            ']' if self.text[self.at..] == *b"]" => Err(ScanError::Partial),
            ']' if self.text[self.at..].starts_with(b"]>") => {
                self.at += 2;
                Ok(Prolog::SectionClose)
            }
            ')' => match self.ahead()? {
                Some(quantifier @ ('*' | '?' | '+')) => {
                    self.at += 1;
                    Ok(Prolog::ParenthesisClose(Some(quantifier)))
                }
                Some(next) if !is_space(next) && !matches!(next, '>' | ',' | '|' | ')') => {
                    Err(ScanError::Invalid(self.at))
                }
                _ => Ok(Prolog::ParenthesisClose(None)),
            },
            sign => Ok(Prolog::Sign(sign)),
        }
    }

    /// After `<`.
    fn prolog_markup(&mut self) -> Scanned<Prolog> {
        // As in libexpat: what character it is, is seen when the element is read.
        if matches!(self.text.get(self.at), Some(0xc0..0xf8)) {
            self.at -= 1;
            return Ok(Prolog::Instance);
        }
        match self.peek()? {
            '!' => {
                self.at += 1;
                let start = self.at;
                match self.byte(start)? {
                    b'-' => {
                        self.at += 1;
                        return self.comment().map(Prolog::Miscellaneous);
                    }
                    b'[' => {
                        self.at += 1;
                        return Ok(Prolog::SectionOpen);
                    }
                    _ => {}
                }
                // As in libexpat: whatever is not ASCII is no part of the name, not even a part of a character.
                let is_name = |byte: u8| byte.is_ascii() && self.is_name_start(byte.into());
                let rest = &self.text[start..];
                let length = rest.iter().position(|byte| !is_name(*byte)).unwrap_or(rest.len());
                self.at += length;
                let is_end = match self.byte(self.at)? {
                    b'%' => {
                        let next = self.byte(self.at + 1)?;
                        next != b'%' && !is_space(next.into())
                    }
                    next => is_space(next.into()),
                };
                if length == 0 || !is_end {
                    return Err(ScanError::Invalid(self.at));
                }
                Ok(Prolog::DeclarationOpen(start..self.at))
            }
            '?' => {
                self.at += 1;
                self.instruction().map(Prolog::Miscellaneous)
            }
            next if self.is_name_start(next) => {
                self.at -= 1;
                Ok(Prolog::Instance)
            }
            _ => Err(ScanError::Invalid(self.at)),
        }
    }

    fn literal(&mut self, quote: char) -> Scanned<Prolog> {
        self.at += 1;
        let start = self.at;
        while self.peek()? != quote {
            self.at += self.peek()?.len_utf8();
        }
        let place = start..self.at;
        self.at += 1;
        match self.ahead()? {
            Some(next) if !is_space(next) && !matches!(next, '>' | '%' | '[') => {
                Err(ScanError::Invalid(self.at))
            }
            _ => Ok(Prolog::Literal(place)),
        }
    }

    /// The next character; none at the document's end, if a token may end there.
    fn ahead(&self) -> Scanned<Option<char>> {
        match self.peek() {
            Err(ScanError::Partial) if self.last => Ok(None),
            other => other.map(Some),
        }
    }

    fn name_or_token(&mut self) -> Scanned<Prolog> {
        let start = self.at;
        let mut is_name = self.is_name_start(self.peek()?);
        let mut has_prefix = false;
        while let Some(next) = self.ahead()?
            && (self.is_name_part(next) || next == ':')
        {
            self.at += next.len_utf8();
            if next == ':' && self.namespaces && is_name {
                is_name = !has_prefix && self.is_name_part(self.peek()?);
                has_prefix = true;
            }
        }
        let place = start..self.at;
        let quantifier = match self.ahead()? {
            None | Some('>' | ')' | ',' | '|' | '[' | '%') => None,
            Some(next) if is_space(next) => None,
            Some(next @ ('+' | '*' | '?')) if is_name => {
                self.at += 1;
                Some(next)
            }
            _ => return Err(ScanError::Invalid(self.at)),
        };
        if is_name {
            Ok(Prolog::Name { place, has_prefix, quantifier })
        } else {
            Ok(Prolog::NameToken(place))
        }
    }
}
