//! Instances by fork. A zygote is a process with one thread and a warm interpreter. It forks an
//! instance when the server orders one. The server is another process, and holds no interpreter
//! ([`keeper`], [`hosted`]).
//!
//! ```text
//! krait serve ── the server, subreaper of all below, reaps what has lost its zygote
//!   └ krait zygote ── waits for the zygote to end; it made the fixed stack that a snapshot needs
//!       └ the zygote ── subreaper of its instances          process.rs
//!           ├ an instance ── subreaper of what its function starts
//!           └ ...
//! ```
//!
//! Orders and descriptors go to the zygote over one socket, and news comes back ([`messages`],
//! [`connection`]). When that socket closes, the server has ended: the zygote kills every instance
//! and exits. When the zygote ends, the kernel kills its instances, and the server reaps them as
//! its own children.
//!
//! The server rests on no zygote for time and memory: it has each instance's pidfd, by which it
//! ends it itself. A zygote that does not answer is ended, too, and another is started.

mod budget;
mod connection;
mod group;
mod hosted;
mod keeper;
mod messages;
mod pages;
mod process;
mod scales;

pub(super) use connection::watched;
pub use hosted::{Hosted, Killer};
pub use keeper::{FunctionZygote, Keeper, Note, ZygoteError};
pub(super) use process::{Prepared, run};
