//! The interpreter, and everything that touches a Python object.
//!
//! It has no processes, threads or sockets, so that it compiles for `wasm32-wasip1`. The steps are
//! separate, so that the first can happen ahead of time, in a process that is forked or kept in a
//! snapshot: [`Interpreter::build`], [`Interpreter::warm_up`], [`Interpreter::wake`],
//! [`Interpreter::load`], [`Interpreter::invoke`].

mod code_memory;
mod event;
mod failure;
mod import_times;
mod interpreter;
mod json_text;
mod kept;
mod lambda;
#[cfg(unix)]
mod leave;
mod module;
#[cfg(unix)]
mod processors;
#[cfg(unix)]
mod program;
mod ret_msg;
mod shelf;
mod strftime;
mod time_zone;
#[cfg(unix)]
mod unrun;
mod versions;
mod wall_time;
mod warm;
#[cfg(target_family = "wasm")]
mod wasi_time;

pub use code_memory::{MemoryOfCode, fill_location_tables, memory_of_code};
pub use event::InvalidEvent;
pub use import_times::ImportTime;
pub use interpreter::{Ended, Entry, Event, Interpreter};
pub use kept::{Kept, Seen, Variable};
#[cfg(unix)]
pub(crate) use krait_stdlib_shims::take_refused_port;
#[cfg(unix)]
pub(crate) use leave::{keep_counts, leave};
pub use module::CodePaths;
#[cfg(unix)]
pub use program::{Program, Source, Switches};
#[cfg(unix)]
pub(crate) use shelf::after_waking;
#[cfg(unix)]
pub use unrun::{library_modules, syntax_error};
pub use versions::{engine_version, python_version};
