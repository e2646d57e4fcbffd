//! `unicode_names2` 1, for the engine's parser, by way of krait's own version 3, which the
//! engine's `unicodedata` uses: the names of all characters are there once.

pub use newer::{Name, character, name};
