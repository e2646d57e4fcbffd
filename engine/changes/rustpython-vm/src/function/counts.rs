//! What is said of a call with too many, too few or misnamed arguments.

use super::{
    argument::{ArgumentError, Callee, FuncArgs, arity_message, unexpected_keyword_message},
    parsed::{Reader, reader},
    signature::{Param, ParamKind},
};
use crate::{
    AsObject, VirtualMachine,
    builtins::{PyBaseExceptionRef, PyType},
};
use core::ops::RangeInclusive;

/// The parameters, those of nested ones among them.
pub(super) fn flat(params: &'static [Param]) -> Vec<&'static Param> {
    fn add(params: &'static [Param], all: &mut Vec<&'static Param>) {
        for param in params {
            match param.kind {
                ParamKind::Flatten(Some(params)) => add(params, all),
                ParamKind::Flatten(None) => {}
                _ => all.push(param),
            }
        }
    }
    let mut all = Vec::new();
    add(params, &mut all);
    all
}

impl Callee<'_> {
    /// Why a call is refused: its arguments could not be bound, or some were left.
    #[cold]
    pub(super) fn refuse(
        self,
        error: Option<ArgumentError>,
        left: FuncArgs,
        (given, named): (usize, usize),
        arity: &RangeInclusive<usize>,
        params: &'static [Param],
        vm: &VirtualMachine,
    ) -> PyBaseExceptionRef {
        if let Some(message) = self.wrong_few_names(given, named, &left) {
            return vm.new_type_error(message);
        }
        // What is wrong with an argument is told only if there are as many as there may be.
        if let Some(message) = self.older_counts(given, named) {
            return vm.new_type_error(message);
        }
        if let Some(message) = self.wrong_counts(given, named, params, vm) {
            return vm.new_type_error(message);
        }
        if named == left.kwargs.len()
            && let Some(ArgumentError::Exception(_)) = error
            && let Some(missing) = self.missing(given, &left, params)
        {
            return missing.into_exception(arity, given, self, vm);
        }
        if matches!(error, None | Some(ArgumentError::Exception(_)))
            && let Some(message) = self.wrong_names(given, &left, params)
        {
            return vm.new_type_error(message);
        }
        match error {
            Some(ArgumentError::Exception(exception)) => {
                let taken = given.saturating_sub(left.args.len());
                self.mismatch(exception, taken, named > left.kwargs.len(), arity, params, vm)
            }
            Some(error) => error.into_exception(arity, given, self, vm),
            None if left.args.is_empty() => match left.kwargs.keys().next() {
                Some(keyword) => self.unexpected_keyword(&keyword.to_string(), vm),
                None => vm.new_type_error("arguments could not be bound"),
            },
            None => ArgumentError::TooManyArgs.into_exception(arity, given, self, vm),
        }
    }

    /// The first parameter that was given neither by its position nor by its name, and must be,
    /// though one before it is wrong in itself.
    fn missing(
        self,
        given: usize,
        left: &FuncArgs,
        params: &'static [Param],
    ) -> Option<ArgumentError> {
        let params = flat(params);
        let params = params.get(self.instance_args()..).unwrap_or_default();
        let is_missing = |(place, param): &(usize, &&Param)| {
            let can_be_named =
                matches!(param.kind, ParamKind::PositionalOrKeyword | ParamKind::KeywordOnly);
            let by_name = || left.kwargs.keys().any(|name| name.as_bytes() == param.name.as_bytes());
            *place >= given && can_be_named && param.default.is_none() && !by_name()
        };
        let (place, param) = params.iter().enumerate().find(is_missing)?;
        Some(ArgumentError::MissingRequiredArgument {
            name: param.name.to_owned(),
            pos: place + 1,
        })
    }

    /// What the iterators say of names, which they look at by themselves, before anything else.
    fn wrong_few_names(self, given: usize, named: usize, left: &FuncArgs) -> Option<String> {
        if named == 0 || self.function().is_some() {
            return None;
        }
        let name = self.short_name()?;
        let known: &[&str] = match (name, given, named) {
            ("islice", ..) => return Some("islice() takes no keyword arguments".to_owned()),
            ("map" | "zip", ..) => &["strict"],
            ("product", ..) => &["repeat"],
            ("zip_longest", ..) => &["fillvalue"],
            ("enumerate", 0, 1) => &["iterable"],
            ("enumerate", 1, 1) => &["start"],
            ("enumerate", 0, 2) => &["iterable", "start"],
            _ => return None,
        };
        if matches!(name, "map" | "zip" | "product") && named > 1 {
            return Some(format!("{name}() takes at most 1 keyword argument ({named} given)"));
        }
        let is_known = |keyword: &str| known.contains(&keyword);
        let mut keywords = left.kwargs.keys().map(|keyword| keyword.to_string());
        let unknown = keywords.find(|keyword| !is_known(keyword))?;
        Some(match name {
            "enumerate" => format!("'{unknown}' is an invalid keyword argument for enumerate()"),
            "zip_longest" => "zip_longest() got an unexpected keyword argument".to_owned(),
            _ => unexpected_keyword_message(Some(name), &unknown, known.iter().copied()),
        })
    }

    /// A name that no parameter has, or one that was given by its position, too.
    fn wrong_names(
        self,
        given: usize,
        left: &FuncArgs,
        params: &'static [Param],
    ) -> Option<String> {
        let (name, parens) = match self.short_name() {
            Some(name) => (name, "()"),
            None => ("function", ""),
        };
        let params = flat(params);
        let params = params.get(self.instance_args()..).unwrap_or_default();
        if params.iter().any(|param| matches!(param.kind, ParamKind::VarKeyword)) {
            return None;
        }
        let place = |keyword: &str| {
            params.iter().position(|param| {
                let can_be_named = !matches!(param.kind, ParamKind::PositionalOnly);
                can_be_named && param.name == keyword
            })
        };
        let keywords = || left.kwargs.keys().map(|keyword| keyword.to_string());
        let by_place = |place: &usize| !matches!(params[*place].kind, ParamKind::KeywordOnly);
        let twice = keywords().find_map(|keyword| {
            let place = place(&keyword).filter(|place| *place < given).filter(by_place)?;
            Some((keyword, place + 1))
        });
        if let Some((keyword, place)) = twice {
            return Some(format!(
                "argument for {name}{parens} given by name ('{keyword}') and position ({place})"
            ));
        }
        let unknown = keywords().find(|keyword| place(keyword).is_none())?;
        // `sorted` passes them on.
        let name = self.short_name().map(|name| if name == "sorted" { "sort" } else { name });
        let can_be_named = |param: &&&Param| !matches!(param.kind, ParamKind::PositionalOnly);
        let known = params.iter().filter(can_be_named).map(|param| param.name);
        Some(unexpected_keyword_message(name, &unknown, known))
    }

    /// What those say that count their positional arguments first.
    fn older_counts(self, given: usize, named: usize) -> Option<String> {
        let name = self.short_name()?;
        let arity = match (name, self.function().is_some()) {
            ("sorted", _) => 1..=1,
            ("int", false) if named == 0 => 0..=2,
            ("str", false) if named == 0 => 0..=3,
            ("reversed", _) if named == 0 => 1..=1,
            ("array", false) => {
                let (limit, bound) = if given == 0 { ("1 argument", "least") } else { ("2 arguments", "most") };
                return (given == 0 || given > 2)
                    .then(|| format!("array() takes at {bound} {limit} ({given} given)"));
            }
            ("super", _) if given > 2 => return Some(format!("super() expected at most 2 arguments, got {given}")),
            _ => return None,
        };
        let wrong = !arity.contains(&given);
        wrong.then(|| arity_message(Some(name), &arity, given < *arity.start(), given))
    }

    fn wrong_counts(
        self,
        given: usize,
        named: usize,
        params: &'static [Param],
        vm: &VirtualMachine,
    ) -> Option<String> {
        let name = self.short_name()?;
        let params = flat(params);
        let params = params.get(self.instance_args()..).unwrap_or_default();
        let count = |kinds: &[ParamKind], required: bool| {
            let same = |kind: ParamKind| core::mem::discriminant(&kind);
            let is_counted = |param: &&&Param| {
                (!required || param.default.is_none())
                    && kinds.iter().any(|kind| same(*kind) == same(param.kind))
            };
            params.iter().filter(is_counted).count()
        };
        use ParamKind::*;
        let endless = count(&[VarPositional], false) > 0;
        let positional = count(&[PositionalOnly, PositionalOrKeyword], false);
        let mut by_names = count(&[PositionalOrKeyword, KeywordOnly, VarKeyword], false) > 0;
        if !by_names {
            let reader = reader(&self.full_name(vm));
            by_names = reader == Reader::Names;
            if by_names && positional == 0 && (given > 0 || named > 0) {
                return Some(format!("{name}() takes no arguments"));
            }
            let required = count(&[PositionalOnly], true);
            if reader == Reader::Tuple {
                if named > 0 {
                    return Some(format!("{name}() takes no keyword arguments"));
                }
                if endless || (required..=positional).contains(&given) {
                    return None;
                }
                let limit = if given < required { required } else { positional };
                let bound = match (required == positional, given < required) {
                    (true, _) => "exactly",
                    (false, true) => "at least",
                    (false, false) => "at most",
                };
                let plural = if limit == 1 { "" } else { "s" };
                return Some(format!(
                    "{name}() takes {bound} {limit} argument{plural} ({given} given)"
                ));
            }
        }
        if !by_names {
            if named > 0 {
                return Some(format!("{}() takes no keyword arguments", self.full_name(vm)));
            }
            let required = count(&[PositionalOnly], true);
            if endless || (required..=positional).contains(&given) {
                return None;
            }
            let takes = match (required, positional) {
                (_, 0) if self.function().is_some() => "no arguments",
                (1, 1) if self.function().is_some() => "exactly one argument",
                _ => {
                    let arity = required..=positional;
                    return Some(arity_message(Some(name), &arity, given < required, given));
                }
            };
            let full_name = self.full_name(vm);
            return Some(format!("{full_name}() takes {takes} ({given} given)"));
        }
        // `str` counts those without names in its own way.
        let is_str = name == "str" && self.function().is_none() && named == 0;
        if endless || is_str || count(&[VarKeyword], false) > 0 {
            return None;
        }
        let all = [PositionalOnly, PositionalOrKeyword, KeywordOnly];
        let total = count(&all, false);
        let at_least = count(&[PositionalOnly], true);
        let required = count(&[PositionalOnly, PositionalOrKeyword], true);
        let bound = |word, is_a_bound| if is_a_bound { word } else { "exactly" };
        let plural = |number| if number == 1 { "" } else { "s" };
        let (bound, number, kind, found) = if given + named > total {
            let kind = if given == 0 { "keyword " } else { "" };
            ("at most", total, kind, given + named)
        } else if given > positional && positional == 0 {
            return Some(format!("{name}() takes no positional arguments"));
        } else if given > positional {
            let bound = bound("at most", required < positional);
            (bound, positional, "positional ", given)
        } else if given < at_least {
            let bound = bound("at least", at_least < positional);
            (bound, at_least, "positional ", given)
        } else {
            return None;
        };
        let plural = plural(number);
        Some(format!("{name}() takes {bound} {number} {kind}argument{plural} ({found} given)"))
    }

    /// The name with what it is in: a type, or a module other than `builtins`.
    fn full_name(self, vm: &VirtualMachine) -> String {
        let name = self.short_name().unwrap_or("function");
        let Some(function) = self.function() else {
            return name.to_owned();
        };
        if let Some(class) = function.downcast_ref::<PyType>() {
            let shown = class.__qualname__(vm).str(vm);
            let class = shown.map_or_else(|_| class.name().to_string(), |name| name.to_string());
            return format!("{class}.{name}");
        }
        let text = |attribute: &'static str| -> Option<String> {
            let value = function.get_attr(attribute, vm).ok()?;
            Some(value.downcast_ref::<crate::builtins::PyStr>()?.to_string())
        };
        let qualified = text("__qualname__").unwrap_or_else(|| name.to_owned());
        match text("__module__") {
            // Its functions are methods of a UCD here.
            Some(module) if module == "unicodedata" => {
                let name = qualified.strip_prefix("UCD.").unwrap_or(&qualified);
                format!("{module}.{name}")
            }
            Some(module) if module != "builtins" => format!("{module}.{qualified}"),
            _ => qualified,
        }
    }
}
