//! The patterns of `case`.

use super::{
    parser::{Fit, Id, Parser, Rule, What, need},
    tokens::Type,
};
use alloc::{format, vec::Vec};

impl Parser {
    fn pattern_node(&mut self, place: usize) -> Id {
        self.node(What::Other, place, Vec::new())
    }

    pub(super) fn patterns(&mut self) -> Fit<Id> {
        let open = self.attempt(|it| {
            let place = it.mark;
            need!(it.open_sequence());
            Ok(Some(it.pattern_node(place)))
        })?;
        if open.is_some() {
            return Ok(open);
        }
        self.pattern()
    }

    fn pattern(&mut self) -> Fit<Id> {
        let place = self.mark;
        let with_name = self.attempt(|it| {
            need!(it.either_pattern());
            need!(it.word("as"));
            need!(it.capture());
            Ok(Some(it.pattern_node(place)))
        })?;
        if with_name.is_some() {
            return Ok(with_name);
        }
        if self.explaining {
            self.attempt(|it| {
                need!(it.either_pattern());
                need!(it.word("as"));
                let target = need!(it.word("_"));
                it.tell::<Id>(target, target, "cannot use '_' as a target")
            })?;
            self.attempt(|it| {
                need!(it.either_pattern());
                need!(it.word("as"));
                let target = need!(it.expression());
                let name = it.what(target).name();
                it.tell_of::<Id>(target, &format!("cannot use {name} as pattern target"))
            })?;
        }
        self.attempt(Self::either_pattern)
    }

    fn either_pattern(&mut self) -> Fit<Id> {
        let place = self.mark;
        need!(self.closed_pattern());
        loop {
            let start = self.mark;
            if self.word("|")?.is_none() {
                break;
            }
            if self.closed_pattern()?.is_none() {
                self.mark = start;
                break;
            }
        }
        Ok(Some(self.pattern_node(place)))
    }

    fn capture(&mut self) -> Fit<Id> {
        self.attempt(|it| {
            if it.sees("_")? {
                return Ok(None);
            }
            let name = need!(it.name());
            Ok((!it.sees_one_of(&[".", "(", "="])?).then_some(name))
        })
    }

    fn closed_pattern(&mut self) -> Fit<Id> {
        self.keep(Rule::ClosedPattern, |it| {
            let place = it.mark;
            if it.attempt(Self::literal_pattern)?.is_some()
                || it.capture()?.is_some()
                || it.word("_")?.is_some()
                || it
                    .attempt(|it| {
                        need!(it.dotted_value());
                        Ok((!it.sees_one_of(&[".", "(", "="])?).then_some(()))
                    })?
                    .is_some()
                || it
                    .attempt(|it| {
                        need!(it.word("("));
                        need!(it.pattern());
                        it.word(")")
                    })?
                    .is_some()
                || it.attempt(Self::sequence_pattern)?.is_some()
                || it.attempt(Self::mapping_pattern)?.is_some()
                || it.attempt(Self::class_pattern)?.is_some()
            {
                return Ok(Some(it.pattern_node(place)));
            }
            Ok(None)
        })
    }

    /// `name.name`, with at least one dot.
    fn dotted_value(&mut self) -> Fit<Id> {
        let name = need!(self.name());
        let mut dots = 0;
        while self
            .attempt(|it| {
                need!(it.word("."));
                it.name()
            })?
            .is_some()
        {
            dots += 1;
        }
        let place = self.first(name);
        if dots == 0 {
            return Ok(None);
        }
        Ok(Some(self.pattern_node(place)))
    }

    fn name_or_dotted(&mut self) -> Fit<Id> {
        let dotted = self.attempt(Self::dotted_value)?;
        if dotted.is_some() {
            return Ok(dotted);
        }
        self.name()
    }

    fn number_of_pattern(&mut self) -> Fit<usize> {
        self.attempt(|it| {
            it.word("-")?;
            it.typ(Type::Number)
        })
    }

    fn complex_number(&mut self) -> Fit<()> {
        let real = need!(self.number_of_pattern());
        if self.is_imaginary(real) {
            return self.tell(real, real, "real number required in complex literal");
        }
        need!(self.one_of(&["+", "-"]));
        let imaginary = need!(self.typ(Type::Number));
        if !self.is_imaginary(imaginary) {
            return self.tell(imaginary, imaginary, "imaginary number required in complex literal");
        }
        Ok(Some(()))
    }

    fn is_imaginary(&self, place: usize) -> bool {
        self.text(place).ends_with(['j', 'J'])
    }

    fn literal_pattern(&mut self) -> Fit<()> {
        let number = self.attempt(|it| {
            need!(it.number_of_pattern());
            Ok((!it.sees_one_of(&["+", "-"])?).then_some(()))
        })?;
        if number.is_some() {
            return Ok(number);
        }
        let complex = self.attempt(Self::complex_number)?;
        if complex.is_some() {
            return Ok(complex);
        }
        if self.strings()?.is_some() || self.one_of(&["None", "True", "False"])?.is_some() {
            return Ok(Some(()));
        }
        Ok(None)
    }

    fn open_sequence(&mut self) -> Fit<()> {
        need!(self.maybe_starred());
        need!(self.word(","));
        self.maybe_sequence()?;
        Ok(Some(()))
    }

    fn maybe_sequence(&mut self) -> Fit<()> {
        self.attempt(|it| {
            need!(it.list(Self::maybe_starred));
            it.word(",")?;
            Ok(Some(()))
        })
    }

    fn maybe_starred(&mut self) -> Fit<Id> {
        let starred = self.keep(Rule::StarPattern, |it| {
            let place = need!(it.word("*"));
            if it.capture()?.is_none() {
                need!(it.word("_"));
            }
            Ok(Some(it.pattern_node(place)))
        })?;
        if starred.is_some() {
            return Ok(starred);
        }
        self.pattern()
    }

    fn sequence_pattern(&mut self) -> Fit<()> {
        let list = self.attempt(|it| {
            need!(it.word("["));
            it.maybe_sequence()?;
            it.word("]")
        })?;
        if list.is_some() {
            return Ok(Some(()));
        }
        need!(self.word("("));
        self.attempt(Self::open_sequence)?;
        need!(self.word(")"));
        Ok(Some(()))
    }

    fn mapping_pattern(&mut self) -> Fit<()> {
        need!(self.word("{"));
        let items = self.list(Self::key_and_pattern)?;
        let mut comma = true;
        if items.is_some() {
            comma = self.word(",")?.is_some();
        }
        if comma {
            let rest = self.attempt(|it| {
                need!(it.word("**"));
                need!(it.capture());
                it.word(",")?;
                Ok(Some(()))
            })?;
            if rest.is_none() && items.is_none() && !self.sees("}")? {
                return Ok(None);
            }
        }
        need!(self.word("}"));
        Ok(Some(()))
    }

    fn key_and_pattern(&mut self) -> Fit<Id> {
        self.attempt(|it| {
            let literal = it.attempt(Self::literal_pattern)?;
            if literal.is_none() {
                need!(it.dotted_value());
            }
            need!(it.word(":"));
            it.pattern()
        })
    }

    fn keyword_pattern(&mut self) -> Fit<Id> {
        self.attempt(|it| {
            need!(it.name());
            need!(it.word("="));
            it.pattern()
        })
    }

    fn class_pattern(&mut self) -> Fit<()> {
        let class = self.attempt(|it| {
            need!(it.name_or_dotted());
            need!(it.word("("));
            let positional = it.list(Self::pattern)?;
            // A name before `=` is no pattern: what was read is given back up to the comma.
            let mut comma = true;
            if positional.is_some() {
                comma = it.word(",")?.is_some();
            }
            if comma {
                let keywords = it.list(Self::keyword_pattern)?;
                if keywords.is_some() {
                    it.word(",")?;
                } else if positional.is_none() && !it.sees(")")? {
                    return Ok(None);
                }
            }
            need!(it.word(")"));
            Ok(Some(()))
        })?;
        if class.is_some() || !self.explaining {
            return Ok(class);
        }
        self.attempt(|it| {
            need!(it.name_or_dotted());
            need!(it.word("("));
            it.attempt(|it| {
                need!(it.list(Self::pattern));
                it.word(",")
            })?;
            need!(it.list(Self::keyword_pattern));
            need!(it.word(","));
            let positional = need!(it.list(Self::pattern));
            it.tell_between::<()>(
                positional[0],
                positional[positional.len() - 1],
                "positional patterns follow keyword patterns",
            )
        })
    }
}
