//! The module `_decimal`, on which `decimal` stands: General Decimal Arithmetic.

#![forbid(unsafe_code)]

mod arguments;
mod context;
mod context_methods;
mod convert;
mod format;
mod manager;
mod methods;
mod module;
mod number;
mod object;
mod operators;
mod signals;
mod tables;

pub(crate) use module::module_def;
