//! The whitespace that lines begin with.

use super::super::Kind;
use super::{Done, MOST_INDENTS, Tokenizer, Wrong};

impl Tokenizer {
    fn misfit<T>(&mut self) -> Result<T, Wrong> {
        self.done = Done::Error;
        self.at = self.line_end;
        Err(Wrong::Line(Kind::Tab, "inconsistent use of tabs and spaces in indentation", 0))
    }

    /// The whitespace that a line begins with.
    pub(super) fn indentation(&mut self) -> Result<(), Wrong> {
        let (mut column, mut other, mut continued) = (0usize, 0usize, 0usize);
        self.at_beginning = false;
        let byte = loop {
            let byte = self.next();
            match byte {
                Some(b' ') => {
                    column += 1;
                    other += 1;
                }
                Some(b'\t') => {
                    column = (column / 8 + 1) * 8;
                    other += 1;
                }
                Some(b'\x0c') => {
                    column = 0;
                    other = 0;
                }
                Some(b'\\') => {
                    if continued == 0 {
                        continued = column;
                    }
                    self.continue_line()?;
                }
                _ => break byte,
            }
        };
        self.back(byte);
        if matches!(byte, Some(b'#' | b'\n')) {
            self.blank = true;
            return Ok(());
        }
        if !self.brackets.is_empty() {
            return Ok(());
        }
        if continued != 0 {
            column = continued;
            other = continued;
        }
        let &(top, other_top) = self.indents.last().unwrap_or(&(0, 0));
        if column == top {
            if other != other_top {
                return self.misfit();
            }
        } else if column > top {
            if self.indents.len() >= MOST_INDENTS {
                self.done = Done::Error;
                self.at = self.line_end;
                return Err(Wrong::Line(Kind::Indentation, "too many levels of indentation", 0));
            }
            if other <= other_top {
                return self.misfit();
            }
            self.pending += 1;
            self.indents.push((column, other));
        } else {
            while self.indents.len() > 1
                && self.indents.last().is_some_and(|&(known, _)| column < known)
            {
                self.pending -= 1;
                self.indents.pop();
            }
            let &(top, other_top) = self.indents.last().unwrap_or(&(0, 0));
            if column != top {
                self.done = Done::Error;
                self.at = self.line_end;
                return Err(Wrong::Here(
                    Kind::Indentation,
                    "unindent does not match any outer indentation level",
                ));
            }
            if other != other_top {
                return self.misfit();
            }
        }
        Ok(())
    }
}
