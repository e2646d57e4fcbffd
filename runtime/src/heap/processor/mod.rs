//! What depends on the processor: the size of a page, and where the heap lies. A port to another one
//! adds a file here.

#[cfg(target_arch = "aarch64")]
mod aarch64;
#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "aarch64")]
pub(crate) use aarch64::*;
#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::*;

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!("the heap knows x86_64 and aarch64: see ARCHITECTURE.md, \"The snapshot\"");
