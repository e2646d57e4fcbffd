//! Reads the content of elements.

use super::{DocumentPart, Element, Expansion, Limits, Reader};
use crate::expat::{
    declarations::Entity,
    error::{Code, Error},
    event::{ExternalId, What},
    scan::{Cdata, Content, RawAttribute, ScanError, Scanner, Span},
    value,
};

impl Reader {
    /// Reads a token of an element.
    pub(super) fn token(&mut self, scanner: &mut Scanner) -> Result<bool, Error> {
        let (text, start) = (scanner.text, scanner.at);
        if self.in_cdata {
            let token = match scanner.cdata() {
                Ok(token) => token,
                Err(ScanError::Partial) if self.has_all() => {
                    return Err(self.fail(Code::UnclosedCdataSection, self.place(start)));
                }
                Err(stop) => return self.stopped(stop, start),
            };
            let what = match token {
                Cdata::Characters(place) => What::Characters(value::text(&text[place])),
                Cdata::Newline => What::Characters("\n".to_owned()),
                Cdata::Close => {
                    self.in_cdata = false;
                    What::EndCdata
                }
            };
            self.emit(start..scanner.at, text, what);
            return Ok(true);
        }
        let token = match scanner.content() {
            Ok(token) => token,
            Err(stop) => return self.stopped(stop, start),
        };
        let place = start..scanner.at;
        match token {
            Content::Characters(at) => {
                self.emit(place, text, What::Characters(value::text(&text[at])));
            }
            Content::Newline => self.emit(place, text, What::Characters("\n".to_owned())),
            Content::CharacterReference { digits, radix } => {
                match value::character(&text[digits], radix) {
                    Some(found) => self.emit(place, text, What::Characters(found.into())),
                    None => return Err(self.fail(Code::BadCharacterReference, self.place(start))),
                }
            }
            Content::EntityReference { name } => self.entity(text, place, &text[name])?,
            Content::CdataOpen => {
                self.in_cdata = true;
                self.emit(place, text, What::StartCdata);
            }
            Content::Miscellaneous(found) => match value::miscellaneous(text, found) {
                Some(what) => self.emit(place, text, what),
                None => return Err(self.fail(Code::MisplacedXmlDeclaration, self.place(start))),
            },
            Content::StartTag { name, attributes, empty } => {
                self.start_tag(text, place, name, &attributes, empty)?;
            }
            Content::EndTag { name } => self.end_tag(text, place, name)?,
        }
        Ok(true)
    }

    fn start_tag(
        &mut self,
        text: &[u8],
        place: Span,
        name: Span,
        written: &[RawAttribute],
        empty: bool,
    ) -> Result<(), Error> {
        let raw = &text[name];
        let element = value::text(raw);
        let mut attributes: Vec<(String, String)> = Vec::with_capacity(written.len());
        for attribute in written {
            let name = value::text(&text[attribute.name.clone()]);
            if attributes.iter().any(|(known, _)| *known == name) {
                let at = self.place(attribute.name.start);
                return Err(self.fail(Code::DuplicateAttribute, at));
            }
            let raw = &text[attribute.value.clone()];
            let is_text = self.declarations.is_text(&element, &name);
            let value = value::attribute(raw, is_text, &self.declarations, &mut self.expanded)
                .map_err(|(code, at)| {
                    let at = at.map_or(place.start, |at| attribute.value.start + at);
                    self.fail(code, self.place(at))
                })?;
            attributes.push((name, value));
        }
        let specified = attributes.len();
        for (name, value) in self.declarations.defaults(&element) {
            if attributes.iter().all(|(known, _)| known != name) {
                attributes.push((name.to_owned(), value.to_owned()));
            }
        }
        let mut told = Vec::new();
        let opened = self.namespaces.open(&element, &mut attributes, specified, &mut told);
        let nothing = place.start..place.start;
        for (prefix, uri) in told {
            self.emit(nothing.clone(), text, What::StartNamespace(prefix, uri));
        }
        let (name, specified) = match opened {
            Ok(opened) => opened,
            Err(code) => {
                // As in expat: not those of an element that would stay open.
                for prefix in self.namespaces.close().into_iter().filter(|_| empty) {
                    self.emit(nothing.clone(), text, What::EndNamespace(prefix));
                }
                return Err(self.fail(code, self.place(place.start)));
            }
        };
        let what = What::StartElement { name: name.clone(), attributes, specified };
        self.emit(place.clone(), text, what);
        self.elements.push(Element { raw: raw.into(), name });
        if empty {
            self.close(text, place.end..place.end);
        }
        Ok(())
    }

    fn end_tag(&mut self, text: &[u8], place: Span, name: Span) -> Result<(), Error> {
        let least = self.expansions.last().map_or(0, |expansion| expansion.depth);
        let open = self.elements.last().filter(|open| !open.raw.is_empty());
        let Some(open) = open.filter(|_| self.elements.len() > least) else {
            return Err(self.fail(Code::AsynchronousEntity, self.place(place.start)));
        };
        if *open.raw != text[name.clone()] {
            return Err(self.fail(Code::TagMismatch, self.place(name.start)));
        }
        self.close(text, place);
        Ok(())
    }

    /// Ends the innermost element.
    fn close(&mut self, text: &[u8], place: Span) {
        let Some(element) = self.elements.pop() else { return };
        let start = place.start;
        self.emit(place, text, What::EndElement(element.name));
        for prefix in self.namespaces.close() {
            self.emit(start..start, text, What::EndNamespace(prefix));
        }
        if self.elements.is_empty() {
            self.state = DocumentPart::Epilog;
        }
    }

    fn entity(&mut self, text: &[u8], place: Span, name: &[u8]) -> Result<(), Error> {
        if let Some(found) = value::predefined(name) {
            self.emit(place, text, What::Characters(found.into()));
            return Ok(());
        }
        let name = value::text(name);
        let at = self.place(place.start);
        match self.declarations.entities.get(&name) {
            None if self.declarations.complete() => {
                return Err(self.fail(Code::UndefinedEntity, at));
            }
            None => self.emit(place, text, What::SkippedEntity(name)),
            Some(_) if self.expansions.iter().any(|open| open.name == name) => {
                return Err(self.fail(Code::RecursiveEntityReference, at));
            }
            Some(Entity::Unparsed(_)) => return Err(self.fail(Code::BinaryEntityReference, at)),
            Some(Entity::External(ids)) => {
                let ids = ExternalId::clone(ids);
                self.emit(place, text, What::ExternalEntity { name, ids });
            }
            Some(Entity::Internal(_)) if !self.expands => {
                self.emit(place, text, What::SkippedEntity(name));
            }
            Some(Entity::Internal(found)) => {
                let found = found.clone();
                self.expanded += found.len();
                let read = self.base + self.at;
                let Limits { threshold, amplification } = self.limits;
                let all = read + self.expanded;
                let is_much = all as f64 / read.max(1) as f64 > amplification;
                if all as u64 >= threshold && is_much {
                    return Err(self.fail(Code::AmplificationLimit, at));
                }
                self.current = at;
                let depth = self.elements.len();
                self.expansions.push(Expansion { name, text: found, at: 0, depth });
            }
        }
        Ok(())
    }
}
