//! The sandbox's filter of system calls.

#[path = "../../../../runtime/src/sandbox/calls.rs"]
mod calls;
#[path = "../../../../runtime/src/sandbox/filter.rs"]
#[allow(dead_code, reason = "what the rest of krait uses")]
mod filter;
#[path = "../../../../runtime/src/sandbox/processor/mod.rs"]
#[allow(dead_code, reason = "what the rest of krait uses")]
mod processor;

use crate::contract::policy::Policy;
use std::io;

/// Puts a policy's filter in force for this process.
pub(crate) fn enter(policy: &Policy) -> io::Result<()> {
    let program = calls::filter(policy).ok_or(io::ErrorKind::InvalidData)?;
    filter::put_in_force(program)
}
