//! What an expression is made of: names, displays, comprehensions, and what follows them.

use super::{
    Kind,
    expressions::Target,
    parser::{Fit, Id, Parser, Rule, What, need},
    tokens::Type,
};
use alloc::{vec, vec::Vec};

impl Parser {
    pub(super) fn await_primary(&mut self) -> Fit<Id> {
        self.keep(Rule::AwaitPrimary, |it| {
            let awaited = it.attempt(|it| {
                let place = need!(it.word("await"));
                need!(it.primary());
                Ok(Some(it.node(What::Await, place, Vec::new())))
            })?;
            if awaited.is_some() {
                return Ok(awaited);
            }
            it.primary()
        })
    }

    /// What follows a value: an attribute, a call, an index.
    pub(super) fn trailer(&mut self, place: usize, value: Id) -> Fit<Id> {
        let attribute = self.attempt(|it| {
            need!(it.word("."));
            need!(it.name());
            Ok(Some(it.node(What::Attribute, place, vec![value])))
        })?;
        if attribute.is_some() {
            return Ok(attribute);
        }
        if self.attempt(Self::generator)?.is_some() {
            return Ok(Some(self.node(What::Call, place, Vec::new())));
        }
        let call = self.attempt(|it| {
            need!(it.word("("));
            it.arguments()?;
            need!(it.word(")"));
            Ok(Some(it.node(What::Call, place, Vec::new())))
        })?;
        if call.is_some() {
            return Ok(call);
        }
        self.attempt(|it| {
            need!(it.word("["));
            need!(it.slices());
            need!(it.word("]"));
            Ok(Some(it.node(What::Subscript, place, vec![value])))
        })
    }

    pub(super) fn primary(&mut self) -> Fit<Id> {
        self.keep(Rule::Primary, |it| {
            let place = it.mark;
            let mut value = need!(it.atom());
            while let Some(more) = it.trailer(place, value)? {
                value = more;
            }
            Ok(Some(value))
        })
    }

    pub(super) fn slices(&mut self) -> Fit<Id> {
        let single = self.attempt(|it| {
            let slice = need!(it.slice());
            Ok((!it.sees(",")?).then_some(slice))
        })?;
        if single.is_some() {
            return Ok(single);
        }
        self.attempt(|it| {
            let all = need!(it.list(|it| {
                if let Some(slice) = it.slice()? {
                    return Ok(Some(slice));
                }
                it.starred_argument()
            }));
            it.word(",")?;
            let place = it.first(all[0]);
            Ok(Some(it.node(What::Tuple, place, all)))
        })
    }

    pub(super) fn slice(&mut self) -> Fit<Id> {
        let slice = self.attempt(|it| {
            let place = it.mark;
            it.expression()?;
            need!(it.word(":"));
            it.expression()?;
            it.attempt(|it| {
                need!(it.word(":"));
                it.expression()?;
                Ok(Some(()))
            })?;
            Ok(Some(it.node(What::Other, place, Vec::new())))
        })?;
        if slice.is_some() {
            return Ok(slice);
        }
        self.named_expression()
    }

    pub(super) fn atom(&mut self) -> Fit<Id> {
        if let Some(name) = self.name()? {
            return Ok(Some(name));
        }
        for (word, what) in [("True", What::True), ("False", What::False), ("None", What::None)] {
            if let Some(place) = self.word(word)? {
                return Ok(Some(self.node(what, place, Vec::new())));
            }
        }
        if self.sees_text()? {
            return self.strings();
        }
        if let Some(place) = self.typ(Type::Number)? {
            return Ok(Some(self.node(What::Number, place, Vec::new())));
        }
        if self.sees("(")? {
            for rule in [Self::tuple, Self::group, Self::generator] {
                if let Some(value) = self.attempt(rule)? {
                    return Ok(Some(value));
                }
            }
        } else if self.sees("[")? {
            for rule in [Self::list_display, Self::list_comprehension] {
                if let Some(value) = self.attempt(rule)? {
                    return Ok(Some(value));
                }
            }
        } else if self.sees("{")? {
            for rule in [Self::dict, Self::set, Self::dict_comprehension, Self::set_comprehension] {
                if let Some(value) = self.attempt(rule)? {
                    return Ok(Some(value));
                }
            }
        }
        if let Some(place) = self.word("...")? {
            return Ok(Some(self.node(What::Ellipsis, place, Vec::new())));
        }
        Ok(None)
    }

    pub(super) fn group(&mut self) -> Fit<Id> {
        let group = self.attempt(|it| {
            need!(it.word("("));
            let value = match it.yield_expression()? {
                Some(value) => value,
                None => need!(it.named_expression()),
            };
            need!(it.word(")"));
            Ok(Some(value))
        })?;
        if group.is_some() || !self.explaining {
            return Ok(group);
        }
        self.attempt(|it| {
            need!(it.word("("));
            let starred = need!(it.starred_argument());
            need!(it.word(")"));
            it.tell_of::<Id>(starred, "cannot use starred expression here")
        })?;
        self.attempt(|it| {
            need!(it.word("("));
            let place = need!(it.word("**"));
            need!(it.expression());
            need!(it.word(")"));
            it.tell::<Id>(place, place, "cannot use double starred expression here")
        })
    }

    pub(super) fn tuple(&mut self) -> Fit<Id> {
        self.attempt(|it| {
            let place = need!(it.word("("));
            let parts = it.attempt(|it| {
                let first = need!(it.star_named_expression());
                need!(it.word(","));
                let mut all = vec![first];
                all.extend(it.star_named_expressions()?.unwrap_or_default());
                Ok(Some(all))
            })?;
            need!(it.word(")"));
            Ok(Some(it.node(What::Tuple, place, parts.unwrap_or_default())))
        })
    }

    pub(super) fn list_display(&mut self) -> Fit<Id> {
        self.attempt(|it| {
            let place = need!(it.word("["));
            let parts = it.star_named_expressions()?;
            need!(it.word("]"));
            Ok(Some(it.node(What::List, place, parts.unwrap_or_default())))
        })
    }

    pub(super) fn tuple_display(&mut self) -> Fit<Id> {
        self.tuple()
    }

    pub(super) fn set(&mut self) -> Fit<Id> {
        let place = need!(self.word("{"));
        need!(self.star_named_expressions());
        need!(self.word("}"));
        Ok(Some(self.node(What::Set, place, Vec::new())))
    }

    pub(super) fn dict(&mut self) -> Fit<Id> {
        let dict = self.attempt(|it| {
            let place = need!(it.word("{"));
            it.attempt(|it| {
                let all = need!(it.list(Self::double_starred_pair));
                it.word(",")?;
                Ok(Some(all))
            })?;
            need!(it.word("}"));
            Ok(Some(it.node(What::Dict, place, Vec::new())))
        })?;
        if dict.is_some() {
            return Ok(dict);
        }
        // CPython tries this the first time, too.
        self.attempt(|it| {
            need!(it.word("{"));
            it.attempt(|it| {
                need!(it.list(Self::double_starred_pair));
                need!(it.word(","));
                it.wrong_pair()
            })?;
            it.attempt(|it| {
                need!(it.expression());
                need!(it.word(":"));
                let place = need!(it.word("*"));
                need!(it.bitwise_or());
                it.tell_from::<Id>(place, "cannot use a starred expression in a dictionary value")
            })?;
            it.attempt(|it| {
                need!(it.expression());
                let place = need!(it.word(":"));
                if !it.sees_one_of(&["}", ","])? {
                    return Ok(None);
                }
                it.tell::<Id>(place, place, "expression expected after dictionary key and ':'")
            })
        })
    }

    pub(super) fn wrong_pair(&mut self) -> Fit<Id> {
        self.attempt(|it| {
            let key = need!(it.expression());
            if it.sees(":")? {
                return Ok(None);
            }
            it.tell_key::<Id>(key)
        })?;
        self.attempt(|it| {
            need!(it.expression());
            need!(it.word(":"));
            let place = need!(it.word("*"));
            need!(it.bitwise_or());
            it.tell_from::<Id>(place, "cannot use a starred expression in a dictionary value")
        })?;
        self.attempt(|it| {
            need!(it.expression());
            let place = need!(it.word(":"));
            if !it.sees_one_of(&["}", ","])? {
                return Ok(None);
            }
            it.tell::<Id>(place, place, "expression expected after dictionary key and ':'")
        })
    }

    pub(super) fn double_starred_pair(&mut self) -> Fit<Id> {
        let unpacked = self.attempt(|it| {
            let place = need!(it.word("**"));
            need!(it.bitwise_or());
            Ok(Some(it.node(What::Unpacked, place, Vec::new())))
        })?;
        if unpacked.is_some() {
            return Ok(unpacked);
        }
        self.pair()
    }

    pub(super) fn pair(&mut self) -> Fit<Id> {
        self.attempt(|it| {
            let key = need!(it.expression());
            need!(it.word(":"));
            need!(it.expression());
            let place = it.first(key);
            Ok(Some(it.node(What::Other, place, Vec::new())))
        })
    }

    // Comprehensions.

    pub(super) fn loops(&mut self) -> Fit<Vec<Id>> {
        self.some(Self::one_loop)
    }

    /// `for x in y if z`; its node ends where the last of its values does.
    pub(super) fn one_loop(&mut self) -> Fit<Id> {
        let start = self.mark;
        self.word("async")?;
        if self.word("for")?.is_some() {
            if self.star_targets()?.is_some() && self.word("in")?.is_some() {
                // No way back from here.
                let value = need!(self.disjunction());
                let mut last = value;
                while let Some(condition) = self.attempt(|it| {
                    need!(it.word("if"));
                    it.disjunction()
                })? {
                    last = condition;
                }
                let place = self.first(last);
                return Ok(Some(self.node(What::Other, place, vec![last])));
            }
        }
        self.mark = start;
        if !self.explaining {
            return Ok(None);
        }
        self.attempt(|it| {
            it.word("async")?;
            need!(it.word("for"));
            need!(it.bitwise_or());
            it.many(|it| {
                need!(it.word(","));
                it.bitwise_or()
            })?;
            it.word(",")?;
            if it.sees("in")? {
                return Ok(None);
            }
            it.tell_last::<Id>(Kind::Syntax, "'in' expected after for-loop variables")
        })?;
        self.attempt(Self::wrong_loop_target)
    }

    pub(super) fn wrong_loop_target(&mut self) -> Fit<Id> {
        self.word("async")?;
        need!(self.word("for"));
        let target = need!(self.star_expressions());
        self.wrong_target(Target::Looped, target)
    }

    pub(super) fn wrong_comprehension(&mut self) -> Fit<Id> {
        self.attempt(|it| {
            need!(it.one_of(&["[", "(", "{"]));
            let starred = need!(it.starred_argument());
            need!(it.loops());
            it.tell_of::<Id>(starred, "iterable unpacking cannot be used in comprehension")
        })?;
        self.attempt(|it| {
            need!(it.one_of(&["[", "{"]));
            let first = need!(it.star_named_expression());
            need!(it.word(","));
            let all = need!(it.star_named_expressions());
            need!(it.loops());
            it.tell_between::<Id>(
                first,
                all[all.len() - 1],
                "did you forget parentheses around the comprehension target?",
            )
        })?;
        self.attempt(|it| {
            need!(it.one_of(&["[", "{"]));
            let first = need!(it.star_named_expression());
            let comma = need!(it.word(","));
            need!(it.loops());
            let first = it.first(first);
            it.tell::<Id>(
                first,
                comma,
                "did you forget parentheses around the comprehension target?",
            )
        })
    }

    pub(super) fn comprehension(&mut self, open: &str, close: &str, what: What) -> Fit<Id> {
        let comprehension = self.attempt(|it| {
            let place = need!(it.word(open));
            need!(it.named_expression());
            need!(it.loops());
            need!(it.word(close));
            Ok(Some(it.node(what, place, Vec::new())))
        })?;
        if comprehension.is_some() || !self.explaining {
            return Ok(comprehension);
        }
        self.attempt(Self::wrong_comprehension)
    }

    pub(super) fn list_comprehension(&mut self) -> Fit<Id> {
        self.comprehension("[", "]", What::ListComprehension)
    }

    pub(super) fn set_comprehension(&mut self) -> Fit<Id> {
        self.comprehension("{", "}", What::SetComprehension)
    }

    pub(super) fn generator(&mut self) -> Fit<Id> {
        let generator = self.attempt(|it| {
            let place = need!(it.word("("));
            need!(it.argument_value());
            need!(it.loops());
            need!(it.word(")"));
            Ok(Some(it.node(What::Generator, place, Vec::new())))
        })?;
        if generator.is_some() || !self.explaining {
            return Ok(generator);
        }
        self.attempt(Self::wrong_comprehension)
    }

    pub(super) fn dict_comprehension(&mut self) -> Fit<Id> {
        let comprehension = self.attempt(|it| {
            let place = need!(it.word("{"));
            need!(it.pair());
            need!(it.loops());
            need!(it.word("}"));
            Ok(Some(it.node(What::DictComprehension, place, Vec::new())))
        })?;
        if comprehension.is_some() || !self.explaining {
            return Ok(comprehension);
        }
        self.attempt(|it| {
            need!(it.word("{"));
            let place = need!(it.word("**"));
            need!(it.bitwise_or());
            need!(it.loops());
            need!(it.word("}"));
            it.tell::<Id>(place, place, "dict unpacking cannot be used in dict comprehension")
        })
    }
}
