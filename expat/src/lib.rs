//! Reads XML and reports the same as libexpat: events, errors and their positions.
//!
//! A [`Reader`] takes a document in pieces ([`Reader::feed`]) and returns one event after the other
//! ([`Reader::next_event`]):
//!
//! ```
#![doc = include_str!("../examples/mismatch.rs")]
//! ```
//!
//! `scan.rs` and `prolog.rs` find tokens. `doctype.rs` reads declarations, and `reader/` what is before,
//! in and after the document's element. Nothing here is recursive in a document's depth, and the
//! expansion of entities is bounded ([`Limits`]).

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod declarations;
mod doctype;
mod encoding;
mod error;
pub mod event;
mod limits;
mod names;
mod namespaces;
mod prolog;
mod reader;
mod scan;
mod value;

pub use encoding::Encoding;
pub use error::{Code, ERRORS, Error};
pub use event::{Event, What};
pub use limits::Limits;
pub use reader::{Handled, Position, Reader};
