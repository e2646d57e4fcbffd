//! What all rules of the grammar share: tokens, alternatives, and what was tried before.
//! Errors are told in `telling`.

mod nodes;
mod telling;

use super::tokens::{Done, Token, Tokenizer, Type, Wrong};
use super::{As, Kind, Told, Warning, escapes};
use alloc::vec::Vec;

pub(super) use nodes::{Node, What};

/// An error was told, or the program is too deep to say.
pub(super) struct Stop;

pub(super) type Id = u32;
/// A rule that fits gives what it read; a rule that does not gives nothing.
pub(super) type Fit<T> = Result<Option<T>, Stop>;

/// Rules whose results are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    SimpleStatement,
    Import,
    Block,
    Expression,
    StarExpression,
    Disjunction,
    Conjunction,
    Inversion,
    Binary(u8),
    Factor,
    AwaitPrimary,
    Primary,
    TargetPrimary,
    Arguments,
    StarTarget,
    TargetWithStarAtom,
    DelTarget,
    Strings,
    TString,
    WrongNamed,
    ClosedPattern,
    StarPattern,
    TypeParam,
}

/// So deep, and so long, a program is looked at.
const DEEPEST: usize = 1500;
const LONGEST: usize = 12_000_000;

pub(super) struct Parser {
    tokenizer: Tokenizer,
    pub(super) tokens: Vec<Token>,
    pub(super) mark: usize,
    read_as: As,
    /// Whether the alternatives that say what is wrong are tried.
    pub(super) explaining: bool,
    /// For each token, what rules read from there on.
    kept: Vec<Vec<(Rule, Option<Id>, usize)>>,
    pub(super) nodes: Vec<Node>,
    told: Option<Told>,
    by_parser: bool,
    depth: usize,
    steps: usize,
    /// The program changes what `<>` means.
    barry: bool,
    /// An interactive program has begun, and has a line's end to come.
    started: bool,
}

impl Parser {
    pub(super) fn new(source: &str, read_as: As) -> Self {
        let barry = source.contains("barry_as_FLUFL");
        let mut source = source.replace("\r\n", "\n").replace('\r', "\n");
        if read_as == As::Module && !source.ends_with('\n') {
            source.push('\n');
        }
        Self {
            tokenizer: Tokenizer::new(source.into_bytes()),
            tokens: Vec::new(),
            mark: 0,
            read_as,
            explaining: false,
            kept: Vec::new(),
            nodes: Vec::new(),
            told: None,
            by_parser: false,
            depth: 0,
            steps: 0,
            barry,
            started: false,
        }
    }

    pub(super) fn run(mut self) -> Option<Told> {
        if self.barry {
            return None;
        }
        let fits = self.read_all();
        let unfinished = matches!(self.tokenizer.done, Done::EndOfFile | Done::EndInText);
        let mut told = self.after(fits)?;
        told.unfinished = unfinished;
        Some(told)
    }

    /// What is warned of before it is known whether the program is Python.
    pub(super) fn warnings(mut self) -> Vec<Warning> {
        let fits = self.read_all();
        // What is read again without explaining is warned of again.
        let _ = self.after(fits);
        self.tokenizer.warnings
    }

    pub(super) fn warn_of_literal(&mut self, place: usize) {
        let token = self.tokens[place];
        if !self.explaining
            && let Some((start, end, of_bytes)) = escapes::escaped(self.bytes(place))
        {
            let (start, end) = (token.start + start, token.start + end);
            let before = &self.tokenizer.source[token.start..start];
            let lines = before.iter().filter(|&&byte| byte == b'\n').count();
            self.tokenizer.warn_of_text(token.line + lines, start, end, of_bytes);
        }
    }

    pub(super) fn warn_of_middle(&mut self, place: usize, counted_from: usize) {
        if !self.explaining {
            let (token, line) = (self.tokens[place], self.tokens[counted_from].line);
            self.tokenizer.warn_of_middle(line, token);
        }
    }

    fn after(&mut self, fits: Result<bool, Stop>) -> Option<Told> {
        match fits {
            Ok(true) => return None,
            Err(Stop) => {
                self.told.as_ref()?;
                if self.by_parser {
                    self.look_at_the_rest();
                }
                return self.told.take();
            }
            Ok(false) => {}
        }
        let last = self.tokens.len().checked_sub(1)?;
        self.mark = 0;
        self.kept.clear();
        self.nodes.clear();
        self.explaining = true;
        if self.read_all().is_err() {
            self.told.as_ref()?;
            if self.by_parser {
                self.look_at_the_rest();
            }
            return self.told.take();
        }
        let token = self.tokens[last];
        match token.typ {
            Type::Error if self.tokenizer.done == Done::EndOfFile => self.never_closed(),
            Type::Indent => {
                let _: Fit<()> = self.tell_last(Kind::Indentation, "unexpected indent");
            }
            Type::Dedent => {
                let _: Fit<()> = self.tell_last(Kind::Indentation, "unexpected unindent");
            }
            _ => {
                let _: Fit<()> = self.tell(last, last, "invalid syntax");
                self.look_at_the_rest();
            }
        }
        self.told.take()
    }

    fn read_all(&mut self) -> Result<bool, Stop> {
        let fits = match self.read_as {
            As::Module => {
                self.statements()?;
                self.typ(Type::EndMarker)?.is_some()
            }
            As::Expression => {
                let mut fits = self.expressions()?.is_some();
                if fits {
                    while self.typ(Type::Newline)?.is_some() {}
                    fits = self.typ(Type::EndMarker)?.is_some();
                }
                fits
            }
            As::Interactive => {
                let start = self.mark;
                if self.compound_statement()?.is_some() && self.typ(Type::Newline)?.is_some() {
                    true
                } else {
                    self.mark = start;
                    self.simple_statements()?.is_some() || self.typ(Type::Newline)?.is_some()
                }
            }
        };
        Ok(fits)
    }

    /// An error of the tokenizer's that is still to come matters more than the parser's.
    fn look_at_the_rest(&mut self) {
        if self.tokenizer.done != Done::No {
            return;
        }
        let Some(line) = self.tokens.last().map(|token| token.line) else {
            return;
        };
        let told = loop {
            match self.tokenizer.read() {
                Ok(token) if token.typ == Type::EndMarker => return,
                Ok(token) if token.typ == Type::Error => break None,
                Ok(_) => {}
                Err(Wrong::Told(told)) => break Some(told),
                Err(_) => break None,
            }
        };
        // Within an f-string, what is wrong with its code matters more.
        if self.tokenizer.in_template() {
            return;
        }
        if told.is_some() {
            self.told = told;
        } else if let Some((_, bracket_line, _)) = self.tokenizer.open_bracket()
            && line > bracket_line
        {
            self.told = None;
            self.never_closed();
        }
    }

    // Tokens.

    /// Reads tokens until there is one at the mark.
    fn fill(&mut self) -> Result<Token, Stop> {
        while self.tokens.len() <= self.mark {
            match self.tokenizer.read() {
                Ok(mut token) => {
                    if self.read_as == As::Interactive {
                        if token.typ == Type::EndMarker && self.started {
                            token.typ = Type::Newline;
                            self.started = false;
                            self.tokenizer.end_blocks();
                        } else {
                            self.started = true;
                        }
                    }
                    self.tokens.push(token);
                    if token.typ == Type::Error {
                        self.never_closed();
                        return Err(Stop);
                    }
                }
                Err(wrong) => {
                    self.not_read(wrong);
                    return Err(Stop);
                }
            }
        }
        Ok(self.tokens[self.mark])
    }

    fn not_read(&mut self, wrong: Wrong) {
        let (line, column) =
            (self.tokenizer.line, (self.tokenizer.at - self.tokenizer.line_start) as i64);
        let place = self.tokenizer.at;
        match wrong {
            Wrong::Told(told) => self.told = Some(told),
            Wrong::Here(kind, message) => {
                self.tell_at(kind, message, line, column, line, -1, place);
            }
            Wrong::Line(kind, message, offset) => {
                self.tell_at(kind, message, line, offset + 1, line, 0, place);
            }
            Wrong::EndOfFile => {
                if self.tokenizer.open_bracket().is_some() {
                    self.never_closed();
                } else {
                    self.tell_at(
                        Kind::Syntax,
                        "unexpected EOF while parsing",
                        line,
                        column,
                        line,
                        -1,
                        place,
                    );
                }
            }
        }
        self.by_parser = false;
    }

    pub(super) fn typ(&mut self, typ: Type) -> Fit<usize> {
        if self.fill()?.typ != typ {
            return Ok(None);
        }
        self.mark += 1;
        Ok(Some(self.mark - 1))
    }

    pub(super) fn text(&self, place: usize) -> &str {
        let token = &self.tokens[place];
        core::str::from_utf8(&self.tokenizer.source[token.start..token.end]).unwrap_or_default()
    }

    pub(super) fn bytes(&self, place: usize) -> &[u8] {
        let token = &self.tokens[place];
        &self.tokenizer.source[token.start..token.end]
    }

    /// An operator, or a word: a keyword or one that is a keyword here.
    pub(super) fn word(&mut self, wanted: &str) -> Fit<usize> {
        let token = self.fill()?;
        let fits = matches!(token.typ, Type::Operator | Type::Name)
            && &self.tokenizer.source[token.start..token.end] == wanted.as_bytes();
        if !fits {
            return Ok(None);
        }
        self.mark += 1;
        Ok(Some(self.mark - 1))
    }

    pub(super) fn one_of(&mut self, wanted: &[&str]) -> Fit<usize> {
        for word in wanted {
            if let Some(place) = self.word(word)? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// Whether a word is next, which stays.
    pub(super) fn sees(&mut self, wanted: &str) -> Result<bool, Stop> {
        let start = self.mark;
        let fits = self.word(wanted)?.is_some();
        self.mark = start;
        Ok(fits)
    }

    pub(super) fn sees_one_of(&mut self, wanted: &[&str]) -> Result<bool, Stop> {
        let start = self.mark;
        let fits = self.one_of(wanted)?.is_some();
        self.mark = start;
        Ok(fits)
    }

    pub(super) fn sees_typ(&mut self, typ: Type) -> Result<bool, Stop> {
        Ok(self.fill()?.typ == typ)
    }

    /// Without this nothing fits.
    pub(super) fn must(&mut self, wanted: &str) -> Fit<usize> {
        match self.word(wanted)? {
            Some(place) => Ok(Some(place)),
            None => {
                let place = self.mark;
                if self.tokens[place].typ == Type::Error {
                    return self.tell_last(Kind::Syntax, "invalid syntax");
                }
                self.tell(place, place, &format!("expected '{wanted}'"))
            }
        }
    }

    pub(super) fn name(&mut self) -> Fit<Id> {
        let token = self.fill()?;
        if token.typ != Type::Name || is_keyword(self.text(self.mark)) {
            return Ok(None);
        }
        self.mark += 1;
        let place = self.mark - 1;
        Ok(Some(self.node(What::Name, place, Vec::new())))
    }

    // Nodes.

    pub(super) fn node(&mut self, what: What, first: usize, parts: Vec<Id>) -> Id {
        let mut last = self.mark.max(1) - 1;
        while last > first
            && matches!(
                self.tokens[last].typ,
                Type::Newline | Type::Indent | Type::Dedent | Type::EndMarker
            )
        {
            last -= 1;
        }
        self.nodes.push(Node { what, first, last, parts });
        (self.nodes.len() - 1) as Id
    }

    pub(super) fn what(&self, node: Id) -> What {
        self.nodes[node as usize].what
    }

    pub(super) fn first(&self, node: Id) -> usize {
        self.nodes[node as usize].first
    }

    pub(super) fn last(&self, node: Id) -> usize {
        self.nodes[node as usize].last
    }

    pub(super) fn parts(&self, node: Id) -> &[Id] {
        &self.nodes[node as usize].parts
    }

    // Alternatives.

    pub(super) fn attempt<T>(&mut self, rule: impl FnOnce(&mut Self) -> Fit<T>) -> Fit<T> {
        let start = self.mark;
        self.steps += 1;
        if self.depth >= DEEPEST || self.steps >= LONGEST {
            self.told = None;
            self.by_parser = false;
            return Err(Stop);
        }
        self.depth += 1;
        let fits = rule(self);
        self.depth -= 1;
        let fits = fits?;
        if fits.is_none() {
            self.mark = start;
        }
        Ok(fits)
    }

    pub(super) fn keep(&mut self, rule: Rule, read: impl FnOnce(&mut Self) -> Fit<Id>) -> Fit<Id> {
        let start = self.mark;
        if let Some(kept) = self.kept.get(start)
            && let Some(&(_, known, end)) = kept.iter().find(|kept| kept.0 == rule)
        {
            self.mark = end;
            return Ok(known);
        }
        let fits = self.attempt(read)?;
        if self.kept.len() <= start {
            self.kept.resize_with(start + 1, Vec::new);
        }
        self.kept[start].push((rule, fits, self.mark));
        Ok(fits)
    }

    /// Whether something is next, which stays.
    pub(super) fn ahead<T>(
        &mut self,
        rule: impl FnOnce(&mut Self) -> Fit<T>,
    ) -> Result<bool, Stop> {
        let start = self.mark;
        let fits = self.attempt(rule)?.is_some();
        self.mark = start;
        Ok(fits)
    }

    pub(super) fn many<T>(&mut self, rule: impl Fn(&mut Self) -> Fit<T>) -> Result<Vec<T>, Stop> {
        let mut all = Vec::new();
        while let Some(each) = self.attempt(&rule)? {
            all.push(each);
        }
        Ok(all)
    }

    pub(super) fn some<T>(&mut self, rule: impl Fn(&mut Self) -> Fit<T>) -> Fit<Vec<T>> {
        let all = self.many(rule)?;
        Ok((!all.is_empty()).then_some(all))
    }

    /// One or more with commas between.
    pub(super) fn list<T>(&mut self, rule: impl Fn(&mut Self) -> Fit<T>) -> Fit<Vec<T>> {
        let mut all = Vec::new();
        let Some(first) = self.attempt(&rule)? else {
            return Ok(None);
        };
        all.push(first);
        loop {
            let start = self.mark;
            if self.word(",")?.is_none() {
                break;
            }
            let Some(next) = self.attempt(&rule)? else {
                self.mark = start;
                break;
            };
            all.push(next);
        }
        Ok(Some(all))
    }
}

pub(super) fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "False"
            | "None"
            | "True"
            | "and"
            | "as"
            | "assert"
            | "async"
            | "await"
            | "break"
            | "class"
            | "continue"
            | "def"
            | "del"
            | "elif"
            | "else"
            | "except"
            | "finally"
            | "for"
            | "from"
            | "global"
            | "if"
            | "import"
            | "in"
            | "is"
            | "lambda"
            | "nonlocal"
            | "not"
            | "or"
            | "pass"
            | "raise"
            | "return"
            | "try"
            | "while"
            | "with"
            | "yield"
    )
}

/// The value of a rule that has to fit, or no fit.
macro_rules! need {
    ($rule:expr) => {
        match $rule? {
            Some(fits) => fits,
            None => return Ok(None),
        }
    };
}
pub(super) use need;
