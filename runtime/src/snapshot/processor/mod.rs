//! The code that depends on the processor. A port to another one adds a file here: how a thread's
//! control block is found, what lies around it, the features of the processor by which libraries
//! choose their code, and where the stack begins.

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "aarch64")]
pub(super) use aarch64::*;
#[cfg(target_arch = "x86_64")]
pub(super) use x86_64::*;

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!("the snapshot knows x86_64 and aarch64: see ARCHITECTURE.md, \"The snapshot\"");
