//! `unicode_names2` 1, for the engine's parser: names in literals are those that the engine's
//! `unicodedata` knows of one character, aliases included, so that they are there once.

pub use rustpython_unicode::lookup_character as character;
