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

/// The first argument of the system call that a signal was sent for.
///
/// # Safety
/// `context` must be what the kernel gave the signal's handler.
pub(in crate::sandbox) unsafe fn argument(context: *const libc::ucontext_t) -> usize {
    // SAFETY: the caller's promise.
    unsafe { (*context).uc_mcontext.regs[0] as usize }
}

/// Gives that system call a result.
///
/// # Safety
/// `context` must be what the kernel gave the signal's handler.
pub(in crate::sandbox) unsafe fn set_result(context: *mut libc::ucontext_t, result: i64) {
    // SAFETY: the caller's promise.
    unsafe { (*context).uc_mcontext.regs[0] = result.cast_unsigned() }
}
