//! The module `pyexpat`, which all of `xml` uses, in place of the engine's. The engine's treats
//! malformed text as the end of the document, and knows neither document types nor the scope of
//! prefixes. This one reports the same as expat, including errors and their positions.
//!
//! `reader` reads a document and knows no Python. `reader/content.rs` reads the content of
//! elements, `doctype` reads declarations, and `scan` and `prolog` read their tokens. `module` and
//! `parser` are the Python side.

mod arguments;
mod declarations;
mod doctype;
mod encoding;
mod error;
mod event;
mod handlers;
mod module;
mod namespaces;
mod parser;
mod prolog;
mod reader;
mod scan;
mod value;

pub(crate) use module::module_def;
