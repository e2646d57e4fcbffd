//! aarch64.

use libc::c_long;

/// `AUDIT_ARCH_AARCH64`: a 64-bit, little-endian machine, and its number in ELF files. A program of
/// 32 bits has another one, and is ended.
pub(in crate::sandbox) const ARCHITECTURE: u32 = 0x8000_0000 | 0x4000_0000 | 183;

/// None: the kernel has no older calls here.
pub(in crate::sandbox) const DENIED: &[c_long] = &[];

/// None: `fork` and `vfork` of libc are `clone`.
pub(in crate::sandbox) const FORKS: &[c_long] = &[];

/// None: the kernel has no older calls here.
pub(in crate::sandbox) const LASTING: &[(&str, &[c_long])] = &[];

/// None, for the same reason.
pub(in crate::sandbox) const OPEN: &[c_long] = &[];
