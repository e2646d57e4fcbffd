//! Colour, where a terminal shows it: a pipe gets none, and `NO_COLOR` is obeyed.

use std::io::{IsTerminal, stderr};

const RED: &str = "\x1b[1;31m";
const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

/// Whether standard error takes colour.
pub(super) fn colours() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    !refused && stderr().is_terminal()
}

/// A line of the platform's, set off from what the function wrote.
pub(super) fn platform_line(text: &str) -> String {
    if !colours() || text.is_empty() {
        return text.to_owned();
    }
    text.split_inclusive('\n')
        .map(|line| {
            let colour = if line.starts_with("ERROR ") { RED } else { DIM };
            let (body, end) = match line.strip_suffix('\n') {
                Some(body) => (body, "\n"),
                None => (line, ""),
            };
            format!("{colour}{body}{RESET}{end}")
        })
        .collect()
}

/// Prints an error with its causes and gives `code`.
pub(super) fn print_error(error: &anyhow::Error, code: u8) -> u8 {
    let (colour, reset) = if colours() { (RED, RESET) } else { ("", "") };
    eprintln!("{colour}error{reset}: {error:#}");
    code
}
