//! Expressions: operators, from the loosest on.

use super::{
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
const LEVELS: [&[&str]; 6] =
    [&["|"], &["^"], &["&"], &["<<", ">>"], &["+", "-"], &["*", "/", "//", "%", "@"]];
const SHIFTS: u8 = 3;
const SUMS: u8 = 4;
const TERMS: u8 = 5;

pub(super) const MAYBE_EQUAL: &str = "invalid syntax. Maybe you meant '==' or ':=' instead of '='?";
impl Parser {
    /// One or more, a tuple if there is a comma.
    pub(super) fn tuple_of(&mut self, rule: impl Fn(&mut Self) -> Fit<Id>) -> Fit<Id> {
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

    pub(super) fn plain_expression(&mut self) -> Fit<Id> {
        if let Some(conditional) = self.attempt(Self::conditional)? {
            return Ok(Some(conditional));
        }
        if let Some(value) = self.disjunction()? {
            return Ok(Some(value));
        }
        self.attempt(Self::lambda)
    }

    pub(super) fn conditional(&mut self) -> Fit<Id> {
        let place = self.mark;
        need!(self.disjunction());
        need!(self.word("if"));
        need!(self.disjunction());
        need!(self.word("else"));
        need!(self.expression());
        Ok(Some(self.node(What::Conditional, place, Vec::new())))
    }

    pub(super) fn without_explaining(&mut self) -> Fit<Id> {
        let was = core::mem::replace(&mut self.explaining, false);
        let fits = self.attempt(Self::plain_expression);
        self.explaining = was;
        fits
    }

    pub(super) fn wrong_legacy(&mut self) -> Fit<Id> {
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

    pub(super) fn wrong_expression(&mut self) -> Fit<Id> {
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

    pub(super) fn lambda(&mut self) -> Fit<Id> {
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

    pub(super) fn starred(&mut self) -> Fit<Id> {
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
    pub(super) fn assignment_expression(&mut self) -> Result<(Option<Id>, bool), Stop> {
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
    pub(super) fn expression_alone(&mut self) -> Fit<Id> {
        self.attempt(|it| {
            let value = need!(it.expression());
            Ok((!it.sees(":=")?).then_some(value))
        })
    }

    pub(super) fn wrong_named_expression(&mut self) -> Fit<Id> {
        self.keep(Rule::WrongNamed, |it| {
            it.attempt(|it| {
                let target = need!(it.expression());
                need!(it.word(":="));
                need!(it.expression());
                let name = it.what(target).name();
                it.tell_of::<Id>(target, &format!("cannot use assignment expressions with {name}"))
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
                    &format!("cannot assign to {name} here. Maybe you meant '==' instead of '='?"),
                )
            })
        })
    }

    pub(super) fn chain(
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

    pub(super) fn conjunction(&mut self) -> Fit<Id> {
        self.chain(Rule::Conjunction, "and", Self::inversion)
    }

    pub(super) fn inversion(&mut self) -> Fit<Id> {
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

    pub(super) fn comparison(&mut self) -> Fit<Id> {
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
    pub(super) fn wrong_not_equal(&mut self, operator: usize) -> Fit<bool> {
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

    pub(super) fn binary(&mut self, level: u8) -> Fit<Id> {
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

    pub(super) fn operand(&mut self, level: u8) -> Fit<Id> {
        if level == TERMS { self.factor() } else { self.binary(level + 1) }
    }

    pub(super) fn wrong_arithmetic(&mut self) -> Fit<Id> {
        need!(self.binary(SUMS));
        need!(self.one_of(&["+", "-", "*", "/", "%", "//", "@"]));
        let place = need!(self.word("not"));
        let value = need!(self.inversion());
        let last = self.last(value);
        self.tell(place, last, "'not' after an operator must be parenthesized")
    }

    pub(super) fn wrong_factor(&mut self) -> Fit<Id> {
        need!(self.one_of(&["+", "-", "~"]));
        let place = need!(self.word("not"));
        let value = need!(self.factor());
        let last = self.last(value);
        self.tell(place, last, "'not' after an operator must be parenthesized")
    }

    pub(super) fn factor(&mut self) -> Fit<Id> {
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
}
