//! Instances by the fork: a zygote is a process with one thread and a warm interpreter, which
//! forks an instance when it is asked to. The server that asks is another process, and holds
//! none ([`keeper`], [`hosted`]).
//!
//! ```text
//! krait serve ── the server, subreaper of all below, reaps what has lost its zygote
//!   └ krait zygote ── waits for the zygote to end; it made the fixed stack that a snapshot needs
//!       └ the zygote ── subreaper of its instances          process.rs
//!           ├ an instance ── subreaper of what its function starts
//!           └ ...
//! ```
//!
//! Orders and descriptors go to the zygote over one socket, and what happened comes back
//! ([`messages`], [`connection`]). When that socket ends, the server has gone: the zygote ends every instance,
//! and itself. When the zygote ends, the kernel ends its instances, and they become the server's
//! own children, to be reaped.
//!
//! The server rests on no zygote for time and memory: it has each instance's pidfd, by which it
//! ends it itself. A zygote that does not answer is ended, too, and another is started.

mod budget;
mod connection;
mod hosted;
mod keeper;
mod messages;
mod pages;
mod process;
mod scales;

pub use hosted::{Hosted, Killer};
pub use keeper::{FunctionZygote, Keeper, Note, ZygoteError};
pub(super) use process::run;
