//! Prints the events of documents, for `compare.py`.
//!
//! Each request is a line, and the bytes of a document: `MODE SEPARATOR SIZES...`. MODE is `all` for
//! every event, `default` for the source text that a default handler gets, or `expand` for that text
//! with entities expanded. SEPARATOR is a character's number, or `-` for no namespaces. SIZES are
//! those of the document's pieces. The answer is the number of lines, and the lines.

use krait_expat::{
    Error, Reader, What,
    event::{ExternalId, Model},
};
use std::io::{self, BufRead, Read, Write};

fn main() -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::BufWriter::new(io::stdout().lock()));
    let mut request = String::new();
    while input.read_line(&mut request)? > 0 {
        let mut words = request.split_whitespace();
        let (mode, separator) = (words.next().unwrap_or_default(), words.next());
        let separator = separator.and_then(|number| char::from_u32(number.parse().ok()?));
        let mut reader = Reader::new(separator.map(String::from), None);
        reader.keeps_raw = mode != "all";
        reader.expands = mode != "default";
        let mut pieces = Vec::new();
        for size in words {
            let size = size.parse().map_err(io::Error::other)?;
            let mut piece = vec![0; size];
            input.read_exact(&mut piece)?;
            pieces.push(piece);
        }
        let mut events = Events { reader, is_raw: mode != "all", lines: Vec::new() };
        if let Err(error) = events.read(&pieces) {
            let position = events.position();
            events.lines.push(format!("{position}\terror\t{}", error.code as usize));
        }
        writeln!(output, "{}", events.lines.len())?;
        for line in events.lines {
            writeln!(output, "{line}")?;
        }
        output.flush()?;
        request.clear();
    }
    Ok(())
}

struct Events {
    reader: Reader,
    is_raw: bool,
    lines: Vec<String>,
}

impl Events {
    fn read(&mut self, pieces: &[Vec<u8>]) -> Result<(), Error> {
        for (index, piece) in pieces.iter().enumerate() {
            self.reader.feed(piece, index + 1 == pieces.len())?;
            while let Some(event) = self.reader.next_event()? {
                if let What::UnknownEncoding(_) = event.what {
                    self.reader.set_encoding(None);
                } else if self.is_raw {
                    self.lines.extend(event.raw.filter(|raw| !raw.is_empty()).map(escaped));
                } else if let Some(told) = told(event.what) {
                    let position = self.position();
                    self.lines.push(format!("{position}\t{told}"));
                }
            }
        }
        Ok(())
    }

    fn position(&mut self) -> String {
        let position = self.reader.position();
        format!("{}:{}:{}", self.reader.offset(), position.line, position.column)
    }
}

/// What an event says; none for text that has no handler of its own.
fn told(what: What) -> Option<String> {
    let ids = |ids: ExternalId| [maybe(ids.system), maybe(ids.public)];
    let flag = |flag: bool| i32::from(flag).to_string();
    let (kind, fields) = match what {
        What::XmlDeclaration { version, encoding, standalone } => {
            let standalone = standalone.map_or(-1, i32::from).to_string();
            ("xml", vec![maybe(version), maybe(encoding), standalone])
        }
        What::StartElement { name, attributes, .. } => {
            let attributes = attributes.into_iter().flat_map(|(name, value)| [name, value]);
            ("start", [name].into_iter().chain(attributes).map(some).collect())
        }
        What::EndElement(name) => ("end", vec![some(name)]),
        What::StartNamespace(prefix, uri) => ("prefix", vec![maybe(prefix), maybe(uri)]),
        What::EndNamespace(prefix) => ("prefix end", vec![maybe(prefix)]),
        What::Characters(text) => ("text", vec![some(text)]),
        What::StartCdata => ("cdata", Vec::new()),
        What::EndCdata => ("cdata end", Vec::new()),
        What::Comment(text) => ("comment", vec![some(text)]),
        What::Instruction { target, data } => ("instruction", vec![some(target), some(data)]),
        What::SkippedEntity(name) => ("skipped", vec![some(name)]),
        What::ExternalEntity { ids: found, .. } => ("external", ids(found).to_vec()),
        What::StartDoctype { name, ids: found, has_internal_subset } => {
            let [system, public] = ids(found);
            ("doctype", vec![some(name), system, public, flag(has_internal_subset)])
        }
        What::EndDoctype => ("doctype end", Vec::new()),
        What::NotStandalone => ("not standalone", Vec::new()),
        What::Entity { name, is_parameter, value, ids: found, notation } => {
            let [system, public] = ids(found);
            let (name, value) = (some(name), maybe(value));
            ("entity", vec![name, flag(is_parameter), value, system, public, maybe(notation)])
        }
        What::Notation { name, ids: found } => {
            let [system, public] = ids(found);
            ("notation", vec![some(name), system, public])
        }
        What::Element { name, model: found } => ("element", vec![some(name), model(&found)]),
        What::Attribute { element, name, kind, default, required } => {
            let (element, name) = (some(element), some(name));
            ("attribute", vec![element, name, some(kind), maybe(default), flag(required)])
        }
        What::Markup(_) | What::UnknownEncoding(_) => return None,
    };
    Some([kind.to_owned()].into_iter().chain(fields).collect::<Vec<_>>().join("\t"))
}

fn model(found: &Model) -> String {
    let children: Vec<String> = found.children.iter().map(model).collect();
    let name = maybe(found.name.clone());
    format!("({} {} {name} [{}])", found.kind, found.quantifier, children.join(" "))
}

fn some(text: String) -> String {
    format!("={}", escaped(text))
}

fn maybe(text: Option<String>) -> String {
    text.map_or_else(|| "-".to_owned(), some)
}

fn escaped(text: String) -> String {
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}
