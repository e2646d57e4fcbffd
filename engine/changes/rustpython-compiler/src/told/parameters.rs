//! Parameters of functions, and of types.

use super::{
    Kind,
    parser::{Fit, Id, Parser, Rule, What, need},
    tokens::Type,
};
use alloc::{format, vec::Vec};

/// What differs between the parameters of `def` and those of `lambda`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Function,
    Lambda,
}

impl Of {
    pub(super) fn close(self) -> &'static str {
        if self == Self::Function { ")" } else { ":" }
    }
}
impl Parser {
    // Type parameters.

    pub(super) fn type_params(&mut self) -> Fit<()> {
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

    pub(super) fn type_param(&mut self) -> Fit<Id> {
        self.keep(Rule::TypeParam, |it| {
            let place = it.mark;
            let default = |it: &mut Self, starred: bool| -> Fit<Id> {
                need!(it.word("="));
                if starred { it.star_expression() } else { it.expression() }
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

    pub(super) fn wrong_type_param(&mut self, stars: &str, kind: &str) -> Fit<()> {
        self.attempt(|it| {
            need!(it.word(stars));
            need!(it.name());
            let colon = need!(it.word(":"));
            let bound = need!(it.expression());
            let what = if it.what(bound) == What::Tuple { "constraints" } else { "bound" };
            it.tell_from::<()>(colon, &format!("cannot use {what} with {kind}"))
        })
    }

    // Parameters.

    pub(super) fn lambda_parameters(&mut self) -> Fit<()> {
        self.parameters(Of::Lambda)
    }

    pub(super) fn parameters(&mut self, of: Of) -> Fit<()> {
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

    pub(super) fn parameter(&mut self, of: Of) -> Fit<Id> {
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
    pub(super) fn parameter_ends(&mut self, of: Of) -> Fit<()> {
        if self.word(",")?.is_some() || self.sees(of.close())? {
            return Ok(Some(()));
        }
        Ok(None)
    }

    pub(super) fn without_default(&mut self, of: Of) -> Fit<Id> {
        self.attempt(|it| {
            let parameter = need!(it.parameter(of));
            need!(it.parameter_ends(of));
            Ok(Some(parameter))
        })
    }

    pub(super) fn default(&mut self) -> Fit<()> {
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

    pub(super) fn with_default(&mut self, of: Of) -> Fit<Id> {
        self.attempt(|it| {
            let parameter = need!(it.parameter(of));
            need!(it.default());
            need!(it.parameter_ends(of));
            Ok(Some(parameter))
        })
    }

    pub(super) fn maybe_default(&mut self, of: Of) -> Fit<Id> {
        self.attempt(|it| {
            let parameter = need!(it.parameter(of));
            it.default()?;
            need!(it.parameter_ends(of));
            Ok(Some(parameter))
        })
    }

    pub(super) fn slash_ends(&mut self, of: Of) -> Fit<()> {
        need!(self.word("/"));
        self.parameter_ends(of)
    }

    pub(super) fn no_default_and_slash(&mut self, of: Of) -> Fit<()> {
        self.attempt(|it| {
            need!(it.some(|it| it.without_default(of)));
            it.slash_ends(of)
        })
    }

    pub(super) fn default_and_slash(&mut self, of: Of) -> Fit<()> {
        self.attempt(|it| {
            it.many(|it| it.without_default(of))?;
            need!(it.some(|it| it.with_default(of)));
            it.slash_ends(of)
        })
    }

    pub(super) fn any_and_slash(&mut self, of: Of) -> Fit<()> {
        if self.no_default_and_slash(of)?.is_some() {
            return Ok(Some(()));
        }
        self.default_and_slash(of)
    }

    pub(super) fn star_parameters(&mut self, of: Of) -> Fit<()> {
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

    pub(super) fn double_star(&mut self, of: Of) -> Fit<()> {
        if self.explaining {
            self.attempt(|it| {
                need!(it.word("**"));
                need!(it.parameter(of));
                let equal = need!(it.word("="));
                it.tell::<()>(equal, equal, "var-keyword argument cannot have default value")
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

    pub(super) fn wrong_star(&mut self, of: Of) -> Fit<()> {
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
            it.tell::<()>(equal, equal, "var-positional argument cannot have default value")
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

    pub(super) fn wrong_parameters(&mut self, of: Of) -> Fit<()> {
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
