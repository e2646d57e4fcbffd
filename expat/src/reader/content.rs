//! Reads the content of elements.

use super::{DocumentPart, Element, Expansion, Reader};
use crate::{
    declarations::Entity,
    error::{Code, Error},
    event::{Event, ExternalId, What},
    limits::Limits,
    scan::{Cdata, Content, RawAttribute, ScanError, Scanner, Span},
    value,
};
use std::collections::HashSet;

impl Reader {
    /// Reads a token of an element.
    pub(crate) fn token(&mut self, scanner: &mut Scanner) -> Result<bool, Error> {
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
                Cdata::Characters(place) => What::Characters(value::plain(&text[place])),
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
                self.emit(place, text, What::Characters(value::plain(&text[at])));
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
        self.namespaces.open();
        let found = self.attributes(text, place.start, &element, written).and_then(
            |(mut attributes, specified)| {
                let name = self.namespaces.resolve(&element, &mut attributes);
                let name = name.map_err(|code| self.fail(code, self.place(place.start)))?;
                Ok((name, attributes, specified))
            },
        );
        let (name, attributes, specified) = match found {
            Ok(found) => found,
            Err(error) => {
                // As in libexpat: not those of an element that would stay open.
                for prefix in self.namespaces.close().into_iter().filter(|_| empty) {
                    let what = What::EndNamespace(prefix);
                    self.events.push_back(Event { at: error.at, raw: None, what });
                }
                return Err(error);
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

    /// The attributes of an element, with those of the DTD, and how many it has itself. What binds a
    /// prefix is none of them.
    fn attributes(
        &mut self,
        text: &[u8],
        start: usize,
        element: &str,
        written: &[RawAttribute],
    ) -> Result<(Vec<(String, String)>, usize), Error> {
        let mut names = Names { text, written, many: HashSet::new() };
        let mut attributes = Vec::with_capacity(written.len());
        for (index, attribute) in written.iter().enumerate() {
            if !names.is_new(index) {
                let at = self.place(attribute.name.start);
                return Err(self.fail(Code::DuplicateAttribute, at));
            }
            let name = value::plain(&text[attribute.name.clone()]);
            let raw = &text[attribute.value.clone()];
            let is_text = self.declarations.is_text(element, &name);
            let namespaces = self.namespaces.are_read();
            let (declarations, expanded) = (&self.declarations, &mut self.expanded);
            let value = value::attribute(raw, is_text, namespaces, declarations, expanded);
            let value = value.map_err(|(code, at)| {
                let at = at.map_or(start, |at| attribute.value.start + at);
                self.fail(code, self.place(at))
            })?;
            if !self.binds(&name, &value, text, start)? {
                attributes.push((name, value));
            }
        }
        let specified = attributes.len();
        let defaults = self.declarations.defaults(element);
        let defaults = defaults.filter(|(name, _)| !names.contains(name.as_bytes()));
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        for (name, value) in defaults.map(owned).collect::<Vec<_>>() {
            if !self.binds(&name, &value, text, start)? {
                attributes.push((name, value));
            }
        }
        Ok((attributes, specified))
    }

    /// Whether an attribute of the element at `start` binds a prefix, which is then bound.
    fn binds(&mut self, name: &str, value: &str, text: &[u8], start: usize) -> Result<bool, Error> {
        let bound = self.namespaces.bind(name, value);
        let bound = bound.map_err(|code| self.fail(code, self.place(start)))?;
        let Some((prefix, uri)) = bound else { return Ok(false) };
        self.emit(start..start, text, What::StartNamespace(prefix, uri));
        Ok(true)
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

/// The names of the attributes that an element has itself.
struct Names<'text> {
    text: &'text [u8],
    written: &'text [RawAttribute],
    /// Those that were looked at, if there are many.
    many: HashSet<&'text [u8]>,
}

impl Names<'_> {
    /// So many are found faster one by one than by a table.
    const FEW: usize = 16;

    /// Whether none before has the name of the one at `index`. Asked for one after the other.
    fn is_new(&mut self, index: usize) -> bool {
        let name = &self.text[self.written[index].name.clone()];
        match self.written.len() > Self::FEW {
            true => self.many.insert(name),
            false => !self.is_among(&self.written[..index], name),
        }
    }

    fn contains(&self, name: &[u8]) -> bool {
        match self.written.len() > Self::FEW {
            true => self.many.contains(name),
            false => self.is_among(self.written, name),
        }
    }

    fn is_among(&self, attributes: &[RawAttribute], name: &[u8]) -> bool {
        attributes.iter().any(|other| self.text[other.name.clone()] == *name)
    }
}
