//! What a program that is no Python is told: the words and the place that CPython 3.14 has.
//!
//! This runs only for a program that was refused, or that looks as if it should be. It reads
//! the program once more as CPython does: a tokenizer that is asked for one token at a time
//! (`tokens`), and a parser that tries one alternative after the other (`statements`,
//! `compound`, `expressions`, `patterns` and their like); if nothing fits, it tries again with the alternatives that say
//! what is wrong. Where the parser stops, and how far the tokenizer was by then, decide what is
//! told and where.

mod calls;
mod compound;
mod displays;
mod escapes;
mod expressions;
mod handling;
mod parameters;
mod parser;
mod patterns;
mod statements;
mod targets;
mod texts;
mod tokens;

use crate::{TokenKind, Tokens};
use alloc::{string::String, vec::Vec};
use ruff_text_size::Ranged;

/// Which exception tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Syntax,
    Indentation,
    Tab,
}

/// An error of syntax, as the attributes of the exception have it.
#[derive(Clone, Debug)]
pub struct Told {
    pub kind: Kind,
    pub message: String,
    pub line: usize,
    pub offset: i64,
    pub end_line: usize,
    pub end_offset: i64,
    pub text: String,
    /// The line is read from the file if there is one: the parser told it of a module.
    pub of_module: bool,
    /// Where it is in the source, in bytes.
    pub place: usize,
    /// More of the program could mend it.
    pub unfinished: bool,
}

/// A warning of an escape that is none, or of a number that a keyword follows at once.
#[derive(Clone, Debug)]
pub struct Warning {
    pub line: usize,
    pub offset: usize,
    pub message: String,
    /// What is told instead where warnings are errors.
    pub error: Option<String>,
}

/// What a program is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum As {
    Module,
    Expression,
    Interactive,
}

/// What CPython tells of a program; nothing if it is Python, or too deep to say.
#[must_use]
pub fn what_is_wrong(source: &str, read_as: As) -> Option<Told> {
    parser::Parser::new(source, read_as).run()
}

/// What CPython tells of a program with too many brackets within each other.
#[must_use]
pub fn too_many_brackets(source: &str) -> Option<Told> {
    let mut tokenizer = tokens::Tokenizer::new(source.replace('\r', "\n").into_bytes());
    loop {
        match tokenizer.read() {
            Ok(token) if matches!(token.typ, tokens::Type::EndMarker | tokens::Type::Error) => {
                return None;
            }
            Ok(_) => {}
            Err(tokens::Wrong::Told(told)) => {
                return (told.message == tokens::TOO_MANY_BRACKETS).then_some(told);
            }
            Err(_) => return None,
        }
    }
}

/// Whether a program that the parser let pass may be none for CPython: `yield` without
/// parentheses after a comma, `import (*`, a keyword in parentheses in a call, and the name `_`
/// for what a pattern takes.
#[must_use]
pub fn is_doubtful(tokens: &Tokens, source: &str) -> bool {
    let mut before = [TokenKind::Newline; 2];
    let mut has_patterns = false;
    let mut level = 0usize;
    let mut indents = 0usize;
    for token in tokens {
        let kind = token.kind();
        match (before, kind) {
            ([_, TokenKind::Comma], TokenKind::Yield)
            | ([TokenKind::Import, TokenKind::Lpar], TokenKind::Star) => return true,
            ([_, TokenKind::As | TokenKind::DoubleStar], TokenKind::Name) if has_patterns => {
                let (start, end) = (token.start().to_usize(), token.end().to_usize());
                if source.get(start..end) == Some("_") {
                    return true;
                }
            }
            ([_, TokenKind::Rpar], TokenKind::Equal) if level > 0 => return true,
            (_, TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace) => level += 1,
            (_, TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace) => {
                level = level.saturating_sub(1);
            }
            (_, TokenKind::Case) => has_patterns = true,
            (_, TokenKind::Indent) => {
                indents += 1;
                if indents >= tokens::MOST_INDENTS {
                    return true;
                }
            }
            (_, TokenKind::Dedent) => indents = indents.saturating_sub(1),
            (_, TokenKind::Comment | TokenKind::NonLogicalNewline) => continue,
            _ => {}
        }
        before = [before[1], kind];
    }
    false
}

/// What is warned of in a program that is Python.
#[must_use]
pub fn warnings(source: &str) -> Vec<Warning> {
    if !may_warn(source.as_bytes()) {
        return Vec::new();
    }
    let source = source.replace("\r\n", "\n").replace('\r', "\n");
    let mut tokenizer = tokens::Tokenizer::new(source.into_bytes());
    let mut open: Vec<Vec<tokens::Token>> = Vec::new();
    while let Ok(token) = tokenizer.read() {
        match token.typ {
            tokens::Type::EndMarker | tokens::Type::Error => break,
            tokens::Type::Text => {
                let literal = &tokenizer.source[token.start..token.end];
                if let Some((start, end, of_bytes)) = escapes::escaped(literal) {
                    let (start, end) = (token.start + start, token.start + end);
                    tokenizer.warn_of_text(token.line, start, end, of_bytes);
                }
            }
            tokens::Type::Start(_) => open.push(Vec::new()),
            tokens::Type::Middle(_) if token.raw => {}
            tokens::Type::Middle(_) if token.of_format => {
                tokenizer.warn_of_middle(token.line, token);
            }
            tokens::Type::Middle(_) => {
                if let Some(middles) = open.last_mut() {
                    middles.push(token);
                }
            }
            tokens::Type::End(_) => {
                for middle in open.pop().unwrap_or_default() {
                    tokenizer.warn_of_middle(token.line, middle);
                }
            }
            _ => {}
        }
    }
    tokenizer.warnings
}

/// What is warned of before a program turns out to be none.
#[must_use]
pub fn warnings_before_error(source: &str, read_as: As) -> Vec<Warning> {
    parser::Parser::new(source, read_as).warnings()
}

/// Whether there is a backslash that may begin no escape, or a number before a letter.
fn may_warn(source: &[u8]) -> bool {
    let is_digit_before = |at: usize| at > 0 && source[at - 1].is_ascii_digit();
    source.windows(2).enumerate().any(|(at, pair)| match pair {
        [b'\\', after] => !matches!(
            after,
            b'\n'
                | b'\r'
                | b'\\'
                | b'\''
                | b'"'
                | b'a'
                | b'b'
                | b'f'
                | b'n'
                | b'r'
                | b't'
                | b'v'
                | b'x'
        ),
        // Of such a number, any letter may be the last digit.
        [b'0', b'x' | b'X'] => true,
        [b'0'..=b'9', b'a' | b'e' | b'f' | b'i' | b'o' | b'n'] => true,
        [b'.' | b'j' | b'J', b'a' | b'e' | b'f' | b'i' | b'o' | b'n'] => is_digit_before(at),
        _ => false,
    })
}
