//! Reading a document, piece by piece.

mod content;

use super::{
    declarations::Declarations,
    doctype::{self, Failure},
    encoding::{self, Encoding},
    error::{Code, Error},
    event::{Event, PartOf, What},
    namespaces::Namespaces,
    prolog::Prolog,
    scan::{Miscellaneous, ScanError, Scanner, Span},
    value,
};
use std::{collections::VecDeque, mem, sync::Arc};

/// How many bytes entities may expand to. More is allowed only in content, and if the document is
/// large enough in comparison.
pub(super) const MANY_EXPANDED_BYTES: usize = 8 << 20;

/// The limits of entity expansion.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Expansion up to this many bytes is always allowed.
    pub threshold: u64,
    /// The largest ratio of the expanded document to its source.
    pub amplification: f64,
}

/// Whether the most frequent events have a handler of their own.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Handled {
    pub start: bool,
    pub end: bool,
    pub characters: bool,
}

impl Handled {
    fn has(self, what: &What) -> bool {
        match what {
            What::StartElement { .. } => self.start,
            What::EndElement(_) => self.end,
            What::Characters(_) => self.characters,
            _ => false,
        }
    }
}

/// A reader of one document. It is fed ([`Reader::feed`]) and asked ([`Reader::next`]).
#[derive(Debug)]
pub(super) struct Reader {
    /// Whether events have their source text.
    pub keeps_raw: bool,
    /// Which events have a handler: their source text is not asked for.
    pub handled: Handled,
    /// Whether entities are expanded. If not, they are only reported.
    pub expands: bool,
    pub namespaces: Namespaces,
    encoding: Encoding,
    /// Whether the document's own encoding declaration is ignored.
    encoding_is_given: bool,
    /// The declared encoding, for the text after the declaration.
    declared: Option<Encoding>,
    /// The text of the document so far, without the part that [`Self::forget`] removed.
    text: Vec<u8>,
    /// The byte of the document that `text` begins with.
    base: usize,
    /// The position up to which `text` was read.
    at: usize,
    is_last: bool,
    state: DocumentPart,
    in_cdata: bool,
    elements: Vec<Element>,
    /// The entities that are being read, the innermost last.
    expansions: Vec<Expansion>,
    expanded: usize,
    pub(super) limits: Limits,
    /// Whether it reads an external entity of another reader's document.
    pub(super) is_part: bool,
    declarations: Declarations,
    events: VecDeque<Event>,
    /// The byte that the last event began at, and its line and column.
    current: usize,
    position: Position,
    failed: Option<Error>,
}

/// A line, from 1, and a column, from 0, of a byte of the document.
#[derive(Debug, Clone, Copy)]
pub(super) struct Position {
    at: usize,
    pub line: usize,
    pub column: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum DocumentPart {
    Start,
    /// Before the document type.
    Prolog,
    /// Before the document's element.
    AfterDoctype,
    Content,
    Epilog,
    Finished,
}

#[derive(Debug)]
struct Element {
    /// The name as it is written.
    raw: Box<[u8]>,
    name: String,
}

#[derive(Debug)]
struct Expansion {
    name: String,
    text: Arc<[u8]>,
    at: usize,
    /// How many elements were open before it.
    depth: usize,
}

impl Reader {
    /// `separator` parts a namespace from a name in it; with none, namespaces mean nothing.
    /// `encoding` overrides what the document says of its own.
    pub(super) fn new(separator: Option<String>, encoding: Option<Encoding>) -> Self {
        Self {
            keeps_raw: false,
            handled: Handled::default(),
            expands: true,
            namespaces: Namespaces::new(separator),
            encoding_is_given: encoding.is_some(),
            encoding: encoding.unwrap_or_default(),
            declared: None,
            text: Vec::new(),
            base: 0,
            at: 0,
            is_last: false,
            state: DocumentPart::Start,
            in_cdata: false,
            elements: Vec::new(),
            expansions: Vec::new(),
            expanded: 0,
            limits: Limits { threshold: MANY_EXPANDED_BYTES as u64, amplification: 100.0 },
            is_part: false,
            declarations: Declarations::default(),
            events: VecDeque::new(),
            current: 0,
            position: Position { at: 0, line: 1, column: 0 },
            failed: None,
        }
    }

    /// A reader for an external entity of this one's document.
    pub(super) fn external(&self, encoding: Option<Encoding>) -> Self {
        let mut reader = Self::new(None, encoding);
        reader.namespaces = self.namespaces.clone();
        reader.declarations = self.declarations.clone();
        reader.state = DocumentPart::Content;
        reader.limits = self.limits;
        reader.is_part = true;
        // It has no open element of its own, as if it were an entity within the document.
        reader.elements.push(Element { raw: Box::default(), name: String::new() });
        reader
    }

    /// The input is UTF-8, whatever the document declares.
    pub(super) fn is_text(&mut self) {
        if self.base == 0 && self.text.is_empty() {
            self.encoding = Encoding::known("UTF-8").unwrap_or_default();
            self.encoding_is_given = true;
        }
    }

    /// Takes a piece of the document. `is_last` marks the last one.
    ///
    /// # Errors
    /// After the last one.
    pub(super) fn feed(&mut self, piece: &[u8], is_last: bool) -> Result<(), Error> {
        if self.state == DocumentPart::Finished {
            return Err(self.fail(Code::Finished, self.current));
        }
        self.forget();
        self.is_last = is_last;
        self.encoding.decode(piece, is_last, &mut self.text);
        Ok(())
    }

    /// The next event; none if the rest of the document is not there yet, or there is no more.
    ///
    /// # Errors
    /// If the document is not well-formed. All further calls fail, too.
    pub(super) fn next(&mut self) -> Result<Option<Event>, Error> {
        loop {
            if let Some(event) = self.events.pop_front() {
                self.current = event.at;
                return Ok(Some(event));
            }
            if let Some(error) = self.failed {
                self.current = error.at;
                return Err(error);
            }
            // An error is reported after the events before it.
            if let Ok(false) = self.step() {
                return Ok(None);
            }
        }
    }

    /// The position of the last event, or of the error.
    pub(super) fn position(&mut self) -> Position {
        self.count_to(self.current.min(self.base + self.text.len()));
        self.position
    }

    /// The byte of the document that the last event began at.
    pub(super) fn offset(&self) -> usize {
        self.current
    }

    /// The text of the document from the last event on.
    pub(super) fn context(&self) -> &[u8] {
        let at = self.current.checked_sub(self.base);
        at.and_then(|at| self.text.get(at..)).unwrap_or_default()
    }

    /// Answers an event of an unknown encoding; none means to give up.
    pub(super) fn set_encoding(&mut self, encoding: Option<Encoding>) {
        match encoding {
            Some(encoding) => self.decode_rest(encoding),
            None => {
                self.fail(Code::UnknownEncoding, self.current);
            }
        }
    }

    /// Called if a handler refused an external entity, or a document that depends on unread
    /// declarations.
    pub(super) fn refuse(&mut self, code: Code) {
        self.events.clear();
        self.fail(code, self.current);
    }

    /// Reads a token, and whether there was one.
    fn step(&mut self) -> Result<bool, Error> {
        if let Some(expansion) = self.expansions.last() {
            let source = expansion.text.clone();
            return self.step_in_entity(&source);
        }
        let text = mem::take(&mut self.text);
        let found = match self.state {
            DocumentPart::Start => self.start(&text),
            DocumentPart::Prolog | DocumentPart::AfterDoctype | DocumentPart::Epilog => {
                self.outside(&text)
            }
            DocumentPart::Content => self.in_content(&text),
            DocumentPart::Finished => Ok(false),
        };
        self.text = text;
        if let Some(encoding) = self.declared.take() {
            self.decode_rest(encoding);
        }
        found
    }

    fn start(&mut self, text: &[u8]) -> Result<bool, Error> {
        if text.len() < encoding::MARK.len() && !self.is_last {
            return Ok(false);
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
            Some(encoding) if encoding.is_wide() != self.encoding.is_wide() => {
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
    fn outside(&mut self, text: &[u8]) -> Result<bool, Error> {
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

    fn in_content(&mut self, text: &[u8]) -> Result<bool, Error> {
        if self.at < text.len() {
            let mut scanner = self.scanner(text);
            let found = self.token(&mut scanner);
            if found == Ok(true) {
                self.at = scanner.at;
            }
            return found;
        }
        if !self.is_last {
            return Ok(false);
        }
        let code = match self.in_cdata {
            true => Code::UnclosedCdataSection,
            false => Code::NoElements,
        };
        // An external entity must end outside of its elements.
        if code == Code::NoElements && self.elements.len() == 1 && self.elements[0].raw.is_empty() {
            self.state = DocumentPart::Finished;
            return Ok(false);
        }
        Err(self.fail(code, self.base + self.at))
    }

    fn step_in_entity(&mut self, source: &[u8]) -> Result<bool, Error> {
        let Some(expansion) = self.expansions.last() else { return Ok(false) };
        if expansion.at < source.len() {
            let namespaces = self.namespaces.are_read();
            let mut scanner = Scanner { text: source, at: expansion.at, namespaces, last: true };
            let depth = self.expansions.len();
            let found = self.token(&mut scanner)?;
            self.expansions[depth - 1].at = scanner.at;
            return Ok(found);
        }
        if self.in_cdata {
            return Err(self.fail(Code::UnclosedCdataSection, self.current));
        }
        if self.elements.len() != expansion.depth {
            return Err(self.fail(Code::AsynchronousEntity, self.current));
        }
        self.expansions.pop();
        Ok(true)
    }

    /// There is no token at `start`.
    fn stopped(&mut self, stop: ScanError, start: usize) -> Result<bool, Error> {
        let (code, at) = match stop {
            ScanError::Invalid(at) => (Code::InvalidToken, at),
            _ if !self.has_all() => return Ok(false),
            ScanError::Partial => (Code::UnclosedToken, start),
            ScanError::PartialCharacter if self.encoding.is_wide() => (Code::UnclosedToken, start),
            ScanError::PartialCharacter => (Code::PartialCharacter, start),
        };
        Err(self.fail(code, self.place(at)))
    }

    /// Whether no more text will follow.
    fn has_all(&self) -> bool {
        self.is_last || !self.expansions.is_empty()
    }

    /// The byte of the document at `at` in the current text.
    fn place(&self, at: usize) -> usize {
        if self.expansions.is_empty() { self.base + at } else { self.current }
    }

    fn emit(&mut self, place: Span, text: &[u8], what: What) {
        let at = self.place(place.start);
        // A handler may be taken away before its event comes, unless that is the next.
        let is_next = self.events.is_empty();
        let keeps_raw = self.keeps_raw && !(is_next && self.handled.has(&what));
        let raw = keeps_raw.then(|| String::from_utf8_lossy(&text[place]).into_owned());
        self.events.push_back(Event { at, raw, what });
    }

    fn fail(&mut self, code: Code, at: usize) -> Error {
        let error = Error { code, at };
        self.failed = Some(error);
        error
    }

    fn scanner<'text>(&self, text: &'text [u8]) -> Scanner<'text> {
        Scanner { text, at: self.at, namespaces: self.namespaces.are_read(), last: self.is_last }
    }

    fn decode_rest(&mut self, encoding: Encoding) {
        let rest = self.text.split_off(self.at);
        self.encoding = encoding;
        self.encoding.decode(&rest, self.is_last, &mut self.text);
    }

    /// Forgets what was read.
    fn forget(&mut self) {
        self.count_to(self.base + self.at);
        self.text.drain(..self.at);
        self.base += self.at;
        self.at = 0;
    }

    /// Counts lines and columns up to a byte of the document.
    fn count_to(&mut self, to: usize) {
        if to <= self.position.at {
            return;
        }
        let mut after_return = false;
        for byte in &self.text[self.position.at - self.base..to - self.base] {
            match byte {
                b'\n' if after_return => {}
                b'\r' | b'\n' => {
                    self.position.line += 1;
                    self.position.column = 0;
                }
                // Not the first byte of a character.
                0x80..0xc0 => {}
                _ => self.position.column += 1,
            }
            after_return = *byte == b'\r';
        }
        self.position.at = to;
    }
}
