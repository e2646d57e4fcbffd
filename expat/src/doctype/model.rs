//! Reads an element's content model.

use super::{Failure, Read, Subset, syntax};
use crate::{
    error::{Code, Error},
    event::{self, Model},
    prolog::Prolog,
    scan::Span,
};

/// How deep a content model may nest. This is krait's own limit, because models are passed on and
/// freed recursively.
const DEEPEST: usize = 500;

impl Subset<'_, '_> {
    /// After the first `(` of a model: it, and its last token.
    pub(crate) fn group(&mut self) -> Read<(Model, Span)> {
        // The open groups, and the separator between their parts.
        let mut open: Vec<(Model, Option<char>)> = vec![(Model::default(), None)];
        loop {
            let token = self.token()?;
            match &token.0 {
                Prolog::Sign('(') if open.len() == DEEPEST => {
                    let at = token.1.start;
                    return Err(Failure::Error(Error { code: Code::NoMemory, at }));
                }
                Prolog::Sign('(') => {
                    open.push((Model::default(), None));
                    continue;
                }
                Prolog::PoundName(place)
                    if open.len() == 1
                        && open[0].0.children.is_empty()
                        && self.scanner.text[place.clone()] == *b"PCDATA" =>
                {
                    return self.mixed();
                }
                Prolog::Name { place, quantifier, .. } => {
                    let child = Model {
                        kind: event::NAME,
                        quantifier: quantifier_of(*quantifier),
                        name: Some(self.text(place)),
                        children: Vec::new(),
                    };
                    let Some((group, _)) = open.last_mut() else { return Err(syntax(&token)) };
                    group.children.push(child);
                }
                _ => return Err(syntax(&token)),
            }
            // After a part.
            loop {
                let token = self.token()?;
                let Some((group, sign)) = open.last_mut() else { return Err(syntax(&token)) };
                match token.0 {
                    Prolog::Sign(found @ ('|' | ',')) if sign.is_none_or(|sign| sign == found) => {
                        *sign = Some(found);
                        break;
                    }
                    Prolog::ParenthesisClose(quantifier) => {
                        let is_choice = *sign == Some('|');
                        group.kind = if is_choice { event::CHOICE } else { event::SEQUENCE };
                        group.quantifier = quantifier_of(quantifier);
                        let Some((closed, _)) = open.pop() else { return Err(syntax(&token)) };
                        match open.last_mut() {
                            Some((group, _)) => group.children.push(closed),
                            None => return Ok((closed, token.1)),
                        }
                    }
                    _ => return Err(syntax(&token)),
                }
            }
        }
    }

    /// After `(#PCDATA`.
    fn mixed(&mut self) -> Read<(Model, Span)> {
        let mut model = Model { kind: event::MIXED, ..Model::default() };
        loop {
            let token = self.token()?;
            match token.0 {
                Prolog::ParenthesisClose(Some('*')) => {
                    model.quantifier = event::REPEATED;
                    return Ok((model, token.1));
                }
                Prolog::ParenthesisClose(None) if model.children.is_empty() => {
                    return Ok((model, token.1));
                }
                Prolog::Sign('|') => {
                    let name = Some(self.name()?);
                    model.children.push(Model { kind: event::NAME, name, ..Model::default() });
                }
                _ => return Err(syntax(&token)),
            }
        }
    }
}

fn quantifier_of(sign: Option<char>) -> i32 {
    match sign {
        Some('?') => event::OPTIONAL,
        Some('*') => event::REPEATED,
        Some('+') => event::AT_LEAST_ONCE,
        _ => event::ONCE,
    }
}
