//! Expressions, targets and calls.

use super::{
    Kind, escapes,
    parser::{Fit, Id, Parser, Rule, Stop, What, need},
    tokens::Type,
};
use alloc::{format, string::ToString, vec, vec::Vec};

/// What an expression should have been.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    Assigned,
    Deleted,
    Looped,
}

/// The operators of a level, from the loosest on.
const LEVELS: [&[&str]; 6] = [
    &["|"],
    &["^"],
    &["&"],
    &["<<", ">>"],
    &["+", "-"],
    &["*", "/", "//", "%", "@"],
];
const SHIFTS: u8 = 3;
const SUMS: u8 = 4;
const TERMS: u8 = 5;

const MAYBE_EQUAL: &str = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";

impl Parser {
    /// One or more, a tuple if there is a comma.
    fn tuple_of(&mut self, rule: impl Fn(&mut Self) -> Fit<Id>) -> Fit<Id> {
        self.attempt(|it| {
            let place = it.mark;
            let first = need!(rule(it));
            let mut all = vec![first];
            loop {
                let start = it.mark;
                if it.word(",")?.is_none() {
                    break;
                }
                match it.attempt(&rule)? {
                    Some(next) => all.push(next),
                    None => {
                        it.mark = start;
                        break;
                    }
                }
            }
            if it.word(",")?.is_none() && all.len() == 1 {
                return Ok(Some(first));
            }
            Ok(Some(it.node(What::Tuple, place, all)))
        })
    }

    pub(super) fn expressions(&mut self) -> Fit<Id> {
        self.tuple_of(Self::expression)
    }

    pub(super) fn star_expressions(&mut self) -> Fit<Id> {
        self.tuple_of(Self::star_expression)
    }

    pub(super) fn expression(&mut self) -> Fit<Id> {
        self.keep(Rule::Expression, |it| {
            if it.explaining {
                it.attempt(Self::wrong_expression)?;
                it.attempt(Self::wrong_legacy)?;
            }
            it.plain_expression()
        })
    }

    fn plain_expression(&mut self) -> Fit<Id> {
        if let Some(conditional) = self.attempt(Self::conditional)? {
            return Ok(Some(conditional));
        }
        if let Some(value) = self.disjunction()? {
            return Ok(Some(value));
        }
        self.attempt(Self::lambda)
    }

    fn conditional(&mut self) -> Fit<Id> {
        let place = self.mark;
        need!(self.disjunction());
        need!(self.word("if"));
        need!(self.disjunction());
        need!(self.word("else"));
        need!(self.expression());
        Ok(Some(self.node(What::Conditional, place, Vec::new())))
    }

    fn without_explaining(&mut self) -> Fit<Id> {
        let was = core::mem::replace(&mut self.explaining, false);
        let fits = self.attempt(Self::plain_expression);
        self.explaining = was;
        fits
    }

    fn wrong_legacy(&mut self) -> Fit<Id> {
        let name = need!(self.name());
        if self.sees("(")? {
            return Ok(None);
        }
        let rest = need!(self.star_expressions());
        let word = self.text(self.first(name)).to_string();
        if !matches!(word.as_str(), "print" | "exec") {
            return Ok(None);
        }
        self.tell_between(
            name,
            rest,
            &format!("Missing parentheses in call to '{word}'. Did you mean {word}(...)?"),
        )
    }

    fn wrong_expression(&mut self) -> Fit<Id> {
        self.attempt(|it| {
            need!(it.typ(Type::Text));
            let between = need!(it.some(|it| {
                if it.sees_typ(Type::Text)? {
                    return Ok(None);
                }
                it.without_explaining()
            }));
            need!(it.typ(Type::Text));
            it.tell_between::<Id>(
                between[0],
                between[between.len() - 1],
                "invalid syntax. Is this intended to be part of the string?",
            )
        })?;
        self.attempt(|it| {
            let named_text = it.ahead(|it| {
                need!(it.name());
                it.typ(Type::Text)
            })?;
            if named_text || it.sees_one_of(&["match", "case", "type", "_"])? {
                return Ok(None);
            }
            let one = need!(it.disjunction());
            let other = need!(it.without_explaining());
            let word = it.text(it.first(one));
            if it.what(one) == What::Name && matches!(word, "print" | "exec")
                || it.tokens[it.mark - 1].level == 0
            {
                return Ok(None);
            }
            it.tell_between::<Id>(one, other, "invalid syntax. Perhaps you forgot a comma?")
        })?;
        self.attempt(|it| {
            let one = need!(it.disjunction());
            need!(it.word("if"));
            let other = need!(it.disjunction());
            if it.sees_one_of(&["else", ":"])? {
                return Ok(None);
            }
            it.tell_between::<Id>(one, other, "expected 'else' after 'if' expression")
        })?;
        self.attempt(|it| {
            need!(it.disjunction());
            need!(it.word("if"));
            need!(it.disjunction());
            need!(it.word("else"));
            if it.ahead(Self::expression)? {
                return Ok(None);
            }
            it.tell_next::<Id>("expected expression after 'else', but statement is given")
        })?;
        self.attempt(|it| {
            let keyword = need!(it.one_of(&["pass", "break", "continue"]));
            need!(it.word("if"));
            need!(it.disjunction());
            need!(it.word("else"));
            need!(it.simple_statement());
            it.tell::<Id>(
                keyword,
                keyword,
                "expected expression before 'if', but statement is given",
            )
        })?;
        self.attempt(|it| {
            let keyword = need!(it.word("lambda"));
            it.attempt(Self::lambda_parameters)?;
            let colon = need!(it.word(":"));
            for letter in [b'f', b't'] {
                if it.sees_typ(Type::Middle(letter))? {
                    let message = format!(
                        "{}-string: lambda expressions are not allowed without parentheses",
                        letter as char
                    );
                    return it.tell::<Id>(keyword, colon, &message);
                }
            }
            Ok(None)
        })
    }

    fn lambda(&mut self) -> Fit<Id> {
        let place = need!(self.word("lambda"));
        self.attempt(Self::lambda_parameters)?;
        need!(self.word(":"));
        need!(self.expression());
        Ok(Some(self.node(What::Lambda, place, Vec::new())))
    }

    pub(super) fn yield_expression(&mut self) -> Fit<Id> {
        self.attempt(|it| {
            let place = need!(it.word("yield"));
            let from = it.attempt(|it| {
                need!(it.word("from"));
                it.expression()
            })?;
            if from.is_none() {
                it.star_expressions()?;
            }
            Ok(Some(it.node(What::Yield, place, Vec::new())))
        })
    }

    pub(super) fn annotated_value(&mut self) -> Fit<Id> {
        if let Some(value) = self.yield_expression()? {
            return Ok(Some(value));
        }
        self.star_expressions()
    }

    fn starred(&mut self) -> Fit<Id> {
        self.attempt(|it| {
            let place = need!(it.word("*"));
            let value = need!(it.bitwise_or());
            Ok(Some(it.node(What::Starred, place, vec![value])))
        })
    }

    pub(super) fn star_expression(&mut self) -> Fit<Id> {
        self.keep(Rule::StarExpression, |it| {
            if let Some(starred) = it.starred()? {
                return Ok(Some(starred));
            }
            it.expression()
        })
    }

    pub(super) fn star_named_expression(&mut self) -> Fit<Id> {
        if let Some(starred) = self.starred()? {
            return Ok(Some(starred));
        }
        self.named_expression()
    }

    pub(super) fn star_named_expressions(&mut self) -> Fit<Vec<Id>> {
        self.attempt(|it| {
            let all = need!(it.list(Self::star_named_expression));
            it.word(",")?;
            Ok(Some(all))
        })
    }

    /// Without a way back after the operator.
    fn assignment_expression(&mut self) -> Result<(Option<Id>, bool), Stop> {
        let start = self.mark;
        let name = self.name()?;
        let operator = match name {
            Some(_) => self.word(":=")?,
            None => None,
        };
        let (Some(name), Some(_)) = (name, operator) else {
            self.mark = start;
            return Ok((None, false));
        };
        if self.expression()?.is_none() {
            self.mark = start;
            return Ok((None, true));
        }
        let place = self.first(name);
        Ok((Some(self.node(What::Named, place, Vec::new())), false))
    }

    pub(super) fn named_expression(&mut self) -> Fit<Id> {
        self.attempt(|it| {
            if let (Some(named), _) = it.assignment_expression()? {
                return Ok(Some(named));
            }
            if it.explaining {
                it.wrong_named_expression()?;
            }
            it.expression_alone()
        })
    }

    /// An expression without `:=` after it.
    fn expression_alone(&mut self) -> Fit<Id> {
        self.attempt(|it| {
            let value = need!(it.expression());
            Ok((!it.sees(":=")?).then_some(value))
        })
    }

    fn wrong_named_expression(&mut self) -> Fit<Id> {
        self.keep(Rule::WrongNamed, |it| {
            it.attempt(|it| {
                let target = need!(it.expression());
                need!(it.word(":="));
                need!(it.expression());
                let name = it.what(target).name();
                it.tell_of::<Id>(
                    target,
                    &format!("cannot use assignment expressions with {name}"),
                )
            })?;
            it.attempt(|it| {
                let name = need!(it.name());
                need!(it.word("="));
                let value = need!(it.bitwise_or());
                if it.sees_one_of(&["=", ":="])? {
                    return Ok(None);
                }
                it.tell_between::<Id>(name, value, MAYBE_EQUAL)
            })?;
            it.attempt(|it| {
                if it.ahead(Self::list_display)?
                    || it.ahead(Self::tuple)?
                    || it.ahead(Self::generator)?
                    || it.sees_one_of(&["True", "None", "False"])?
                {
                    return Ok(None);
                }
                let target = need!(it.bitwise_or());
                need!(it.word("="));
                need!(it.bitwise_or());
                if it.sees_one_of(&["=", ":="])? {
                    return Ok(None);
                }
                let name = it.what(target).name();
                it.tell_of::<Id>(
                    target,
                    &format!(
                        "cannot assign to {name} here. Maybe you meant '==' instead of '='?"
                    ),
                )
            })
        })
    }

    fn chain(
        &mut self,
        rule: Rule,
        word: &str,
        part: impl Fn(&mut Self) -> Fit<Id>,
    ) -> Fit<Id> {
        self.keep(rule, |it| {
            let place = it.mark;
            let first = need!(part(it));
            let mut single = true;
            while it
                .attempt(|it| {
                    need!(it.word(word));
                    part(it)
                })?
                .is_some()
            {
                single = false;
            }
            if single {
                return Ok(Some(first));
            }
            Ok(Some(it.node(What::Operation, place, Vec::new())))
        })
    }

    pub(super) fn disjunction(&mut self) -> Fit<Id> {
        self.chain(Rule::Disjunction, "or", Self::conjunction)
    }

    fn conjunction(&mut self) -> Fit<Id> {
        self.chain(Rule::Conjunction, "and", Self::inversion)
    }

    fn inversion(&mut self) -> Fit<Id> {
        self.keep(Rule::Inversion, |it| {
            let negated = it.attempt(|it| {
                let place = need!(it.word("not"));
                need!(it.inversion());
                Ok(Some(it.node(What::Operation, place, Vec::new())))
            })?;
            if negated.is_some() {
                return Ok(negated);
            }
            it.comparison()
        })
    }

    fn comparison(&mut self) -> Fit<Id> {
        let place = self.mark;
        let first = need!(self.bitwise_or());
        let mut first_is_in = None;
        loop {
            let read = self.attempt(|it| {
                let is_in;
                if it.one_of(&["==", "!=", "<=", "<", ">=", ">"])?.is_some() {
                    is_in = false;
                } else if it.word("not")?.is_some() {
                    need!(it.word("in"));
                    is_in = false;
                } else if it.word("in")?.is_some() {
                    is_in = true;
                } else if it.word("is")?.is_some() {
                    is_in = false;
                    it.word("not")?;
                } else {
                    return Ok(None);
                }
                let operator = it.mark - 1;
                if it.bitwise_or()?.is_none() {
                    // `is` without what `is not` would negate.
                    let negation = it.tokens[operator].typ == Type::Name
                        && it.text(operator) == "not"
                        && it.text(operator - 1) == "is";
                    if !negation {
                        return it.wrong_not_equal(operator);
                    }
                    it.mark = operator;
                    need!(it.bitwise_or());
                }
                Ok(Some(is_in))
            })?;
            let Some(is_in) = read else {
                break;
            };
            first_is_in.get_or_insert(is_in);
        }
        let Some(is_in) = first_is_in else {
            return Ok(Some(first));
        };
        Ok(Some(self.node(What::Comparison(is_in), place, vec![first])))
    }

    /// `<>`
    fn wrong_not_equal(&mut self, operator: usize) -> Fit<bool> {
        if self.explaining && self.text(operator) == "<" && self.sees(">")? {
            let next = operator + 1;
            if self.tokens[operator].end == self.tokens[next].start {
                return self.tell(
                    operator,
                    next,
                    "invalid syntax.  Maybe you meant '!=' instead of '<>'?",
                );
            }
        }
        Ok(None)
    }

    pub(super) fn bitwise_or(&mut self) -> Fit<Id> {
        self.binary(0)
    }

    fn binary(&mut self, level: u8) -> Fit<Id> {
        self.keep(Rule::Binary(level), |it| {
            if it.explaining && level == SHIFTS {
                it.attempt(Self::wrong_arithmetic)?;
            }
            if it.explaining && level == TERMS {
                it.attempt(Self::wrong_factor)?;
            }
            let place = it.mark;
            let mut value = need!(it.operand(level));
            while it
                .attempt(|it| {
                    need!(it.one_of(LEVELS[level as usize]));
                    it.operand(level)
                })?
                .is_some()
            {
                value = it.node(What::Operation, place, Vec::new());
            }
            Ok(Some(value))
        })
    }

    fn operand(&mut self, level: u8) -> Fit<Id> {
        if level == TERMS {
            self.factor()
        } else {
            self.binary(level + 1)
        }
    }

    fn wrong_arithmetic(&mut self) -> Fit<Id> {
        need!(self.binary(SUMS));
        need!(self.one_of(&["+", "-", "*", "/", "%", "//", "@"]));
        let place = need!(self.word("not"));
        let value = need!(self.inversion());
        let last = self.last(value);
        self.tell(place, last, "'not' after an operator must be parenthesized")
    }

    fn wrong_factor(&mut self) -> Fit<Id> {
        need!(self.one_of(&["+", "-", "~"]));
        let place = need!(self.word("not"));
        let value = need!(self.factor());
        let last = self.last(value);
        self.tell(place, last, "'not' after an operator must be parenthesized")
    }

    fn factor(&mut self) -> Fit<Id> {
        self.keep(Rule::Factor, |it| {
            let signed = it.attempt(|it| {
                let place = need!(it.one_of(&["+", "-", "~"]));
                need!(it.factor());
                Ok(Some(it.node(What::Operation, place, Vec::new())))
            })?;
            if signed.is_some() {
                return Ok(signed);
            }
            let place = it.mark;
            let base = need!(it.await_primary());
            let power = it.attempt(|it| {
                need!(it.word("**"));
                it.factor()
            })?;
            if power.is_none() {
                return Ok(Some(base));
            }
            Ok(Some(it.node(What::Operation, place, Vec::new())))
        })
    }

    fn await_primary(&mut self) -> Fit<Id> {
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
    fn trailer(&mut self, place: usize, value: Id) -> Fit<Id> {
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

    fn primary(&mut self) -> Fit<Id> {
        self.keep(Rule::Primary, |it| {
            let place = it.mark;
            let mut value = need!(it.atom());
            while let Some(more) = it.trailer(place, value)? {
                value = more;
            }
            Ok(Some(value))
        })
    }

    fn slices(&mut self) -> Fit<Id> {
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

    fn slice(&mut self) -> Fit<Id> {
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

    fn atom(&mut self) -> Fit<Id> {
        if let Some(name) = self.name()? {
            return Ok(Some(name));
        }
        for (word, what) in [
            ("True", What::True),
            ("False", What::False),
            ("None", What::None),
        ] {
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
            for rule in [
                Self::dict,
                Self::set,
                Self::dict_comprehension,
                Self::set_comprehension,
            ] {
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

    fn group(&mut self) -> Fit<Id> {
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

    fn tuple(&mut self) -> Fit<Id> {
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

    fn set(&mut self) -> Fit<Id> {
        let place = need!(self.word("{"));
        need!(self.star_named_expressions());
        need!(self.word("}"));
        Ok(Some(self.node(What::Set, place, Vec::new())))
    }

    fn dict(&mut self) -> Fit<Id> {
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
                it.tell_from::<Id>(
                    place,
                    "cannot use a starred expression in a dictionary value",
                )
            })?;
            it.attempt(|it| {
                need!(it.expression());
                let place = need!(it.word(":"));
                if !it.sees_one_of(&["}", ","])? {
                    return Ok(None);
                }
                it.tell::<Id>(
                    place,
                    place,
                    "expression expected after dictionary key and ':'",
                )
            })
        })
    }

    fn wrong_pair(&mut self) -> Fit<Id> {
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
            it.tell_from::<Id>(
                place,
                "cannot use a starred expression in a dictionary value",
            )
        })?;
        self.attempt(|it| {
            need!(it.expression());
            let place = need!(it.word(":"));
            if !it.sees_one_of(&["}", ","])? {
                return Ok(None);
            }
            it.tell::<Id>(
                place,
                place,
                "expression expected after dictionary key and ':'",
            )
        })
    }

    fn double_starred_pair(&mut self) -> Fit<Id> {
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

    fn pair(&mut self) -> Fit<Id> {
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
    fn one_loop(&mut self) -> Fit<Id> {
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

    fn wrong_comprehension(&mut self) -> Fit<Id> {
        self.attempt(|it| {
            need!(it.one_of(&["[", "(", "{"]));
            let starred = need!(it.starred_argument());
            need!(it.loops());
            it.tell_of::<Id>(
                starred,
                "iterable unpacking cannot be used in comprehension",
            )
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

    fn comprehension(&mut self, open: &str, close: &str, what: What) -> Fit<Id> {
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

    fn list_comprehension(&mut self) -> Fit<Id> {
        self.comprehension("[", "]", What::ListComprehension)
    }

    fn set_comprehension(&mut self) -> Fit<Id> {
        self.comprehension("{", "}", What::SetComprehension)
    }

    fn generator(&mut self) -> Fit<Id> {
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

    fn dict_comprehension(&mut self) -> Fit<Id> {
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
            it.tell::<Id>(
                place,
                place,
                "dict unpacking cannot be used in dict comprehension",
            )
        })
    }

    // Calls.

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
    fn argument_value(&mut self) -> Fit<Id> {
        self.attempt(|it| {
            let (named, over) = it.assignment_expression()?;
            if named.is_some() || over {
                return Ok(named);
            }
            it.expression_alone()
        })
    }

    fn positional(&mut self) -> Fit<Id> {
        if let Some(starred) = self.starred_argument()? {
            return Ok(Some(starred));
        }
        self.attempt(|it| {
            let value = need!(it.argument_value());
            Ok((!it.sees("=")?).then_some(value))
        })
    }

    fn call_arguments(&mut self) -> Fit<Vec<Id>> {
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

    fn keyword_arguments(&mut self) -> Fit<Vec<Id>> {
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

    fn keyword_or(&mut self, stars: &str) -> Fit<Id> {
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

    fn wrong_keyword(&mut self) -> Fit<Id> {
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

    fn wrong_arguments(&mut self) -> Fit<Id> {
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

    // Targets.

    /// The part of an expression that cannot be a target.
    fn no_target(&self, kind: Target, value: Id) -> Option<Id> {
        match self.what(value) {
            What::List | What::Tuple => self
                .parts(value)
                .iter()
                .find_map(|&part| self.no_target(kind, part)),
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
        let verb = if kind == Target::Deleted {
            "delete"
        } else {
            "assign to"
        };
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

    fn target_with_star_atom(&mut self) -> Fit<Id> {
        self.keep(Rule::TargetWithStarAtom, |it| {
            if let Some(target) = it.attribute_target()? {
                return Ok(Some(target));
            }
            it.star_atom()
        })
    }

    fn star_atom(&mut self) -> Fit<Id> {
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

    fn sees_trailer(&mut self) -> Result<bool, Stop> {
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

    fn target_primary(&mut self) -> Fit<Id> {
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

    fn del_target(&mut self) -> Fit<Id> {
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

    // Texts.

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
                let bytes = all
                    .iter()
                    .filter(|&&each| it.what(each) == What::Bytes)
                    .count();
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

    fn wrong_mixture(&mut self) -> Fit<Id> {
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

    fn t_string(&mut self) -> Fit<Id> {
        self.keep(Rule::TString, |it| it.template(b't', What::TString))
    }

    /// One literal that is no t-string.
    fn string(&mut self) -> Fit<Id> {
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

    fn template(&mut self, letter: u8, what: What) -> Fit<Id> {
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
    fn check_middle(&mut self, place: usize, counted_from: usize) -> Result<(), Stop> {
        if !self.tokens[place].raw {
            if let Some(message) = escapes::of_text(self.bytes(place)) {
                self.tell::<()>(place, place, &message)?;
            }
            self.warn_of_middle(place, counted_from);
        }
        Ok(())
    }

    fn conversion(&mut self, letter: u8) -> Fit<()> {
        let mark = need!(self.word("!"));
        let name = need!(self.name());
        let name = self.first(name);
        let letter = letter as char;
        if self.tokens[mark].end != self.tokens[name].start {
            return self.tell(
                mark,
                name,
                &format!("{letter}-string: conversion type must come right after the exclamation mark"),
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

    fn format(&mut self, letter: u8) -> Fit<()> {
        loop {
            if let Some(text) = self.typ(Type::Middle(letter))? {
                self.check_middle(text, text)?;
            } else if self.attempt(|it| it.field(letter))?.is_none() {
                return Ok(Some(()));
            }
        }
    }

    fn field(&mut self, letter: u8) -> Fit<()> {
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

    fn wrong_field(&mut self, letter: u8) -> Fit<()> {
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
