//! The snapshot of a warm interpreter: the state of a process, kept in a file, that
//! another process takes up in less than a millisecond.
//!
//! This room knows no Python. What it keeps is the memory of a process that has one
//! thread: its heap, which [`heap`] holds at fixed addresses, and the variables of the
//! program and of the thread, as far as they changed. What it does not keep is what the
//! kernel knows of a process (descriptors, threads, mappings), which the maker of a
//! snapshot must not have more of than when it began; [`inspect`] sees to that.
//!
//! ```text
//! 0x0000_0020_0000  the program            fixed: it is not position independent
//!                     variables            ── words that changed are kept
//! 0x0f00_0000_0000  the stack              fixed: thread.rs
//!                     thread-locals        ── words that changed are kept
//! 0x1000_0000_0000  the heap: slab table   fixed: heap/slabs.rs     ── kept
//! 0x1100_0000_0000            slabs                                 ── kept
//! 0x1200_0000_0000            blocks       heap/blocks.rs           ── kept
//! 0x1240_0000_0000            sparse       heap/apart.rs            ── kept where not zero
//! 0x1260_0000_0000            left out     left_out.rs: computed when it is looked at
//! 0x1300_0000_0000            mappings     heap/mappings.rs: none while it is made
//! 0x7..._...._....  what the kernel places: the first stack, the vdso, what was
//!                   allocated before; different in each process: nothing kept may
//!                   point there
//! ```
//!
//! Both the maker and who takes the snapshot up set out from the same state: a child that
//! was forked before the program did anything else, on the stack at the fixed place. The
//! maker notes that state ([`Base::note`]), builds an interpreter, and writes what then
//! differs ([`Base::write`]). [`Place::take_up`] maps the heap from the file, privately
//! and page by page as they are needed, and writes the words: then everything the maker
//! built is there.

mod addresses;
mod attach;
mod cache;
mod errors;
mod exit;
pub mod heap;
mod image;
mod inspect;
mod left_out;
mod processor;
mod program;
mod restore;
mod symbols;
mod take;
mod thread;

pub use attach::attach;
pub use cache::{Cache, user_folder};
pub use errors::{Refusal, Unfit};
pub use image::Place;
pub use left_out::Fill;
pub use take::Base;
pub use thread::{fork_with_fixed_stack, live_on_fixed_stack};
