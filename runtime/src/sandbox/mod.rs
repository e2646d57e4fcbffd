//! What keeps a function's process to its own: its files, its network, its kind of system calls.
//! Security rests on this room; docs/security.md says against whom, and where it ends.
//!
//! A process enters once its descriptors are placed, before it reads a line of the function, and
//! never leaves. It needs no privilege:
//!
//! ```text
//! Ground::prepare         ahead: a ruleset with the system's folders           grounds.rs
//!                           a /tmp of its own, where it may be had, empty      temporary.rs
//!                           the usual filter                                   calls.rs
//! Ground::enter             the function's folders are put into that           temporary.rs
//!                           limits of processes and of files                   limits.rs
//!                           the function's folders, signals, TCP: Landlock     grounds.rs
//!                           a user of its own, where krait serve is root       users.rs
//!                           capabilities dropped, no new privileges            capabilities.rs
//!                           the system calls that it may not make: seccomp     calls.rs, filter.rs
//! end_at_lasting_calls    where a function is loaded for a snapshot, in addition           lasting.rs
//! Machine::look           what this machine gives                              machine.rs
//! hint, hint_of_port      what would open what was refused                     hint.rs
//! Holding, Groups         control groups, in krait serve: what instances use   groups/
//! ```

mod calls;
mod capabilities;
mod error;
mod filter;
mod grounds;
mod groups;
mod hint;
mod lasting;
mod limits;
mod machine;
mod paths;
mod processor;
mod temporary;
mod users;

pub use error::SandboxError;
pub(crate) use grounds::{Entered, Ground, Stage};
pub use groups::Holding;
pub(crate) use groups::{Groups, Joined, Weight};
pub(crate) use hint::{hint, hint_of_port};
pub(crate) use lasting::{end_at_lasting_calls, told};
pub use machine::Machine;
pub use users::UserIds;
pub(crate) use users::{AsUser, Users, is_writable_to_all};
