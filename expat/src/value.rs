//! Values of attributes, of entities, and of character references.

use crate::{
    declarations::{Declarations, Entity},
    error::{Code, Error},
    event::What,
    limits::MANY_EXPANDED_BYTES,
    scan::{Content, Miscellaneous, ScanError, Scanner, Span, is_allowed},
};

/// XML's own entities.
pub(crate) fn predefined(name: &[u8]) -> Option<char> {
    Some(match name {
        b"lt" => '<',
        b"gt" => '>',
        b"amp" => '&',
        b"quot" => '"',
        b"apos" => '\'',
        _ => return None,
    })
}

/// The character with a number.
pub(crate) fn character(digits: &[u8], radix: u32) -> Option<char> {
    let digits = std::str::from_utf8(digits).ok()?;
    let number = u32::from_str_radix(digits, radix).ok()?;
    char::from_u32(number).filter(|found| is_allowed(*found))
}

/// Text without newlines, or with those of an entity.
pub(crate) fn plain(raw: &[u8]) -> String {
    String::from_utf8_lossy(raw).into_owned()
}

/// Text with normalised newlines.
pub(crate) fn text(raw: &[u8]) -> String {
    // Most text is as it is written.
    if !raw.contains(&b'\r')
        && let Ok(text) = std::str::from_utf8(raw)
    {
        return text.to_owned();
    }
    let text = String::from_utf8_lossy(raw);
    match text.contains('\r') {
        true => text.replace("\r\n", "\n").replace('\r', "\n"),
        false => text.into_owned(),
    }
}

/// A comment or an instruction; none for an XML declaration.
pub(crate) fn miscellaneous(source: &[u8], found: Miscellaneous) -> Option<What> {
    Some(match found {
        Miscellaneous::Comment(place) => What::Comment(text(&source[place])),
        Miscellaneous::Instruction { target, data } => {
            What::Instruction { target: text(&source[target]), data: text(&source[data]) }
        }
        Miscellaneous::XmlDeclaration(_) => return None,
    })
}

/// An entity's value, and what is wrong after it. Its literal is at `place`.
pub(crate) fn entity(scanner: &Scanner, place: Span) -> (String, Result<(), Error>) {
    let mut value = String::new();
    let read = read_entity(scanner, place, &mut value);
    (value, read)
}

fn read_entity(scanner: &Scanner, place: Span, value: &mut String) -> Result<(), Error> {
    let start = place.start;
    let raw = &scanner.text[place];
    let mut inner = Scanner { text: raw, at: 0, last: true, ..*scanner };
    while inner.at < raw.len() {
        let at = inner.at;
        let invalid = |stop| {
            let at = if let ScanError::Invalid(at) = stop { at } else { at };
            Error { code: Code::InvalidToken, at: start + at }
        };
        match inner.peek().map_err(invalid)? {
            '&' => {
                inner.at += 1;
                match inner.reference().map_err(invalid)? {
                    Content::CharacterReference { digits, radix } => {
                        let found = character(&raw[digits], radix);
                        let bad = Error { code: Code::BadCharacterReference, at: start + at };
                        value.push(found.ok_or(bad)?);
                    }
                    _ => value.push_str(&String::from_utf8_lossy(&raw[at..inner.at])),
                }
            }
            '%' => {
                inner.at += 1;
                inner.name().and_then(|_| inner.require(b';')).map_err(invalid)?;
                return Err(Error { code: Code::ParameterEntityReference, at: start + at });
            }
            '\r' | '\n' => {
                inner.newline().map_err(invalid)?;
                value.push('\n');
            }
            next => {
                inner.at += next.len_utf8();
                value.push(next);
            }
        }
    }
    Ok(())
}

/// An attribute's value. Entities are expanded, and white space becomes blanks. If the attribute is
/// not text, runs of blanks become single ones. The bytes that came from entities are added to
/// `expanded`.
pub(crate) fn attribute<'a>(
    raw: &'a [u8],
    is_text: bool,
    namespaces: bool,
    declarations: &'a Declarations,
    expanded: &mut usize,
) -> Result<String, (Code, Option<usize>)> {
    // The texts that are being read: the value, and the entities in progress, by name.
    let scanner = |text, in_entity| Scanner { text, at: 0, namespaces, last: true, in_entity };
    let mut open: Vec<(Scanner<'a>, &str)> = vec![(scanner(raw, false), "")];
    let mut value = String::with_capacity(raw.len());
    while let Some(depth) = open.len().checked_sub(1) {
        let (reader, _) = &mut open[depth];
        let (source, start) = (reader.text, reader.at);
        if start == source.len() {
            open.pop();
            continue;
        }
        let wrong = |code| (code, (depth == 0).then_some(start));
        let invalid = |stop| {
            let at = if let ScanError::Invalid(at) = stop { at } else { start };
            (Code::InvalidToken, (depth == 0).then_some(at))
        };
        let next = reader.peek().map_err(invalid)?;
        match next {
            '<' => return Err(wrong(Code::InvalidToken)),
            '&' => {}
            '\r' | '\n' => {
                reader.newline().map_err(invalid)?;
                value.push(' ');
                continue;
            }
            next => {
                reader.at += next.len_utf8();
                value.push(if next == '\t' { ' ' } else { next });
                continue;
            }
        }
        reader.at += 1;
        let name = match reader.reference().map_err(invalid)? {
            Content::CharacterReference { digits, radix } => {
                let found = character(&source[digits], radix);
                value.push(found.ok_or_else(|| wrong(Code::BadCharacterReference))?);
                continue;
            }
            Content::EntityReference { name } => &source[name],
            _ => return Err(wrong(Code::InvalidToken)),
        };
        if let Some(found) = predefined(name) {
            value.push(found);
            continue;
        }
        match declarations.entities.get_key_value(&text(name)) {
            None if declarations.complete() => return Err((Code::UndefinedEntity, None)),
            None => {}
            Some((name, _)) if open.iter().any(|(_, open)| open == name) => {
                return Err(wrong(Code::RecursiveEntityReference));
            }
            Some((_, Entity::Unparsed(_))) => return Err(wrong(Code::BinaryEntityReference)),
            Some((_, Entity::External(_))) => {
                return Err(wrong(Code::AttributeExternalEntityReference));
            }
            Some((name, Entity::Internal(text))) => {
                *expanded += text.len();
                if *expanded > MANY_EXPANDED_BYTES {
                    return Err((Code::AmplificationLimit, None));
                }
                open.push((scanner(text, true), name));
            }
        }
    }
    if is_text {
        return Ok(value);
    }
    Ok(value.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
}
