//! The module `pyexpat`, which all of `xml` uses, in place of the engine's. The engine's treats
//! malformed text as the end of the document, and knows neither document types nor the scope of
//! prefixes. This one reports the same as libexpat, including errors and their positions. The crate
//! `krait-expat` reads the document; this folder is its Python side.

mod arguments;
mod handlers;
mod module;
mod parser;

pub(crate) use module::module_def;
