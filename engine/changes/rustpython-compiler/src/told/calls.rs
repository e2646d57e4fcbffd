//! The arguments of calls.

use super::{
    Kind,
    expressions::MAYBE_EQUAL,
    parser::{Fit, Id, Parser, Rule, What, need},
};
use alloc::{format, vec, vec::Vec};

impl Parser {
    pub(super) fn arguments(&mut self) -> Fit<Vec<Id>> {
        // What was read does not matter but for its place: the node is thrown away.
        let fits = self.keep(Rule::Arguments, |it| {
            let all = it.attempt(|it| {
                let all = need!(it.call_arguments());
                it.word(",")?;
                Ok(it.sees(")")?.then_some(all))
            })?;
            if let Some(all) = all {
                let place = it.first(all[0]);
                return Ok(Some(it.node(What::Other, place, all)));
            }
            if it.explaining {
                it.wrong_arguments()?;
            }
            Ok(None)
        })?;
        Ok(fits.map(|_| Vec::new()))
    }

    /// `name := value`, or an expression.
    pub(super) fn argument_value(&mut self) -> Fit<Id> {
        self.attempt(|it| {
            let (named, over) = it.assignment_expression()?;
            if named.is_some() || over {
                return Ok(named);
            }
            it.expression_alone()
        })
    }

    pub(super) fn positional(&mut self) -> Fit<Id> {
        if let Some(starred) = self.starred_argument()? {
            return Ok(Some(starred));
        }
        self.attempt(|it| {
            let value = need!(it.argument_value());
            Ok((!it.sees("=")?).then_some(value))
        })
    }

    pub(super) fn call_arguments(&mut self) -> Fit<Vec<Id>> {
        let positional = self.attempt(|it| {
            let mut all = need!(it.list(Self::positional));
            let keywords = it.attempt(|it| {
                need!(it.word(","));
                it.keyword_arguments()
            })?;
            all.extend(keywords.unwrap_or_default());
            Ok(Some(all))
        })?;
        if positional.is_some() {
            return Ok(positional);
        }
        self.keyword_arguments()
    }

    pub(super) fn keyword_arguments(&mut self) -> Fit<Vec<Id>> {
        let both = self.attempt(|it| {
            let mut all = need!(it.list(|it| it.keyword_or("*")));
            need!(it.word(","));
            all.extend(need!(it.list(|it| it.keyword_or("**"))));
            Ok(Some(all))
        })?;
        if both.is_some() {
            return Ok(both);
        }
        for stars in ["*", "**"] {
            let all = self.attempt(|it| it.list(|it| it.keyword_or(stars)))?;
            if all.is_some() {
                return Ok(all);
            }
        }
        Ok(None)
    }

    pub(super) fn keyword_or(&mut self, stars: &str) -> Fit<Id> {
        if self.explaining {
            self.attempt(Self::wrong_keyword)?;
        }
        let keyword = self.attempt(|it| {
            let name = need!(it.name());
            need!(it.word("="));
            need!(it.expression());
            let place = it.first(name);
            Ok(Some(it.node(What::Keyword, place, Vec::new())))
        })?;
        if keyword.is_some() {
            return Ok(keyword);
        }
        if stars == "*" {
            return self.starred_argument();
        }
        self.attempt(|it| {
            let place = need!(it.word("**"));
            need!(it.expression());
            Ok(Some(it.node(What::Unpacked, place, Vec::new())))
        })
    }

    pub(super) fn wrong_keyword(&mut self) -> Fit<Id> {
        self.attempt(|it| {
            let word = need!(it.one_of(&["True", "False", "None"]));
            let equal = need!(it.word("="));
            let message = format!("cannot assign to {}", it.text(word));
            it.tell::<Id>(word, equal, &message)
        })?;
        self.attempt(|it| {
            let name = need!(it.name());
            let equal = need!(it.word("="));
            need!(it.expression());
            need!(it.loops());
            let name = it.first(name);
            it.tell::<Id>(name, equal, MAYBE_EQUAL)
        })?;
        self.attempt(|it| {
            let keyword = it.ahead(|it| {
                need!(it.name());
                it.word("=")
            })?;
            if keyword {
                return Ok(None);
            }
            let value = need!(it.expression());
            let equal = need!(it.word("="));
            let value = it.first(value);
            it.tell::<Id>(
                value,
                equal,
                "expression cannot contain assignment, perhaps you meant \"==\"?",
            )
        })?;
        self.attempt(|it| {
            let place = need!(it.word("**"));
            need!(it.expression());
            need!(it.word("="));
            let value = need!(it.expression());
            let last = it.last(value);
            it.tell::<Id>(place, last, "cannot assign to keyword argument unpacking")
        })
    }

    pub(super) fn starred_argument(&mut self) -> Fit<Id> {
        if self.explaining {
            self.attempt(|it| {
                let place = need!(it.word("*"));
                need!(it.expression());
                need!(it.word("="));
                let value = need!(it.expression());
                let last = it.last(value);
                it.tell::<Id>(place, last, "cannot assign to iterable argument unpacking")
            })?;
        }
        let starred = self.attempt(|it| {
            let place = need!(it.word("*"));
            let value = need!(it.expression());
            Ok(Some(it.node(What::Starred, place, vec![value])))
        })?;
        if starred.is_some() || !self.explaining {
            return Ok(starred);
        }
        self.attempt(|it| {
            need!(it.word("*"));
            it.tell_last::<Id>(Kind::Syntax, "Invalid star expression")
        })
    }

    pub(super) fn wrong_arguments(&mut self) -> Fit<Id> {
        const GENERATOR: &str = "Generator expression must be parenthesized";
        self.attempt(|it| {
            let with_keywords = it.attempt(|it| {
                need!(it.list(Self::positional));
                need!(it.word(","));
                it.keyword_arguments()
            })?;
            if with_keywords.is_none() {
                need!(it.keyword_arguments());
            }
            let comma = need!(it.word(","));
            need!(it.list(|it| {
                let starred = need!(it.starred_argument());
                Ok((!it.sees("=")?).then_some(starred))
            }));
            it.tell_from::<Id>(
                comma,
                "iterable argument unpacking follows keyword argument unpacking",
            )
        })?;
        self.attempt(|it| {
            let value = need!(it.expression());
            let loops = need!(it.loops());
            need!(it.word(","));
            let more = it.attempt(Self::call_arguments)?;
            if more.is_none() {
                it.attempt(|it| {
                    need!(it.expression());
                    it.loops()
                })?;
            }
            it.tell_between::<Id>(value, loops[loops.len() - 1], GENERATOR)
        })?;
        self.attempt(|it| {
            let name = need!(it.name());
            let equal = need!(it.word("="));
            need!(it.expression());
            need!(it.loops());
            let name = it.first(name);
            it.tell::<Id>(name, equal, MAYBE_EQUAL)
        })?;
        self.attempt(|it| {
            it.attempt(|it| {
                need!(it.call_arguments());
                it.word(",")
            })?;
            let name = need!(it.name());
            let equal = need!(it.word("="));
            if !it.sees_one_of(&[",", ")"])? {
                return Ok(None);
            }
            let name = it.first(name);
            it.tell::<Id>(name, equal, "expected argument value expression")
        })?;
        self.attempt(|it| {
            let all = need!(it.call_arguments());
            let loops = need!(it.loops());
            let positional: Vec<Id> = all
                .into_iter()
                .filter(|&each| !matches!(it.what(each), What::Keyword | What::Unpacked))
                .collect();
            if positional.len() <= 1 {
                return Ok(None);
            }
            it.tell_between::<Id>(
                positional[positional.len() - 1],
                loops[loops.len() - 1],
                GENERATOR,
            )
        })?;
        self.attempt(|it| {
            need!(it.call_arguments());
            need!(it.word(","));
            let value = need!(it.expression());
            let loops = need!(it.loops());
            it.tell_between::<Id>(value, loops[loops.len() - 1], GENERATOR)
        })?;
        self.attempt(|it| {
            let all = need!(it.call_arguments());
            need!(it.word(","));
            need!(it.call_arguments());
            let unpacked = all.iter().any(|&each| it.what(each) == What::Unpacked);
            it.tell_last::<Id>(
                Kind::Syntax,
                if unpacked {
                    "positional argument follows keyword argument unpacking"
                } else {
                    "positional argument follows keyword argument"
                },
            )
        })
    }
}
