//! What is assigned to, deleted or looped over.

use super::{
    expressions::Target,
    parser::{Fit, Id, Parser, Rule, Stop, What, need},
};
use alloc::{format, vec, vec::Vec};

impl Parser {
    /// The part of an expression that cannot be a target.
    pub(super) fn no_target(&self, kind: Target, value: Id) -> Option<Id> {
        match self.what(value) {
            What::List | What::Tuple => {
                self.parts(value).iter().find_map(|&part| self.no_target(kind, part))
            }
            What::Starred if kind == Target::Deleted => Some(value),
            What::Starred => self.no_target(kind, *self.parts(value).first()?),
            What::Comparison(is_in) if kind == Target::Looped => is_in
                .then(|| self.parts(value).first().copied())
                .flatten()
                .and_then(|left| self.no_target(kind, left)),
            What::Name | What::Subscript | What::Attribute => None,
            _ => Some(value),
        }
    }

    pub(super) fn wrong_target<T>(&mut self, kind: Target, value: Id) -> Fit<T> {
        let Some(part) = self.no_target(kind, value) else {
            return Ok(None);
        };
        let verb = if kind == Target::Deleted { "delete" } else { "assign to" };
        let name = self.what(part).name();
        self.tell_of(part, &format!("cannot {verb} {name}"))
    }

    pub(super) fn star_targets(&mut self) -> Fit<Id> {
        self.tuple_of(Self::star_target)
    }

    pub(super) fn star_target(&mut self) -> Fit<Id> {
        self.keep(Rule::StarTarget, |it| {
            let starred = it.attempt(|it| {
                let place = need!(it.word("*"));
                if it.sees("*")? {
                    return Ok(None);
                }
                let value = need!(it.star_target());
                Ok(Some(it.node(What::Starred, place, vec![value])))
            })?;
            if starred.is_some() {
                return Ok(starred);
            }
            it.target_with_star_atom()
        })
    }

    pub(super) fn target_with_star_atom(&mut self) -> Fit<Id> {
        self.keep(Rule::TargetWithStarAtom, |it| {
            if let Some(target) = it.attribute_target()? {
                return Ok(Some(target));
            }
            it.star_atom()
        })
    }

    pub(super) fn star_atom(&mut self) -> Fit<Id> {
        if let Some(name) = self.name()? {
            return Ok(Some(name));
        }
        let group = self.attempt(|it| {
            need!(it.word("("));
            let value = need!(it.target_with_star_atom());
            need!(it.word(")"));
            Ok(Some(value))
        })?;
        if group.is_some() {
            return Ok(group);
        }
        let tuple = self.attempt(|it| {
            let place = need!(it.word("("));
            it.attempt(|it| {
                let all = need!(it.list(Self::star_target));
                if it.word(",")?.is_none() && all.len() == 1 {
                    return Ok(None);
                }
                Ok(Some(all))
            })?;
            need!(it.word(")"));
            Ok(Some(it.node(What::Tuple, place, Vec::new())))
        })?;
        if tuple.is_some() {
            return Ok(tuple);
        }
        self.attempt(|it| {
            let place = need!(it.word("["));
            it.attempt(|it| {
                let all = need!(it.list(Self::star_target));
                it.word(",")?;
                Ok(Some(all))
            })?;
            need!(it.word("]"));
            Ok(Some(it.node(What::List, place, Vec::new())))
        })
    }

    pub(super) fn sees_trailer(&mut self) -> Result<bool, Stop> {
        self.sees_one_of(&["(", "[", "."])
    }

    /// `value.name` or `value[index]`.
    pub(super) fn attribute_target(&mut self) -> Fit<Id> {
        let attribute = self.attempt(|it| {
            let place = it.mark;
            need!(it.target_primary());
            need!(it.word("."));
            need!(it.name());
            if it.sees_trailer()? {
                return Ok(None);
            }
            Ok(Some(it.node(What::Attribute, place, Vec::new())))
        })?;
        if attribute.is_some() {
            return Ok(attribute);
        }
        self.attempt(|it| {
            let place = it.mark;
            need!(it.target_primary());
            need!(it.word("["));
            need!(it.slices());
            need!(it.word("]"));
            if it.sees_trailer()? {
                return Ok(None);
            }
            Ok(Some(it.node(What::Subscript, place, Vec::new())))
        })
    }

    pub(super) fn target_primary(&mut self) -> Fit<Id> {
        self.keep(Rule::TargetPrimary, |it| {
            let place = it.mark;
            let mut value = need!(it.atom());
            if !it.sees_trailer()? {
                return Ok(None);
            }
            loop {
                let more = it.attempt(|it| {
                    let more = need!(it.trailer(place, value));
                    Ok(it.sees_trailer()?.then_some(more))
                })?;
                match more {
                    Some(more) => value = more,
                    None => return Ok(Some(value)),
                }
            }
        })
    }

    pub(super) fn single_target(&mut self) -> Fit<Id> {
        if let Some(target) = self.attribute_target()? {
            return Ok(Some(target));
        }
        if let Some(name) = self.name()? {
            return Ok(Some(name));
        }
        self.attempt(|it| {
            need!(it.word("("));
            let target = need!(it.single_target());
            need!(it.word(")"));
            Ok(Some(target))
        })
    }

    pub(super) fn del_targets(&mut self) -> Fit<Vec<Id>> {
        self.attempt(|it| {
            let all = need!(it.list(Self::del_target));
            it.word(",")?;
            Ok(Some(all))
        })
    }

    pub(super) fn del_target(&mut self) -> Fit<Id> {
        self.keep(Rule::DelTarget, |it| {
            if let Some(target) = it.attribute_target()? {
                return Ok(Some(target));
            }
            if let Some(name) = it.name()? {
                return Ok(Some(name));
            }
            let group = it.attempt(|it| {
                need!(it.word("("));
                let target = need!(it.del_target());
                need!(it.word(")"));
                Ok(Some(target))
            })?;
            if group.is_some() {
                return Ok(group);
            }
            for (open, close, what) in [("(", ")", What::Tuple), ("[", "]", What::List)] {
                let several = it.attempt(|it| {
                    let place = need!(it.word(open));
                    it.del_targets()?;
                    need!(it.word(close));
                    Ok(Some(it.node(what, place, Vec::new())))
                })?;
                if several.is_some() {
                    return Ok(several);
                }
            }
            Ok(None)
        })
    }
}
