//! What `urllib.parse` does byte by byte: quoting, unquoting, the fields of queries, the parts of
//! URLs. Its Python half asks here for what is usual, and does all else itself.

#![forbid(unsafe_code)]

mod module;
mod quoting;
mod splitting;

pub(crate) use module::module_def;
