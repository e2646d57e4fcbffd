//! The pieces of a format: a literal, and the field that follows it.

use crate::common::wtf8::CodePoint;

pub(super) struct Piece<'a> {
    pub(super) literal: &'a [CodePoint],
    pub(super) field: Option<Field<'a>>,
}

pub(super) struct Field<'a> {
    pub(super) name: &'a [CodePoint],
    pub(super) specification: &'a [CodePoint],
    pub(super) conversion: Option<CodePoint>,
}

/// The piece at `place`, which moves behind it; or what is wrong there.
pub(super) fn next<'a>(
    text: &'a [CodePoint],
    place: &mut usize,
) -> Result<Option<Piece<'a>>, &'static str> {
    let start = *place;
    if start >= text.len() {
        return Ok(None);
    }
    let is = |at: usize, character: char| text.get(at).is_some_and(|each| *each == character);
    let Some(brace) = (start..text.len()).find(|at| is(*at, '{') || is(*at, '}')) else {
        *place = text.len();
        return Ok(Some(Piece { literal: &text[start..], field: None }));
    };
    *place = brace + 1;
    if text.get(brace + 1) == Some(&text[brace]) {
        // A brace that is doubled stands for one.
        *place += 1;
        return Ok(Some(Piece { literal: &text[start..=brace], field: None }));
    }
    if is(brace, '}') {
        return Err("Single '}' encountered in format string");
    }
    if brace + 1 == text.len() {
        return Err("Single '{' encountered in format string");
    }
    let literal = &text[start..brace];
    let field = Some(field(text, place)?);
    Ok(Some(Piece { literal, field }))
}

fn field<'a>(text: &'a [CodePoint], place: &mut usize) -> Result<Field<'a>, &'static str> {
    let start = *place;
    let end = loop {
        match take(text, place) {
            None => return Err("expected '}' before end of string"),
            Some('{') => return Err("unexpected '{' in field name"),
            Some('[') => {
                // What is in brackets may have any character.
                let rest = &text[*place..];
                let length = rest.iter().position(|each| *each == ']');
                *place += length.unwrap_or(rest.len());
            }
            Some(end @ ('}' | ':' | '!')) => break end,
            Some(_) => {}
        }
    };
    let mut field = Field {
        name: &text[start..*place - 1],
        specification: &[],
        conversion: None,
    };
    if end == '}' {
        return Ok(field);
    }
    if end == '!' {
        let Some(conversion) = text.get(*place) else {
            return Err("end of string while looking for conversion specifier");
        };
        field.conversion = Some(*conversion);
        *place += 1;
        match take(text, place) {
            Some('}') => return Ok(field),
            Some(':') | None => {}
            Some(_) => return Err("expected ':' after conversion specifier"),
        }
    }
    let start = *place;
    let mut open = 1;
    while open > 0 {
        match take(text, place) {
            None => return Err("unmatched '{' in format spec"),
            Some('{') => open += 1,
            Some('}') => open -= 1,
            Some(_) => {}
        }
    }
    field.specification = &text[start..*place - 1];
    Ok(field)
}

fn take(text: &[CodePoint], place: &mut usize) -> Option<char> {
    let taken = text.get(*place)?;
    *place += 1;
    Some(taken.to_char_lossy())
}
