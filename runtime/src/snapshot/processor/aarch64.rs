//! aarch64.

use std::{
    arch::{asm, naked_asm},
    ops::Range,
};

/// Where the stack of the thread that runs the interpreter begins: below the heap
/// (`heap/processor`).
pub(in crate::snapshot) const STACK_START: usize = 0x0f_0000_0000;

/// The thread control block of the calling thread. Its thread-local variables follow it, and libc's
/// data about the thread lies below it (TLS variant I of the aarch64 ABI).
pub(in crate::snapshot) fn thread_control_block() -> usize {
    let address: usize;
    // SAFETY: reading the register changes nothing.
    unsafe {
        asm!(
            "mrs {}, tpidr_el0",
            out(reg) address,
            options(nostack, nomem, preserves_flags)
        );
    }
    address
}

/// The calling thread's own memory: libc's data about the thread, and above it the thread's
/// variables, up to the end of its stack. The kernel writes to the bytes between the two ranges (the
/// "restartable sequences" of the thread, within libc's data). The size of the variables does not
/// matter here: nothing is above them.
pub(in crate::snapshot) fn thread_locals(
    _size: usize,
    _alignment: usize,
    end_of_stack: usize,
) -> [Range<usize>; 2] {
    /// The kernel's part is at most this large (`struct rseq`), in bytes.
    const SEQUENCE_BYTES: usize = 32;
    unsafe extern "C" {
        static __rseq_offset: isize;
        /// The size of libc's data about a thread (`struct pthread`), which libc tells debuggers.
        static _thread_db_sizeof_pthread: u32;
    }
    let block = thread_control_block();
    // SAFETY: libc sets them before the program starts, and never again.
    let (kernels, size) =
        unsafe { (block.wrapping_add_signed(__rseq_offset), _thread_db_sizeof_pthread as usize) };
    [block - size..kernels, kernels + SEQUENCE_BYTES..end_of_stack]
}

/// Calls a function with empty registers. Functions save registers on the stack, and structures are
/// copied with their padding. So a caller's register may end up in an object's padding, where a
/// pointer looks like any other.
#[unsafe(naked)]
pub(in crate::snapshot) extern "C" fn call_with_clean_registers(function: extern "C" fn()) {
    naked_asm!(
        "stp x29, x30, [sp, #-160]!",
        "stp x19, x20, [sp, #16]",
        "stp x21, x22, [sp, #32]",
        "stp x23, x24, [sp, #48]",
        "stp x25, x26, [sp, #64]",
        "stp x27, x28, [sp, #80]",
        "stp d8, d9, [sp, #96]",
        "stp d10, d11, [sp, #112]",
        "stp d12, d13, [sp, #128]",
        "stp d14, d15, [sp, #144]",
        "mov x1, xzr",
        "mov x2, xzr",
        "mov x3, xzr",
        "mov x4, xzr",
        "mov x5, xzr",
        "mov x6, xzr",
        "mov x7, xzr",
        "mov x8, xzr",
        "mov x9, xzr",
        "mov x10, xzr",
        "mov x11, xzr",
        "mov x12, xzr",
        "mov x13, xzr",
        "mov x14, xzr",
        "mov x15, xzr",
        "mov x16, xzr",
        "mov x17, xzr",
        "mov x18, xzr",
        "mov x19, xzr",
        "mov x20, xzr",
        "mov x21, xzr",
        "mov x22, xzr",
        "mov x23, xzr",
        "mov x24, xzr",
        "mov x25, xzr",
        "mov x26, xzr",
        "mov x27, xzr",
        "mov x28, xzr",
        "mov x29, xzr",
        "movi v0.2d, #0",
        "movi v1.2d, #0",
        "movi v2.2d, #0",
        "movi v3.2d, #0",
        "movi v4.2d, #0",
        "movi v5.2d, #0",
        "movi v6.2d, #0",
        "movi v7.2d, #0",
        "movi v8.2d, #0",
        "movi v9.2d, #0",
        "movi v10.2d, #0",
        "movi v11.2d, #0",
        "movi v12.2d, #0",
        "movi v13.2d, #0",
        "movi v14.2d, #0",
        "movi v15.2d, #0",
        "movi v16.2d, #0",
        "movi v17.2d, #0",
        "movi v18.2d, #0",
        "movi v19.2d, #0",
        "movi v20.2d, #0",
        "movi v21.2d, #0",
        "movi v22.2d, #0",
        "movi v23.2d, #0",
        "movi v24.2d, #0",
        "movi v25.2d, #0",
        "movi v26.2d, #0",
        "movi v27.2d, #0",
        "movi v28.2d, #0",
        "movi v29.2d, #0",
        "movi v30.2d, #0",
        "movi v31.2d, #0",
        "blr x0",
        "ldp x19, x20, [sp, #16]",
        "ldp x21, x22, [sp, #32]",
        "ldp x23, x24, [sp, #48]",
        "ldp x25, x26, [sp, #64]",
        "ldp x27, x28, [sp, #80]",
        "ldp d8, d9, [sp, #96]",
        "ldp d10, d11, [sp, #112]",
        "ldp d12, d13, [sp, #128]",
        "ldp d14, d15, [sp, #144]",
        "ldp x29, x30, [sp], #160",
        "ret",
    )
}

/// The word with which libc encrypts stored function pointers (`PTR_MANGLE`) is a variable here that
/// cannot be written after the start. So each process keeps its own. The pointers that a snapshot's
/// maker encrypted are of functions for the end of a process or of its first thread, and those are
/// never called (`snapshot/exit.rs`).
pub(in crate::snapshot) fn pointer_guard() -> Option<usize> {
    None
}

/// Nothing: the word with which functions of C guard their frames is libc's, and cannot be written to. So two
/// programs of `krait pack` may differ here in padding of objects.
///
/// # Safety
/// None is needed here.
pub(in crate::snapshot) unsafe fn forget_frame_guard() {}

/// How many 32-bit words [`features`] gives.
pub(in crate::snapshot) const FEATURE_WORDS: usize = 4;

/// The features of this processor by which libraries choose their code, as the kernel tells them. A
/// bit is set if the feature exists and can be used.
pub(in crate::snapshot) fn features() -> [u32; FEATURE_WORDS] {
    // Bits of the kernel's `asm/hwcap.h`. Those by which no code is chosen are left out: some
    // depend on the kernel's settings.
    const CHOSEN_BY: [u32; FEATURE_WORDS] = [
        // AT_HWCAP: all but EVTSTRM, CPUID, SSBS, PACA and PACG.
        0x2fff_f7fb,
        0,
        // AT_HWCAP2: DCPODP, SVE2 and its parts, FLAGM2, FRINT, I8MM, BF16, DGH, RNG.
        0x0001_ffff,
        // MOPS.
        0x0000_0800,
    ];
    // SAFETY: the calls only ask.
    let (first, second) =
        unsafe { (libc::getauxval(libc::AT_HWCAP), libc::getauxval(libc::AT_HWCAP2)) };
    let words = [first as u32, (first >> 32) as u32, second as u32, (second >> 32) as u32];
    std::array::from_fn(|index| words[index] & CHOSEN_BY[index])
}
