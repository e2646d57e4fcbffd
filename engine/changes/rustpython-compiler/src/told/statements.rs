//! Statements and parameters.

use super::{
    Kind,
    expressions::Target,
    parser::{Fit, Id, Parser, Rule, Stop, What, need},
    tokens::Type,
};
use alloc::{
    format,
    string::String,
    vec::Vec,
};

/// What differs between the parameters of `def` and those of `lambda`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Function,
    Lambda,
}

impl Of {
    fn close(self) -> &'static str {
        if self == Self::Function { ")" } else { ":" }
    }
}

const NO_COLON: &str = "expected ':'";

impl Parser {
    pub(super) fn statements(&mut self) -> Result<bool, Stop> {
        let mut any = false;
        while self.attempt(Self::statement)?.is_some() {
            any = true;
        }
        Ok(any)
    }

    fn statement(&mut self) -> Fit<()> {
        if self.attempt(Self::compound_statement)?.is_some() {
            return Ok(Some(()));
        }
        self.simple_statements()
    }

    pub(super) fn simple_statements(&mut self) -> Fit<()> {
        let single = self.attempt(|it| {
            need!(it.simple_statement());
            if it.sees(";")? {
                return Ok(None);
            }
            it.typ(Type::Newline)
        })?;
        if single.is_some() {
            return Ok(Some(()));
        }
        self.attempt(|it| {
            need!(it.simple_statement());
            loop {
                let start = it.mark;
                if it.word(";")?.is_none() {
                    break;
                }
                if it.simple_statement()?.is_none() {
                    it.mark = start;
                    break;
                }
            }
            it.word(";")?;
            need!(it.typ(Type::Newline));
            Ok(Some(()))
        })
    }

    pub(super) fn simple_statement(&mut self) -> Fit<Id> {
        self.keep(Rule::SimpleStatement, |it| {
            let place = it.mark;
            let fits = it.attempt(Self::assignment)?.is_some()
                || (it.sees("type")? && it.attempt(Self::type_alias)?.is_some())
                || it.star_expressions()?.is_some()
                || (it.sees("return")? && it.attempt(Self::return_statement)?.is_some())
                || (it.sees_one_of(&["import", "from"])? && it.import_statement()?.is_some())
                || (it.sees("raise")? && it.attempt(Self::raise_statement)?.is_some())
                || it.word("pass")?.is_some()
                || (it.sees("del")? && it.del_statement()?.is_some())
                || it.yield_expression()?.is_some()
                || (it.sees("assert")? && it.attempt(Self::assert_statement)?.is_some())
                || it.one_of(&["break", "continue"])?.is_some()
                || it
                    .attempt(|it| {
                        need!(it.one_of(&["global", "nonlocal"]));
                        it.list(Self::name)
                    })?
                    .is_some();
            Ok(fits.then(|| it.node(What::Other, place, Vec::new())))
        })
    }

    fn assignment(&mut self) -> Fit<()> {
        let annotated = self.attempt(|it| {
            if it
                .attempt(|it| {
                    need!(it.name());
                    it.word(":")
                })?
                .is_none()
            {
                let grouped = it.attempt(|it| {
                    need!(it.word("("));
                    need!(it.single_target());
                    it.word(")")
                })?;
                if grouped.is_none() {
                    need!(it.attribute_target());
                }
                need!(it.word(":"));
            }
            need!(it.expression());
            it.attempt(|it| {
                need!(it.word("="));
                it.annotated_value()
            })?;
            Ok(Some(()))
        })?;
        if annotated.is_some() {
            return Ok(annotated);
        }
        let assigned = self.attempt(|it| {
            need!(it.some(Self::target_and_equal));
            need!(it.annotated_value());
            Ok((!it.sees("=")?).then_some(()))
        })?;
        if assigned.is_some() {
            return Ok(assigned);
        }
        let start = self.mark;
        if self.single_target()?.is_some() && self.augmentation()?.is_some() {
            // No way back from here.
            need!(self.annotated_value());
            return Ok(Some(()));
        }
        self.mark = start;
        if self.explaining {
            self.wrong_assignment()?;
        }
        Ok(None)
    }

    fn target_and_equal(&mut self) -> Fit<()> {
        need!(self.star_targets());
        need!(self.word("="));
        Ok(Some(()))
    }

    fn augmentation(&mut self) -> Fit<usize> {
        self.one_of(&[
            "+=", "-=", "*=", "@=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "**=", "//=",
        ])
    }

    fn wrong_assignment(&mut self) -> Fit<()> {
        self.attempt(|it| {
            let target = need!(it.unannotated_target());
            need!(it.word(":"));
            need!(it.expression());
            let name = it.what(target).name();
            it.tell_of::<()>(
                target,
                &format!("only single target (not {name}) can be annotated"),
            )
        })?;
        self.attempt(|it| {
            let first = need!(it.star_named_expression());
            need!(it.word(","));
            it.many(Self::star_named_expressions)?;
            need!(it.word(":"));
            need!(it.expression());
            it.tell_of::<()>(first, "only single target (not tuple) can be annotated")
        })?;
        self.attempt(|it| {
            let target = need!(it.expression());
            need!(it.word(":"));
            need!(it.expression());
            it.tell_of::<()>(target, "illegal target for annotation")
        })?;
        self.attempt(|it| {
            it.many(Self::target_and_equal)?;
            let target = need!(it.star_expressions());
            need!(it.word("="));
            it.wrong_target::<()>(Target::Assigned, target)
        })?;
        self.attempt(|it| {
            it.many(Self::target_and_equal)?;
            let target = need!(it.yield_expression());
            need!(it.word("="));
            it.tell_of::<()>(target, "assignment to yield expression not possible")
        })?;
        self.attempt(|it| {
            let target = need!(it.star_expressions());
            need!(it.augmentation());
            need!(it.annotated_value());
            let name = it.what(target).name();
            it.tell_of::<()>(
                target,
                &format!("'{name}' is an illegal expression for augmented assignment"),
            )
        })
    }

    fn unannotated_target(&mut self) -> Fit<Id> {
        if let Some(list) = self.list_display()? {
            return Ok(Some(list));
        }
        if let Some(tuple) = self.tuple_display()? {
            return Ok(Some(tuple));
        }
        self.attempt(|it| {
            need!(it.word("("));
            let target = need!(it.unannotated_target());
            need!(it.word(")"));
            Ok(Some(target))
        })
    }

    fn type_alias(&mut self) -> Fit<()> {
        need!(self.word("type"));
        need!(self.name());
        self.attempt(Self::type_params)?;
        need!(self.word("="));
        need!(self.expression());
        Ok(Some(()))
    }

    fn return_statement(&mut self) -> Fit<()> {
        need!(self.word("return"));
        self.star_expressions()?;
        Ok(Some(()))
    }

    fn raise_statement(&mut self) -> Fit<()> {
        need!(self.word("raise"));
        if self.expression()?.is_some() {
            self.attempt(|it| {
                need!(it.word("from"));
                it.expression()
            })?;
        }
        Ok(Some(()))
    }

    fn del_statement(&mut self) -> Fit<()> {
        let deleted = self.attempt(|it| {
            need!(it.word("del"));
            need!(it.del_targets());
            Ok((it.sees(";")? || it.sees_typ(Type::Newline)?).then_some(()))
        })?;
        if deleted.is_some() || !self.explaining {
            return Ok(deleted);
        }
        self.attempt(|it| {
            need!(it.word("del"));
            let targets = need!(it.star_expressions());
            it.wrong_target(Target::Deleted, targets)
        })
    }

    fn assert_statement(&mut self) -> Fit<()> {
        need!(self.word("assert"));
        need!(self.expression());
        self.attempt(|it| {
            need!(it.word(","));
            it.expression()
        })?;
        Ok(Some(()))
    }

    // Imports.

    fn import_statement(&mut self) -> Fit<Id> {
        self.keep(Rule::Import, |it| {
            let place = it.mark;
            if it.explaining {
                it.attempt(|it| {
                    let import = need!(it.word("import"));
                    need!(it.list(Self::dotted_name));
                    need!(it.word("from"));
                    need!(it.dotted_name());
                    it.tell_from::<()>(
                        import,
                        "Did you mean to use 'from ... import ...' instead?",
                    )
                })?;
                it.attempt(|it| {
                    need!(it.word("import"));
                    let end = need!(it.typ(Type::Newline));
                    it.tell_from::<()>(end, "Expected one or more names after 'import'")
                })?;
            }
            let import = it.attempt(|it| {
                need!(it.word("import"));
                it.list(Self::dotted_as_name)
            })?;
            let fits = import.is_some() || it.attempt(Self::import_from)?.is_some();
            Ok(fits.then(|| it.node(What::Other, place, Vec::new())))
        })
    }

    fn import_from(&mut self) -> Fit<()> {
        need!(self.word("from"));
        let dots = self.many(|it| it.one_of(&[".", "..."]))?;
        if self.dotted_name()?.is_none() && dots.is_empty() {
            return Ok(None);
        }
        need!(self.word("import"));
        let group = self.attempt(|it| {
            need!(it.word("("));
            need!(it.list(Self::import_from_as_name));
            it.word(",")?;
            it.word(")")
        })?;
        if group.is_some() {
            return Ok(Some(()));
        }
        let names = self.attempt(|it| {
            need!(it.list(Self::import_from_as_name));
            Ok((!it.sees(",")?).then_some(()))
        })?;
        if names.is_some() || self.word("*")?.is_some() {
            return Ok(Some(()));
        }
        if self.explaining {
            self.attempt(|it| {
                need!(it.list(Self::import_from_as_name));
                need!(it.word(","));
                need!(it.typ(Type::Newline));
                it.tell_last::<()>(
                    Kind::Syntax,
                    "trailing comma not allowed without surrounding parentheses",
                )
            })?;
            self.attempt(|it| {
                let end = need!(it.typ(Type::Newline));
                it.tell_from::<()>(end, "Expected one or more names after 'import'")
            })?;
        }
        Ok(None)
    }

    fn wrong_alias(&mut self) -> Fit<Id> {
        need!(self.word("as"));
        let right = self.ahead(|it| {
            need!(it.name());
            if it.one_of(&[",", ")", ";"])?.is_some() {
                return Ok(Some(0));
            }
            it.typ(Type::Newline)
        })?;
        if right {
            return Ok(None);
        }
        let target = need!(self.expression());
        let name = self.what(target).name();
        self.tell_of(target, &format!("cannot use {name} as import target"))
    }

    fn alias(&mut self) -> Fit<()> {
        self.attempt(|it| {
            need!(it.word("as"));
            it.name()
        })?;
        Ok(Some(()))
    }

    fn import_from_as_name(&mut self) -> Fit<()> {
        if self.explaining {
            self.attempt(|it| {
                need!(it.name());
                it.wrong_alias()
            })?;
        }
        need!(self.name());
        self.alias()
    }

    fn dotted_as_name(&mut self) -> Fit<()> {
        if self.explaining {
            self.attempt(|it| {
                need!(it.dotted_name());
                it.wrong_alias()
            })?;
        }
        need!(self.dotted_name());
        self.alias()
    }

    fn dotted_name(&mut self) -> Fit<()> {
        need!(self.name());
        self.many(|it| {
            need!(it.word("."));
            it.name()
        })?;
        Ok(Some(()))
    }

    // Compound statements.

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
    fn no_block(&mut self) -> Fit<()> {
        need!(self.typ(Type::Newline));
        Ok((!self.sees_typ(Type::Indent)?).then_some(()))
    }

    fn block(&mut self) -> Fit<Id> {
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

    fn decorated(&mut self, rule: impl Fn(&mut Self) -> Fit<()>) -> Fit<()> {
        self.many(|it| {
            need!(it.word("@"));
            need!(it.named_expression());
            it.typ(Type::Newline)
        })?;
        rule(self)
    }

    fn bases(&mut self) -> Fit<()> {
        self.attempt(|it| {
            need!(it.word("("));
            it.arguments()?;
            need!(it.word(")"));
            Ok(Some(()))
        })
    }

    fn class(&mut self) -> Fit<()> {
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

    fn returned(&mut self) -> Fit<()> {
        self.attempt(|it| {
            need!(it.word("->"));
            need!(it.expression());
            Ok(Some(()))
        })
    }

    fn function(&mut self) -> Fit<()> {
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
    fn wrong_condition(&mut self, word: &str) -> Fit<()> {
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

    fn if_statement(&mut self) -> Fit<()> {
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

    fn else_block(&mut self) -> Fit<()> {
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

    fn while_statement(&mut self) -> Fit<()> {
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

    fn for_statement(&mut self) -> Fit<()> {
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

    fn with_statement(&mut self) -> Fit<()> {
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

    fn with_header(&mut self, grouped: bool) -> Fit<usize> {
        self.word("async")?;
        let keyword = need!(self.word("with"));
        if grouped {
            need!(self.word("("));
        }
        need!(self.list(|it| {
            let value = if grouped {
                it.expressions()?
            } else {
                it.expression()?
            };
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

    fn with_item(&mut self) -> Fit<()> {
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

    fn caught_name(&mut self) -> Fit<Id> {
        self.attempt(|it| {
            need!(it.word("as"));
            it.name()
        })
    }

    fn try_statement(&mut self) -> Fit<()> {
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

    fn wrong_try(&mut self) -> Fit<()> {
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

    fn except(&mut self, star: bool) -> Fit<usize> {
        let keyword = need!(self.word("except"));
        if star {
            need!(self.word("*"));
        }
        Ok(Some(keyword))
    }

    fn except_block(&mut self, star: bool) -> Fit<()> {
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

    fn wrong_except(&mut self, star: bool, word: &str) -> Fit<()> {
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
                if star {
                    "expected one or more exception types"
                } else {
                    NO_COLON
                },
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

    fn finally_block(&mut self) -> Fit<()> {
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

    fn subject(&mut self) -> Fit<()> {
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

    fn match_statement(&mut self) -> Fit<()> {
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

    fn case_header(&mut self) -> Fit<usize> {
        let keyword = need!(self.word("case"));
        need!(self.patterns());
        self.attempt(|it| {
            need!(it.word("if"));
            it.named_expression()
        })?;
        Ok(Some(keyword))
    }

    fn case(&mut self) -> Fit<()> {
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

    // Type parameters.

    fn type_params(&mut self) -> Fit<()> {
        if self.explaining {
            self.attempt(|it| {
                need!(it.word("["));
                let close = need!(it.word("]"));
                it.tell_from::<()>(close, "Type parameter list cannot be empty")
            })?;
        }
        need!(self.word("["));
        need!(self.list(Self::type_param));
        self.word(",")?;
        need!(self.word("]"));
        Ok(Some(()))
    }

    fn type_param(&mut self) -> Fit<Id> {
        self.keep(Rule::TypeParam, |it| {
            let place = it.mark;
            let default = |it: &mut Self, starred: bool| -> Fit<Id> {
                need!(it.word("="));
                if starred {
                    it.star_expression()
                } else {
                    it.expression()
                }
            };
            let plain = it.attempt(|it| {
                need!(it.name());
                it.attempt(|it| {
                    need!(it.word(":"));
                    it.expression()
                })?;
                it.attempt(|it| default(it, false))?;
                Ok(Some(()))
            })?;
            if plain.is_none() {
                if it.explaining {
                    it.wrong_type_param("*", "TypeVarTuple")?;
                    it.wrong_type_param("**", "ParamSpec")?;
                }
                let starred = need!(it.one_of(&["*", "**"]));
                need!(it.name());
                let one = it.text(starred) == "*";
                it.attempt(|it| default(it, one))?;
            }
            Ok(Some(it.node(What::Other, place, Vec::new())))
        })
    }

    fn wrong_type_param(&mut self, stars: &str, kind: &str) -> Fit<()> {
        self.attempt(|it| {
            need!(it.word(stars));
            need!(it.name());
            let colon = need!(it.word(":"));
            let bound = need!(it.expression());
            let what = if it.what(bound) == What::Tuple {
                "constraints"
            } else {
                "bound"
            };
            it.tell_from::<()>(colon, &format!("cannot use {what} with {kind}"))
        })
    }

    // Parameters.

    pub(super) fn lambda_parameters(&mut self) -> Fit<()> {
        self.parameters(Of::Lambda)
    }

    fn parameters(&mut self, of: Of) -> Fit<()> {
        if self.explaining {
            self.wrong_parameters(of)?;
        }
        let before_star = self.attempt(|it| {
            need!(it.no_default_and_slash(of));
            it.many(|it| it.without_default(of))?;
            it.many(|it| it.with_default(of))?;
            Ok(Some(()))
        })?;
        if before_star.is_none() {
            let with_slash = self.attempt(|it| {
                need!(it.default_and_slash(of));
                it.many(|it| it.with_default(of))?;
                Ok(Some(()))
            })?;
            if with_slash.is_none() {
                let plain = self.many(|it| it.without_default(of))?;
                let rest = self.many(|it| it.with_default(of))?;
                if plain.is_empty() && rest.is_empty() {
                    return self.star_parameters(of);
                }
            }
        }
        self.star_parameters(of)?;
        Ok(Some(()))
    }

    fn parameter(&mut self, of: Of) -> Fit<Id> {
        let name = need!(self.name());
        if of == Of::Function {
            self.attempt(|it| {
                need!(it.word(":"));
                it.expression()
            })?;
        }
        let place = self.first(name);
        Ok(Some(self.node(What::Other, place, Vec::new())))
    }

    /// A comma, or the end of the parameters, which stays.
    fn parameter_ends(&mut self, of: Of) -> Fit<()> {
        if self.word(",")?.is_some() || self.sees(of.close())? {
            return Ok(Some(()));
        }
        Ok(None)
    }

    fn without_default(&mut self, of: Of) -> Fit<Id> {
        self.attempt(|it| {
            let parameter = need!(it.parameter(of));
            need!(it.parameter_ends(of));
            Ok(Some(parameter))
        })
    }

    fn default(&mut self) -> Fit<()> {
        let default = self.attempt(|it| {
            need!(it.word("="));
            it.expression()
        })?;
        if default.is_some() {
            return Ok(Some(()));
        }
        if self.explaining {
            self.attempt(|it| {
                let equal = need!(it.word("="));
                if !it.sees_one_of(&[")", ","])? {
                    return Ok(None);
                }
                it.tell::<()>(equal, equal, "expected default value expression")
            })?;
        }
        Ok(None)
    }

    fn with_default(&mut self, of: Of) -> Fit<Id> {
        self.attempt(|it| {
            let parameter = need!(it.parameter(of));
            need!(it.default());
            need!(it.parameter_ends(of));
            Ok(Some(parameter))
        })
    }

    fn maybe_default(&mut self, of: Of) -> Fit<Id> {
        self.attempt(|it| {
            let parameter = need!(it.parameter(of));
            it.default()?;
            need!(it.parameter_ends(of));
            Ok(Some(parameter))
        })
    }

    fn slash_ends(&mut self, of: Of) -> Fit<()> {
        need!(self.word("/"));
        self.parameter_ends(of)
    }

    fn no_default_and_slash(&mut self, of: Of) -> Fit<()> {
        self.attempt(|it| {
            need!(it.some(|it| it.without_default(of)));
            it.slash_ends(of)
        })
    }

    fn default_and_slash(&mut self, of: Of) -> Fit<()> {
        self.attempt(|it| {
            it.many(|it| it.without_default(of))?;
            need!(it.some(|it| it.with_default(of)));
            it.slash_ends(of)
        })
    }

    fn any_and_slash(&mut self, of: Of) -> Fit<()> {
        if self.no_default_and_slash(of)?.is_some() {
            return Ok(Some(()));
        }
        self.default_and_slash(of)
    }

    fn star_parameters(&mut self, of: Of) -> Fit<()> {
        if self.explaining {
            self.wrong_star(of)?;
        }
        let star = self.attempt(|it| {
            need!(it.word("*"));
            let first = it.without_default(of)?;
            if first.is_none() {
                let annotated = if of == Of::Function {
                    it.attempt(|it| {
                        need!(it.name());
                        need!(it.word(":"));
                        need!(it.star_expression());
                        it.parameter_ends(of)
                    })?
                } else {
                    None
                };
                if annotated.is_none() {
                    need!(it.word(","));
                    need!(it.some(|it| it.maybe_default(of)));
                    it.double_star(of)?;
                    return Ok(Some(()));
                }
            }
            it.many(|it| it.maybe_default(of))?;
            it.double_star(of)?;
            Ok(Some(()))
        })?;
        if star.is_some() {
            return Ok(star);
        }
        self.double_star(of)
    }

    fn double_star(&mut self, of: Of) -> Fit<()> {
        if self.explaining {
            self.attempt(|it| {
                need!(it.word("**"));
                need!(it.parameter(of));
                let equal = need!(it.word("="));
                it.tell::<()>(
                    equal,
                    equal,
                    "var-keyword argument cannot have default value",
                )
            })?;
            self.attempt(|it| {
                need!(it.word("**"));
                need!(it.parameter(of));
                need!(it.word(","));
                const AFTER: &str = "arguments cannot follow var-keyword argument";
                if let Some(place) = it.one_of(&["*", "**", "/"])? {
                    return it.tell::<()>(place, place, AFTER);
                }
                let more = need!(it.parameter(of));
                it.tell_of::<()>(more, AFTER)
            })?;
        }
        self.attempt(|it| {
            need!(it.word("**"));
            need!(it.without_default(of));
            Ok(Some(()))
        })
    }

    fn wrong_star(&mut self, of: Of) -> Fit<()> {
        self.attempt(|it| {
            let star = need!(it.word("*"));
            if it.word(of.close())?.is_none() {
                need!(it.word(","));
                need!(it.one_of(&[of.close(), "**"]));
            }
            const BARE: &str = "named arguments must follow bare *";
            if of == Of::Function {
                it.tell::<()>(star, star, BARE)
            } else {
                it.tell_last::<()>(Kind::Syntax, BARE)
            }
        })?;
        self.attempt(|it| {
            need!(it.word("*"));
            need!(it.parameter(of));
            let equal = need!(it.word("="));
            it.tell::<()>(
                equal,
                equal,
                "var-positional argument cannot have default value",
            )
        })?;
        let part = |it: &mut Self| -> Fit<()> {
            if it.without_default(of)?.is_none() {
                need!(it.word(","));
            }
            Ok(Some(()))
        };
        self.attempt(|it| {
            need!(it.word("*"));
            need!(part(it));
            it.many(|it| it.maybe_default(of))?;
            let star = need!(it.word("*"));
            need!(part(it));
            it.tell::<()>(star, star, "* argument may appear only once")
        })
    }

    fn wrong_parameters(&mut self, of: Of) -> Fit<()> {
        self.attempt(|it| {
            let slash = need!(it.word("/"));
            need!(it.word(","));
            it.tell::<()>(slash, slash, "at least one argument must precede /")
        })?;
        self.attempt(|it| {
            need!(it.any_and_slash(of));
            it.many(|it| it.maybe_default(of))?;
            let slash = need!(it.word("/"));
            it.tell::<()>(slash, slash, "/ may appear only once")
        })?;
        self.attempt(|it| {
            it.no_default_and_slash(of)?;
            it.many(|it| it.without_default(of))?;
            if it.default_and_slash(of)?.is_none() {
                need!(it.some(|it| it.with_default(of)));
            }
            let parameter = need!(it.without_default(of));
            // The comma belongs to the parameter, but the place is the parameter's alone.
            it.tell_of::<()>(
                parameter,
                "parameter without a default follows parameter with a default",
            )
        })?;
        self.attempt(|it| {
            it.many(|it| it.without_default(of))?;
            let open = need!(it.word("("));
            if of == Of::Function {
                need!(it.some(|it| it.without_default(of)));
            } else {
                need!(it.list(|it| it.parameter(of)));
            }
            it.word(",")?;
            let close = need!(it.word(")"));
            it.tell::<()>(
                open,
                close,
                if of == Of::Function {
                    "Function parameters cannot be parenthesized"
                } else {
                    "Lambda expression parameters cannot be parenthesized"
                },
            )
        })?;
        self.attempt(|it| {
            it.any_and_slash(of)?;
            it.many(|it| it.maybe_default(of))?;
            need!(it.word("*"));
            if it.word(",")?.is_none() {
                need!(it.without_default(of));
            }
            it.many(|it| it.maybe_default(of))?;
            let slash = need!(it.word("/"));
            it.tell::<()>(slash, slash, "/ must be ahead of *")
        })?;
        self.attempt(|it| {
            need!(it.some(|it| it.maybe_default(of)));
            need!(it.word("/"));
            let star = need!(it.word("*"));
            it.tell::<()>(star, star, "expected comma between / and *")
        })
    }
}
