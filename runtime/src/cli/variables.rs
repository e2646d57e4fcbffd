//! Files of environment variables, as the tools that write and read `.env` files have them.
//!
//! A line is `KEY=VALUE`, perhaps with `export` before it. A value in quotes ends with them, and
//! may go over several lines; in double quotes `\n` and its like are what they are in Python. A
//! value without quotes ends with its line, or with a `#` that follows a space. What `$` stands for
//! is not looked up.

/// A line that is no variable: its number, from 1, and its text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoVariable<'a> {
    pub line: usize,
    pub text: &'a str,
}

/// The variables of a file's text, in order.
///
/// # Errors
/// The first line that is no variable.
pub(super) fn read(text: &str) -> Result<Vec<(String, String)>, NoVariable<'_>> {
    let mut variables = Vec::new();
    let mut rest = text;
    let mut number = 0;
    while !rest.is_empty() {
        let (line, after) = split_line(rest);
        number += 1;
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            rest = after;
            continue;
        }
        let no_variable = NoVariable { line: number, text: trimmed };
        let (key, _) = line.split_once('=').ok_or(no_variable)?;
        // The value may be longer than the line.
        let from_value = rest[key.len() + 1..].trim_start_matches([' ', '\t']);
        let (value, after) = match quoted(from_value) {
            Some((value, after)) => {
                number += lines_of(&from_value[..from_value.len() - after.len()]) - 1;
                (value, after)
            }
            None => {
                let (value, after) = split_line(from_value);
                (without_comment(value).trim_end().to_owned(), after)
            }
        };
        variables.push((without_export(key.trim()).to_owned(), value));
        rest = after;
    }
    Ok(variables)
}

/// A line, and what comes after its end: `\n`, `\r\n` or `\r`.
fn split_line(text: &str) -> (&str, &str) {
    match text.find(['\n', '\r']) {
        None => (text, ""),
        Some(end) => {
            let length = if text[end..].starts_with("\r\n") { 2 } else { 1 };
            (&text[..end], &text[end + length..])
        }
    }
}

/// How many lines a text has, the end of the last included.
fn lines_of(text: &str) -> usize {
    let mut rest = text;
    let mut count = 0;
    while !rest.is_empty() {
        rest = split_line(rest).1;
        count += 1;
    }
    count
}

fn without_export(key: &str) -> &str {
    match key.strip_prefix("export") {
        Some(rest) if rest.starts_with([' ', '\t']) => rest.trim_start(),
        _ => key,
    }
}

fn without_comment(value: &str) -> &str {
    let starts = value.match_indices('#').map(|(at, _)| at);
    let mut comments = starts.filter(|at| *at == 0 || value[..*at].ends_with([' ', '\t']));
    // `KEY=#1` is a value, `KEY= # one` is none: what is before the value is gone here, so that
    // only a space after it tells.
    comments
        .find(|at| *at > 0 || value[1..].starts_with([' ', '\t']))
        .map_or(value, |at| &value[..at])
}

/// What is between the quotes that a text begins with, and what comes after their line; none
/// where there are none, or where something else than a comment comes after them.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|first| matches!(first, '"' | '\''))?;
    let mut value = String::new();
    let mut characters = text.char_indices().skip(1).peekable();
    let end = loop {
        let (at, character) = characters.next()?;
        match character {
            _ if character == quote => break at + 1,
            '\\' => {
                let next = characters.peek().map(|(_, next)| *next)?;
                match meant(next, quote) {
                    Some(meant) => {
                        value.push(meant);
                        characters.next();
                    }
                    None => value.push('\\'),
                }
            }
            '\r' => {
                characters.next_if(|(_, next)| *next == '\n');
                value.push('\n');
            }
            _ => value.push(character),
        }
    };
    let (left, after) = split_line(&text[end..]);
    let left = left.trim();
    (left.is_empty() || left.starts_with('#')).then_some((value, after))
}

/// What a character after `\` stands for; none where the `\` is one.
fn meant(character: char, quote: char) -> Option<char> {
    match character {
        '\\' | '\'' => Some(character),
        _ if quote == '\'' => None,
        '"' | '$' => Some(character),
        'n' => Some('\n'),
        'r' => Some('\r'),
        't' => Some('\t'),
        _ => None,
    }
}
