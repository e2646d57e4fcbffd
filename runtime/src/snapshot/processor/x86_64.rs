//! x86_64.

use std::{
    arch::{asm, naked_asm},
    ops::Range,
};

/// Where the stack of the thread that runs the interpreter begins: below the heap
/// (`heap/processor`).
pub(in crate::snapshot) const STACK_START: usize = 0x0f00_0000_0000;

/// The thread control block of the calling thread, which is also where its thread-local
/// variables end: they lie below it (TLS variant II of the x86_64 ABI).
pub(in crate::snapshot) fn thread_control_block() -> usize {
    let address: usize;
    // SAFETY: the first word of the block is its own address, by the ABI.
    unsafe { asm!("mov {}, fs:0", out(reg) address, options(nostack, readonly, preserves_flags)) };
    address
}

/// The calling thread's own memory: its variables, and above them libc's data about the thread, up
/// to the end of its stack. The kernel writes to the bytes between the two ranges (the "restartable
/// sequences" of the thread). `size` and `alignment` are those of the program's `PT_TLS` segment.
pub(in crate::snapshot) fn thread_locals(
    size: usize,
    alignment: usize,
    end_of_stack: usize,
) -> [Range<usize>; 2] {
    /// The kernel's part is at most this large (`struct rseq`), in bytes.
    const SEQUENCE_BYTES: usize = 32;
    unsafe extern "C" {
        static __rseq_offset: isize;
    }
    let block = thread_control_block();
    // SAFETY: libc sets it before the program starts, and never again.
    let kernels = block.wrapping_add_signed(unsafe { __rseq_offset });
    let start = block - size.next_multiple_of(alignment.max(1));
    [start..kernels, kernels + SEQUENCE_BYTES..end_of_stack]
}

/// Calls a function with empty registers. Functions save registers on the stack, and structures are
/// copied with their padding. So a caller's register may end up in an object's padding, where a
/// pointer looks like any other.
#[unsafe(naked)]
pub(in crate::snapshot) extern "C" fn call_with_clean_registers(function: extern "C" fn()) {
    naked_asm!(
        "push rbx",
        "push rbp",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "sub rsp, 8",
        "mov rax, rdi",
        "xor ebx, ebx",
        "xor ebp, ebp",
        "xor ecx, ecx",
        "xor edx, edx",
        "xor esi, esi",
        "xor edi, edi",
        "xor r8d, r8d",
        "xor r9d, r9d",
        "xor r10d, r10d",
        "xor r11d, r11d",
        "xor r12d, r12d",
        "xor r13d, r13d",
        "xor r14d, r14d",
        "xor r15d, r15d",
        "pxor xmm0, xmm0",
        "pxor xmm1, xmm1",
        "pxor xmm2, xmm2",
        "pxor xmm3, xmm3",
        "pxor xmm4, xmm4",
        "pxor xmm5, xmm5",
        "pxor xmm6, xmm6",
        "pxor xmm7, xmm7",
        "pxor xmm8, xmm8",
        "pxor xmm9, xmm9",
        "pxor xmm10, xmm10",
        "pxor xmm11, xmm11",
        "pxor xmm12, xmm12",
        "pxor xmm13, xmm13",
        "pxor xmm14, xmm14",
        "pxor xmm15, xmm15",
        "call rax",
        "add rsp, 8",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbp",
        "pop rbx",
        "ret",
    )
}

/// The word with which libc encrypts stored function pointers (`PTR_MANGLE`). It differs between
/// processes. A snapshot contains pointers that were encrypted with its maker's word.
pub(in crate::snapshot) fn pointer_guard() -> Option<usize> {
    Some(thread_control_block() + 0x30)
}

/// Has functions of C guard their frames with zeros from here on. They leave that word, which is random, on the
/// stack, and padding of objects may get a part of it.
///
/// # Safety
/// No function of C that has begun may return.
pub(in crate::snapshot) unsafe fn forget_frame_guard() {
    // SAFETY: the word is the thread's own, by the ABI, and compilers read it anew in each function.
    unsafe { asm!("mov qword ptr fs:[0x28], 0", options(nostack, preserves_flags)) };
}

/// How many 32-bit words [`features`] gives.
pub(in crate::snapshot) const FEATURE_WORDS: usize = 12;

/// The features of this processor by which libraries choose their code, as libc found them at the
/// process's start. (In a virtual machine, each question to the processor itself costs up to 30
/// µs.) A bit is set if the feature exists and can be used.
pub(in crate::snapshot) fn features() -> [u32; FEATURE_WORDS] {
    /// `struct cpuid_feature` of libc's `sys/platform/x86.h`.
    #[repr(C)]
    struct Leaf {
        present: [u32; 4],
        active: [u32; 4],
    }
    unsafe extern "C" {
        fn __x86_get_cpuid_feature_leaf(leaf: u32) -> *const Leaf;
    }
    // By leaf, and by register (eax, ebx, ecx, edx). Bits that differ between makers of
    // processors, and that no code is chosen by, are left out.
    const CHOSEN_BY: [[u32; 4]; FEATURE_WORDS / 4] = [
        // 1: SSE3 to AVX and F16C, AES, PCLMULQDQ, POPCNT, RDRAND.
        [0, 0, 0x7298_1203, 0],
        // 7: BMI, AVX2, ADX, SHA, RDSEED, AVX-512, VAES, VPCLMULQDQ, GFNI, VNNI.
        [0, 0xf02d_0128, 0x0000_5f42, 0x0080_010c],
        // 0x80000001: LZCNT.
        [0, 0, 0x0000_0020, 0],
    ];
    let mut words = [0; FEATURE_WORDS];
    for (leaf, (words, chosen_by)) in words.chunks_exact_mut(4).zip(CHOSEN_BY).enumerate() {
        // SAFETY: libc gives a valid leaf for every number, zeros for those it lacks.
        let active = unsafe { (*__x86_get_cpuid_feature_leaf(leaf as u32)).active };
        for (word, (active, mask)) in words.iter_mut().zip(active.into_iter().zip(chosen_by)) {
            *word = active & mask;
        }
    }
    words
}
