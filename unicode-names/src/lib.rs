//! `unicode_names2` 1, for the engine's parser, by way of version 3, which the engine's
//! `unicodedata` uses: with both, a program would hold the names of all characters twice
//! (0.8 MB each). The workspace's `[patch.crates-io]` puts this in its place.

pub use newer::{Name, character, name};
