//! Compound statements.

use super::{
    Kind,
    expressions::Target,
    parameters::Of,
    parser::{Fit, Id, Parser, Rule, Stop, What, need},
    statements::NO_COLON,
    tokens::Type,
};
use alloc::{format, vec::Vec};

impl Parser {
    pub(super) fn compound_statement(&mut self) -> Fit<()> {
        if self.sees_one_of(&["def", "@", "async"])?
            && self.attempt(|it| it.decorated(Self::function))?.is_some()
        {
            return Ok(Some(()));
        }
        if self.sees("if")? && self.attempt(Self::if_statement)?.is_some() {
            return Ok(Some(()));
        }
        if self.sees_one_of(&["class", "@"])?
            && self.attempt(|it| it.decorated(Self::class))?.is_some()
        {
            return Ok(Some(()));
        }
        if self.sees_one_of(&["with", "async"])? && self.attempt(Self::with_statement)?.is_some() {
            return Ok(Some(()));
        }
        if self.sees_one_of(&["for", "async"])? && self.attempt(Self::for_statement)?.is_some() {
            return Ok(Some(()));
        }
        if self.sees("try")? && self.attempt(Self::try_statement)?.is_some() {
            return Ok(Some(()));
        }
        if self.sees("while")? && self.attempt(Self::while_statement)?.is_some() {
            return Ok(Some(()));
        }
        self.attempt(Self::match_statement)
    }

    /// A line's end without a block after it.
    pub(super) fn no_block(&mut self) -> Fit<()> {
        need!(self.typ(Type::Newline));
        Ok((!self.sees_typ(Type::Indent)?).then_some(()))
    }

    pub(super) fn block(&mut self) -> Fit<Id> {
        self.keep(Rule::Block, |it| {
            let place = it.mark;
            let indented = it.attempt(|it| {
                need!(it.typ(Type::Newline));
                need!(it.typ(Type::Indent));
                if !it.statements()? {
                    return Ok(None);
                }
                it.typ(Type::Dedent)
            })?;
            if indented.is_some() || it.simple_statements()?.is_some() {
                return Ok(Some(it.node(What::Other, place, Vec::new())));
            }
            if it.explaining {
                it.attempt(|it| {
                    need!(it.no_block());
                    it.tell_last::<()>(Kind::Indentation, "expected an indented block")
                })?;
            }
            Ok(None)
        })
    }

    pub(super) fn decorated(&mut self, rule: impl Fn(&mut Self) -> Fit<()>) -> Fit<()> {
        self.many(|it| {
            need!(it.word("@"));
            need!(it.named_expression());
            it.typ(Type::Newline)
        })?;
        rule(self)
    }

    pub(super) fn bases(&mut self) -> Fit<()> {
        self.attempt(|it| {
            need!(it.word("("));
            it.arguments()?;
            need!(it.word(")"));
            Ok(Some(()))
        })
    }

    pub(super) fn class(&mut self) -> Fit<()> {
        let header = |it: &mut Self| -> Fit<usize> {
            let keyword = need!(it.word("class"));
            need!(it.name());
            it.attempt(Self::type_params)?;
            it.bases()?;
            Ok(Some(keyword))
        };
        if self.explaining {
            self.attempt(|it| {
                need!(header(it));
                need!(it.typ(Type::Newline));
                it.tell_last::<()>(Kind::Syntax, NO_COLON)
            })?;
            self.attempt(|it| {
                let keyword = need!(header(it));
                need!(it.word(":"));
                need!(it.no_block());
                it.tell_block::<()>("class definition", keyword)
            })?;
        }
        need!(header(self));
        need!(self.word(":"));
        need!(self.block());
        Ok(Some(()))
    }

    pub(super) fn returned(&mut self) -> Fit<()> {
        self.attempt(|it| {
            need!(it.word("->"));
            need!(it.expression());
            Ok(Some(()))
        })
    }

    pub(super) fn function(&mut self) -> Fit<()> {
        if self.explaining {
            self.attempt(|it| {
                it.word("async")?;
                let keyword = need!(it.word("def"));
                need!(it.name());
                it.attempt(Self::type_params)?;
                need!(it.word("("));
                it.attempt(|it| it.parameters(Of::Function))?;
                need!(it.word(")"));
                it.returned()?;
                need!(it.word(":"));
                need!(it.no_block());
                it.tell_block::<()>("function definition", keyword)
            })?;
            let function = self.attempt(|it| {
                it.word("async")?;
                need!(it.word("def"));
                need!(it.name());
                it.attempt(Self::type_params)?;
                need!(it.must("("));
                it.attempt(|it| it.parameters(Of::Function))?;
                need!(it.word(")"));
                it.returned()?;
                need!(it.must(":"));
                it.block()
            })?;
            if function.is_some() {
                return Ok(Some(()));
            }
        }
        self.word("async")?;
        need!(self.word("def"));
        need!(self.name());
        self.attempt(Self::type_params)?;
        need!(self.word("("));
        self.attempt(|it| it.parameters(Of::Function))?;
        need!(self.word(")"));
        self.returned()?;
        need!(self.word(":"));
        need!(self.block());
        Ok(Some(()))
    }

    /// `if`, `elif` and `while`: what there is to tell of their first line.
    pub(super) fn wrong_condition(&mut self, word: &str) -> Fit<()> {
        self.attempt(|it| {
            need!(it.word(word));
            need!(it.named_expression());
            need!(it.typ(Type::Newline));
            it.tell_last::<()>(Kind::Syntax, NO_COLON)
        })?;
        self.attempt(|it| {
            let keyword = need!(it.word(word));
            need!(it.named_expression());
            need!(it.word(":"));
            need!(it.no_block());
            it.tell_block::<()>(&format!("'{word}' statement"), keyword)
        })
    }

    pub(super) fn if_statement(&mut self) -> Fit<()> {
        let mut word = "if";
        loop {
            if self.explaining {
                self.wrong_condition(word)?;
            }
            let start = self.mark;
            let fits = self.attempt(|it| {
                need!(it.word(word));
                need!(it.named_expression());
                need!(it.word(":"));
                it.block()
            })?;
            if fits.is_none() {
                self.mark = start;
                if word == "if" {
                    return Ok(None);
                }
                break;
            }
            word = "elif";
            if !self.sees("elif")? {
                break;
            }
        }
        self.else_block()?;
        Ok(Some(()))
    }

    pub(super) fn else_block(&mut self) -> Fit<()> {
        if self.explaining {
            self.attempt(|it| {
                let keyword = need!(it.word("else"));
                need!(it.word(":"));
                need!(it.no_block());
                it.tell_block::<()>("'else' statement", keyword)
            })?;
            self.attempt(|it| {
                need!(it.word("else"));
                need!(it.word(":"));
                need!(it.block());
                need!(it.word("elif"));
                it.tell_last::<()>(Kind::Syntax, "'elif' block follows an 'else' block")
            })?;
        }
        self.attempt(|it| {
            need!(it.word("else"));
            need!(it.must(":"));
            need!(it.block());
            Ok(Some(()))
        })
    }

    pub(super) fn while_statement(&mut self) -> Fit<()> {
        if self.explaining {
            self.wrong_condition("while")?;
        }
        need!(self.word("while"));
        need!(self.named_expression());
        need!(self.word(":"));
        need!(self.block());
        self.else_block()?;
        Ok(Some(()))
    }

    pub(super) fn for_statement(&mut self) -> Fit<()> {
        if self.explaining {
            let header = |it: &mut Self| -> Fit<usize> {
                it.word("async")?;
                let keyword = need!(it.word("for"));
                need!(it.star_targets());
                need!(it.word("in"));
                need!(it.star_expressions());
                Ok(Some(keyword))
            };
            self.attempt(|it| {
                need!(header(it));
                need!(it.typ(Type::Newline));
                it.tell_last::<()>(Kind::Syntax, NO_COLON)
            })?;
            self.attempt(|it| {
                let keyword = need!(header(it));
                need!(it.word(":"));
                need!(it.no_block());
                it.tell_block::<()>("'for' statement", keyword)
            })?;
        }
        let start = self.mark;
        self.word("async")?;
        if self.word("for")?.is_some()
            && self.star_targets()?.is_some()
            && self.word("in")?.is_some()
        {
            // No way back from here.
            need!(self.star_expressions());
            need!(self.word(":"));
            need!(self.block());
            self.else_block()?;
            return Ok(Some(()));
        }
        self.mark = start;
        if self.explaining {
            self.attempt(Self::wrong_loop_target)?;
        }
        Ok(None)
    }

    pub(super) fn with_statement(&mut self) -> Fit<()> {
        if self.explaining {
            for grouped in [false, true] {
                self.attempt(|it| {
                    let keyword = need!(it.with_header(grouped));
                    need!(it.word(":"));
                    need!(it.no_block());
                    it.tell_block::<()>("'with' statement", keyword)
                })?;
            }
        }
        let grouped = self.attempt(|it| {
            it.word("async")?;
            need!(it.word("with"));
            need!(it.word("("));
            need!(it.list(Self::with_item));
            it.word(",")?;
            need!(it.word(")"));
            need!(it.word(":"));
            it.block()
        })?;
        if grouped.is_some() {
            return Ok(Some(()));
        }
        let plain = self.attempt(|it| {
            it.word("async")?;
            need!(it.word("with"));
            need!(it.list(Self::with_item));
            need!(it.word(":"));
            it.block()
        })?;
        if plain.is_some() {
            return Ok(Some(()));
        }
        if self.explaining {
            for grouped in [false, true] {
                self.attempt(|it| {
                    need!(it.with_header(grouped));
                    need!(it.typ(Type::Newline));
                    it.tell_last::<()>(Kind::Syntax, NO_COLON)
                })?;
            }
        }
        Ok(None)
    }

    pub(super) fn with_header(&mut self, grouped: bool) -> Fit<usize> {
        self.word("async")?;
        let keyword = need!(self.word("with"));
        if grouped {
            need!(self.word("("));
        }
        need!(self.list(|it| {
            let value = if grouped { it.expressions()? } else { it.expression()? };
            need!(Ok::<_, Stop>(value));
            it.attempt(|it| {
                need!(it.word("as"));
                it.star_target()
            })?;
            Ok(Some(()))
        }));
        if grouped {
            self.word(",")?;
            need!(self.word(")"));
        }
        Ok(Some(keyword))
    }

    pub(super) fn with_item(&mut self) -> Fit<()> {
        const AFTER: &[&str] = &[",", ")", ":"];
        let with_name = self.attempt(|it| {
            need!(it.expression());
            need!(it.word("as"));
            need!(it.star_target());
            Ok(it.sees_one_of(AFTER)?.then_some(()))
        })?;
        if with_name.is_some() {
            return Ok(with_name);
        }
        if self.explaining {
            self.attempt(|it| {
                need!(it.expression());
                need!(it.word("as"));
                let target = need!(it.expression());
                if !it.sees_one_of(AFTER)? {
                    return Ok(None);
                }
                it.wrong_target::<()>(Target::Assigned, target)
            })?;
        }
        need!(self.expression());
        Ok(Some(()))
    }
}
