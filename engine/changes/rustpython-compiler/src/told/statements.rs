//! Simple statements.

use super::{
    Kind,
    expressions::Target,
    parser::{Fit, Id, Parser, Rule, Stop, What, need},
    tokens::Type,
};
use alloc::{format, vec::Vec};

pub(super) const NO_COLON: &str = "expected ':'";
impl Parser {
    pub(super) fn statements(&mut self) -> Result<bool, Stop> {
        let mut any = false;
        while self.attempt(Self::statement)?.is_some() {
            any = true;
        }
        Ok(any)
    }

    pub(super) fn statement(&mut self) -> Fit<()> {
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

    pub(super) fn assignment(&mut self) -> Fit<()> {
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

    pub(super) fn target_and_equal(&mut self) -> Fit<()> {
        need!(self.star_targets());
        need!(self.word("="));
        Ok(Some(()))
    }

    pub(super) fn augmentation(&mut self) -> Fit<usize> {
        self.one_of(&[
            "+=", "-=", "*=", "@=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", "**=", "//=",
        ])
    }

    pub(super) fn wrong_assignment(&mut self) -> Fit<()> {
        self.attempt(|it| {
            let target = need!(it.unannotated_target());
            need!(it.word(":"));
            need!(it.expression());
            let name = it.what(target).name();
            it.tell_of::<()>(target, &format!("only single target (not {name}) can be annotated"))
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

    pub(super) fn unannotated_target(&mut self) -> Fit<Id> {
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

    pub(super) fn type_alias(&mut self) -> Fit<()> {
        need!(self.word("type"));
        need!(self.name());
        self.attempt(Self::type_params)?;
        need!(self.word("="));
        need!(self.expression());
        Ok(Some(()))
    }

    pub(super) fn return_statement(&mut self) -> Fit<()> {
        need!(self.word("return"));
        self.star_expressions()?;
        Ok(Some(()))
    }

    pub(super) fn raise_statement(&mut self) -> Fit<()> {
        need!(self.word("raise"));
        if self.expression()?.is_some() {
            self.attempt(|it| {
                need!(it.word("from"));
                it.expression()
            })?;
        }
        Ok(Some(()))
    }

    pub(super) fn del_statement(&mut self) -> Fit<()> {
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

    pub(super) fn assert_statement(&mut self) -> Fit<()> {
        need!(self.word("assert"));
        need!(self.expression());
        self.attempt(|it| {
            need!(it.word(","));
            it.expression()
        })?;
        Ok(Some(()))
    }

    // Imports.

    pub(super) fn import_statement(&mut self) -> Fit<Id> {
        self.keep(Rule::Import, |it| {
            let place = it.mark;
            if it.explaining {
                it.attempt(|it| {
                    let import = need!(it.word("import"));
                    need!(it.list(Self::dotted_name));
                    need!(it.word("from"));
                    need!(it.dotted_name());
                    it.tell_from::<()>(import, "Did you mean to use 'from ... import ...' instead?")
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

    pub(super) fn import_from(&mut self) -> Fit<()> {
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

    pub(super) fn wrong_alias(&mut self) -> Fit<Id> {
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

    pub(super) fn alias(&mut self) -> Fit<()> {
        self.attempt(|it| {
            need!(it.word("as"));
            it.name()
        })?;
        Ok(Some(()))
    }

    pub(super) fn import_from_as_name(&mut self) -> Fit<()> {
        if self.explaining {
            self.attempt(|it| {
                need!(it.name());
                it.wrong_alias()
            })?;
        }
        need!(self.name());
        self.alias()
    }

    pub(super) fn dotted_as_name(&mut self) -> Fit<()> {
        if self.explaining {
            self.attempt(|it| {
                need!(it.dotted_name());
                it.wrong_alias()
            })?;
        }
        need!(self.dotted_name());
        self.alias()
    }

    pub(super) fn dotted_name(&mut self) -> Fit<()> {
        need!(self.name());
        self.many(|it| {
            need!(it.word("."));
            it.name()
        })?;
        Ok(Some(()))
    }
}
