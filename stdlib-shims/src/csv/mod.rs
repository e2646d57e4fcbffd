//! The module `_csv`, on which `csv` stands, in place of the engine's: that one knows delimiters and
//! quotes of ASCII alone, and quotes where it is to escape.

mod dialect;
mod module;
mod reader;
mod writer;

pub(crate) use module::module_def;
