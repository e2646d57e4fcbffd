//! Texts, and the fields of f-strings and t-strings.

use super::{
    Kind, escapes,
    parser::{Fit, Id, Parser, Rule, Stop, What, need},
    tokens::Type,
};
use alloc::{format, string::ToString, vec::Vec};

impl Parser {
    pub(super) fn sees_text(&mut self) -> Result<bool, Stop> {
        Ok(self.sees_typ(Type::Text)?
            || self.sees_typ(Type::Start(b'f'))?
            || self.sees_typ(Type::Start(b't'))?)
    }

    pub(super) fn strings(&mut self) -> Fit<Id> {
        self.keep(Rule::Strings, |it| {
            if it.explaining {
                it.attempt(Self::wrong_mixture)?;
            }
            let all = it.some(Self::string)?;
            if let Some(all) = all {
                let bytes = all.iter().filter(|&&each| it.what(each) == What::Bytes).count();
                if bytes > 0 && bytes < all.len() {
                    return it.tell_last(Kind::Syntax, "cannot mix bytes and nonbytes literals");
                }
                let what = if all.iter().any(|&each| it.what(each) == What::FString) {
                    What::FString
                } else {
                    What::Text
                };
                let place = it.first(all[0]);
                return Ok(Some(it.node(what, place, Vec::new())));
            }
            let all = need!(it.some(Self::t_string));
            let place = it.first(all[0]);
            Ok(Some(it.node(What::TString, place, Vec::new())))
        })
    }

    pub(super) fn wrong_mixture(&mut self) -> Fit<Id> {
        const MIXTURE: &str = "cannot mix t-string literals with string or bytes literals";
        self.attempt(|it| {
            let all = need!(it.some(Self::string));
            let other = need!(it.t_string());
            it.tell_between::<Id>(all[all.len() - 1], other, MIXTURE)
        })?;
        self.attempt(|it| {
            let all = need!(it.some(Self::t_string));
            let other = need!(it.string());
            it.tell_between::<Id>(all[all.len() - 1], other, MIXTURE)
        })
    }

    pub(super) fn t_string(&mut self) -> Fit<Id> {
        self.keep(Rule::TString, |it| it.template(b't', What::TString))
    }

    /// One literal that is no t-string.
    pub(super) fn string(&mut self) -> Fit<Id> {
        if let Some(place) = self.typ(Type::Text)? {
            let of_bytes = match escapes::look(self.bytes(place)) {
                Ok(of_bytes) => of_bytes,
                Err(escapes::Wrong::NotAscii) => {
                    return self.tell(
                        place,
                        place,
                        "bytes can only contain ASCII literal characters",
                    );
                }
                Err(escapes::Wrong::Escape(message)) => {
                    return self.tell_last(Kind::Syntax, &message);
                }
            };
            self.warn_of_literal(place);
            let what = if of_bytes { What::Bytes } else { What::Text };
            return Ok(Some(self.node(what, place, Vec::new())));
        }
        self.template(b'f', What::FString)
    }

    pub(super) fn template(&mut self, letter: u8, what: What) -> Fit<Id> {
        self.attempt(|it| {
            let place = need!(it.typ(Type::Start(letter)));
            let mut texts = Vec::new();
            loop {
                if it.attempt(|it| it.field(letter))?.is_some() {
                    continue;
                }
                match it.typ(Type::Middle(letter))? {
                    Some(text) => texts.push(text),
                    None => break,
                }
            }
            let end = need!(it.typ(Type::End(letter)));
            for text in texts {
                it.check_middle(text, end)?;
            }
            Ok(Some(it.node(what, place, Vec::new())))
        })
    }

    /// Warnings count the lines from a token of their own.
    pub(super) fn check_middle(&mut self, place: usize, counted_from: usize) -> Result<(), Stop> {
        if !self.tokens[place].raw {
            if let Some(message) = escapes::of_text(self.bytes(place)) {
                self.tell::<()>(place, place, &message)?;
            }
            self.warn_of_middle(place, counted_from);
        }
        Ok(())
    }

    pub(super) fn conversion(&mut self, letter: u8) -> Fit<()> {
        let mark = need!(self.word("!"));
        let name = need!(self.name());
        let name = self.first(name);
        let letter = letter as char;
        if self.tokens[mark].end != self.tokens[name].start {
            return self.tell(
                mark,
                name,
                &format!(
                    "{letter}-string: conversion type must come right after the exclamation mark"
                ),
            );
        }
        let word = self.text(name).to_string();
        if !matches!(word.as_str(), "s" | "r" | "a") {
            return self.tell(
                name,
                name,
                &format!(
                    "{letter}-string: invalid conversion character '{word}': \
                     expected 's', 'r', or 'a'"
                ),
            );
        }
        Ok(Some(()))
    }

    pub(super) fn format(&mut self, letter: u8) -> Fit<()> {
        loop {
            if let Some(text) = self.typ(Type::Middle(letter))? {
                self.check_middle(text, text)?;
            } else if self.attempt(|it| it.field(letter))?.is_none() {
                return Ok(Some(()));
            }
        }
    }

    pub(super) fn field(&mut self, letter: u8) -> Fit<()> {
        let field = self.attempt(|it| {
            need!(it.word("{"));
            need!(it.annotated_value());
            it.word("=")?;
            it.attempt(|it| it.conversion(letter))?;
            if it.word(":")?.is_some() {
                it.format(letter)?;
            }
            need!(it.word("}"));
            Ok(Some(()))
        })?;
        if field.is_some() || !self.explaining {
            return Ok(field);
        }
        self.wrong_field(letter)
    }

    pub(super) fn wrong_field(&mut self, letter: u8) -> Fit<()> {
        let kind = format!("{}-string", letter as char);
        for word in ["=", "!", ":", "}"] {
            self.attempt(|it| {
                need!(it.word("{"));
                let place = need!(it.word(word));
                it.tell::<()>(
                    place,
                    place,
                    &format!("{kind}: valid expression required before '{word}'"),
                )
            })?;
        }
        self.attempt(|it| {
            need!(it.word("{"));
            if it.ahead(Self::annotated_value)? {
                return Ok(None);
            }
            it.tell_next::<()>(&format!("{kind}: expecting a valid expression after '{{'"))
        })?;
        self.attempt(|it| {
            need!(it.word("{"));
            need!(it.annotated_value());
            if it.sees_one_of(&["=", "!", ":", "}"])? {
                return Ok(None);
            }
            it.tell_next::<()>(&format!("{kind}: expecting '=', or '!', or ':', or '}}'"))
        })?;
        self.attempt(|it| {
            need!(it.word("{"));
            need!(it.annotated_value());
            need!(it.word("="));
            if it.sees_one_of(&["!", ":", "}"])? {
                return Ok(None);
            }
            it.tell_next::<()>(&format!("{kind}: expecting '!', or ':', or '}}'"))
        })?;
        self.attempt(|it| {
            need!(it.word("{"));
            need!(it.annotated_value());
            it.word("=")?;
            need!(it.word("!"));
            if it.sees_one_of(&[":", "}"])? {
                return it.tell_next::<()>(&format!("{kind}: missing conversion character"));
            }
            if it.ahead(Self::name)? {
                return Ok(None);
            }
            it.tell_next::<()>(&format!("{kind}: invalid conversion character"))
        })?;
        let after_conversion = |it: &mut Self| -> Fit<()> {
            need!(it.word("{"));
            need!(it.annotated_value());
            it.word("=")?;
            it.attempt(|it| {
                need!(it.word("!"));
                it.name()
            })?;
            Ok(Some(()))
        };
        self.attempt(|it| {
            need!(after_conversion(it));
            if it.sees_one_of(&[":", "}"])? {
                return Ok(None);
            }
            it.tell_next::<()>(&format!("{kind}: expecting ':' or '}}'"))
        })?;
        self.attempt(|it| {
            need!(after_conversion(it));
            need!(it.word(":"));
            it.format(letter)?;
            if it.sees("}")? {
                return Ok(None);
            }
            it.tell_next::<()>(&format!("{kind}: expecting '}}', or format specs"))
        })?;
        self.attempt(|it| {
            need!(after_conversion(it));
            if it.sees("}")? {
                return Ok(None);
            }
            it.tell_next::<()>(&format!("{kind}: expecting '}}'"))
        })
    }
}
