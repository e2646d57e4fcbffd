//! Values: of attributes, of entities, of what refers to a character.

use super::{
    declarations::{Declarations, Entity},
    error::{Code, Error},
    event::What,
    scan::{Content, Miscellaneous, Place, Scanner, Stop, is_allowed},
};
use std::sync::Arc;

/// What XML itself declares.
pub(super) fn predefined(name: &[u8]) -> Option<char> {
    Some(match name {
        b"lt" => '<',
        b"gt" => '>',
        b"amp" => '&',
        b"quot" => '"',
        b"apos" => '\'',
        _ => return None,
    })
}

/// The character of a number.
pub(super) fn character(digits: &[u8], radix: u32) -> Option<char> {
    let digits = std::str::from_utf8(digits).ok()?;
    let number = u32::from_str_radix(digits, radix).ok()?;
    char::from_u32(number).filter(|found| is_allowed(*found))
}

/// Text with newlines as XML has them.
pub(super) fn text(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    match text.contains('\r') {
        true => text.replace("\r\n", "\n").replace('\r', "\n"),
        false => text.into_owned(),
    }
}

/// A comment or an instruction; none for an XML declaration.
pub(super) fn miscellaneous(source: &[u8], found: Miscellaneous) -> Option<What> {
    Some(match found {
        Miscellaneous::Comment(place) => What::Comment(text(&source[place])),
        Miscellaneous::Instruction { target, data } => {
            What::Instruction { target: text(&source[target]), data: text(&source[data]) }
        }
        Miscellaneous::XmlDeclaration(_) => return None,
    })
}

/// An entity's value, of which the literal is at `place`.
pub(super) fn entity(scanner: &Scanner, place: Place) -> Result<String, Error> {
    let start = place.start;
    let raw = &scanner.text[place];
    let mut inner = Scanner { text: raw, at: 0, last: true, ..*scanner };
    let mut value = String::new();
    while inner.at < raw.len() {
        let at = inner.at;
        let invalid = |stop| {
            let at = if let Stop::Invalid(at) = stop { at } else { at };
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
                    _ => value += &String::from_utf8_lossy(&raw[at..inner.at]),
                }
            }
            '%' => {
                inner.at += 1;
                inner.name().and_then(|_| inner.expect(b';')).map_err(invalid)?;
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
    Ok(value)
}

/// An attribute's value: entities come to what they stand for, white space to blanks, and where it
/// is no text, to single ones. `expanded` is added the bytes that came of entities.
pub(super) fn attribute(
    raw: &[u8],
    is_text: bool,
    declarations: &Declarations,
    expanded: &mut usize,
) -> Result<String, (Code, Option<usize>)> {
    // What is read: the value, and the entities that it is in the middle of, by name.
    let mut open: Vec<(Arc<[u8]>, usize, String)> = vec![(raw.into(), 0, String::new())];
    let mut value = String::new();
    while let Some(depth) = open.len().checked_sub(1) {
        let (source, at, _) = &mut open[depth];
        if *at == source.len() {
            open.pop();
            continue;
        }
        let (source, start) = (source.clone(), *at);
        let mut scanner = Scanner { text: &source, at: start, namespaces: true, last: true };
        let invalid = (Code::InvalidToken, (depth == 0).then_some(start));
        let Ok(next) = scanner.peek() else { return Err(invalid) };
        if next == '<' {
            return Err(invalid);
        }
        if next != '&' {
            *at += next.len_utf8();
            if next == '\r' && source.get(*at) == Some(&b'\n') {
                *at += 1;
            }
            value.push(if matches!(next, '\t' | '\r' | '\n') { ' ' } else { next });
            continue;
        }
        scanner.at += 1;
        let Ok(reference) = scanner.reference() else { return Err(invalid) };
        *at = scanner.at;
        let wrong = |code| (code, (depth == 0).then_some(start));
        let name = match reference {
            Content::CharacterReference { digits, radix } => {
                let found = character(&source[digits], radix);
                value.push(found.ok_or_else(|| wrong(Code::BadCharacterReference))?);
                continue;
            }
            Content::EntityReference { name } => &source[name],
            _ => return Err(invalid),
        };
        if let Some(found) = predefined(name) {
            value.push(found);
            continue;
        }
        let name = text(name);
        match declarations.entities.get(&name) {
            None if declarations.complete() => return Err((Code::UndefinedEntity, None)),
            None => {}
            Some(_) if open.iter().any(|(_, _, open)| *open == name) => {
                return Err(wrong(Code::RecursiveEntityReference));
            }
            Some(Entity::Unparsed(_)) => return Err(wrong(Code::BinaryEntityReference)),
            Some(Entity::External(_)) => {
                return Err(wrong(Code::AttributeExternalEntityReference));
            }
            Some(Entity::Internal(text)) => {
                *expanded += text.len();
                if *expanded > super::reader::MANY_EXPANDED_BYTES {
                    return Err((Code::AmplificationLimit, None));
                }
                open.push((text.clone(), 0, name));
            }
        }
    }
    if is_text {
        return Ok(value);
    }
    Ok(value.split(' ').filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" "))
}
