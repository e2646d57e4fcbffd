//! Reads what comes before and after the document's element.

use super::{DocumentPart, Reader};
use crate::{
    doctype::{self, Failure},
    encoding::{self, Encoding},
    error::{Code, Error},
    event::{PartOf, What},
    prolog::Prolog,
    scan::{Miscellaneous, ScanError, Scanner, Span},
    value,
};
use std::mem;

impl Reader {
    pub(super) fn start(&mut self, text: &[u8]) -> Result<bool, Error> {
        if text.len() < encoding::MARK.len() && !self.is_last {
            return Ok(false);
        }
        // Of what may be the start of a byte order mark, libexpat says that it is a token.
        let is_part_of_mark =
            !text.is_empty() && text.len() < 3 && encoding::MARK.starts_with(text);
        if self.base == 0 && (is_part_of_mark || matches!(text, [0xfe | 0xff | 0])) {
            return self.stopped(ScanError::Partial, 0);
        }
        if self.at == 0 && text.starts_with(encoding::MARK) {
            self.at = encoding::MARK.len();
        }
        if !text[self.at..].starts_with(b"<?xml") {
            if b"<?xml".starts_with(&text[self.at..]) && !self.is_last {
                return Ok(false);
            }
            self.state = DocumentPart::Prolog;
            return Ok(true);
        }
        let start = self.at;
        let mut scanner = Scanner { at: start + 2, ..self.scanner(text) };
        match scanner.instruction() {
            Ok(Miscellaneous::XmlDeclaration(place)) => {
                self.at = scanner.at;
                self.state = DocumentPart::Prolog;
                self.xml_declaration(text, start, place)?;
                Ok(true)
            }
            Ok(_) => {
                self.state = DocumentPart::Prolog;
                Ok(true)
            }
            Err(stop) => self.stopped(stop, start),
        }
    }

    fn xml_declaration(&mut self, text: &[u8], start: usize, place: Span) -> Result<(), Error> {
        let found = encoding::declaration(&text[place.clone()])
            .map_err(|at| self.fail(Code::XmlDeclaration, self.base + place.start + at))?;
        self.declarations.standalone = found.standalone == Some(true);
        let name = found.encoding.clone();
        self.emit(
            start..self.at,
            text,
            What::XmlDeclaration {
                version: Some(found.version),
                encoding: found.encoding,
                standalone: found.standalone,
            },
        );
        let Some(name) = name.filter(|_| !self.encoding_is_given) else { return Ok(()) };
        match Encoding::known(&name) {
            Some(encoding) if !encoding.is_like(&self.encoding, &name) => {
                let place = found.encoding_at.map_or(start, |at| place.start + at);
                Err(self.fail(Code::IncorrectEncoding, self.base + place))
            }
            Some(_) if self.encoding.is_wide() => Ok(()),
            Some(encoding) => {
                self.declared = Some(encoding);
                Ok(())
            }
            None => {
                let place = found.encoding_at.map_or(start, |at| place.start + at);
                self.emit(place..place, text, What::UnknownEncoding(name));
                Ok(())
            }
        }
    }

    /// Reads a token before or after the document's element.
    pub(super) fn outside(&mut self, text: &[u8]) -> Result<bool, Error> {
        let start = self.at;
        if start == text.len() {
            if !self.is_last {
                return Ok(false);
            }
            if self.state != DocumentPart::Epilog {
                return Err(self.fail(Code::NoElements, self.base + start));
            }
            self.state = DocumentPart::Finished;
            return Ok(false);
        }
        let mut scanner = self.scanner(text);
        let token = match scanner.prolog() {
            Ok(token) => token,
            Err(stop) => return self.stopped(stop, start),
        };
        let place = start..scanner.at;
        let is_epilog = self.state == DocumentPart::Epilog;
        let unexpected = if is_epilog { Code::JunkAfterDocumentElement } else { Code::Syntax };
        match token {
            Prolog::Space => self.emit(place, text, What::Markup(PartOf::Nothing)),
            Prolog::Miscellaneous(found) => match value::miscellaneous(text, found) {
                Some(what) => self.emit(place, text, what),
                None => {
                    let misplaced = Code::MisplacedXmlDeclaration;
                    let code = if is_epilog { unexpected } else { misplaced };
                    return Err(self.fail(code, self.base + start));
                }
            },
            Prolog::Instance if !is_epilog => {
                self.state = DocumentPart::Content;
                return Ok(true);
            }
            Prolog::DeclarationOpen(name)
                if self.state == DocumentPart::Prolog && text[name.clone()] == *b"DOCTYPE" =>
            {
                return self.doctype(text, scanner, place);
            }
            Prolog::ParameterReference(_) if !is_epilog => {
                return Err(self.fail(Code::ParameterEntityReference, self.base + start));
            }
            _ => return Err(self.fail(unexpected, self.base + start)),
        }
        self.at = scanner.at;
        Ok(true)
    }

    fn doctype(&mut self, text: &[u8], mut scanner: Scanner, open: Span) -> Result<bool, Error> {
        // An incomplete token is read again later.
        let mut declarations = self.declarations.clone();
        let mut events = vec![(open, What::Markup(PartOf::Doctype))];
        let read = doctype::read(&mut scanner, &mut declarations, &mut events);
        let found = match read {
            Ok(()) => Ok(true),
            Err(Failure::End) if !self.is_last => Ok(false),
            Err(Failure::End) => Err(self.fail(Code::NoElements, self.base + text.len())),
            Err(Failure::Scan(stop, at)) => self.stopped(stop, at),
            Err(Failure::Error(error)) => {
                // A malformed token has no event.
                events.retain(|(place, _)| place.end <= error.at);
                Err(self.fail(error.code, self.base + error.at))
            }
        };
        if found != Ok(false) {
            self.declarations = declarations;
            self.at = scanner.at;
            self.state = DocumentPart::AfterDoctype;
            // A handler of the document type may request source text only then.
            let keeps_raw = mem::replace(&mut self.keeps_raw, true);
            for (place, what) in events {
                self.emit(place, text, what);
            }
            self.keeps_raw = keeps_raw;
        }
        found
    }
}
