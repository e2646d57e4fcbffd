//! `try` and `match`.

use super::{
    Kind,
    parser::{Fit, Id, Parser, need},
    statements::NO_COLON,
    tokens::Type,
};
use alloc::{format, string::String};

impl Parser {
    pub(super) fn caught_name(&mut self) -> Fit<Id> {
        self.attempt(|it| {
            need!(it.word("as"));
            it.name()
        })
    }

    pub(super) fn try_statement(&mut self) -> Fit<()> {
        if self.explaining {
            self.wrong_try()?;
        }
        let start = self.mark;
        need!(self.word("try"));
        need!(self.must(":"));
        if self.block()?.is_some() {
            let after_body = self.mark;
            if self.finally_block()?.is_some() {
                return Ok(Some(()));
            }
            for star in [false, true] {
                self.mark = after_body;
                if self.some(|it| it.except_block(star))?.is_some() {
                    self.else_block()?;
                    self.finally_block()?;
                    return Ok(Some(()));
                }
            }
        }
        self.mark = start;
        Ok(None)
    }

    pub(super) fn wrong_try(&mut self) -> Fit<()> {
        const BOTH: &str = "cannot have both 'except' and 'except*' on the same 'try'";
        self.attempt(|it| {
            let keyword = need!(it.word("try"));
            need!(it.word(":"));
            need!(it.no_block());
            it.tell_block::<()>("'try' statement", keyword)
        })?;
        self.attempt(|it| {
            need!(it.word("try"));
            need!(it.word(":"));
            need!(it.block());
            if it.sees_one_of(&["except", "finally"])? {
                return Ok(None);
            }
            it.tell_last::<()>(Kind::Syntax, "expected 'except' or 'finally' block")
        })?;
        self.attempt(|it| {
            need!(it.word("try"));
            need!(it.word(":"));
            it.many(Self::block)?;
            need!(it.some(|it| it.except_block(false)));
            let keyword = need!(it.word("except"));
            let star = need!(it.word("*"));
            need!(it.expression());
            it.caught_name()?;
            need!(it.word(":"));
            it.tell::<()>(keyword, star, BOTH)
        })?;
        self.attempt(|it| {
            need!(it.word("try"));
            need!(it.word(":"));
            it.many(Self::block)?;
            need!(it.some(|it| it.except_block(true)));
            let keyword = need!(it.word("except"));
            it.attempt(|it| {
                need!(it.expression());
                it.caught_name()?;
                Ok(Some(()))
            })?;
            need!(it.word(":"));
            it.tell::<()>(keyword, keyword, BOTH)
        })
    }

    pub(super) fn except(&mut self, star: bool) -> Fit<usize> {
        let keyword = need!(self.word("except"));
        if star {
            need!(self.word("*"));
        }
        Ok(Some(keyword))
    }

    pub(super) fn except_block(&mut self, star: bool) -> Fit<()> {
        let word = if star { "except*" } else { "except" };
        let statement: String = format!("'{word}' statement");
        if self.explaining {
            self.attempt(|it| {
                let keyword = need!(it.except(star));
                need!(it.expression());
                it.caught_name()?;
                need!(it.word(":"));
                need!(it.no_block());
                it.tell_block::<()>(&statement, keyword)
            })?;
            if !star {
                self.attempt(|it| {
                    let keyword = need!(it.except(star));
                    need!(it.word(":"));
                    need!(it.no_block());
                    it.tell_block::<()>(&statement, keyword)
                })?;
            }
        }
        let caught = self.attempt(|it| {
            need!(it.except(star));
            need!(it.expression());
            need!(it.word(":"));
            it.block()
        })?;
        if caught.is_some() {
            return Ok(Some(()));
        }
        let named = self.attempt(|it| {
            need!(it.except(star));
            need!(it.expression());
            need!(it.word("as"));
            need!(it.name());
            need!(it.word(":"));
            it.block()
        })?;
        if named.is_some() {
            return Ok(Some(()));
        }
        let several = self.attempt(|it| {
            need!(it.except(star));
            need!(it.expressions());
            need!(it.word(":"));
            it.block()
        })?;
        if several.is_some() {
            return Ok(Some(()));
        }
        if !star {
            let all = self.attempt(|it| {
                need!(it.except(star));
                need!(it.word(":"));
                it.block()
            })?;
            if all.is_some() {
                return Ok(Some(()));
            }
        }
        if self.explaining {
            self.wrong_except(star, word)?;
        }
        Ok(None)
    }

    pub(super) fn wrong_except(&mut self, star: bool, word: &str) -> Fit<()> {
        self.attempt(|it| {
            need!(it.except(star));
            let first = need!(it.expression());
            need!(it.word(","));
            need!(it.expressions());
            need!(it.word("as"));
            need!(it.name());
            need!(it.word(":"));
            let first = it.first(first);
            it.tell_from::<()>(
                first,
                "multiple exception types must be parenthesized when using 'as'",
            )
        })?;
        self.attempt(|it| {
            need!(it.except(star));
            need!(it.expression());
            it.caught_name()?;
            need!(it.typ(Type::Newline));
            it.tell_last::<()>(Kind::Syntax, NO_COLON)
        })?;
        self.attempt(|it| {
            need!(it.except(star));
            if it.typ(Type::Newline)?.is_none() {
                if !star {
                    return Ok(None);
                }
                need!(it.word(":"));
            }
            it.tell_last::<()>(
                Kind::Syntax,
                if star { "expected one or more exception types" } else { NO_COLON },
            )
        })?;
        self.attempt(|it| {
            need!(it.except(star));
            need!(it.expression());
            need!(it.word("as"));
            let target = need!(it.expression());
            need!(it.word(":"));
            need!(it.block());
            let name = it.what(target).name();
            it.tell_of::<()>(target, &format!("cannot use {word} statement with {name}"))
        })
    }

    pub(super) fn finally_block(&mut self) -> Fit<()> {
        if self.explaining {
            self.attempt(|it| {
                let keyword = need!(it.word("finally"));
                need!(it.word(":"));
                need!(it.no_block());
                it.tell_block::<()>("'finally' statement", keyword)
            })?;
        }
        self.attempt(|it| {
            need!(it.word("finally"));
            need!(it.must(":"));
            need!(it.block());
            Ok(Some(()))
        })
    }

    pub(super) fn subject(&mut self) -> Fit<()> {
        let several = self.attempt(|it| {
            need!(it.star_named_expression());
            need!(it.word(","));
            it.star_named_expressions()?;
            Ok(Some(()))
        })?;
        if several.is_some() {
            return Ok(several);
        }
        need!(self.named_expression());
        Ok(Some(()))
    }

    pub(super) fn match_statement(&mut self) -> Fit<()> {
        let matched = self.attempt(|it| {
            need!(it.word("match"));
            need!(it.subject());
            need!(it.word(":"));
            need!(it.typ(Type::Newline));
            need!(it.typ(Type::Indent));
            need!(it.some(Self::case));
            it.typ(Type::Dedent)
        })?;
        if matched.is_some() {
            return Ok(Some(()));
        }
        if self.explaining {
            self.attempt(|it| {
                need!(it.word("match"));
                need!(it.subject());
                need!(it.typ(Type::Newline));
                it.tell_last::<()>(Kind::Syntax, NO_COLON)
            })?;
            self.attempt(|it| {
                let keyword = need!(it.word("match"));
                need!(it.subject());
                need!(it.word(":"));
                need!(it.no_block());
                it.tell_block::<()>("'match' statement", keyword)
            })?;
        }
        Ok(None)
    }

    pub(super) fn case_header(&mut self) -> Fit<usize> {
        let keyword = need!(self.word("case"));
        need!(self.patterns());
        self.attempt(|it| {
            need!(it.word("if"));
            it.named_expression()
        })?;
        Ok(Some(keyword))
    }

    pub(super) fn case(&mut self) -> Fit<()> {
        if self.explaining {
            self.attempt(|it| {
                need!(it.case_header());
                need!(it.typ(Type::Newline));
                it.tell_last::<()>(Kind::Syntax, NO_COLON)
            })?;
            self.attempt(|it| {
                let keyword = need!(it.case_header());
                need!(it.word(":"));
                need!(it.no_block());
                it.tell_block::<()>("'case' statement", keyword)
            })?;
        }
        need!(self.case_header());
        need!(self.word(":"));
        need!(self.block());
        Ok(Some(()))
    }
}
