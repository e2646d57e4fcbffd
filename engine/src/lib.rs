//! Changes that crates of the engine get when they are compiled.
//!
//! `changes/CRATE/NAME.md` is one change of one crate; other files in `changes/CRATE` are added to
//! the crate at the same path. `README.md` tells how a change is written. The standard library
//! alone is used: the script `rustc` compiles this with nothing but a compiler.

mod apply;
mod change;
mod error;

pub use apply::{changed_files, checksum, lay};
pub use change::{Change, Edit, FileChange, changes_of};
pub use error::ChangeError;
