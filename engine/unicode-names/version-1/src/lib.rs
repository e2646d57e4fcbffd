//! `unicode_names2` 1, for the engine's parser: the characters of `\N{...}`, as `unicodedata` knows
//! them, aliases included.

pub use newer::{Name, name};
pub use rustpython_unicode::lookup_character as character;
