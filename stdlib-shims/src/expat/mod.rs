//! The module `pyexpat`, which all of `xml` stands on, in place of the engine's: that one takes
//! whatever is not well-formed for the end of the document, and knows neither document types nor
//! where prefixes are bound. This one tells what expat tells, errors and their places included.
//!
//! `reader` reads, with no knowledge of Python: `reader/content.rs` what elements are made of, `doctype` what
//! is declared; `scan` and `prolog` are their tokens. `module` and `parser` are what Python sees.

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
