//! Reading a document, piece by piece.

mod content;
mod outside;

use crate::{
    declarations::Declarations,
    encoding::Encoding,
    error::{Code, Error},
    event::{Event, What},
    limits::Limits,
    namespaces::Namespaces,
    scan::{ScanError, Scanner, Span},
};
use std::{collections::VecDeque, mem, sync::Arc};

/// The most frequent events, of which each may have a handler of its own.
#[derive(Debug, Clone, Copy, Default)]
pub struct Handled {
    /// The start of an element.
    pub start: bool,
    /// The end of an element.
    pub end: bool,
    /// Characters.
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

/// A reader of one document. It is fed ([`Reader::feed`]) and asked ([`Reader::next_event`]).
#[derive(Debug)]
pub struct Reader {
    /// Whether events have their source text.
    pub keeps_raw: bool,
    /// Which events have a handler: their source text is not asked for.
    pub handled: Handled,
    /// Whether entities are expanded. If not, they are only reported.
    pub expands: bool,
    namespaces: Namespaces,
    encoding: Encoding,
    /// The byte from which on the text has that encoding. It was UTF-8 before.
    encoded_from: usize,
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
    /// How far entities may expand.
    pub limits: Limits,
    is_part: bool,
    declarations: Declarations,
    events: VecDeque<Event>,
    /// The byte that the last event began at, and its line and column.
    current: usize,
    position: Position,
    failed: Option<Error>,
}

/// The line and column of a byte of the document.
#[derive(Debug, Clone, Copy)]
pub struct Position {
    at: usize,
    /// The same byte in the document as it was given, which may not be UTF-8.
    given: usize,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 0.
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
    pub fn new(separator: Option<String>, encoding: Option<Encoding>) -> Self {
        Self {
            keeps_raw: false,
            handled: Handled::default(),
            expands: true,
            namespaces: Namespaces::new(separator),
            encoding_is_given: encoding.is_some(),
            encoding: encoding.unwrap_or_default(),
            encoded_from: 0,
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
            limits: Limits::default(),
            is_part: false,
            declarations: Declarations::default(),
            events: VecDeque::new(),
            current: 0,
            position: Position { at: 0, given: 0, line: 1, column: 0 },
            failed: None,
        }
    }

    /// A reader for an external entity of this one's document.
    pub fn external(&self, encoding: Option<Encoding>) -> Self {
        let mut reader = Self::new(None, encoding);
        reader.encoding = reader.encoding.of_entity();
        reader.namespaces = self.namespaces.clone();
        reader.declarations = self.declarations.clone();
        reader.state = DocumentPart::Content;
        reader.limits = self.limits;
        reader.is_part = true;
        // It has no open element of its own, as if it were an entity within the document.
        reader.elements.push(Element { raw: Box::default(), name: String::new() });
        reader
    }

    /// Whether it reads an external entity of another reader's document ([`Self::external`]).
    #[must_use]
    pub fn is_part(&self) -> bool {
        self.is_part
    }

    /// Whether names also contain their prefix.
    #[must_use]
    pub fn tells_prefixes(&self) -> bool {
        self.namespaces.tell_prefixes
    }

    /// Chooses whether names also contain their prefix, after the namespace and the name.
    pub fn tell_prefixes(&mut self, tell: bool) {
        self.namespaces.tell_prefixes = tell;
    }

    /// The input is UTF-8, whatever the document declares. Means nothing once the document has begun.
    pub fn assume_utf8(&mut self) {
        if self.base == 0 && self.text.is_empty() {
            self.encoding = Encoding::known("UTF-8").unwrap_or_default();
            self.encoding_is_given = true;
        }
    }

    /// Takes a piece of the document. `is_last` marks the last one.
    ///
    /// # Errors
    /// After the last one.
    pub fn feed(&mut self, piece: &[u8], is_last: bool) -> Result<(), Error> {
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
    pub fn next_event(&mut self) -> Result<Option<Event>, Error> {
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
    #[must_use]
    pub fn position(&mut self) -> Position {
        self.count_to(self.current.min(self.base + self.text.len()));
        self.position
    }

    /// The byte of the document, as it was given, that the last event began at. [`Event::at`] counts
    /// the bytes of the document in UTF-8.
    pub fn offset(&mut self) -> usize {
        match self.encoding.is_utf8() {
            true => self.current,
            false => self.position().given,
        }
    }

    /// The text of the document from the last event on.
    pub fn context(&self) -> &[u8] {
        let at = self.current.checked_sub(self.base);
        at.and_then(|at| self.text.get(at..)).unwrap_or_default()
    }

    /// Answers an event of an unknown encoding; none means to give up.
    pub fn set_encoding(&mut self, encoding: Option<Encoding>) {
        match encoding {
            Some(encoding) => self.decode_rest(encoding),
            None => {
                self.fail(Code::UnknownEncoding, self.current);
            }
        }
    }

    /// Called if a handler refused an external entity, or a document that depends on unread
    /// declarations.
    pub fn refuse(&mut self, code: Code) {
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
        // To libexpat, a newline that may be incomplete is not behind it.
        let at = self.at - usize::from(!self.in_cdata && text.ends_with(b"\r"));
        Err(self.fail(code, self.base + at))
    }

    fn step_in_entity(&mut self, source: &[u8]) -> Result<bool, Error> {
        let Some(expansion) = self.expansions.last() else { return Ok(false) };
        if expansion.at < source.len() {
            let namespaces = self.namespaces.are_read();
            let mut scanner =
                Scanner { text: source, at: expansion.at, namespaces, last: true, in_entity: true };
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
        let namespaces = self.namespaces.are_read();
        Scanner { text, at: self.at, namespaces, last: self.is_last, in_entity: false }
    }

    fn decode_rest(&mut self, encoding: Encoding) {
        let rest = self.text.split_off(self.at);
        self.encoding = encoding;
        self.encoded_from = self.base + self.at;
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
        let from = self.position.at;
        let bytes = &self.text[from - self.base..to - self.base];
        let mut after_return = false;
        for byte in bytes {
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
        let (as_given, recoded) = match self.encoding.is_utf8() {
            true => (bytes, &[][..]),
            false => bytes.split_at(self.encoded_from.saturating_sub(from).min(bytes.len())),
        };
        self.position.given += as_given.len();
        self.position.given +=
            recoded.iter().map(|byte| self.encoding.given_bytes(*byte)).sum::<usize>();
        self.position.at = to;
    }
}
