//! Reading a document type and its internal subset.

mod model;

use crate::{
    declarations::{Declarations, Declared, Entity},
    error::{Code, Error},
    event::{self, ExternalId, Model, PartOf, What},
    prolog::Prolog,
    scan::{Miscellaneous, ScanError, Scanner, Span},
    value,
};

/// Reads a document type, after `<!DOCTYPE`. The events before an error are added to `events`.
pub(crate) fn read(
    scanner: &mut Scanner,
    declarations: &mut Declarations,
    events: &mut Events,
) -> Result<(), Failure> {
    Subset { scanner, declarations, events, part: PartOf::Doctype }.read()
}

/// Why the document type is not complete.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A token that begins here is malformed or incomplete.
    Scan(ScanError, usize),
    /// The text ends after a token.
    End,
    Error(Error),
}

/// Events, and the start and end of the text that each is about.
pub(crate) type Events = Vec<(Span, What)>;

struct Subset<'a, 'text> {
    scanner: &'a mut Scanner<'text>,
    declarations: &'a mut Declarations,
    events: &'a mut Events,
    part: PartOf,
}

type Token = (Prolog, Span);
type Read<T> = Result<T, Failure>;

impl Subset<'_, '_> {
    fn read(mut self) -> Read<()> {
        let name = self.name()?;
        let mut token = self.token()?;
        let mut ids = ExternalId::default();
        if let Some(kind) = self.external_kind(&token) {
            ids = self.external_id(kind, true)?;
            self.declarations.incomplete = true;
            if !self.declarations.standalone {
                self.tell(&self.last_token(), What::NotStandalone);
            }
            token = self.token()?;
        }
        let has_internal_subset = token.0 == Prolog::Sign('[');
        if !has_internal_subset && token.0 != Prolog::DeclarationClose {
            return Err(syntax(&token));
        }
        let start = What::StartDoctype { name, ids, has_internal_subset };
        // Before the token's event for a default handler.
        let place = token.1.start..token.1.start;
        self.events.insert(self.events.len() - 1, (place, start));
        if has_internal_subset {
            self.internal_subset()?;
            token = self.token()?;
        }
        if token.0 != Prolog::DeclarationClose {
            return Err(syntax(&token));
        }
        self.part_of(PartOf::DoctypeEnd);
        self.tell(&token.1, What::EndDoctype);
        Ok(())
    }

    fn internal_subset(&mut self) -> Read<()> {
        loop {
            self.part = PartOf::Nothing;
            let token = self.token()?;
            match &token.0 {
                Prolog::Sign(']') => {
                    self.part_of(PartOf::Doctype);
                    return Ok(());
                }
                Prolog::ParameterReference(_) => {
                    self.declarations.incomplete = true;
                    if !self.declarations.standalone {
                        self.declarations.ignored = true;
                        self.tell(&token.1, What::NotStandalone);
                    }
                }
                Prolog::DeclarationOpen(place) => match &self.scanner.text[place.clone()] {
                    b"ENTITY" => self.entity()?,
                    b"ATTLIST" => self.attributes()?,
                    b"ELEMENT" => self.element()?,
                    b"NOTATION" => self.notation()?,
                    _ => return Err(syntax(&token)),
                },
                _ => return Err(syntax(&token)),
            }
        }
    }

    fn entity(&mut self) -> Read<()> {
        self.part_of(PartOf::Entity);
        let mut token = self.token()?;
        let is_parameter = token.0 == Prolog::Sign('%');
        if is_parameter {
            token = self.token()?;
        }
        let Prolog::Name { place, has_prefix: false, quantifier: None } = &token.0 else {
            return Err(syntax(&token));
        };
        let name = self.text(place);
        let token = self.token()?;
        if let Prolog::Literal(literal) = &token.0 {
            if self.declarations.ignored {
                return self.close().map(drop);
            }
            let (value, read) = value::entity(self.scanner, literal.clone());
            let entity = Entity::Internal(value.as_bytes().into());
            // As in libexpat: it is declared as far as it could be read, where that ended.
            let at = read.map_or_else(|error| error.at, |()| token.1.start);
            self.declare(is_parameter, &name, entity, &(at..at), Some(value), None);
            read.map_err(Failure::Error)?;
            return self.close().map(drop);
        }
        let Some(kind) = self.external_kind(&token) else { return Err(syntax(&token)) };
        let ids = self.external_id(kind, true)?;
        let token = self.token()?;
        if self.is_name(&token, b"NDATA") && !is_parameter {
            let token = self.token()?;
            let notation = self.name_of(&token)?;
            let unparsed = Entity::Unparsed(ids);
            self.declare(false, &name, unparsed, &token.1, None, Some(notation));
            return self.close().map(drop);
        }
        if token.0 != Prolog::DeclarationClose {
            return Err(syntax(&token));
        }
        self.declare(is_parameter, &name, Entity::External(ids), &token.1, None, None);
        Ok(())
    }

    fn declare(
        &mut self,
        is_parameter: bool,
        name: &str,
        entity: Entity,
        place: &Span,
        value: Option<String>,
        notation: Option<String>,
    ) {
        let ids = match &entity {
            Entity::Internal(_) => ExternalId::default(),
            Entity::External(ids) | Entity::Unparsed(ids) => ids.clone(),
        };
        if self.declarations.ignored {
            return;
        }
        let entities = match is_parameter {
            true => &mut self.declarations.parameter_entities,
            false => &mut self.declarations.entities,
        };
        // The first declaration counts. XML's own declarations cannot be changed.
        if value::predefined(name.as_bytes()).is_some() && !is_parameter {
            return;
        }
        if entities.contains_key(name) {
            return;
        }
        entities.insert(name.to_owned(), entity);
        let name = name.to_owned();
        self.tell(place, What::Entity { name, is_parameter, value, ids, notation });
    }

    fn notation(&mut self) -> Read<()> {
        self.part_of(PartOf::Notation);
        let name = self.plain_name()?;
        let token = self.token()?;
        let Some(kind) = self.external_kind(&token) else { return Err(syntax(&token)) };
        let ids = self.external_id(kind, false)?;
        let has_system = ids.system.is_some();
        let notation = What::Notation { name, ids };
        if has_system {
            self.tell(&self.last_token(), notation);
            self.close().map(drop)
        } else {
            let close = self.close()?;
            self.tell(&close, notation);
            Ok(())
        }
    }

    fn attributes(&mut self) -> Read<()> {
        self.part_of(PartOf::Attributes);
        let element = self.name()?;
        loop {
            let token = self.token()?;
            if token.0 == Prolog::DeclarationClose {
                return Ok(());
            }
            let Prolog::Name { place, quantifier: None, .. } = &token.0 else {
                return Err(syntax(&token));
            };
            let name = self.text(place);
            let kind = self.attribute_kind()?;
            let is_text = kind == "CDATA";
            let mut token = self.token()?;
            let (mut required, mut fixed) = (false, false);
            if let Prolog::PoundName(place) = &token.0 {
                match &self.scanner.text[place.clone()] {
                    b"IMPLIED" => {}
                    b"REQUIRED" => required = true,
                    b"FIXED" => {
                        fixed = true;
                        token = self.token()?;
                    }
                    _ => return Err(syntax(&token)),
                }
            }
            let default = match &token.0 {
                Prolog::Literal(_) if self.declarations.ignored => continue,
                Prolog::Literal(place) => {
                    let value = &self.scanner.text[place.clone()];
                    let namespaces = self.scanner.namespaces;
                    let (declarations, expanded) = (&*self.declarations, &mut 0);
                    let read = value::attribute(value, is_text, namespaces, declarations, expanded);
                    let refused = |(code, at): (Code, Option<usize>)| {
                        let at = at.map_or(token.1.start, |at| place.start + at);
                        Failure::Error(Error { code, at })
                    };
                    Some(read.map_err(refused)?)
                }
                Prolog::PoundName(_) if !fixed => None,
                _ => return Err(syntax(&token)),
            };
            if self.declarations.ignored {
                continue;
            }
            let known = self.declarations.attributes.entry(element.clone()).or_default();
            if known.iter().all(|each| each.name != name) {
                known.push(Declared { name: name.clone(), is_text, default: default.clone() });
            }
            let element = element.clone();
            let required = required || fixed;
            let what = What::Attribute { element, name, kind, default, required };
            self.tell(&token.1, what);
        }
    }

    fn attribute_kind(&mut self) -> Read<String> {
        let mut token = self.token()?;
        let mut kind = String::new();
        let is_notation = self.is_name(&token, b"NOTATION");
        if is_notation {
            kind.push_str("NOTATION");
            token = self.token()?;
        }
        if token.0 == Prolog::Sign('(') {
            let mut before = '(';
            loop {
                let token = self.token()?;
                let place = match &token.0 {
                    Prolog::Name { place, quantifier: None, has_prefix }
                        if !is_notation || !has_prefix =>
                    {
                        place
                    }
                    Prolog::NameToken(place) if !is_notation => place,
                    _ => return Err(syntax(&token)),
                };
                kind.push(before);
                kind += &self.text(place);
                let token = self.token()?;
                match token.0 {
                    Prolog::ParenthesisClose(None) => break,
                    Prolog::Sign('|') => before = '|',
                    _ => return Err(syntax(&token)),
                }
            }
            kind.push(')');
            return Ok(kind);
        }
        const KINDS: [&[u8]; 8] =
            [b"CDATA", b"ID", b"IDREF", b"IDREFS", b"ENTITY", b"ENTITIES", b"NMTOKEN", b"NMTOKENS"];
        if is_notation || !KINDS.iter().any(|kind| self.is_name(&token, kind)) {
            return Err(syntax(&token));
        }
        Ok(self.text(&token.1))
    }

    fn element(&mut self) -> Read<()> {
        self.part_of(PartOf::Element);
        let name = self.name()?;
        let token = self.token()?;
        let whole = |kind| Model { kind, ..Model::default() };
        let (model, last) = if self.is_name(&token, b"EMPTY") {
            (whole(event::EMPTY), token.1)
        } else if self.is_name(&token, b"ANY") {
            (whole(event::ANY), token.1)
        } else if token.0 == Prolog::Sign('(') {
            self.group()?
        } else {
            return Err(syntax(&token));
        };
        self.tell(&last, What::Element { name, model });
        self.close().map(drop)
    }

    /// After `SYSTEM` or `PUBLIC`.
    fn external_id(&mut self, kind: External, needs_system: bool) -> Read<ExternalId> {
        let mut ids = ExternalId::default();
        if kind == External::Public {
            let token = self.token()?;
            let Prolog::Literal(place) = &token.0 else { return Err(syntax(&token)) };
            let text = self.text(place);
            if let Some(at) = text.find(|next| !is_public(next)) {
                let at = place.start + at;
                return Err(Failure::Error(Error { code: Code::PublicId, at }));
            }
            ids.public = Some(text.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
            if !needs_system {
                let mut ahead = *self.scanner;
                ahead.spaces();
                if !matches!(ahead.peek(), Ok('"' | '\'')) {
                    return Ok(ids);
                }
            }
        }
        let token = self.token()?;
        let Prolog::Literal(place) = &token.0 else { return Err(syntax(&token)) };
        ids.system = Some(self.text(place));
        Ok(ids)
    }

    fn external_kind(&self, token: &Token) -> Option<External> {
        if self.is_name(token, b"SYSTEM") {
            Some(External::System)
        } else if self.is_name(token, b"PUBLIC") {
            Some(External::Public)
        } else {
            None
        }
    }

    fn is_name(&self, token: &Token, name: &[u8]) -> bool {
        matches!(&token.0, Prolog::Name { place, quantifier: None, .. }
            if self.scanner.text[place.clone()] == *name)
    }

    fn name(&mut self) -> Read<String> {
        let token = self.token()?;
        self.name_of(&token)
    }

    fn name_of(&self, token: &Token) -> Read<String> {
        match &token.0 {
            Prolog::Name { place, quantifier: None, .. } => Ok(self.text(place)),
            _ => Err(syntax(token)),
        }
    }

    fn plain_name(&mut self) -> Read<String> {
        let token = self.token()?;
        match &token.0 {
            Prolog::Name { place, quantifier: None, has_prefix: false } => Ok(self.text(place)),
            _ => Err(syntax(&token)),
        }
    }

    fn close(&mut self) -> Read<Span> {
        let token = self.token()?;
        match token.0 {
            Prolog::DeclarationClose => Ok(token.1),
            _ => Err(syntax(&token)),
        }
    }

    fn last_token(&self) -> Span {
        self.events.last().map_or(0..0, |(place, _)| place.clone())
    }

    /// The meaning of a token, besides its event for a default handler.
    fn tell(&mut self, token: &Span, what: What) {
        self.events.push((token.start..token.start, what));
    }

    /// The declaration that the last token belongs to, and the following ones.
    fn part_of(&mut self, part: PartOf) {
        self.part = part;
        if let Some((_, what)) = self.events.last_mut() {
            *what = What::Markup(part);
        }
    }

    /// The next token that is not white space. Comments and instructions stand only between
    /// declarations.
    fn token(&mut self) -> Read<Token> {
        loop {
            let start = self.scanner.at;
            if start == self.scanner.text.len() {
                return Err(Failure::End);
            }
            let token = self.scanner.prolog().map_err(|stop| Failure::Scan(stop, start))?;
            let place = start..self.scanner.at;
            match token {
                Prolog::Space => self.events.push((place, What::Markup(self.part))),
                Prolog::Miscellaneous(found) if self.part == PartOf::Nothing => {
                    match value::miscellaneous(self.scanner.text, found) {
                        Some(what) => self.events.push((place, what)),
                        None => {
                            let code = Code::MisplacedXmlDeclaration;
                            return Err(Failure::Error(Error { code, at: start }));
                        }
                    }
                }
                token => {
                    self.events.push((place.clone(), What::Markup(self.part)));
                    return Ok((token, place));
                }
            }
        }
    }

    fn text(&self, place: &Span) -> String {
        value::plain(&self.scanner.text[place.clone()])
    }
}

#[derive(Clone, Copy, PartialEq)]
enum External {
    System,
    Public,
}

/// A token that is not allowed there.
fn syntax(token: &Token) -> Failure {
    let code = match token.0 {
        Prolog::ParameterReference(_) => Code::ParameterEntityReference,
        Prolog::Miscellaneous(Miscellaneous::XmlDeclaration(_)) => Code::MisplacedXmlDeclaration,
        _ => Code::Syntax,
    };
    Failure::Error(Error { code, at: token.1.start })
}

fn is_public(next: char) -> bool {
    next.is_ascii_alphanumeric()
        || matches!(next, ' ' | '\r' | '\n')
        || "-'()+,./:=?;!*#@$_%".contains(next)
}
