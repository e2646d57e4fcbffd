//! The module `_csv`, which `csv` uses, in place of the engine's. The engine's allows only ASCII
//! delimiters and quotes, and quotes where it should escape.

mod dialect;
mod module;
mod reader;
mod writer;

pub(crate) use module::module_def;
