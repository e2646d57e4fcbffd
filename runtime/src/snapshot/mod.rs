//! The snapshot of a warm interpreter: the state of a process in a file. Another process restores
//! it in less than a millisecond.
//!
//! This component knows no Python. It keeps the memory of a process with one thread: its heap,
//! which [`heap`](crate::heap) has at fixed addresses, and the changed variables of the program and the thread.
//! It does not keep the kernel's state of a process (descriptors, threads, mappings). So the maker
//! of a snapshot must not add any; [`inspect`] checks that.
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
//! The maker and the restoring process start from the same state: a child that was forked before
//! the program did anything else, with its stack at the fixed address. The maker notes that state
//! ([`Base::note`]), builds an interpreter, and writes what differs then ([`Base::write`]).
//! [`Place::take_up`] maps the heap privately from the file, page by page as needed, and writes the
//! changed words. Then the process has everything that the maker built.

mod attach;
mod cache;
mod errors;
mod exit;
mod image;
mod inspect;
mod left_out;
mod processor;
mod program;
mod restore;
mod symbols;
mod take;
mod thread;

pub use attach::{attach, attached_at, notes_of_second, own_file, second_trailer, trailer};
pub use cache::{Cache, user_folder};
pub use errors::{Refusal, Unfit};
pub use image::{Place, TRAILER_BYTES};
pub use left_out::Fill;
pub use take::{Base, wipe_remains};
pub use thread::{fork_with_fixed_stack, live_on_fixed_stack};
