//! x86_64.

use libc::c_long;

/// `AUDIT_ARCH_X86_64`: a 64-bit, little-endian machine, and its number in ELF files.
pub(in crate::sandbox) const ARCHITECTURE: u32 = 0x8000_0000 | 0x4000_0000 | 62;

/// Refused, whatever their arguments: the machine's ports and segments, and an old way to load a
/// library.
pub(in crate::sandbox) const DENIED: &[c_long] =
    &[libc::SYS_iopl, libc::SYS_ioperm, libc::SYS_modify_ldt, libc::SYS_uselib];

/// Starting another process, besides `clone`.
pub(in crate::sandbox) const FORKS: &[c_long] = &[libc::SYS_fork, libc::SYS_vfork];
